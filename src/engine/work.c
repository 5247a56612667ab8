/*
 * work.c - the working set: works by id, and their rows, from the cache or many at a time
 * from the store.
 */
#include "work.h"

#include "fetch.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/text.h"
#include "alignd/model/model.h"
#include "alignd/store/layout.h"

#include <assert.h>
#include <stdlib.h>

struct work *work_get(struct work_set *set, struct id id)
{
    void **place = id_map_place(&set->map, id);
    if (*place)
        return *place;
    struct work *w = arena_calloc(set->arena, 1, sizeof(*w));
    w->id = id;
    w->of_catalog = state_of_catalog(set->state, id);
    w->cause = NO_CAUSE;
    *place = w;
    ARRAY_PUSH(set->list, set->count, set->room, w);
    assert(set->list[set->count - 1] == w && set->count <= set->room);
    return w;
}

void work_flag(struct work *w, uint32_t flags, uint32_t cause)
{
    assert(flags < WORK_NAMESAKES << 1);
    w->flags |= w->of_catalog ? flags : flags & WORK_LABEL;
    if (cause != NO_CAUSE && (w->cause == NO_CAUSE || cause > w->cause))
        w->cause = cause;
}

void work_list_add(struct arena *arena, struct work_list *list, struct work *w)
{
    assert(w && list->count <= list->room);
    ARRAY_PUSH_IN(arena, list->works, list->count, list->room, w);
}

void work_list_flagged(const struct work_set *set, uint32_t flags, struct work_list *ret_list)
{
    *ret_list = (struct work_list){0};
    for (size_t i = 0; i < set->count; i++)
        if (set->list[i]->flags & flags)
            work_list_add(set->arena, ret_list, set->list[i]);
    assert(ret_list->count <= set->count);
}

/* --- loading --- */

static int compare_works(const void *a, const void *b)
{
    return id_compare((*(struct work *const *)a)->id, (*(struct work *const *)b)->id);
}

void work_sort(struct work **works, size_t count)
{
    if (count > 1)
        qsort(works, count, sizeof(*works), compare_works);
}

static int unreadable(enum kv_family family, int rc)
{
    if (rc == ERR_STORE)
        log_error("store: a row of %s cannot be read", kv_family_name(family));
    return rc;
}

/* A row as it came from the store, into the cache if it is of a kind that stays. */
static struct slice keep_row(struct work_set *set, enum kv_family family, struct id id,
                             struct slice bytes)
{
    assert(family == KV_NODES || family == KV_SAMPLES || family == KV_VECTORS ||
           family == KV_PAIRS || family == KV_MATCHES || family == KV_DECIDED);
    struct slice row = row_cache_put(set->state->rows, family, id, bytes);
    return row.data || !bytes.data ? row : arena_copy(set->arena, bytes);
}

/*
 * Fetches the rows of one family for those works that lack them, from the
 * cache or in key order from the store, and hands each to take; an absent row
 * has data NULL.
 */
static int load(struct work_set *set, enum kv_family family, uint32_t bit, struct work **works,
                size_t count, int (*take)(struct work_set *, struct work *, struct slice))
{
    assert(family < KV_FAMILIES && bit != 0);
    struct work_list missing = {0};
    for (size_t i = 0; i < count; i++) {
        if (i + WORK_AHEAD < count)
            row_cache_prefetch(set->state->rows, family, works[i + WORK_AHEAD]->id);
        if (works[i]->loaded & bit)
            continue;
        works[i]->loaded |= bit;
        struct slice row = {NULL, 0};
        bool newcomer = (works[i]->loaded & LOADED_NODE) && !works[i]->existed; /* has no rows */
        bool known = (newcomer && family != KV_NODES) ||
                     row_cache_get(set->state->rows, family, works[i]->id, &row);
        int rc;
        if (!known)
            work_list_add(set->arena, &missing, works[i]);
        else if ((rc = take(set, works[i], row)))
            return unreadable(family, rc);
    }
    assert(missing.count <= count);
    work_sort(missing.works, missing.count);

    char ids[FETCH_MANY][ID_BYTES];
    struct slice keys[FETCH_MANY];
    struct kv_value values[FETCH_MANY];
    int rc = ERR_OK;
    for (size_t from = 0; from < missing.count && !rc; from += FETCH_MANY) {
        size_t n = missing.count - from < FETCH_MANY ? missing.count - from : FETCH_MANY;
        for (size_t i = 0; i < n; i++) {
            id_put(ids[i], missing.works[from + i]->id);
            keys[i] = (struct slice){ids[i], ID_BYTES};
        }
        rc = fetch_rows(set->pool, set->state->kv, family, keys, n, values);
        for (size_t i = 0; i < n && !rc; i++) {
            struct work *w = missing.works[from + i];
            rc = take(set, w, keep_row(set, family, w->id, values[i].bytes));
        }
        for (size_t i = 0; i < n; i++)
            kv_value_release(&values[i]);
    }
    return unreadable(family, rc);
}

static int take_node(struct work_set *set, struct work *w, struct slice row)
{
    assert(!w->existed && !w->node_changed);
    w->node_row = row;
    if (!row.data) {
        w->node =
            (struct node){.kind = w->term_kind, .term = w->term, .order = node_order_of_id(w->id)};
        w->old_order = w->node.order;
        return ERR_OK;
    }
    int rc = node_decode(row, set->arena, &w->node);
    w->existed = true;
    w->old_order = w->node.order;
    w->stored_degree = node_degree(&w->node);
    w->old_label = w->node.has_label ? w->node.label : (struct slice){NULL, 0};
    w->old_type = w->node.type;
    return rc;
}

