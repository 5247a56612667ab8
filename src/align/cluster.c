/*
 * cluster.c - walks along matches as far as they reach, and takes the links from the best down.
 *
 *  (1) A cluster is a tree of `up`, as in any union-find; at its root stands which graphs it has.
 *  (2) Of a graph it has one entity at most, so whom a link would bring together can be named.
 */
#include "alignd/align/cluster.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/graph/id_map.h"

#include <assert.h>
#include <stdlib.h>

/* --- the walk --- */

struct walk {
    const struct cluster_source *source;
    struct arena *arena;
    struct cluster_group *group;
    struct id_map places; /* id -> its entity, from 1 */
};

/* The entity of an id, added where it is new; *ret: its place from 0. */
static int place(struct walk *w, struct id id, uint32_t *ret)
{
    struct cluster_group *g = w->group;
    void **at = id_map_place(&w->places, id);
    struct cluster_entity entity = {.id = id};
    assert(g->count <= w->source->most);
    if (*at) {
        *ret = (uint32_t)((uintptr_t)*at - 1);
        return ERR_OK;
    }
    *at = (void *)(uintptr_t)(g->count + 1);
    *ret = (uint32_t)g->count;
    int rc = w->source->graph(w->source->arg, id, &entity.graph);
    if (rc)
        return rc;
    assert(entity.graph < CLUSTER_MAX_GRAPHS);
    ARRAY_PUSH_IN(w->arena, g->entities, g->count, g->room, entity);
    return ERR_OK;
}

/* The links of one entity, each where it is the lower end, and who is at the other. */
static int take_links(struct walk *w, uint32_t at, bool least)
{
    struct cluster_group *g = w->group;
    struct id id = g->entities[at].id;
    struct pair_list partners = {0};
    int rc = w->source->matches(w->source->arg, id, &partners);
    for (size_t i = 0; i < partners.count && !rc; i++) {
        const struct pair_entry *p = &partners.entries[i];
        uint32_t other;
        g->not_least = least && id_compare(p->other, g->entities[0].id) < 0;
        g->too_large =
            !g->not_least && g->count == w->source->most && !id_map_get(&w->places, p->other);
        if (g->not_least || g->too_large)
            return ERR_OK;
        if ((rc = place(w, p->other, &other)) || id_compare(p->other, id) < 0)
            continue;
        struct cluster_link link = {id, p->other, at, other, p->score, CLUSTER_KEPT, {0, 0}};
        ARRAY_PUSH_IN(w->arena, g->links, g->link_count, g->link_room, link);
    }
    return rc;
}

/* Bars between entities of the group. */
static int take_bars(struct walk *w, uint32_t at)
{
    struct cluster_group *g = w->group;
    const struct id *others = NULL;
    size_t count = 0;
    assert(at < g->count);
    int rc = w->source->barred(w->source->arg, g->entities[at].id, &others, &count);
    for (size_t i = 0; i < count && !rc; i++) {
        uintptr_t other = (uintptr_t)id_map_get(&w->places, others[i]);
        if (other > at + (uintptr_t)1) /* once, of those that are here */
            ARRAY_PUSH_IN(w->arena, g->bars, g->bar_count, g->bar_room,
                          (struct cluster_bar){at, (uint32_t)(other - 1)});
    }
    return rc;
}

static int walk_all(struct walk *w, struct id id, bool least)
{
    struct cluster_group *g = w->group;
    uint32_t first;
    int rc = place(w, id, &first);
    for (uint32_t at = 0; at < g->count && !rc && !g->not_least && !g->too_large; at++)
        rc = take_links(w, at, least);
    if (g->too_large || g->not_least)
        g->link_count = 0;
    assert(!g->not_least || !g->too_large);
    for (uint32_t at = 0; at < g->count && !rc && g->link_count > 1 && w->source->barred; at++)
        rc =
            take_bars(w, at); /* of two entities the bar is of their pair, which is no match then */
    return rc;
}

int cluster_walk(const struct cluster_source *source, struct id id, bool least, struct arena *arena,
                 struct cluster_group *ret_group)
{
    assert(source->most >= 1 && source->most < UINT32_MAX);
    struct cluster_group g = {0};
    struct walk w = {.source = source, .arena = arena, .group = &g};
    int rc = walk_all(&w, id, least);
    id_map_fini(&w.places);
    if (rc)
        return rc;
    if (g.not_least)
        g.count = 0;
    else if (!g.too_large)
        cluster_resolve(&g);
    *ret_group = g;
    return ERR_OK;
}

