#include "alignd/base/temporary.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
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
    uint64_t first, place, last = 0;
    cr_assert_eq(temporary_memory_new(NULL, &m), ERR_OK);
    cr_assert_eq(temporary_memory_add(m, 5, &first), ERR_OK);
    char *at = temporary_memory_at(m, first);
    memcpy(at, "first", 5);
    for (int i = 0; i < 40; i++) { /* more than one chunk holds */
        cr_assert_eq(temporary_memory_add(m, 1 << 20, &place), ERR_OK);
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

Test(temporary, pieces_of_one_size_that_divides_a_chunk_lie_side_by_side)
{
    struct temporary_memory *m;
    uint64_t place;
    cr_assert_eq(temporary_memory_new(NULL, &m), ERR_OK);
    for (uint64_t i = 0; i < TEMPORARY_MOST / 64 + 10; i++) {
        cr_assert_eq(temporary_memory_add(m, 64, &place), ERR_OK);
        cr_assert_eq(place, i * 64);
    }
    temporary_memory_free(m);
}

Test(temporary, a_piece_has_a_bound)
{
    struct temporary_memory *m;
    uint64_t place;
    cr_assert_eq(temporary_memory_new("/tmp", &m), ERR_OK);
    cr_expect_eq(temporary_memory_add(m, TEMPORARY_MOST + 1, &place), ERR_LIMIT);
    cr_expect_eq(temporary_memory_add(m, TEMPORARY_MOST, &place), ERR_OK);
    temporary_memory_free(m);
}
