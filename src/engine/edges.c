/*
 * edges.c - the edges of an entity within a turn: small entities whole, hubs by groups.
 */
#include "edges.h"

#include "fetch.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"

#include <assert.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    return edge_compare(a, b);
}

static void set_add(struct arena *arena, struct edge_set *set, const struct edge *edge)
{
    enum { FEW = 8 }; /* so many have most works, and there are many works */
    assert(edge->relation != 0);
    if (!set->room) {
        set->edges = arena_alloc(arena, FEW * sizeof(*set->edges));
        set->room = FEW;
    }
    ARRAY_PUSH_IN(arena, set->edges, set->count, set->room, *edge);
}

static void set_sort(struct edge_set *set)
{
    if (set->sorted < set->count && set->count > 1)
        qsort(set->edges, set->count, sizeof(*set->edges), compare);
    set->sorted = set->count;
}

#define UNSORTED_MAX 64

static bool set_holds(struct edge_set *set, const struct edge *edge)
{
    assert(set->sorted <= set->count && set->count <= set->room);
    if (set->count - set->sorted > UNSORTED_MAX)
        set_sort(set);
    for (size_t i = set->sorted; i < set->count; i++)
        if (edge_compare(&set->edges[i], edge) == 0)
            return true;
    return set->sorted && bsearch(edge, set->edges, set->sorted, sizeof(*set->edges), compare);
}

void edges_add(struct arena *arena, struct work *w, const struct edge *edge)
{
    set_add(arena, &w->added, edge);
}

void edges_remove(struct arena *arena, struct work *w, const struct edge *edge)
{
    set_add(arena, &w->removed, edge);
}

bool edges_is_removed(struct work *w, const struct edge *edge)
{
    return set_holds(&w->removed, edge);
}

bool edges_is_hub(const struct work_set *set, const struct work *w)
{
    assert(w->loaded & LOADED_NODE); /* its degree */
    return w->stored_degree > set->options->hub_chunk;
}

/* Reads rows from a key on, while they belong to the entity (and, unless
 * whole, to the relation). */
static int scan(struct work_set *set, const struct work *w, struct slice from, bool whole,
                uint64_t relation, size_t limit, struct edge **ret_edges, size_t *ret_count)
{
    assert(limit > 0 && from.len >= ID_BYTES);
    if (!set->scan)
        set->scan = kv_scan_new(set->state->kv, KV_ADJACENCY);
    size_t room = limit < 64 ? limit : 64, count = 0;
    struct edge *edges = arena_alloc(set->arena, room * sizeof(*edges));
    for (kv_iter_seek(set->scan, from); count < limit && kv_iter_valid(set->scan);
         kv_iter_next(set->scan)) {
        struct id entity;
        struct edge edge;
        if (edge_decode(kv_iter_key(set->scan), kv_iter_value(set->scan), &entity, &edge))
            return ERR_STORE;
        if (!id_equal(entity, w->id) || (!whole && edge.relation != relation))
            break;
        if (edge.value.len)
            edge.value = arena_copy(set->arena, edge.value);
        ARRAY_PUSH_IN(set->arena, edges, count, room, edge);
    }
    assert(count <= limit);
    *ret_edges = edges;
    *ret_count = count;
    return kv_iter_valid(set->scan) ? ERR_OK : kv_iter_status(set->scan);
}

static int load_all(struct work_set *set, struct work *w)
{
    assert((w->loaded & LOADED_NODE) && !edges_is_hub(set, w));
    if (w->loaded & LOADED_EDGES)
        return ERR_OK;
    w->loaded |= LOADED_EDGES;
    if (!w->existed)
        return ERR_OK;
    char id[ID_BYTES];
    id_put(id, w->id);
    return scan(set, w, (struct slice){id, sizeof(id)}, true, 0, SIZE_MAX, &w->stored_edges,
                &w->stored_count);
}

/* The part of a sorted run that belongs to a relation. */
static void group_of(const struct edge *edges, size_t count, uint64_t relation, size_t *ret_begin,
                     size_t *ret_end)
{
    assert(edges || !count);
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (edges[middle].relation < relation)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_begin = low;
    while (low < count && edges[low].relation == relation)
        low++;
    *ret_end = low;
    assert(*ret_begin <= *ret_end && *ret_end <= count);
}

#define WHOLE_MAX 64 /* edges that are read all at once, rather than by group */

static bool is_read_by_group(const struct work_set *set, const struct work *w)
{
    return edges_is_hub(set, w) || (w->stored_degree > WHOLE_MAX && !(w->loaded & LOADED_EDGES));
}

int edges_group(struct work_set *set, struct work *w, uint64_t relation, size_t limit,
                struct edge **ret_edges, size_t *ret_count)
{
    assert((w->loaded & LOADED_NODE) && limit > 0);
    struct edge *stored = NULL;
    size_t begin = 0, end = 0, add, add_end, drop, drop_end;
    set_sort(&w->added);
    set_sort(&w->removed);
    group_of(w->added.edges, w->added.count, relation, &add, &add_end);
    group_of(w->removed.edges, w->removed.count, relation, &drop, &drop_end);

    /* pass 1: what the store has, enough of it */
    int rc;
    if (w->existed && is_read_by_group(set, w)) {
        char key[EDGE_GROUP_BYTES];
        edge_group_key(key, w->id, relation);
        if ((rc = scan(set, w, (struct slice){key, sizeof(key)}, false, relation,
                       limit + (drop_end - drop), &stored, &end)))
            return rc;
    } else {
        if ((rc = load_all(set, w)))
            return rc;
        stored = w->stored_edges;
        group_of(stored, w->stored_count, relation, &begin, &end);
    }

