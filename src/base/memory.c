/*
 * memory.c - memory or the end.  The last line is put together on the stack and leaves in
 * one write (log.c): telling that there is no memory needs none.
 */
#include "alignd/base/memory.h"

#include "alignd/base/log.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ADVICE                                                                                     \
    "give the process more (a limit of its service, ulimit -v), or lower the sizes of the "        \
    "configuration; what is stored is whole, start it again"

_Noreturn void memory_exhausted(size_t bytes)
{
    if (bytes)
        log_error("out of memory: %zu bytes were refused; " ADVICE, bytes);
    else
        log_error("out of memory; " ADVICE);
    _exit(MEMORY_EXIT_STATUS);
}

void *memory_malloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p)
        memory_exhausted(size);
    return p;
}

void *memory_calloc(size_t count, size_t size)
{
    void *p = count && size ? calloc(count, size) : calloc(1, 1);
    if (!p)
        memory_exhausted(size && count > SIZE_MAX / size ? SIZE_MAX : count * size);
    return p;
}

void *memory_realloc(void *p, size_t size)
{
    void *moved = realloc(p, size ? size : 1);
    if (!moved)
        memory_exhausted(size);
    return moved;
}

void *memory_reallocarray(void *p, size_t count, size_t size)
{
    assert(size);
    if (size && count > SIZE_MAX / size)
        memory_exhausted(SIZE_MAX);
    return memory_realloc(p, count * size);
}

static char *copy(const char *text, size_t len)
{
    assert(text);
    char *p = memory_malloc(len + 1);
    memcpy(p, text, len);
    p[len] = '\0';
    return p;
}

char *memory_strdup(const char *text)
{
    return copy(text, strlen(text));
}

char *memory_strndup(const char *text, size_t n)
{
    return copy(text, strnlen(text, n));
}

void *memory_aligned_alloc(size_t alignment, size_t size)
{
    assert(alignment && size % alignment == 0); /* as aligned_alloc wants it */
    void *p = aligned_alloc(alignment, size ? size : alignment);
    if (!p)
        memory_exhausted(size);
    return p;
}
