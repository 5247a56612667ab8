#include "alignd/base/arena.h"

#include <criterion/criterion.h>
#include <stdint.h>

Test(arena, pieces_are_aligned_and_do_not_overlap)
{
    struct arena *a = arena_new();
    unsigned char *pieces[2000];
    size_t sizes[2000], total = 0;
    uint64_t rng = 1;
    for (int round = 0; round < 3; round++) {
        total = 0;
        for (size_t i = 0; i < 2000; i++) {
            rng = rng * 6364136223846793005u + 1442695040888963407u;
            sizes[i] = (rng >> 60) ? (rng >> 40) % 300 : (rng >> 40) % 600000; /* few large */
            pieces[i] = arena_alloc(a, sizes[i]);
            cr_assert(pieces[i] && (uintptr_t)pieces[i] % 16 == 0);
            memset(pieces[i], (int)(i % 251), sizes[i]);
            total += sizes[i];
        }
        for (size_t i = 0; i < 2000; i++) {
            for (size_t k = 0; k < sizes[i]; k++)
                cr_assert_eq(pieces[i][k], i % 251);
        }
        cr_expect_geq(arena_used_bytes(a), total);
        arena_reset(a);
        cr_expect_eq(arena_used_bytes(a), 0);
    }
    arena_free(a);
    arena_free(NULL);
}

Test(arena, reset_keeps_memory_for_the_next_turn)
{
    struct arena *a = arena_new();
    void *first = arena_alloc(a, 100);
    arena_reset(a);
    cr_expect_eq(arena_alloc(a, 100), first);
    arena_free(a);
}

Test(arena, zeroed_pieces_are_zero_even_where_memory_was_used)
{
    struct arena *a = arena_new();
    memset(arena_alloc(a, 1000), 0xff, 1000);
    arena_reset(a);
    unsigned char *p = arena_calloc(a, 100, 10);
    for (size_t i = 0; i < 1000; i++)
        cr_assert_eq(p[i], 0);
    arena_free(a);
}

Test(arena, a_size_that_cannot_be_ends_the_process, .exit_code = 71)
{
    arena_alloc(arena_new(), SIZE_MAX - 20);
}

Test(arena, so_many_that_they_cannot_be_counted_end_it, .exit_code = 71)
{
    arena_calloc(arena_new(), SIZE_MAX / 2, 3);
}

Test(arena, copies_end_in_a_nul_that_is_not_counted)
{
    struct arena *a = arena_new();
    struct slice copy = arena_copy(a, (struct slice){"abcdef", 3});
    cr_expect_eq(copy.len, 3);
    cr_expect_str_eq(copy.data, "abc");
    copy = arena_copy(a, (struct slice){NULL, 0});
    cr_expect_eq(copy.len, 0);
    cr_expect_str_eq(copy.data, "");
    arena_free(a);
}
