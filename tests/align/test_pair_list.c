#include "alignd/align/pair_list.h"
#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <string.h>
#include <math.h>

Test(pair_list, a_row_reads_back_and_a_cut_one_does_not)
{
    struct arena *a = arena_new();
    struct pair_list list = {0}, back;
    for (uint64_t i = 0; i < 20; i++)
        pair_list_put(&list, a, (struct id){(i % 3 + 1) << 48, i}, (float)i / 20);
    cr_expect(pair_list_remove(&list, (struct id){(uint64_t)1 << 48, 3}));
    cr_expect_not(pair_list_remove(&list, (struct id){(uint64_t)1 << 48, 3}));
    struct buf row = {0};
    pair_list_encode(&row, &list);
    cr_assert_eq(pair_list_decode(buf_slice(&row), a, &back), ERR_OK);
    cr_assert_eq(back.count, 19);
    for (size_t i = 0; i < back.count; i++) {
        cr_expect(id_equal(back.entries[i].other, list.entries[i].other));
        cr_expect_eq(back.entries[i].score, list.entries[i].score);
        cr_expect(i == 0 || id_compare(back.entries[i - 1].other, back.entries[i].other) < 0);
    }
    cr_expect_eq(id_graph(pair_list_of_graph(&back, 2)->other), 2);
    cr_expect_null(pair_list_of_graph(&back, 9));
    cr_expect_eq(pair_list_decode((struct slice){row.data, row.len - 1}, a, &back), ERR_STORE);
    char second[ID_BYTES + 4]; /* once more, as the last */
    memcpy(second, row.data + sizeof(second), sizeof(second));
    buf_append(&row, second, sizeof(second));
    cr_expect_eq(pair_list_decode(buf_slice(&row), a, &back), ERR_STORE);
    buf_fini(&row);
    arena_free(a);
}

Test(pair_list, rounding_keeps_order_and_sides_and_never_leaves_zero_to_one)
{
    const float thresholds[] = {0.03f, 0.3f, 0.5f, 0.87f};
    for (size_t t = 0; t < 4; t++) {
        float before = -1, threshold = thresholds[t];
        for (int i = 0; i <= 100000; i++) {
            float score = (float)i / 100000, rounded = pair_score_round(score, threshold);
            float most = score < threshold ? threshold / 15
                         : score < 0.5f    ? 1.3e-4f
                                           : (1 - score) / 256 + 1e-7f;
            cr_assert(rounded >= 0 && rounded <= 1);
            cr_assert_leq(fabsf(rounded - score), most);
            cr_assert_eq(rounded < threshold, score < threshold, "sides stay");
            cr_assert_geq(rounded, before, "monotone");
            before = rounded;
        }
    }
    cr_expect_lt(pair_score_round(0.99997f, 0.5f), pair_score_round(0.99999f, 0.5f));
}

Test(pair_list, partners_have_the_scores_of_their_pairs)
{
    struct arena *a = arena_new();
    struct pair_list pairs = {0}, partners = {0}, back;
    struct id other = {(uint64_t)2 << 48, 7}, gone = {(uint64_t)3 << 48, 1};
    pair_list_put(&pairs, a, other, 0.75f);
    pair_list_put(&partners, a, other, 0.25f);
    pair_list_put(&partners, a, gone, 0.5f);
    struct buf row = {0};
    pair_list_encode_partners(&row, &partners);
    cr_assert_eq(pair_list_decode_partners(buf_slice(&row), &pairs, a, &back), ERR_OK);
    cr_assert_eq(back.count, 2);
    cr_expect_eq(pair_list_find(&back, other)->score, 0.75f);
    cr_expect_eq(pair_list_find(&back, gone)->score, PAIR_UNSCORED);
    cr_expect_eq(pair_list_decode_partners((struct slice){row.data, row.len - 1}, &pairs, a, &back),
                 ERR_STORE);
    buf_fini(&row);
    arena_free(a);
}
