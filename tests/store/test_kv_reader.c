/*
 * test_kv_reader.c - a store that is read while somebody writes to it: what is read is what one
 * batch left, whatever is flushed, merged and deleted meanwhile; it stays so; nothing is left
 * behind.
 */
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/store/kv.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 24, READINGS = 40 };

static const enum kv_family written[] = {KV_NODES, KV_BLOCKS, KV_DIRTY, KV_DECIDED};
enum { FAMILIES = sizeof(written) / sizeof(*written) };

static char path[64], messages[64];

struct writer {
    struct kv *kv;
    _Atomic bool stop;
    int batches, rc;
};

/* A row of a family that is written anew by each batch, and one that is there for one batch. */
static struct slice row_key(char key[32], int row)
{
    snprintf(key, 32, "row %012d", row);
    return (struct slice){key, 16};
}

static struct slice passing_key(char key[32], int batch)
{
    snprintf(key, 32, "was %012d", batch);
    return (struct slice){key, 16};
}

/* Batch n puts n into every row: of all families, or of none. */
static int write_batch(struct kv *kv, struct kv_batch *batch, int n)
{
    char key[32], value[1024];
    uint64_t noise = (uint64_t)n;
    for (size_t i = 0; i < sizeof(value); i++)
        value[i] = (char)((noise = noise * 6364136223846793005u + 1442695040888963407u) >> 56);
    memcpy(value, &n, sizeof(n));
    kv_batch_clear(batch);
    for (int f = 0; f < FAMILIES; f++)
        for (int row = 0; row < ROWS; row++)
            kv_batch_put(kv, batch, written[f], row_key(key, row),
                         (struct slice){value, sizeof(value)});
    kv_batch_put(kv, batch, KV_MATCHES, passing_key(key, n), (struct slice){value, sizeof(value)});
    kv_batch_delete(kv, batch, KV_MATCHES, passing_key(key, n - 1));
    return kv_write(kv, batch, false);
}

static void *write_on(void *arg)
{
    struct writer *w = arg;
    struct kv_batch *batch = kv_batch_new();
    while (!w->stop && !w->rc) {
        w->rc = write_batch(w->kv, batch, ++w->batches);
        if (!w->rc && w->batches % 23 == 0)
            w->rc = kv_flush(w->kv);
        if (!w->rc && w->batches % 71 == 0)
            w->rc = kv_compact(w->kv);
        clock_sleep_us(10000); /* a reader has to come between two files */
    }
    kv_batch_free(batch);
    return NULL;
}

static int number_of(struct slice value)
{
    int n;
    cr_assert_eq(value.len, 1024);
    memcpy(&n, value.data, sizeof(n));
    return n;
}

/* The number that every row has: by key, and by a walk that began earlier or NULL. */
static int read_all(struct kv *kv, struct kv_iter *walk)
{
    char key[32];
    int n = -1, passing = 0;
    for (int f = 0; f < FAMILIES; f++)
        for (int row = 0; row < ROWS; row++) {
            struct kv_value v;
            bool found;
            cr_assert_eq(kv_get(kv, written[f], row_key(key, row), &v, &found), ERR_OK);
            cr_assert(found);
            n = n < 0 ? number_of(v.bytes) : n;
            cr_assert_eq(number_of(v.bytes), n, "%s, row %d: %d, not %d",
                         kv_family_name(written[f]), row, number_of(v.bytes), n);
            kv_value_release(&v);
        }
    for (kv_iter_seek(walk, slice_of("")); kv_iter_valid(walk); kv_iter_next(walk), passing++)
        cr_assert_eq(number_of(kv_iter_value(walk)), n);
    cr_assert_eq(kv_iter_status(walk), ERR_OK);
    cr_assert_eq(passing, 1, "%d rows of batches, of one", passing);
    return n;
}

