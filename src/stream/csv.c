/*
 * csv.c - a row at a time, in one walk.  The cells of a row are written over those of the row
 * before, so that a file of any number of rows takes the memory of its widest one.
 *
 *  (1) With s->more, a newline at the very end of a quoted cell's text may be the first half of
 *      something else: nothing is a row until its newline has come.
 */
#include "alignd/stream/csv.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"

#include <assert.h>

static bool is_newline(char c)
{
    return c == '\n' || c == '\r';
}

char csv_delimiter(struct slice text)
{
    static const char marks[] = ",;\t";
    size_t counts[3] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len && (quoted || !is_newline(text.data[i])); i++) {
        quoted ^= text.data[i] == '"';
        for (size_t k = 0; k < 3 && !quoted; k++)
            counts[k] += text.data[i] == marks[k];
    }
    for (size_t k = 1; k < 3; k++)
        best = counts[k] > counts[best] ? k : best;
    return marks[best];
}

/* n bytes without the second quote of each pair. */
static struct slice without_pairs(struct arena *arena, const char *from, size_t n, size_t pairs)
{
    assert(2 * pairs <= n);
    if (!pairs)
        return (struct slice){from, n};
    char *text = arena_alloc(arena, n), *out = text;
    for (size_t i = 0; i < n; i++) {
        *out++ = from[i];
        i += from[i] == '"';
    }
    assert((size_t)(out - text) + pairs == n);
    return (struct slice){text, (size_t)(out - text)};
}

static void add_cell(struct term_scan *s, struct csv_row *row, const char *at, struct slice text)
{
    assert(s->start <= at && at <= s->end);
    struct record_value cell = {.kind = RECORD_TEXT, .at = at, .text = text};
    ARRAY_PUSH_IN(s->arena, row->cells, row->count, row->room, cell);
}

/* At its opening quote; moves behind the closing one. */
static int read_quoted(struct term_scan *s, struct csv_row *row, char delimiter)
{
    assert(*s->at == '"');
    const char *start = s->at + 1, *p = start;
    size_t pairs = 0;
    for (;; p += 2, pairs++) {
        p = p < s->end ? memchr(p, '"', (size_t)(s->end - p)) : NULL;
        if (!p || (p + 1 == s->end && s->more))
            return term_scan_cut(s, "a quoted cell");
        if (p + 1 == s->end || p[1] != '"')
            break;
    }
    add_cell(s, row, start, without_pairs(s->arena, start, (size_t)(p - start), pairs));
    s->at = p + 1;
    assert(s->at <= s->end);
    if (s->at < s->end && *s->at != delimiter && !is_newline(*s->at))
        return term_scan_fail(s, s->at, ERR_FORMAT, "syntax",
                              "'%c' behind a quoted cell: a quote within one is written twice",
                              *s->at);
    return ERR_OK;
}

/* A cell wholly within quotes, those in it paired. */
static bool is_wholly_quoted(const char *at, size_t n, size_t *ret_pairs)
{
    size_t pairs = 0;
    if (n < 2 || at[0] != '"' || at[n - 1] != '"')
        return false;
    for (size_t i = 1; i < n - 1; i++) {
        if (at[i] != '"')
            continue;
        if (i + 1 == n - 1 || at[i + 1] != '"')
            return false;
        pairs++;
        i++;
    }
    *ret_pairs = pairs;
    assert(2 * pairs <= n - 2);
    return true;
}

static void read_bare(struct term_scan *s, struct csv_row *row, char delimiter, bool tsv)
{
    const char *start = s->at;
    size_t pairs;
    while (s->at < s->end && *s->at != delimiter && !is_newline(*s->at))
        s->at++;
    size_t n = (size_t)(s->at - start);
    if (tsv && is_wholly_quoted(start, n, &pairs))
        add_cell(s, row, start, without_pairs(s->arena, start + 1, n - 2, pairs));
    else
        add_cell(s, row, start, (struct slice){start, n});
}

int csv_read_row(struct term_scan *s, char delimiter, struct csv_row *row)
{
    assert(s->at <= s->end && delimiter != '"' && !is_newline(delimiter));
    bool tsv = delimiter == CSV_TSV;
    if (tsv)
        delimiter = '\t';
    row->count = 0;
    while (s->at < s->end && is_newline(*s->at))
        s->at++;
    if (s->at == s->end)
        return s->more ? ERR_RETRY : ERR_OK;
    for (;; s->at++) {
        int rc = ERR_OK;
        if (!tsv && s->at < s->end && *s->at == '"')
            rc = read_quoted(s, row, delimiter);
        else
            read_bare(s, row, delimiter, tsv);
        if (rc)
            return rc;
        if (s->at == s->end || *s->at != delimiter)
            break;
    }
    if (s->at == s->end && s->more)
        return ERR_RETRY; /* (1) */
    s->at += s->at < s->end;
    assert(row->count && s->at <= s->end);
    for (size_t i = 0; i + 1 < row->count; i++)
        row->cells[i].next = &row->cells[i + 1];
    return ERR_OK;
}
