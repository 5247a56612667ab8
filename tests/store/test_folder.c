#include "alignd/base/err.h"
#include "alignd/store/folder.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char at[] = "/tmp/alignd-folder.XXXXXX";

static void make(void)
{
    cr_assert(mkdtemp(at));
    cr_assert_eq(chdir(at), 0);
}

static void clean(void)
{
    char command[64];
    snprintf(command, sizeof(command), "rm -rf '%s'", at);
    cr_expect_eq(system(command), 0);
}

TestSuite(folder, .init = make, .fini = clean);

static void touch(const char *path)
{
    FILE *f = fopen(path, "w");
    cr_assert(f && fclose(f) == 0);
}

Test(folder, what_is_not_there_may_be_made)
{
    bool fresh = false;
    cr_expect_eq(folder_look("S", true, &fresh), ERR_OK);
    cr_expect(fresh);
    cr_expect_eq(folder_look("S", false, &fresh), ERR_NOT_FOUND);
    cr_expect_eq(folder_may_write("S/"), ERR_OK);
    cr_expect_eq(access("S", F_OK), -1, "looking makes nothing");
}

Test(folder, an_empty_one_is_as_good_and_so_are_remains_of_a_store)
{
    bool fresh = false;
    mkdir("S", 0755);
    touch("S/LOCK");
    touch("S/000012.sst");
    touch("S/LOG.old.17");
    cr_expect_eq(folder_look("S", true, &fresh), ERR_OK);
    cr_expect(fresh);
    touch("S/CURRENT");
    cr_expect_eq(folder_look("S", false, &fresh), ERR_OK);
    cr_expect_not(fresh);
}

Test(folder, other_files_and_a_file_are_refused)
{
    bool fresh;
    mkdir("S", 0755);
    touch("S/thesis.doc");
    cr_expect_eq(folder_look("S", true, &fresh), ERR_CONFIG);
    cr_expect_eq(folder_may_write("S"), ERR_CONFIG);
    cr_expect_eq(folder_look("S/thesis.doc", true, &fresh), ERR_STORE);
    cr_expect_eq(folder_may_write("S/thesis.doc/deeper"), ERR_STORE);
    touch("S/CURRENT");
    cr_expect_eq(folder_look("S", true, &fresh), ERR_OK,
                 "a store is one, whatever else lies there");
}

Test(folder, its_bytes_are_those_of_its_files)
{
    cr_expect_eq(folder_bytes("none"), 0);
    cr_assert_eq(mkdir("store", 0755), 0);
    cr_expect_eq(folder_bytes("store"), 0);
    FILE *f = fopen("store/000004.log", "w");
    cr_assert(f && fputs("12345", f) >= 0 && fclose(f) == 0);
    touch("store/CURRENT");
    cr_assert_eq(mkdir("store/below", 0755), 0);
    cr_expect_eq(folder_bytes("store"), 5);
}
