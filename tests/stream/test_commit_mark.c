#include "alignd/stream/commit_mark.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>

#define UUID "01234567-89ab-cdef-0123-456789abcdef"
#define OTHER "ffffffff-89ab-cdef-0123-456789abcdef"

static struct commit_mark_found found(const char *text, int64_t offset, int64_t store_offset)
{
    return (struct commit_mark_found){slice_of("t"), 0, offset, slice_of(text), store_offset};
}

static char why[300];

static int judge(uint64_t epoch, uint64_t head, uint64_t dropped, struct commit_mark_found f,
                 uint64_t *ret)
{
    struct commit_mark_store store = {UUID, epoch, head, dropped};
    return commit_mark_judge(&store, &f, 1, ret, why, sizeof(why));
}

Test(commit_mark, is_read_back_as_it_was_written)
{
    struct commit_mark in = {.uuid = UUID,
                             .epoch = 3,
                             .head = UINT64_MAX / 100,
                             .instance = "0123456789abcdef"},
                       out;
    char text[COMMIT_MARK_MAX];
    commit_mark_format(text, &in);
    cr_assert(commit_mark_parse(slice_of(text), &out));
    cr_expect_str_eq(out.uuid, UUID);
    cr_expect_eq(out.epoch, 3);
    cr_expect_eq(out.head, UINT64_MAX / 100);
    cr_expect_str_eq(out.instance, "0123456789abcdef");
    cr_assert(commit_mark_parse(slice_of("alignd/1 " UUID " 3 4"), &out));
    cr_expect_str_eq(out.instance, "");
}

Test(commit_mark, one_of_several_tells_its_beat_and_its_lease)
{
    struct commit_mark in = {UUID,
                             UINT64_MAX / 100,
                             UINT64_MAX / 100,
                             "0123456789abcdef",
                             true,
                             UINT64_MAX / 100,
                             5000},
                       out;
    char text[COMMIT_MARK_MAX];
    commit_mark_format(text, &in);
    cr_assert(commit_mark_parse(slice_of(text), &out));
    cr_expect_str_eq(out.instance, "0123456789abcdef");
    cr_expect(out.beats && out.beat == in.beat && out.lease_ms == 5000);
    in.lease_ms = 0;
    commit_mark_format(text, &in);
    cr_assert(commit_mark_parse(slice_of(text), &out));
    cr_expect(out.beats && out.lease_ms == 0, "it was given back");
    cr_assert(commit_mark_parse(slice_of("alignd/1 " UUID " 3 4 0123456789abcdef"), &out));
    cr_expect_not(out.beats);
}

Test(commit_mark, the_mark_of_another_instance_is_foreign)
{
    static const char ours[] = "0123456789abcdef";
    cr_expect(commit_mark_is_foreign(slice_of("alignd/1 " UUID " 1 2 0123456789abcdee"), ours));
    cr_expect(commit_mark_is_foreign(slice_of("alignd/1 " UUID " 1 2"), ours));
    cr_expect_not(commit_mark_is_foreign(slice_of("alignd/1 " UUID " 9 9 0123456789abcdef"), ours));
    cr_expect_not(commit_mark_is_foreign(slice_of("what an operator left behind"), ours));
    cr_expect_not(commit_mark_is_foreign(slice_of(""), ours));
}

Test(commit_mark, anything_else_is_no_mark)
{
    struct commit_mark out;
    static const char *const bad[] = {"",
                                      "alignd/1 ",
                                      "alignd/2 " UUID " 1 2",
                                      "alignd/1 " UUID " 1",
                                      "alignd/1 " UUID " 1 2 3",
                                      "alignd/1 " UUID " 1 2 0123456789abcdeg",
                                      "alignd/1 " UUID " 1 2 0123456789abcdef0",
                                      "alignd/1 " UUID " 1 2 ",
                                      "alignd/1 " UUID " 1 2 0123456789abcdef ",
                                      "alignd/1 " UUID " 1 2 0123456789abcdef 7",
                                      "alignd/1 " UUID " 1 2 0123456789abcdef 7 ",
                                      "alignd/1 " UUID " 1 2 0123456789abcdef 7 8 ",
                                      "alignd/1 " UUID " 1 2 0123456789abcdef 7 8 9",
                                      "alignd/1 " UUID " 1 2 0123456789abcdef x 8",
                                      "alignd/1 " UUID " 1 2x",
                                      "alignd/1 " UUID "  1 2",
                                      "alignd/1 " UUID " 1 99999999999999999999999",
                                      "alignd/1 " UUID " -1 2"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_expect_not(commit_mark_parse(slice_of(bad[i]), &out), "'%s'", bad[i]);
}

Test(commit_mark, a_new_store_and_a_new_group_agree)
{
    uint64_t head = 99;
    cr_expect_eq(judge(1, 0, 0, found("", -1, -1), &head), 0);
    cr_expect_eq(head, 0);
}

Test(commit_mark, publishing_goes_on_behind_the_mark)
{
    uint64_t head = 99;
    cr_expect_eq(judge(2, 10, 3, found("alignd/1 " UUID " 2 7", 5, 6), &head), 0);
    cr_expect_eq(head, 7);
}

Test(commit_mark, the_mark_of_an_older_epoch_says_nothing_of_this_one)
{
    uint64_t head = 99;
    cr_expect_eq(judge(3, 10, 0, found("alignd/1 " UUID " 2 7", 5, 1), &head), 0);
    cr_expect_eq(head, 0);
}

Test(commit_mark, another_store_and_a_newer_state_are_refused)
{
    uint64_t head = 99;
    cr_expect_eq(judge(1, 10, 0, found("alignd/1 " OTHER " 1 7", 5, 6), &head), ERR_MISMATCH);
    cr_expect_eq(judge(1, 10, 0, found("alignd/1 " UUID " 2 1", 5, 6), &head), ERR_MISMATCH);
    cr_expect_eq(judge(1, 10, 0, found("alignd/1 " UUID " 1 11", 5, 6), &head), ERR_MISMATCH);
    cr_expect_eq(judge(1, 10, 0, found("alignd/1 " UUID " 1 7", 7, 6), &head), ERR_MISMATCH);
    cr_expect_eq(head, 99);
    cr_expect(*why);
}

Test(commit_mark, a_group_that_was_reset_is_refused)
{
    uint64_t head = 99;
    /* offsets without our mark */
    cr_expect_eq(judge(1, 10, 4, found("", 0, 6), &head), ERR_MISMATCH);
    cr_expect_eq(judge(1, 10, 10, found("", 0, 6), &head), ERR_MISMATCH);
    cr_expect_eq(judge(1, 10, 0, found("", 0, 6), &head), ERR_MISMATCH);
    /* nothing at all, and something that may be out already */
    cr_expect_eq(judge(1, 10, 4, found("", -1, 6), &head), ERR_MISMATCH);
}

Test(commit_mark, expired_offsets_do_no_harm_when_all_is_known_to_be_out)
{
    uint64_t head = 99;
    cr_expect_eq(judge(1, 10, 10, found("", -1, 6), &head), 0);
    cr_expect_eq(head, 10);
    cr_expect(*why);
}

Test(commit_mark, a_store_filled_from_files_publishes_all_of_it)
{
    uint64_t head = 99;
    cr_expect_eq(judge(1, 10, 0, found("", -1, -1), &head), 0);
    cr_expect_eq(head, 0);
}
