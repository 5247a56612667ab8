/*
 * kv_reader.c - a database that is only read, whoever writes to it meanwhile: RocksDB opens the
 * files as they were at one moment (held_files.h), only to read.  It takes no lock and writes
 * nothing beside its own messages, and the writer may delete what is read.  Its logs are read in
 * order and a batch is one record of them: what is seen is what some batch left, no part of the
 * next.
 *
 * RocksDB's own way, a secondary instance, does not do: what it reads is the list of files and then
 * the logs, and a log that is put into files and deleted between the two is missing, or hidden
 * behind older rows once it reads on; where files are made more often than one can be opened, no
 * repetition helps.
 */
#include "kv_internal.h"

#include "alignd/base/err.h"
#include "held_files.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ATTEMPTS 100 /* where what is held can pass */

/* How many families the store has, of those there are: one that was last written before a family
 * came has no row of it, and no family. */
static int count_families(const struct kv_reader *r, const char *folder)
{
    enum { YOUNG = KV_DECIDED }; /* and all behind it */
    size_t count = 0;
    char *why = NULL;
    char **names = rocksdb_list_column_families(r->options, folder, &count, &why);
    bool found = why != NULL; /* opening says what is wrong */
    for (size_t i = 0; i < count && !found; i++)
        found = strcmp(names[i], r->names[YOUNG]) == 0;
    if (names)
        rocksdb_list_column_families_destroy(names, count);
    rocksdb_free(why);
    return found ? KV_FAMILIES : YOUNG;
}
static_assert(KV_DECIDED + 1 == KV_FAMILIES, "one young family");

/* It opens every file meanwhile: afterwards the folder may go.  ERR_RETRY: a file was gone. */
static int open_held(const struct kv_reader *r, const char *folder, bool passing,
                     rocksdb_t **ret_db)
{
    char *why = NULL, what[512];
    int count = count_families(r, folder);
    assert(count > 0 && count <= KV_FAMILIES);
    *ret_db = rocksdb_open_for_read_only_column_families(r->options, folder, count, r->names,
                                                         r->family_options, r->handles, 0, &why);
    if (!why)
        return ERR_OK;
    *ret_db = NULL;
    if (passing && strstr(why, "No such file")) {
        rocksdb_free(why);
        memset(r->handles, 0, KV_FAMILIES * sizeof(*r->handles));
        return ERR_RETRY;
    }
    snprintf(what, sizeof(what), "store '%s'", r->path);
    return kv_failed(what, why);
}

int kv_reader_open(const struct kv_reader *r, rocksdb_t **ret_db)
{
    struct held_files held;
    int attempts = 0, rc;
    do {
        rc = held_files_open(r->path, &held);
        bool found = rc != ERR_NOT_FOUND; /* else RocksDB says what is wrong there */
        if (!rc || !found)
            rc = open_held(r, found ? held.folder : r->path,
                           found && held.passing && ++attempts < ATTEMPTS, ret_db);
        held_files_close(&held);
    } while (rc == ERR_RETRY && attempts > 0 && attempts < ATTEMPTS);
    return rc;
}