static int count_files(const char *folder)
{
    DIR *d = opendir(folder);
    int n = 0;
    cr_assert(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

static void make_folders(void)
{
    snprintf(path, sizeof(path), "/tmp/test_kv_XXXXXX");
    snprintf(messages, sizeof(messages), "/tmp/test_kv_XXXXXX");
    cr_assert(mkdtemp(path));
    cr_assert(mkdtemp(messages));
    setenv("TMPDIR", messages, 1);
}

static void wipe(void)
{
    char command[160];
    snprintf(command, sizeof(command), "rm -rf '%s' '%s'", path, messages);
    cr_assert_eq(system(command), 0);
}

static struct kv *open_small(void)
{
    struct kv_options o = kv_options_default();
    struct kv *kv;
    o.write_buffer_bytes = 1 << 20; /* files are made, merged and deleted all the time */
    o.hashed = true;
    cr_assert_eq(kv_open(path, &o, &kv), ERR_OK);
    return kv;
}

static struct kv_options reading(void)
{
    struct kv_options o = kv_options_default();
    o.create = false;
    o.read_only = true;
    return o;
}

Test(kv_reader, what_is_read_is_what_one_batch_left)
{
    make_folders();
    struct writer w = {.kv = open_small()};
    struct kv_batch *first = kv_batch_new();
    cr_assert_eq(write_batch(w.kv, first, ++w.batches), ERR_OK);
    kv_batch_free(first);
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, write_on, &w), 0);
    int last = 0, moved = 0;
    for (int i = 0; i < READINGS; i++) {
        struct kv_options o = reading();
        struct kv *kv;
        cr_assert_eq(kv_open(path, &o, &kv), ERR_OK, "reading %d", i);
        cr_assert_eq(count_files(messages), 0);
        struct kv_iter *walk = kv_iter_new(kv, KV_MATCHES);
        int n = read_all(kv, walk);
        cr_assert_geq(n, last, "%d, after %d was read", n, last);
        moved += n > last;
        last = n;
        clock_sleep_ms(i % 20 == 0 ? 200 : 5); /* files that it reads are deleted meanwhile */
        cr_assert_eq(read_all(kv, walk), n);
        kv_iter_free(walk);
        kv_close(kv);
    }
    w.stop = true;
    cr_assert_eq(pthread_join(thread, NULL), 0);
    cr_assert_eq(w.rc, ERR_OK);
    cr_expect_geq(moved, READINGS / 2, "the writer wrote on while it was read");
    kv_close(w.kv);
    struct kv_options o = reading();
    struct kv *kv;
    cr_assert_eq(kv_open(path, &o, &kv), ERR_OK);
    struct kv_iter *walk = kv_iter_new(kv, KV_MATCHES);
    cr_expect_eq(read_all(kv, walk), w.batches, "closed, it is read to its end");
    kv_iter_free(walk);
    kv_close(kv);
    wipe();
}

Test(kv_reader, nothing_of_the_store_changes)
{
    make_folders();
    struct kv *kv = open_small();
    struct kv_batch *batch = kv_batch_new();
    cr_assert_eq(write_batch(kv, batch, 1), ERR_OK);
    kv_batch_free(batch);
    kv_close(kv);
    int files = count_files(path);
    struct stat before, after;
    cr_assert_eq(stat(path, &before), 0);
    struct kv_options o = reading();
    cr_assert_eq(kv_open(path, &o, &kv), ERR_OK);
    struct kv_iter *walk = kv_iter_new(kv, KV_MATCHES);
    cr_expect_eq(read_all(kv, walk), 1);
    kv_iter_free(walk);
    kv_close(kv);
    cr_assert_eq(stat(path, &after), 0);
    cr_expect_eq(count_files(path), files);
    cr_expect(before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
              before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    cr_expect_eq(count_files(messages), 0);
    wipe();
}

Test(kv_reader, without_a_temporary_folder_it_says_so)
{
    make_folders();
    kv_close(open_small());
    struct kv_options o = reading();
    struct kv *kv = NULL;
    setenv("TMPDIR", "/dev/null", 1);
    cr_expect_eq(kv_open(path, &o, &kv), ERR_IO);
    cr_expect_null(kv);
    wipe();
}
