/*
 * printable.c - what a message holds may have been written to be shown: escape sequences that
 * move the cursor or set a title, marks that turn the direction of what follows.
 */
#include "alignd/cli/printable.h"

#include "alignd/base/text.h"

#include <assert.h>

/* C0, delete, C1; and of the format characters those that turn text around. */
static bool is_unsafe(int32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x61c || point == 0x200e ||
           point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069) || point == 0xfeff;
}

static void escape(struct buf *out, struct slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.data[i];
        if (c == '\n' || c == '\t' || c == '\r')
            buf_append_text(out, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
        else
            buf_append_format(out, "\\x%02x", (unsigned char)c);
    }
}

void printable_append(struct buf *out, struct slice text)
{
    while (text.len) {
        struct slice rest = text;
        int32_t point = text_next_point(&rest);
        struct slice bytes = {text.data, text.len - rest.len};
        assert(bytes.len > 0);
        if (is_unsafe(point) || !text_is_utf8(bytes))
            escape(out, bytes);
        else
            buf_append_slice(out, bytes);
        text = rest;
    }
}

void printable_append_start(struct buf *out, struct slice text, size_t columns)
{
    struct buf all = {0}, fitted = {0};
    assert(columns > 1);
    printable_append(&all, text);
    if (text_columns(buf_slice(&all)) <= columns) {
        buf_append_slice(out, buf_slice(&all));
    } else {
        text_fit(&fitted, buf_slice(&all), columns);
        buf_append_slice(out, buf_slice(&fitted));
    }
    buf_fini(&all);
    buf_fini(&fitted);
}
