/*
 * kv_internal.h - the handles of an open database, for the other modules of this room.
 */
#ifndef ALIGND_STORE_KV_INTERNAL_H
#define ALIGND_STORE_KV_INTERNAL_H

#include "alignd/store/kv.h"

#include <rocksdb/c.h>

/* Lent until kv_close. */
const rocksdb_options_t *kv_handle_options(const struct kv *kv, enum kv_family family);
rocksdb_t *kv_handle_db(const struct kv *kv);
rocksdb_column_family_handle_t *kv_handle_family(const struct kv *kv, enum kv_family family);

/* 0, or the code for RocksDB's words, which are logged and freed. */
int kv_failed(const char *what, char *why);

/* A database to be read while others may write to it: what RocksDB is told. */
struct kv_reader {
    const char *path;
    const rocksdb_options_t *options;
    const char *const *names; /* KV_FAMILIES of each */
    const rocksdb_options_t *const *family_options;
    rocksdb_column_family_handle_t **handles; /* out; NULL: the store has no such family yet */
};

/* As kv_open says.  All that is read afterwards is of one moment, between two batches. */
int kv_reader_open(const struct kv_reader *r, rocksdb_t **ret_db);

#endif
