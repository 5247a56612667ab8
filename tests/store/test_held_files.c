/*
 * test_held_files.c - what is held stays as it was, whoever deletes or appends to it; nothing of it
 * is left behind.
 */
#include "../../src/store/held_files.h"

#include "alignd/base/err.h"
#include "alignd/base/file.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64], above[64];

static char *in(const char *folder, const char *name)
{
    static char out[2 * PATH_MAX];
    snprintf(out, sizeof(out), "%s/%s", folder, name);
    return out;
}

static void put(const char *name, const char *text)
{
    cr_assert_eq(file_write(in(path, name), slice_of(text)), ERR_OK);
}

static void expect_held(const struct held_files *h, const char *name, const char *text)
{
    char got[64] = "";
    int fd = open(in(h->folder, name), O_RDONLY);
    cr_assert_geq(fd, 0, "%s", name);
    cr_assert_geq(read(fd, got, sizeof(got) - 1), 0);
    close(fd);
    cr_expect_str_eq(got, text, "%s", name);
}

static void make_folders(void)
{
    snprintf(path, sizeof(path), "/tmp/test_held_XXXXXX");
    snprintf(above, sizeof(above), "/tmp/test_held_XXXXXX");
    cr_assert(mkdtemp(path) && mkdtemp(above));
    setenv("TMPDIR", above, 1);
}

static void wipe(void)
{
    char command[160];
    snprintf(command, sizeof(command), "rm -rf '%s' '%s'", path, above);
    cr_assert_eq(system(command), 0);
}

Test(held_files, outlive_their_names)
{
    make_folders();
    put("CURRENT", "MANIFEST-000007\n");
    put("MANIFEST-000007", "list");
    put("MANIFEST-000004", "old list");
    put("000008.sst", "table");
    put("000009.log", "log");
    put("LOCK", "");
    put("LOG", "messages");
    struct held_files h;
    cr_assert_eq(held_files_open(path, &h), ERR_OK);
    cr_assert_eq(unlink(in(path, "000008.sst")), 0);
    FILE *manifest = fopen(in(path, "MANIFEST-000007"), "a");
    cr_assert(manifest && fputs(" and more", manifest) > 0 && fclose(manifest) == 0);
    FILE *log = fopen(in(path, "000009.log"), "a");
    cr_assert(log && fputs(" goes on", log) > 0 && fclose(log) == 0);

    expect_held(&h, "CURRENT", "MANIFEST-000007\n");
    expect_held(&h, "MANIFEST-000007", "list");
    expect_held(&h, "000008.sst", "table");
    expect_held(&h, "000009.log", "log goes on");
    cr_expect_neq(access(in(h.folder, "LOCK"), F_OK), 0);
    cr_expect_neq(access(in(h.folder, "LOG"), F_OK), 0);
    cr_expect_neq(access(in(h.folder, "MANIFEST-000004"), F_OK), 0);
    held_files_close(&h);
    cr_expect_eq(rmdir(above), 0, "nothing is left of it");
    wipe();
}

Test(held_files, without_a_list_there_is_no_database)
{
    make_folders();
    struct held_files h;
    cr_expect_eq(held_files_open(path, &h), ERR_NOT_FOUND);
    held_files_close(&h);
    put("CURRENT", "MANIFEST-000007\n");
    cr_expect_eq(held_files_open(path, &h), ERR_NOT_FOUND);
    held_files_close(&h);
    cr_expect_eq(rmdir(above), 0);
    wipe();
}