int work_load_nodes(struct work_set *set, struct work **works, size_t count)
{
    return load(set, KV_NODES, LOADED_NODE, works, count, take_node);
}

static int take_sample(struct work_set *set, struct work *w, struct slice row)
{
    assert(!w->sample && !w->old_sample);
    w->sample_row = row;
    if (!row.data)
        return ERR_OK;
    struct sample *s = arena_alloc(set->arena, sizeof(*s));
    int rc = sample_decode(row, set->arena, s);
    if (rc)
        return rc;
    /* what takes samples has room for so many, on the stack */
    if (s->neighbour_count > (size_t)set->options->neighbours ||
        s->value_count > (size_t)set->options->values ||
        s->name_count >= (size_t)set->options->names || s->identifier_count > SAMPLE_IDENTIFIERS)
        return ERR_STORE;
    w->sample = w->old_sample = s;
    return ERR_OK;
}

int work_load_samples(struct work_set *set, struct work **works, size_t count)
{
    return load(set, KV_SAMPLES, LOADED_SAMPLE, works, count, take_sample);
}

size_t work_vector_bytes(const struct work_set *set, const struct work *w)
{
    return (set->z0_floats + (w->level1 ? set->z1_floats : 0)) * sizeof(uint16_t);
}

/* As network_has_level1 of the same vector. */
static bool takes_part_at_level1(const struct work_set *set, const uint16_t *z0)
{
    uint16_t any = 0;
    for (size_t k = 0; k < set->z0_floats; k++)
        any |= z0[k] & 0x7fff;
    return !any || model_level1(set->options->model) == MODEL_LEVEL1_ALL;
}

static int take_vectors(struct work_set *set, struct work *w, struct slice row)
{
    assert(!w->vectors && !w->new_vectors);
    w->vector_row = row;
    if (row.data && row.len < LAYOUT_VECTORS_AT)
        return ERR_STORE;
    struct reader r = reader_of(row);
    w->namesakes = row.data ? reader_take_u64(&r) : 0;
    if (!row.data || set->vectors_are_foreign) /* of another model: made anew */
        return ERR_OK;
    if (row.len < LAYOUT_VECTORS_AT + set->z0_floats * sizeof(uint16_t))
        return ERR_STORE;
    w->vectors =
        (const uint16_t *)(const void *)(row.data + LAYOUT_VECTORS_AT); /* lent for the turn */
    w->level1 = takes_part_at_level1(set, w->vectors);
    size_t bytes = LAYOUT_VECTORS_AT + work_vector_bytes(set, w);
    if (row.len < bytes)
        return ERR_STORE;
    w->said = (struct slice){row.data + bytes, row.len - bytes};
    return text_is_utf8(w->said) ? ERR_OK : ERR_STORE;
}

int work_load_vectors(struct work_set *set, struct work **works, size_t count)
{
    return load(set, KV_VECTORS, LOADED_VECTORS, works, count, take_vectors);
}

static int take_pairs(struct work_set *set, struct work *w, struct slice row)
{
    assert(!w->pairs_changed && w->pairs.count == 0);
    w->pairs_row = row;
    return pair_list_decode(row, set->arena, &w->pairs);
}

int work_load_pairs(struct work_set *set, struct work **works, size_t count)
{
    return load(set, KV_PAIRS, LOADED_PAIRS, works, count, take_pairs);
}

static int take_matches(struct work_set *set, struct work *w, struct slice row)
{
    assert((w->loaded & LOADED_PAIRS) && !w->matches_changed); /* scores come from there */
    w->matches_row = row;
    return pair_list_decode_partners(row, &w->pairs, set->arena, &w->matches);
}

int work_load_matches(struct work_set *set, struct work **works, size_t count)
{
    int rc = work_load_pairs(set, works, count);
    if (rc)
        return rc;
    return load(set, KV_MATCHES, LOADED_MATCHES, works, count, take_matches);
}

static int take_decided(struct work_set *set, struct work *w, struct slice row)
{
    assert(!w->decided_changed && w->decided.count == 0);
    w->decided_row = row;
    return decided_decode(row, set->arena, &w->decided);
}

int work_load_decided(struct work_set *set, struct work **works, size_t count)
{
    if (!state_has_verdicts(set->state)) /* but this turn may have made some: those are loaded */
        return ERR_OK;
    return load(set, KV_DECIDED, LOADED_DECIDED, works, count, take_decided);
}

void work_name(struct arena *arena, struct work *w, struct slice *ret_name)
{
    assert(w->loaded & LOADED_NODE);
    if (!w->name.data) {
        struct buf b = {0};
        if (w->node.has_label)
            text_normalise(&b, w->node.label);
        w->name = arena_copy(arena, buf_slice(&b));
        buf_fini(&b);
    }
    assert(w->name.data);
    *ret_name = w->name;
}

void work_reset(struct work_set *set)
{
    id_map_clear(&set->map);
    set->count = 0;
    kv_iter_free(set->scan);
    set->scan = NULL;
}

void work_fini(struct work_set *set)
{
    kv_iter_free(set->scan);
    id_map_fini(&set->map);
    free(set->list);
}
