/*
 * row_cache.h - rows of the store that turns come back to, in memory: a row
 * found here costs a tenth of one read from RocksDB's own cache.  Write-through:
 * what a turn writes is here before it is there; a turn that fails empties it.
 *
 * Two generations of half the memory each: what was used since the last change
 * of generation is young, and the old one is dropped whole.  That happens, as
 * does freeing what was replaced, only between turns, so a row lent out is
 * good until the turn's end.
 */
#ifndef ALIGND_STATE_ROW_CACHE_H
#define ALIGND_STATE_ROW_CACHE_H

#include "alignd/graph/id.h"
#include "alignd/store/kv.h"

struct row_cache;

struct row_cache *row_cache_new(size_t bytes);
void row_cache_free(struct row_cache *c);
void row_cache_clear(struct row_cache *c);

/* Is it known whether there is a row, and which?  ret_row: data NULL for none. */
bool row_cache_get(struct row_cache *c, enum kv_family family, struct id id, struct slice *ret_row);

/* Begins to fetch from memory what a get or put soon will look at first. */
void row_cache_prefetch(const struct row_cache *c, enum kv_family family, struct id id);

/* Notes a row as it is (data NULL: there is none) and lends the copy. */
struct slice row_cache_put(struct row_cache *c, enum kv_family family, struct id id,
                           struct slice row);

/* Bytes above its limit, which a turn that needs many rows keeps until its end. */
size_t row_cache_excess(const struct row_cache *c);

/* Between turns. */
void row_cache_end_turn(struct row_cache *c);

#endif
