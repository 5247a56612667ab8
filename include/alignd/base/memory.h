/*
 * memory.h - one policy for memory: when there is none, the process ends with status 71 and
 * says so.  A death at any instruction loses nothing here, so this one does not either; and
 * nobody checks for what cannot come back.  malloc and its kind are called in memory.c
 * alone (scripts/check_style.sh), arenas and buffers are made of these.
 *
 * What comes from outside (a length in a file, a size in a message) is bounded by whoever
 * reads it before it gets here: a wrong length is an error of the input, never this end.
 *
 * jansson allocates by these too (json.c), and C++'s new under RocksDB ends the same way
 * (kv.c).  Where librdkafka, libmicrohttpd or libc find no memory they say so by
 * their own errors, or abort: nothing can be done about that from here.
 */
#ifndef ALIGND_BASE_MEMORY_H
#define ALIGND_BASE_MEMORY_H

#include <stddef.h>

#define MEMORY_EXIT_STATUS 71 /* EX_OSERR */

/* Ends the process: a line on stderr, no handlers of atexit.  bytes: what was asked for, 0
 * when nobody knows. */
_Noreturn void memory_exhausted(size_t bytes);

/* As malloc, calloc, realloc, strdup, strndup, reallocarray and aligned_alloc, and never
 * NULL; of no bytes too.  Given back by free. */
void *memory_malloc(size_t size);
void *memory_calloc(size_t count, size_t size);
void *memory_realloc(void *p, size_t size);
void *memory_reallocarray(void *p, size_t count, size_t size);
char *memory_strdup(const char *text);
char *memory_strndup(const char *text, size_t n);
void *memory_aligned_alloc(size_t alignment, size_t size);
#endif
