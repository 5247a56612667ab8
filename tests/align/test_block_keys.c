#include "alignd/align/block_keys.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdio.h>

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

static struct keys make_keys(const char *type, const char *label, const char *neighbour,
                             const char *value)
{
    struct block_keys_named named = {7, slice_of(neighbour)}, said = {8, slice_of(value)};
    struct block_keys_input in = {.type = slice_of(type),
                                  .label = slice_of(label),
                                  .neighbours = &named,
                                  .neighbour_count = neighbour[0] != '\0',
                                  .values = &said,
                                  .value_count = value[0] != '\0'};
    struct keys k;
    block_keys_make(&in, arena, &k.at, &k.count);
    return k;
}

static struct keys keys_of(const char *type, const char *label, const char *neighbour)
{
    return make_keys(type, label, neighbour, "");
}

/* With further names. */
static struct keys keys_of_names(const char *label, const struct slice *names, size_t count)
{
    struct block_keys_input in = {
        .type = slice_of("film"), .label = slice_of(label), .names = names, .name_count = count};
    struct keys k;
    block_keys_make(&in, arena, &k.at, &k.count);
    return k;
}

static struct keys with_value(const char *value)
{
    return make_keys("", "", "", value);
}

#define LIMIT 200
#define MANY 40 /* about as many as most blocks bring together */
#define FEW 5

/* Points of the keys two entities share, in blocks of so many a side. */
static int points_among(struct keys a, struct keys b, uint64_t members)
{
    int sum = 0;
    for (size_t i = 0; i < a.count; i++)
        for (size_t k = 0; k < b.count; k++)
            if (a.at[i] == b.at[k])
                sum += block_key_points(a.at[i], members, LIMIT);
    return sum;
}

static int points(struct keys a, struct keys b)
{
    return points_among(a, b, MANY);
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
    cr_assert_eq(
        shared(keys_of("film", "vienna", "carol reed"), keys_of("place", "vienna", "carol reed")),
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
    cr_expect_eq(points(plain, keys_of("", "ava gardner", "")), 1, "a word");
}

Test(block_keys, know_a_label_by_a_word_and_the_initial_of_the_other_end)
{
    struct keys full = keys_of("person", "carol reed", "");
    const char *same[] = {"c. reed", "reed, carol", "carole reed", "carol reid", "carol anne reed"};
    for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++)
        cr_expect_gt(shared_of_class(full, keys_of("person", same[i], ""), BLOCK_KEY_ENDS), 0, "%s",
                     same[i]);
    cr_expect_eq(shared_of_class(full, keys_of("person", "carol white", ""), BLOCK_KEY_ENDS), 0);
    cr_expect_eq(shared_of_class(full, keys_of("person", "donna reed", ""), BLOCK_KEY_ENDS), 0);
    cr_expect_eq(shared_of_class(full, keys_of("person", "donna reed", ""), BLOCK_KEY_WORD), 1);
    cr_expect_gt(shared_of_class(keys_of("place", "ava, missouri", ""),
                                 keys_of("place", "ava township, missouri", ""), BLOCK_KEY_ENDS),
                 0);
}

Test(block_keys, know_a_neighbour_by_name_whatever_its_relation)
{
    struct block_keys_named writer = {1, slice_of("carol reed")},
                            director = {2, slice_of("reed, carol")};
    struct block_keys_input in = {.neighbours = &writer, .neighbour_count = 1}, other = in;
    struct keys a, b;
    other.neighbours = &director;
    block_keys_make(&in, arena, &a.at, &a.count);
    block_keys_make(&other, arena, &b.at, &b.count);
    cr_expect_eq(points(a, b), 3);
}

Test(block_keys, know_a_neighbour_without_what_tells_it_from_its_namesakes)
{
    struct keys full = keys_of("film", "", "carol reed");
    cr_expect_eq(points(full, keys_of("film", "", "carol reed (director)")), 3);
    cr_expect_eq(points(keys_of("", "", "happy days (2007)"), keys_of("", "", "happy days")), 3);
    cr_expect_gt(points(keys_of("", "", "(2007)"), keys_of("", "", "(2007)")), 0);
}

