#include "alignd/graph/id_map.h"

#include <criterion/criterion.h>

/* Ids as they come: hashes, so their low bits are spread. */
static struct id id_number(uint64_t n)
{
    return (struct id){n % 3 << 48, n * UINT64_C(0x9e3779b97f4a7c15)};
}

static void put(struct id_map *m, struct id id, void *value)
{
    void **place = id_map_place(m, id);
    cr_assert_not_null(place);
    *place = value;
}

Test(id_map, all_that_was_placed_is_found_however_often_it_grew)
{
    static int things[5000];
    struct id_map m = {0};
    cr_expect_null(id_map_get(&m, id_number(1)), "nothing is in an empty map");
    for (uint64_t n = 0; n < 5000; n++)
        put(&m, id_number(n), &things[n]);
    cr_expect_eq(m.count, 5000);
    cr_expect_eq(m.size & (m.size - 1), 0, "a power of two");
    for (uint64_t n = 0; n < 5000; n++) {
        id_map_prefetch(&m, id_number(n));
        cr_assert_eq(id_map_get(&m, id_number(n)), &things[n]);
    }
    cr_expect_null(id_map_get(&m, id_number(5000)));
    id_map_fini(&m);
    cr_expect_eq(m.size, 0);
}

Test(id_map, ids_of_the_same_slot_are_told_apart)
{
    int a, b;
    struct id_map m = {0};
    put(&m, (struct id){1, 7}, &a);
    put(&m, (struct id){2, 7}, &b);
    cr_expect_eq(id_map_get(&m, (struct id){1, 7}), &a);
    cr_expect_eq(id_map_get(&m, (struct id){2, 7}), &b);
    cr_expect_null(id_map_get(&m, (struct id){3, 7}));
    id_map_fini(&m);
}

Test(id_map, a_place_is_made_once)
{
    int a;
    struct id_map m = {0};
    void **place = id_map_place(&m, id_number(1));
    cr_assert_null(*place);
    *place = &a;
    cr_expect_eq(*id_map_place(&m, id_number(1)), &a);
    cr_expect_eq(m.count, 1);
    id_map_fini(&m);
}

Test(id_map, clearing_keeps_the_memory_of_an_ordinary_turn_and_not_of_a_large_one)
{
    int a;
    struct id_map m = {0};
    for (uint64_t n = 0; n < 10000; n++)
        put(&m, id_number(n), &a);
    size_t large = m.size;
    id_map_clear(&m);
    cr_expect_eq(m.size, large, "it was used");
    cr_expect_eq(m.count, 0);
    cr_expect_null(id_map_get(&m, id_number(1)));
    put(&m, id_number(1), &a);
    id_map_clear(&m);
    cr_expect_eq(m.size, 0, "a turn of one entity does not hold the memory of ten thousand");
    id_map_fini(&m);
}
