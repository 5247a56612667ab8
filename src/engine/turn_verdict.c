/*
 * turn_verdict.c - verdicts to what they come to for pairs of the catalogs (align/decided.h).
 *
 * Verdicts are triples of a graph of their own, between terms; of whom a term is the name in which
 * catalog is asked here, and again whenever such an entity appears or goes.  What is decided of a
 * pair depends on both its terms and on who is there of all that they are said to be the same as:
 * so a change is followed two steps, to those said to be the same as somebody, and to those they
 * are said to be the same as in turn.
 */
#include "turn_parts.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include "edges.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

/* What is said of a term and another one. */
struct said {
    struct id other;
    bool same, different;
};

/* A term that verdicts speak of. */
struct spoken {
    struct work *w;
    struct said *said; /* by other, each once */
    size_t count;
    size_t same[STATE_MAX_GRAPHS]; /* of a catalog: who is there of those that it is the same as */
    unsigned step;                 /* how far from what changed */
};

struct hearing {
    struct turn *t;
    struct id_map heard;     /* id -> struct spoken */
    struct spoken **decided; /* those whose pairs are decided anew */
    size_t count, room;
};

/* --- what is said --- */

static struct work *entity_of(struct turn *t, struct id term, size_t graph)
{
    assert(!state_of_catalog(t->state, term) && graph < t->state->graph_count);
    return work_get(&t->works, id_in_graph(term, t->state->graphs[graph].tag));
}

/* All that go by one of these terms, in any catalog, as they are. */
static int load_entities(struct turn *t, const struct said *said, size_t count, struct id term)
{
    struct work_list all = {0};
    for (size_t g = 0; g < t->state->graph_count; g++) {
        if (!state_is_catalog(t->state, g))
            continue;
        work_list_add(t->arena, &all, entity_of(t, term, g));
        for (size_t i = 0; i < count; i++)
            work_list_add(t->arena, &all, entity_of(t, said[i].other, g));
    }
    return work_load_nodes(&t->works, all.works, all.count);
}

static int compare_said(const void *a, const void *b)
{
    return id_compare(((const struct said *)a)->other, ((const struct said *)b)->other);
}

/* Both directions of both verdicts, each other term once. */
static int gather(struct turn *t, struct spoken *x)
{
    static const uint64_t relations[] = {RELATION_SAME, RELATION_SAME | RELATION_INVERSE,
                                         RELATION_DIFFERENT, RELATION_DIFFERENT | RELATION_INVERSE};
    size_t room = 0, kept = 0;
    for (size_t r = 0; r < sizeof(relations) / sizeof(*relations); r++) {
        struct edge *edges;
        size_t n;
        int rc = edges_group(&t->works, x->w, relations[r], SIZE_MAX / 2, &edges, &n);
        if (rc)
            return rc;
        bool same = (relations[r] & ~UINT64_C(3)) == RELATION_SAME;
        for (size_t i = 0; i < n; i++)
            if (!id_equal(edges[i].neighbour, x->w->id))
                ARRAY_PUSH_IN(t->arena, x->said, x->count, room,
                              (struct said){edges[i].neighbour, same, !same});
    }
    if (x->count)
        qsort(x->said, x->count, sizeof(*x->said), compare_said);
    for (size_t i = 0; i < x->count; i++) {
        struct said *last = kept ? &x->said[kept - 1] : NULL;
        if (last && id_equal(last->other, x->said[i].other)) {
            last->same |= x->said[i].same;
            last->different |= x->said[i].different;
        } else {
            x->said[kept++] = x->said[i];
        }
    }
    assert(kept <= x->count);
    x->count = kept;
    return ERR_OK;
}

static int hear(struct hearing *h, struct id term, struct spoken **ret)
{
    struct turn *t = h->t;
    void **place = id_map_place(&h->heard, term);
    struct spoken *x = *place;
    int rc;
    if (!x) {
        x = arena_calloc(t->arena, 1, sizeof(*x));
        *place = x;
        x->w = work_get(&t->works, term);
        x->step = UINT32_MAX;
        if ((rc = work_load_nodes(&t->works, &x->w, 1)) || (rc = gather(t, x)) ||
            (rc = load_entities(t, x->said, x->count, term)))
            return rc;
        for (size_t i = 0; i < x->count; i++)
            for (size_t g = 0; g < t->state->graph_count; g++)
                x->same[g] += state_is_catalog(t->state, g) && x->said[i].same &&
                              !x->said[i].different &&
                              work_alive(entity_of(t, x->said[i].other, g));
    }
    assert(x->w && (x->w->loaded & LOADED_NODE));
    *ret = x;
    return ERR_OK;
}

/* --- what comes of it --- */

static void decide_pair(struct turn *t, const struct spoken *x, const struct said *said,
                        const struct spoken *other, size_t graph, struct decided_list *list)
{
    assert(state_is_catalog(t->state, graph));
    for (size_t g = 0; g < t->state->graph_count; g++) {
        const struct work *k = state_is_catalog(t->state, g) ? entity_of(t, said->other, g) : NULL;
        if (g == graph || !k || !work_alive(k))
            continue;
        struct decided_case c = {.same = said->same,
                                 .different = said->different,
                                 .of_one = x->same[g],
                                 .of_other = other->same[graph],
                                 .one_to_one = t->options->policy != POLICY_THRESHOLD};
        list->entries[list->count++] = (struct decided_entry){k->id, decided_of(&c)};
    }
}

static int compare_decided(const void *a, const void *b)
{
    return id_compare(((const struct decided_entry *)a)->other,
                      ((const struct decided_entry *)b)->other);
}