Test(block_keys, know_a_code_however_it_is_spelled_and_wherever_it_stands)
{
    const char *one[] = {"kestrel k-450 printer", "k450", "printer k 450, black"};
    struct keys code = keys_of("", "the k450", "");
    for (size_t i = 0; i < sizeof(one) / sizeof(*one); i++)
        cr_expect_eq(shared_of_class(code, keys_of("", one[i], ""), BLOCK_KEY_CODE), 1, "%s",
                     one[i]);
    cr_expect_eq(shared_of_class(code, keys_of("", "k-540 printer", ""), BLOCK_KEY_CODE), 0);
    cr_expect_eq(shared_of_class(code, with_value("k-450"), BLOCK_KEY_CODE), 1);
    cr_expect_eq(shared_of_class(code, keys_of("", "", "kestrel k450"), BLOCK_KEY_CODE), 1);
    cr_expect_eq(shared_of_class(keys_of("", "garmin 010-10723-03", ""),
                                 keys_of("", "0101072303 gps", ""), BLOCK_KEY_CODE),
                 1);
}

Test(block_keys, know_a_model_by_its_code_but_for_the_end)
{
    struct keys black = keys_of("", "panasonic nnh965bk", "");
    cr_expect_eq(shared_of_class(black, keys_of("", "panasonic nn-h965bf", ""), BLOCK_KEY_CODE), 1);
    cr_expect_eq(shared_of_class(black, keys_of("", "panasonic nnh966bk", ""), BLOCK_KEY_CODE), 0);
    cr_expect_eq(
        shared_of_class(keys_of("", "1080p", ""), keys_of("", "1080i", ""), BLOCK_KEY_CODE), 0);
}

Test(block_keys, run_two_words_together)
{
    struct keys together = keys_of("", "webshop platinum", "");
    cr_expect_eq(shared_of_class(together, keys_of("", "web shop platinum", ""), BLOCK_KEY_WORD),
                 2);
    cr_expect_eq(shared_of_class(keys_of("", "the web shop", ""), keys_of("", "a web shop", ""),
                                 BLOCK_KEY_WORD),
                 3, "either word, and both");
}

Test(block_keys, find_a_neighbours_last_name_in_a_label)
{
    struct keys film = keys_of("", "night train", "kobalt youth");
    cr_expect_eq(shared_of_class(film, keys_of("", "youth without age", ""), BLOCK_KEY_WORD), 1);
}

Test(block_keys, know_the_number_of_a_thing_from_quantities_and_dates)
{
    cr_expect_eq(shared_of_class(with_value("978-3-16-148410-0"), with_value("9783161484100"),
                                 BLOCK_KEY_CODE),
                 1);
    cr_expect_eq(
        shared_of_class(with_value("415/955-5555"), with_value("(415) 955-5555"), BLOCK_KEY_CODE),
        1);
    const char *others[] = {"149.99",       "1,234,567", "2019-04-05", "2019-04-05t10:00:00",
                            "5.4.2019",     "1984",      "214000",     "3m 34sec",
                            "12 angry men", "english",   "48.85661411"};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        struct keys k = with_value(others[i]);
        cr_assert_eq(k.count, 1);
        cr_expect_eq(block_key_class(k.at[0]), BLOCK_KEY_VALUE, "%s", others[i]);
    }
}

Test(block_keys, say_more_the_fewer_share_them)
{
    static const uint64_t limits[BLOCK_KEY_CLASSES] = {40, 40, 40, 200, 40, 40, 200, 200};
    for (uint64_t key = 0; key < BLOCK_KEY_CLASSES; key++) {
        cr_expect_eq(block_key_limit(key, LIMIT), limits[key]);
        cr_expect_eq(block_key_limit(key, 1), 1);
        cr_expect_gt(block_key_points(key, limits[key], LIMIT), 0);
        cr_expect_eq(block_key_points(key, limits[key] + 1, LIMIT), 0);
        for (uint64_t members = 1; members <= limits[key]; members++)
            cr_expect_geq(block_key_points(key, members, LIMIT),
                          block_key_points(key, members + 1, LIMIT));
        cr_expect_geq(block_key_points(key, 1, 1), block_key_points(key, 2, LIMIT));
    }
}

/* theta .44, two shared neighbours */
static bool suffice(int points, double cosine)
{
    return block_keys_suffice(points, true, cosine, 0.44, 2);
}