/* --- clusters --- */

struct tree {
    uint32_t up;     /* towards the root, which is its own */
    uint64_t graphs; /* of the root (1): bits */
};

static int compare_links(const void *x, const void *y)
{
    const struct cluster_link *a = x, *b = y;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    int c = id_compare(a->low, b->low);
    return c ? c : id_compare(a->high, b->high);
}

static uint32_t root_of(struct tree *trees, uint32_t i)
{
    while (trees[i].up != i) {
        trees[i].up = trees[trees[i].up].up;
        i = trees[i].up;
    }
    return i;
}

/* The entity of a cluster that is of a graph: it has one. */
static uint32_t member_of(const struct cluster_group *g, struct tree *trees, uint32_t root,
                          unsigned graph)
{
    uint32_t i = 0;
    while (g->entities[i].graph != graph || root_of(trees, i) != root) {
        i++;
        assert(i < g->count); /* (2) */
    }
    return i;
}

/* Whom a union of two clusters would bring together that may not be. */
static enum cluster_fate find_rivals(const struct cluster_group *g, struct tree *trees, uint32_t a,
                                     uint32_t b, uint32_t rivals[2])
{
    uint64_t both = trees[a].graphs & trees[b].graphs;
    assert(a != b);
    if (both) {
        unsigned graph = (unsigned)__builtin_ctzll(both);
        rivals[0] = member_of(g, trees, a, graph);
        rivals[1] = member_of(g, trees, b, graph);
        return CLUSTER_GRAPH;
    }
    for (size_t i = 0; i < g->bar_count; i++) {
        uint32_t x = root_of(trees, g->bars[i].a), y = root_of(trees, g->bars[i].b);
        if ((x != a || y != b) && (x != b || y != a))
            continue;
        rivals[0] = x == a ? g->bars[i].a : g->bars[i].b;
        rivals[1] = x == a ? g->bars[i].b : g->bars[i].a;
        return CLUSTER_BARRED;
    }
    return CLUSTER_KEPT;
}

/* Each cluster is called after its entity of the first graph. */
static void name_clusters(struct cluster_group *g, struct tree *trees)
{
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t root = root_of(trees, i);
        assert(trees[root].graphs);
        unsigned first = (unsigned)__builtin_ctzll(trees[root].graphs);
        if (g->entities[i].graph == first) /* (2) */
            g->entities[root].cluster = i;
    }
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t root = root_of(trees, i);
        if (root != i)
            g->entities[i].cluster = g->entities[root].cluster;
    }
}

void cluster_resolve(struct cluster_group *g)
{
    struct tree *trees = memory_malloc((g->count + 1) * sizeof *trees);
    for (uint32_t i = 0; i < g->count; i++) {
        assert(g->entities[i].graph < CLUSTER_MAX_GRAPHS);
        trees[i] = (struct tree){i, UINT64_C(1) << g->entities[i].graph};
    }
    if (g->link_count)
        qsort(g->links, g->link_count, sizeof *g->links, compare_links);
    for (size_t i = 0; i < g->link_count; i++) {
        struct cluster_link *link = &g->links[i];
        uint32_t a = root_of(trees, link->a), b = root_of(trees, link->b);
        link->fate = a == b ? CLUSTER_KEPT : find_rivals(g, trees, a, b, link->rivals);
        if (a == b || link->fate)
            continue;
        trees[b].up = a;
        trees[a].graphs |= trees[b].graphs;
    }
    name_clusters(g, trees);
    free(trees);
}

const struct cluster_link *cluster_find_link(const struct cluster_group *g, struct id a,
                                             struct id b)
{
    assert(!id_equal(a, b));
    bool ordered = id_compare(a, b) < 0;
    struct id low = ordered ? a : b, high = ordered ? b : a;
    for (size_t i = 0; i < g->link_count; i++)
        if (id_equal(g->links[i].low, low) && id_equal(g->links[i].high, high))
            return &g->links[i];
    return NULL;
}

size_t cluster_size(const struct cluster_group *g, uint32_t cluster)
{
    assert(cluster < g->count);
    size_t n = 0;
    for (size_t i = 0; i < g->count; i++)
        n += g->entities[i].cluster == cluster;
    return n;
}
