/*
 * mapping_difference.c - row by row: what only one of the two has, and what they say otherwise.
 */
#include "alignd/graph/mapping_difference.h"

#include "alignd/base/log.h"

#include <assert.h>

struct telling {
    size_t told, most;
};

/* The row of a mapping that speaks of the same term of the same graph. */
static const struct mapping_row *same_term(const struct mapping *m, const struct mapping_row *row)
{
    assert(row->graph.len && row->iri.len);
    size_t count;
    const struct mapping_row *rows = mapping_rows(m, &count);
    for (size_t i = 0; i < count; i++)
        if (slice_equal(rows[i].graph, row->graph) && slice_equal(rows[i].iri, row->iri) &&
            (rows[i].kind == MAPPING_TYPE) == (row->kind == MAPPING_TYPE))
            return &rows[i];
    return NULL;
}

static void tell(struct telling *t, const struct mapping_row *was, const struct mapping_row *is,
                 const char *file)
{
    const struct mapping_row *row = is ? is : was;
    assert(row);
    if (t->told++ >= t->most)
        return;
    if (was && is)
        log_error("%s:%zu: %.*s of graph '%.*s' is '%.*s', and '%.*s' in the store", file, is->line,
                  (int)row->iri.len, row->iri.data, (int)row->graph.len, row->graph.data,
                  (int)is->shared.len, is->shared.data, (int)was->shared.len, was->shared.data);
    else if (is)
        log_error("%s:%zu: %.*s of graph '%.*s' ('%.*s') has no row in the store", file, is->line,
                  (int)row->iri.len, row->iri.data, (int)row->graph.len, row->graph.data,
                  (int)is->shared.len, is->shared.data);
    else
        log_error("%s: the row of %.*s of graph '%.*s' is missing: it is '%.*s' in the store", file,
                  (int)row->iri.len, row->iri.data, (int)row->graph.len, row->graph.data,
                  (int)was->shared.len, was->shared.data);
}

size_t mapping_difference_tell(const struct mapping *was, const struct mapping *is, size_t most)
{
    struct telling t = {.most = most};
    const char *file = is ? mapping_name(is) : "no mapping";
    size_t count;
    const struct mapping_row *rows = mapping_rows(is, &count);
    for (size_t i = 0; i < count; i++) {
        const struct mapping_row *before = same_term(was, &rows[i]);
        if (!before || !slice_equal(before->shared, rows[i].shared))
            tell(&t, before, &rows[i], file);
    }
    rows = mapping_rows(was, &count);
    for (size_t i = 0; i < count; i++)
        if (!same_term(is, &rows[i]))
            tell(&t, &rows[i], NULL, file);
    if (t.told > most)
        log_error("%s: %zu more rows differ", file, t.told - most);
    if (!t.told)
        log_error("%s: the rows stand in another order than in the store, and the order of label "
                  "rows counts",
                  file);
    return t.told;
}
