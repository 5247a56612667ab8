#include "alignd/base/err.h"
#include "alignd/store/kv.h"

#include <criterion/criterion.h>
#include <rocksdb/c.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char path[64];

static struct kv *fresh(void)
{
    struct kv_options o = kv_options_default();
    o.hashed = true;
    struct kv *kv = NULL;
    snprintf(path, sizeof(path), "/tmp/test_kv_XXXXXX");
    cr_assert(mkdtemp(path));
    cr_assert_eq(kv_open(path, &o, &kv), ERR_OK);
    return kv;
}

static void wipe(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", path);
    cr_assert_eq(system(command), 0);
}

static void put(struct kv *kv, enum kv_family f, const char *key, const char *value)
{
    struct kv_batch *b = kv_batch_new();
    kv_batch_put(kv, b, f, slice_of(key), slice_of(value));
    cr_assert_eq(kv_batch_rows(b), 1);
    cr_assert_eq(kv_write(kv, b, true), ERR_OK);
    kv_batch_free(b);
}

Test(kv, a_written_row_is_there_after_reopening)
{
    struct kv *kv = fresh();
    put(kv, KV_NODES, "aaaaaaaaaaaaaaaa", "one");
    kv_close(kv);
    struct kv_options o = kv_options_default();
    o.create = false;
    cr_assert_eq(kv_open(path, &o, &kv), ERR_OK);
    struct kv_value v;
    bool found;
    cr_assert_eq(kv_get(kv, KV_NODES, slice_of("aaaaaaaaaaaaaaaa"), &v, &found), ERR_OK);
    cr_assert(found);
    cr_expect(slice_equal(v.bytes, slice_of("one")));
    kv_value_release(&v);
    cr_assert_eq(kv_get(kv, KV_SAMPLES, slice_of("aaaaaaaaaaaaaaaa"), &v, &found), ERR_OK);
    cr_expect(!found, "families are apart");
    kv_close(kv);
    wipe();
}

Test(kv, a_second_process_is_told_that_it_is_open)
{
    struct kv *kv = fresh(), *second = NULL;
    struct kv_options o = kv_options_default();
    cr_expect_eq(kv_open(path, &o, &second), ERR_BUSY);
    cr_expect_null(second);
    kv_close(kv);
    wipe();
}

Test(kv, a_missing_store_is_not_made_unasked)
{
    struct kv *kv = NULL;
    struct kv_options o = kv_options_default();
    o.create = false;
    cr_expect_eq(kv_open("/tmp/test_kv_is_not_there", &o, &kv), ERR_NOT_FOUND);
}

Test(kv, many_values_come_in_the_order_of_their_keys)
{
    struct kv *kv = fresh();
    char text[200][20];
    struct slice keys[200];
    struct kv_value values[200];
    for (int i = 0; i < 200; i++) {
        snprintf(text[i], sizeof(text[i]), "%016d", i);
        keys[i] = slice_of(text[i]);
        if (i % 3)
            put(kv, KV_PAIRS, text[i], text[i]);
    }
    cr_assert_eq(kv_get_many(kv, KV_PAIRS, keys, 200, values), ERR_OK);
    for (int i = 0; i < 200; i++) {
        cr_expect_eq(values[i].bytes.data != NULL, i % 3 != 0);
        if (i % 3)
            cr_expect(slice_equal(values[i].bytes, keys[i]));
        kv_value_release(&values[i]);
    }
    kv_close(kv);
    wipe();
}

Test(kv, a_scan_stays_within_its_prefix_and_a_walk_does_not)
{
    struct kv *kv = fresh();
    put(kv, KV_ADJACENCY, "aaaaaaaaaaaaaaaa1", "");
    put(kv, KV_ADJACENCY, "aaaaaaaaaaaaaaaa2", "");
    put(kv, KV_ADJACENCY, "bbbbbbbbbbbbbbbb1", "");
    struct kv_iter *scan = kv_scan_new(kv, KV_ADJACENCY), *walk = kv_iter_new(kv, KV_ADJACENCY);
    int scanned = 0, walked = 0;
    for (kv_iter_seek(scan, slice_of("aaaaaaaaaaaaaaaa")); kv_iter_valid(scan); kv_iter_next(scan))
        scanned++;
    for (kv_iter_seek(walk, slice_of("")); kv_iter_valid(walk); kv_iter_next(walk))
        walked++;
    cr_expect_eq(scanned, 2);
    cr_expect_eq(walked, 3);
    cr_expect_eq(kv_iter_status(scan), ERR_OK);
    kv_iter_free(scan);
    kv_iter_free(walk);
    kv_close(kv);
    wipe();
}

