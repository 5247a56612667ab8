/*
 * sssom.c - what a mapping file calls things, and which of its rows decide something.
 *
 *  (1) A prefix is looked up before a scheme is: wd:Q42 is a CURIE where the file has a prefix wd,
 *      whatever IRIs of such a scheme there may be.
 *  (2) What a row says is known by its predicate alone, so ids are looked at in verdicts only.
 */
#include "alignd/stream/sssom.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/graph/id_map.h"
#include "alignd/graph/verdict.h"

#include <assert.h>
#include <stdlib.h>

enum column { SUBJECT, PREDICATE, MODIFIER, OBJECT, SUBJECT_TYPE, OBJECT_TYPE, COLUMNS };
static const char *const column_names[COLUMNS] = {
    "subject_id", "predicate_id", "predicate_modifier", "object_id", "subject_type", "object_type"};

struct prefix {
    struct slice namespace;
    bool built_in;
};

struct sssom {
    struct arena *arena;
    struct id_map prefixes; /* hash of a name -> struct prefix */
    bool in_map;            /* the lines are those of the curie_map, */
    size_t indent;          /* which is so far from the left */
    size_t columns[COLUMNS], column_count;
    uint64_t verdicts, others;
};

#define NO_COLUMN SIZE_MAX
#define OWL "http://www.w3.org/2002/07/owl#"
#define SSSOM "https://w3id.org/sssom/"

static struct id key_of(struct slice name)
{
    struct hash128 h = hash_bytes_128(name, 0);
    return (struct id){h.hi, h.lo};
}

static void add_prefix(struct sssom *m, struct slice name, struct slice namespace, bool built_in)
{
    struct prefix *p = arena_alloc(m->arena, sizeof *p);
    *p = (struct prefix){arena_copy(m->arena, namespace), built_in};
    *id_map_place(&m->prefixes, key_of(name)) = p;
}

struct sssom *sssom_new(struct arena *arena)
{
    static const char *const built_in[][2] = {
        {"owl", OWL},
        {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
        {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
        {"semapv", "https://w3id.org/semapv/vocab/"},
        {"skos", "http://www.w3.org/2004/02/skos/core#"},
        {"sssom", SSSOM},
        {"xsd", "http://www.w3.org/2001/XMLSchema#"},
        {"linkml", "https://w3id.org/linkml/"},
    };
    assert(arena);
    struct sssom *m = memory_calloc(1, sizeof *m);
    m->arena = arena;
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++)
        add_prefix(m, slice_of(built_in[i][0]), slice_of(built_in[i][1]), true);
    return m;
}

void sssom_free(struct sssom *m)
{
    if (!m)
        return;
    id_map_fini(&m->prefixes);
    free(m);
}

void sssom_count(const struct sssom *m, uint64_t *ret_verdicts, uint64_t *ret_others)
{
    *ret_verdicts = m->verdicts;
    *ret_others = m->others;
}

/* --- the curie_map --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct slice trim(struct slice s)
{
    while (s.len && is_blank(*s.data))
        s = (struct slice){s.data + 1, s.len - 1};
    while (s.len && is_blank(s.data[s.len - 1]))
        s.len--;
    return s;
}

static int shown(struct slice s)
{
    return s.len < 60 ? (int)s.len : 60;
}

/* Off the front of rest: a scalar in quotes, or a plain one that ends before `end` and a blank.
 * False where a quote is not closed, or something that is escaped is in it. */
static bool take_scalar(struct slice *rest, char end, struct slice *ret)
{
    char quote = rest->len && (*rest->data == '"' || *rest->data == '\'') ? *rest->data : '\0';
    size_t n = quote != '\0';
    while (n < rest->len && (quote ? rest->data[n] != quote
                                   : rest->data[n] != end || (end == ':' && n + 1 < rest->len &&
                                                              !is_blank(rest->data[n + 1]))))
        n++;
    *ret = quote ? (struct slice){rest->data + 1, n - 1} : trim((struct slice){rest->data, n});
    if (quote && (n == rest->len || memchr(ret->data, '\\', ret->len)))
        return false;
    n += quote != '\0';
    assert(n <= rest->len);
    *rest = trim((struct slice){rest->data + n, rest->len - n});
    return true;
}

/* Without a comment: '#' at the start, or behind a blank.  */
static struct slice without_comment(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.data[i] == '#' && (!i || is_blank(s.data[i - 1])))
            return trim((struct slice){s.data, i});
    return s;
}

