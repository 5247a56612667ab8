#include "alignd/align/block_keys.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>

static struct arena *arena;

static void setup(void)
{
    arena = arena_new();
}

static void teardown(void)
{
    arena_free(arena);
}

TestSuite(block_keys, .init = setup, .fini = teardown);

struct keys {
    uint64_t *at;
    size_t count;
};

static struct keys keys_of(const char *type, const char *label, const char *neighbour)
{
    struct block_keys_named named = {7, slice_of(neighbour)};
    struct block_keys_input in = {.type = slice_of(type),
                                  .label = slice_of(label),
                                  .neighbours = &named,
                                  .neighbour_count = neighbour[0] != '\0'};
    struct keys k;
    cr_assert_eq(block_keys_make(&in, arena, &k.at, &k.count), ERR_OK);
    return k;
}

/* Points of the keys two entities share. */
static int points(struct keys a, struct keys b)
{
    int sum = 0;
    for (size_t i = 0; i < a.count; i++)
        for (size_t k = 0; k < b.count; k++)
            if (a.at[i] == b.at[k])
                sum += block_key_points(a.at[i]);
    return sum;
}

static size_t shared(struct keys a, struct keys b)
{
    size_t n = 0;
    for (size_t i = 0; i < a.count; i++)
        for (size_t k = 0; k < b.count; k++)
            n += a.at[i] == b.at[k];
    return n;
}

Test(block_keys, come_in_order_and_each_once)
{
    struct keys k = keys_of("film", "the man who was the man", "carol reed");
    cr_assert_gt(k.count, 5);
    for (size_t i = 1; i < k.count; i++)
        cr_assert_lt(k.at[i - 1], k.at[i]);
}

Test(block_keys, are_never_shared_by_two_types)
{
    cr_assert_eq(shared(keys_of("film", "vienna", "carol reed"), keys_of("place", "vienna", "carol reed")),
                 0);
}

Test(block_keys, know_a_neighbour_with_initials_or_last_name_first)
{
    struct keys full = keys_of("film", "", "carol reed");
    cr_expect_eq(points(full, keys_of("film", "", "carol reed")), 3);
    cr_expect_eq(points(full, keys_of("film", "", "c. reed")), 3);
    cr_expect_eq(points(full, keys_of("film", "", "reed, carol")), 3);
    cr_expect_eq(points(full, keys_of("film", "", "karol reed")), 1, "the last name alone");
    cr_expect_eq(points(full, keys_of("film", "", "carol rede")), 0);
}

Test(block_keys, make_a_label_meet_the_same_with_an_addition)
{
    struct keys plain = keys_of("", "ava", "");
    cr_expect_gt(points(plain, keys_of("", "ava, missouri", "")), 1000);
    cr_expect_gt(points(plain, keys_of("", "ava (film)", "")), 1000);
    cr_expect_eq(points(plain, keys_of("", "ava gardner", "")), 0);
}

Test(block_keys, file_a_label_without_words_too)
{
    cr_expect_gt(shared(keys_of("", "!!!", ""), keys_of("", "!!!", "")), 0);
    cr_expect_eq(shared(keys_of("", "!!!", ""), keys_of("", "???", "")), 0);
    cr_expect_eq(keys_of("", "", "").count, 0);
}
