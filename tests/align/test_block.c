#include "alignd/align/block.h"
#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct block_member member(uint16_t tag, uint64_t n)
{
    return (struct block_member){{(uint64_t)tag << 48, n}, {n * 3, n * 5}};
}

Test(block, members_stay_sorted_whatever_the_order_they_came_in)
{
    struct arena *a = arena_new();
    struct block b = {.live = true}, back;
    static const uint64_t order[] = {5, 1, 9, 3, 7, 2};
    for (int i = 0; i < 6; i++) {
        struct block_member m = member((uint16_t)(1 + i % 2), order[i]);
        cr_assert_eq(block_put(&b, a, &m), ERR_OK);
    }
    cr_expect_eq(block_side_members(&b, 1), 3);
    cr_expect_eq(block_side_members(&b, 2), 3);
    struct buf row = {0};
    block_encode(&row, &b);
    cr_assert_eq(block_decode(buf_slice(&row), a, &back), ERR_OK);
    cr_assert_eq(back.count, 6);
    for (size_t i = 1; i < back.count; i++)
        cr_expect_lt(id_compare(back.members[i - 1].id, back.members[i].id), 0);
    size_t begin, end;
    block_range(&back, 2, &begin, &end);
    cr_expect_eq(begin, 3);
    cr_expect_eq(end, 6);
    cr_expect_eq(block_find(&back, (struct id){(uint64_t)1 << 48, 9})->signature[1], 45);
    cr_expect_eq(block_remove(&back, (struct id){(uint64_t)1 << 48, 9}), ERR_OK);
    cr_expect_null(block_find(&back, (struct id){(uint64_t)1 << 48, 9}));
    cr_expect_eq(block_side_members(&back, 1), 2);
    buf_fini(&row);
    arena_free(a);
}

Test(block, rows_that_disagree_are_an_error_and_no_crash)
{
    struct arena *a = arena_new();
    struct block b = {.live = true}, back;
    cr_expect_eq(block_remove(&b, (struct id){(uint64_t)1 << 48, 9}), ERR_STORE);
    cr_expect_eq(block_side_add(&b, a, 7, -1), ERR_STORE);
    cr_expect_eq(block_side_add(&b, a, 7, 2), ERR_OK);
    cr_expect_eq(block_side_add(&b, a, 7, -3), ERR_STORE);
    cr_expect_eq(block_side_members(&b, 7), 2);
    for (uint16_t tag = 100; tag < 100 + BLOCK_MAX_GRAPHS - 1; tag++)
        cr_expect_eq(block_side_add(&b, a, tag, 1), ERR_OK);
    cr_expect_eq(block_side_add(&b, a, 200, 1), ERR_STORE);
    static const char twice[] = {0, 2, 7, 0, 1, 7, 0, 1}, kind[] = {2, 0},
                      many[] = {0, 1, 7, 0, -1, -1, -1, -1, -1, -1, -1, 127};
    cr_expect_eq(block_decode((struct slice){twice, sizeof twice}, a, &back), ERR_STORE);
    cr_expect_eq(block_decode((struct slice){kind, sizeof kind}, a, &back), ERR_STORE);
    cr_expect_eq(block_decode((struct slice){many, sizeof many}, a, &back), ERR_STORE);
    arena_free(a);
}

Test(block, a_dead_block_keeps_its_counts)
{
    struct arena *a = arena_new();
    struct block b = {.live = false}, back;
    cr_expect_eq(block_side_add(&b, a, 7, 300), ERR_OK);
    cr_expect_eq(block_side_add(&b, a, 3, 2), ERR_OK);
    struct buf row = {0};
    block_encode(&row, &b);
    cr_assert_eq(block_decode(buf_slice(&row), a, &back), ERR_OK);
    cr_expect_not(back.live);
    cr_expect_eq(block_side_members(&back, 7), 300);
    cr_expect_not(block_within(&back, 299));
    cr_expect(block_within(&back, 300));
    for (size_t cut = 1; cut < row.len; cut++)
        cr_expect_eq(block_decode((struct slice){row.data, cut}, a, &back), ERR_STORE);
    buf_fini(&row);
    arena_free(a);
}

static size_t keys_of(struct arena *a, const char *type, const char *label, const char *neighbour,
                      uint64_t **ret_keys)
{
    struct block_keys_named named = {42, slice_of(neighbour)};
    struct block_keys_input in = {.type = slice_of(type),
                                  .label = slice_of(label),
                                  .neighbours = &named,
                                  .neighbour_count = 1};
    size_t n;
    block_keys_make(&in, a, ret_keys, &n);
    return n;
}

static int shared(const uint64_t *a, size_t n, const uint64_t *b, size_t m)
{
    int count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            count += a[i] == b[k];
    return count;
}

Test(block_keys, a_shared_word_or_neighbour_is_a_shared_key_within_a_type)
{
    struct arena *a = arena_new();
    uint64_t *x, *y;
    size_t n = keys_of(a, "film", "the blue river", "ada marsh", &x);
    for (size_t i = 1; i < n; i++)
        cr_expect_lt(x[i - 1], x[i], "ascending, each once");
    size_t m = keys_of(a, "film", "river", "", &y);
    cr_expect_eq(shared(x, n, y, m), 1);
    m = keys_of(a, "person", "river", "", &y);
    cr_expect_eq(shared(x, n, y, m), 0, "a person never meets a film");
    m = keys_of(a, "film", "", "ada marsh", &y);
    cr_expect_eq(shared(x, n, y, m), 2, "the name and its last word");
    m = keys_of(a, "film", "", "eda marsh", &y);
    cr_expect_eq(shared(x, n, y, m), 1, "its last word");
    m = keys_of(a, "film", "river blue the", "", &y);
    cr_expect_geq(shared(x, n, y, m), 4, "the words and all words in any order");
    arena_free(a);
}
