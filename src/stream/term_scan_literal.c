/*
 * term_scan_literal.c - literals: the string, then its language or datatype.  The end of a
 * string is found before anything is decoded, so only those with an escape are copied.
 * Languages come out in lower case and xsd:string as no datatype, for equal literals must be
 * equal bytes: their ids are hashes of these.
 */
#include "alignd/base/err.h"
#include "alignd/stream/term_scan.h"
#include "term_scan_internal.h"

#include <assert.h>
#include <string.h>

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t term_scan_encode(char *to, uint32_t code)
{
    assert(code < 0xd800 || code > 0xdfff); /* no surrogate */
    assert(code <= 0x10ffff);
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, code >>= 6)
        to[i] = (char)(0x80 | (code & 0x3f));
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    to[0] = (char)(lead[n] | code);
    return n;
}

int term_scan_unicode_escape(struct term_scan *s, const char **p, const char *end,
                             uint32_t *ret_code)
{
    assert(*p < end && **p == '\\');
    const char *escape = *p;
    char kind = end - escape > 1 ? escape[1] : '\0';
    size_t digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    uint32_t code = 0;
    bool good = digits && (size_t)(end - escape) >= 2 + digits;
    for (size_t i = 0; good && i < digits; i++) {
        int v = hex_value(escape[2 + i]);
        good = v >= 0;
        code = code << 4 | (uint32_t)(v & 0xf);
    }
    if (!good || code > 0x10ffff)
        return term_scan_fail(s, escape, ERR_FORMAT, "bad-escape", "not an escape sequence");
    if (code >= 0xd800 && code <= 0xdfff)
        return term_scan_fail(s, escape, ERR_FORMAT, "bad-escape", "an escaped surrogate");
    *ret_code = code;
    *p = escape + 2 + digits;
    assert(*p <= end);
    return 0;
}

/* ECHAR ::= '\' [tbnrf"'\] */
static char letter_escape(char c)
{
    switch (c) {
    case 't':
        return '\t';
    case 'b':
        return '\b';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 'f':
        return '\f';
    case '"':
    case '\'':
    case '\\':
        return c;
    default:
        return '\0';
    }
}

static int decode_string(struct term_scan *s, const char *p, const char *end,
                         struct slice *ret_text)
{
    assert(s->start <= p && p <= end && end <= s->end);
    /* no escape is shorter than what it stands for */
    size_t room = (size_t)(end - p);
    char *text = arena_alloc(s->arena, room), *to = text;
    while (p < end) {
        const char *escape = memchr(p, '\\', (size_t)(end - p));
        size_t plain = (size_t)((escape ? escape : end) - p);
        memcpy(to, p, plain);
        to += plain;
        p += plain;
        if (!escape)
            break;
        char letter = end - p > 1 ? letter_escape(p[1]) : '\0';
        if (letter) {
            *to++ = letter;
            p += 2;
            continue;
        }
        uint32_t code;
        int rc = term_scan_unicode_escape(s, &p, end, &code);
        if (rc)
            return rc;
        to += term_scan_encode(to, code);
    }
    assert((size_t)(to - text) <= room);
    *ret_text = (struct slice){text, (size_t)(to - text)};
    return 0;
}

/* The text between quotes, which are one or three (in a patch); pass 1 finds
 * its end, pass 2 decodes it if pass 1 met an escape. */
static int read_string(struct term_scan *s, enum term_syntax syntax, struct slice *ret_text)
{
    const char quote = *s->at, *p = s->at + 1;
    assert(s->at < s->end && (quote == '"' || quote == '\''));
    uint8_t stop = quote == '"' ? TERM_STOP2 : TERM_STOP1;
    bool escaped = false, three = false;
    if (syntax == TERM_SYNTAX_PATCH && s->end - p >= 1 && *p == quote) {
        if (s->end - p < 2)
            return term_scan_cut(s, "a literal");
        three = p[1] == quote;
        p += three ? 2 : 0;
    }
    const char *text = p;
    for (;; p++) {
        while (p < s->end && !(term_scan_class[(uint8_t)*p] & stop))
            p++;
        if (s->end - p < (three ? 3 : 1))
            return term_scan_cut(s, "a literal");
        if (*p == '\\') {
            escaped = true;
            if (s->end - p < 2)
                return term_scan_cut(s, "a literal");
            if (!three && (p[1] == '\n' || p[1] == '\r')) /* told on this line, not the next */
                return term_scan_fail(s, p, ERR_FORMAT, "bad-escape", "not an escape sequence");
            p++; /* whatever it is, it does not end the string */
        } else if (*p == quote) {
            if (!three || (p[1] == quote && p[2] == quote))
                break;
        } else if (!three) {
            return term_scan_fail(s, p, ERR_FORMAT, "syntax", "a newline in a literal");
        }
    }
    *ret_text = (struct slice){text, (size_t)(p - text)};
    int rc = escaped ? decode_string(s, text, p, ret_text) : 0;
    if (rc)
        return rc;
    if (ret_text->len > s->limits->literal_bytes)
        return term_scan_fail(s, s->at, ERR_LIMIT, "limit-literal",
                              "a literal of %zu bytes, over %zu", ret_text->len,
                              s->limits->literal_bytes);
    s->at = p + (three ? 3 : 1);
    assert(s->at <= s->end);
    return 0;
}

