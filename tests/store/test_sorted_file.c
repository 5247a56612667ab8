#include "alignd/store/sorted_file.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char path[64], file[2][96];

static struct kv *fresh(bool in_memory)
{
    struct kv_options o = kv_options_default();
    struct kv *kv = NULL;
    o.in_memory = in_memory;
    snprintf(path, sizeof(path), "/tmp/test_sorted_file_XXXXXX");
    cr_assert(in_memory || mkdtemp(path));
    for (int i = 0; i < 2; i++)
        snprintf(file[i], sizeof(file[i]), "%s/build-%d", path, i);
    cr_assert_eq(kv_open(path, &o, &kv), ERR_OK);
    return kv;
}

static void finish(struct kv *kv, bool in_memory)
{
    kv_close(kv);
    cr_expect_eq(kv_destroy(path, in_memory), ERR_OK);
}

/* Rows 0 to 999, or 1000 to 1999. */
static void write_file(struct kv *kv, enum kv_family family, int which)
{
    struct sorted_file *f;
    uint64_t bytes;
    cr_assert_eq(sorted_file_new(kv, family, file[which], &f), ERR_OK);
    for (int i = 1000 * which; i < 1000 * which + 1000; i++) {
        char key[64];
        snprintf(key, sizeof(key), "%052d", i);
        cr_assert_eq(sorted_file_put(f, slice_of(key), slice_of(i % 3 ? "row" : "")), ERR_OK);
    }
    cr_expect_eq(sorted_file_rows(f), 1000);
    cr_assert_eq(sorted_file_close(f, &bytes), ERR_OK);
    cr_expect_gt(bytes, 0);
}

Test(sorted_file, what_was_written_to_files_is_in_the_database)
{
    for (int in_memory = 0; in_memory < 2; in_memory++)
        for (int i = KV_PREDICATES; i <= KV_MATCHES; i++) {
            enum kv_family f = (enum kv_family)i;
            struct kv *kv = fresh(in_memory);
            const char *files[] = {file[0], file[1]};
            write_file(kv, f, 0);
            write_file(kv, f, 1);
            cr_assert_eq(sorted_file_ingest(kv, f, files, 2), ERR_OK);
            cr_expect_neq(access(file[0], F_OK), 0);
            struct kv_iter *it = kv_iter_new(kv, f);
            int n = 0;
            for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it); kv_iter_next(it), n++) {
                char key[64];
                snprintf(key, sizeof(key), "%052d", n);
                cr_assert(slice_equal(kv_iter_key(it), slice_of(key)));
                cr_assert(slice_equal(kv_iter_value(it), slice_of(n % 3 ? "row" : "")));
            }
            cr_expect_eq(n, 2000);
            kv_iter_free(it);
            finish(kv, in_memory);
        }
}

Test(sorted_file, keys_out_of_order_are_refused)
{
    struct kv *kv = fresh(false);
    struct sorted_file *f;
    cr_assert_eq(sorted_file_new(kv, KV_NODES, file[0], &f), ERR_OK);
    cr_expect_eq(sorted_file_put(f, slice_of("aaaaaaaaaaaaaaab"), slice_of("")), ERR_OK);
    cr_expect_eq(sorted_file_put(f, slice_of("aaaaaaaaaaaaaaaa"), slice_of("")), ERR_STORE);
    sorted_file_free(f);
    unlink(file[0]);
    finish(kv, false);
}

Test(sorted_file, one_without_rows_is_none)
{
    struct kv *kv = fresh(false);
    struct sorted_file *f;
    uint64_t bytes = 1;
    cr_assert_eq(sorted_file_new(kv, KV_NODES, file[0], &f), ERR_OK);
    cr_expect_eq(sorted_file_close(f, &bytes), ERR_OK);
    cr_expect_eq(bytes, 0);
    unlink(file[0]);
    finish(kv, false);
}

Test(sorted_file, a_folder_that_is_not_there_is_an_error)
{
    struct kv *kv = fresh(false);
    struct sorted_file *f;
    cr_expect_eq(sorted_file_new(kv, KV_NODES, "/tmp/nowhere/at/all", &f), ERR_STORE);
    finish(kv, false);
}
