/*
 * turn_spread.c - a vector that moved is part of the profile of whoever sampled its entity:
 * those are found by way of its rows, of a hub chunk by chunk (turn_hubs.c).
 */
#include "turn_parts.h"

#include "alignd/base/err.h"

#include "edges.h"

#include <assert.h>

/* Whoever holds a changed neighbour in its sample is to be scored again. */
static int spread_small(struct turn *t, const struct work_list *changed)
{
    int rc;
    struct work_list met = {0};
    size_t *ends = arena_alloc(t->arena, (changed->count + 1) * sizeof(*ends));

    /* pass 1: the neighbours, of all but hubs */
    for (size_t i = 0; i < changed->count; i++) {
        struct work *w = changed->works[i];
        struct edge *edges, next;
        size_t count = 0;
        bool more;
        if (edges_is_hub(&t->works, w))
            dirty_add_spread(&t->dirty, w->id);
        else if (w->existed && (rc = edges_stored(&t->works, w, NULL, SIZE_MAX - 1, true, &edges,
                                                  &count, &next, &more)))
            return rc;
        for (size_t k = 0; k < count; k++)
            if (!edge_is_value(&edges[k]))
                work_list_add(t->arena, &met, work_get(&t->works, edges[k].neighbour));
        assert(w->vectors_changed || !t->options->cut_offs);
        assert(met.count >= (i ? ends[i - 1] : 0));
        ends[i] = met.count;
    }

    /* pass 2: those of them that sampled it */
    if ((rc = work_load_samples(&t->works, met.works, met.count)))
        return rc;
    for (size_t i = 0, k = 0; i < changed->count; i++)
        for (; k < ends[i]; k++)
            if (met.works[k]->sample && sample_holds(met.works[k]->sample, changed->works[i]->id))
                work_flag(met.works[k], WORK_PROFILE, changed->works[i]->cause);
    return ERR_OK;
}

/*
 * Reads moved, the visits of dirty, and the samples of neighbours.  Flags WORK_PROFILE those
 * who hold one that moved.
 */
int turn_spread(struct turn *t)
{
    int rc = spread_small(t, &t->moved);
    if (rc)
        return rc;
    return turn_hubs_spread(t);
}
