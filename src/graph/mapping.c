/*
 * mapping.c - what corresponds between the schemas: rows of a TSV, kept in the text they were
 * read from.  A row that makes no sense refuses the file, with its place: a mapping that
 * is half understood gives other matches, and nobody would see why.  Predicates and
 * types are told apart, as one IRI may be both.  The rank of a label is its place among
 * the labels of its graph, so the order of rows counts, in the digest too.
 */
#include "alignd/graph/mapping.h"

#include "alignd/base/arena.h"
#include "alignd/base/array.h"
#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/text.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#define MAX_TOLD 20 /* faults of one file that are said in words */

/* A file of a few hundred rows, read at each new predicate only: a list will do. */
struct mapping {
    struct arena *arena; /* of all that is here */
    const char *name;
    struct slice text; /* the file; rows point into it */
    struct mapping_row *rows;
    size_t count, room;
    uint64_t digest;
    size_t faults;
};

static int read_all(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rbe");
    if (!f) {
        log_error("mapping '%s': %s", path, strerror(errno));
        return ERR_IO;
    }
    char piece[1 << 14];
    size_t n;
    while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
        buf_append(out, piece, n);
    bool bad = ferror(f) != 0;
    fclose(f);
    if (bad)
        log_error("mapping '%s': cannot be read", path);
    return bad ? ERR_IO : ERR_OK;
}

static struct slice cut(struct slice *rest, char at)
{
    const char *end = rest->len ? memchr(rest->data, at, rest->len) : NULL;
    struct slice piece = {rest->data, end ? (size_t)(end - rest->data) : rest->len};
    size_t used = piece.len + (end ? 1 : 0);
    assert(used <= rest->len);
    rest->data += used;
    rest->len -= used;
    return piece;
}

static void fault(struct mapping *m, size_t line, size_t column, const char *words)
{
    if (m->faults++ < MAX_TOLD)
        log_error("%s:%zu:%zu: %s", m->name, line, column, words);
}

/* Three fields with a tab between; what else stands in a line is told where it stands. */
static bool split(struct mapping *m, struct slice line, struct mapping_row *row)
{
    assert(line.len && row->line);
    struct slice rest = line;
    char words[200];
    row->graph = cut(&rest, '\t');
    row->iri_column = (size_t)(rest.data - line.data) + 1;
    row->iri = cut(&rest, '\t');
    row->name_column = (size_t)(rest.data - line.data) + 1;
    row->shared = cut(&rest, '\t');
    if (row->graph.len && row->iri.len && row->shared.len &&
        row->shared.data + row->shared.len == line.data + line.len)
        return true;
    size_t column = 1;
    const char *why = "the graph is missing";
    if (!memchr(line.data, '\t', line.len))
        why = "no tab in it";
    else if (row->graph.len && !row->iri.len)
        why = "the IRI or column is missing", column = row->iri_column;
    else if (row->graph.len && !row->shared.len)
        why = "the shared name is missing", column = row->name_column;
    else if (row->graph.len)
        why = "a fourth field", column = row->name_column + row->shared.len + 1;
    snprintf(words, sizeof(words), "expected 'graph TAB IRI or column TAB shared name': %s", why);
    fault(m, row->line, column, words);
    return false;
}

/* Is text PREFIX and more?  Cuts it off. */
static bool cut_prefix(struct slice *text, const char *prefix)
{
    size_t n = strlen(prefix);
    assert(n);
    if (text->len <= n || memcmp(text->data, prefix, n) != 0)
        return false;
    *text = (struct slice){text->data + n, text->len - n};
    return true;
}

/* Shared names that are words of ours. */
static const struct {
    const char *word;
    enum mapping_kind kind;
} kinds[] = {{"label", MAPPING_LABEL},
             {"alias", MAPPING_ALIAS},
             {"key", MAPPING_KEY},
             {"type", MAPPING_IS_TYPE},
             {"ignore", MAPPING_IGNORE}};

/* Tags of languages, with commas between. */
static bool are_languages(struct slice rest)
{
    size_t count = 0;
    while (rest.len) {
        struct slice tag = cut(&rest, ',');
        for (size_t i = 0; i < tag.len; i++) {
            char c = tag.data[i];
            bool fits = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
            if (!fits && !(i && ((c >= '0' && c <= '9') || c == '-')))
                return false;
        }
        if (!tag.len || ++count > MAPPING_LANGUAGES)
            return false;
    }
    return count;
}

