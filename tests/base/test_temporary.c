#include "alignd/base/temporary.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

Test(temporary, what_is_written_is_read_back_in_memory_and_on_disk)
{
    static const char *const folders[] = {NULL, "/tmp"};
    for (int i = 0; i < 2; i++) {
        int fd;
        char back[6] = {0};
        cr_assert_eq(temporary_open(folders[i], &fd), ERR_OK);
        cr_assert_eq(temporary_write(fd, 70000, slice_of("words")), ERR_OK);
        cr_assert_eq(temporary_read(fd, 70000, back, 5), ERR_OK);
        cr_expect_str_eq(back, "words");
        temporary_give_back(fd, 0, 70000);
        close(fd);
    }
}

Test(temporary, a_folder_that_is_not_there_is_an_error)
{
    int fd;
    cr_expect_eq(temporary_open("/tmp/nowhere/at/all", &fd), ERR_IO);
}

Test(temporary, pieces_of_memory_stay_where_they_are)
{
    struct temporary_memory *m;
    struct temporary_cursor cursor = {0};
    uint64_t first, place, last = 0;
    cr_assert_eq(temporary_memory_new(NULL, &m), ERR_OK);
    cr_assert_eq(temporary_memory_add(m, &cursor, 5, &first), ERR_OK);
    char *at = temporary_memory_at(m, first);
    memcpy(at, "first", 5);
    for (int i = 0; i < 40; i++) { /* more than one step of the file */
        cr_assert_eq(temporary_memory_add(m, &cursor, 1 << 20, &place), ERR_OK);
        cr_expect_eq(place % 8, 0);
        cr_expect_gt(place, last);
        cr_expect_eq(*(char *)temporary_memory_at(m, place), 0);
        *(char *)temporary_memory_at(m, place + (1 << 20) - 1) = 1;
        last = place;
    }
    cr_expect_eq(temporary_memory_at(m, first), at);
    cr_expect_arr_eq(at, "first", 5);
    temporary_memory_free(m);
}

Test(temporary, what_one_thread_adds_lies_side_by_side_and_apart_from_anothers)
{
    struct temporary_memory *m;
    struct temporary_cursor cursors[2] = {0};
    uint64_t ends[2], place;
    cr_assert_eq(temporary_memory_new("/tmp", &m), ERR_OK);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(temporary_memory_add(m, &cursors[i], 60, &place), ERR_OK);
        ends[i] = place + 64;
    }
    for (uint64_t i = 0; i < 2000; i++) {
        cr_assert_eq(temporary_memory_add(m, &cursors[i % 2], 64, &place), ERR_OK);
        cr_assert_eq(place, ends[i % 2]);
        ends[i % 2] += 64;
    }
    cr_expect_neq(ends[0], ends[1]);
    temporary_memory_free(m);
}

Test(temporary, a_claimed_place_keeps_what_is_written_when_the_process_drops_it)
{
    static const char *const folders[] = {NULL, "/tmp"};
    for (int i = 0; i < 2; i++) {
        struct temporary_memory *m;
        uint64_t far = UINT64_C(3) << 30, n = 64 << 20;
        cr_assert_eq(temporary_memory_new(folders[i], &m), ERR_OK);
        cr_assert_eq(temporary_memory_claim(m, far, n), ERR_OK);
        memset(temporary_memory_at(m, far), 7, n);
        uint64_t before = temporary_resident();
        cr_expect_geq(before, n);
        temporary_memory_drop(m);
        cr_expect_leq(temporary_resident(), before - n / 2);
        for (uint64_t at = 0; at < n; at += 4095)
            cr_assert_eq(*(char *)temporary_memory_at(m, far + at), 7);
        temporary_memory_free(m);
    }
}

Test(temporary, what_is_looked_at_lies_there_or_is_a_copy)
{
    static const char *const folders[] = {NULL, "/tmp"};
    for (int i = 0; i < 2; i++) {
        struct temporary_memory *m;
        struct temporary_cursor cursor = {0, 0};
        char scratch[16] = "";
        uint64_t place;
        cr_assert_eq(temporary_memory_new(folders[i], &m), ERR_OK);
        cr_assert_eq(temporary_memory_add(m, &cursor, 16, &place), ERR_OK);
        cr_expect_geq(temporary_memory_used(m), 16);
        memcpy(temporary_memory_at(m, place), "as it was before", 16);
        cr_expect_eq(temporary_memory_look(m, place, 16, scratch), temporary_memory_at(m, place));
        temporary_memory_copy(m, true);
        cr_expect_eq(temporary_memory_look(m, place, 16, scratch), scratch);
        cr_expect_arr_eq(scratch, "as it was before", 16);
        memcpy(temporary_memory_at(m, place), "as it is by now!", 16);
        temporary_memory_look(m, place + 8, 8, scratch);
        cr_expect_arr_eq(scratch, " by now!", 8);
        temporary_memory_free(m);
    }
}

Test(temporary, there_is_a_bound)
{
    struct temporary_memory *m;
    struct temporary_cursor cursor = {0};
    uint64_t place;
    cr_assert_eq(temporary_memory_new("/tmp", &m), ERR_OK);
    cr_expect_eq(temporary_memory_add(m, &cursor, TEMPORARY_MOST + 1, &place), ERR_LIMIT);
    cr_expect_eq(temporary_memory_claim(m, TEMPORARY_MOST, 1), ERR_LIMIT);
    cr_expect_eq(temporary_memory_add(m, &cursor, 64, &place), ERR_OK);
    temporary_memory_free(m);
}

Test(temporary, few_addresses_are_a_bound_too)
{
    struct temporary_memory *memories[2];
    struct rlimit before, limit;
    struct temporary_cursor cursor = {0};
    uint64_t place, n = 16 << 20;
    cr_assert_eq(getrlimit(RLIMIT_AS, &before), 0);
    limit = (struct rlimit){(rlim_t)3 << 30, before.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(temporary_memory_new("/tmp", &memories[i]), ERR_OK);
        cr_expect_eq(temporary_memory_add(memories[i], &cursor, n, &place), ERR_OK);
    }
    cr_expect_eq(temporary_memory_claim(memories[0], UINT64_C(3) << 30, 1), ERR_LIMIT);
    void *left = malloc((size_t)1 << 30);
    cr_expect_not_null(left);
    free(left);
    for (int i = 0; i < 2; i++)
        temporary_memory_free(memories[i]);
    cr_assert_eq(setrlimit(RLIMIT_AS, &before), 0);
}
