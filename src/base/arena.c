/*
 * arena.c - chunks, the newest in front and filled from its beginning.  What takes over a
 * quarter of a chunk and does not fit in front gets one of its own behind it, so
 * the front is filled on.
 *
 * A reset keeps chunks of the common size for the next turn, as many as this one took
 * (ARENA_KEEP_BYTES at least): turns like the last one never ask malloc, and a large one
 * gives its memory back after a smaller one has followed.
 *
 *  (1) used <= size in every chunk; bytes in front of used are given out.
 */
#include "alignd/base/arena.h"

#include "alignd/base/memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#define CHUNK_BYTES ((size_t)256 << 10)
#define ALIGN 16

struct chunk {
    struct chunk *next;
    size_t size, used; /* bytes behind the header */
};

#define HEADER_BYTES ((sizeof(struct chunk) + ALIGN - 1) / ALIGN * ALIGN)

struct arena {
    struct chunk *live; /* newest first; allocations come from the first */
    struct chunk *spare;
    size_t used;
};

struct arena *arena_new(void)
{
    return memory_calloc(1, sizeof(struct arena));
}

static void chunks_free(struct chunk *c)
{
    while (c) {
        struct chunk *next = c->next;
        free(c);
        c = next;
    }
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    chunks_free(a->live);
    chunks_free(a->spare);
    free(a);
}

void arena_reset(struct arena *a)
{
    size_t kept = 0, most = a->used > ARENA_KEEP_BYTES ? a->used : ARENA_KEEP_BYTES;
    for (struct chunk **c = &a->spare; *c;) {
        struct chunk *spare = *c;
        if (kept + spare->size <= most) {
            kept += spare->size;
            c = &spare->next;
            continue;
        }
        *c = spare->next;
        free(spare);
    }
    while (a->live) {
        struct chunk *c = a->live;
        a->live = c->next;
        if (c->size != CHUNK_BYTES || kept + c->size > most) {
            free(c);
            continue;
        }
        kept += c->size;
        c->used = 0;
        c->next = a->spare;
        a->spare = c;
    }
    a->used = 0;
    assert(!a->live && kept <= most);
}

static struct chunk *chunk_take(struct arena *a, size_t size)
{
    if (size <= CHUNK_BYTES && a->spare) {
        struct chunk *c = a->spare;
        a->spare = c->next;
        assert(c->size >= size && !c->used);
        return c;
    }
    size_t body = size > CHUNK_BYTES ? size : CHUNK_BYTES;
    struct chunk *c = memory_malloc(HEADER_BYTES + body);
    c->size = body;
    c->used = 0;
    return c;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - ALIGN - HEADER_BYTES)
        memory_exhausted(size);
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    assert(!a->live || a->live->used <= a->live->size); /* (1) */
    if (!a->live || a->live->size - a->live->used < size) {
        struct chunk *c = chunk_take(a, size);
        if (size > CHUNK_BYTES / 4 && a->live) { /* keep filling the one in front */
            c->next = a->live->next;
            a->live->next = c;
            c->used = size;
            a->used += size;
            return (char *)c + HEADER_BYTES;
        }
        c->next = a->live;
        a->live = c;
    }
    void *p = (char *)a->live + HEADER_BYTES + a->live->used;
    a->live->used += size;
    assert(a->live->used <= a->live->size); /* (1) */
    a->used += size;
    return p;
}

void *arena_calloc(struct arena *a, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        memory_exhausted(SIZE_MAX);
    return memset(arena_alloc(a, count * size), 0, count * size);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    assert(s.data || !s.len);
    char *p = arena_alloc(a, s.len + 1);
    if (s.len)
        memcpy(p, s.data, s.len);
    p[s.len] = '\0';
    return (struct slice){p, s.len};
}

size_t arena_used_bytes(const struct arena *a)
{
    return a->used;
}
