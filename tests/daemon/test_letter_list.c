#include "alignd/daemon/letter_list.h"

#include <criterion/criterion.h>

/* A letter at 0:AT of the message at an offset of partition 0. */
static void take(struct letter_list *list, int64_t at, const char *topic, int64_t offset,
                 int64_t time_ms)
{
    struct source_message m = {
        .offset = at, .timestamp_ms = time_ms, .payload = slice_of("a value")};
    struct letter letter = {
        .at = {0, at}, .source = {slice_of(topic), 0, offset, time_ms}, .code = slice_of("utf8")};
    letter_list_take(list, &m, &letter, true);
}

static void mark(struct letter_list *list, int64_t at, const char *topic, int64_t offset,
                 int64_t time_ms, int64_t at_ms)
{
    letter_list_take_mark(
        list, &(struct letter_mark){{0, at}, {slice_of(topic), 0, offset, time_ms}, at_ms});
}

Test(letter_list, is_in_the_order_of_the_messages)
{
    struct letter_list *list = letter_list_new();
    size_t count;
    take(list, 0, "b", 5, 1);
    take(list, 1, "a", 9, 1);
    take(list, 2, "a", 7, 1);
    const struct letter_entry *e = letter_list_finish(list, &count);
    cr_assert_eq(count, 3);
    cr_expect(e[0].offset == 7 && e[1].offset == 9 && e[2].offset == 5);
    cr_expect_eq(e[0].topic, e[1].topic);
    cr_expect_eq(e[0].code, e[2].code);
    for (size_t i = 0; i < count; i++)
        cr_expect(e[i].state == LETTER_OPEN && e[i].selected && !e[i].cut);
    cr_expect(slice_equal((struct slice){e[0].start, e[0].start_bytes}, slice_of("a value")));
    letter_list_free(list);
}

Test(letter_list, what_was_marked_is_resent)
{
    struct letter_list *list = letter_list_new();
    size_t count;
    take(list, 0, "a", 5, 1);
    take(list, 1, "a", 6, 1);
    mark(list, 0, "a", 5, 1, 1000);
    mark(list, 0, "a", 5, 1, 2000);
    const struct letter_entry *e = letter_list_finish(list, &count);
    cr_assert_eq(count, 2);
    cr_expect_eq(e[0].state, LETTER_RESENT);
    cr_expect_eq(e[0].resent_ms, 2000, "the last time");
    cr_expect_eq(e[1].state, LETTER_OPEN);
    letter_list_free(list);
}

Test(letter_list, one_message_is_one_matter)
{
    struct letter_list *list = letter_list_new();
    size_t count;
    take(list, 0, "a", 5, 1);
    mark(list, 0, "a", 5, 1, 1000);
    take(list, 2, "a", 5, 1); /* after a reset */
    take(list, 3, "a", 6, 1);
    take(list, 4, "a", 6, 1);
    const struct letter_entry *e = letter_list_finish(list, &count);
    cr_assert_eq(count, 4);
    cr_expect_eq(e[0].state, LETTER_REPEATED);
    cr_expect_eq(e[1].state, LETTER_RESENT, "the mark names the message, too");
    cr_expect_eq(e[1].at.offset, 2);
    cr_expect_eq(e[2].state, LETTER_REPEATED);
    cr_expect_eq(e[3].state, LETTER_OPEN);
    cr_expect_eq(e[3].at.offset, 4);
    letter_list_free(list);
}

Test(letter_list, of_a_topic_made_again_it_is_another_message)
{
    struct letter_list *list = letter_list_new();
    size_t count;
    take(list, 0, "a", 5, 1);
    mark(list, 0, "a", 5, 1, 1000);
    take(list, 2, "a", 5, 77);
    const struct letter_entry *e = letter_list_finish(list, &count);
    cr_assert_eq(count, 2);
    cr_expect_eq(e[0].state, LETTER_RESENT);
    cr_expect_eq(e[1].state, LETTER_OPEN);
    letter_list_free(list);
}

Test(letter_list, a_mark_finds_its_letter_by_its_place_alone)
{
    struct letter_list *list = letter_list_new();
    size_t count;
    take(list, 3, "a", 5, 50); /* the broker's time, of another moment than the mark says */
    mark(list, 3, "a", 5, 49, 1000);
    const struct letter_entry *e = letter_list_finish(list, &count);
    cr_assert_eq(count, 1);
    cr_expect_eq(e[0].state, LETTER_RESENT);
    letter_list_free(list);
}

Test(letter_list, marks_without_letters_and_nothing)
{
    struct letter_list *list = letter_list_new();
    size_t count = 9;
    mark(list, 3, "a", 5, 49, 1000);
    letter_list_finish(list, &count);
    cr_expect_eq(count, 0);
    letter_list_free(list);
    letter_list_free(NULL);
}

Test(letter_list, what_was_cut_counts_whole)
{
    struct letter_list *list = letter_list_new();
    size_t count;
    struct source_message m = {.payload = slice_of("begin")};
    struct letter letter = {.source = {slice_of("a"), 0, 1, 1}, .whole_bytes = 5000};
    letter_list_take(list, &m, &letter, false);
    const struct letter_entry *e = letter_list_finish(list, &count);
    cr_assert_eq(count, 1);
    cr_expect(e[0].cut && !e[0].selected);
    cr_expect_eq(e[0].bytes, 5000);
    letter_list_free(list);
}

Test(letter_list, a_beginning_ends_with_a_character)
{
    struct letter_list *list = letter_list_new();
    size_t count;
    char value[200];
    memset(value, 'x', sizeof(value));
    memcpy(value + LETTER_START_BYTES - 2, "\xe6\x9e\x97", 3);
    struct source_message m = {.payload = {value, sizeof(value)}};
    struct letter letter = {.source = {slice_of("a"), 0, 1, 1}};
    letter_list_take(list, &m, &letter, true);
    const struct letter_entry *e = letter_list_finish(list, &count);
    cr_expect_eq(e[0].start_bytes, LETTER_START_BYTES - 2);
    letter_list_free(list);
}
