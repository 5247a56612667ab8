/*
 * kv.c - RocksDB, which no other file but sorted_file.c and kv_reader.c name: how each family is
 * laid out for the way it is read, what a bulk load asks of it, and what its words mean as codes of
 * ours.
 *
 * A write that failed is the last one: nothing is written after it, not even by the
 * close (written()).  The store is then what its log says, which the next open reads.
 * No key is shorter than the prefix of its family: so many bytes the memtable hashes.
 */
#include "kv_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/clock.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

/*
 * How a family is read decides its options:
 *   POINT  rows fetched by whole key: bloom filter on keys, memtable may be hashed
 *   SCAN   rows fetched by id prefix too: bloom filter on keys and prefixes,
 *          memtable may be hashed by prefix
 *   LOG    small or sequential: no filter, memtable a skip list
 */
enum access { POINT, SCAN, LOG };

static const struct {
    const char *name;
    enum access access;
    size_t prefix; /* bytes of a key its memtable hashes: no key is shorter */
} families[KV_FAMILIES] = {
    [KV_META] = {"default", LOG, 0}, /* RocksDB wants a family of this name */
    [KV_OFFSETS] = {"offsets", LOG, 0},
    [KV_PREDICATES] = {"predicates", LOG, 0},
    [KV_NODES] = {"nodes", POINT, KV_PREFIX_BYTES},
    [KV_ADJACENCY] = {"adjacency", SCAN, KV_PREFIX_BYTES},
    [KV_SAMPLES] = {"samples", POINT, KV_PREFIX_BYTES},
    [KV_VECTORS] = {"vectors", POINT, KV_PREFIX_BYTES},
    [KV_BLOCKS] = {"blocks", POINT, LAYOUT_BLOCK_KEY_BYTES},
    [KV_POSTINGS] = {"postings", LOG, 0},
    [KV_PAIRS] = {"pairs", POINT, KV_PREFIX_BYTES},
    [KV_MATCHES] = {"matches", POINT, KV_PREFIX_BYTES},
    [KV_PUBLISHED] = {"published", POINT, LAYOUT_PUBLISHED_KEY_BYTES},
    [KV_DIRTY] = {"dirty", LOG, 0},
    [KV_OUTBOX] = {"outbox", LOG, 0},
    [KV_DECIDED] = {"decided", POINT, KV_PREFIX_BYTES},
};

/* Chains of a hashed memtable for so many bytes; a chain of more than a few
 * hundred rows becomes a skip list. */
static size_t hash_buckets(size_t bytes)
{
    return bytes / 256 < 1 << 16 ? bytes / 256 + 1 : 1 << 16;
}

struct kv {
    rocksdb_t *db;
    rocksdb_options_t *options;
    rocksdb_options_t *family_options[KV_FAMILIES];
    rocksdb_column_family_handle_t *handles[KV_FAMILIES];
    rocksdb_cache_t *cache;
    rocksdb_readoptions_t *read; /* point reads and whole walks */
    rocksdb_readoptions_t *scan; /* within one prefix */
    rocksdb_writeoptions_t *synced, *unsynced;
    _Atomic bool broken; /* a write failed: see written() */
    bool bulk;
    bool flush_at_end;                  /* so that the next start has no log to read */
    const rocksdb_snapshot_t *snapshot; /* of a view, whose database and handles are another's */
};

struct kv_iter {
    rocksdb_iterator_t *it; /* NULL: over a family that is not there */
};

struct kv_batch {
    rocksdb_writebatch_t *rows;
    size_t count;
};

/* One for the process, so that an in-memory database outlives its handle. */
static rocksdb_env_t *memory_env;
static pthread_once_t memory_env_once = PTHREAD_ONCE_INIT;

static void memory_env_make(void)
{
    memory_env = rocksdb_create_mem_env();
}

const char *kv_family_name(enum kv_family family)
{
    return family == KV_META ? "meta" : families[family].name;
}

struct kv_options kv_options_default(void)
{
    return (struct kv_options){
        .cache_bytes = (size_t)256 << 20,
        .write_buffer_bytes = (size_t)128 << 20,
        .background_threads = 2,
        .create = true,
    };
}

