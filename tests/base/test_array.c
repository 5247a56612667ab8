#include "alignd/base/array.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

struct point {
    uint32_t x, y;
};

Test(array, keeps_every_item_in_its_order_while_it_grows)
{
    struct point *points = NULL;
    size_t count = 0, room = 0;
    for (uint32_t i = 0; i < 10000; i++)
        ARRAY_PUSH(points, count, room, (struct point){i, ~i});
    cr_assert_eq(count, 10000);
    cr_assert(room >= count && room < 2 * count);
    for (uint32_t i = 0; i < count; i++)
        cr_assert(points[i].x == i && points[i].y == ~i);
    free(points);
}

Test(array, in_an_arena_leaves_the_old_items_where_they_were)
{
    struct arena *arena = arena_new();
    uint64_t *numbers = NULL;
    size_t count = 0, room = 0;
    ARRAY_PUSH_IN(arena, numbers, count, room, 7);
    uint64_t *first = numbers;
    for (uint64_t i = 1; i < 1000; i++)
        ARRAY_PUSH_IN(arena, numbers, count, room, 7 + i);
    cr_expect(first != numbers && *first == 7);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(numbers[i], 7 + i);
    arena_free(arena);
}

Test(array, gets_room_for_many_at_once_and_none_where_there_is_enough)
{
    size_t room = 0;
    char *bytes = array_grow(NULL, &room, 1000, 1);
    cr_assert(room >= 1000 && room < 2048);
    size_t before = room;
    cr_expect_eq(array_grow(bytes, &room, before, 1), bytes);
    cr_expect_eq(room, before);
    free(bytes);
}

#ifndef __SANITIZE_ADDRESS__ /* whose own allocator ends the process first, in its way */
Test(array, ends_the_process_where_there_is_no_memory, .exit_code = 71)
{
    struct rlimit limit = {(rlim_t)1 << 30, (rlim_t)1 << 30};
    size_t room = 0;
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    free(array_grow(NULL, &room, (size_t)1 << 31, 1));
}
#endif

Test(array, ends_the_process_where_so_many_bytes_cannot_be_counted, .exit_code = 71)
{
    size_t room = 0;
    free(array_grow(NULL, &room, SIZE_MAX / 2, 8));
}