Test(kv, rows_of_a_hashed_memtable_are_walked_in_order)
{
    struct kv *kv = fresh();
    struct kv_batch *b = kv_batch_new();
    char key[24], last[24] = "";
    for (int i = 0; i < 2000; i++) { /* half under one prefix: more than a chain holds */
        snprintf(key, sizeof(key), "%016d%04d", i % 2 ? 0 : i * 7919 % 2000, i);
        kv_batch_put(kv, b, KV_ADJACENCY, slice_of(key), slice_of("x"));
    }
    cr_assert_eq(kv_write(kv, b, false), ERR_OK);
    kv_batch_free(b);
    struct kv_iter *walk = kv_iter_new(kv, KV_ADJACENCY);
    int rows = 0;
    for (kv_iter_seek(walk, slice_of("")); kv_iter_valid(walk); kv_iter_next(walk), rows++) {
        struct slice k = kv_iter_key(walk);
        cr_assert_lt(strncmp(last, k.data, k.len), 0);
        memcpy(last, k.data, k.len);
    }
    cr_expect_eq(rows, 2000);
    kv_iter_free(walk);
    kv_close(kv);
    wipe();
}

Test(kv, a_checkpoint_is_a_store_of_its_own)
{
    struct kv *kv = fresh(), *copy = NULL;
    put(kv, KV_META, "k", "before");
    char to[80];
    snprintf(to, sizeof(to), "%s/copy", path);
    cr_assert_eq(kv_checkpoint(kv, to), ERR_OK);
    put(kv, KV_META, "k", "after");
    struct kv_options o = kv_options_default();
    o.create = false;
    cr_assert_eq(kv_open(to, &o, &copy), ERR_OK);
    struct kv_value v;
    bool found;
    cr_assert_eq(kv_get(copy, KV_META, slice_of("k"), &v, &found), ERR_OK);
    cr_expect(found && slice_equal(v.bytes, slice_of("before")));
    kv_value_release(&v);
    kv_close(copy);
    kv_close(kv);
    wipe();
}

Test(kv, an_in_memory_store_leaves_no_file_and_outlives_its_handle)
{
    struct kv_options o = kv_options_default();
    o.in_memory = true;
    struct kv *kv = NULL;
    cr_assert_eq(kv_open("/tmp/test_kv_memory", &o, &kv), ERR_OK);
    put(kv, KV_META, "k", "v");
    kv_close(kv);
    cr_expect_neq(access("/tmp/test_kv_memory", F_OK), 0);
    cr_assert_eq(kv_open("/tmp/test_kv_memory", &o, &kv), ERR_OK);
    struct kv_value v;
    bool found;
    cr_assert_eq(kv_get(kv, KV_META, slice_of("k"), &v, &found), ERR_OK);
    cr_expect(found);
    kv_value_release(&v);
    kv_close(kv);
}

Test(kv, compaction_keeps_the_newest_of_each_row_and_nothing_else)
{
    struct kv *kv = fresh();
    char key[17], value[200];
    for (int round = 0; round < 3; round++) {
        struct kv_batch *b = kv_batch_new();
        for (int i = 0; i < 2000; i++) {
            snprintf(key, sizeof(key), "%016d", i);
            for (size_t k = 0; k < sizeof(value); k++) /* not to be compressed away */
                value[k] = (char)(i * 31 + (int)(k * k) + round + rand() % 256);
            value[0] = (char)('0' + round);
            kv_batch_put(kv, b, KV_PAIRS, slice_of(key), (struct slice){value, sizeof(value)});
        }
        cr_expect_geq(kv_batch_bytes(b), 2000 * (16 + sizeof(value)));
        cr_assert_eq(kv_write(kv, b, false), ERR_OK);
        cr_assert_eq(kv_flush(kv), ERR_OK);
        kv_batch_free(b);
    }
    uint64_t before = kv_family_bytes(kv, KV_PAIRS);
    cr_assert_eq(kv_compact(kv), ERR_OK);
    uint64_t after = kv_family_bytes(kv, KV_PAIRS);
    cr_expect_lt(after, before / 2, "%llu, then %llu", (unsigned long long)before,
                 (unsigned long long)after);
    cr_expect_geq(after, 2000 * sizeof(value) / 2);
    cr_expect_eq(kv_family_bytes(kv, KV_NODES), 0);
    struct kv_value v;
    bool found;
    cr_assert_eq(kv_get(kv, KV_PAIRS, slice_of("0000000000001234"), &v, &found), ERR_OK);
    cr_assert(found);
    cr_expect_eq(v.bytes.data[0], '2');
    kv_value_release(&v);
    kv_close(kv);
    wipe();
}

/* --- bulk --- */

static const enum kv_family some[] = {KV_META, KV_NODES, KV_BLOCKS, KV_PAIRS, KV_OUTBOX};
#define SOME (sizeof(some) / sizeof(*some))

