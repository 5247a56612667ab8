/*
 * dataset_resample.c - samples drawn otherwise than serving draws them, from the store's
 * triples: what coordination and rarity are worth.
 */
#include "dataset_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/text.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/predicate.h"
#include "alignd/graph/sample.h"
#include "alignd/state/walk.h"

#include <assert.h>
#include <stdlib.h>

struct redraw {
    struct dataset *d;
    const struct state *s;
    enum dataset_sampling how;
    size_t neighbours, values;
    uint64_t inverse_limit;
    struct arena *arena; /* of one entity */
    struct id id;
    struct edge *edges; /* of that entity, in the order of their rows */
    size_t count, room;
};

/* u of a draw of its own: of entity and neighbour alike. */
static uint32_t own_order(struct id id, struct id neighbour)
{
    return (uint32_t)(hash_mix(hash_mix(id.hi, id.lo), hash_mix(neighbour.hi, neighbour.lo)) >> 32);
}

static void offer_edges(const struct redraw *r, size_t begin, size_t end, struct sampler *sampler)
{
    assert(begin < end && end <= r->count);
    for (size_t i = begin; i < end; i++) {
        struct edge edge = r->edges[i];
        if (id_equal(edge.neighbour, r->id) ||
            (i > begin && id_equal(edge.neighbour, r->edges[i - 1].neighbour)))
            continue;
        if (r->how != SAMPLING_COORDINATED)
            edge.order = own_order(r->id, edge.neighbour);
        sampler_offer(sampler, &edge, r->how == SAMPLING_UNIFORM ? 1 : end - begin);
    }
}

static int write_redrawn(const struct redraw *r, const struct sampler *entities,
                         const struct sampler *values)
{
    assert(entities->count <= entities->limit && values->count <= values->limit);
    struct dataset *d = r->d;
    int64_t number = dataset_find_id(d, r->id);
    struct catalog_neighbour *list =
        arena_alloc(d->arena, (entities->count + values->count + 1) * sizeof(*list));
    if (number < 0)
        return ERR_STORE;
    struct catalog_entity *x = &d->catalog.entities[number];
    x->neighbours = list;
    x->neighbour_count = (uint32_t)entities->count;
    x->pin_count = 0; /* of places that others have now */
    x->value_count = (uint32_t)values->count;
    for (size_t i = 0; i < entities->count; i++, list++) {
        int64_t target = dataset_find_id(d, entities->slots[i].edge.neighbour);
        list->target = (uint32_t)target;
        if (target < 0)
            return ERR_STORE;
        dataset_take_relation(d, r->s, entities->slots[i].edge.relation, &list->relation);
    }
    x->values = list;
    for (size_t i = 0; i < values->count; i++, list++) {
        struct term term;
        int rc = edge_value_decode(values->slots[i].edge.value, &term);
        if (rc)
            return rc;
        dataset_take_relation(d, r->s, values->slots[i].edge.relation, &list->relation);
        dataset_take_text(d, text_truncate(term.text, SAMPLE_VALUE_BYTES), term.datatype,
                          &list->target);
    }
    return ERR_OK;
}

/* As draw() of turn_sample.c, of the edges collected. */
static int redraw_entity(struct redraw *r)
{
    assert(r->count && r->count <= r->room);
    struct sampler entities, values;
    sampler_init(&entities, r->arena, r->neighbours);
    sampler_init(&values, r->arena, r->values);
    for (size_t i = 0, end; i < r->count; i = end) {
        uint64_t relation = r->edges[i].relation;
        for (end = i + 1; end < r->count && r->edges[end].relation == relation; end++)
            ;
        bool value = relation & RELATION_VALUE;
        if (sample_draws_from(relation, end - i, r->inverse_limit))
            offer_edges(r, i, end, value ? &values : &entities);
    }
    return write_redrawn(r, &entities, &values);
}

static int collect_edge(void *arg, struct slice key, struct slice value)
{
    struct redraw *r = arg;
    struct id id;
    struct edge edge;
    int rc = edge_decode(key, value, &id, &edge);
    if (rc)
        return rc;
    if (r->count && !id_equal(id, r->id)) {
        if ((rc = redraw_entity(r)))
            return rc;
        r->count = 0;
        arena_reset(r->arena);
    }
    dataset_grow((void **)&r->edges, &r->room, r->count, sizeof(*r->edges));
    if (value.len)
        edge.value = arena_copy(r->arena, value);
    r->id = id;
    assert(r->count < r->room);
    r->edges[r->count++] = edge;
    return ERR_OK;
}

int dataset_resample(struct dataset *d, const struct state *s, enum dataset_sampling how,
                     size_t neighbours, size_t values, uint64_t inverse_limit)
{
    assert(how <= SAMPLING_UNIFORM);
    struct redraw r = {.d = d,
                       .s = s,
                       .how = how,
                       .neighbours = neighbours,
                       .values = values,
                       .inverse_limit = inverse_limit,
                       .arena = arena_new()};
    int rc = walk_rows(s->kv, KV_ADJACENCY, collect_edge, &r);
    if (rc)
        goto done;
    if (r.count)
        rc = redraw_entity(&r);
done:
    arena_free(r.arena);
    free(r.edges);
    return rc;
}