int kv_failed(const char *what, char *why)
{
    if (!why)
        return ERR_OK;
    int rc = ERR_STORE;
    bool damaged = strstr(why, "orruption") != NULL; /* of a 'block ...', which is no lock */
    if (damaged)
        rc = ERR_STORE;
    else if (strstr(why, "Permission denied") || strstr(why, "Read-only file system"))
        rc = ERR_IO;
    else if (strstr(why, "LOCK") || strstr(why, "lock "))
        rc = ERR_BUSY;
    else if (strstr(why, "does not exist"))
        rc = ERR_NOT_FOUND;
    else if (strstr(why, "Column families not opened") || strstr(why, "olumn family not found"))
        rc = ERR_VERSION;
    log_error("%s: %s%s", what, rc == ERR_BUSY ? "open in another process: " : "", why);
    if (damaged)
        log_error("the store is damaged: put a backup back (alignd restore), or delete its folder "
                  "and build it anew from the topics (alignd run --on-mismatch=replay)");
    rocksdb_free(why);
    return rc;
}

/*
 * Bulk: a skip list takes a microsecond or two to find a row's place, and rows come in order.
 * A vector takes them as they come and is sorted once, when it is written to a file, or read
 * while it waits for that.  A vector that still grows would be copied and sorted for each
 * read, so kv_write lets none stand (1).  Nothing else may ask for files meanwhile: RocksDB
 * ends the process when families wait for the same file-making for different reasons, such as that
 * one of them is full (2) or that the database closes (3).
 *
 * That gives a file a family and turn, many small ones: more of them may wait to be merged.
 */
static void family_bulk_set(rocksdb_options_t *options)
{
    rocksdb_options_set_memtable_vector_rep(options);
    rocksdb_options_set_write_buffer_size(options, (size_t)1 << 40);  /* (2) */
    rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, 0); /* it is of that size */
    rocksdb_options_set_level0_file_num_compaction_trigger(options, 12);
    rocksdb_options_set_level0_slowdown_writes_trigger(options, 32);
    rocksdb_options_set_level0_stop_writes_trigger(options, 48);
}

static void bulk_set(rocksdb_options_t *options)
{
    rocksdb_options_set_atomic_flush(options, 1);         /* all families of a batch or none */
    rocksdb_options_set_db_write_buffer_size(options, 1); /* (1): full, whatever is in it */
}

static rocksdb_options_t *family_options_new(const struct kv *kv, const struct kv_options *o,
                                             enum access access, size_t prefix)
{
    assert((access == LOG) == !prefix);
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_cache(table, kv->cache);
    rocksdb_block_based_options_set_block_size(table, access == POINT ? 4096 : 8192);
    rocksdb_block_based_options_set_format_version(table, 5);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(table, 1);
    rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1);
    if (access != LOG)
        rocksdb_block_based_options_set_filter_policy(table,
                                                      rocksdb_filterpolicy_create_bloom_full(10));
    if (access == POINT)
        rocksdb_block_based_options_set_data_block_index_type(
            table, rocksdb_block_based_table_data_block_index_type_binary_search_and_hash);
    if (access != LOG) {
        rocksdb_options_set_prefix_extractor(options,
                                             rocksdb_slicetransform_create_fixed_prefix(prefix));
        if (o->hashed && !o->bulk)
            rocksdb_options_set_hash_link_list_rep(options,
                                                   hash_buckets(o->write_buffer_bytes / 4));
    }
    rocksdb_options_set_block_based_table_factory(options, table);
    rocksdb_block_based_options_destroy(table);
    rocksdb_options_set_compression(options, access == LOG ? rocksdb_no_compression
                                                           : rocksdb_lz4_compression);
    /* most of the store lies in the last level; rows read at random and of random bytes
     * (vectors, hashes) gain too little to be worth their decompression */
    if (access != POINT)
        rocksdb_options_set_bottommost_compression(options, rocksdb_zstd_compression);
    rocksdb_options_set_level_compaction_dynamic_level_bytes(options, 1);
    rocksdb_options_set_write_buffer_size(options, o->write_buffer_bytes / 4);
    rocksdb_options_set_max_write_buffer_number(options, 3);
    rocksdb_options_set_memtable_whole_key_filtering(options, access != LOG);
    rocksdb_options_set_memtable_prefix_bloom_size_ratio(options, access != LOG ? 0.05 : 0);
    if (o->bulk)
        family_bulk_set(options);
    if (o->in_memory)
        rocksdb_options_set_env(options, memory_env);
    return options;
}

