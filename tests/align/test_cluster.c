/* Clusters by hand, and against one that tries every set of links. */
#include "alignd/align/cluster.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Entity n of graph g; links by their numbers, in the order they are written. */
struct world {
    struct arena *arena;
    struct cluster_entity entities[64];
    size_t count;
    struct cluster_link links[256];
    size_t link_count;
    struct cluster_bar bars[64];
    size_t bar_count;
    size_t reads, most;
};

static uint32_t entity(struct world *w, unsigned graph, uint64_t number)
{
    struct id id = {(uint64_t)(graph + 1) << 48 | 7, number};
    w->entities[w->count] = (struct cluster_entity){.id = id, .graph = graph};
    return (uint32_t)w->count++;
}

static void link_up(struct world *w, uint32_t a, uint32_t b, float score)
{
    if (id_compare(w->entities[a].id, w->entities[b].id) > 0) {
        uint32_t other = a;
        a = b;
        b = other;
    }
    w->links[w->link_count++] = (struct cluster_link){
        .low = w->entities[a].id, .high = w->entities[b].id, .a = a, .b = b, .score = score};
}

static struct cluster_group resolve(struct world *w)
{
    struct cluster_group g = {.entities = w->entities,
                              .count = w->count,
                              .links = w->links,
                              .link_count = w->link_count,
                              .bars = w->bars,
                              .bar_count = w->bar_count};
    cluster_resolve(&g);
    return g;
}

Test(cluster, three_graphs_that_agree_are_one_cluster_called_after_the_first)
{
    struct world w = {0};
    uint32_t c = entity(&w, 2, 1), a = entity(&w, 0, 9), b = entity(&w, 1, 5);
    link_up(&w, a, b, .9f);
    link_up(&w, b, c, .8f);
    link_up(&w, a, c, .7f);
    struct cluster_group g = resolve(&w);
    for (uint32_t i = 0; i < 3; i++)
        cr_expect_eq(g.entities[i].cluster, a);
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(g.links[i].fate, CLUSTER_KEPT);
}

/* a1 - b1 - c1 - a2: the weakest goes, and it is said whom it would have brought together. */
Test(cluster, the_weakest_link_of_a_contradiction_is_left_out)
{
    struct world w = {0};
    uint32_t a1 = entity(&w, 0, 1), b1 = entity(&w, 1, 1), c1 = entity(&w, 2, 1),
             a2 = entity(&w, 0, 2);
    link_up(&w, a1, b1, .9f);
    link_up(&w, b1, c1, .5f);
    link_up(&w, c1, a2, .7f);
    struct cluster_group g = resolve(&w);
    cr_expect_eq(g.entities[b1].cluster, a1);
    cr_expect_eq(g.entities[c1].cluster, a2);
    cr_expect_eq(g.links[2].score, .5f);
    cr_expect_eq(g.links[2].fate, CLUSTER_GRAPH);
    cr_expect_eq(g.links[2].rivals[0], a1);
    cr_expect_eq(g.links[2].rivals[1], a2);
}

Test(cluster, a_pinned_link_is_taken_before_all_others)
{
    struct world w = {0};
    uint32_t a1 = entity(&w, 0, 1), b1 = entity(&w, 1, 1), c1 = entity(&w, 2, 1),
             a2 = entity(&w, 0, 2);
    link_up(&w, a1, b1, .9f);
    link_up(&w, b1, c1, 2);
    link_up(&w, c1, a2, .95f);
    struct cluster_group g = resolve(&w);
    cr_expect_eq(g.entities[b1].cluster, a2);
    cr_expect_eq(g.entities[a1].cluster, a1);
    cr_expect_eq(g.links[2].fate, CLUSTER_GRAPH);
    cr_expect_eq(g.links[2].score, .9f);
}

Test(cluster, equal_scores_are_taken_by_their_ids)
{
    for (int order = 0; order < 2; order++) {
        struct world w = {0};
        uint32_t a1 = entity(&w, 0, 1), a2 = entity(&w, 0, 2), b = entity(&w, 1, 1);
        link_up(&w, order ? a2 : a1, b, .9f);
        link_up(&w, order ? a1 : a2, b, .9f);
        struct cluster_group g = resolve(&w);
        cr_expect_eq(g.entities[b].cluster, a1);
        cr_expect_eq(g.links[1].fate, CLUSTER_GRAPH);
        cr_expect_eq(g.links[1].a, a2);
    }
}

/* a - b and b - c match, and somebody said that a and c are different. */
Test(cluster, whom_somebody_said_to_be_different_stand_apart)
{
    struct world w = {0};
    uint32_t a = entity(&w, 0, 1), b = entity(&w, 1, 1), c = entity(&w, 2, 1);
    link_up(&w, a, b, .7f);
    link_up(&w, b, c, .9f);
    w.bars[w.bar_count++] = (struct cluster_bar){c, a};
    struct cluster_group g = resolve(&w);
    cr_expect_eq(g.entities[c].cluster, b);
    cr_expect_eq(g.entities[a].cluster, a);
    cr_expect_eq(g.links[1].fate, CLUSTER_BARRED);
    cr_expect_eq(g.links[1].rivals[0], a);
    cr_expect_eq(g.links[1].rivals[1], c);
}

