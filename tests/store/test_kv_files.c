#include "alignd/store/kv_files.h"
#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static void set_up(void)
{
    snprintf(dir, sizeof(dir), "/tmp/test_kv_files_XXXXXX");
    cr_assert(mkdtemp(dir));
}

static void tear_down(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", dir);
    cr_assert_eq(system(command), 0);
}

TestSuite(kv_files, .init = set_up, .fini = tear_down);

static const char *in_dir(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
    return path;
}

static void write_file(const char *name, const char *text, size_t times)
{
    FILE *f = fopen(in_dir(name), "w");
    cr_assert(f);
    for (size_t i = 0; i < times; i++)
        fputs(text, f);
    fclose(f);
}

struct seen {
    size_t count;
    char names[8][32];
    uint64_t bytes[8];
    struct hash128 hash[8];
    int rc;
};

static int note(void *arg, const struct kv_file *file)
{
    struct seen *s = arg;
    cr_assert_lt(s->count, 8);
    snprintf(s->names[s->count], sizeof(s->names[0]), "%s", file->name);
    s->bytes[s->count] = file->bytes;
    s->hash[s->count++] = file->hash;
    return s->rc;
}

static size_t find(const struct seen *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->names[i], name) == 0)
            return i;
    cr_assert_fail("%s was not copied", name);
    return 0;
}

static void make_database(void)
{
    cr_assert_eq(mkdir(in_dir("from"), 0755), 0);
    write_file("from/CURRENT", "MANIFEST-1\n", 1);
    write_file("from/1.sst", "0123456789abcde\n", 100000); /* more than a piece */
    write_file("from/2.sst", "", 0);
    write_file("from/LOG", "words", 1);
    write_file("from/LOG.old.1", "words", 1);
    write_file("from/LOCK", "", 0);
}

Test(kv_files, copies_the_database_and_neither_its_log_nor_its_lock)
{
    struct seen s = {0};
    make_database();
    cr_assert_eq(kv_files_copy(in_dir("from"), in_dir("to"), note, &s), ERR_OK);
    cr_expect_eq(s.count, 3);
    cr_expect_eq(s.bytes[find(&s, "1.sst")], 1600000);
    cr_expect_eq(s.bytes[find(&s, "2.sst")], 0);
    cr_expect_neq(access(in_dir("to/LOG"), F_OK), 0);
    cr_expect_neq(access(in_dir("to/LOCK"), F_OK), 0);
    char command[300];
    snprintf(command, sizeof(command), "cmp '%s' '%s'", in_dir("from/1.sst"), in_dir("to/1.sst"));
    cr_expect_eq(system(command), 0);
}

Test(kv_files, the_hash_of_a_file_is_of_its_content_alone)
{
    struct seen first = {0}, again = {0};
    make_database();
    cr_assert_eq(kv_files_copy(in_dir("from"), in_dir("to"), note, &first), ERR_OK);
    cr_assert_eq(kv_files_copy(in_dir("to"), in_dir("third"), note, &again), ERR_OK);
    for (size_t i = 0; i < first.count; i++) {
        size_t k = find(&again, first.names[i]);
        cr_expect_eq(first.hash[i].hi, again.hash[k].hi, "%s", first.names[i]);
        cr_expect_eq(first.hash[i].lo, again.hash[k].lo, "%s", first.names[i]);
    }
    FILE *f = fopen(in_dir("to/1.sst"), "r+"); /* one byte of the last piece */
    cr_assert(f && fseek(f, -2, SEEK_END) == 0 && fputc('!', f) == '!' && fclose(f) == 0);
    struct seen other = {0};
    cr_assert_eq(kv_files_copy(in_dir("to"), in_dir("fourth"), note, &other), ERR_OK);
    cr_expect_neq(other.hash[find(&other, "1.sst")].lo, first.hash[find(&first, "1.sst")].lo);
}

Test(kv_files, what_cannot_be_copied_is_told)
{
    struct seen s = {0};
    cr_expect_eq(kv_files_copy(in_dir("nowhere"), in_dir("to"), note, &s), ERR_NOT_FOUND);
    make_database();
    cr_assert_eq(mkdir(in_dir("there"), 0755), 0);
    cr_expect_eq(kv_files_copy(in_dir("from"), in_dir("there"), note, &s), ERR_IO);
    s.rc = ERR_LIMIT;
    cr_expect_eq(kv_files_copy(in_dir("from"), in_dir("to"), note, &s), ERR_LIMIT);
    cr_expect_eq(s.count, 1, "the visit ends it");
}

Test(kv_files, removes_a_flat_folder_and_nothing_that_is_not_there)
{
    make_database();
    cr_expect_eq(kv_files_sync_folder(in_dir("from")), ERR_OK);
    cr_expect_eq(kv_files_remove(in_dir("from")), ERR_OK);
    cr_expect_neq(access(in_dir("from"), F_OK), 0);
    cr_expect_eq(kv_files_remove(in_dir("from")), ERR_OK);
    cr_expect_eq(kv_files_sync_folder(in_dir("from")), ERR_IO);
}
