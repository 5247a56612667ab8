/*
 * meta.h - what a store says of itself: rows of meta, by name (store/layout.h).
 */
#ifndef ALIGND_STATE_META_H
#define ALIGND_STATE_META_H

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/state/limits.h"
#include "alignd/store/kv.h"

/* 4: further names and identifiers in samples, namesakes of each in vectors. */
#define META_FORMAT 4
/*
 * Of stores since then triples, offsets, what readers know and what is not published are read as
 * they are: all that one needs for a build from its own triples.
 * 3: labels in vectors.
 */
#define META_FORMAT_TRIPLES 3

/* A row, data NULL for none; pin is released by the caller. */
int meta_get(struct kv *kv, const char *name, struct slice *ret_value, struct kv_value *pin);
/* A row in memory of the arena; data NULL where there is none. */
int meta_copy(struct kv *kv, const char *name, struct arena *arena, struct slice *ret_copy);
/* Into the batch. */
void meta_put(struct kv *kv, struct kv_batch *batch, const char *name, struct slice value);
void meta_delete(struct kv *kv, struct kv_batch *batch, const char *name);

/* What is to be read of a store. */
enum meta_extent {
    META_ALL,    /* every row: format META_FORMAT */
    META_TRIPLES /* what META_FORMAT_TRIPLES says */
};

/* ERR_NOT_FOUND: nothing is in the store.  ERR_VERSION (logged, with the way out). */
int meta_check_format(struct kv *kv, enum meta_extent extent);
void meta_put_format(struct kv *kv, struct kv_batch *batch);

/* The store's identity: a version 4 UUID. */
#define META_UUID_BYTES 37
int meta_make_uuid(char out[META_UUID_BYTES]);
int meta_get_uuid(struct kv *kv, char out[META_UUID_BYTES]);

/* Are events held?  engine/engine.h. */
int meta_get_held(struct kv *kv, bool *ret_held);
void meta_put_held(struct kv *kv, struct kv_batch *batch, bool held);

/* The row `state`. */
struct meta_state {
    uint64_t epoch, head, pairs, matches;
    size_t graph_count;
    struct meta_graph {
        uint32_t tag;
        uint64_t triples, entities;
    } graphs[STATE_MAX_GRAPHS];
    uint64_t digests[KV_FAMILIES];
};
/* ERR_STORE: there is none, or it cannot be read. */
int meta_get_state(struct kv *kv, struct meta_state *ret_state);
void meta_put_state(struct kv *kv, struct kv_batch *batch, const struct meta_state *s);
#endif
