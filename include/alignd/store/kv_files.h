/*
 * kv_files.h - the files of a database that nobody has open, copied and told apart by
 * their content: for backups.  A folder of RocksDB is flat; its log of messages and its
 * lock are no part of the database and are left out.
 */
#ifndef ALIGND_STORE_KV_FILES_H
#define ALIGND_STORE_KV_FILES_H

#include "alignd/base/hash.h"

#include <stdint.h>

struct kv_file {
    const char *name; /* within the folder */
    uint64_t bytes;
    struct hash128 hash;
};

/* Called with each file once it was copied; what it returns other than 0 ends the copying. */
typedef int kv_files_visit(void *arg, const struct kv_file *file);

/*
 * Copies the files into the new folder `to`, on disk before it returns.
 * ERR_NOT_FOUND: no folder `from`.  ERR_IO: said in the log.  What was copied till then stays.
 */
int kv_files_copy(const char *from, const char *to, kv_files_visit *visit, void *arg);

/* Deletes a flat folder with all its files; one that is not there is no error.  ERR_IO. */
int kv_files_remove(const char *path);

/* Makes the names in a folder durable.  ERR_IO. */
int kv_files_sync_folder(const char *path);
#endif
