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

#endif