/* What the shared name says. */
static bool read_shared(struct mapping_row *row)
{
    assert(row->shared.len && row->shared.data);
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
    } else if (cut_prefix(&row->name, "label:")) {
        row->kind = MAPPING_LABEL;
        row->languages = row->name;
        row->name = row->shared;
        return are_languages(row->languages);
    } else if (cut_prefix(&row->name, "key:")) {
        row->kind = MAPPING_KEY;
        row->name = row->shared;
    } else if (cut_prefix(&row->name, "id:")) {
        row->reference = MAPPING_OWN_ID;
        row->type = row->name;
        row->name = slice_of("id");
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (slice_equal(row->shared, slice_of(kinds[i].word)))
            row->kind = kinds[i].kind;
    return !slice_equal(row->shared, slice_of("type:")) &&
           !slice_equal(row->shared, slice_of("key:")) &&
           !slice_equal(row->shared, slice_of("label:")) &&
           !slice_equal(row->shared, slice_of("id:"));
}

static struct slice make_local(struct mapping *m, struct slice name)
{
    struct buf local = {0};
    text_to_local_name(&local, name);
    struct slice kept = arena_copy(m->arena, buf_slice(&local));
    buf_fini(&local);
    return kept;
}

static void read_iri(struct mapping *m, struct mapping_row *row)
{
    assert(row->iri.len && row->iri.data);
    struct buf bare = {0};
    struct slice *iri = &row->iri;
    row->bracketed = iri->len > 2 && iri->data[0] == '<' && iri->data[iri->len - 1] == '>';
    if (row->bracketed)
        *iri = (struct slice){iri->data + 1, iri->len - 2};
    for (size_t i = 0; i < iri->len; i++) {
        bool element = iri->data[i] == '[' && i + 1 < iri->len && iri->data[i + 1] == ']';
        i += element;
        if (!element)
            buf_append_char(&bare, iri->data[i]);
    }
    row->local = make_local(m, buf_slice(&bare));
    buf_fini(&bare);
}

/* Against the rows before it: sets its rank; false when it is not to be kept. */
static bool is_new(struct mapping *m, struct mapping_row *row)
{
    assert(m->count <= m->room && !row->rank);
    for (size_t i = 0; i < m->count; i++) {
        const struct mapping_row *r = &m->rows[i];
        if (!slice_equal(r->graph, row->graph))
            continue;
        row->rank += r->kind == MAPPING_LABEL;
        if (!slice_equal(r->iri, row->iri) ||
            (r->kind == MAPPING_TYPE) != (row->kind == MAPPING_TYPE))
            continue;
        if (slice_equal(r->shared, row->shared))
            return false;
        struct buf words = {0};
        buf_append_format(&words,
                          "%.*s of graph '%.*s' is '%.*s' here and '%.*s' in line %zu: keep one "
                          "of the two",
                          (int)row->iri.len, row->iri.data, (int)row->graph.len, row->graph.data,
                          (int)row->shared.len, row->shared.data, (int)r->shared.len,
                          r->shared.data, r->line);
        buf_append_char(&words, 0);
        fault(m, row->line, row->name_column, words.data);
        buf_fini(&words);
        return false;
    }
    return true;
}

static void keep_row(struct mapping *m, struct mapping_row *row)
{
    assert(row->graph.len && row->iri.len && row->shared.len);
    struct slice said = row->reference ? row->shared : row->name;
    row->type_local = make_local(m, row->type);
    ARRAY_PUSH_IN(m->arena, m->rows, m->count, m->room, *row);
    m->digest = hash_mix(m->digest, hash_mix(hash_bytes(row->graph, 1), hash_bytes(row->iri, 2)));
    m->digest = hash_mix(m->digest, hash_bytes(said, 3 + (uint64_t)row->kind));
}

static void parse_line(struct mapping *m, struct slice line, size_t number)
{
    assert(number && line.len);
    struct mapping_row row = {.line = number};
    if (!text_is_utf8(line)) {
        fault(m, number, 1, "not UTF-8: save the file as UTF-8");
        return;
    }
    if (!split(m, line, &row))
        return;
    read_iri(m, &row);
    if (!read_shared(&row))
        fault(m, number, row.name_column,
              "a name is missing: label:LANGUAGE,... (at most 6), type:NAME, key:NAME, id:TYPE, "
              "ref:RELATION:TYPE or "
              "ref:RELATION:TYPE:SEPARATOR");
    else if (is_new(m, &row))
        keep_row(m, &row);
}

