/*
 * text.c - of text.h all but the normal form (text_normalise.c): words, columns, and what
 * the end of an IRI tells.  Most text is ASCII, so what walks over much of it has a
 * way for that which decodes nothing.  What counts as a word makes the keys of blocks
 * (align/block_keys.h) and is so part of what lies on the disk.
 */
#include "alignd/base/text.h"

#include "text_internal.h"

#include <assert.h>
#include <ctype.h>
#include <utf8proc.h>

#define CJK_WORD_MAX 8

bool text_is_utf8(struct slice text)
{
    assert(text.data || !text.len);
    const unsigned char *p = (const unsigned char *)text.data;
    const unsigned char *end = text.len ? p + text.len : p;
    while (p < end) {
        uint64_t eight;
        while (end - p >= 8) { /* most text is ASCII */
            memcpy(&eight, p, 8);
            if (eight & 0x8080808080808080u)
                break;
            p += 8;
        }
        if (p == end)
            break;
        int32_t point;
        p += text_decode(p, end, &point);
        if (point < 0)
            return false;
    }
    return true;
}

int32_t text_next_point(struct slice *rest)
{
    const unsigned char *p = (const unsigned char *)rest->data;
    int32_t point;
    assert(rest->len);
    size_t n = text_decode(p, p + rest->len, &point);
    rest->data += n;
    rest->len -= n;
    return point < 0 ? TEXT_REPLACEMENT : point;
}

enum point_class { POINT_OTHER, POINT_LETTER, POINT_CJK, POINT_MARK };

/* Han, kana and bopomofo, which put no space between words. */
static bool is_cjk(int32_t c)
{
    return (c >= 0x3005 && c <= 0x3007) || (c >= 0x3021 && c <= 0x3029) ||
           (c >= 0x3041 && c <= 0x312f) || (c >= 0x31a0 && c <= 0x31ff) ||
           (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0x1aff0 && c <= 0x1b16f) || (c >= 0x20000 && c <= 0x3ffff);
}

static inline bool is_ascii_word(unsigned c)
{
    return (c | 0x20) - 'a' < 26u || c - '0' < 10u;
}

static enum point_class classify(int32_t c)
{
    if (c < 0x80)
        return is_ascii_word((unsigned)c) ? POINT_LETTER : POINT_OTHER;
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return is_cjk(c) ? POINT_CJK : POINT_LETTER;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return POINT_MARK;
    default:
        return POINT_OTHER;
    }
}

/* Where the word p is in ends. */
static const unsigned char *word_end(const unsigned char *p, const unsigned char *end,
                                     enum point_class word)
{
    assert(p < end && word != POINT_OTHER && word != POINT_MARK);
    size_t points = 0;
    while (p < end) {
        int32_t point;
        size_t n = text_decode(p, end, &point);
        enum point_class class = classify(point < 0 ? TEXT_REPLACEMENT : point);
        if (class != word && class != POINT_MARK)
            break;
        points += class == word;
        if (word == POINT_CJK && points > CJK_WORD_MAX)
            break;
        p += n;
    }
    return p;
}

bool text_next_word(struct slice *rest, struct slice *ret_word)
{
    assert(rest->data || !rest->len);
    const unsigned char *p = (const unsigned char *)rest->data;
    const unsigned char *end = rest->len ? p + rest->len : p;
    enum point_class word = POINT_OTHER;

    /* pass 1: to where a word begins */
    while (p < end) {
        int32_t point;
        size_t n = text_decode(p, end, &point);
        word = classify(point < 0 ? TEXT_REPLACEMENT : point);
        if (word == POINT_LETTER || word == POINT_CJK)
            break;
        p += n;
    }
    /* pass 2: to its end; most words are ASCII to the end */
    const unsigned char *begin = p;
    while (p < end && is_ascii_word(*p))
        p++;
    if (p < end && (p == begin || *p >= 0x80))
        p = word_end(p, end, word);
    rest->data = (const char *)p;
    rest->len = (size_t)(end - p);
    if (p == begin)
        return false;
    *ret_word = (struct slice){(const char *)begin, (size_t)(p - begin)};
    return true;
}

struct slice text_truncate(struct slice text, size_t max_bytes)
{
    assert(text.data || !text.len);
    if (text.len <= max_bytes)
        return text;
    while (max_bytes > 0 && ((unsigned char)text.data[max_bytes] & 0xc0) == 0x80)
        max_bytes--;
    return (struct slice){text.data, max_bytes};
}

struct text_counts text_count(struct slice text)
{
    struct text_counts n = {0};
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        n.letters += isalpha(c) || c >= 0x80;
        n.digits += isdigit(c) != 0;
        n.blanks += c == ' ';
    }
    assert(n.letters + n.digits + n.blanks <= text.len); /* a byte is one of them at most */
    return n;
}

