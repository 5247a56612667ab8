/*
 * work_block.h - the blocks a turn meets, as the store has them and as they become.
 */
#ifndef ALIGND_ENGINE_WORK_BLOCK_H
#define ALIGND_ENGINE_WORK_BLOCK_H

#include "alignd/align/block.h"
#include "alignd/base/arena.h"
#include "alignd/graph/id_map.h"
#include "alignd/state/state.h"

struct work_block {
    uint64_t key;
    struct slice row; /* as stored */
    struct block block;
    bool changed;
};

struct work_block_set {
    const struct state *state; /* whose rows are loaded */
    struct arena *arena;
    struct pool *pool;        /* fetches rows */
    struct id_map map;        /* work_block_slot -> struct work_block */
    struct work_block **list; /* every one, in order of appearance */
    size_t count, room;
};

/* Where a block is found in tables by id: the three low bits of a key are its
 * class, so the slot is chosen by the rest. */
static inline struct id work_block_slot(uint64_t key)
{
    return (struct id){0, key >> 3 | key << 61};
}

/* The blocks of these keys into memory. */
int work_block_need(struct work_block_set *set, const uint64_t *keys, size_t count);
/* One that is there, or NULL. */
static inline struct work_block *work_block_find(const struct work_block_set *set, uint64_t key)
{
    return id_map_get(&set->map, work_block_slot(key));
}

/* To be sorted by the key at hand: a block's own would be fetched for every comparison. */
struct keyed_block {
    uint64_t key;
    struct work_block *block;
};
/* By key, ascending. */
void work_block_sort(struct keyed_block *blocks, size_t count);

/* All blocks are forgotten; the memory of the list stays. */
void work_block_reset(struct work_block_set *set);
void work_block_fini(struct work_block_set *set);
#endif
