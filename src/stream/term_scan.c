/*
 * term_scan.c - IRIs and blank nodes, and how errors are told.  A class of bytes is a bit in a
 * table, so the loops over tokens are a load and a test.  Line and column are counted only
 * when something is wrong, from the start of the text.
 *
 *  (1) Whatever the text holds, be it UTF-8 or not, nothing behind `end` is read.
 *  (2) A token without escapes is lent from the text; with them it is written to the arena,
 *      where it is never longer.
 */
#include "alignd/stream/term_scan.h"

#include "alignd/base/err.h"
#include "alignd/graph/verdict.h"
#include "term_scan_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* C: controls; N: newline, carriage return; L: letter; D: digit; U: underscore;
 * B: forbidden in an IRI; Q, q, E: the two quotes and the backslash */
#define C TERM_NO_IRI
#define N (TERM_NO_IRI | TERM_STOP2 | TERM_STOP1)
#define L (TERM_LABEL | TERM_LABEL_START | TERM_SCHEME)
#define D (TERM_LABEL | TERM_LABEL_START | TERM_SCHEME)
#define U (TERM_LABEL | TERM_LABEL_START)
#define H (TERM_LABEL | TERM_SCHEME)
#define S TERM_SCHEME
#define B TERM_NO_IRI
#define Q (TERM_NO_IRI | TERM_STOP2)
#define q TERM_STOP1
#define E (TERM_NO_IRI | TERM_STOP2 | TERM_STOP1)
const uint8_t term_scan_class[256] = {
    /* clang-format off */
    C, C, C, C, C, C, C, C, C, C, N, C, C, N, C, C,
    C, C, C, C, C, C, C, C, C, C, C, C, C, C, C, C,
    B, 0, Q, 0, 0, 0, 0, q, 0, 0, 0, S, 0, H, S, 0, /*  !"#$%&'()*+,-./ */
    D, D, D, D, D, D, D, D, D, D, 0, 0, B, 0, B, 0, /* 0123456789:;<=>? */
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, /* @ABCDEFGHIJKLMNO */
    L, L, L, L, L, L, L, L, L, L, L, 0, E, 0, B, U, /* PQRSTUVWXYZ[\]^_ */
    B, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, /* `abcdefghijklmno */
    L, L, L, L, L, L, L, L, L, L, L, B, B, B, 0, 0, /* pqrstuvwxyz{|}~  */
    /* clang-format on */
};
#undef C
#undef N
#undef L
#undef D
#undef U
#undef H
#undef S
#undef B
#undef Q
#undef q
#undef E

struct term_scan term_scan_of(struct slice text, const struct codec_limits *limits,
                              struct arena *arena, struct codec_error *error)
{
    assert(text.data || !text.len);
    const char *data = text.data ? text.data : "";
    return (struct term_scan){.at = data,
                              .end = data + text.len,
                              .start = data,
                              .start_place = {1, 1},
                              .limits = limits,
                              .arena = arena,
                              .error = error};
}

/* Pass 1: whole lines.  Pass 2: the characters of the last one; a byte that
 * continues a character counts for nothing. */
struct term_place term_place_after(struct term_place start, const char *from, size_t n)
{
    assert(start.line > 0 && start.column > 0);
    struct term_place place = start;
    const char *end = from + n;
    for (const char *p; n && (p = memchr(from, '\n', (size_t)(end - from))); from = p + 1) {
        place.line++;
        place.column = 1;
    }
    for (; from < end; from++)
        place.column += ((uint8_t)*from & 0xc0) != 0x80;
    assert(place.line > start.line || place.column >= start.column);
    return place;
}