static struct kv *open_bulk(bool bulk)
{
    struct kv_options o = kv_options_default();
    struct kv *kv = NULL;
    o.bulk = bulk;
    cr_assert_eq(kv_open(path, &o, &kv), ERR_OK);
    return kv;
}

/* Batch number n: that number under one key of each family, among other rows. */
static int write_number(struct kv *kv, int n)
{
    struct kv_batch *b = kv_batch_new();
    char number[16], key[32];
    snprintf(number, sizeof(number), "%d", n);
    for (size_t f = 0; f < SOME; f++) {
        kv_batch_put(kv, b, some[f], slice_of("the number, here"), slice_of(number));
        for (int i = 300; i > 0; i--) { /* in no order */
            snprintf(key, sizeof(key), "row %04d of %08d", i, n);
            kv_batch_put(kv, b, some[f], slice_of(key), slice_of(number));
        }
    }
    int rc = kv_write(kv, b, false);
    kv_batch_free(b);
    return rc;
}

/* 0: it is not there. */
static int number_in(struct kv *kv, enum kv_family family)
{
    struct kv_value v;
    bool found;
    char text[16] = "0";
    cr_assert_eq(kv_get(kv, family, slice_of("the number, here"), &v, &found), ERR_OK);
    if (found)
        snprintf(text, sizeof(text), "%.*s", (int)v.bytes.len, v.bytes.data);
    kv_value_release(&v);
    return atoi(text);
}

Test(kv, a_bulk_write_is_read_at_once_and_stays_after_a_flush)
{
    kv_close(fresh());
    struct kv *kv = open_bulk(true);
    for (int n = 1; n <= 20; n++) {
        cr_assert_eq(write_number(kv, n), ERR_OK);
        for (size_t f = 0; f < SOME; f++)
            cr_assert_eq(number_in(kv, some[f]), n);
    }
    cr_assert_eq(kv_flush(kv), ERR_OK);
    kv_close(kv);
    kv = open_bulk(false);
    for (size_t f = 0; f < SOME; f++) {
        struct kv_iter *it = kv_iter_new(kv, some[f]);
        size_t rows = 0;
        for (kv_iter_seek(it, slice_of("row")); kv_iter_valid(it); kv_iter_next(it))
            rows++;
        kv_iter_free(it);
        cr_expect_eq(number_in(kv, some[f]), 20);
        cr_expect_eq(rows, 20 * 300 + 1);
    }
    kv_close(kv);
    wipe();
}

/* Writes batches, and a byte to `to` after each, until it is killed. */
static void write_on(int last, int to)
{
    struct kv *kv = open_bulk(true);
    for (int n = last + 1; write_number(kv, n) == ERR_OK && write(to, "", 1) == 1; n++)
        ;
    _exit(1);
}

/* Tells the number each family has. */
static void read_numbers(int last, int to)
{
    struct kv *kv = open_bulk(false);
    int numbers[SOME];
    (void)last;
    for (size_t f = 0; f < SOME; f++)
        numbers[f] = number_in(kv, some[f]);
    kv_close(kv);
    _exit(write(to, numbers, sizeof(numbers)) == (ssize_t)sizeof(numbers) ? 0 : 1);
}

/* A process of its own: RocksDB's threads do not outlive a fork.  Returns what to read it from. */
static int start(void (*what)(int, int), int last, pid_t *ret_child)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    *ret_child = fork();
    cr_assert(*ret_child >= 0);
    if (*ret_child == 0) {
        alarm(60);
        close(ends[0]);
        what(last, ends[1]);
    }
    close(ends[1]);
    return ends[0];
}

Test(kv, a_killed_bulk_writer_leaves_whole_batches, .timeout = 200)
{
    int last = 0;
    snprintf(path, sizeof(path), "/tmp/test_kv_XXXXXX");
    cr_assert(mkdtemp(path));
    for (int round = 1; round <= 8; round++) {
        int numbers[SOME];
        char byte;
        pid_t child;
        int from = start(write_on, last, &child);
        for (int i = 0; i < 8; i++)
            cr_assert_eq(read(from, &byte, 1), 1);
        usleep(1700 * (unsigned)round);
        kill(child, SIGKILL);
        cr_assert_eq(waitpid(child, NULL, 0), child);
        close(from);
        from = start(read_numbers, 0, &child);
        cr_assert_eq(read(from, numbers, sizeof(numbers)), (ssize_t)sizeof(numbers));
        cr_assert_eq(waitpid(child, NULL, 0), child);
        close(from);
        for (size_t f = 1; f < SOME; f++)
            cr_expect_eq(numbers[f], numbers[0], "%s: %d, not %d", kv_family_name(some[f]),
                         numbers[f], numbers[0]);
        cr_expect(numbers[0] > last, "%d after %d: few batches wait to be on disk", numbers[0],
                  last);
        last = numbers[0];
    }
    wipe();
}

