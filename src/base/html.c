/*
 * html.c - text escaped for HTML, character by character; most of it is passed through as it is.
 */
#include "alignd/base/html.h"

#include "alignd/base/text.h"

#include <assert.h>
#include <inttypes.h>

/* What makes text to its right or left stand elsewhere: UAX 9. */
static bool turns_direction(int32_t c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

static bool must_be_shown(int32_t c)
{
    bool space = c == '\t' || c == '\n' || c == '\r';
    bool control = (c < 0x20 && !space) || (c >= 0x7f && c < 0xa0);
    bool no_character = (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
    return control || no_character || turns_direction(c) || c == 0x2028 || c == 0x2029;
}

static const char *reference_of(int32_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
        return "&#9;";
    case '\n':
        return "&#10;";
    case '\r':
        return "&#13;";
    default:
        return NULL;
    }
}

void html_append(struct buf *out, struct slice text)
{
    assert(text.data || !text.len);
    while (text.len) {
        struct slice rest = text;
        int32_t c = text_next_point(&rest);
        const char *reference = reference_of(c);
        if (reference)
            buf_append_text(out, reference);
        else if (must_be_shown(c))
            buf_append_format(out, "[U+%04" PRIX32 "]", (uint32_t)c);
        else if (c == 0xfffd)
            buf_append_text(out, "\xef\xbf\xbd");
        else
            buf_append(out, text.data, text.len - rest.len);
        assert(rest.len < text.len);
        text = rest;
    }
}

/* Marks that take no column are as good as endless: bytes are bounded as well. */
enum { COLUMN_BYTES = 8 };

void html_append_short(struct buf *out, struct slice text, size_t columns)
{
    assert(columns > 0);
    struct slice bounded = text_truncate(text, columns * COLUMN_BYTES);
    if (bounded.len == text.len && text_columns(text) <= columns) {
        buf_append_text(out, "<bdi>");
        html_append(out, text);
        buf_append_text(out, "</bdi>");
        return;
    }
    struct buf cut = {0};
    if (text_columns(bounded) > columns) {
        text_fit(&cut, bounded, columns);
    } else {
        buf_append_slice(&cut, bounded);
        buf_append_text(&cut, "\u2026");
    }
    buf_append_text(out, "<bdi title=\"");
    html_append(out, text);
    buf_append_text(out, "\">");
    html_append(out, buf_slice(&cut));
    buf_append_text(out, "</bdi>");
    buf_fini(&cut);
}
