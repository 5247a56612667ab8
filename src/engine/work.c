#include "engine_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/text.h"

#include <stdlib.h>

struct work *work_get(struct engine *e, struct id id)
{
    void **place = id_map_place(&e->works, id);
    if (!place || *place)
        return place ? *place : NULL;
    if (e->count == e->room) {
        size_t room = e->room ? e->room * 2 : 1024;
        struct work **list = realloc(e->list, room * sizeof(*list));
        if (!list)
            return NULL;
        e->list = list;
        e->room = room;
    }
    struct work *w = arena_calloc(e->arena, 1, sizeof(*w));
    if (!w)
        return NULL;
    w->id = id;
    w->cause = NO_CAUSE;
    *place = w;
    e->list[e->count++] = w;
    return w;
}

void work_flag(struct work *w, uint32_t flags, uint32_t cause)
{
    w->flags |= flags;
    if (cause != NO_CAUSE && (w->cause == NO_CAUSE || cause > w->cause))
        w->cause = cause;
}

int work_list_add(struct engine *e, struct work_list *list, struct work *w)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 64;
        struct work **works = arena_alloc(e->arena, room * sizeof(*works));
        if (!works)
            return ERR_NO_MEMORY;
        if (list->count)
            memcpy(works, list->works, list->count * sizeof(*works));
        list->works = works;
        list->room = room;
    }
    list->works[list->count++] = w;
    return ERR_OK;
}

int work_list_flagged(struct engine *e, uint32_t flags, struct work_list *ret_list)
{
    struct work_list list = {0};
    for (size_t i = 0; i < e->count; i++)
        if ((e->list[i]->flags & flags) && work_list_add(e, &list, e->list[i]))
            return ERR_NO_MEMORY;
    *ret_list = list;
    return ERR_OK;
}

/* --- loading --- */

static int compare_works(const void *a, const void *b)
{
    return id_compare((*(struct work *const *)a)->id, (*(struct work *const *)b)->id);
}

#define LOAD_MANY 256

static int unreadable(enum kv_family family, int rc)
{
    if (rc == ERR_STORE)
        log_error("store: a row of %s cannot be read", kv_family_name(family));
    return rc;
}

/* A row as it came from the store, into the cache if it is of a kind that stays. */
static struct slice keep_row(struct engine *e, enum kv_family family, struct id id,
                             struct slice bytes)
{
    struct slice row = row_cache_put(e->state.rows, family, id, bytes);
    return row.data || !bytes.data ? row : arena_copy(e->arena, bytes);
}

/*
 * Fetches the rows of one family for those works that lack them, from the
 * cache or in key order from the store, and hands each to take; an absent row
 * has data NULL.
 */
static int load(struct engine *e, enum kv_family family, uint32_t bit, struct work **works,
                size_t count, int (*take)(struct engine *, struct work *, struct slice))
{
    struct work_list missing = {0};
    for (size_t i = 0; i < count; i++) {
        if (i + WORK_AHEAD < count)
            row_cache_prefetch(e->state.rows, family, works[i + WORK_AHEAD]->id);
        if (works[i]->loaded & bit)
            continue;
        works[i]->loaded |= bit;
        struct slice row = {NULL, 0};
        bool newcomer = (works[i]->loaded & LOADED_NODE) && !works[i]->existed; /* has no rows */
        int rc = (newcomer && family != KV_NODES) ||
                         row_cache_get(e->state.rows, family, works[i]->id, &row)
                     ? take(e, works[i], row)
                     : work_list_add(e, &missing, works[i]);
        if (rc)
            return unreadable(family, rc);
    }
    if (missing.count > 1)
        qsort(missing.works, missing.count, sizeof(*missing.works), compare_works);

    char ids[LOAD_MANY][ID_BYTES];
    struct slice keys[LOAD_MANY];
    struct kv_value values[LOAD_MANY];
    int rc = ERR_OK;
    for (size_t from = 0; from < missing.count && !rc; from += LOAD_MANY) {
        size_t n = missing.count - from < LOAD_MANY ? missing.count - from : LOAD_MANY;
        for (size_t i = 0; i < n; i++) {
            id_put(ids[i], missing.works[from + i]->id);
            keys[i] = (struct slice){ids[i], ID_BYTES};
        }
        rc = kv_get_many(e->state.kv, family, keys, n, values);
        for (size_t i = 0; i < n; i++) {
            struct slice row = keep_row(e, family, missing.works[from + i]->id, values[i].bytes);
            if (values[i].bytes.data && !row.data && !rc)
                rc = ERR_NO_MEMORY;
            kv_value_release(&values[i]);
            if (!rc)
                rc = take(e, missing.works[from + i], row);
        }
    }
    return unreadable(family, rc);
}