static bool is_letter(char c)
{
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* LANGTAG ::= '@' [a-zA-Z]+ ('-' [a-zA-Z0-9]+)* */
static bool is_language(struct slice tag)
{
    size_t part = 0; /* length of the part that is being read */
    bool first = true;
    for (size_t i = 0; i < tag.len; i++) {
        char c = tag.data[i];
        if (c == '-') {
            if (part == 0)
                return false;
            part = 0;
            first = false;
        } else if (is_letter(c) || (is_digit(c) && !first)) {
            part++;
        } else {
            return false;
        }
    }
    return part > 0;
}

int term_scan_fold_language(struct term_scan *s, struct slice tag, struct slice *ret_lang)
{
    if (tag.len > s->limits->iri_bytes)
        return term_scan_fail(s, s->at, ERR_LIMIT, "limit-iri",
                              "a language tag of %zu bytes, over %zu", tag.len,
                              s->limits->iri_bytes);
    if (!is_language(tag))
        return term_scan_fail(s, s->at, ERR_FORMAT, "bad-language", "not a language tag: '%.*s'",
                              tag.len < 40 ? (int)tag.len : 40, tag.data);
    assert(tag.len > 0);
    size_t upper = 0;
    for (size_t i = 0; i < tag.len; i++)
        upper += tag.data[i] >= 'A' && tag.data[i] <= 'Z';
    *ret_lang = tag;
    if (!upper)
        return 0;
    char *folded = arena_alloc(s->arena, tag.len);
    for (size_t i = 0; i < tag.len; i++)
        folded[i] = is_letter(tag.data[i]) ? (char)(tag.data[i] | 0x20) : tag.data[i];
    *ret_lang = (struct slice){folded, tag.len};
    return 0;
}

static int read_language(struct term_scan *s, struct slice *ret_lang)
{
    assert(*s->at == '@');
    const char *tag = s->at + 1, *p = tag;
    while (p < s->end && (is_letter(*p) || is_digit(*p) || *p == '-'))
        p++;
    if (p == s->end && (s->more || p == tag))
        return term_scan_cut(s, "a language tag");
    assert(p <= s->end);
    int rc = term_scan_fold_language(s, (struct slice){tag, (size_t)(p - tag)}, ret_lang);
    s->at = p;
    return rc;
}

bool term_scan_is_xsd_string(struct slice datatype)
{
    static const char name[] = "http://www.w3.org/2001/XMLSchema#string";
    return datatype.len == sizeof name - 1 && memcmp(datatype.data, name, sizeof name - 1) == 0;
}

static void skip(struct term_scan *s, enum term_syntax syntax)
{
    if (syntax == TERM_SYNTAX_PATCH)
        term_scan_skip_space(s);
    else
        term_scan_skip_blanks(s);
}

/* '^^' IRIREF, at its first '^' */
static int read_datatype(struct term_scan *s, enum term_syntax syntax, struct slice *ret_datatype)
{
    assert(*s->at == '^');
    if (s->end - s->at < 2)
        return term_scan_cut(s, "a datatype");
    if (s->at[1] != '^')
        return term_scan_fail(s, s->at, ERR_FORMAT, "syntax", "'^' without a second one");
    s->at += 2;
    skip(s, syntax);
    if (s->at == s->end)
        return term_scan_cut(s, "a datatype");
    if (*s->at != '<') {
        bool name = is_letter(*s->at) || *s->at == ':';
        return term_scan_fail(s, s->at, ERR_FORMAT, name ? "prefixed-name" : "syntax",
                              "a datatype is written <iri>%s", name ? ", not as a name" : "");
    }
    struct term type;
    const char *open = s->at;
    int rc = term_scan_iri(s, syntax, &type);
    if (rc)
        return rc;
    if (type.kind != TERM_IRI)
        return term_scan_fail(s, open, ERR_FORMAT, "bad-term", "a blank node as datatype");
    assert(type.text.len > 0 && s->at <= s->end);
    *ret_datatype = term_scan_is_xsd_string(type.text) ? (struct slice){0} : type.text;
    return 0;
}

int term_scan_literal(struct term_scan *s, enum term_syntax syntax, struct term *ret_term)
{
    assert(s->at < s->end);
    struct term t = {.kind = TERM_LITERAL};
    int rc = read_string(s, syntax, &t.text);
    if (rc)
        return rc;
    skip(s, syntax);
    if (s->at == s->end && s->more)
        return ERR_RETRY;
    if (s->at < s->end && *s->at == '@')
        rc = read_language(s, &t.lang);
    else if (s->at < s->end && *s->at == '^')
        rc = read_datatype(s, syntax, &t.datatype);
    if (rc)
        return rc;
    assert(s->at <= s->end);
    assert(!t.lang.len || !t.datatype.len);
    *ret_term = t;
    return 0;
}
