/*
 * temporary.h - nameless files: gone with the process, however it ends.  And memory
 * that lies in one, for what is larger than the machine's: the kernel keeps
 * in memory what is looked at.
 */
#ifndef ALIGND_BASE_TEMPORARY_H
#define ALIGND_BASE_TEMPORARY_H

#include "alignd/base/slice.h"

#include <stdint.h>

/* folder NULL: in memory.  ERR_IO, logged, as of all that follow. */
int temporary_open(const char *folder, int *ret_fd);
int temporary_write(int fd, uint64_t at, struct slice bytes);
int temporary_read(int fd, uint64_t at, char *to, size_t bytes);
/* Nobody reads it any more: its disk is free where the file system can do that. */
void temporary_give_back(int fd, uint64_t at, uint64_t bytes);

/*
 * Memory in such a file, given out piece by piece and never taken back before the end.
 * A place is a number that stays good; where it lies stays too.
 */
struct temporary_memory;
int temporary_memory_new(const char *folder, struct temporary_memory **ret_memory);
void temporary_memory_free(struct temporary_memory *m);

/* Bytes of a piece at most. */
#define TEMPORARY_MOST ((size_t)16 << 20)

/* n zeroed bytes, aligned to 8.  ERR_LIMIT: more than TEMPORARY_MOST. */
int temporary_memory_add(struct temporary_memory *m, size_t n, uint64_t *ret_place);
void *temporary_memory_at(const struct temporary_memory *m, uint64_t place);

#endif
