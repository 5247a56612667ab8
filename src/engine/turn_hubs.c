/*
 * turn_hubs.c - hubs, whose rows are too many for one turn, visited chunk by chunk: what
 * dirty.c remembers of them.
 */
#include "turn_parts.h"

#include "alignd/base/err.h"

#include "edges.h"

#include <assert.h>

enum { INPUT_VISITS = 64 }; /* rows of hubs that any turn may visit */

/* The next rows of a hub that lead to entities, and those entities. */
static int next_chunk(struct work_set *set, struct hub_visit *v, size_t limit,
                      struct edge **ret_edges, struct work_list *ret_met)
{
    assert(ret_met->count == 0);
    assert(!v->done && limit > 0);
    static const struct edge first = {0};
    struct work *hub = work_get(set, v->id);
    struct edge *edges, next = {0};
    size_t count = 0, kept = 0;
    bool more = false;
    int rc;
    if ((rc = work_load_nodes(set, &hub, 1)) ||
        (rc = edges_stored(set, hub, v->started ? &v->next : &first, limit, v->kind == VISIT_SPREAD,
                           &edges, &count, &next, &more)))
        return rc;
    for (size_t i = 0; i < count; i++) {
        if (edge_is_value(&edges[i]))
            continue;
        work_list_add(set->arena, ret_met, work_get(set, edges[i].neighbour));
        edges[kept++] = edges[i];
    }
    if ((rc = work_load_nodes(set, ret_met->works, ret_met->count)))
        return rc;
    assert(kept == ret_met->count);
    v->started = true;
    v->next = next;
    v->done = !more;
    v->changed = true;
    *ret_edges = edges;
    return ERR_OK;
}

/* Moves the rows that stand under a former order to the current one. */
static int rekey_chunk(struct turn *t, struct hub_visit *v, size_t limit, size_t *ret_used)
{
    assert(v->kind == VISIT_REKEY && v->count > 0);
    struct hub_visit visit = *v; /* the list may grow */
    struct work_list met = {0};
    struct edge *edges;
    int rc = next_chunk(&t->works, v, limit, &edges, &met);
    if (rc)
        return rc;
    struct work *hub = work_find(&t->works, visit.id);
    assert(hub && (hub->loaded & LOADED_NODE));
    size_t n = met.count * visit.count;
    struct edge *rows = arena_alloc(t->arena, (n + 1) * sizeof(*rows));
    const struct work **at = arena_alloc(t->arena, (n + 1) * sizeof(*at));
    bool *exist = arena_alloc(t->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct edge *edge = &edges[i / visit.count];
        rows[i] = (struct edge){.relation = edge->relation ^ RELATION_INVERSE,
                                .order = visit.orders[i % visit.count],
                                .neighbour = hub->id,
                                .predicate = edge->predicate};
        at[i] = met.works[i / visit.count];
    }
    if ((rc = edges_exist(t->pool, t->state->kv, at, rows, n, exist)))
        return rc;
    for (size_t i = 0; i < met.count; i++) {
        uint32_t from = hub->node.order;
        for (size_t k = 0; k < visit.count; k++)
            if (exist[i * visit.count + k])
                from = visit.orders[k];
        turn_rekey_row(t, hub, &edges[i], met.works[i], from);
    }
    *ret_used = met.count;
    return ERR_OK;
}

/* Flags those neighbours of a hub that sampled it. */
static int spread_chunk(struct turn *t, struct hub_visit *v, size_t limit, size_t *ret_used)
{
    assert(v->kind == VISIT_SPREAD && v->count == 0);
    struct id hub = v->id;
    struct work_list met = {0};
    struct edge *edges;
    int rc;
    if ((rc = next_chunk(&t->works, v, limit, &edges, &met)) ||
        (rc = work_load_samples(&t->works, met.works, met.count)))
        return rc;
    for (size_t i = 0; i < met.count; i++)
        if (met.works[i]->sample && sample_holds(met.works[i]->sample, hub))
            work_flag(met.works[i], WORK_PROFILE, NO_CAUSE);
    *ret_used = met.count;
    return ERR_OK;
}

/* Rows of hubs that a turn may visit: with input as many as it has changes, so
 * that the input does not wait for a hub that was renamed; without, a chunk. */
static size_t visit_budget(const struct turn *t)
{
    size_t changes = 0, chunk = t->options->hub_chunk;
    if (!t->input->input_count)
        return chunk;
    for (size_t i = 0; i < t->input->input_count; i++)
        changes += t->input->inputs[i].count;
    changes = changes < INPUT_VISITS ? INPUT_VISITS : changes;
    assert(chunk > 0);
    return changes < chunk ? changes : chunk;
}

static int visit_hubs(struct turn *t, enum visit_kind kind,
                      int (*chunk)(struct turn *, struct hub_visit *, size_t, size_t *))
{
    size_t left = visit_budget(t);
    assert(left > 0);
    int rc = ERR_OK;
    for (size_t i = 0; i < t->dirty.count && left && !rc; i++) {
        size_t used = 0;
        if (t->dirty.hubs[i].kind != kind || t->dirty.hubs[i].done)
            continue;
        rc = chunk(t, &t->dirty.hubs[i], left, &used);
        left -= used < left ? used : left;
    }
    return rc;
}

int turn_hubs_rekey(struct turn *t)
{
    return visit_hubs(t, VISIT_REKEY, rekey_chunk);
}

int turn_hubs_spread(struct turn *t)
{
    return visit_hubs(t, VISIT_SPREAD, spread_chunk);
}