static int take_node(struct engine *e, struct work *w, struct slice row)
{
    w->node_row = row;
    if (!row.data) {
        w->node = (struct node){
            .kind = w->term_kind, .term = w->term, .order = node_order_of_id(w->id)};
        w->old_order = w->node.order;
        return ERR_OK;
    }
    int rc = node_decode(row, e->arena, &w->node);
    w->existed = true;
    w->old_order = w->node.order;
    w->stored_degree = node_degree(&w->node);
    w->old_label = w->node.has_label ? w->node.label : (struct slice){NULL, 0};
    w->old_type = w->node.type;
    return rc;
}

int work_load_nodes(struct engine *e, struct work **works, size_t count)
{
    return load(e, KV_NODES, LOADED_NODE, works, count, take_node);
}

static int take_sample(struct engine *e, struct work *w, struct slice row)
{
    w->sample_row = row;
    if (!row.data)
        return ERR_OK;
    struct sample *s = arena_alloc(e->arena, sizeof(*s));
    int rc = s ? sample_decode(row, e->arena, s) : ERR_NO_MEMORY;
    if (rc)
        return rc;
    /* what takes samples has room for so many, on the stack */
    if (s->neighbour_count > (size_t)e->options.neighbours ||
        s->value_count > (size_t)e->options.values)
        return ERR_STORE;
    w->sample = w->old_sample = s;
    return ERR_OK;
}

int work_load_samples(struct engine *e, struct work **works, size_t count)
{
    return load(e, KV_SAMPLES, LOADED_SAMPLE, works, count, take_sample);
}

size_t work_vector_bytes(const struct engine *e, const struct work *w)
{
    return (e->z0_floats + (w->level1 ? e->z1_floats : 0)) * sizeof(uint16_t);
}

/* As network_has_level1 of the same vector. */
static bool takes_part_at_level1(const struct engine *e, const uint16_t *z0)
{
    uint16_t any = 0;
    for (size_t k = 0; k < e->z0_floats; k++)
        any |= z0[k] & 0x7fff;
    return !any || model_level1(e->options.model) == MODEL_LEVEL1_ALL;
}

static int take_vectors(struct engine *e, struct work *w, struct slice row)
{
    w->vector_row = row;
    if (row.data && row.len < LAYOUT_VECTORS_AT)
        return ERR_STORE;
    w->namesakes = row.data ? (uint8_t)row.data[0] : 0;
    if (!row.data || e->rescore.stage == RESCORE_LEVEL0) /* of another model: made anew */
        return ERR_OK;
    if (row.len < LAYOUT_VECTORS_AT + e->z0_floats * sizeof(uint16_t))
        return ERR_STORE;
    w->vectors = (const uint16_t *)(const void *)(row.data + LAYOUT_VECTORS_AT); /* lent for the turn */
    w->level1 = takes_part_at_level1(e, w->vectors);
    size_t bytes = LAYOUT_VECTORS_AT + work_vector_bytes(e, w);
    if (row.len < bytes)
        return ERR_STORE;
    w->said = (struct slice){row.data + bytes, row.len - bytes};
    return text_is_utf8(w->said) ? ERR_OK : ERR_STORE;
}

int work_load_vectors(struct engine *e, struct work **works, size_t count)
{
    return load(e, KV_VECTORS, LOADED_VECTORS, works, count, take_vectors);
}

static int take_pairs(struct engine *e, struct work *w, struct slice row)
{
    w->pairs_row = row;
    return pair_list_decode(row, e->arena, &w->pairs);
}

int work_load_pairs(struct engine *e, struct work **works, size_t count)
{
    return load(e, KV_PAIRS, LOADED_PAIRS, works, count, take_pairs);
}

static int take_matches(struct engine *e, struct work *w, struct slice row)
{
    w->matches_row = row;
    return pair_list_decode_partners(row, &w->pairs, e->arena, &w->matches);
}

int work_load_matches(struct engine *e, struct work **works, size_t count)
{
    int rc = work_load_pairs(e, works, count);
    return rc ? rc : load(e, KV_MATCHES, LOADED_MATCHES, works, count, take_matches);
}

int work_name(struct engine *e, struct work *w, struct slice *ret_name)
{
    if (!w->name.data) {
        struct buf b = {0};
        int rc = w->node.has_label ? text_normalise(&b, w->node.label) : ERR_OK;
        if (!rc) {
            w->name = arena_copy(e->arena, buf_slice(&b));
            rc = w->name.data ? ERR_OK : ERR_NO_MEMORY;
        }
        buf_fini(&b);
        if (rc)
            return rc;
    }
    *ret_name = w->name;
    return ERR_OK;
}

