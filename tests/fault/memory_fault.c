#include "memory_fault.h"

#include "alignd/base/arena.h"
#include "alignd/base/memory.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

static _Atomic bool armed;
static _Atomic size_t met, refused;

void memory_fault_arm(size_t after)
{
    met = 0;
    refused = after;
    armed = true;
}

size_t memory_fault_disarm(void)
{
    armed = false;
    return met;
}

static bool strikes(void)
{
    return armed && atomic_fetch_add(&met, 1) == refused;
}

/* The linker has calls of X come to __wrap_X, and X itself be __real_X. */
void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
    return strikes() ? NULL : __real_malloc(n);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return strikes() ? NULL : __real_calloc(n, size);
}

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n)
{
    return strikes() ? NULL : __real_realloc(p, n);
}

/* Most of a turn's memory comes out of chunks that are there already. */
void *__real_arena_alloc(struct arena *a, size_t n);
void *__wrap_arena_alloc(struct arena *a, size_t n);
void *__wrap_arena_alloc(struct arena *a, size_t n)
{
    if (strikes())
        memory_exhausted(n);
    return __real_arena_alloc(a, n);
}

void *__real_arena_calloc(struct arena *a, size_t n, size_t size);
void *__wrap_arena_calloc(struct arena *a, size_t n, size_t size);
void *__wrap_arena_calloc(struct arena *a, size_t n, size_t size)
{
    if (strikes())
        memory_exhausted(n * size);
    return __real_arena_calloc(a, n, size);
}

struct slice __real_arena_copy(struct arena *a, struct slice s);
struct slice __wrap_arena_copy(struct arena *a, struct slice s);
struct slice __wrap_arena_copy(struct arena *a, struct slice s)
{
    if (strikes())
        memory_exhausted(s.len + 1);
    return __real_arena_copy(a, s);
}
