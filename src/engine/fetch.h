/*
 * fetch.h - rows of the store, many at once, by all workers: what a turn waits for is mostly the
 * processor's work on what is in memory, RocksDB's blocks and the system's pages.
 */
#ifndef ALIGND_ENGINE_FETCH_H
#define ALIGND_ENGINE_FETCH_H

#include "alignd/base/pool.h"
#include "alignd/store/kv.h"

/* So many at a time keep every worker busy, and little memory. */
enum { FETCH_MANY = 512 };

/* As kv_get_many; pool may be NULL. */
int fetch_rows(struct pool *pool, struct kv *kv, enum kv_family family, const struct slice *keys,
               size_t count, struct kv_value *values);
#endif
