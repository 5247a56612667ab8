/*
 * turn_rekey.c - rows that point to an entity stand under its order, which its label gives:
 * when that is another one they move, at once, or for a hub chunk by chunk (turn_hubs.c).
 *
 * Who moves rows must know which hubs are behind with theirs: all of the turn are in dirty
 * before the first row moves.
 */
#include "turn_parts.h"

#include "alignd/base/err.h"

#include "edges.h"

#include <assert.h>

/* The rows of an entity that lead to others, as they stand before any moves. */
struct leads {
    struct work *w;
    struct edge *edges;
    struct work **to; /* beside edges */
    size_t count;
};

static int find_leads(struct work_set *set, struct work *w, struct leads *leads)
{
    assert(!edges_is_hub(set, w)); /* these go chunk by chunk */
    struct edge *edges, next;
    struct work_list met = {0};
    size_t count = 0;
    bool more;
    int rc = edges_stored(set, w, NULL, SIZE_MAX - 1, false, &edges, &count, &next, &more);
    if (rc)
        return rc;
    *leads = (struct leads){.w = w, .edges = edges};
    for (size_t i = 0; i < count; i++) {
        if (edge_is_value(&edges[i]))
            continue;
        work_list_add(set->arena, &met, work_get(set, edges[i].neighbour));
        edges[leads->count++] = edges[i];
    }
    assert(met.count == leads->count);
    leads->to = met.works;
    return work_load_nodes(set, met.works, met.count);
}

/* The rows that point to the small entities among the renamed move at once. */
static int rekey_small(struct turn *t, const struct work_list *small)
{
    struct leads *leads = arena_alloc(t->arena, (small->count + 1) * sizeof(*leads));
    int rc = ERR_OK;
    for (size_t i = 0; i < small->count && !rc; i++)
        rc = find_leads(&t->works, small->works[i], &leads[i]);
    if (rc)
        return rc;
    for (size_t i = 0; i < small->count; i++)
        for (size_t k = 0; k < leads[i].count; k++)
            turn_rekey_row(t, leads[i].w, &leads[i].edges[k], leads[i].to[k],
                           leads[i].w->old_order);
    return ERR_OK;
}

/* One row of an entity moves to another order.  While hubs are behind, a row
 * can be found to be moved from either end: once is enough. */
static void move(struct turn *t, struct work *at, struct edge row, uint32_t from, uint32_t to)
{
    assert(from != to && !edge_is_value(&row));
    row.order = from;
    if (t->dirty.count && edges_is_removed(at, &row))
        return;
    edges_remove(t->arena, at, &row);
    row.order = to;
    work_flag(at, WORK_SAMPLE, NO_CAUSE);
    edges_add(t->arena, at, &row);
}

void turn_rekey_row(struct turn *t, struct work *w, const struct edge *edge, struct work *k,
                    uint32_t from_order)
{
    assert(!edge_is_value(edge) && id_equal(edge->neighbour, k->id));
    struct edge back = {.relation = edge->relation ^ RELATION_INVERSE,
                        .neighbour = w->id,
                        .predicate = edge->predicate};
    work_flag(k, WORK_SAMPLE | WORK_TEXT, w->cause);
    /* whoever looks for those that sampled the hub k may miss w, whose row moves */
    if (edges_is_hub(&t->works, k) || dirty_spread(&t->dirty, k->id))
        work_flag(w, WORK_PROFILE, NO_CAUSE);

    /* a triple from w to itself: both its rows move when the one at the subject is seen */
    if (k == w && (edge->relation & RELATION_INVERSE))
        return;
    if (w->node.order != from_order)
        move(t, k, back, from_order, w->node.order);
    if (k == w && w->node.order != from_order) {
        move(t, w, *edge, from_order, w->node.order);
        return;
    }

    /* k's own re-keying finds w by where k's row of w stands, which may just
     * have moved out of its way: so what it would do to w is done here */
    if (k != w && dirty_rekey(&t->dirty, k->id)) {
        work_flag(w, WORK_SAMPLE | WORK_TEXT, NO_CAUSE);
        if (edge->order != k->node.order)
            move(t, w, *edge, edge->order, k->node.order);
    }
}

/*
 * Reads renamed and the visits of dirty.  Makes the moves of rows, as edges removed and
 * added at both ends, and flags the entities whose rows moved.
 */
int turn_rekey(struct turn *t)
{
    int rc = rekey_small(t, &t->renamed);
    if (rc)
        return rc;
    return turn_hubs_rekey(t);
}