/* --- the walk --- */

static int matches_of(void *arg, struct id id, struct pair_list *ret)
{
    struct world *w = arg;
    w->reads++;
    for (size_t i = 0; i < w->link_count; i++) {
        if (id_equal(w->links[i].low, id))
            pair_list_put(ret, w->arena, w->links[i].high, w->links[i].score);
        if (id_equal(w->links[i].high, id))
            pair_list_put(ret, w->arena, w->links[i].low, w->links[i].score);
    }
    return ERR_OK;
}

static int barred_with(void *arg, struct id id, const struct id **ret, size_t *ret_count)
{
    struct world *w = arg;
    struct id *all = arena_alloc(w->arena, (w->bar_count + 1) * sizeof *all);
    for (size_t i = 0; i < w->bar_count; i++) {
        struct id a = w->entities[w->bars[i].a].id, b = w->entities[w->bars[i].b].id;
        if (id_equal(a, id) || id_equal(b, id))
            all[(*ret_count)++] = id_equal(a, id) ? b : a;
    }
    *ret = all;
    return ERR_OK;
}

static int graph_of(void *arg, struct id id, unsigned *ret)
{
    (void)arg;
    *ret = (unsigned)id_graph(id) - 1;
    return ERR_OK;
}

static struct cluster_group walk(struct world *w, uint32_t from, bool least)
{
    const struct cluster_source source = {matches_of, barred_with, graph_of, w,
                                          w->most ? w->most : 100};
    struct cluster_group g;
    w->reads = 0;
    cr_assert_eq(cluster_walk(&source, w->entities[from].id, least, w->arena, &g), ERR_OK);
    return g;
}

Test(cluster, a_group_is_bounded_and_then_nobody_of_it_is_in_a_cluster)
{
    struct world w = {.arena = arena_new()};
    for (unsigned i = 0; i < 10; i++)
        entity(&w, i, 1);
    for (uint32_t i = 0; i + 1 < 10; i++)
        link_up(&w, i, i + 1, .9f);
    for (w.most = 1; w.most < 13; w.most++)
        for (uint32_t from = 0; from < 10; from++) {
            struct cluster_group g = walk(&w, from, false);
            cr_expect_eq(g.too_large, w.most < 10);
            cr_expect_leq(w.reads, w.most);
            cr_expect_eq(g.count, w.most < 10 ? w.most : 10);
            cr_expect_eq(g.link_count, w.most < 10 ? 0 : 9);
            g = walk(&w, from,
                     true); /* whether it is met first that it is too large, or a lower id */
            cr_expect_eq(g.not_least, from != 0);
            cr_expect_eq(g.too_large, from == 0 && w.most < 10);
        }
    arena_free(w.arena);
}

Test(cluster, one_entity_of_a_group_finds_it)
{
    struct world w = {.arena = arena_new()};
    for (unsigned i = 0; i < 6; i++)
        entity(&w, i, 1);
    for (uint32_t i = 0; i + 1 < 6; i++)
        link_up(&w, i, i + 1, .9f);
    for (uint32_t from = 0; from < 6; from++) {
        struct cluster_group g = walk(&w, from, true);
        cr_expect_eq(g.not_least, from != 0);
        cr_expect_eq(g.count, from ? 0 : 6);
        cr_expect_eq(w.reads, from ? 1 : 6);
    }
    struct world alone = {.arena = w.arena};
    struct cluster_group g = walk(&alone, entity(&alone, 3, 3), true);
    cr_expect(g.count == 1 && !g.link_count && !g.entities[0].cluster);
    arena_free(w.arena);
}

/* --- against brute force --- */

static uint64_t next(uint64_t *rng)
{
    *rng = *rng * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *rng >> 33;
}

static bool better(const struct cluster_link *x, const struct cluster_link *y)
{
    if (x->score != y->score)
        return x->score > y->score;
    int c = id_compare(x->low, y->low);
    return c ? c < 0 : id_compare(x->high, y->high) < 0;
}