static void options_set(struct kv *kv, const struct kv_options *o)
{
    assert(o->write_buffer_bytes && o->background_threads > 0);
    kv->cache = rocksdb_cache_create_lru(o->cache_bytes);
    kv->options = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(kv->options, o->create);
    rocksdb_options_set_create_missing_column_families(kv->options, !o->read_only);
    /* a torn last write is the crash's; anything else that cannot be read is damage */
    rocksdb_options_set_wal_recovery_mode(kv->options,
                                          rocksdb_tolerate_corrupted_tail_records_recovery);
    rocksdb_options_set_max_background_jobs(kv->options, o->background_threads);
    rocksdb_options_set_db_write_buffer_size(kv->options, o->write_buffer_bytes);
    if (o->bulk)
        bulk_set(kv->options);
    rocksdb_options_set_max_total_wal_size(kv->options, 4 * o->write_buffer_bytes);
    rocksdb_options_set_bytes_per_sync(kv->options, 1 << 20);
    rocksdb_options_set_keep_log_file_num(kv->options, 4);
    rocksdb_options_set_stats_dump_period_sec(kv->options, 0);
    rocksdb_options_set_info_log_level(kv->options, 2 /* warnings */);
    if (o->in_memory)
        rocksdb_options_set_env(kv->options, memory_env);
    if (o->hashed || o->bulk) /* takes one writer; there is one */
        rocksdb_options_set_allow_concurrent_memtable_write(kv->options, 0);
    for (int f = 0; f < KV_FAMILIES; f++)
        kv->family_options[f] = family_options_new(kv, o, families[f].access, families[f].prefix);

    kv->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_total_order_seek(kv->read, 1);
    kv->scan = rocksdb_readoptions_create();
    rocksdb_readoptions_set_prefix_same_as_start(kv->scan, 1);
    kv->synced = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(kv->synced, !o->bulk);
    kv->unsynced = rocksdb_writeoptions_create();
    if (o->bulk) {
        rocksdb_writeoptions_disable_WAL(kv->synced, 1);
        rocksdb_writeoptions_disable_WAL(kv->unsynced, 1);
    }
}

/*
 * On a full disk Debian's build of RocksDB ends the process on an assertion, because it
 * cannot write its own messages (writable_file_writer.h: sync_without_flush_called_).  Nothing is
 * lost by that, but the end should say why: with the status of a store that failed.  Any
 * other abort stays what it is.
 */
#define FULL_BYTES (UINT64_C(64) << 20)

static char watched[4200]; /* the store's folder */
static _Atomic bool write_failed;

