/*
 * rdf_patch.c - RDF Patch, a row at a time: its code, its terms, its dot.  Where the text ends
 * within a row it is cut short, or goes on elsewhere (ERR_RETRY); a number or a word that
 * touches the end is not believed, as '12.' may be the start of '12.5'.
 *
 *  (1) A dropped block leaves nothing: the list goes back to where it stood before the block.
 */
#include "alignd/stream/rdf_patch.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#define XSD "http://www.w3.org/2001/XMLSchema#"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'z';
}

static bool is_word(struct slice word, const char *text)
{
    return slice_equal(word, slice_of(text));
}

/* To the next token of the row. */
static int expect_token(struct term_scan *s)
{
    term_scan_skip_space(s);
    return s->at == s->end ? term_scan_cut(s, "a row") : 0;
}

/* A code, a key or a prefix: letters, digits, '_', '-', and dots that are not
 * last. */
static int read_word(struct term_scan *s, struct slice *ret_word)
{
    const char *word = s->at, *p = word;
    while (p < s->end && (is_letter(*p) || is_digit(*p) || *p == '_' || *p == '-' || *p == '.'))
        p++;
    if (p == s->end && s->more)
        return ERR_RETRY;
    if (p == s->end && p > word && p[-1] != '.')
        return term_scan_cut(s, "a row");
    while (p > word && p[-1] == '.')
        p--;
    assert(p >= word && p <= s->end);
    *ret_word = (struct slice){word, (size_t)(p - word)};
    s->at = p;
    return 0;
}

static const char *skip_digits(const struct term_scan *s, const char *p)
{
    while (p < s->end && is_digit(*p))
        p++;
    return p;
}

/* Turtle's INTEGER, DECIMAL, DOUBLE; a dot without a digit behind it ends
 * the row instead.  At the very end of the text it may be either, so that is
 * taken as cut short. */
static int read_number(struct term_scan *s, struct term *ret_term)
{
    assert(s->at < s->end);
    const char *number = s->at, *p = number, *type = XSD "integer";
    p += *p == '+' || *p == '-';
    const char *whole = p;
    p = skip_digits(s, p);
    size_t digits = (size_t)(p - whole);
    if (p < s->end && *p == '.') {
        const char *fraction_end = skip_digits(s, p + 1);
        bool exponent = fraction_end < s->end && (*fraction_end | 0x20) == 'e';
        if (fraction_end > p + 1 || (exponent && digits)) {
            digits += (size_t)(fraction_end - p - 1);
            p = fraction_end;
            type = XSD "decimal";
        } else if (fraction_end == s->end) {
            return term_scan_cut(s, "a number");
        }
    }
    if (digits && p < s->end && (*p | 0x20) == 'e') {
        p++;
        p += p < s->end && (*p == '+' || *p == '-');
        const char *exponent = p;
        p = skip_digits(s, p);
        if (p == exponent && p < s->end)
            digits = 0;
        if (p == exponent && p == s->end)
            return term_scan_cut(s, "a number");
        type = XSD "double";
    }
    if (p == s->end && s->more)
        return ERR_RETRY;
    bool glued = p < s->end && (is_letter(*p) || *p == '_' || *p == ':');
    if (digits == 0 || glued)
        return term_scan_fail(s, number, ERR_FORMAT, "syntax", "not a number");
    *ret_term = (struct term){
        .kind = TERM_LITERAL, .text = {number, (size_t)(p - number)}, .datatype = slice_of(type)};
    s->at = p;
    assert(number < p && p <= s->end);
    return 0;
}

/* true, false; other bare words are no terms. */
static int read_bare(struct term_scan *s, struct term *ret_term)
{
    const char *start = s->at;
    struct slice word;
    int rc = read_word(s, &word);
    if (rc)
        return rc;
    bool name = s->at < s->end && *s->at == ':';
    if (!name && (is_word(word, "true") || is_word(word, "false"))) {
        *ret_term =
            (struct term){.kind = TERM_LITERAL, .text = word, .datatype = slice_of(XSD "boolean")};
        return 0;
    }
    int shown = word.len < 40 ? (int)word.len : 40;
    if (name)
        return term_scan_fail(s, start, ERR_FORMAT, "prefixed-name",
                              "'%.*s:' is a prefixed name; terms are written in full", shown,
                              word.data);
    if (word.len)
        return term_scan_fail(s, start, ERR_FORMAT, "syntax", "'%.*s' is no term", shown,
                              word.data);
    return term_scan_fail(s, start, ERR_FORMAT, "syntax", "expected a term, found '%c'", *start);
}

