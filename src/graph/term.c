/*
 * term.c - how an entity is written, and what is written so.
 *
 *  (1) No IRI begins with _: (stream/term_scan.h refuses it), so the two kinds never meet.
 */
#include "alignd/graph/term.h"

#include <assert.h>

bool term_is_blank(struct slice written)
{
    return written.len >= 2 && written.data[0] == '_' && written.data[1] == ':';
}

struct term term_of_written(struct slice written)
{
    if (term_is_blank(written))
        return (struct term){.kind = TERM_BLANK, .text = {written.data + 2, written.len - 2}};
    return (struct term){.kind = TERM_IRI, .text = written};
}

void term_append_written(struct buf *out, const struct term *t)
{
    assert(t->kind != TERM_LITERAL);
    if (t->kind == TERM_BLANK)
        buf_append_text(out, "_:");
    buf_append_slice(out, t->text);
}

void term_append_bracketed(struct buf *out, struct slice written)
{
    assert(written.data || !written.len);
    bool blank = term_is_blank(written);
    if (!blank)
        buf_append_char(out, '<');
    buf_append_slice(out, written);
    if (!blank)
        buf_append_char(out, '>');
}

struct slice term_without_brackets(struct slice text)
{
    if (text.len < 2 || text.data[0] != '<' || text.data[text.len - 1] != '>')
        return text;
    return (struct slice){text.data + 1, text.len - 2};
}