struct slice text_local_name(struct slice iri)
{
    size_t colon = 0; /* where the name begins behind the last ':' */
    for (size_t i = iri.len; i > 0; i--) {
        char c = iri.data[i - 1];
        if (c == '/' || c == '#')
            return (struct slice){iri.data + i, iri.len - i};
        if (c == ':' && !colon)
            colon = i;
    }
    assert(colon <= iri.len);
    return (struct slice){colon ? iri.data + colon : iri.data, iri.len - colon};
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Takes the next byte off a local name, percent-escapes decoded. */
static unsigned char next_byte(struct slice *rest)
{
    assert(rest->len);
    size_t n = 1;
    unsigned char byte = (unsigned char)rest->data[0];
    if (byte == '%' && rest->len >= 3) {
        int high = hex_digit(rest->data[1]), low = hex_digit(rest->data[2]);
        if (high >= 0 && low >= 0) {
            byte = (unsigned char)(high << 4 | low);
            n = 3;
        }
    }
    rest->data += n;
    rest->len -= n;
    return byte;
}

/* One token of a local name, and the sums over all of them. */
struct shape {
    size_t letters, digits, vowels;
    size_t turns;               /* from lower to upper case */
    bool foreign;               /* letters beyond ASCII: no vowels to look for */
    bool lower;                 /* the last letter was */
    size_t word_letters, other; /* sums: letters of words, characters of mixed tokens */
    bool keyed;                 /* a number too long for a year */
};

static void shape_end_token(struct shape *s)
{
    assert(s->vowels <= s->letters && s->turns <= s->letters);
    if (s->letters && s->digits) {
        s->other += s->letters + s->digits;
    } else if (s->digits > 4) {
        s->keyed = true;
    } else if (s->letters > 1) {
        bool spoken = s->foreign || s->vowels || s->letters <= 4;
        bool scrambled = s->letters >= 10 && s->turns * 4 > s->letters;
        *(spoken && !scrambled ? &s->word_letters : &s->other) += s->letters;
    }
    s->letters = s->digits = s->vowels = s->turns = 0;
    s->foreign = s->lower = false;
}

bool text_reads_like_a_word(struct slice local_name)
{
    struct shape s = {0};
    while (local_name.len) {
        unsigned char c = next_byte(&local_name);
        if (c >= 0x80) {
            s.foreign = true;
            s.letters++;
        } else if (c >= '0' && c <= '9') {
            s.digits++;
        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
            s.letters++;
            s.vowels += strchr("aeiouy", c | 0x20) != NULL;
            s.turns += s.lower && c <= 'Z';
            s.lower = c >= 'a';
        } else if (c != '\'') {
            shape_end_token(&s);
        }
    }
    shape_end_token(&s);
    return !s.keyed && s.word_letters > s.other;
}

/* Replaces what is not UTF-8 behind start. */
static void repair(struct buf *out, size_t start)
{
    assert(start < out->len);
    struct buf copy = {0};
    struct slice rest = {out->data + start, out->len - start};
    buf_append_slice(&copy, rest);
    out->len = start;
    rest = buf_slice(&copy);
    while (rest.len) {
        char bytes[4];
        buf_append(out, bytes, text_encode(bytes, text_next_point(&rest)));
    }
    buf_fini(&copy);
}

/* Columns of a code point; combining marks take none. */
static size_t point_columns(int32_t point)
{
    int width = utf8proc_charwidth(point);
    return point < 0x20 || point == 0x7f ? 1 : width > 0 ? (size_t)width : 0;
}

size_t text_columns(struct slice text)
{
    size_t columns = 0;
    while (text.len)
        columns += point_columns(text_next_point(&text));
    return columns;
}

void text_fit(struct buf *out, struct slice text, size_t columns)
{
    bool cut = text_columns(text) > columns;
    size_t used = 0, room = cut && columns ? columns - 1 : columns;
    while (text.len) {
        char bytes[4];
        int32_t point = text_next_point(&text);
        if (used + point_columns(point) > room)
            break;
        used += point_columns(point);
        buf_append(out, bytes, text_encode(bytes, point < 0x20 || point == 0x7f ? ' ' : point));
    }
    if (cut && columns) {
        buf_append_text(out, "\u2026");
        used++;
    }
    assert(used <= columns);
    for (; used < columns; used++)
        buf_append_char(out, ' ');
}

void text_to_local_name(struct buf *out, struct slice text)
{
    assert(text.data || !text.len);
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i], lower = c | 0x20;
        bool plain = c >= 0x80 || (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') ||
                     (c && strchr("-._~*", c));
        char escape[] = {'%', hex[c >> 4], hex[c & 15]};
        buf_append(out, plain ? &text.data[i] : escape, plain ? 1 : sizeof(escape));
    }
}

void text_of_local_name(struct buf *out, struct slice local_name)
{
    size_t start = out->len;
    while (local_name.len)
        buf_append_char(out, (char)next_byte(&local_name));
    if (out->len > start && !text_is_utf8((struct slice){out->data + start, out->len - start}))
        repair(out, start);
}

void text_from_local_name(struct buf *out, struct slice local_name)
{
    assert(local_name.data || !local_name.len);
    size_t start = out->len;
    while (local_name.len) {
        unsigned char c = next_byte(&local_name);
        buf_append_char(out, (char)(c == '_' || c < 0x20 || c == 0x7f ? ' ' : c));
    }
    if (out->len > start && !text_is_utf8((struct slice){out->data + start, out->len - start}))
        repair(out, start);
}