    /* pass 2: merge, without the removed ones */
    size_t most = (end - begin) + (add_end - add);
    if (most > limit)
        most = limit;
    struct edge *out = arena_alloc(set->arena, (most + 1) * sizeof(*out));
    size_t n = 0;
    while (n < limit && (begin < end || add < add_end)) {
        bool from_store = add == add_end ||
                          (begin < end && edge_compare(&stored[begin], &w->added.edges[add]) < 0);
        if (!from_store) {
            out[n++] = w->added.edges[add++];
            continue;
        }
        while (drop < drop_end && edge_compare(&w->removed.edges[drop], &stored[begin]) < 0)
            drop++;
        if (drop == drop_end || edge_compare(&w->removed.edges[drop], &stored[begin]) != 0)
            out[n++] = stored[begin];
        begin++;
    }
    assert(n <= most);
    *ret_edges = out;
    *ret_count = n;
    return ERR_OK;
}

/* One group of the store, to be freed with the arena. */
static int stored_group(struct work_set *set, struct work *w, uint64_t relation,
                        struct edge **ret_edges, size_t *ret_count)
{
    assert(w->loaded & LOADED_NODE);
    char key[EDGE_GROUP_BYTES];
    size_t begin, end;
    if (is_read_by_group(set, w)) {
        edge_group_key(key, w->id, relation);
        return scan(set, w, (struct slice){key, sizeof(key)}, false, relation, SIZE_MAX, ret_edges,
                    ret_count);
    }
    int rc = load_all(set, w);
    if (rc)
        return rc;
    group_of(w->stored_edges, w->stored_count, relation, &begin, &end);
    *ret_edges = w->stored_edges + begin;
    *ret_count = end - begin;
    return ERR_OK;
}

int edges_forward(struct work_set *set, struct work *w, struct edge **ret_edges, size_t *ret_count)
{
    const struct node *n = &w->node;
    struct edge_set *groups = arena_calloc(set->arena, n->group_count + 1, sizeof(*groups));
    size_t count = 0;
    assert((w->loaded & LOADED_NODE) && !w->removed.count && !w->node_changed);
    for (size_t i = 0; i < n->group_count; i++) {
        if (n->groups[i].relation & RELATION_INVERSE)
            continue;
        int rc = stored_group(set, w, n->groups[i].relation, &groups[i].edges, &groups[i].count);
        if (rc)
            return rc;
        if (groups[i].count != n->groups[i].edges)
            return ERR_STORE;
        count += groups[i].count;
    }
    struct edge *all = arena_alloc(set->arena, (count + 1) * sizeof(*all));
    *ret_edges = all;
    *ret_count = count;
    for (size_t i = 0; i < n->group_count; i++) {
        if (groups[i].count)
            memcpy(all, groups[i].edges, groups[i].count * sizeof(*all));
        all += groups[i].count;
    }
    return ERR_OK;
}

int edges_stored(struct work_set *set, struct work *w, const struct edge *from, size_t limit,
                 bool removed_too, struct edge **ret_edges, size_t *ret_count,
                 struct edge *ret_next, bool *ret_more)
{
    assert((w->loaded & LOADED_NODE) && limit > 0 && limit < SIZE_MAX);
    struct edge *rows = NULL;
    size_t count = 0;
    int rc;
    *ret_more = false;
    if (!edges_is_hub(set, w) && !from) {
        if ((rc = load_all(set, w)))
            return rc;
        rows = w->stored_edges;
        count = w->stored_count;
    } else {
        char key[EDGE_KEY_BYTES] = {0};
        id_put(key, w->id);
        if (from)
            edge_key(key, w->id, from);
        if ((rc =
                 scan(set, w, (struct slice){key, sizeof(key)}, true, 0, limit + 1, &rows, &count)))
            return rc;
        if (count > limit) {
            *ret_more = true;
            *ret_next = rows[limit];
            ret_next->value = (struct slice){NULL, 0};
            count = limit;
        }
    }
    struct edge *out = arena_alloc(set->arena, (count + 1) * sizeof(*out));
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (removed_too || !set_holds(&w->removed, &rows[i]))
            out[n++] = rows[i];
    *ret_edges = out;
    *ret_count = n;
    assert(n <= count && n <= limit);
    return ERR_OK;
}

int edges_exist(struct pool *pool, struct kv *kv, const struct work *const *works,
                const struct edge *edges, size_t count, bool *exist)
{
    assert((works && edges && exist) || !count);
    char keys[FETCH_MANY][EDGE_KEY_BYTES];
    struct slice slices[FETCH_MANY];
    struct kv_value values[FETCH_MANY];
    int rc = ERR_OK;
    for (size_t from = 0; from < count && !rc; from += FETCH_MANY) {
        size_t n = count - from < FETCH_MANY ? count - from : FETCH_MANY;
        for (size_t i = 0; i < n; i++) {
            edge_key(keys[i], works[from + i]->id, &edges[from + i]);
            slices[i] = (struct slice){keys[i], EDGE_KEY_BYTES};
        }
        rc = fetch_rows(pool, kv, KV_ADJACENCY, slices, n, values);
        for (size_t i = 0; i < n; i++) {
            exist[from + i] = values[i].bytes.data != NULL || values[i].pin != NULL;
            kv_value_release(&values[i]);
        }
    }
    return rc;
}

void edges_sort(struct work *w)
{
    set_sort(&w->added);
    set_sort(&w->removed);
}