static void on_abort(int signal_number)
{
    static const char words[] = "the disk of the store is full, or a write to it failed\n";
    struct statvfs disk;
    bool full =
        statvfs(watched, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < FULL_BYTES;
    if (full || write_failed) {
        ssize_t ignored = write(STDERR_FILENO, words, sizeof(words) - 1);
        (void)ignored;
        _exit(err_exit_status(ERR_STORE));
    }
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void watch_aborts(const char *path)
{
    struct sigaction now, ours = {.sa_handler = on_abort};
    sigemptyset(&ours.sa_mask);
    if (sigaction(SIGABRT, NULL, &now) || now.sa_handler != SIG_DFL)
        return;
    snprintf(watched, sizeof(watched), "%s", path);
    sigaction(SIGABRT, &ours, NULL);
}

/* std::set_new_handler: what operator new calls where it finds no memory.  Without one it throws
 * what C cannot catch, and the process would end by an abort that says nothing of memory. */
typedef void new_handler(void);
extern new_handler *set_new_handler(new_handler *handler) __asm__("_ZSt15set_new_handlerPFvvE");

static void on_no_memory(void)
{
    memory_exhausted(0);
}

int kv_open(const char *path, const struct kv_options *options, struct kv **ret_kv)
{
    assert(path && !(options->read_only && options->in_memory));
    char *why = NULL;
    set_new_handler(on_no_memory);
    if (!options->in_memory)
        watch_aborts(path);
    struct kv *kv = memory_calloc(1, sizeof(*kv));
    if (options->in_memory)
        pthread_once(&memory_env_once, memory_env_make);
    options_set(kv, options);
    kv->bulk = options->bulk;
    kv->flush_at_end = !options->in_memory && !options->read_only && !options->bulk;

    const char *names[KV_FAMILIES];
    const rocksdb_options_t *family_options[KV_FAMILIES];
    for (int f = 0; f < KV_FAMILIES; f++) {
        names[f] = families[f].name;
        family_options[f] = kv->family_options[f];
    }
    int rc = ERR_OK;
    if (options->read_only)
        rc = kv_reader_open(
            &(struct kv_reader){path, kv->options, names, family_options, kv->handles}, &kv->db);
    else
        kv->db = rocksdb_open_column_families(kv->options, path, KV_FAMILIES, names, family_options,
                                              kv->handles, &why);
    if (why) {
        char what[512];
        snprintf(what, sizeof(what), "store '%s'", path);
        rc = kv_failed(what, why);
        kv->db = NULL;
    }
    if (rc) {
        memset(kv->handles, 0, sizeof(kv->handles));
        kv_close(kv);
        return rc;
    }
    assert(kv->db);
    *ret_kv = kv;
    return ERR_OK;
}

static void await_files(struct kv *kv);

void kv_close(struct kv *kv)
{
    if (!kv)
        return;
    if (kv->broken)
        return; /* see written(): the process is about to end */
    if (kv->db && kv->flush_at_end)
        (void)kv_flush(kv); /* what fails here stands in the log */
    if (kv->db)
        await_files(kv);
    for (int f = 0; f < KV_FAMILIES; f++)
        if (kv->handles[f])
            rocksdb_column_family_handle_destroy(kv->handles[f]);
    if (kv->db)
        rocksdb_close(kv->db);
    for (int f = 0; f < KV_FAMILIES; f++)
        if (kv->family_options[f])
            rocksdb_options_destroy(kv->family_options[f]);
    if (kv->options)
        rocksdb_options_destroy(kv->options);
    if (kv->read) {
        rocksdb_readoptions_destroy(kv->read);
        rocksdb_readoptions_destroy(kv->scan);
        rocksdb_writeoptions_destroy(kv->synced);
        rocksdb_writeoptions_destroy(kv->unsynced);
    }
    if (kv->cache)
        rocksdb_cache_destroy(kv->cache);
    free(kv);
}

struct kv *kv_view_new(struct kv *kv)
{
    assert(kv->db && !kv->snapshot);
    struct kv *view = memory_calloc(1, sizeof(*view));
    view->db = kv->db;
    memcpy(view->handles, kv->handles, sizeof(view->handles));
    view->snapshot = rocksdb_create_snapshot(kv->db);
    view->read = rocksdb_readoptions_create();
    rocksdb_readoptions_set_total_order_seek(view->read, 1);
    rocksdb_readoptions_set_snapshot(view->read, view->snapshot);
    view->scan = rocksdb_readoptions_create();
    rocksdb_readoptions_set_prefix_same_as_start(view->scan, 1);
    rocksdb_readoptions_set_snapshot(view->scan, view->snapshot);
    return view;
}

void kv_view_free(struct kv *view)
{
    assert(view->snapshot);
    rocksdb_readoptions_destroy(view->read);
    rocksdb_readoptions_destroy(view->scan);
    rocksdb_release_snapshot(view->db, view->snapshot);
    free(view);
}

bool kv_is_open(const char *path)
{
    char name[4200];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    snprintf(name, sizeof(name), "%s/LOCK", path);
    int fd = open(name, O_RDONLY | O_CLOEXEC); /* which is enough to ask */
    bool held = fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (fd >= 0)
        close(fd); /* (in a process that holds the lock itself this would give it up) */
    return held;
}

int kv_destroy(const char *path, bool in_memory)
{
    char *why = NULL;
    rocksdb_options_t *options = rocksdb_options_create();
    if (in_memory) {
        pthread_once(&memory_env_once, memory_env_make);
        rocksdb_options_set_env(options, memory_env);
    }
    rocksdb_destroy_db(options, path, &why);
    rocksdb_options_destroy(options);
    return kv_failed("store: destroy", why);
}

int kv_get(struct kv *kv, enum kv_family family, struct slice key, struct kv_value *ret_value,
           bool *ret_found)
{
    assert(family < KV_FAMILIES && key.len >= families[family].prefix);
    char *why = NULL;
    rocksdb_pinnableslice_t *pin = NULL;
    if (kv->handles[family])
        pin = rocksdb_get_pinned_cf(kv->db, kv->read, kv->handles[family], key.data, key.len, &why);
    if (why)
        return kv_failed("store: read", why);
    *ret_found = pin != NULL;
    ret_value->pin = pin;
    ret_value->bytes = (struct slice){NULL, 0};
    if (pin)
        ret_value->bytes.data = rocksdb_pinnableslice_value(pin, &ret_value->bytes.len);
    return ERR_OK;
}

void kv_value_release(struct kv_value *value)
{
    assert(value->pin || !value->bytes.len);
    if (value->pin)
        rocksdb_pinnableslice_destroy(value->pin);
    *value = (struct kv_value){0};
}

/* RocksDB counts for each thread what it does, unless told not to: a few percent of its time. */
static void count_nothing(void)
{
    static _Thread_local bool told;
    if (!told)
        rocksdb_set_perf_level(rocksdb_disable);
    told = true;
}

#define MANY 64 /* keys of one RocksDB call */

int kv_get_many(struct kv *kv, enum kv_family family, const struct slice *keys, size_t count,
                struct kv_value *values)
{
    assert(family < KV_FAMILIES && ((keys && values) || !count));
    const char *data[MANY];
    size_t lens[MANY];
    rocksdb_pinnableslice_t *pins[MANY];
    char *errors[MANY];
    int rc = ERR_OK;
    count_nothing();
    for (size_t i = 0; i < count; i++)
        values[i] = (struct kv_value){0};
    for (size_t from = 0; from < count && !rc && kv->handles[family]; from += MANY) {
        size_t n = count - from < MANY ? count - from : MANY;
        bool sorted = true;
        for (size_t i = 0; i < n; i++) {
            data[i] = keys[from + i].data;
            lens[i] = keys[from + i].len;
            assert(lens[i] >= families[family].prefix);
            pins[i] = NULL;
            errors[i] = NULL;
            sorted = sorted && (i == 0 || slice_compare(keys[from + i - 1], keys[from + i]) < 0);
        }
        rocksdb_batched_multi_get_cf(kv->db, kv->read, kv->handles[family], n, data, lens, pins,
                                     errors, sorted);
        for (size_t i = 0; i < n; i++) {
            if (errors[i])
                rc = kv_failed("store: read", errors[i]);
            struct kv_value *v = &values[from + i];
            v->pin = pins[i];
            if (pins[i])
                v->bytes.data = rocksdb_pinnableslice_value(pins[i], &v->bytes.len);
        }
    }
    return rc;
}

static struct kv_iter *iter_new(struct kv *kv, enum kv_family family,
                                const rocksdb_readoptions_t *how)
{
    assert(family < KV_FAMILIES && kv->db);
    struct kv_iter *it = memory_malloc(sizeof(*it));
    it->it = kv->handles[family] ? rocksdb_create_iterator_cf(kv->db, how, kv->handles[family])
                                 : NULL; /* of nothing */
    return it;
}

struct kv_iter *kv_iter_new(struct kv *kv, enum kv_family family)
{
    return iter_new(kv, family, kv->read);
}

struct kv_iter *kv_scan_new(struct kv *kv, enum kv_family family)
{
    assert(families[family].access == SCAN);
    return iter_new(kv, family, kv->scan);
}

void kv_iter_free(struct kv_iter *it)
{
    if (!it)
        return;
    if (it->it)
        rocksdb_iter_destroy(it->it);
    free(it);
}

void kv_iter_seek(struct kv_iter *it, struct slice key)
{
    if (it->it)
        rocksdb_iter_seek(it->it, key.data, key.len);
}

void kv_iter_next(struct kv_iter *it)
{
    rocksdb_iter_next(it->it);
}

bool kv_iter_valid(const struct kv_iter *it)
{
    return it->it && rocksdb_iter_valid(it->it);
}

struct slice kv_iter_key(const struct kv_iter *it)
{
    struct slice s;
    s.data = rocksdb_iter_key(it->it, &s.len);
    return s;
}

struct slice kv_iter_value(const struct kv_iter *it)
{
    struct slice s;
    s.data = rocksdb_iter_value(it->it, &s.len);
    return s;
}

int kv_iter_status(const struct kv_iter *it)
{
    char *why = NULL;
    if (it->it)
        rocksdb_iter_get_error(it->it, &why);
    return kv_failed("store: walk", why);
}

struct kv_batch *kv_batch_new(void)
{
    struct kv_batch *batch = memory_calloc(1, sizeof(*batch));
    batch->rows = rocksdb_writebatch_create();
    return batch;
}

void kv_batch_free(struct kv_batch *batch)
{
    if (!batch)
        return;
    rocksdb_writebatch_destroy(batch->rows);
    free(batch);
}

void kv_batch_clear(struct kv_batch *batch)
{
    rocksdb_writebatch_clear(batch->rows);
    batch->count = 0;
}

void kv_batch_put(struct kv *kv, struct kv_batch *batch, enum kv_family family, struct slice key,
                  struct slice value)
{
    assert(value.data || !value.len);
    assert(family < KV_FAMILIES && key.len >= families[family].prefix);
    rocksdb_writebatch_put_cf(batch->rows, kv->handles[family], key.data, key.len,
                              value.len ? value.data : "", value.len);
    batch->count++;
}

void kv_batch_delete(struct kv *kv, struct kv_batch *batch, enum kv_family family, struct slice key)
{
    assert(family < KV_FAMILIES && key.len >= families[family].prefix);
    rocksdb_writebatch_delete_cf(batch->rows, kv->handles[family], key.data, key.len);
    batch->count++;
}

void kv_batch_delete_range(struct kv *kv, struct kv_batch *batch, enum kv_family family,
                           struct slice from, struct slice to)
{
    assert(family < KV_FAMILIES && slice_compare(from, to) <= 0);
    rocksdb_writebatch_delete_range_cf(batch->rows, kv->handles[family], from.data, from.len,
                                       to.data, to.len);
    batch->count++;
}

size_t kv_batch_rows(const struct kv_batch *batch)
{
    return batch->count;
}

size_t kv_batch_bytes(const struct kv_batch *batch)
{
    size_t bytes = 0;
    (void)rocksdb_writebatch_data(batch->rows, &bytes);
    return bytes;
}

/*
 * What became of a write.  After a failed one (a full disk) the next write to the same log, even
 * the close, may run into an assertion of RocksDB: so nothing more is written, and the
 * database is left as it is.  The next open recovers it from the log.
 */
static int written(struct kv *kv, const char *what, char *why)
{
    if (why)
        kv->broken = write_failed = true;
    return kv_failed(what, why);
}

/* (1) A write first looks whether memory is full, and then hands what all families hold
 * to the thread that makes files of it: an empty write does nothing else. */
static void hand_over(struct kv *kv, char **ret_why)
{
    assert(kv->bulk);
    rocksdb_writebatch_t *nothing = rocksdb_writebatch_create();
    rocksdb_write(kv->db, kv->unsynced, nothing, ret_why);
    rocksdb_writebatch_destroy(nothing);
}

/* (3) Waits until what was handed over is in files, or cannot be. */
static void await_files(struct kv *kv)
{
    assert(kv->db);
    while (kv->bulk && kv_property(kv, "rocksdb.num-immutable-mem-table") &&
           !kv_property(kv, "rocksdb.background-errors"))
        clock_sleep_us(500);
}

int kv_write(struct kv *kv, struct kv_batch *batch, bool sync)
{
    assert(kv->db && batch);
    char *why = NULL;
    if (kv->broken)
        return ERR_STORE;
    count_nothing();
    rocksdb_write(kv->db, sync ? kv->synced : kv->unsynced, batch->rows, &why);
    if (!why && kv->bulk)
        hand_over(kv, &why);
    return written(kv, "store: write", why);
}

int kv_delete_range(struct kv *kv, enum kv_family family, struct slice from, struct slice to)
{
    assert(family < KV_FAMILIES && slice_compare(from, to) <= 0);
    char *why = NULL;
    if (kv->broken)
        return ERR_STORE;
    rocksdb_delete_range_cf(kv->db, kv->unsynced, kv->handles[family], from.data, from.len, to.data,
                            to.len, &why);
    return written(kv, "store: delete", why);
}

int kv_flush(struct kv *kv)
{
    assert(kv->db);
    char *why = NULL;
    if (kv->broken)
        return ERR_STORE;
    await_files(kv);
    rocksdb_flushoptions_t *options = rocksdb_flushoptions_create();
    rocksdb_flushoptions_set_wait(options, 1);
    for (int f = 0; f < KV_FAMILIES && !why; f++)
        rocksdb_flush_cf(kv->db, options, kv->handles[f], &why);
    rocksdb_flushoptions_destroy(options);
    return written(kv, "store: flush", why);
}

int kv_compact(struct kv *kv)
{
    assert(kv->db);
    int rc = kv_flush(kv);
    rocksdb_compactoptions_t *options = rocksdb_compactoptions_create();
    rocksdb_compactoptions_set_bottommost_level_compaction(options, 2 /* also what lies there */);
    for (int f = 0; f < KV_FAMILIES && !rc; f++)
        rocksdb_compact_range_cf_opt(kv->db, kv->handles[f], options, NULL, 0, NULL, 0);
    rocksdb_compactoptions_destroy(options);
    return rc;
}

int kv_checkpoint(struct kv *kv, const char *path)
{
    assert(kv->db && path);
    char *why = NULL;
    await_files(kv);
    rocksdb_checkpoint_t *checkpoint = rocksdb_checkpoint_object_create(kv->db, &why);
    if (!why)
        rocksdb_checkpoint_create(checkpoint, path, 0, &why);
    if (checkpoint)
        rocksdb_checkpoint_object_destroy(checkpoint);
    return kv_failed("store: checkpoint", why);
}

uint64_t kv_family_bytes(struct kv *kv, enum kv_family family)
{
    assert(family < KV_FAMILIES);
    uint64_t bytes = 0;
    if (kv->handles[family])
        rocksdb_property_int_cf(kv->db, kv->handles[family], "rocksdb.live-sst-files-size", &bytes);
    return bytes;
}

uint64_t kv_property(struct kv *kv, const char *name)
{
    assert(kv->db);
    uint64_t sum = 0;
    for (int f = 0; f < KV_FAMILIES; f++) {
        uint64_t v = 0;
        if (kv->handles[f] && rocksdb_property_int_cf(kv->db, kv->handles[f], name, &v) == 0)
            sum += v;
    }
    return sum;
}

const rocksdb_options_t *kv_handle_options(const struct kv *kv, enum kv_family family)
{
    return kv->family_options[family];
}

rocksdb_t *kv_handle_db(const struct kv *kv)
{
    return kv->db;
}

rocksdb_column_family_handle_t *kv_handle_family(const struct kv *kv, enum kv_family family)
{
    return kv->handles[family];
}
