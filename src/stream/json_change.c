#include "alignd/stream/json_change.h"

#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/stream/nquads.h"

static int refuse(struct term_scan *s, const char *why)
{
    return term_scan_fail(s, s->at, ERR_FORMAT, "json-shape", "%s", why);
}

/* A string that outlives the JSON it is from. */
static int keep(struct term_scan *s, struct slice text, struct slice *ret_text)
{
    struct slice copy = arena_copy(s->arena, text);
    if (!copy.data)
        return term_scan_fail(s, s->at, ERR_NO_MEMORY, "no-memory", "out of memory");
    *ret_text = copy;
    return 0;
}

static const char *skip_white(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* Behind the string whose opening quote is at p; NULL where it does not end. */
static const char *skip_string(const char *p, const char *end)
{
    for (p++; p < end; p++) {
        if (*p == '"')
            return p + 1;
        p += *p == '\\' && p + 1 < end;
    }
    return NULL;
}

int json_change_skim(struct term_scan *s, struct slice *ret_document)
{
    const char *start = skip_white(s->at, s->end), *p = start;
    size_t depth = 0;
    if (p < s->end && *p != '[' && *p != '{')
        return term_scan_fail(s, p, ERR_FORMAT, "json-shape",
                              "expected an object or an array, found '%c'", *p);
    while (p < s->end) {
        if (*p == '"') {
            p = skip_string(p, s->end);
            if (!p)
                return term_scan_cut(s, "a string");
            continue;
        }
        if ((*p == '[' || *p == '{') && ++depth > s->limits->nesting)
            return term_scan_fail(s, p, ERR_LIMIT, "limit-nesting", "over %zu levels deep",
                                  s->limits->nesting);
        depth -= *p == ']' || *p == '}';
        p++;
        if (depth == 0)
            break;
    }
    if (depth > 0)
        return term_scan_cut(s, "a JSON document");
    *ret_document = (struct slice){start, (size_t)(p - start)};
    s->at = p;
    return 0;
}

/* Where element `index` of an array starts: each comma between its brackets
 * starts one. */
static const char *element_start(struct slice array, size_t index)
{
    const char *p = array.data + 1, *end = array.data + array.len;
    for (size_t depth = 0; index > 0 && p < end;) {
        if (*p == '"') {
            p = skip_string(p, end);
            if (!p)
                return array.data;
            continue;
        }
        depth += *p == '[' || *p == '{';
        depth -= depth && (*p == ']' || *p == '}');
        index -= depth == 0 && *p == ',';
        p++;
    }
    return skip_white(p, end);
}

static int read_op(struct term_scan *s, const struct json *change, enum change_op *ret_op)
{
    static const struct {
        const char *name;
        enum change_op op;
    } ops[] = {{"insert", CHANGE_INSERT},
               {"delete", CHANGE_DELETE},
               {"ADD", CHANGE_INSERT},
               {"REMOVE", CHANGE_DELETE}};
    struct slice name;
    if (!json_read_string(json_get(change, "op"), &name))
        return refuse(s, "a change needs a string 'op'");
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (slice_equal(name, slice_of(ops[i].name))) {
            *ret_op = ops[i].op;
            return 0;
        }
    }
    return term_scan_fail(s, s->at, ERR_FORMAT, "json-shape",
                          "unknown op '%.*s'; known are insert, delete, ADD, REMOVE",
                          name.len < 40 ? (int)name.len : 40, name.data);
}

/* An IRI or _:label from a string. */
static int read_node(struct term_scan *s, struct slice text, struct term *ret_term)
{
    struct term t = {.kind = TERM_IRI};
    bool blank = text.len >= 2 && text.data[0] == '_' && text.data[1] == ':';
    if (blank) {
        t.kind = TERM_BLANK;
        text = (struct slice){text.data + 2, text.len - 2};
    }
    int rc = blank ? term_scan_check_label(s, text) : term_scan_check_iri(s, text);
    if (!rc)
        rc = keep(s, text, &t.text);
    if (!rc)
        *ret_term = t;
    return rc;
}

struct literal_members {
    struct slice value, datatype, language;
    bool has_value, has_datatype, has_language;
};

static int read_member(struct term_scan *s, struct slice key, const struct json *value,
                       struct literal_members *m)
{
    static const char *const names[] = {"value", "datatype", "language"};
    struct slice *texts[] = {&m->value, &m->datatype, &m->language};
    bool *has[] = {&m->has_value, &m->has_datatype, &m->has_language};
    for (size_t i = 0; i < 3; i++) {
        if (!slice_equal(key, slice_of(names[i])))
            continue;
        *has[i] = json_read_string(value, texts[i]);
        if (!*has[i] && json_kind(value) != JSON_KIND_NULL)
            return term_scan_fail(s, s->at, ERR_FORMAT, "json-shape",
                                  "'%s' of a literal is a string", names[i]);
        return 0;
    }
    return term_scan_fail(s, s->at, ERR_FORMAT, "json-shape", "unknown member '%.*s' of a literal",
                          key.len < 40 ? (int)key.len : 40, key.data);
}

static int read_datatype(struct term_scan *s, struct slice iri, struct term *t)
{
    int rc = term_scan_check_iri(s, iri);
    if (rc || term_scan_is_xsd_string(iri))
        return rc;
    return keep(s, iri, &t->datatype);
}

