#include "alignd/stream/record_json.h"

#include "alignd/base/buf.h"
#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static void show(struct buf *out, const struct record_value *v)
{
    if (v->kind == RECORD_TEXT)
        buf_append_format(out, "'%.*s'", (int)v->text.len, v->text.data);
    else if (v->kind < RECORD_ARRAY)
        buf_append_slice(out, v->text);
    else
        buf_append_char(out, v->kind == RECORD_ARRAY ? '[' : '{');
    for (const struct record_value *i = v->first; i; i = i->next) {
        if (v->kind == RECORD_OBJECT)
            buf_append_format(out, "%.*s=", (int)i->name.len, i->name.data);
        show(out, i);
        buf_append_char(out, i->next ? ' ' : v->kind == RECORD_ARRAY ? ']' : '}');
    }
    if (v->kind >= RECORD_ARRAY && !v->first)
        buf_append_char(out, v->kind == RECORD_ARRAY ? ']' : '}');
}

static int read_text(struct slice text, bool more, struct buf *out, struct codec_error *error)
{
    struct codec_limits limits = codec_limits_default();
    struct arena *arena = arena_new();
    char *exact = malloc(text.len + 1); /* a sanitizer sees a step too far */
    memcpy(exact, text.data, text.len);
    struct term_scan s = term_scan_of((struct slice){exact, text.len}, &limits, arena, error);
    struct record_value *v;
    s.more = more;
    int rc = record_json_read(&s, &v);
    if (!rc)
        show(out, v);
    buf_append_char(out, '\0');
    free(exact);
    arena_free(arena);
    return rc;
}

static void expect_value(const char *text, const char *shown)
{
    struct buf out = {0};
    struct codec_error error = {0};
    cr_expect_eq(read_text(slice_of(text), false, &out, &error), 0, "%s: %s", text, error.message);
    cr_expect_str_eq(out.data, shown, "%s read as %s", text, out.data);
    for (size_t n = 0; n < strlen(text) && (*text == '{' || *text == '['); n++) {
        buf_clear(&out);
        cr_expect_eq(read_text((struct slice){text, n}, true, &out, &error), ERR_RETRY,
                     "%.*s may go on", (int)n, text);
        cr_expect_eq(read_text((struct slice){text, n}, false, &out, &error), ERR_FORMAT,
                     "%.*s is cut", (int)n, text);
    }
    buf_fini(&out);
}

static void expect_refused(struct slice text, int rc, const char *code)
{
    struct buf out = {0};
    struct codec_error error = {0};
    cr_expect_eq(read_text(text, false, &out, &error), rc, "%s", text.data);
    cr_expect_str_eq(error.code, code, "%s: %s", text.data, error.message);
    buf_fini(&out);
}

Test(record_json, values_keep_their_texts)
{
    expect_value("{\"a\": 12345678901234567890, \"b\" :1.10,\"c\":-0e+5}",
                 "{a=12345678901234567890 b=1.10 c=-0e+5}");
    expect_value("[null, true,false, [], {}, [{\"x\":[1]}]]", "[null true false [] {} [{x=[1]}]]");
    expect_value("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\u00e9\\u20ac\\ud83d\\ude00z\"]",
                 "['\"\\/\b\f\n\r\t' '\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z']");
    expect_value(" 7", "7");
}

Test(record_json, what_is_no_json_is_refused)
{
    static const char *const texts[] = {
        "{\"a\":01}",    "{\"a\":1.}",    "{\"a\":+1}",    "{\"a\":.5}",
        "{\"a\":1e}",    "{\"a\":tru}",   "{'a':1}",       "{\"a\" 1}",
        "{\"a\":1,}",    "[1,]",          "[1 2]",         "{\"a\":NaN}",
        "[\"\\x\"]",     "[\"\\u12g4\"]", "[\"\\ud800\"]", "[\"\\ud800\\u0041\"]",
        "[\"\\udc00\"]", "[\"\\u0000\"]", "[\"a\nb\"]",    "{\"a\":1,\"a\":2}"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        expect_refused(slice_of(texts[i]), ERR_FORMAT, "json");
    expect_refused(slice_of("[1"), ERR_FORMAT, "truncated");
}

Test(record_json, a_member_that_stands_twice_among_many_is_found)
{
    struct buf text = {0};
    for (int i = 0; i < 1000; i++)
        buf_append_format(&text, "%c\"m%d\":%d", i ? ',' : '{', i, i);
    struct buf twice = {0};
    buf_append_slice(&twice, buf_slice(&text));
    buf_append_text(&text, "}");
    buf_append_text(&twice, ",\"m500\":1}");
    struct buf out = {0};
    struct codec_error error = {0};
    cr_expect_eq(read_text(buf_slice(&text), false, &out, &error), 0);
    expect_refused(buf_slice(&twice), ERR_FORMAT, "json");
    buf_fini(&text);
    buf_fini(&twice);
    buf_fini(&out);
}

Test(record_json, depth_is_bounded)
{
    char text[200];
    memset(text, '[', sizeof(text));
    expect_refused((struct slice){text, sizeof(text)}, ERR_LIMIT, "limit-nesting");
}

Test(record_json, a_number_at_the_end_of_what_is_there_may_go_on)
{
    struct buf out = {0};
    struct codec_error error = {0};
    cr_expect_eq(read_text(slice_of("12"), true, &out, &error), ERR_RETRY);
    cr_expect_eq(read_text(slice_of("12 "), true, &out, &error), 0);
    cr_expect_eq(read_text(slice_of("12"), false, &out, &error), 0);
    buf_fini(&out);
}
