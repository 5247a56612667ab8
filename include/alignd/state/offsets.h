/*
 * offsets.h - where reading of each input partition goes on: rows of offsets
 * (store/layout.h), committed with what was read.
 */
#ifndef ALIGND_STATE_OFFSETS_H
#define ALIGND_STATE_OFFSETS_H

#include "alignd/store/kv.h"

#include <stddef.h>
#include <stdint.h>

/* The next offset to read of an input partition. */
struct state_offset {
    struct slice topic;
    int32_t partition;
    int64_t next;
};

/* The next offset of a partition, or -1 when it was never read.  ERR_STORE. */
int offsets_get(struct kv *kv, struct slice topic, int32_t partition, int64_t *ret_next);

/* Into the batch. */
void offsets_put(struct kv *kv, struct kv_batch *batch, const struct state_offset *offsets,
                 size_t count);

/* Calls visit for every stored offset, lent until it returns; what visit returns other than
 * 0 ends the walk. */
int offsets_each(struct kv *kv, int (*visit)(void *arg, const struct state_offset *offset),
                 void *arg);
#endif