static int take_prefix(struct sssom *m, struct term_scan *s, struct slice text)
{
    assert(text.len);
    struct slice rest = without_comment(text), name, namespace;
    if (!take_scalar(&rest, ':', &name) || !name.len || !rest.len || *rest.data != ':')
        return term_scan_fail(s, text.data, ERR_FORMAT, "syntax",
                              "in the curie_map: expected #  PREFIX: \"http://...\"");
    rest = trim((struct slice){rest.data + 1, rest.len - 1});
    if (!rest.len || !take_scalar(&rest, '\0', &namespace) || !namespace.len || rest.len)
        return term_scan_fail(s, text.data, ERR_FORMAT, "syntax",
                              "prefix '%.*s' of the curie_map: expected #  %.*s: \"http://...\"",
                              shown(name), name.data, shown(name), name.data);
    const struct prefix *other = id_map_get(&m->prefixes, key_of(name));
    if (other && !other->built_in && !slice_equal(other->namespace, namespace))
        return term_scan_fail(s, text.data, ERR_FORMAT, "syntax",
                              "prefix '%.*s' is in the curie_map twice, and stands for another "
                              "namespace there",
                              shown(name), name.data);
    add_prefix(m, name, namespace, false);
    return ERR_OK;
}

int sssom_take_metadata(struct sssom *m, struct term_scan *s, struct slice line)
{
    assert(line.len && *line.data == '#' && s->start <= line.data);
    while (line.len && *line.data == '#')
        line = (struct slice){line.data + 1, line.len - 1};
    struct slice text = trim(line);
    if (!text.len || *text.data == '#')
        return ERR_OK;
    size_t indent = (size_t)(text.data - line.data);
    if (m->in_map && indent > m->indent)
        return take_prefix(m, s, text);
    struct slice rest = without_comment(text), key;
    m->in_map = take_scalar(&rest, ':', &key) && slice_equal(key, slice_of("curie_map"));
    m->indent = indent;
    if (!m->in_map || rest.len <= 1 ||
        slice_equal(trim((struct slice){rest.data + 1, rest.len - 1}), slice_of("{}")))
        return ERR_OK;
    return term_scan_fail(s, rest.data, ERR_FORMAT, "syntax",
                          "of a curie_map each prefix stands on a line of its own, as in "
                          "#  PREFIX: \"http://...\"");
}

/* --- the header --- */

int sssom_take_header(struct sssom *m, struct term_scan *s, const struct csv_row *row)
{
    assert(row->count);
    m->column_count = row->count;
    for (size_t c = 0; c < COLUMNS; c++) {
        m->columns[c] = NO_COLUMN;
        for (size_t i = 0; i < row->count; i++) {
            if (!slice_equal(trim(row->cells[i].text), slice_of(column_names[c])))
                continue;
            if (m->columns[c] != NO_COLUMN)
                return term_scan_fail(s, row->cells[i].at, ERR_FORMAT, "columns",
                                      "two columns are named '%s'", column_names[c]);
            m->columns[c] = i;
        }
        if (m->columns[c] == NO_COLUMN && (c == SUBJECT || c == PREDICATE || c == OBJECT))
            return term_scan_fail(s, row->cells[0].at, ERR_FORMAT, "columns",
                                  "no column '%s': mappings are rows under the columns "
                                  "subject_id, predicate_id and object_id, tabs between",
                                  column_names[c]);
    }
    return ERR_OK;
}

/* --- rows --- */

/* Of a row that may be shorter than the header. */
static struct slice cell(const struct sssom *m, const struct csv_row *row, enum column c)
{
    size_t i = m->columns[c];
    return i < row->count ? trim(row->cells[i].text) : (struct slice){"", 0};
}

static int refuse_cell(const struct sssom *m, struct term_scan *s, const struct csv_row *row,
                       enum column c, const char *words)
{
    size_t i = m->columns[c] < row->count ? m->columns[c] : row->count - 1;
    struct slice text = cell(m, row, c);
    assert(row->count);
    if (!text.len)
        return term_scan_fail(s, row->cells[i].at, ERR_FORMAT, "syntax", "no %s: %s",
                              column_names[c], words);
    return term_scan_fail(s, row->cells[i].at, ERR_FORMAT, "syntax", "%s '%.*s': %s",
                          column_names[c], shown(text), text.data, words);
}