static int read_language(struct term_scan *s, const struct literal_members *m, struct term *t)
{
    static const char lang_string[] = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";
    if (m->has_datatype && !slice_equal(m->datatype, slice_of(lang_string)))
        return refuse(s, "a literal with a language has no other datatype");
    struct slice tag;
    int rc = keep(s, m->language, &tag);
    return rc ? rc : term_scan_fold_language(s, tag, &t->lang);
}

static int read_literal(struct term_scan *s, const struct json *object, struct term *ret_term)
{
    struct literal_members m = {0};
    void *cursor = NULL;
    struct slice key;
    const struct json *value;
    int rc = 0;
    while (!rc && json_next(object, &cursor, &key, &value))
        rc = read_member(s, key, value, &m);
    if (rc)
        return rc;
    if (!m.has_value)
        return refuse(s, "a literal needs a string 'value'");
    if (m.value.len > s->limits->literal_bytes)
        return term_scan_fail(s, s->at, ERR_LIMIT, "limit-literal",
                              "a literal of %zu bytes, over %zu", m.value.len,
                              s->limits->literal_bytes);
    struct term t = {.kind = TERM_LITERAL};
    rc = keep(s, m.value, &t.text);
    if (!rc && m.has_language)
        rc = read_language(s, &m, &t);
    else if (!rc && m.has_datatype)
        rc = read_datatype(s, m.datatype, &t);
    if (!rc)
        *ret_term = t;
    return rc;
}

static int read_plain(struct term_scan *s, const struct json *json, struct change *c)
{
    struct slice subject, predicate, object;
    const struct json *o = json_get(json, "o");
    if (!json_read_string(json_get(json, "s"), &subject))
        return refuse(s, "a change needs a string 's'");
    if (!json_read_string(json_get(json, "p"), &predicate))
        return refuse(s, "a change needs a string 'p'");
    int rc = read_node(s, subject, &c->subject);
    if (!rc)
        rc = read_node(s, predicate, &c->predicate);
    if (!rc && c->predicate.kind == TERM_BLANK)
        rc = term_scan_fail(s, s->at, ERR_FORMAT, "bad-term", "a blank node as predicate");
    if (rc)
        return rc;
    if (json_read_string(o, &object))
        return read_node(s, object, &c->object);
    if (json_kind(o) == JSON_KIND_OBJECT)
        return read_literal(s, o, &c->object);
    return refuse(s, "'o' is a string (an IRI or _:label) or an object (a literal)");
}

/* The op stands in the JSON, the statement is a line of N-Quads. */
static int read_statement(struct term_scan *s, struct slice text, struct change *c)
{
    struct slice copy;
    int rc = keep(s, text, &copy);
    if (rc)
        return rc;
    enum change_op op = c->op;
    struct term_scan line = term_scan_of(copy, s->limits, s->arena, s->error);
    bool found;
    rc = nquads_read(&line, c, &found);
    c->op = op;
    if (rc)
        return rc;
    term_scan_skip_space(&line);
    if (!found || line.at < line.end)
        return refuse(s, "'stmt' is one statement");
    return 0;
}

static int read_change(struct term_scan *s, const struct json *json, struct change *c)
{
    if (json_kind(json) != JSON_KIND_OBJECT)
        return refuse(s, "a change is an object");
    int rc = read_op(s, json, &c->op);
    if (rc)
        return rc;
    struct slice statement;
    const struct json *data = json_get(json, "data");
    if (json_get(json, "s") || json_kind(data) != JSON_KIND_OBJECT)
        return read_plain(s, json, c);
    if (!json_read_string(json_get(data, "stmt"), &statement))
        return refuse(s, "'data' needs a string 'stmt'");
    return read_statement(s, statement, c);
}

/* Moves the error to where the change starts. */
static void point_to(struct term_scan *s, const char *at)
{
    struct term_place place = term_place_after(s->start_place, s->start, (size_t)(at - s->start));
    s->error->line = place.line;
    s->error->column = place.column;
}

static int read_document(struct term_scan *s, struct slice document, const struct json *json,
                         size_t max_changes, struct change_list *list)
{
    bool array = json_kind(json) == JSON_KIND_ARRAY;
    size_t count = array ? json_size(json) : 1;
    if (count > max_changes)
        return term_scan_fail(s, document.data, ERR_LIMIT, "limit-rows", "%zu changes, over %zu",
                              count, max_changes);
    for (size_t i = 0; i < count; i++) {
        struct change *c = change_list_add(list);
        if (!c)
            return term_scan_fail(s, s->at, ERR_NO_MEMORY, "no-memory", "out of memory");
        int rc = read_change(s, array ? json_at(json, i) : json, c);
        if (rc) {
            point_to(s, array ? element_start(document, i) : document.data);
            return rc;
        }
    }
    return 0;
}

int json_change_decode(struct term_scan *s, size_t max_changes, struct change_list *list)
{
    struct slice document;
    struct json_error why;
    int rc = json_change_skim(s, &document);
    if (rc || document.len == 0)
        return rc;
    const char *rest = skip_white(s->at, s->end);
    if (rest < s->end)
        return term_scan_fail(s, rest, ERR_FORMAT, "json", "text behind the JSON document");
    struct json *json = json_parse(document, &why);
    if (json) {
        rc = read_document(s, document, json, max_changes, list);
        json_free(json);
        return rc;
    }
    rc = term_scan_fail(s, document.data, ERR_FORMAT, "json", "%s", why.message);
    s->error->column = why.line > 1 ? why.column : s->error->column + why.column - 1;
    s->error->line += why.line - 1;
    return rc;
}
