/*
 * sorted_file.c - RocksDB's writer of table files with the options of a family, and its ingestion.
 */
#include "alignd/store/sorted_file.h"

#include "kv_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct sorted_file {
    rocksdb_envoptions_t *env;
    rocksdb_sstfilewriter_t *writer;
    uint64_t rows;
};

int sorted_file_new(struct kv *kv, enum kv_family family, const char *path,
                    struct sorted_file **ret_file)
{
    assert(family < KV_FAMILIES && path);
    char *why = NULL;
    struct sorted_file *f = memory_calloc(1, sizeof(*f));
    f->env = rocksdb_envoptions_create();
    f->writer = rocksdb_sstfilewriter_create(f->env, kv_handle_options(kv, family));
    rocksdb_sstfilewriter_open(f->writer, path, &why);
    int rc = kv_failed("store: a sorted file", why);
    if (rc) {
        sorted_file_free(f);
        return rc;
    }
    *ret_file = f;
    return ERR_OK;
}

void sorted_file_free(struct sorted_file *f)
{
    if (!f)
        return;
    rocksdb_sstfilewriter_destroy(f->writer);
    rocksdb_envoptions_destroy(f->env);
    free(f);
}

int sorted_file_put(struct sorted_file *f, struct slice key, struct slice row)
{
    assert(key.len && f->writer);
    char *why = NULL;
    rocksdb_sstfilewriter_put(f->writer, key.data, key.len, row.len ? row.data : "", row.len, &why);
    f->rows += !why;
    return kv_failed("store: a sorted file", why);
}

uint64_t sorted_file_rows(const struct sorted_file *f)
{
    return f->rows;
}

int sorted_file_close(struct sorted_file *f, uint64_t *ret_bytes)
{
    char *why = NULL;
    *ret_bytes = 0;
    if (f->rows) /* RocksDB refuses to end an empty one */
        rocksdb_sstfilewriter_finish(f->writer, &why);
    if (f->rows && !why)
        rocksdb_sstfilewriter_file_size(f->writer, ret_bytes);
    assert(f->rows || !*ret_bytes);
    sorted_file_free(f);
    return kv_failed("store: a sorted file", why);
}

int sorted_file_ingest(struct kv *kv, enum kv_family family, const char *const *paths, size_t count)
{
    assert(family < KV_FAMILIES && paths && count);
    char *why = NULL;
    rocksdb_ingestexternalfileoptions_t *options = rocksdb_ingestexternalfileoptions_create();
    rocksdb_ingestexternalfileoptions_set_move_files(options, 1);
    rocksdb_ingest_external_file_cf(kv_handle_db(kv), kv_handle_family(kv, family), paths, count,
                                    options, &why);
    rocksdb_ingestexternalfileoptions_destroy(options);
    char what[64];
    snprintf(what, sizeof(what), "store: files of %s", kv_family_name(family));
    return kv_failed(what, why);
}
