#include "alignd/graph/node.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <math.h>

Test(node, a_row_reads_back_and_no_prefix_of_it_does)
{
    struct arena *arena = arena_new();
    struct node n = {.kind = TERM_IRI,
                     .term = slice_of("http://x/1"),
                     .has_label = true,
                     .label = slice_of("Ada"),
                     .type = slice_of("person"),
                     .order = 7};
    for (uint64_t r = 40; r > 0; r -= 4)
        cr_assert_eq(node_group_add(&n, arena, r, 2), ERR_OK);
    cr_assert_eq(node_group_add(&n, arena, 8, -2), ERR_OK);
    struct buf row = {0};
    node_encode(&row, &n);
    struct node back;
    cr_assert_eq(node_decode(buf_slice(&row), arena, &back), ERR_OK);
    cr_expect(slice_equal(back.label, n.label));
    cr_expect_eq(back.group_count, 9);
    cr_expect_eq(node_group_edges(&back, 8), 0);
    cr_expect_eq(node_group_edges(&back, 12), 2);
    cr_expect_eq(node_degree(&back), 18);
    for (size_t cut = 0; cut < row.len; cut++)
        cr_expect_eq(node_decode((struct slice){row.data, cut}, arena, &back), ERR_STORE);
    buf_fini(&row);
    arena_free(arena);
}

Test(node, a_group_without_an_edge_is_a_damaged_row)
{
    struct arena *arena = arena_new();
    struct node n = {.kind = TERM_IRI, .term = slice_of("http://x/1")}, back;
    struct buf row = {0};
    cr_assert_eq(node_group_add(&n, arena, 40, 2), ERR_OK);
    node_encode(&row, &n);
    cr_assert_eq(node_decode(buf_slice(&row), arena, &back), ERR_OK);
    cr_assert_eq(row.data[row.len - 1], 2, "the count of the last group is the last byte");
    row.data[row.len - 1] = 0;
    cr_expect_eq(node_decode(buf_slice(&row), arena, &back), ERR_STORE);
    buf_fini(&row);
    arena_free(arena);
}

Test(node, groups_that_do_not_ascend_are_a_damaged_row)
{
    struct arena *arena = arena_new();
    struct node n = {.kind = TERM_IRI, .term = slice_of("http://x/1")}, back;
    struct buf row = {0};
    cr_assert_eq(node_group_add(&n, arena, 40, 2), ERR_OK);
    cr_assert_eq(node_group_add(&n, arena, 41, 2), ERR_OK);
    node_encode(&row, &n);
    cr_assert_eq(node_decode(buf_slice(&row), arena, &back), ERR_OK);
    cr_assert_eq(row.data[row.len - 9], 41, "the first byte of the last relation");
    row.data[row.len - 9] = 40;
    cr_expect_eq(node_decode(buf_slice(&row), arena, &back), ERR_STORE);
    buf_fini(&row);
    arena_free(arena);
}

Test(node, a_name_ranks_the_same_in_every_graph)
{
    cr_expect_eq(node_order_of_text(slice_of("ada marsh")),
                 node_order_of_text(slice_of("ada marsh")));
    cr_expect_neq(node_order_of_text(slice_of("ada marsh")), node_order_of_text(slice_of("ada")));
    cr_expect_lt(node_order_ln_u(UINT32_MAX), node_order_ln_u(0));
    cr_expect(isfinite(node_order_ln_u(UINT32_MAX)));
    cr_expect_lt(node_order_ln_u(0), 0);
}
