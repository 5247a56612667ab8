/*
 * test_sequence.c - what the numbers of the records say.
 */
#include "alignd/base/err.h"
#include "alignd/cli/sequence.h"

#include <criterion/criterion.h>

static void take_header(struct sequence *s, size_t topic, int32_t partition, const char *name,
                        const char *id)
{
    struct source_header headers[] = {{slice_of("content-type"), slice_of("x")},
                                      {slice_of(name), slice_of(id)}};
    struct source_message m = {
        .topic = topic, .partition = partition, .headers = headers, .header_count = 2};
    sequence_take(s, &m);
}

static void take(struct sequence *s, int32_t partition, const char *id)
{
    take_header(s, 0, partition, "ce_id", id);
}

static struct sequence_report judge(struct sequence *s)
{
    struct sequence_report r;
    sequence_judge(s, &r);
    sequence_free(s);
    return r;
}

Test(sequence, every_number_once_is_in_order_whatever_the_partition)
{
    struct sequence *s = sequence_new();
    take(s, 0, "1-2");
    take(s, 1, "1-1");
    take(s, 0, "1-5");
    take_header(s, 1, 0, "__alignd.id", "1-3");
    take(s, 1, "1-4");
    struct sequence_report r = judge(s);
    cr_expect_eq(r.records, 5);
    cr_expect_eq(r.events, 4, "a dead letter is none");
    cr_expect_eq(r.epoch, 1);
    cr_expect_eq(r.last, 5);
    cr_expect_eq(r.missing + r.repeated + r.shuffled + r.unnamed, 0);
}

Test(sequence, a_gap_is_told_with_its_place)
{
    struct sequence *s = sequence_new();
    take(s, 0, "1-1");
    take(s, 0, "2-1");
    take(s, 0, "2-4");
    struct sequence_report r = judge(s);
    cr_expect_eq(r.epoch, 2);
    cr_expect_eq(r.last, 4);
    cr_expect_eq(r.missing, 2);
    cr_expect_eq(r.first_epoch, 2);
    cr_expect_eq(r.first_missing, 2);
}

Test(sequence, a_number_that_comes_again_is_repeated_and_one_that_comes_late_shuffled)
{
    struct sequence *s = sequence_new();
    take(s, 0, "1-1");
    take(s, 0, "1-3");
    take(s, 0, "1-2");
    take(s, 0, "1-3");
    struct sequence_report r = judge(s);
    cr_expect_eq(r.repeated, 1);
    cr_expect_eq(r.shuffled, 1);
    cr_expect_eq(r.missing, 0);
}

Test(sequence, what_has_no_number_of_ours_is_unnamed)
{
    static const char *const none[] = {"",
                                       "1",
                                       "1-0",
                                       "x-1",
                                       "1-99999999999999",
                                       ("a long text "
                                        "that goes on and on and on and on and on and on and on")};
    struct sequence *s = sequence_new();
    struct source_message bare = {.topic = 0};
    sequence_take(s, &bare);
    for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
        take(s, 0, none[i]);
    struct sequence_report r = judge(s);
    cr_expect_eq(r.unnamed, 7, "%llu", (unsigned long long)r.unnamed);
    cr_expect_eq(r.missing, 0);
}

Test(sequence, of_a_dead_letter_the_last_header_counts)
{
    struct sequence *s = sequence_new();
    struct source_header headers[] = {{slice_of("ce_id"), slice_of("9-9")},
                                      {slice_of("__alignd.id"), slice_of("1-1")}};
    struct source_message m = {.topic = 1, .headers = headers, .header_count = 2};
    sequence_take(s, &m);
    struct sequence_report r = judge(s);
    cr_expect_eq(r.epoch, 1);
    cr_expect_eq(r.last, 1);
}

Test(sequence, a_mark_of_a_resent_letter_is_not_counted)
{
    struct sequence *s = sequence_new();
    struct source_header headers[] = {
        {slice_of("__alignd.resent.letter"), slice_of("0:1")},
        {slice_of("__alignd.resent.topic"), slice_of("in")},
        {slice_of("__alignd.resent.partition"), slice_of("0")},
        {slice_of("__alignd.resent.offset"), slice_of("5")},
        {slice_of("__alignd.resent.timestamp"), slice_of("99")},
        {slice_of("__alignd.resent.at"), slice_of("2026-01-31T12:00:00.000Z")}};
    struct source_message mark = {.topic = 1, .headers = headers, .header_count = 6};
    take(s, 0, "1-1");
    sequence_take(s, &mark);
    struct sequence_report r = judge(s);
    cr_expect_eq(r.records, 1);
    cr_expect_eq(r.unnamed, 0);
}
