/*
 * nquads.c - N-Quads, a statement a line, read from left to right without going back.  A
 * name with a prefix, a literal where none may be and a line that ends too early each
 * get their own words, for these are what people send.  The graph term is read like
 * any other, so that a wrong one is refused, and dropped.
 */
#include "alignd/stream/nquads.h"

#include "alignd/base/err.h"

#include <assert.h>

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

static void skip_comment(struct term_scan *s)
{
    while (s->at < s->end && !is_newline(*s->at))
        s->at++;
}

/* Over blanks to the next token of the statement. */
static int expect_token(struct term_scan *s)
{
    term_scan_skip_blanks(s);
    if (s->at == s->end)
        return term_scan_cut(s, "a statement");
    if (is_newline(*s->at))
        return term_scan_fail(s, s->at, ERR_FORMAT, "truncated",
                              "the line ends within a statement");
    assert(s->at < s->end);
    return 0;
}

static int refuse_token(struct term_scan *s, const char *expected)
{
    assert(s->at < s->end);
    char c = *s->at;
    bool literal = c == '"', name = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ':';
    const char *code = literal ? "bad-term" : name ? "prefixed-name" : "syntax";
    return term_scan_fail(s, s->at, ERR_FORMAT, code, "expected %s, found '%c'", expected, c);
}

static int read_iri(struct term_scan *s, struct term *ret_term)
{
    int rc = expect_token(s);
    if (rc)
        return rc;
    if (*s->at == '_')
        return term_scan_fail(s, s->at, ERR_FORMAT, "bad-term", "a blank node as predicate");
    if (*s->at != '<')
        return refuse_token(s, "an IRI as predicate");
    return term_scan_iri(s, TERM_SYNTAX_NQUADS, ret_term);
}

static int read_node(struct term_scan *s, const char *expected, struct term *ret_term)
{
    int rc = expect_token(s);
    if (rc)
        return rc;
    if (*s->at == '<')
        return term_scan_iri(s, TERM_SYNTAX_NQUADS, ret_term);
    if (*s->at == '_')
        return term_scan_blank(s, ret_term);
    return refuse_token(s, expected);
}

static int read_object(struct term_scan *s, struct term *ret_term)
{
    int rc = expect_token(s);
    if (rc)
        return rc;
    if (*s->at == '"')
        return term_scan_literal(s, TERM_SYNTAX_NQUADS, ret_term);
    return read_node(s, "an IRI, a blank node or a literal as object", ret_term);
}

/* [g] '.' and nothing else on the line but a comment */
static int read_end(struct term_scan *s)
{
    struct term graph;
    int rc = expect_token(s);
    if (rc)
        return rc;
    if (*s->at != '.' && ((rc = read_node(s, "'.' or a graph", &graph)) || (rc = expect_token(s))))
        return rc;
    if (*s->at != '.')
        return refuse_token(s, "'.'");
    s->at++;
    term_scan_skip_blanks(s);
    if (s->at < s->end && *s->at == '#')
        skip_comment(s);
    if (s->at < s->end && !is_newline(*s->at))
        return term_scan_fail(s, s->at, ERR_FORMAT, "syntax", "expected the end of the line");
    assert(s->at <= s->end);
    return 0;
}

int nquads_read(struct term_scan *s, struct change *ret_change, bool *ret_found)
{
    assert(s->at <= s->end);
    term_scan_skip_space(s);
    *ret_found = s->at < s->end;
    if (!*ret_found)
        return 0;
    ret_change->op = CHANGE_INSERT;
    int rc;
    if ((rc = read_node(s, "an IRI or a blank node as subject", &ret_change->subject)) ||
        (rc = read_iri(s, &ret_change->predicate)) || (rc = read_object(s, &ret_change->object)))
        return rc;
    return read_end(s);
}

int nquads_decode(struct term_scan *s, size_t max_rows, struct change_list *list)
{
    assert(s->at <= s->end && max_rows > 0);
    for (;;) {
        assert(list->count <= max_rows);
        term_scan_skip_space(s);
        if (s->at == s->end)
            return 0;
        if (list->count == max_rows)
            return term_scan_fail(s, s->at, ERR_LIMIT, "limit-rows", "over %zu statements",
                                  max_rows);
        struct change *change = change_list_add(list);
        const char *at = s->at;
        bool found;
        int rc;
        if ((rc = nquads_read(s, change, &found)) ||
            (found && (rc = term_scan_check_verdict(s, at, change))))
            return rc;
    }
}