/* --- writing --- */

void work_put_row(struct engine *e, enum kv_family family, struct slice key, struct slice old_row,
                  struct slice new_row)
{
    state_put_row(&e->state, e->batch, &e->change, family, key, old_row, new_row);
}

/* The row in `row`, or none, into the batch and the cache. */
static int put_encoded(struct engine *e, enum kv_family family, struct id id, struct slice key,
                       struct slice old_row, struct buf *row, bool present)
{
    if (buf_failed(row))
        return ERR_NO_MEMORY;
    struct slice new_row = present ? buf_slice(row) : (struct slice){NULL, 0};
    if (present && !new_row.data)
        new_row.data = "";
    work_put_row(e, family, key, old_row, new_row);
    row_cache_put(e->state.rows, family, id, new_row);
    buf_clear(row);
    return ERR_OK;
}

static void put_vectors(const struct engine *e, const struct work *w, struct buf *row)
{
    buf_append_u8(row, w->namesakes);
    buf_append_u8(row, 0);
    buf_append(row, w->vectors, work_vector_bytes(e, w));
    buf_append_slice(row, w->said);
}

static int write_one(struct engine *e, struct work *w, struct buf *row)
{
    char id[ID_BYTES];
    id_put(id, w->id);
    struct slice key = {id, ID_BYTES};
    bool alive = work_alive(w);
    int rc = ERR_OK;
    if (w->node_changed) {
        if (alive)
            node_encode(row, &w->node);
        rc = put_encoded(e, KV_NODES, w->id, key, w->node_row, row, alive);
    }
    if (!rc && w->sample != w->old_sample) {
        if (w->sample)
            sample_encode(row, w->sample);
        rc = put_encoded(e, KV_SAMPLES, w->id, key, w->sample_row, row, w->sample != NULL);
    }
    if (!rc && w->vectors_changed) {
        if (w->vectors)
            put_vectors(e, w, row);
        rc = put_encoded(e, KV_VECTORS, w->id, key, w->vector_row, row, w->vectors != NULL);
    }
    if (!rc && w->pairs_changed) {
        pair_list_encode(row, &w->pairs);
        rc = put_encoded(e, KV_PAIRS, w->id, key, w->pairs_row, row, w->pairs.count != 0);
    }
    if (!rc && w->matches_changed) {
        pair_list_encode_partners(row, &w->matches);
        rc = put_encoded(e, KV_MATCHES, w->id, key, w->matches_row, row, w->matches.count != 0);
    }
    return rc ? rc : edges_write(e, w);
}

static int write_block(struct engine *e, const struct work_block *b, struct buf *row)
{
    char key[BLOCK_KEY_BYTES];
    block_key_put(key, b->key);
    if (b->block.side_count)
        block_encode(row, &b->block);
    return put_encoded(e, KV_BLOCKS, work_block_slot(b->key), (struct slice){key, sizeof(key)},
                       b->row, row, b->block.side_count != 0);
}

static int write_blocks(struct engine *e, struct buf *row)
{
    struct keyed_block *changed = arena_alloc(e->arena, (e->block_count + 1) * sizeof(*changed));
    size_t n = 0;
    if (!changed)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < e->block_count; i++)
        if (e->block_list[i]->changed)
            changed[n++] = (struct keyed_block){e->block_list[i]->key, e->block_list[i]};
    work_sort_blocks(changed, n);
    int rc = ERR_OK;
    for (size_t i = 0; i < n && !rc; i++) {
        if (i + WORK_AHEAD < n)
            row_cache_prefetch(e->state.rows, KV_BLOCKS, work_block_slot(changed[i + WORK_AHEAD].key));
        rc = write_block(e, changed[i].block, row);
    }
    return rc;
}

/* Rows go into the batch in key order: RocksDB's memtable then finds the place
 * of each beside that of the one before. */
int work_write(struct engine *e)
{
    struct buf row = {0};
    int rc = ERR_OK;
    if (e->count > 1)
        qsort(e->list, e->count, sizeof(*e->list), compare_works);
    for (size_t i = 0; i < e->count && !rc; i++)
        rc = write_one(e, e->list[i], &row);
    rc = rc ? rc : write_blocks(e, &row);
    buf_fini(&row);
    return rc;
}

void work_reset(struct engine *e)
{
    id_map_clear(&e->works);
    id_map_clear(&e->blocks);
    e->count = 0;
    e->block_count = 0;
    e->change_count = 0;
    e->job_count = 0;
    kv_iter_free(e->scan);
    e->scan = NULL;
    kv_batch_clear(e->batch);
    e->change = (struct state_change){0};
    row_cache_end_turn(e->state.rows);
    arena_reset(e->arena);
}