/* A store as it was before families came: those that are there, by RocksDB's own hand. */
static void make_older(const char *where)
{
    const char *names[KV_FAMILIES];
    rocksdb_options_t *options = rocksdb_options_create();
    const rocksdb_options_t *each[KV_FAMILIES];
    rocksdb_column_family_handle_t *handles[KV_FAMILIES];
    char *why = NULL;
    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_create_missing_column_families(options, 1);
    for (int f = 0; f < KV_DECIDED; f++) {
        names[f] = f == KV_META ? "default" : kv_family_name((enum kv_family)f);
        each[f] = options;
    }
    rocksdb_t *db =
        rocksdb_open_column_families(options, where, KV_DECIDED, names, each, handles, &why);
    cr_assert(db && !why);
    rocksdb_writeoptions_t *how = rocksdb_writeoptions_create();
    rocksdb_put_cf(db, how, handles[KV_NODES], "aaaaaaaaaaaaaaaa", 16, "one", 3, &why);
    cr_assert(!why);
    rocksdb_writeoptions_destroy(how);
    for (int f = 0; f < KV_DECIDED; f++)
        rocksdb_column_family_handle_destroy(handles[f]);
    rocksdb_close(db);
    rocksdb_options_destroy(options);
}

Test(kv, an_older_store_has_no_rows_of_a_younger_family)
{
    snprintf(path, sizeof(path), "/tmp/test_kv_XXXXXX");
    cr_assert(mkdtemp(path));
    make_older(path);
    struct kv_options o = kv_options_default();
    o.create = false;
    for (int i = 0; i < 3; i++) { /* read, written to, and read again */
        struct kv *kv;
        struct kv_value v;
        bool found;
        o.read_only = i != 1;
        cr_assert_eq(kv_open(path, &o, &kv), ERR_OK, "%d", i);
        cr_assert_eq(kv_get(kv, KV_NODES, slice_of("aaaaaaaaaaaaaaaa"), &v, &found), ERR_OK);
        cr_expect(found);
        kv_value_release(&v);
        struct slice key = slice_of("aaaaaaaaaaaaaaaa");
        cr_assert_eq(kv_get(kv, KV_DECIDED, key, &v, &found), ERR_OK);
        cr_expect_eq(found, i == 2);
        kv_value_release(&v);
        cr_assert_eq(kv_get_many(kv, KV_DECIDED, &key, 1, &v), ERR_OK);
        cr_expect_eq(v.bytes.len, i == 2 ? 3 : 0);
        kv_value_release(&v);
        struct kv_iter *it = kv_iter_new(kv, KV_DECIDED);
        kv_iter_seek(it, slice_of(""));
        cr_expect_eq(kv_iter_valid(it), i == 2);
        cr_expect_eq(kv_iter_status(it), ERR_OK);
        kv_iter_free(it);
        if (i < 2)
            cr_expect_eq(kv_family_bytes(kv, KV_DECIDED), 0);
        if (i == 1)
            put(kv, KV_DECIDED, "aaaaaaaaaaaaaaaa", "two");
        kv_close(kv);
    }
    wipe();
}

Test(kv, a_view_reads_what_was_there_when_it_was_made)
{
    struct kv *kv = fresh();
    const char *key = "aaaaaaaaaaaaaaaa";
    put(kv, KV_NODES, key, "one");
    struct kv *view = kv_view_new(kv);
    put(kv, KV_NODES, key, "two");
    put(kv, KV_NODES, "bbbbbbbbbbbbbbbb", "more");
    cr_assert_eq(kv_flush(kv), ERR_OK);
    struct slice keys[] = {slice_of(key), slice_of("bbbbbbbbbbbbbbbb")};
    struct kv_value values[2];
    cr_assert_eq(kv_get_many(view, KV_NODES, keys, 2, values), ERR_OK);
    cr_expect(slice_equal(values[0].bytes, slice_of("one")));
    cr_expect_null(values[1].bytes.data);
    kv_value_release(&values[0]);
    kv_value_release(&values[1]);
    struct kv_iter *it = kv_iter_new(view, KV_NODES);
    kv_iter_seek(it, slice_of(""));
    cr_assert(kv_iter_valid(it));
    cr_expect(slice_equal(kv_iter_value(it), slice_of("one")));
    kv_iter_next(it);
    cr_expect_not(kv_iter_valid(it));
    kv_iter_free(it);
    kv_view_free(view);
    kv_close(kv);
    wipe();
}
