#include "alignd/engine/memory_deal.h"

#include "alignd/base/err.h"
#include "alignd/base/machine.h"

#include <criterion/criterion.h>

#define MIB (UINT64_C(1) << 20)

static uint64_t sum(const struct memory_deal *d)
{
    return d->blocks + d->writes + d->rows + d->profiles + d->turn;
}

Test(memory_deal, shares_sum_up_to_the_total)
{
    for (uint64_t total = 5 * MIB; total < 64 * 1024 * MIB; total = total * 3 / 2 + 12345) {
        struct memory_deal asked = {0}, deal;
        cr_assert_eq(memory_deal_make(total, &asked, &deal), ERR_OK);
        cr_expect_eq(sum(&deal), total);
        cr_expect_eq(deal.total, total);
        cr_expect_geq(deal.writes, total / 15 < 256 * MIB ? total / 15 : 256 * MIB);
        cr_expect_leq(deal.writes, 256 * MIB);
        cr_expect_geq(deal.rows, total / 4);
        cr_expect_geq(deal.profiles, total / 5);
        cr_expect_geq(deal.turn, total / 4);
        cr_expect_geq(deal.blocks, total / 10);
        cr_expect_leq(memory_deal_build(&deal), total / 3 * 2);
    }
}

Test(memory_deal, what_is_settled_stays_and_the_others_divide_the_rest)
{
    struct memory_deal asked = {.rows = 700 * MIB, .writes = 4 * MIB}, deal;
    cr_assert_eq(memory_deal_make(1024 * MIB, &asked, &deal), ERR_OK);
    cr_expect_eq(deal.rows, 700 * MIB);
    cr_expect_eq(deal.writes, 4 * MIB);
    cr_expect_eq(sum(&deal), 1024 * MIB);
    cr_expect_geq(deal.turn, 100 * MIB);
}

Test(memory_deal, all_that_is_settled_is_the_total)
{
    struct memory_deal asked = {0, 64 * MIB, 32 * MIB, 16 * MIB, 8 * MIB, 4 * MIB}, deal;
    cr_assert_eq(memory_deal_make(512 * MIB, &asked, &deal), ERR_OK);
    cr_expect_eq(deal.total, 124 * MIB);
    cr_expect_eq(deal.turn, 4 * MIB);
}

Test(memory_deal, shares_that_leave_nothing_are_refused)
{
    struct memory_deal asked = {.rows = 600 * MIB}, deal;
    cr_expect_eq(memory_deal_make(512 * MIB, &asked, &deal), ERR_CONFIG);
    asked.rows = 510 * MIB;
    cr_expect_eq(memory_deal_make(512 * MIB, &asked, &deal), ERR_CONFIG);
    asked.rows = 500 * MIB;
    cr_expect_eq(memory_deal_make(512 * MIB, &asked, &deal), ERR_OK);
}

Test(memory_deal, unsaid_it_is_a_share_of_what_there_is)
{
    cr_expect_geq(memory_deal_default(), MEMORY_DEAL_LEAST);
    cr_expect(memory_deal_default() <= machine_memory("") / 4 ||
              memory_deal_default() == MEMORY_DEAL_LEAST);
}

Test(memory_deal, it_is_told_in_words)
{
    struct memory_deal asked = {0}, deal;
    struct buf words = {0};
    cr_assert_eq(memory_deal_make(1400 * MIB, &asked, &deal), ERR_OK);
    memory_deal_write(&deal, &words);
    cr_expect(slice_equal(buf_slice(&words),
                          slice_of("1400 MiB: write buffers 100, row cache 400, profile cache 300, "
                                   "turn 400, block cache 200")),
              "%.*s", (int)words.len, words.data);
    buf_fini(&words);
}

Test(memory_deal, a_build_gets_what_no_turn_needs_beside_it)
{
    struct memory_deal asked = {0}, deal;
    cr_assert_eq(memory_deal_make(900 * MIB, &asked, &deal), ERR_OK);
    cr_expect_eq(memory_deal_build(&deal), 600 * MIB);
    asked = (struct memory_deal){.rows = MIB, .profiles = 2 * MIB, .turn = 4 * MIB};
    cr_assert_eq(memory_deal_make(900 * MIB, &asked, &deal), ERR_OK);
    cr_expect_eq(memory_deal_build(&deal), 7 * MIB);
}