/* All pairs of the entity that a catalog knows by the term. */
static int decide_entity(struct hearing *h, const struct spoken *x, size_t graph,
                         struct decided_list *list)
{
    struct turn *t = h->t;
    size_t most = x->count * t->state->graph_count;
    *list = (struct decided_list){.entries =
                                      arena_alloc(t->arena, (most + 1) * sizeof(*list->entries))};
    for (size_t i = 0; i < x->count; i++) {
        struct spoken *other;
        int rc = hear(h, x->said[i].other, &other);
        if (rc)
            return rc;
        decide_pair(t, x, &x->said[i], other, graph, list);
    }
    assert(list->count <= most);
    if (list->count)
        qsort(list->entries, list->count, sizeof(*list->entries), compare_decided);
    return ERR_OK;
}

/* Whoever has w as a neighbour knows it by whom it is pinned to as well: as if it had another
 * name. */
static void repin(struct turn *t, struct work *w)
{
    assert(w->loaded & LOADED_NODE);
    if (!w->existed || !work_alive(w) || w->relabelled)
        return; /* they are told by newer edges, or by its name */
    if (edges_is_hub(&t->works, w) || dirty_rekey(&t->dirty, w->id))
        dirty_add_rekey(&t->dirty, w->id, w->old_order);
    else
        work_list_add(t->arena, &t->renamed, w);
}

/* As differences, modulo 2^64. */
static void count_change(struct decided_counts *change, const struct decided_list *was,
                         const struct decided_list *is)
{
    struct decided_counts before = {0};
    decided_count(was, &before);
    decided_count(is, change);
    change->pinned -= before.pinned;
    change->barred -= before.barred;
    change->contradicted -= before.contradicted;
}

static int decide(struct hearing *h, const struct spoken *x)
{
    struct turn *t = h->t;
    for (size_t g = 0; g < t->state->graph_count; g++) {
        struct decided_list now = {0};
        struct work *w = state_is_catalog(t->state, g) ? entity_of(t, x->w->id, g) : NULL;
        int rc;
        if (!w || (!w->existed && !work_alive(w)))
            continue;
        if ((rc = work_load_decided(&t->works, &w, 1)) ||
            (work_alive(w) && (rc = decide_entity(h, x, g, &now))))
            return rc;
        assert(!w->decided_changed); /* once a turn */
        if (decided_same(&now, &w->decided))
            continue;
        count_change(&t->change.totals.decided, &w->decided, &now);
        bool same_pins = decided_same_pins(&now, &w->decided);
        w->decided = now;
        w->decided_changed = true;
        work_flag(w, WORK_CANDIDATES, x->w->cause);
        if (!same_pins)
            repin(t, w);
    }
    return ERR_OK;
}

/* --- whom it concerns --- */

static int concern(struct hearing *h, struct id term, unsigned step)
{
    struct spoken *x;
    int rc = hear(h, term, &x);
    if (rc || x->step <= step)
        return rc;
    if (x->step == UINT32_MAX)
        ARRAY_PUSH_IN(h->t->arena, h->decided, h->count, h->room, x);
    x->step = step;
    assert(h->count <= h->room);
    return ERR_OK;
}

/* The terms whose verdicts differ, and those of entities that appear or go. */
static int find_concerned(struct hearing *h)
{
    struct turn *t = h->t;
    struct work_list terms = {0};
    size_t works = t->works.count; /* more come, which change nothing */
    bool any = state_has_verdicts(t->state);
    for (size_t i = 0; i < works && !any; i++)
        any = !t->works.list[i]->of_catalog;
    if (!any)
        return ERR_OK;
    for (size_t i = 0; i < works; i++) {
        struct work *w = t->works.list[i];
        if (!w->of_catalog && (w->added.count || w->removed.count))
            work_list_add(t->arena, &terms, w);
        else if (w->of_catalog && (w->loaded & LOADED_NODE) && w->existed != work_alive(w))
            work_list_add(t->arena, &terms,
                          work_get(&t->works, id_in_graph(w->id, t->state->verdict_tag)));
    }
    int rc = work_load_nodes(&t->works, terms.works, terms.count);
    for (size_t i = 0; i < terms.count && !rc; i++)
        if (terms.works[i]->existed || work_alive(terms.works[i]))
            rc = concern(h, terms.works[i]->id, 0);
    return rc;
}

enum { STEPS = 2 };

static int follow(struct hearing *h)
{
    int rc = ERR_OK;
    for (size_t i = 0; i < h->count && !rc; i++) { /* it grows on the way */
        const struct spoken *x = h->decided[i];
        for (size_t k = 0; k < x->count && x->step < STEPS && !rc; k++)
            rc = concern(h, x->said[k].other, x->step + 1);
    }
    return rc;
}

/*
 * Reads the graph of verdicts, as far as it changed or speaks of somebody who appears or goes, and
 * who is there of those it speaks of.  Makes what is decided of their pairs; flags
 * WORK_CANDIDATES those of whom something else is, and notes as renamed whose pin is another one.
 */
int turn_verdict(struct turn *t)
{
    assert(t->triples); /* apply came before, and link */
    struct hearing h = {.t = t};
    int rc = ERR_OK;
    if (!t->state->verdict_tag)
        return ERR_OK;
    if ((rc = find_concerned(&h)) || (rc = follow(&h)))
        goto done;
    for (size_t i = 0; i < h.count && !rc; i++)
        rc = decide(&h, h.decided[i]);
    if (!rc && (int64_t)t->change.totals.decided.contradicted > 0)
        log_warn("%" PRIu64 " pairs more are said to be the same by verdicts that contradict each "
                 "other: none of them is pinned (alignd verdicts --contradicted lists them)",
                 t->change.totals.decided.contradicted / 2);
done:
    id_map_fini(&h.heard);
    return rc;
}
