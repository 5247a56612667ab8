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

static size_t shared_of_class(struct keys a, struct keys b, enum block_key_class class)
{
    size_t n = 0;
    for (size_t i = 0; i < a.count; i++)
        for (size_t k = 0; k < b.count; k++)
            n += a.at[i] == b.at[k] && block_key_class(a.at[i]) == class;
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

Test(block_keys, know_a_label_by_a_word_and_the_initial_of_the_other_end)
{
    struct keys full = keys_of("person", "carol reed", "");
    const char *same[] = {"c. reed", "reed, carol", "carole reed", "carol reid", "carol anne reed"};
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
        cr_expect_gt(shared_of_class(full, keys_of("person", same[i], ""), BLOCK_KEY_WORDS), 0, "%s",
                     same[i]);
    cr_expect_eq(shared_of_class(full, keys_of("person", "carol white", ""), BLOCK_KEY_WORDS), 0);
    cr_expect_eq(shared_of_class(full, keys_of("person", "donna reed", ""), BLOCK_KEY_WORDS), 0);
    cr_expect_eq(shared_of_class(full, keys_of("person", "donna reed", ""), BLOCK_KEY_WORD), 1);
    cr_expect_gt(shared_of_class(keys_of("place", "ava, missouri", ""),
                                 keys_of("place", "ava township, missouri", ""), BLOCK_KEY_WORDS),
                 0);
}

Test(block_keys, may_be_shared_by_fewer_the_less_they_say)
{
    struct keys k = keys_of("film", "the third man", "carol reed");
    unsigned seen = 0;
    for (size_t i = 0; i < k.count; i++) {
        static const uint64_t limits[BLOCK_KEY_CLASSES] = {10, 40, 200, 40, 40, 200};
        enum block_key_class class = block_key_class(k.at[i]);
        cr_assert_lt(class, BLOCK_KEY_CLASSES);
        cr_expect_eq(block_key_limit(k.at[i], 200), limits[class]);
        cr_expect_eq(block_key_limit(k.at[i], 1), 1);
        seen |= 1u << class;
    }
    cr_expect_eq(seen, (1u << BLOCK_KEY_VALUE) - 1, "every class but values");
}

/* theta .44, two shared neighbours */
static bool suffice(int points, double cosine)
{
    return block_keys_suffice(points, true, cosine, 0.44, 2);
}

Test(block_keys, suffice_the_sooner_the_more_alike_the_labels_are)
{
    cr_expect(suffice(0, 0.44));
    cr_expect_not(suffice(0, 0.43));
    cr_expect(suffice(2, 0.44));
    cr_expect_not(suffice(2, 0.43));
    cr_expect(suffice(3, 0.35));
    cr_expect_not(suffice(3, 0.33));
    cr_expect(suffice(4, -1.0));
}

Test(block_keys, never_suffice_less_with_more_points)
{
    for (int keys = 1; keys < 4; keys++)
        for (double theta = -1; theta <= 1; theta += 0.05)
            for (double cosine = -1; cosine <= 1; cosine += 0.03)
                for (int p = 0; p < 10; p++)
                    cr_assert(!block_keys_suffice(p, true, cosine, theta, keys) ||
                                  block_keys_suffice(p + 1, true, cosine, theta, keys),
                              "%d points, theta %f, cosine %f", p, theta, cosine);
}

Test(block_keys, of_one_neighbour_suffice_without_a_label)
{
    cr_expect_not(block_keys_suffice(1, false, 0, 0.45, 2));
    cr_expect(block_keys_suffice(2, false, 0, 0.45, 2));
    cr_expect(block_keys_suffice(9, false, 0, 0.45, 2));
}

Test(block_keys, of_the_same_head_suffice_whatever_is_added)
{
    struct keys plain = keys_of("", "ava", "");
    int p = points(plain, keys_of("", "ava (a long addition that is all there is to see)", ""));
    cr_expect(suffice(p, -0.5));
    cr_expect(suffice(p, 1));
}

Test(block_keys, file_a_label_without_words_too)
{
    cr_expect_gt(shared(keys_of("", "!!!", ""), keys_of("", "!!!", "")), 0);
    cr_expect_eq(shared(keys_of("", "!!!", ""), keys_of("", "???", "")), 0);
    cr_expect_eq(keys_of("", "", "").count, 0);
}
