/*
 * arena.h - memory of one turn: given out piece by piece, taken back all at
 * once.  Large pieces get a chunk of their own.  Without memory it ends as memory.h says.
 */
#ifndef ALIGND_BASE_ARENA_H
#define ALIGND_BASE_ARENA_H

#include "alignd/base/slice.h"

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);

/* Takes back everything given out; keeps so much of it for what comes next, or as much as was
 * given out since the last reset where that is more. */
#define ARENA_KEEP_BYTES ((size_t)16 << 20)
void arena_reset(struct arena *a);

/* size bytes aligned to 16, not zeroed; valid until the next arena_reset. */
void *arena_alloc(struct arena *a, size_t size);

/* The same, zeroed. */
void *arena_calloc(struct arena *a, size_t count, size_t size);

/* A copy of s with a NUL behind it (not counted). */
struct slice arena_copy(struct arena *a, struct slice s);

/* Bytes given out since the last reset. */
size_t arena_used_bytes(const struct arena *a);
#endif
