#include "alignd/daemon/letter.h"

#include "alignd/daemon/dead_letter.h"

#include <criterion/criterion.h>

/* A letter as it comes out of the topic: what dead_letter_make wrote, read again. */
static struct source_message topic_record(const struct outbox_record *r, struct arena *arena)
{
    struct source_header *headers = arena_alloc(arena, (r->header_count + 1) * sizeof(*headers));
    for (size_t i = 0; i < r->header_count; i++)
        headers[i] = (struct source_header){r->headers[i].name, r->headers[i].value};
    headers[r->header_count] = (struct source_header){slice_of("__alignd.id"), slice_of("1-7")};
    return (struct source_message){.partition = 2,
                                   .offset = 40,
                                   .timestamp_ms = r->timestamp_ms,
                                   .has_key = r->has_key,
                                   .tombstone = r->tombstone,
                                   .key = r->key,
                                   .payload = r->value,
                                   .headers = headers,
                                   .header_count = r->header_count + 1};
}

static struct source_message letter_of(const struct source_header *own, size_t count,
                                       const struct dead_letter_limits *limits, struct arena *arena)
{
    struct source_message m = {.partition = 3,
                               .offset = 1234567890123,
                               .timestamp_ms = 99,
                               .payload = slice_of("the payload"),
                               .headers = own,
                               .header_count = count};
    struct codec_error error = {.line = 7, .column = 9, .code = "syntax", .message = "no dot"};
    struct outbox_record r;
    dead_letter_make(&m, "in", &error, limits, arena, &r);
    return topic_record(&r, arena);
}

static const struct dead_letter_limits roomy = {1000, 1000};

Test(letter, says_what_the_daemon_wrote)
{
    struct arena *arena = arena_new();
    struct source_header own = {slice_of("trace"), slice_of("abc")};
    struct source_message m = letter_of(&own, 1, &roomy, arena);
    struct letter l;
    cr_assert(letter_read(&m, &l));
    cr_expect_eq(l.at.partition, 2);
    cr_expect_eq(l.at.offset, 40);
    cr_expect(slice_equal(l.source.topic, slice_of("in")));
    cr_expect_eq(l.source.partition, 3);
    cr_expect_eq(l.source.offset, 1234567890123);
    cr_expect_eq(l.source.timestamp_ms, 99);
    cr_expect(slice_equal(l.code, slice_of("syntax")));
    cr_expect(slice_equal(l.message, slice_of("no dot")));
    cr_expect(slice_equal(l.line, slice_of("7")));
    cr_expect(slice_equal(l.column, slice_of("9")));
    cr_expect_eq(l.header_count, 1);
    cr_expect(!letter_is_cut(&l));
    arena_free(arena);
}

Test(letter, what_was_cut_says_so)
{
    struct arena *arena = arena_new();
    struct source_header own[] = {{slice_of("a"), slice_of("1")}, {slice_of("b"), slice_of("123")}};
    struct source_message cut = letter_of(NULL, 0, &(struct dead_letter_limits){5, 1000}, arena);
    struct source_message dropped = letter_of(own, 2, &(struct dead_letter_limits){1000, 3}, arena);
    struct letter l;
    cr_assert(letter_read(&cut, &l));
    cr_expect(letter_is_cut(&l));
    cr_expect_eq(l.whole_bytes, 11);
    cr_assert(letter_read(&dropped, &l));
    cr_expect(letter_is_cut(&l));
    cr_expect_eq(l.headers_dropped, 1);
    cr_expect_eq(l.header_count, 1);
    arena_free(arena);
}

Test(letter, headers_of_our_names_that_it_had_are_its_own)
{
    struct arena *arena = arena_new();
    struct source_header own[] = {{slice_of("__alignd.errors.topic"), slice_of("elsewhere")},
                                  {slice_of("__alignd.errors.partition"), slice_of("8")},
                                  {slice_of("__alignd.resent.letter"), slice_of("0:1")}};
    struct source_message m = letter_of(own, 3, &roomy, arena);
    struct letter l;
    struct letter_mark mark;
    cr_assert(letter_read(&m, &l));
    cr_expect(slice_equal(l.source.topic, slice_of("in")));
    cr_expect_eq(l.source.partition, 3);
    cr_expect_eq(l.header_count, 3);
    cr_expect(!letter_read_mark(&m, &mark), "a letter is no mark, whatever it had");
    arena_free(arena);
}

Test(letter, other_records_are_none)
{
    struct source_header strange[] = {{slice_of("__alignd.errors.topic"), slice_of("in")},
                                      {slice_of("__alignd.errors.partition"), slice_of("-1")},
                                      {slice_of("__alignd.errors.offset"), slice_of("5")}};
    struct source_message plain = {.payload = slice_of("x")};
    struct source_message negative = {.headers = strange, .header_count = 3};
    struct letter l;
    struct letter_mark mark;
    cr_expect(!letter_read(&plain, &l));
    cr_expect(!letter_read(&negative, &l));
    cr_expect(!letter_read_mark(&plain, &mark));
}

Test(letter, a_mark_reads_back)
{
    struct arena *arena = arena_new();
    struct letter_mark mark = {{4, 17}, {slice_of("in"), 3, 88, 1700000000123}, 1800000000456}, got;
    struct producer_record r;
    letter_write_mark(&mark, arena, &r);
    cr_expect_eq(r.partition, 4, "beside its letter");
    cr_expect(r.has_key && !r.tombstone);
    cr_expect(slice_equal(r.key, slice_of("__alignd.resent/4:17")));
    struct source_header headers[8];
    cr_assert_leq(r.header_count, 8);
    for (size_t i = 0; i < r.header_count; i++)
        headers[i] = (struct source_header){slice_of(r.headers[i].name), r.headers[i].value};
    struct source_message m = {.headers = headers, .header_count = r.header_count};
    struct letter l;
    cr_assert(letter_read_mark(&m, &got));
    cr_expect(!letter_read(&m, &l));
    cr_expect_eq(record_fetch_compare(&got.letter, &mark.letter), 0);
    cr_expect(slice_equal(got.source.topic, slice_of("in")));
    cr_expect_eq(got.source.partition, 3);
    cr_expect_eq(got.source.offset, 88);
    cr_expect_eq(got.source.timestamp_ms, 1700000000123);
    cr_expect_eq(got.at_ms, 1800000000456);
    arena_free(arena);
}

Test(letter, places_are_read_as_they_are_written)
{
    struct record_place place;
    char text[LETTER_PLACE_BYTES];
    letter_write_place(text, &(struct record_place){INT32_MAX, INT64_MAX});
    cr_expect_str_eq(text, "2147483647:9223372036854775807");
    cr_assert(letter_read_place(slice_of(text), &place));
    cr_expect(place.partition == INT32_MAX && place.offset == INT64_MAX);
    const char *const wrong[] = {
        "",     "3",     ":",   "0:",   ":0",           "-1:0",
        "0:-1", "0:1:2", "a:1", "0:1 ", "2147483648:0", "0:9223372036854775808"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
        cr_expect(!letter_read_place(slice_of(wrong[i]), &place), "'%s'", wrong[i]);
}