static int read_term(struct term_scan *s, struct term *ret_term)
{
    int rc = expect_token(s);
    if (rc)
        return rc;
    assert(s->at < s->end);
    switch (*s->at) {
    case '<':
        return term_scan_iri(s, TERM_SYNTAX_PATCH, ret_term);
    case '_':
        return term_scan_blank(s, ret_term);
    case '"':
    case '\'':
        return term_scan_literal(s, TERM_SYNTAX_PATCH, ret_term);
    case '.':
        if (s->end - s->at < 2 && s->more)
            return ERR_RETRY;
        if (s->end - s->at < 2 || !is_digit(s->at[1]))
            return term_scan_fail(s, s->at, ERR_FORMAT, "syntax", "the row ends too early");
        return read_number(s, ret_term);
    case '+':
    case '-':
        return read_number(s, ret_term);
    default:
        return is_digit(*s->at) ? read_number(s, ret_term) : read_bare(s, ret_term);
    }
}

static int read_node(struct term_scan *s, const char *role, struct term *ret_term)
{
    int rc = expect_token(s);
    if (rc)
        return rc;
    const char *start = s->at;
    if ((rc = read_term(s, ret_term)))
        return rc;
    if (ret_term->kind == TERM_LITERAL)
        return term_scan_fail(s, start, ERR_FORMAT, "bad-term", "a literal as %s", role);
    return 0;
}

static int read_dot(struct term_scan *s)
{
    int rc = expect_token(s);
    if (rc)
        return rc;
    if (*s->at != '.')
        return term_scan_fail(s, s->at, ERR_FORMAT, "syntax", "expected '.', found '%c'", *s->at);
    s->at++;
    return 0;
}

/* [g] '.' */
static int read_end(struct term_scan *s)
{
    struct term graph;
    int rc;
    if ((rc = expect_token(s)) || (*s->at != '.' && (rc = read_node(s, "graph", &graph))))
        return rc;
    return read_dot(s);
}

static int read_change(struct term_scan *s, struct change *ret_change)
{
    int rc;
    if ((rc = read_node(s, "subject", &ret_change->subject)) || (rc = expect_token(s)))
        return rc;
    const char *start = s->at;
    if ((rc = read_node(s, "predicate", &ret_change->predicate)))
        return rc;
    if (ret_change->predicate.kind == TERM_BLANK)
        return term_scan_fail(s, start, ERR_FORMAT, "bad-term", "a blank node as predicate");
    if ((rc = read_term(s, &ret_change->object)))
        return rc;
    return read_end(s);
}

/* The key of a header, a prefix: a word or a plain string. */
static int read_name(struct term_scan *s, const char *what)
{
    int rc = expect_token(s);
    if (rc)
        return rc;
    struct term string = {0};
    struct slice word;
    const char *start = s->at;
    bool quoted = *start == '"' || *start == '\'';
    if (quoted)
        rc = term_scan_literal(s, TERM_SYNTAX_PATCH, &string);
    else
        rc = read_word(s, &word);
    if (rc)
        return rc;
    bool plain = quoted ? !string.lang.len && !string.datatype.len : word.len > 0;
    return plain ? 0
                 : term_scan_fail(s, start, ERR_FORMAT, "syntax", "%s is a word or a plain string",
                                  what);
}

/* PA prefix iri [g] . */
static int read_prefix_add(struct term_scan *s)
{
    struct term iri;
    int rc;
    if ((rc = read_name(s, "a prefix")) || (rc = expect_token(s)))
        return rc;
    const char *start = s->at;
    if ((rc = read_term(s, &iri)))
        return rc;
    bool plain = iri.kind == TERM_LITERAL && !iri.datatype.len && !iri.lang.len;
    if (iri.kind != TERM_IRI && !plain)
        return term_scan_fail(s, start, ERR_FORMAT, "bad-term",
                              "a prefix stands for an IRI or a plain string");
    return read_end(s);
}

/* H key value .  A serialiser in wide use leaves out the dot: what ends its line ends it. */
static int read_header(struct term_scan *s)
{
    static atomic_bool warned;
    struct term value;
    int rc;
    if ((rc = read_name(s, "the key of a header")) || (rc = read_term(s, &value)))
        return rc;
    const char *behind = s->at;
    if ((rc = expect_token(s)))
        return rc;
    assert(behind <= s->at && s->at < s->end);
    if (*s->at == '.' || !memchr(behind, '\n', (size_t)(s->at - behind)))
        return read_dot(s);
    if (!atomic_exchange(&warned, true))
        log_warn("RDF Patch: a header without its '.' is read, as the next row is on a new line");
    return 0;
}

