#include "alignd/daemon/dead_letter.h"

#include <criterion/criterion.h>

static struct slice header(const struct outbox_record *r, const char *name)
{
    for (size_t i = 0; i < r->header_count; i++)
        if (slice_equal(r->headers[i].name, slice_of(name)))
            return r->headers[i].value;
    return (struct slice){NULL, 0};
}

static struct source_message message(const struct source_header *headers, size_t count)
{
    return (struct source_message){.partition = 3,
                                   .offset = 1234567890123,
                                   .timestamp_ms = 99,
                                   .has_key = true,
                                   .key = slice_of("key"),
                                   .payload = slice_of("the payload"),
                                   .headers = headers,
                                   .header_count = count};
}

static const struct dead_letter_limits roomy = {1000, 1000};

Test(dead_letter, keeps_the_message_and_says_what_was_wrong)
{
    struct arena *arena = arena_new();
    struct source_header own = {slice_of("trace"), slice_of("abc")};
    struct source_message m = message(&own, 1);
    struct codec_error error = {.line = 7, .column = 9, .code = "syntax", .message = "no dot"};
    struct outbox_record r;
    dead_letter_make(&m, "in", &error, &roomy, arena, &r);
    cr_expect_eq(r.destination, OUTBOX_DEAD_LETTERS);
    cr_expect(r.has_key && !r.tombstone);
    cr_expect(slice_equal(r.key, m.key));
    cr_expect(slice_equal(r.value, m.payload));
    cr_expect_eq(r.timestamp_ms, 99);
    cr_expect(slice_equal(header(&r, "trace"), slice_of("abc")));
    cr_expect(slice_equal(header(&r, "__alignd.errors.topic"), slice_of("in")));
    cr_expect(slice_equal(header(&r, "__alignd.errors.partition"), slice_of("3")));
    cr_expect(slice_equal(header(&r, "__alignd.errors.offset"), slice_of("1234567890123")));
    cr_expect(slice_equal(header(&r, "__alignd.errors.stage"), slice_of("decode")));
    cr_expect(slice_equal(header(&r, "__alignd.errors.code"), slice_of("syntax")));
    cr_expect(slice_equal(header(&r, "__alignd.errors.message"), slice_of("no dot")));
    cr_expect(slice_equal(header(&r, "__alignd.errors.line"), slice_of("7")));
    cr_expect(slice_equal(header(&r, "__alignd.errors.column"), slice_of("9")));
    cr_expect_null(header(&r, "__alignd.errors.truncated").data);
    arena_free(arena);
}

Test(dead_letter, cuts_what_the_broker_would_not_take_and_says_so)
{
    struct arena *arena = arena_new();
    struct source_message m = message(NULL, 0);
    struct codec_error error = {.code = "limit-message", .message = "too large"};
    struct dead_letter_limits tight = {6, 1000}; /* 3 for the key */
    struct outbox_record r;
    dead_letter_make(&m, "in", &error, &tight, arena, &r);
    cr_expect(slice_equal(r.value, slice_of("the")));
    cr_expect(slice_equal(header(&r, "__alignd.errors.truncated"), slice_of("11")));
    cr_expect_null(header(&r, "__alignd.errors.line").data);
    arena_free(arena);
}

Test(dead_letter, drops_headers_that_are_too_much_and_says_how_many)
{
    struct arena *arena = arena_new();
    struct source_header own[] = {{slice_of("one"), slice_of("1234567")},
                                  {slice_of("two"), slice_of("12345678")},
                                  {slice_of("3"), slice_of("")}};
    struct source_message m = message(own, 3);
    struct codec_error error = {.code = "limit-headers", .message = "too many"};
    struct dead_letter_limits tight = {1000, 20};
    struct outbox_record r;
    cr_expect_eq(dead_letter_header_bytes(&m), 22);
    dead_letter_make(&m, "in", &error, &tight, arena, &r);
    cr_expect(slice_equal(header(&r, "one"), slice_of("1234567")));
    cr_expect_null(header(&r, "two").data);
    cr_expect(slice_equal(header(&r, "__alignd.errors.headers_dropped"), slice_of("2")));
    cr_expect(slice_equal(r.value, m.payload));
    arena_free(arena);
}