Test(block_keys, suffice_the_sooner_the_more_alike_the_labels_are)
{
    cr_expect_not(suffice(0, 1.0));
    cr_expect(suffice(1, 0.65));
    cr_expect_not(suffice(1, 0.63));
    cr_expect(suffice(2, 0.44));
    cr_expect_not(suffice(2, 0.43));
    cr_expect(suffice(3, 0.35));
    cr_expect_not(suffice(3, 0.33));
    cr_expect(suffice(4, -1.0));
}

Test(block_keys, of_what_few_have_suffice_alone)
{
    struct keys code = keys_of("", "kestrel k450", "ada marsh"),
                name = keys_of("", "", "ada marsh");
    cr_expect(suffice(points_among(code, keys_of("", "k450", ""), FEW), -1.0), "a code");
    cr_expect_not(suffice(points_among(code, keys_of("", "k450", ""), MANY), 0.6));
    cr_expect(suffice(points_among(code, keys_of("", "kestrel", ""), 2), -1.0), "a word of two");
    cr_expect_not(suffice(points_among(code, keys_of("", "kestrel", ""), FEW), 0.4));
    cr_expect(suffice(points_among(code, name, 2), -1.0), "a neighbour of two");
    cr_expect(block_keys_suffice(points(code, name), false, 0, 0.44, 2), "without a label of any");
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

Test(block_keys, a_further_name_has_the_keys_of_a_label)
{
    const struct slice names[] = {slice_of("low meadow"), slice_of("k-450, (low) meadow a b c d")};
    struct keys a = keys_of_names("alpine bas", names, 2);
    struct keys b = keys_of("film", "low meadow", ""), other = keys_of("film", "stone", "");
    cr_expect_geq(points_among(a, b, MANY), BLOCK_KEY_ENOUGH, "it is enough by itself");
    cr_expect_eq(points_among(a, other, FEW), 0);
    for (size_t i = 1; i < a.count; i++)
        cr_expect_lt(a.at[i - 1], a.at[i]);
    struct keys alone = keys_of_names("alpine bas", NULL, 0),
                as = keys_of("film", "alpine bas", "");
    cr_assert_eq(alone.count, as.count);
    cr_expect_arr_eq(alone.at, as.at, as.count * sizeof(*as.at));
}

Test(block_keys, there_is_room_for_all_keys_of_long_names)
{
    char text[12][256];
    struct slice names[12];
    for (size_t i = 0; i < 12; i++) {
        size_t n = 0;
        for (size_t k = 0; k < 20; k++)
            n += (size_t)snprintf(text[i] + n, sizeof(text[i]) - n, "w%zuk%zu-%zu ", i, k, k);
        snprintf(text[i] + n, sizeof(text[i]) - n, "(x y)");
        names[i] = slice_of(text[i]);
    }
    cr_expect_gt(keys_of_names("w0, w1 (w2)", names, 12).count, 12 * 20);
}

Test(block_keys, an_identifier_is_enough_while_its_block_lives)
{
    const struct block_keys_named here[] = {{8, slice_of("9783161484100")}, {12, slice_of("x7")}};
    const struct block_keys_named there = {8, slice_of("9783161484100")};
    const struct block_keys_named other = {16, slice_of("9783161484100")};
    struct block_keys_input a = {.identifiers = here, .identifier_count = 2};
    struct block_keys_input b = {.identifiers = &there, .identifier_count = 1};
    struct block_keys_input c = {.identifiers = &other, .identifier_count = 1};
    struct keys x, y, z;
    block_keys_make(&a, arena, &x.at, &x.count);
    block_keys_make(&b, arena, &y.at, &y.count);
    block_keys_make(&c, arena, &z.at, &z.count);
    cr_expect_eq(x.count, 2);
    cr_expect_geq(points_among(x, y, LIMIT), BLOCK_KEY_ENOUGH);
    cr_expect_eq(points_among(x, y, LIMIT + 1), 0);
    cr_expect_eq(points_among(x, z, 1), 0, "of another key it is another");
    cr_assert_eq(y.count, 1);
    cr_expect_eq(y.at[0], block_keys_identifier(slice_of(""), 8, there.text));
}