int mapping_parse(struct slice text, const char *name, struct mapping **ret_mapping)
{
    static const char bom[] = "\xef\xbb\xbf";
    struct arena *arena = arena_new();
    struct mapping *m = arena_calloc(arena, 1, sizeof(*m));
    m->arena = arena;
    m->text = arena_copy(arena, text);
    m->name = arena_copy(arena, slice_of(name)).data;
    struct slice rest = m->text;
    if (rest.len >= 3 && memcmp(rest.data, bom, 3) == 0)
        rest = (struct slice){rest.data + 3, rest.len - 3};
    for (size_t number = 1; rest.len; number++) {
        struct slice line = cut(&rest, '\n');
        if (line.len && line.data[line.len - 1] == '\r')
            line.len--;
        if (line.len && line.data[0] != '#')
            parse_line(m, line, number);
    }
    assert(!rest.len && m->count <= m->room);
    if (m->faults > MAX_TOLD)
        log_error("%s: %zu more rows are wrong", name, m->faults - MAX_TOLD);
    if (m->faults) {
        mapping_close(m);
        return ERR_CONFIG;
    }
    *ret_mapping = m;
    return ERR_OK;
}

int mapping_open(const char *path, struct mapping **ret_mapping)
{
    struct buf text = {0};
    int rc = read_all(path, &text);
    if (rc)
        goto done;
    rc = mapping_parse(buf_slice(&text), path, ret_mapping);
done:
    buf_fini(&text);
    return rc;
}

void mapping_close(struct mapping *m)
{
    if (m)
        arena_free(m->arena);
}

struct slice mapping_text(const struct mapping *m)
{
    return m ? m->text : (struct slice){NULL, 0};
}

const char *mapping_name(const struct mapping *m)
{
    assert(m);
    return m->name;
}

const struct mapping_row *mapping_rows(const struct mapping *m, size_t *ret_count)
{
    *ret_count = m ? m->count : 0;
    return m ? m->rows : NULL;
}

bool mapping_has_graph(const struct mapping *m, struct slice graph)
{
    for (size_t i = 0; m && i < m->count; i++)
        if (slice_equal(m->rows[i].graph, graph))
            return true;
    return false;
}

static bool ends_in(struct slice iri, struct slice local)
{
    assert(local.data || !local.len);
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

const struct mapping_row *mapping_find(const struct mapping *m, struct slice graph,
                                       struct slice iri)
{
    return find(m, graph, iri, false);
}

const struct mapping_row *mapping_find_type(const struct mapping *m, struct slice graph,
                                            struct slice iri)
{
    return find(m, graph, iri, true);
}

struct slice mapping_type(const struct mapping *m, struct slice graph, struct slice iri)
{
    const struct mapping_row *row = mapping_find_type(m, graph, iri);
    return row ? row->name : (struct slice){NULL, 0};
}

bool mapping_find_named(const struct mapping *m, struct slice graph, struct slice iri,
                        struct slice *ret_type, struct slice *ret_name)
{
    const size_t mark = strlen(MAPPING_NAMED);
    const char *slash = iri.len ? memrchr(iri.data, '/', iri.len) : NULL;
    struct slice type = {iri.data, slash ? (size_t)(slash - iri.data) : 0};
    size_t n = slash ? iri.len - type.len - 1 : 0; /* behind the slash */
    if (n <= mark || memcmp(slash + 1, MAPPING_NAMED, mark) != 0)
        return false;
    for (size_t i = 0; m && i < m->count; i++) {
        const struct mapping_row *r = &m->rows[i];
        if (r->reference != MAPPING_BY_NAME || !slice_equal(r->graph, graph) ||
            !ends_in(type, r->type_local))
            continue;
        *ret_type = type;
        *ret_name = (struct slice){slash + 1 + mark, n - mark};
        return true;
    }
    return false;
}

uint64_t mapping_digest(const struct mapping *m)
{
    return m ? m->digest : 0;
}
