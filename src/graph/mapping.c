/*
 * mapping.c - what corresponds between the schemas: rows of a TSV, kept in the text they were
 * read from.  A row that makes no sense refuses the file, with its line: a mapping that
 * is half understood gives other matches, and nobody would see why.  Predicates and
 * types are told apart, as one IRI may be both.  The rank of a label is its place among
 * the labels of its graph, so the order of rows counts, in the digest too.
 */
#include "alignd/graph/mapping.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* A file of a few hundred rows, read at each new predicate only: a list will do. */
struct row {
    struct slice graph, iri, name; /* name: of a type without 'type:' */
    enum { ROW_RELATION, ROW_LABEL, ROW_TYPE } kind;
    int rank; /* of a label row within its graph */
};

struct mapping {
    char *text; /* the file; rows point into it */
    size_t len;
    struct row *rows;
    size_t count, size;
    uint64_t digest;
};

static int read_all(const char *path, char **ret_text, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        log_error("mapping '%s': %s", path, strerror(errno));
        return ERR_IO;
    }
    size_t len = 0, size = 1 << 16;
    char *text = malloc(size);
    while (text) {
        size_t n = fread(text + len, 1, size - len, f);
        len += n;
        if (len < size)
            break;
        char *bigger = realloc(text, size *= 2);
        if (!bigger)
            free(text);
        text = bigger;
    }
    bool bad = ferror(f) != 0;
    fclose(f);
    if (!text || bad) {
        log_error("mapping '%s': %s", path, bad ? "cannot be read" : "out of memory");
        free(text);
        return bad ? ERR_IO : ERR_NO_MEMORY;
    }
    *ret_text = text;
    *ret_len = len;
    return ERR_OK;
}

static struct slice cut(struct slice *rest, char at)
{
    const char *end = rest->len ? memchr(rest->data, at, rest->len) : NULL;
    struct slice piece = {rest->data, end ? (size_t)(end - rest->data) : rest->len};
    size_t used = piece.len + (end ? 1 : 0);
    rest->data += used;
    rest->len -= used;
    return piece;
}

static int parse_row(struct mapping *m, struct slice line, const char *path, size_t number)
{
    struct row row = {0};
    row.graph = cut(&line, '\t');
    row.iri = cut(&line, '\t');
    row.name = line;
    if (!row.graph.len || !row.iri.len || !row.name.len ||
        memchr(row.name.data, '\t', row.name.len)) {
        log_error("%s:%zu: expected 'graph TAB IRI TAB shared name'", path, number);
        return ERR_CONFIG;
    }
    if (row.iri.len > 2 && row.iri.data[0] == '<' && row.iri.data[row.iri.len - 1] == '>') {
        row.iri.data++;
        row.iri.len -= 2;
    }
    if (row.name.len > 5 && memcmp(row.name.data, "type:", 5) == 0) {
        row.kind = ROW_TYPE;
        row.name.data += 5;
        row.name.len -= 5;
    } else if (slice_equal(row.name, slice_of("type:"))) {
        log_error("%s:%zu: 'type:' lacks a name", path, number);
        return ERR_CONFIG;
    } else if (slice_equal(row.name, slice_of("label"))) {
        row.kind = ROW_LABEL;
    }
    for (size_t i = 0; i < m->count; i++) {
        const struct row *r = &m->rows[i];
        if (!slice_equal(r->graph, row.graph))
            continue;
        row.rank += r->kind == ROW_LABEL;
        if (slice_equal(r->iri, row.iri) && (r->kind == ROW_TYPE) == (row.kind == ROW_TYPE)) {
            log_error("%s:%zu: <%.*s> of graph '%.*s' was mapped before", path, number,
                      (int)row.iri.len, row.iri.data, (int)row.graph.len, row.graph.data);
            return ERR_CONFIG;
        }
    }
    if (m->count == m->size) {
        size_t size = m->size ? m->size * 2 : 64;
        struct row *rows = realloc(m->rows, size * sizeof(*rows));
        if (!rows)
            return ERR_NO_MEMORY;
        m->rows = rows;
        m->size = size;
    }
    m->rows[m->count++] = row;
    m->digest = hash_mix(m->digest, hash_mix(hash_bytes(row.graph, 1), hash_bytes(row.iri, 2)));
    m->digest = hash_mix(m->digest, hash_bytes(row.name, 3 + (uint64_t)row.kind));
    return ERR_OK;
}

/* Takes over text, which came from malloc. */
static int parse(char *text, size_t len, const char *name, struct mapping **ret_mapping)
{
    struct mapping *m = calloc(1, sizeof(*m));
    if (!m) {
        free(text);
        return ERR_NO_MEMORY;
    }
    m->text = text;
    m->len = len;
    struct slice rest = {text, len};
    int rc = ERR_OK;
    for (size_t number = 1; !rc && rest.len; number++) {
        struct slice line = cut(&rest, '\n');
        if (line.len && line.data[line.len - 1] == '\r')
            line.len--;
        if (line.len && line.data[0] != '#')
            rc = parse_row(m, line, name, number);
    }
    if (rc) {
        mapping_close(m);
        return rc;
    }
    *ret_mapping = m;
    return ERR_OK;
}

int mapping_open(const char *path, struct mapping **ret_mapping)
{
    char *text = NULL;
    size_t len = 0;
    int rc = read_all(path, &text, &len);
    return rc ? rc : parse(text, len, path, ret_mapping);
}

int mapping_parse(struct slice text, const char *name, struct mapping **ret_mapping)
{
    char *copy = malloc(text.len + 1);
    if (!copy)
        return ERR_NO_MEMORY;
    memcpy(copy, text.data, text.len);
    return parse(copy, text.len, name, ret_mapping);
}

struct slice mapping_text(const struct mapping *m)
{
    return m ? (struct slice){m->text, m->len} : (struct slice){NULL, 0};
}

bool mapping_has_graph(const struct mapping *m, struct slice graph)
{
    for (size_t i = 0; m && i < m->count; i++)
        if (slice_equal(m->rows[i].graph, graph))
            return true;
    return false;
}

void mapping_close(struct mapping *m)
{
    if (!m)
        return;
    free(m->text);
    free(m->rows);
    free(m);
}

static const struct row *find(const struct mapping *m, struct slice graph, struct slice iri,
                              bool type)
{
    for (size_t i = 0; m && i < m->count; i++)
        if ((m->rows[i].kind == ROW_TYPE) == type && slice_equal(m->rows[i].iri, iri) &&
            slice_equal(m->rows[i].graph, graph))
            return &m->rows[i];
    return NULL;
}

struct slice mapping_relation(const struct mapping *m, struct slice graph, struct slice iri)
{
    const struct row *row = find(m, graph, iri, false);
    return row && row->kind == ROW_RELATION ? row->name : (struct slice){NULL, 0};
}

struct slice mapping_type(const struct mapping *m, struct slice graph, struct slice iri)
{
    const struct row *row = find(m, graph, iri, true);
    return row ? row->name : (struct slice){NULL, 0};
}

int mapping_label_rank(const struct mapping *m, struct slice graph, struct slice iri)
{
    const struct row *row = find(m, graph, iri, false);
    return row && row->kind == ROW_LABEL ? row->rank : -1;
}

uint64_t mapping_digest(const struct mapping *m)
{
    return m ? m->digest : 0;
}
