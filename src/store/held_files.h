/*
 * held_files.h - the files of a database as they are at one moment, whoever writes to it: a folder
 * of its own in which a reader finds them.
 */
#ifndef ALIGND_STORE_HELD_FILES_H
#define ALIGND_STORE_HELD_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct held_files {
    char folder[PATH_MAX]; /* made by held_files_open */
    int *descriptors;      /* what its links lead to */
    size_t count, room;
    bool passing; /* a file that is deleted is gone: there is no /proc */
};

/*
 * Holds the files of the database in path.  ERR_NOT_FOUND: it has no list of
 * files.  ERR_IO, ERR_AUTH, ERR_RETRY (they came and went too fast): said in the log.  Whatever it
 * returns, held_files_close ends it.
 */
int held_files_open(const char *path, struct held_files *ret_held);
void held_files_close(struct held_files *held);
#endif
