/*
 * kv.h - durable bytes: one RocksDB database with the column families of
 * store/layout.h.  Reads from any thread; one batch at a time is written by
 * the owner of the turn, the publisher deletes from the outbox beside it.
 */
#ifndef ALIGND_STORE_KV_H
#define ALIGND_STORE_KV_H

#include "alignd/base/slice.h"
#include "alignd/store/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What lives where: store/layout.h.  Their order is part of the format. */
enum kv_family {
    KV_META,
    KV_OFFSETS,
    KV_PREDICATES,
    KV_NODES,
    KV_ADJACENCY,
    KV_SAMPLES,
    KV_VECTORS,
    KV_BLOCKS,
    KV_POSTINGS,
    KV_PAIRS,
    KV_MATCHES,
    KV_PUBLISHED,
    KV_DIRTY,
    KV_OUTBOX,
    KV_DECIDED,
    KV_FAMILIES
};

const char *kv_family_name(enum kv_family family);

struct kv;

struct kv_options {
    size_t cache_bytes;        /* block cache shared by all families */
    size_t write_buffer_bytes; /* memory of unflushed writes, all families together */
    int background_threads;    /* flush and compaction */
    bool create;               /* make the database when there is none */
    bool read_only;            /* nothing written and no lock taken: whoever writes to it
                                  meanwhile, what is read is what one batch left; its
                                  messages go to $TMPDIR or /tmp */
    bool bulk;                 /* for few, large batches: no write-ahead log, each batch goes
                                  to sorted files in the background, whole or not at all;
                                  a crash leaves what an earlier one left, kv_flush makes
                                  the last one durable */
    bool hashed;               /* newest rows hashed, not in skip lists: small batches are
                                  written sooner, but flushing takes several times as long */
    bool in_memory;            /* files live in this process only: for verify and tests */
};

struct kv_options kv_options_default(void);

/*
 * Opens or creates the database in the folder `path`.
 * ERR_BUSY: open in another process; of one that is only read, that writes faster than it can be
 * read.  ERR_NOT_FOUND: none there and not to be created.  ERR_STORE: RocksDB's words are in the
 * log.  ERR_IO: no temporary folder could be made for one that is only read.
 */
int kv_open(const char *path, const struct kv_options *options, struct kv **ret_kv);
void kv_close(struct kv *kv);
/*
 * What was written when it was made, for reads alone (kv_get, kv_get_many, kv_iter_new,
 * kv_scan_new), by any thread, whatever is written after it.  Until it is freed, which is before
 * kv is closed, the database keeps what is written over.
 */
struct kv *kv_view_new(struct kv *kv);
void kv_view_free(struct kv *view);
/* Whether some other process has the database in `path` open. */
bool kv_is_open(const char *path);
/* Deletes the database in `path` with all its files; it must be closed. */
int kv_destroy(const char *path, bool in_memory);

/*
 * One value.  *ret_found tells whether the row is there; *ret_value is lent
 * until kv_value_release.
 */
struct kv_value {
    struct slice bytes;
    void *pin;
};
int kv_get(struct kv *kv, enum kv_family family, struct slice key, struct kv_value *ret_value,
           bool *ret_found);
void kv_value_release(struct kv_value *value);

/*
 * Many values of one family; keys sorted ascending are fastest.  values[i] of
 * an absent row has bytes.data NULL.  All are released by the caller.
 */
int kv_get_many(struct kv *kv, enum kv_family family, const struct slice *keys, size_t count,
                struct kv_value *values);

/*
 * Rows in key order, as they were when the iterator was made.  kv_iter_new
 * walks a whole family; kv_scan_new, for KV_ADJACENCY,
 * walks only rows that share the first KV_PREFIX_BYTES (an id) with
 * the key sought, and is faster.
 */
#define KV_PREFIX_BYTES LAYOUT_ID_BYTES
struct kv_iter;
struct kv_iter *kv_iter_new(struct kv *kv, enum kv_family family);
struct kv_iter *kv_scan_new(struct kv *kv, enum kv_family family);
void kv_iter_free(struct kv_iter *it);
/* The first row at or after key. */
void kv_iter_seek(struct kv_iter *it, struct slice key);
void kv_iter_next(struct kv_iter *it);
bool kv_iter_valid(const struct kv_iter *it);
/* Lent until the iterator moves. */
struct slice kv_iter_key(const struct kv_iter *it);
struct slice kv_iter_value(const struct kv_iter *it);
/* 0 or ERR_STORE, asked when kv_iter_valid says false. */
int kv_iter_status(const struct kv_iter *it);

/* A batch of changes, written at once or not at all. */
struct kv_batch;
struct kv_batch *kv_batch_new(void);
void kv_batch_free(struct kv_batch *batch);
void kv_batch_clear(struct kv_batch *batch);
void kv_batch_put(struct kv *kv, struct kv_batch *batch, enum kv_family family, struct slice key,
                  struct slice value);
void kv_batch_delete(struct kv *kv, struct kv_batch *batch, enum kv_family family,
                     struct slice key);
/* The keys in [from, to). */
void kv_batch_delete_range(struct kv *kv, struct kv_batch *batch, enum kv_family family,
                           struct slice from, struct slice to);
/* Rows put and deleted so far. */
size_t kv_batch_rows(const struct kv_batch *batch);
/* Their bytes, keys among them. */
size_t kv_batch_bytes(const struct kv_batch *batch);
/* sync: on disk before it returns. */
int kv_write(struct kv *kv, struct kv_batch *batch, bool sync);

/* Deletes the keys in [from, to) of one family, unsynced. */
int kv_delete_range(struct kv *kv, enum kv_family family, struct slice from, struct slice to);

/* Everything written so far is on disk in sorted files. */
int kv_flush(struct kv *kv);
/* Compacts all families: nothing is kept twice, everything in the form of the last level. */
int kv_compact(struct kv *kv);

/* A consistent copy in the new folder `path` (hard links where possible). */
int kv_checkpoint(struct kv *kv, const char *path);

/* A RocksDB property summed over the families (rocksdb.estimate-num-keys, ...); 0 when unknown. */
uint64_t kv_property(struct kv *kv, const char *name);
/* Bytes of the sorted files of one family. */
uint64_t kv_family_bytes(struct kv *kv, enum kv_family family);
#endif
