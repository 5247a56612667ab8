/*
 * json_writer.c - JSON written as it is told, without a tree in between: all that has to be
 * remembered is whether a comma is due.  Whatever the strings hold, the result parses:
 * what is not UTF-8 becomes U+FFFD, and a number that JSON has no word for is null.
 */
#include "alignd/base/json_writer.h"

#include "alignd/base/number.h"
#include "alignd/base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>

/* Before a value or a key. */
static void put_comma(struct json_writer *w)
{
    assert(w->out);
    if (w->comma)
        buf_append_char(w->out, ',');
    w->comma = true;
}

static void begin(struct json_writer *w, char bracket)
{
    assert(bracket == '{' || bracket == '[');
    put_comma(w);
    buf_append_char(w->out, bracket);
    w->comma = false;
}

static void end(struct json_writer *w, char bracket)
{
    buf_append_char(w->out, bracket);
    w->comma = true;
}

void json_writer_begin_object(struct json_writer *w)
{
    begin(w, '{');
}

void json_writer_end_object(struct json_writer *w)
{
    end(w, '}');
}

void json_writer_begin_array(struct json_writer *w)
{
    begin(w, '[');
}

void json_writer_end_array(struct json_writer *w)
{
    end(w, ']');
}

static inline bool must_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static void put_escaped(struct buf *out, unsigned char c)
{
    assert(must_escape(c));
    static const char *const shorter[256] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\f'] = "\\f",
        ['\n'] = "\\n", ['\r'] = "\\r",  ['\t'] = "\\t"};
    if (shorter[c])
        buf_append_text(out, shorter[c]);
    else
        buf_append_format(out, "\\u%04x", c);
}

/* Writes UTF-8: runs that need no escape as they are. */
static void put_valid(struct buf *out, struct slice text)
{
    assert(text.data || !text.len);
    for (size_t i = 0; i < text.len; i++) {
        size_t from = i;
        while (i < text.len && !must_escape((unsigned char)text.data[i]))
            i++;
        buf_append(out, text.data + from, i - from);
        if (i < text.len)
            put_escaped(out, (unsigned char)text.data[i]);
    }
}

/* Writes anything, character by character: those that read as U+FFFD are written so. */
static void put_any(struct buf *out, struct slice text)
{
    while (text.len) {
        struct slice rest = text;
        bool bad = text_next_point(&rest) == 0xfffd;
        if (bad)
            buf_append_text(out, "\xef\xbf\xbd");
        else
            put_valid(out, (struct slice){text.data, text.len - rest.len});
        assert(rest.len < text.len);
        text = rest;
    }
}

static void put_quoted(struct buf *out, struct slice text)
{
    buf_append_char(out, '"');
    if (text_is_utf8(text))
        put_valid(out, text);
    else
        put_any(out, text);
    buf_append_char(out, '"');
}

void json_writer_key(struct json_writer *w, const char *key)
{
    json_writer_key_slice(w, slice_of(key));
}

void json_writer_key_slice(struct json_writer *w, struct slice key)
{
    assert(key.data || !key.len);
    put_comma(w);
    put_quoted(w->out, key);
    buf_append_char(w->out, ':');
    w->comma = false;
}

void json_writer_string(struct json_writer *w, struct slice text)
{
    put_comma(w);
    put_quoted(w->out, text);
}

void json_writer_text(struct json_writer *w, const char *text)
{
    json_writer_string(w, slice_of(text));
}

void json_writer_integer(struct json_writer *w, int64_t value)
{
    put_comma(w);
    buf_append_format(w->out, "%" PRId64, value);
}

void json_writer_unsigned(struct json_writer *w, uint64_t value)
{
    put_comma(w);
    buf_append_format(w->out, "%" PRIu64, value);
}

void json_writer_number(struct json_writer *w, double value)
{
    char text[NUMBER_TEXT_BYTES];
    if (isfinite(value))
        json_writer_raw(w, (struct slice){text, number_write_double(text, value)});
    else
        json_writer_null(w);
}

void json_writer_float(struct json_writer *w, float value)
{
    char text[NUMBER_TEXT_BYTES];
    if (isfinite(value))
        json_writer_raw(w, (struct slice){text, number_write_float(text, value)});
    else
        json_writer_null(w);
}

void json_writer_bool(struct json_writer *w, bool value)
{
    json_writer_raw(w, slice_of(value ? "true" : "false"));
}

void json_writer_null(struct json_writer *w)
{
    json_writer_raw(w, slice_of("null"));
}

void json_writer_raw(struct json_writer *w, struct slice json)
{
    put_comma(w);
    buf_append_slice(w->out, json);
}

void json_writer_add_string(struct json_writer *w, const char *key, struct slice value)
{
    json_writer_key(w, key);
    json_writer_string(w, value);
}

void json_writer_add_text(struct json_writer *w, const char *key, const char *value)
{
    json_writer_key(w, key);
    json_writer_text(w, value);
}

void json_writer_add_integer(struct json_writer *w, const char *key, int64_t value)
{
    json_writer_key(w, key);
    json_writer_integer(w, value);
}

void json_writer_add_unsigned(struct json_writer *w, const char *key, uint64_t value)
{
    json_writer_key(w, key);
    json_writer_unsigned(w, value);
}

void json_writer_add_number(struct json_writer *w, const char *key, double value)
{
    json_writer_key(w, key);
    json_writer_number(w, value);
}

void json_writer_add_float(struct json_writer *w, const char *key, float value)
{
    json_writer_key(w, key);
    json_writer_float(w, value);
}

void json_writer_add_bool(struct json_writer *w, const char *key, bool value)
{
    json_writer_key(w, key);
    json_writer_bool(w, value);
}
