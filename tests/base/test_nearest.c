#include "alignd/base/nearest.h"

#include <criterion/criterion.h>

static size_t distance(const char *a, const char *b)
{
    size_t there = nearest_distance(slice_of(a), slice_of(b));
    cr_expect_eq(nearest_distance(slice_of(b), slice_of(a)), there);
    return there;
}

Test(nearest, distance_counts_edits_and_swaps)
{
    cr_expect_eq(distance("", ""), 0);
    cr_expect_eq(distance("abc", ""), 3);
    cr_expect_eq(distance("abc", "abc"), 0);
    cr_expect_eq(distance("abc", "abd"), 1);
    cr_expect_eq(distance("abc", "acb"), 1);
    cr_expect_eq(distance("abc", "abxc"), 1);
    cr_expect_eq(distance("kitten", "sitting"), 3);
    cr_expect_eq(distance("ca", "abc"), 3);
}

Test(nearest, long_names_are_simply_far_away)
{
    char longest[66];
    memset(longest, 'a', 65);
    longest[65] = '\0';
    cr_expect_gt(distance(longest, "a"), 64);
    longest[64] = '\0';
    cr_expect_eq(distance(longest, "a"), 63);
}

static const char *suggest(const char *name)
{
    struct nearest n = nearest_to(slice_of(name));
    nearest_offer(&n, "batch_size");
    nearest_offer(&n, "batch_ms");
    nearest_offer(&n, "k");
    return nearest_found(&n);
}

Test(nearest, only_near_names_are_suggested)
{
    cr_expect_str_eq(suggest("batchsize"), "batch_size");
    cr_expect_str_eq(suggest("batch_sm"), "batch_ms");
    cr_expect_str_eq(suggest("K"), "k");
    cr_expect_null(suggest("completely"));
    struct nearest none = nearest_to(slice_of("x"));
    cr_expect_null(nearest_found(&none));
}
