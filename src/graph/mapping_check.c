/*
 * mapping_check.c - a row each, field by field.  What is refused here would have been taken, and
 * would have met nothing: so it is better refused where a person still looks.
 *
 * (1) Where nobody can tell a mistake from a wish, the row is taken: a name of a relation may be
 * anything that is not nearly a word of ours, a field without a colon is a column's name.
 */
#include "alignd/graph/mapping_check.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/nearest.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#define GRAPH_NAME_MAX 40

/* Prefixes that people write without saying what they stand for. */
static const struct {
    const char *prefix, *namespace;
} prefixes[] = {
    {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
    {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
    {"owl", "http://www.w3.org/2002/07/owl#"},
    {"skos", "http://www.w3.org/2004/02/skos/core#"},
    {"dc", "http://purl.org/dc/elements/1.1/"},
    {"dct", "http://purl.org/dc/terms/"},
    {"dcterms", "http://purl.org/dc/terms/"},
    {"foaf", "http://xmlns.com/foaf/0.1/"},
    {"schema", "http://schema.org/"},
    {"dbo", "http://dbpedia.org/ontology/"},
    {"wdt", "http://www.wikidata.org/prop/direct/"},
    {"wd", "http://www.wikidata.org/entity/"},
};

/* Schemes of IRIs that have no "//" and one colon. */
static const char *const schemes[] = {"urn",  "tag", "info", "doi",  "isbn", "mailto", "uuid",
                                      "data", "ark", "hdl",  "geo",  "tel",  "did",    "oid",
                                      "gnd",  "lei", "isni", "issn", "viaf", NULL};

/* The words of the third field that mean something. */
static const char *const words[] = {"label", "alias", "key", "type", "ignore", NULL};

struct checker {
    const struct mapping *m;
    const struct mapping_row *row;
    size_t faults;
};

__attribute__((format(printf, 3, 4))) static void fault(struct checker *c, size_t column,
                                                        const char *format, ...)
{
    assert(c->m && c->row);
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    log_error("%s:%zu:%zu: %s", mapping_name(c->m), c->row->line, column, text);
    c->faults++;
}

/* --- the first field --- */

static bool is_one_of(struct slice s, const char *const *list)
{
    assert(s.data || !s.len);
    for (size_t i = 0; list[i]; i++)
        if (s.len == strlen(list[i]) && strncasecmp(s.data, list[i], s.len) == 0)
            return true;
    return false;
}

/* The names of the columns, as spreadsheets write them. */
static bool is_header(const struct mapping_row *row)
{
    static const char *const heads[] = {"graph", "source", "catalog", "catalogue", NULL};
    static const char *const seconds[] = {"iri",
                                          "predicate",
                                          "type",
                                          "term",
                                          "uri",
                                          "column",
                                          "predicate or type",
                                          "predicate or type (iri)",
                                          NULL};
    static const char *const thirds[] = {"shared name", "shared",   "name",
                                         "shared_name", "relation", NULL};
    return is_one_of(row->graph, heads) &&
           (is_one_of(row->iri, seconds) || is_one_of(row->name, thirds));
}

static void check_graph(struct checker *c)
{
    assert(c->row->graph.len);
    struct slice g = c->row->graph;
    for (size_t i = 0; i < g.len; i++) {
        unsigned char ch = (unsigned char)g.data[i];
        if (isalnum(ch) || ch == '-' || ch == '_')
            continue;
        fault(c, i + 1, "'%.*s' is no name of a graph: 1 to %d letters, digits, '-' and '_'%s",
              (int)g.len, g.data, GRAPH_NAME_MAX, isspace(ch) ? ", no blanks" : "");
        return;
    }
    if (g.len > GRAPH_NAME_MAX)
        fault(c, 1, "'%.*s' is no name of a graph: it has more than %d characters", (int)g.len,
              g.data, GRAPH_NAME_MAX);
}

/* --- the second field --- */

/* How many bytes of blank a text begins or ends with. */
static size_t blank_at(struct slice s, bool end)
{
    size_t n = 0;
    for (; n < s.len; n++) {
        unsigned char c = (unsigned char)s.data[end ? s.len - 1 - n : n];
        bool no_break = end ? c == 0xa0 && n + 1 < s.len && s.data[s.len - 2 - n] == '\xc2'
                            : c == 0xc2 && n + 1 < s.len && s.data[n + 1] == '\xa0';
        if (no_break)
            n++;
        else if (!isspace(c))
            break;
    }
    return n < s.len ? n : s.len;
}

static bool check_blanks(struct checker *c, struct slice s, size_t column, const char *what)
{
    size_t before = blank_at(s, false), behind = blank_at(s, true);
    assert(before <= s.len && behind <= s.len);
    if (!before && !behind)
        return true;
    struct slice without = {s.data + before, before + behind < s.len ? s.len - before - behind : 0};
    fault(c, before ? column : column + s.len - behind, "a blank %s %s: write '%.*s'",
          before ? "before" : "behind", what, (int)without.len, without.data);
    return false;
}

/* PREFIX:NAME, which stands for an IRI that nobody can tell. */
static bool is_prefixed(struct slice iri, struct slice *ret_prefix)
{
    assert(iri.len);
    const char *colon = memchr(iri.data, ':', iri.len);
    if (!colon)
        return false;
    *ret_prefix = (struct slice){iri.data, (size_t)(colon - iri.data)};
    if (is_one_of(*ret_prefix, schemes))
        return false;
    for (const char *p = colon + 1; p < iri.data + iri.len; p++)
        if (*p == ':' || *p == '/' || *p == '#')
            return false;
    return true;
}

static void tell_prefixed(struct checker *c, struct slice prefix)
{
    assert(prefix.len < c->row->iri.len);
    struct slice iri = c->row->iri;
    struct slice local = {iri.data + prefix.len + 1, iri.len - prefix.len - 1};
    const char *namespace = NULL;
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
        if (slice_equal(prefix, slice_of(prefixes[i].prefix)))
    namespace = prefixes[i].namespace;
    fault(c, c->row->iri_column,
          "'%.*s' is a prefixed name, and a mapping has no prefixes: write the IRI in full%s%s%.*s",
          (int)iri.len, iri.data, namespace ? ", " : "", namespace ? namespace : "",
          namespace ? (int)local.len : 0, local.data);
}

static void check_iri(struct checker *c)
{
    assert(c->row->iri.len && c->row->iri_column);
    const struct mapping_row *row = c->row;
    struct slice iri = row->iri, prefix;
    if (!check_blanks(c, iri, row->iri_column, "the IRI"))
        return;
    if (row->bracketed || iri.data[0] == '<' || iri.data[iri.len - 1] == '>') {
        fault(c, row->iri_column, "the IRI stands in angle brackets: write it without '<' and '>'");
        return;
    }
    if (is_prefixed(iri, &prefix)) {
        tell_prefixed(c, prefix);
        return;
    }
    bool scheme = memchr(iri.data, ':', iri.len) != NULL;
    for (size_t i = 0; scheme && i < iri.len; i++) {
        unsigned char ch = (unsigned char)iri.data[i];
        if (ch > ' ' && !strchr("<>\"{}|^`\\", ch))
            continue;
        fault(c, row->iri_column + i, "an IRI has no '%c': write it as it stands in the triples",
              ch);
        return;
    }
}

/* --- the third field --- */

/* The word that somebody may have meant who wrote s: in other letters, or one letter lost, added
 * or swapped; of long words also one changed. */
static const char *nearly(struct slice s)
{
    assert(s.data || !s.len);
    for (size_t i = 0; words[i]; i++) {
        struct slice word = slice_of(words[i]);
        if (slice_equal(s, word))
            return NULL;
        if (s.len == word.len && strncasecmp(s.data, word.data, s.len) == 0)
            return words[i];
        size_t changed = 0;
        for (size_t k = 0; k < s.len && s.len == word.len; k++)
            changed += s.data[k] != word.data[k];
        if (nearest_distance(s, word) == 1 && (changed != 1 || word.len > 4))
            return words[i];
    }
    return NULL;
}

/* Words that stand before a colon too. */
static bool says_more(const char *word)
{
    return strcmp(word, "type") == 0 || strcmp(word, "key") == 0 || strcmp(word, "label") == 0;
}

static void check_name(struct checker *c)
{
    const struct mapping_row *row = c->row;
    struct slice name = row->shared;
    struct slice said = row->kind == MAPPING_TYPE ? row->name : name;
    size_t column = row->name_column + (size_t)(said.data - name.data);
    assert(column >= row->name_column);
    if (!check_blanks(c, said, column, "the shared name") || row->kind != MAPPING_RELATION ||
        row->reference)
        return;
    const char *colon = memchr(name.data, ':', name.len);
    struct slice head = {name.data, colon ? (size_t)(colon - name.data) : name.len};
    const char *meant = nearly(head);
    if (meant && (!colon || says_more(meant)))
        fault(c, row->name_column,
              "'%.*s' would be a relation of that name: did you mean '%s%.*s'?", (int)name.len,
              name.data, meant, (int)(name.len - head.len), name.data + head.len);
}

/* --- graphs --- */

static size_t rows_of(const struct mapping *m, struct slice graph)
{
    size_t count, n = 0;
    const struct mapping_row *rows = mapping_rows(m, &count);
    for (size_t i = 0; i < count; i++)
        n += slice_equal(rows[i].graph, graph);
    return n;
}

static bool has_digit_apart(struct slice a, struct slice b)
{
    size_t digits[2] = {0, 0};
    const struct slice both[2] = {a, b};
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < both[side].len; i++)
            if (isdigit((unsigned char)both[side].data[i]))
                digits[side] = digits[side] * 31 + (unsigned char)both[side].data[i];
    return digits[0] != digits[1];
}

/* The graph that was meant: one letter off, no digit of it, and with far more rows. */
static const char *meant_graph(const struct mapping *m, struct slice name,
                               const struct mapping_check_graphs *graphs)
{
    assert(graphs->names || !graphs->count);
    for (size_t i = 0; i < graphs->count; i++) {
        struct slice graph = slice_of(graphs->names[i]);
        bool case_alone =
            name.len == graph.len && strncasecmp(name.data, graph.data, name.len) == 0;
        if (!case_alone && (nearest_distance(name, graph) != 1 || has_digit_apart(name, graph)))
            continue;
        if (2 * rows_of(m, name) <= rows_of(m, graph))
            return graphs->names[i];
    }
    return NULL;
}

/* Was the graph of row i told with an earlier row, or is there nothing to tell of it? */
static bool needs_no_words(const struct mapping *m, size_t i,
                           const struct mapping_check_graphs *graphs)
{
    size_t count;
    const struct mapping_row *rows = mapping_rows(m, &count);
    assert(i < count);
    for (size_t k = 0; k < i; k++)
        if (slice_equal(rows[k].graph, rows[i].graph))
            return true;
    for (size_t k = 0; k < graphs->count; k++)
        if (slice_equal(rows[i].graph, slice_of(graphs->names[k])))
            return true;
    return false;
}

static void check_known(struct checker *c, size_t i, const struct mapping_check_graphs *graphs)
{
    assert(c->m && c->row);
    struct slice name = c->row->graph;
    if (needs_no_words(c->m, i, graphs))
        return;
    const char *meant = meant_graph(c->m, name, graphs);
    if (meant)
        fault(c, 1, "there is no graph '%.*s': did you mean '%s'?", (int)name.len, name.data,
              meant);
    else if (graphs->all)
        log_warn("%s:%zu:1: there is no graph '%.*s': its %zu rows say nothing", mapping_name(c->m),
                 c->row->line, (int)name.len, name.data, rows_of(c->m, name));
}

int mapping_check(const struct mapping *m, const struct mapping_check_graphs *graphs)
{
    size_t count;
    const struct mapping_row *rows = mapping_rows(m, &count);
    struct checker c = {.m = m};
    for (size_t i = 0; i < count; i++) {
        c.row = &rows[i];
        if (i == 0 && is_header(c.row)) {
            fault(&c, 1, "this looks like the names of the columns: begin the line with '#'");
            continue;
        }
        check_graph(&c);
        check_iri(&c);
        check_name(&c);
        if (graphs)
            check_known(&c, i, graphs);
    }
    return c.faults ? ERR_CONFIG : ERR_OK;
}
