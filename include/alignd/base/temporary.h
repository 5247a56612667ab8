/*
 * temporary.h - nameless files: gone with the process, however it ends.  And memory
 * that lies in one, for what is larger than the machine's: the kernel keeps
 * in memory what is looked at.
 */
#ifndef ALIGND_BASE_TEMPORARY_H
#define ALIGND_BASE_TEMPORARY_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* folder NULL: in memory.  ERR_IO, logged, as of all that follow. */
int temporary_open(const char *folder, int *ret_fd);
int temporary_write(int fd, uint64_t at, struct slice bytes);
int temporary_read(int fd, uint64_t at, char *to, size_t bytes);
/* Nobody reads it any more: its disk is free where the file system can do that. */
void temporary_give_back(int fd, uint64_t at, uint64_t bytes);

/*
 * Memory in such a file, as large as is needed: a place is a number, and where it lies stays.  All
 * of it is zero at first.  Several threads may use it at once.
 */
struct temporary_memory;
int temporary_memory_new(const char *folder, struct temporary_memory **ret_memory);
void temporary_memory_free(struct temporary_memory *m);

/* Bytes of all of it at most; fewer where the process may have few addresses (ulimit -v). */
#define TEMPORARY_MOST (UINT64_C(256) << 30)

/* The n bytes from a place on are there to be written.  ERR_LIMIT: beyond what there can be. */
int temporary_memory_claim(struct temporary_memory *m, uint64_t place, uint64_t n);
/*
 * n bytes that nobody claimed, aligned to 8.  A thread has a cursor of its own, zero at
 * first: what it adds lies side by side, mostly.  Not in a memory whose places are claimed.
 */
struct temporary_cursor {
    uint64_t at, end;
};
int temporary_memory_add(struct temporary_memory *m, struct temporary_cursor *cursor, size_t n,
                         uint64_t *ret_place);
void *temporary_memory_at(const struct temporary_memory *m, uint64_t place);

/*
 * n bytes from a place on, to be read: where they lie or, once that is too much for the memory of
 * the process (temporary_memory_copy), a copy in scratch, of n bytes.  Of memory that is too large,
 * bytes here and there cost less so: the kernel maps sixteen pages around each that is touched.
 */
const void *temporary_memory_look(const struct temporary_memory *m, uint64_t place, size_t n,
                                  void *scratch);
void temporary_memory_copy(struct temporary_memory *m, bool copy);
/* By temporary_memory_add. */
uint64_t temporary_memory_used(const struct temporary_memory *m);

/* The process keeps none of it in its own memory: what is looked at again is fetched from
 * where the kernel keeps the file. */
void temporary_memory_drop(struct temporary_memory *m);
/* Bytes of files that are in the memory of this process. */
uint64_t temporary_resident(void);

#endif
