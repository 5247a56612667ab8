/*
 * term_write.c - terms to text that the decoders of this room read back as the same term.  Runs
 * that need no escape go out whole.  A wrong term, which no decoder lets in, is
 * escaped as well, so it cannot break out of its line.
 */
#include "alignd/stream/term_write.h"

#include <assert.h>

#include <stdbool.h>
#include <stdint.h>

static void write_unicode(struct buf *b, unsigned code)
{
    buf_append_format(b, "\\u%04X", code);
}

/* The letter of a control or of a character that cannot stand in a literal;
 * 'u' for one that has none, 0 for one that stands as it is. */
static char escape_letter(uint8_t c)
{
    switch (c) {
    case '\b':
        return 'b';
    case '\t':
        return 't';
    case '\n':
        return 'n';
    case '\f':
        return 'f';
    case '\r':
        return 'r';
    case '"':
    case '\\':
        return (char)c;
    default:
        return c < ' ' || c == 0x7f ? 'u' : '\0';
    }
}

/* U+FFFE and U+FFFF are EF BF BE and EF BF BF */
static bool is_non_character(struct slice text, size_t i)
{
    return text.len - i >= 3 && memcmp(text.data + i, "\xef\xbf", 2) == 0 &&
           (uint8_t)text.data[i + 2] >= 0xbe;
}

/* text[from, to), which may be empty */
static void write_plain(struct buf *b, struct slice text, size_t from, size_t to)
{
    assert(from <= to && to <= text.len);
    if (from < to)
        buf_append(b, text.data + from, to - from);
}

static void write_string(struct buf *b, struct slice text)
{
    size_t plain = 0; /* where what is not written yet starts */
    buf_append_char(b, '"');
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.data[i];
        char letter = escape_letter(c);
        bool non = c == 0xef && is_non_character(text, i);
        if (!letter && !non)
            continue;
        write_plain(b, text, plain, i);
        if (non)
            write_unicode(b, 0xffc0u | (uint8_t)text.data[i + 2]);
        else if (letter == 'u')
            write_unicode(b, c);
        else
            buf_append(b, (char[]){'\\', letter}, 2);
        i += non ? 2 : 0;
        plain = i + 1;
    }
    assert(plain <= text.len);
    write_plain(b, text, plain, text.len);
    buf_append_char(b, '"');
}

/* What may not stand within <...> is escaped; a decoder refuses it then, so
 * this only keeps a wrong term from breaking the line it is in. */
static void write_iri(struct buf *b, const char *prefix, struct slice iri)
{
    size_t plain = 0;
    buf_append_char(b, '<');
    buf_append_text(b, prefix);
    for (size_t i = 0; i < iri.len; i++) {
        uint8_t c = (uint8_t)iri.data[i];
        if (c > ' ' && !memchr("<>\"{}|^`\\", c, 9))
            continue;
        write_plain(b, iri, plain, i);
        write_unicode(b, c);
        plain = i + 1;
    }
    assert(plain <= iri.len);
    write_plain(b, iri, plain, iri.len);
    buf_append_char(b, '>');
}

/* ASCII labels are written as they are; others would need the tables of the
 * grammar to tell and are rare. */
static bool is_plain_label(struct slice label)
{
    if (label.len == 0 || (label.len >= 2 && memcmp(label.data, "x-", 2) == 0))
        return false;
    for (size_t i = 0; i < label.len; i++) {
        char c = label.data[i];
        bool letter =
            ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_';
        bool inner = i > 0 && (c == '-' || (c == '.' && i + 1 < label.len));
        if (!letter && !inner)
            return false;
    }
    return true;
}

static void write_label(struct buf *b, struct slice label)
{
    buf_append_text(b, "_:");
    if (is_plain_label(label)) {
        buf_append_slice(b, label);
        return;
    }
    buf_append_text(b, "x-");
    for (size_t i = 0; i < label.len; i++)
        buf_append_format(b, "%02x", (unsigned)(uint8_t)label.data[i]);
}

static void write_literal(struct buf *b, const struct term *t)
{
    assert(t->kind == TERM_LITERAL && (!t->lang.len || !t->datatype.len));
    write_string(b, t->text);
    if (t->lang.len) {
        buf_append_char(b, '@');
        buf_append_slice(b, t->lang);
    } else if (t->datatype.len) {
        buf_append_text(b, "^^");
        write_iri(b, "", t->datatype);
    }
}

void term_write_nquads(struct buf *b, const struct term *t)
{
    switch (t->kind) {
    case TERM_IRI:
        write_iri(b, "", t->text);
        break;
    case TERM_BLANK:
        write_label(b, t->text);
        break;
    case TERM_LITERAL:
        write_literal(b, t);
        break;
    }
}

static void write_patch_term(struct buf *b, const struct term *t)
{
    if (t->kind == TERM_BLANK)
        write_iri(b, "_:", t->text);
    else
        term_write_nquads(b, t);
}

void term_write_change(struct buf *b, const struct change *c)
{
    assert(c->subject.kind != TERM_LITERAL && c->predicate.kind != TERM_LITERAL);
    assert(c->op != CHANGE_CLEAR);
    buf_append_text(b, c->op == CHANGE_INSERT ? "A " : "D ");
    write_patch_term(b, &c->subject);
    buf_append_char(b, ' ');
    write_patch_term(b, &c->predicate);
    buf_append_char(b, ' ');
    write_patch_term(b, &c->object);
    buf_append_text(b, " .\n");
}