static int read_prefix_delete(struct term_scan *s)
{
    int rc = read_name(s, "a prefix");
    if (rc)
        return rc;
    return read_end(s);
}

/* The rest of a row behind its code. */
static int read_row(struct term_scan *s, struct slice code, enum rdf_patch_row *ret_row,
                    struct change *ret_change)
{
    assert(code.len > 0);
    char c0 = code.data[0], c1 = code.len > 1 ? code.data[1] : '\0';
    if (code.len == 1 && (c0 == 'A' || c0 == 'D')) {
        *ret_row = RDF_PATCH_CHANGE;
        ret_change->op = c0 == 'A' ? CHANGE_INSERT : CHANGE_DELETE;
        return read_change(s, ret_change);
    }
    *ret_row = RDF_PATCH_OTHER;
    if (code.len == 1 && c0 == 'H')
        return read_header(s);
    if (code.len == 2 && c0 == 'P' && c1 == 'A')
        return read_prefix_add(s);
    if (code.len == 2 && c0 == 'P' && c1 == 'D')
        return read_prefix_delete(s);
    if (code.len == 2 && c0 == 'T') {
        *ret_row = c1 == 'X' || c1 == 'B' ? RDF_PATCH_BEGIN
                   : c1 == 'C'            ? RDF_PATCH_COMMIT
                   : c1 == 'A'            ? RDF_PATCH_ABORT
                                          : RDF_PATCH_END;
        if (*ret_row != RDF_PATCH_END)
            return read_dot(s);
    }
    return term_scan_fail(s, code.data, ERR_FORMAT, "unknown-code", "unknown code '%.*s'",
                          code.len < 40 ? (int)code.len : 40, code.data);
}

int rdf_patch_read(struct term_scan *s, enum rdf_patch_row *ret_row, struct change *ret_change)
{
    assert(s->at <= s->end);
    term_scan_skip_space(s);
    if (s->at == s->end) {
        *ret_row = RDF_PATCH_END;
        return 0;
    }
    struct slice code;
    const char *start = s->at;
    int rc = read_word(s, &code);
    if (rc)
        return rc;
    if (code.len == 0)
        return term_scan_fail(s, start, ERR_FORMAT, "syntax",
                              "a row starts with its code, found '%c'", *start);
    return read_row(s, code, ret_row, ret_change);
}

int rdf_patch_follow(struct term_scan *s, enum rdf_patch_row row, bool *in_block)
{
    switch (row) {
    case RDF_PATCH_BEGIN:
        if (*in_block)
            return term_scan_fail(s, s->at, ERR_FORMAT, "nested-transaction",
                                  "a block begins within a block");
        *in_block = true;
        return 0;
    case RDF_PATCH_COMMIT:
    case RDF_PATCH_ABORT:
        if (!*in_block)
            return term_scan_fail(s, s->at, ERR_FORMAT, "no-transaction",
                                  "a block ends that did not begin");
        *in_block = false;
        return 0;
    case RDF_PATCH_END:
        return *in_block ? term_scan_cut(s, "a block") : 0;
    case RDF_PATCH_OTHER:
    case RDF_PATCH_CHANGE:
        break;
    }
    return 0;
}

int rdf_patch_decode(struct term_scan *s, size_t max_rows, struct change_list *list)
{
    assert(s->at <= s->end && max_rows > 0);
    bool in_block = false;
    size_t mark = 0; /* how many changes there were before the block */
    for (size_t rows = 0;; rows++) {
        enum rdf_patch_row row;
        struct change change;
        int rc;
        term_scan_skip_space(s);
        const char *at = s->at;
        if ((rc = rdf_patch_read(s, &row, &change)) || (rc = rdf_patch_follow(s, row, &in_block)) ||
            row == RDF_PATCH_END)
            return rc;
        if (rows == max_rows)
            return term_scan_fail(s, s->at, ERR_LIMIT, "limit-rows", "over %zu rows", max_rows);
        if (row == RDF_PATCH_BEGIN)
            mark = list->count;
        assert(mark <= list->count);
        if (row == RDF_PATCH_ABORT)
            list->count = mark; /* (1) */
        if (row != RDF_PATCH_CHANGE)
            continue;
        if ((rc = term_scan_check_verdict(s, at, &change)))
            return rc;
        *change_list_add(list) = change;
    }
}
