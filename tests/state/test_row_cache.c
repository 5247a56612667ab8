#include "alignd/state/row_cache.h"

#include <criterion/criterion.h>

static const struct id one = {1, 1}, two = {2, 2};

Test(row_cache, knows_of_a_row_that_there_is_none)
{
    struct row_cache *c = row_cache_new(1 << 16);
    struct slice row = slice_of("something");
    cr_expect_not(row_cache_get(c, KV_NODES, one, &row));
    row_cache_put(c, KV_NODES, one, (struct slice){NULL, 0});
    cr_expect(row_cache_get(c, KV_NODES, one, &row));
    cr_expect_null(row.data);
    row_cache_free(c);
}

Test(row_cache, a_row_lent_out_stands_until_the_turn_ends)
{
    struct row_cache *c = row_cache_new(1 << 16);
    struct slice before = row_cache_put(c, KV_NODES, one, slice_of("before")), now;
    row_cache_put(c, KV_NODES, one, slice_of("after"));
    cr_expect(slice_equal(before, slice_of("before")));
    cr_expect(row_cache_get(c, KV_NODES, one, &now));
    cr_expect(slice_equal(now, slice_of("after")));
    row_cache_end_turn(c);
    row_cache_free(c);
}

Test(row_cache, families_and_entities_are_apart)
{
    struct row_cache *c = row_cache_new(1 << 16);
    struct slice row;
    row_cache_put(c, KV_NODES, one, slice_of("node"));
    cr_expect_not(row_cache_get(c, KV_PAIRS, one, &row));
    cr_expect_not(row_cache_get(c, KV_NODES, two, &row));
    row_cache_clear(c);
    cr_expect_not(row_cache_get(c, KV_NODES, one, &row));
    row_cache_free(c);
}

Test(row_cache, what_is_used_outlives_what_is_not)
{
    char bytes[1024] = {0};
    struct row_cache *c = row_cache_new(8 * sizeof(bytes));
    struct slice row;
    row_cache_put(c, KV_NODES, one, slice_of("used"));
    row_cache_put(c, KV_NODES, two, slice_of("not"));
    for (uint64_t i = 10; i < 40; i++) {
        row_cache_put(c, KV_NODES, (struct id){i, i}, (struct slice){bytes, sizeof(bytes)});
        cr_assert(row_cache_get(c, KV_NODES, one, &row));
        row_cache_end_turn(c);
    }
    cr_expect(slice_equal(row, slice_of("used")));
    cr_expect_not(row_cache_get(c, KV_NODES, two, &row));
    row_cache_free(c);
}