int term_scan_fail(struct term_scan *s, const char *at, int rc, const char *code,
                   const char *format, ...)
{
    assert(rc != ERR_OK && rc != ERR_RETRY && *code);
    struct codec_error *e = s->error;
    assert(e && at >= s->start && at <= s->end);
    struct term_place place = term_place_after(s->start_place, s->start, (size_t)(at - s->start));
    e->line = place.line;
    e->column = place.column;
    snprintf(e->code, sizeof e->code, "%s", code);
    va_list args;
    va_start(args, format);
    vsnprintf(e->message, sizeof e->message, format, args);
    va_end(args);
    for (char *p = e->message; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
    return rc;
}

int term_scan_check_verdict(struct term_scan *s, const char *at, const struct change *change)
{
    const char *wrong;
    if (!s->limits->verdicts)
        return ERR_OK;
    (void)verdict_of_change(change, &wrong);
    return wrong ? term_scan_fail(s, at, ERR_FORMAT, "no-verdict", "%s", wrong) : ERR_OK;
}

int term_scan_cut(struct term_scan *s, const char *what)
{
    assert(s->at <= s->end);
    if (s->more)
        return ERR_RETRY;
    return term_scan_fail(s, s->end, ERR_FORMAT, "truncated", "the message ends within %s", what);
}

/* The length of the character at p (p < end), 0 unless strict UTF-8.  Table 3-7 of the
 * Unicode standard: the second byte alone tells overlong forms, surrogates
 * and code points past U+10FFFF. */
static size_t character(const char *p, const char *end, uint32_t *ret_code)
{
    assert(p < end);
    const uint8_t *b = (const uint8_t *)p;
    size_t left = (size_t)(end - p);
    if (b[0] < 0x80) {
        *ret_code = b[0];
        return 1;
    }
    size_t n = b[0] < 0xc2 ? 0 : b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : b[0] < 0xf5 ? 4 : 0;
    if (n == 0 || n > left)
        return 0;
    uint8_t low = b[0] == 0xe0 ? 0xa0 : b[0] == 0xf0 ? 0x90 : 0x80;
    uint8_t high = b[0] == 0xed ? 0x9f : b[0] == 0xf4 ? 0x8f : 0xbf;
    if (b[1] < low || b[1] > high)
        return 0;
    uint32_t code = (uint32_t)(b[0] & (0x7f >> n)) << 6 | (b[1] & 0x3f);
    for (size_t i = 2; i < n; i++) {
        if ((b[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (b[i] & 0x3f);
    }
    *ret_code = code;
    return n;
}

int term_scan_check_utf8(struct term_scan *s)
{
    const char *p = s->start;
    while (p < s->end) {
        uint64_t word;
        if (s->end - p >= (ptrdiff_t)sizeof word) { /* eight ASCII bytes at once */
            memcpy(&word, p, sizeof word);
            if (!(word & 0x8080808080808080u)) {
                p += sizeof word;
                continue;
            }
        }
        uint32_t code;
        size_t n = character(p, s->end, &code);
        if (n == 0)
            return term_scan_fail(s, p, ERR_FORMAT, "utf8", "byte 0x%02x is not strict UTF-8",
                                  (unsigned)(uint8_t)*p);
        p += n;
    }
    assert(p == s->end);
    return 0;
}

int term_scan_skip_mark(struct term_scan *s)
{
    assert(s->at == s->start && s->start <= s->end); /* nothing is read yet */
    if (s->end - s->start >= 3 && memcmp(s->start, "\xef\xbb\xbf", 3) == 0)
        s->at = s->start += 3;
    static const struct {
        const char *bytes;
        size_t n;
        const char *name;
    } marks[] = {{"\xff\xfe", 2, "UTF-16"}, {"\xfe\xff", 2, "UTF-16"}};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if ((size_t)(s->end - s->start) >= marks[i].n &&
            memcmp(s->start, marks[i].bytes, marks[i].n) == 0)
            return term_scan_fail(
                s, s->start, ERR_FORMAT, "byte-order-mark",
                "begins with the byte order mark of %s: convert it, for instance with "
                "iconv -f %s -t UTF-8",
                marks[i].name, marks[i].name);
    return 0;
}

void term_scan_skip_space(struct term_scan *s)
{
    assert(s->at <= s->end);
    for (; s->at < s->end; s->at++) {
        char c = *s->at;
        if (c == '#') {
            while (s->at < s->end && *s->at != '\n' && *s->at != '\r')
                s->at++;
            if (s->at == s->end)
                return;
        } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            return;
        }
    }
}

static inline bool is(char c, uint8_t class)
{
    return term_scan_class[(uint8_t)c] & class;
}

/* RFC 3986, 3.1: ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) ":" */
static bool has_scheme(struct slice iri)
{
    size_t n = 0;
    while (n < iri.len && is(iri.data[n], TERM_SCHEME))
        n++;
    char first = n ? iri.data[0] : '0';
    bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
    return letter && n < iri.len && iri.data[n] == ':';
}

/* <_:x> is never an IRI: in a patch it is a blank node. */
static int check_iri(struct term_scan *s, struct slice iri, bool relative)
{
    if (iri.len > s->limits->iri_bytes)
        return term_scan_fail(s, s->at, ERR_LIMIT, "limit-iri", "an IRI of %zu bytes, over %zu",
                              iri.len, s->limits->iri_bytes);
    if (!has_scheme(iri) && (!relative || iri.len == 0 || term_is_blank(iri)))
        return term_scan_fail(s, s->at, ERR_FORMAT, "bad-iri", "not an absolute IRI: <%.*s>",
                              iri.len < 60 ? (int)iri.len : 60, iri.data);
    return 0;
}

static int check_label_size(struct term_scan *s, struct slice label)
{
    if (label.len > s->limits->iri_bytes)
        return term_scan_fail(s, s->at, ERR_LIMIT, "limit-iri",
                              "a blank node label of %zu bytes, over %zu", label.len,
                              s->limits->iri_bytes);
    if (label.len == 0)
        return term_scan_fail(s, s->at, ERR_FORMAT, "bad-blank", "a blank node without a label");
    return 0;
}

static int refuse_character(struct term_scan *s, const char *at, uint32_t c)
{
    if (c > ' ' && c < 0x7f)
        return term_scan_fail(s, at, ERR_FORMAT, "bad-iri", "'%c' is not allowed in an IRI",
                              (int)c);
    return term_scan_fail(s, at, ERR_FORMAT, "bad-iri", "U+%04" PRIX32 " is not allowed in an IRI",
                          c);
}

static int check_characters(struct term_scan *s, struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is(text.data[i], TERM_NO_IRI))
            return refuse_character(s, s->at, (uint8_t)text.data[i]);
    return 0;
}

int term_scan_check_iri(struct term_scan *s, struct slice iri)
{
    int rc = check_characters(s, iri);
    if (rc)
        return rc;
    return check_iri(s, iri, false);
}

int term_scan_check_label(struct term_scan *s, struct slice label)
{
    int rc = check_characters(s, label);
    if (rc)
        return rc;
    return check_label_size(s, label);
}

/* <...> whose content is [p, end) with escapes: \u and \U only, and not as a
 * way round the forbidden characters. */
static int decode_iri(struct term_scan *s, const char *p, const char *end, struct slice *ret_text)
{
    assert(s->start <= p && p <= end && end <= s->end);
    size_t room = (size_t)(end - p); /* no escape is shorter than what it stands for */
    char *text = arena_alloc(s->arena, room), *to = text;
    while (p < end) {
        if (*p != '\\') {
            *to++ = *p++;
            continue;
        }
        uint32_t code;
        const char *escape = p;
        int rc = term_scan_unicode_escape(s, &p, end, &code);
        if (rc)
            return rc;
        if (code < 0x80 && is((char)code, TERM_NO_IRI))
            return refuse_character(s, escape, code);
        to += term_scan_encode(to, code);
    }
    assert((size_t)(to - text) <= room);
    *ret_text = (struct slice){text, (size_t)(to - text)};
    return 0;
}

int term_scan_iri(struct term_scan *s, enum term_syntax syntax, struct term *ret_term)
{
    const char *open = s->at, *p = open + 1;
    assert(open < s->end && *open == '<');
    bool escaped = false;
    for (;; p++) {
        while (p < s->end && !is(*p, TERM_NO_IRI))
            p++;
        if (p == s->end)
            return term_scan_cut(s, "an IRI");
        if (*p != '\\')
            break;
        escaped = true;
    }
    if (*p == '<' && p == open + 1)
        return term_scan_fail(s, open, ERR_FORMAT, "rdf-star", "quoted triples are not supported");
    if (*p != '>')
        return refuse_character(s, p, (uint8_t)*p);

    struct slice text = {open + 1, (size_t)(p - open - 1)};
    int rc = escaped ? decode_iri(s, open + 1, p, &text) : 0;
    if (rc)
        return rc;
    bool blank = syntax == TERM_SYNTAX_PATCH && term_is_blank(text);
    if (blank)
        text = (struct slice){text.data + 2, text.len - 2};
    rc = blank ? check_label_size(s, text) : check_iri(s, text, s->limits->relative_iris);
    if (rc)
        return rc;
    *ret_term = (struct term){.kind = blank ? TERM_BLANK : TERM_IRI, .text = text};
    assert(text.len > 0 && text.len <= s->limits->iri_bytes);
    assert(p < s->end);
    s->at = p + 1;
    return 0;
}

/* PN_CHARS past ASCII; PN_CHARS_BASE is the same without the last three rows
 * and U+00B7. */
static bool in_label(uint32_t c, bool first)
{
    assert(c >= 0x80); /* the table of bytes knows the others */
    static const struct {
        uint32_t low, high;
    } base[] = {{0xc0, 0xd6},     {0xd8, 0xf6},     {0xf8, 0x2ff},    {0x370, 0x37d},
                {0x37f, 0x1fff},  {0x200c, 0x200d}, {0x2070, 0x218f}, {0x2c00, 0x2fef},
                {0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff}};
    for (size_t i = 0; i < sizeof base / sizeof *base; i++)
        if (c >= base[i].low && c <= base[i].high)
            return true;
    return !first && (c == 0xb7 || (c >= 0x300 && c <= 0x36f) || (c >= 0x203f && c <= 0x2040));
}

/* BLANK_NODE_LABEL ::= '_:' (PN_CHARS_U | [0-9]) ((PN_CHARS | '.')* PN_CHARS)?
 * Dots at the end belong to what follows. */
int term_scan_blank(struct term_scan *s, struct term *ret_term)
{
    assert(s->at < s->end && *s->at == '_');
    if (s->end - s->at < 2)
        return term_scan_cut(s, "a blank node label");
    if (s->at[1] != ':')
        return term_scan_fail(s, s->at, ERR_FORMAT, "syntax", "'_' without ':'");
    const char *label = s->at + 2, *label_end = label, *p = label;
    while (p < s->end) {
        bool first = p == label;
        size_t n = 1;
        if ((uint8_t)*p >= 0x80) {
            uint32_t code;
            n = character(p, s->end, &code);
            if (s->more && s->end - p < 4)
                return ERR_RETRY;
            if (n == 0 || !in_label(code, first))
                break;
        } else if (!is(*p, first ? TERM_LABEL_START : TERM_LABEL) && (first || *p != '.')) {
            break;
        }
        p += n;
        if (p[-1] != '.')
            label_end = p;
    }
    if (p == s->end && (s->more || label_end == label))
        return term_scan_cut(s, "a blank node label");
    struct slice text = {label, (size_t)(label_end - label)};
    int rc = check_label_size(s, text);
    if (rc)
        return rc;
    *ret_term = (struct term){.kind = TERM_BLANK, .text = text};
    s->at = label_end;
    assert(label < label_end && label_end <= p && p <= s->end);
    return 0;
}
