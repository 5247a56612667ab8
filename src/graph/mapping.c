/*
 * mapping.c - what corresponds between the schemas: rows of a TSV, kept in the text they were
 * read from.  A row that makes no sense refuses the file, with its line: a mapping that
 * is half understood gives other matches, and nobody would see why.  Predicates and
 * types are told apart, as one IRI may be both.  The rank of a label is its place among
 * the labels of its graph, so the order of rows counts, in the digest too.
 */
#include "alignd/graph/mapping.h"

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* A file of a few hundred rows, read at each new predicate only: a list will do. */
struct mapping {
    char *text; /* the file; rows point into it */
    size_t len;
    struct arena *arena; /* local names */
    struct mapping_row *rows;
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
    char *text = memory_malloc(size);
    for (;;) {
        size_t n = fread(text + len, 1, size - len, f);
        len += n;
        if (len < size)
            break;
        text = memory_realloc(text, size *= 2);
    }
    bool bad = ferror(f) != 0;
    fclose(f);
    if (bad) {
        log_error("mapping '%s' cannot be read", path);
        free(text);
        return ERR_IO;
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

static void keep_row(struct mapping *m, const struct mapping_row *row)
{
    if (m->count == m->size) {
        size_t size = m->size ? m->size * 2 : 64;
        m->rows = memory_realloc(m->rows, size * sizeof(*m->rows));
        m->size = size;
    }
    m->rows[m->count++] = *row;
    struct slice said = row->reference ? row->shared : row->name;
    m->digest = hash_mix(m->digest, hash_mix(hash_bytes(row->graph, 1), hash_bytes(row->iri, 2)));
    m->digest = hash_mix(m->digest, hash_bytes(said, 3 + (uint64_t)row->kind));
}

/* Is text PREFIX and more?  Cuts it off. */
static bool cut_prefix(struct slice *text, const char *prefix)
{
    size_t n = strlen(prefix);
    if (text->len <= n || memcmp(text->data, prefix, n) != 0)
        return false;
    *text = (struct slice){text->data + n, text->len - n};
    return true;
}

/* What the shared name says. */
static bool read_shared(struct mapping_row *row)
{
    row->name = row->shared;
    if (cut_prefix(&row->name, "type:")) {
        row->kind = MAPPING_TYPE;
    } else if (cut_prefix(&row->name, "ref:") || cut_prefix(&row->name, "refid:")) {
        struct slice rest = row->name;
        row->reference = row->shared.data[3] == ':' ? MAPPING_BY_NAME : MAPPING_BY_ID;
        row->name = cut(&rest, ':');
        row->type = cut(&rest, ':');
        row->separator = rest;
        return row->name.len && row->type.len;
    } else if (cut_prefix(&row->name, "id:")) {
        row->reference = MAPPING_OWN_ID;
        row->type = row->name;
        row->name = slice_of("id");
    } else if (slice_equal(row->name, slice_of("label"))) {
        row->kind = MAPPING_LABEL;
    }
    return !slice_equal(row->shared, slice_of("type:")) &&
           !slice_equal(row->shared, slice_of("id:"));
}

static void make_local_name(struct mapping *m, struct mapping_row *row)
{
    struct buf bare = {0}, local = {0};
    for (size_t i = 0; i < row->iri.len; i++) {
        bool element =
            row->iri.data[i] == '[' && i + 1 < row->iri.len && row->iri.data[i + 1] == ']';
        i += element;
        if (!element)
            buf_append_char(&bare, row->iri.data[i]);
    }
    text_to_local_name(&local, buf_slice(&bare));
    row->local = arena_copy(m->arena, buf_slice(&local));
    buf_fini(&bare);
    buf_fini(&local);
}

static int refuse_row(const char *path, size_t number, const struct mapping_row *row)
{
    log_error("%s:%zu: '%.*s' lacks a name: type:NAME, id:TYPE, ref:RELATION:TYPE or "
              "ref:RELATION:TYPE:SEPARATOR",
              path, number, (int)row->shared.len, row->shared.data);
    return ERR_CONFIG;
}

static int parse_row(struct mapping *m, struct slice line, const char *path, size_t number)
{
    struct mapping_row row = {0};
    row.graph = cut(&line, '\t');
    row.iri = cut(&line, '\t');
    row.shared = line;
    if (!row.graph.len || !row.iri.len || !row.shared.len ||
        memchr(row.shared.data, '\t', row.shared.len)) {
        log_error("%s:%zu: expected 'graph TAB IRI or column TAB shared name'", path, number);
        return ERR_CONFIG;
    }
    if (row.iri.len > 2 && row.iri.data[0] == '<' && row.iri.data[row.iri.len - 1] == '>') {
        row.iri.data++;
        row.iri.len -= 2;
    }
    if (!read_shared(&row))
        return refuse_row(path, number, &row);
    for (size_t i = 0; i < m->count; i++) {
        const struct mapping_row *r = &m->rows[i];
        if (!slice_equal(r->graph, row.graph))
            continue;
        row.rank += r->kind == MAPPING_LABEL;
        if (slice_equal(r->iri, row.iri) &&
            (r->kind == MAPPING_TYPE) == (row.kind == MAPPING_TYPE)) {
            log_error("%s:%zu: <%.*s> of graph '%.*s' was mapped before", path, number,
                      (int)row.iri.len, row.iri.data, (int)row.graph.len, row.graph.data);
            return ERR_CONFIG;
        }
    }
    make_local_name(m, &row);
    keep_row(m, &row);
    return ERR_OK;
}

/* Takes over text, which came from malloc. */
static int parse(char *text, size_t len, const char *name, struct mapping **ret_mapping)
{
    struct mapping *m = memory_calloc(1, sizeof(*m));
    m->text = text;
    m->len = len;
    m->arena = arena_new();
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
    char *copy = memory_malloc(text.len + 1);
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
    arena_free(m->arena);
    free(m->text);
    free(m->rows);
    free(m);
}

static bool ends_in(struct slice iri, struct slice local)
{
    size_t n = local.len;
    if (!n || iri.len <= n || memcmp(iri.data + iri.len - n, local.data, n) != 0)
        return false;
    char before = iri.data[iri.len - n - 1];
    return before == '/' || before == '#' || before == ':';
}

static const struct mapping_row *find(const struct mapping *m, struct slice graph, struct slice iri,
                                      bool type)
{
    const struct mapping_row *column = NULL;
    for (size_t i = 0; m && i < m->count; i++) {
        const struct mapping_row *r = &m->rows[i];
        if ((r->kind == MAPPING_TYPE) != type || !slice_equal(r->graph, graph))
            continue;
        if (slice_equal(r->iri, iri))
            return r;
        if (!column && ends_in(iri, r->local))
            column = r;
    }
    return column;
}

const struct mapping_row *mapping_rows(const struct mapping *m, size_t *ret_count)
{
    *ret_count = m ? m->count : 0;
    return m ? m->rows : NULL;
}

struct slice mapping_relation(const struct mapping *m, struct slice graph, struct slice iri)
{
    const struct mapping_row *row = find(m, graph, iri, false);
    return row && row->kind == MAPPING_RELATION ? row->name : (struct slice){NULL, 0};
}

struct slice mapping_type(const struct mapping *m, struct slice graph, struct slice iri)
{
    const struct mapping_row *row = find(m, graph, iri, true);
    return row ? row->name : (struct slice){NULL, 0};
}

int mapping_label_rank(const struct mapping *m, struct slice graph, struct slice iri)
{
    const struct mapping_row *row = find(m, graph, iri, false);
    return row && row->kind == MAPPING_LABEL ? row->rank : -1;
}

uint64_t mapping_digest(const struct mapping *m)
{
    return m ? m->digest : 0;
}
