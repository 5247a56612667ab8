/*
 * sorted_file.h - rows of one family written in the order of their keys straight into a file as
 * the database keeps them, which then takes it as it is: no log, no memtable, nothing to merge.
 */
#ifndef ALIGND_STORE_SORTED_FILE_H
#define ALIGND_STORE_SORTED_FILE_H

#include "alignd/store/kv.h"

struct sorted_file;

/* A new file of a family of kv.  Its folder is on the disk of the database.
 * ERR_STORE: RocksDB's words are in the log. */
int sorted_file_new(struct kv *kv, enum kv_family family, const char *path,
                    struct sorted_file **ret_file);
/* Keys ascend, asserted by RocksDB: ERR_STORE. */
int sorted_file_put(struct sorted_file *f, struct slice key, struct slice row);
uint64_t sorted_file_rows(const struct sorted_file *f);
/* Ends it, on disk, and frees it; a file without rows is none.  ret_bytes: how large it is. */
int sorted_file_close(struct sorted_file *f, uint64_t *ret_bytes);
/* Gives it up, after a failure; takes NULL. */
void sorted_file_free(struct sorted_file *f);

/*
 * The database takes files of a family, which have no key in common: all of them or none.
 * They are no longer where they were.
 */
int sorted_file_ingest(struct kv *kv, enum kv_family family, const char *const *paths,
                       size_t count);

#endif
