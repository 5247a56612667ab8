/*
 * work_block.c - the blocks of a turn: by key, and their rows, from the cache or many at a
 * time from the store.
 */
#include "work_block.h"

#include "fetch.h"
#include "work.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/array.h"
#include "alignd/base/err.h"

#include <assert.h>
#include <stdlib.h>

static struct work_block *block_get(struct work_block_set *set, uint64_t key)
{
    void **place = id_map_place(&set->map, work_block_slot(key));
    if (*place)
        return *place;
    struct work_block *b = arena_calloc(set->arena, 1, sizeof(*b));
    b->key = key;
    assert(set->count <= set->room);
    *place = b;
    ARRAY_PUSH(set->list, set->count, set->room, b);
    return b;
}

/* Loads the rows of blocks that were just made. */
static int load_blocks(struct work_block_set *set, const struct keyed_block *blocks, size_t count)
{
    assert(blocks || !count);
    char keys[FETCH_MANY][BLOCK_KEY_BYTES];
    struct slice slices[FETCH_MANY];
    struct kv_value values[FETCH_MANY];
    int rc = ERR_OK;
    for (size_t from = 0; from < count && !rc; from += FETCH_MANY) {
        size_t n = count - from < FETCH_MANY ? count - from : FETCH_MANY;
        for (size_t i = 0; i < n; i++) {
            block_key_put(keys[i], blocks[from + i].key);
            slices[i] = (struct slice){keys[i], BLOCK_KEY_BYTES};
        }
        rc = fetch_rows(set->pool, set->state->kv, KV_BLOCKS, slices, n, values);
        for (size_t i = 0; i < n && !rc; i++) {
            struct work_block *b = blocks[from + i].block;
            if (i + WORK_AHEAD < n)
                row_cache_prefetch(set->state->rows, KV_BLOCKS,
                                   work_block_slot(blocks[from + i + WORK_AHEAD].key));
            b->row = row_cache_put(set->state->rows, KV_BLOCKS, work_block_slot(b->key),
                                   values[i].bytes);
            rc = block_decode(b->row, set->arena, &b->block);
        }
        for (size_t i = 0; i < n; i++)
            kv_value_release(&values[i]);
    }
    return rc;
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = ((const struct keyed_block *)a)->key, y = ((const struct keyed_block *)b)->key;
    return (x > y) - (x < y);
}

void work_block_sort(struct keyed_block *blocks, size_t count)
{
    if (count > 1)
        qsort(blocks, count, sizeof(*blocks), compare_keys);
}

/* The turn's blocks of `keys`, those it does not have yet made. */
static void make_blocks(struct work_block_set *set, const uint64_t *keys, size_t count)
{
    assert(keys || !count);
    for (size_t i = 0; i < count; i++) {
        if (i + WORK_AHEAD < count)
            id_map_prefetch(&set->map, work_block_slot(keys[i + WORK_AHEAD]));
        block_get(set, keys[i]);
    }
}

/* Those blocks of `keys` that the turn does not have yet are loaded: from the
 * cache, or in key order from the store. */
int work_block_need(struct work_block_set *set, const uint64_t *keys, size_t count)
{
    size_t first = set->count;
    make_blocks(set, keys, count);
    int rc = ERR_OK;
    assert(set->count >= first);
    size_t made = set->count - first, n = 0;
    struct keyed_block *missing = arena_alloc(set->arena, (made + 1) * sizeof(*missing));
    for (size_t i = first; i < set->count && !rc; i++) {
        struct work_block *b = set->list[i];
        if (i + WORK_AHEAD < set->count)
            row_cache_prefetch(set->state->rows, KV_BLOCKS,
                               work_block_slot(set->list[i + WORK_AHEAD]->key));
        if (row_cache_get(set->state->rows, KV_BLOCKS, work_block_slot(b->key), &b->row))
            rc = block_decode(b->row, set->arena, &b->block);
        else
            missing[n++] = (struct keyed_block){b->key, b};
    }
    assert(n <= made);
    work_block_sort(missing, n);
    if (rc)
        return rc;
    return load_blocks(set, missing, n);
}

void work_block_reset(struct work_block_set *set)
{
    id_map_clear(&set->map);
    set->count = 0;
}

void work_block_fini(struct work_block_set *set)
{
    id_map_fini(&set->map);
    free(set->list);
}