/* Such that what stands behind it is hardly ever the local name of a CURIE. */
static bool is_scheme(struct slice name)
{
    static const char *const schemes[] = {"urn", "tag", "info", "did", "ark", "mailto"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (slice_equal(name, slice_of(schemes[i])))
            return true;
    return false;
}

static int check_iri(struct term_scan *s, struct slice iri)
{
    if (s->limits->relative_iris && iri.len && !memchr(iri.data, ':', iri.len))
        return term_scan_check_label(s, iri); /* the same characters */
    return term_scan_check_iri(s, iri);
}

/* A CURIE, or what stands for itself, which is lent from the row; s->at moves to the cell. */
static int expand(const struct sssom *m, struct term_scan *s, const struct csv_row *row,
                  enum column c, struct term *ret)
{
    struct slice text = cell(m, row, c);
    if (!text.len)
        return refuse_cell(m, s, row, c, "write a CURIE or an IRI");
    assert(m->columns[c] < row->count);
    s->at = row->cells[m->columns[c]].at;
    *ret = term_of_written(text);
    if (ret->kind == TERM_BLANK)
        return term_scan_check_label(s, ret->text);
    ret->text = term_without_brackets(text);
    if (ret->text.len != text.len)
        return check_iri(s, ret->text);
    const char *colon = memchr(text.data, ':', text.len);
    if (!colon)
        return refuse_cell(m, s, row, c,
                           "neither a CURIE nor an IRI: write PREFIX:NAME or http://...");
    struct slice name = {text.data, (size_t)(colon - text.data)};
    struct slice local = {colon + 1, text.len - name.len - 1};
    const struct prefix *p = id_map_get(&m->prefixes, key_of(name)); /* (1) */
    if (local.len >= 2 && memcmp(local.data, "//", 2) == 0)
        return check_iri(s, text);
    if (!p && is_scheme(name))
        return check_iri(s, text);
    if (!p)
        return term_scan_fail(s, s->at, ERR_FORMAT, "prefixed-name",
                              "%s '%.*s': the curie_map has no prefix '%.*s': add to the head of "
                              "the file a line #  %.*s: \"http://...\"",
                              column_names[c], shown(text), text.data, shown(name), name.data,
                              shown(name), name.data);
    char *iri = arena_alloc(s->arena, p->namespace.len + local.len + 1);
    memcpy(iri, p->namespace.data, p->namespace.len);
    memcpy(iri + p->namespace.len, local.data, local.len);
    ret->text = (struct slice){iri, p->namespace.len + local.len};
    return check_iri(s, ret->text);
}

static int read_verdict(const struct sssom *m, struct term_scan *s, const struct csv_row *row,
                        enum verdict *ret)
{
    static const char *const same[] = {VERDICT_SAME_IRI, VERDICT_EXACT_IRI, OWL "equivalentClass",
                                       OWL "equivalentProperty"};
    struct term predicate;
    int rc = expand(m, s, row, PREDICATE, &predicate);
    if (rc)
        return rc;
    struct slice modifier = cell(m, row, MODIFIER);
    if (modifier.len && !slice_equal(modifier, slice_of("Not")))
        return refuse_cell(m, s, row, MODIFIER, "write Not, or leave it empty");
    *ret = VERDICT_NONE;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (slice_equal(predicate.text, slice_of(same[i])))
            *ret = modifier.len ? VERDICT_DIFFERENT : VERDICT_SAME;
    if (!slice_equal(predicate.text, slice_of(VERDICT_DIFFERENT_IRI)))
        return ERR_OK;
    *ret = VERDICT_DIFFERENT;
    if (modifier.len)
        return refuse_cell(m, s, row, MODIFIER,
                           "not different is the same: write owl:sameAs without a modifier");
    return ERR_OK;
}

static bool is_entity(const struct term *t)
{
    return !slice_equal(t->text, slice_of(SSSOM "NoTermFound"));
}

static bool is_literal(const struct sssom *m, const struct csv_row *row)
{
    return slice_equal(cell(m, row, SUBJECT_TYPE), slice_of("rdfs literal")) ||
           slice_equal(cell(m, row, OBJECT_TYPE), slice_of("rdfs literal"));
}

int sssom_take_row(struct sssom *m, struct term_scan *s, const struct csv_row *row,
                   struct change_list *list)
{
    assert(row->count && m->column_count);
    enum verdict verdict = VERDICT_NONE;
    struct change c = {.op = CHANGE_INSERT, .predicate = {.kind = TERM_IRI}};
    struct term_scan at = *s; /* of the cells */
    if (row->cells[0].text.len && *row->cells[0].text.data == '#')
        return ERR_OK;
    if (row->count > m->column_count)
        return term_scan_fail(s, row->cells[m->column_count].at, ERR_FORMAT, "columns",
                              "a row of %zu cells under a header of %zu", row->count,
                              m->column_count);
    int rc = read_verdict(m, &at, row, &verdict);
    if (rc)
        return rc;
    if (verdict && !is_literal(m, row) &&
        ((rc = expand(m, &at, row, SUBJECT, &c.subject)) ||
         (rc = expand(m, &at, row, OBJECT, &c.object))))
        return rc;
    if (!verdict || is_literal(m, row) || !is_entity(&c.subject) ||
        !is_entity(&c.object)) { /* (2) */
        m->others++;
        return ERR_OK;
    }
    const char *wrong;
    c.predicate.text = slice_of(verdict == VERDICT_SAME ? VERDICT_SAME_IRI : VERDICT_DIFFERENT_IRI);
    if (!verdict_of_change(&c, &wrong))
        return refuse_cell(m, s, row, OBJECT, "the subject itself; name the two of a pair");
    c.subject.text = arena_copy(at.arena, c.subject.text); /* the row goes before the changes do */
    c.object.text = arena_copy(at.arena, c.object.text);
    *change_list_add(list) = c;
    m->verdicts++;
    return ERR_OK;
}
