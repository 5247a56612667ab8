#include "alignd/base/slice.h"

#include <criterion/criterion.h>

static const struct slice none = {NULL, 0};

Test(slice, equal_means_the_same_bytes)
{
    cr_expect(slice_equal(slice_of("ab"), (struct slice){"abc", 2}));
    cr_expect(!slice_equal(slice_of("ab"), slice_of("abc")));
    cr_expect(!slice_equal(slice_of("ab"), slice_of("ac")));
    cr_expect(!slice_equal((struct slice){"a\0b", 3}, (struct slice){"a\0c", 3}));
    cr_expect(slice_equal(none, slice_of("")));
    cr_expect(slice_equal(none, none));
}

Test(slice, order_is_by_bytes_and_a_prefix_comes_first)
{
    cr_expect_lt(slice_compare(slice_of("ab"), slice_of("b")), 0);
    cr_expect_gt(slice_compare(slice_of("b"), slice_of("ab")), 0);
    cr_expect_lt(slice_compare(slice_of("a"), slice_of("ab")), 0);
    cr_expect_gt(slice_compare(slice_of("ab"), slice_of("a")), 0);
    cr_expect_lt(slice_compare(slice_of("z"), slice_of("\xc3\xa9")), 0, "bytes are unsigned");
    cr_expect_eq(slice_compare(slice_of("ab"), slice_of("ab")), 0);
    cr_expect_eq(slice_compare(none, slice_of("")), 0);
    cr_expect_lt(slice_compare(none, slice_of("a")), 0);
}