/* Do links of this set, and no others, leave any two apart that must be? */
static bool is_consistent(const struct world *w, uint64_t set)
{
    uint32_t color[64];
    for (uint32_t i = 0; i < w->count; i++)
        color[i] = i;
    for (bool moved = true; moved;) { /* colours flow along the links until they stand still */
        moved = false;
        for (size_t i = 0; i < w->link_count; i++) {
            uint32_t a = w->links[i].a, b = w->links[i].b;
            if (!(set >> i & 1) || color[a] == color[b])
                continue;
            color[a] = color[b] = color[a] < color[b] ? color[a] : color[b];
            moved = true;
        }
    }
    for (uint32_t i = 0; i < w->count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (color[i] == color[k] && w->entities[i].graph == w->entities[k].graph)
                return false;
    for (size_t i = 0; i < w->bar_count; i++)
        if (color[w->bars[i].a] == color[w->bars[i].b])
            return false;
    return true;
}

/* Of all consistent sets of links the one that comes first: which has the best link wherever two
 * differ.  Every set is tried. */
static uint64_t best_set(const struct world *w)
{
    size_t order[16];
    uint64_t best = 0;
    bool found = false;
    for (size_t i = 0; i < w->link_count; i++) {
        size_t at = 0;
        for (size_t k = 0; k < w->link_count; k++)
            at += better(&w->links[k], &w->links[i]);
        order[at] = i;
    }
    for (uint64_t set = 0; set < UINT64_C(1) << w->link_count; set++) {
        uint64_t ranked = 0; /* the best link is the highest bit */
        for (size_t at = 0; at < w->link_count; at++)
            ranked |= (set >> order[at] & 1) << (w->link_count - 1 - at);
        uint64_t best_ranked = 0;
        for (size_t at = 0; at < w->link_count; at++)
            best_ranked |= (best >> order[at] & 1) << (w->link_count - 1 - at);
        if ((!found || ranked > best_ranked) && is_consistent(w, set)) {
            best = set;
            found = true;
        }
    }
    cr_assert(found);
    return best;
}

static void make_world(struct world *w, uint64_t *rng)
{
    unsigned graphs = 2 + (unsigned)(next(rng) % 4);
    size_t entities = 4 + next(rng) % 6, links = 1 + next(rng) % 10;
    for (size_t i = 0; i < entities; i++)
        entity(w, (unsigned)(next(rng) % graphs), next(rng) << 8 | i);
    for (size_t i = 0; i < links; i++) {
        uint32_t a = (uint32_t)(next(rng) % entities), b = (uint32_t)(next(rng) % entities);
        bool twice = false;
        for (size_t k = 0; k < w->link_count; k++)
            twice = twice || (w->links[k].a == a && w->links[k].b == b) ||
                    (w->links[k].a == b && w->links[k].b == a);
        if (w->entities[a].graph != w->entities[b].graph && !twice) /* few scores: many ties */
            link_up(w, a, b, (float)(next(rng) % 6) / 8);
    }
    for (size_t i = next(rng) % 3; i--;) { /* no match is barred */
        uint32_t a = (uint32_t)(next(rng) % entities), b = (uint32_t)(next(rng) % entities);
        bool linked = a == b;
        for (size_t k = 0; k < w->link_count; k++)
            linked = linked || (w->links[k].a == a && w->links[k].b == b) ||
                     (w->links[k].a == b && w->links[k].b == a);
        if (!linked)
            w->bars[w->bar_count++] = (struct cluster_bar){a, b};
    }
}

static bool is_kept(const struct world *w, uint64_t set, const struct cluster_link *link)
{
    for (size_t i = 0; i < w->link_count; i++)
        if (id_equal(w->links[i].low, link->low) && id_equal(w->links[i].high, link->high))
            return set >> i & 1;
    cr_assert_fail("a link of nobody");
    return false;
}

static uint32_t cluster_of(const struct cluster_group *g, struct id id, bool *ret_found)
{
    for (size_t i = 0; i < g->count; i++)
        if (id_equal(g->entities[i].id, id)) {
            *ret_found = true;
            return g->entities[i].cluster;
        }
    *ret_found = false;
    return 0;
}

static void check_world(struct world *w)
{
    uint64_t set = best_set(w);
    for (uint32_t from = 0; from < w->count; from++) {
        struct cluster_group g = walk(w, from, false);
        for (size_t i = 0; i < g.link_count; i++) {
            const struct cluster_link *link = &g.links[i];
            cr_assert_eq(link->fate == CLUSTER_KEPT, is_kept(w, set, link));
            const struct cluster_entity *x = &g.entities[link->rivals[0]],
                                        *y = &g.entities[link->rivals[1]];
            if (!link->fate)
                cr_assert_eq(g.entities[link->a].cluster, g.entities[link->b].cluster);
            else /* they stand where the ends of the link do */
                cr_assert(x->cluster == g.entities[link->a].cluster &&
                          y->cluster == g.entities[link->b].cluster && x->cluster != y->cluster &&
                          (link->fate == CLUSTER_BARRED || x->graph == y->graph));
        }
        for (size_t i = 0; i < g.count; i++) {
            const struct cluster_entity *name = &g.entities[g.entities[i].cluster];
            cr_assert(name->cluster == g.entities[i].cluster && name->graph <= g.entities[i].graph);
        }
        /* whoever is asked says the same */
        struct cluster_group again = walk(w, (uint32_t)(w->count - 1), false);
        for (size_t i = 0; i < g.count; i++) {
            bool found;
            uint32_t other = cluster_of(&again, g.entities[i].id, &found);
            if (found)
                cr_assert(id_equal(again.entities[other].id, g.entities[g.entities[i].cluster].id));
        }
    }
}

Test(cluster, of_all_consistent_sets_of_links_the_first_is_taken)
{
    uint64_t rng = 5;
    for (int i = 0; i < 400; i++) {
        struct world w = {.arena = arena_new()};
        make_world(&w, &rng);
        check_world(&w);
        arena_free(w.arena);
    }
}
