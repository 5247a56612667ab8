/*
 * json_change.c - changes from JSON, an object at a time.  Its extent is found by brackets, then
 * it is decoded for itself: the flat shape that most producers write without a parser
 * (json_change_flat.c), all else by one.  A parser over the whole of 8 MiB of small values
 * would take 600 MiB.
 *
 * Both ways make a change of the same members by the same functions, so they agree.  What the
 * flat way refuses the parser looks at again, and it is the parser that says why.
 * An error points to the object it is in.
 */
#include "alignd/stream/json_change.h"

#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/stream/nquads.h"
#include "json_change_internal.h"

#include <assert.h>

#define VALUES_MAX 4096 /* in one change: a bound on what the parser allocates */

static int refuse(struct term_scan *s, const char *why)
{
    return term_scan_fail(s, s->at, ERR_FORMAT, "json-shape", "%s", why);
}

/* A string that outlives the JSON it is from. */
static void keep(struct term_scan *s, struct slice text, struct slice *ret_text)
{
    struct slice copy = arena_copy(s->arena, text);
    *ret_text = copy;
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
    assert(p < end && *p == '"');
    for (p++; p < end; p++) {
        if (*p == '"')
            return p + 1;
        p += *p == '\\' && p + 1 < end;
    }
    return NULL;
}

/* The extent of the array or object at s->at, which is within `depth` others,
 * by its brackets; which kind closes which is left to the parser. */
static int skim_value(struct term_scan *s, size_t depth, size_t max_values, struct slice *ret_value)
{
    assert(s->at <= s->end && max_values > 0);
    const char *p = s->at;
    size_t outside = depth, values = 0;
    while (p < s->end) {
        if (*p == '"') {
            p = skip_string(p, s->end);
            if (!p)
                return term_scan_cut(s, "a string");
            continue;
        }
        bool opens = *p == '[' || *p == '{', closes = *p == ']' || *p == '}';
        if (opens && ++depth > s->limits->nesting)
            return term_scan_fail(s, p, ERR_LIMIT, "limit-nesting", "over %zu levels deep",
                                  s->limits->nesting);
        values += opens || *p == ',';
        if (values > max_values)
            return term_scan_fail(s, s->at, ERR_LIMIT, "limit-values",
                                  "a change of over %zu values", max_values);
        depth -= closes;
        p++;
        if (depth == outside)
            break;
    }
    if (depth > outside)
        return term_scan_cut(s, "a JSON document");
    assert(p <= s->end);
    *ret_value = (struct slice){s->at, (size_t)(p - s->at)};
    s->at = p;
    return 0;
}

static int refuse_start(struct term_scan *s)
{
    return term_scan_fail(s, s->at, ERR_FORMAT, "json-shape",
                          "expected an object or an array, found '%c'", *s->at);
}

int json_change_skim(struct term_scan *s, struct slice *ret_document)
{
    s->at = skip_white(s->at, s->end);
    if (s->at < s->end && *s->at != '[' && *s->at != '{')
        return refuse_start(s);
    return skim_value(s, 0, SIZE_MAX, ret_document);
}

static int find_op(struct term_scan *s, struct slice name, enum change_op *ret_op)
{
    static const struct {
        const char *name;
        enum change_op op;
    } ops[] = {{"insert", CHANGE_INSERT},
               {"delete", CHANGE_DELETE},
               {"replace", CHANGE_CLEAR},
               {"ADD", CHANGE_INSERT},
               {"REMOVE", CHANGE_DELETE}};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (slice_equal(name, slice_of(ops[i].name))) {
            *ret_op = ops[i].op;
            return 0;
        }
    }
    return term_scan_fail(s, s->at, ERR_FORMAT, "json-shape",
                          "unknown op '%.*s'; known are insert, delete, replace, ADD, REMOVE",
                          name.len < 40 ? (int)name.len : 40, name.data);
}

static int read_op(struct term_scan *s, const struct json *change, enum change_op *ret_op)
{
    struct slice name;
    if (!json_read_string(json_get(change, "op"), &name))
        return refuse(s, "a change needs a string 'op'");
    return find_op(s, name, ret_op);
}

/* An IRI or _:label from a string. */
static int read_node(struct term_scan *s, struct slice text, struct term *ret_term)
{
    struct term t = term_of_written(text);
    int rc =
        t.kind == TERM_BLANK ? term_scan_check_label(s, t.text) : term_scan_check_iri(s, t.text);
    if (rc)
        return rc;
    assert(t.kind != TERM_LITERAL);
    keep(s, t.text, &t.text);
    *ret_term = t;
    return ERR_OK;
}

static int read_member(struct term_scan *s, struct slice key, const struct json *value,
                       struct json_change_literal *m)
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
    keep(s, iri, &t->datatype);
    return ERR_OK;
}

static int read_language(struct term_scan *s, const struct json_change_literal *m, struct term *t)
{
    static const char lang_string[] = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";
    if (m->has_datatype && !slice_equal(m->datatype, slice_of(lang_string)))
        return refuse(s, "a literal with a language has no other datatype");
    struct slice tag;
    keep(s, m->language, &tag);
    return term_scan_fold_language(s, tag, &t->lang);
}

static int read_members(struct term_scan *s, const struct json *object,
                        struct json_change_literal *ret)
{
    void *cursor = NULL;
    struct slice key;
    const struct json *value;
    int rc;
    while (json_next(object, &cursor, &key, &value))
        if ((rc = read_member(s, key, value, ret)))
            return rc;
    return ret->has_value ? ERR_OK : refuse(s, "a literal needs a string 'value'");
}

static int make_literal(struct term_scan *s, const struct json_change_literal *m,
                        struct term *ret_term)
{
    assert(m->has_value);
    if (m->value.len > s->limits->literal_bytes)
        return term_scan_fail(s, s->at, ERR_LIMIT, "limit-literal",
                              "a literal of %zu bytes, over %zu", m->value.len,
                              s->limits->literal_bytes);
    struct term t = {.kind = TERM_LITERAL};
    keep(s, m->value, &t.text);
    int rc;
    if (m->has_language ? (rc = read_language(s, m, &t))
                        : m->has_datatype && (rc = read_datatype(s, m->datatype, &t)))
        return rc;
    assert(!t.lang.len || !t.datatype.len);
    *ret_term = t;
    return ERR_OK;
}

static int make_predicate_and_object(struct term_scan *s, const struct json_change_plain *plain,
                                     struct change *c)
{
    assert((plain->object.data != NULL) != plain->literal.has_value); /* one of the two */
    int rc = read_node(s, plain->predicate, &c->predicate);
    if (rc)
        return rc;
    if (c->predicate.kind == TERM_BLANK)
        return term_scan_fail(s, s->at, ERR_FORMAT, "bad-term", "a blank node as predicate");
    rc = plain->object.data ? read_node(s, plain->object, &c->object)
                            : make_literal(s, &plain->literal, &c->object);
    if (rc)
        return rc;
    return term_scan_check_verdict(s, s->at, c);
}

static int make_change(struct term_scan *s, const struct json_change_plain *plain, struct change *c)
{
    int rc = read_node(s, plain->subject, &c->subject);
    if (rc)
        return rc;
    return make_predicate_and_object(s, plain, c);
}

static int read_predicate_and_object(struct term_scan *s, const struct json *json, struct change *c)
{
    struct json_change_plain plain = {0};
    const struct json *o = json_get(json, "o");
    if (!json_read_string(json_get(json, "p"), &plain.predicate))
        return refuse(s, "a change needs a string 'p'");
    if (!json_read_string(o, &plain.object)) {
        if (json_kind(o) != JSON_KIND_OBJECT)
            return refuse(s, "'o' is a string (an IRI or _:label) or an object (a literal)");
        plain.object = (struct slice){NULL, 0};
        int rc = read_members(s, o, &plain.literal);
        if (rc)
            return rc;
    }
    return make_predicate_and_object(s, &plain, c);
}

static int read_subject(struct term_scan *s, const struct json *json, struct term *ret_subject)
{
    struct slice subject;
    if (!json_read_string(json_get(json, "s"), &subject))
        return refuse(s, "a change needs a string 's'");
    return read_node(s, subject, ret_subject);
}

static int read_plain(struct term_scan *s, const struct json *json, struct change *c)
{
    int rc = read_subject(s, json, &c->subject);
    if (rc)
        return rc;
    return read_predicate_and_object(s, json, c);
}

/* The op stands in the JSON, the statement is a line of N-Quads. */
static int read_statement(struct term_scan *s, struct slice text, struct change *c)
{
    struct slice copy;
    keep(s, text, &copy);
    enum change_op op = c->op;
    struct term_scan line = term_scan_of(copy, s->limits, s->arena, s->error);
    bool found;
    int rc = nquads_read(&line, c, &found);
    c->op = op;
    if (rc) {
        struct term_place at =
            term_place_after(s->start_place, s->start, (size_t)(s->at - s->start));
        s->error->line = at.line;
        s->error->column = at.column;
        return rc;
    }
    assert(c->op != CHANGE_CLEAR);
    term_scan_skip_space(&line);
    assert(line.at <= line.end);
    if (!found || line.at < line.end)
        return refuse(s, "'stmt' is one statement");
    return 0;
}

static int read_change(struct term_scan *s, const struct json *json, struct change *c)
{
    int rc = read_op(s, json, &c->op);
    if (rc)
        return rc;
    if (c->op == CHANGE_CLEAR)
        return refuse(s, json_kind(json_get(json, "triples")) == JSON_KIND_ARRAY
                             ? "'op', 'replace' and 'triples' are written without escapes"
                             : "a replace needs an array 'triples'");
    struct slice statement;
    const struct json *data = json_get(json, "data");
    if (json_get(json, "s") || json_kind(data) != JSON_KIND_OBJECT)
        return read_plain(s, json, c);
    if (!json_read_string(json_get(data, "stmt"), &statement))
        return refuse(s, "'data' needs a string 'stmt'");
    return read_statement(s, statement, c);
}

static int parse(struct term_scan *s, struct slice text, struct json **ret_json)
{
    assert(s->start <= text.data && text.data + text.len <= s->end);
    struct json_error why;
    *ret_json = json_parse(text, &why);
    if (*ret_json)
        return 0;
    int rc = term_scan_fail(s, text.data, ERR_FORMAT, "json", "%s", why.message);
    s->error->column = why.line > 1 ? why.column : s->error->column + why.column - 1;
    s->error->line += why.line - 1;
    return rc;
}

/* The flat shape without a parser; false, and nothing has happened, for any other. */
static bool read_flat(struct term_scan *s, size_t depth, struct change_list *list)
{
    struct json_change_plain plain;
    const char *end = json_change_flat_scan(s->at, s->end, &plain);
    size_t levels = end && !plain.object.data ? 2 : 1;
    if (!end || depth + levels > s->limits->nesting)
        return false;
    struct change *c = change_list_add(list);
    assert(end > s->at && end <= s->end);
    if (find_op(s, plain.op, &c->op) || c->op == CHANGE_CLEAR || make_change(s, &plain, c)) {
        list->count--;
        return false;
    }
    s->at = end;
    return true;
}

static int add(struct term_scan *s, size_t most, struct change_list *list, struct change **ret)
{
    if (list->count >= most)
        return term_scan_fail(s, s->at, ERR_LIMIT, "limit-rows", "over %zu changes",
                              s->limits->rows);
    *ret = change_list_add(list);
    assert(list->count <= most);
    return 0;
}

/* The object at s->at, which errors point to, parsed for itself: what the
 * parser makes of 8 MiB of small values takes 600 MiB. */
static int read_parsed(struct term_scan *s, size_t depth, size_t most, struct change_list *list)
{
    assert(*s->at == '{');
    const char *start = s->at;
    struct slice text;
    struct json *json;
    struct change *c = NULL;
    int rc;
    if ((rc = skim_value(s, depth, VALUES_MAX, &text)) || (rc = parse(s, text, &json)))
        return rc;
    const char *end = s->at;
    s->at = start;
    if ((rc = add(s, most, list, &c)))
        goto done;
    rc = read_change(s, json, c);
done:
    s->at = end;
    assert(start < end && end <= s->end);
    json_free(json);
    return rc;
}

/* --- a replace: a clear, and an insert of each of its triples --- */

/* The members of a replace, its triples aside: their array is read for itself. */
static int parse_head(struct term_scan *s, struct slice object, struct slice triples,
                      struct json **ret_json)
{
    size_t before = (size_t)(triples.data + 1 - object.data);
    const char *behind = triples.data + triples.len - 1;
    size_t rest = (size_t)(object.data + object.len - behind);
    assert(*behind == ']' && before + rest <= object.len);
    char *head = arena_alloc(s->arena, before + rest);
    memcpy(head, object.data, before);
    memcpy(head + before, behind, rest);

    struct slice text = {head, before + rest};
    struct term_scan within = term_scan_of(text, s->limits, s->arena, s->error);
    struct json_error why;
    if (skim_value(&within, 0, VALUES_MAX, &text))
        return term_scan_fail(s, s->at, ERR_LIMIT, "limit-values",
                              "a change of over %d values besides its triples", VALUES_MAX);
    *ret_json = json_parse((struct slice){head, before + rest}, &why);
    return *ret_json ? 0 : term_scan_fail(s, s->at, ERR_FORMAT, "json", "%s", why.message);
}

static int expect_subject(struct term_scan *s, const struct json *json, const struct term *subject)
{
    struct term other;
    int rc = read_subject(s, json, &other);
    if (rc)
        return rc;
    return other.kind == subject->kind && slice_equal(other.text, subject->text)
               ? ERR_OK
               : refuse(s, "a triple of a replace with another subject");
}

/* A triple of the subject that the list's newest change has. */
static int read_triple(struct term_scan *s, size_t depth, size_t most, struct change_list *list)
{
    assert(list->count);
    struct term subject = list->items[list->count - 1].subject;
    struct json_change_plain plain;
    const char *start = s->at, *end = json_change_flat_scan_triple(start, s->end, &plain);
    struct change *c = NULL;
    struct slice text;
    struct json *json;
    int rc = add(s, most, list, &c);
    if (rc)
        return rc;
    *c = (struct change){.op = CHANGE_INSERT, .subject = subject};
    if (end && !make_predicate_and_object(s, &plain, c)) {
        s->at = end;
        return 0;
    }
    if ((rc = skim_value(s, depth, VALUES_MAX, &text)) || (rc = parse(s, text, &json)))
        return rc;
    end = s->at;
    s->at = start;
    if (json_get(json, "s") && (rc = expect_subject(s, json, &subject)))
        goto done;
    rc = read_predicate_and_object(s, json, c);
done:
    s->at = end;
    assert(start < end && end <= s->end);
    json_free(json);
    return rc;
}

static int read_array(struct term_scan *s, size_t depth, size_t most, struct change_list *list,
                      int (*read)(struct term_scan *, size_t, size_t, struct change_list *));

/* object: from '{' to '}', at s->at; triples: its array */
static int read_replace(struct term_scan *s, size_t depth, size_t most, struct slice object,
                        struct slice triples, struct change_list *list)
{
    assert(triples.data > object.data);
    assert(triples.data + triples.len < object.data + object.len);
    struct json *json = NULL;
    struct change *c = NULL;
    int rc;
    if ((rc = parse_head(s, object, triples, &json)) || (rc = add(s, most, list, &c)))
        goto done;
    *c = (struct change){.op = CHANGE_CLEAR};
    if ((rc = read_subject(s, json, &c->subject)))
        goto done;
    s->at = triples.data;
    if ((rc = read_array(s, depth + 1, most, list, read_triple)))
        goto done;
    if (s->at != triples.data + triples.len)
        rc = term_scan_fail(s, s->at, ERR_FORMAT, "json", "brackets that do not match");
done:
    s->at = object.data + object.len;
    assert(s->at <= s->end);
    json_free(json);
    return rc;
}

/* A change at s->at, which errors point to.  Only a replace may have more values than a parser
 * shall see at once. */
static int read_object(struct term_scan *s, size_t depth, size_t most, struct change_list *list)
{
    assert(*s->at == '{');
    const char *start = s->at;
    struct slice object, triples;
    if (list->count < most && read_flat(s, depth, list))
        return 0;
    int rc = skim_value(s, depth, VALUES_MAX, &object);
    struct codec_error error = *s->error;
    if (rc == ERR_LIMIT) {
        s->at = start;
        bool replaces =
            !skim_value(s, depth, SIZE_MAX, &object) && json_change_replace_find(object, &triples);
        if (!replaces)
            *s->error = error;
        rc = replaces ? 0 : rc;
    }
    s->at = start;
    if (rc)
        return rc;
    return json_change_replace_find(object, &triples)
               ? read_replace(s, depth, most, object, triples, list)
               : read_parsed(s, depth, most, list);
}

/* Over white space; the text must go on. */
static int expect_more(struct term_scan *s)
{
    s->at = skip_white(s->at, s->end);
    return s->at == s->end ? term_scan_cut(s, "an array") : 0;
}

/* '[' object ',' object ... ']', at its '[', which is within depth others */
static int read_array(struct term_scan *s, size_t depth, size_t most, struct change_list *list,
                      int (*read)(struct term_scan *, size_t, size_t, struct change_list *))
{
    assert(*s->at == '[');
    s->at++;
    for (size_t count = 0;; count++) {
        int rc = expect_more(s);
        if (rc)
            return rc;
        if (count == 0 && *s->at == ']')
            break;
        if (*s->at != '{')
            return term_scan_fail(s, s->at, ERR_FORMAT, *s->at == ']' ? "json" : "json-shape",
                                  "expected a change, which is an object, found '%c'", *s->at);
        if ((rc = read(s, depth + 1, most, list)) || (rc = expect_more(s)))
            return rc;
        if (*s->at == ']')
            break;
        if (*s->at != ',')
            return term_scan_fail(s, s->at, ERR_FORMAT, "json", "expected ',' or ']', found '%c'",
                                  *s->at);
        s->at++;
    }
    s->at++;
    assert(s->at <= s->end);
    return 0;
}

int json_change_decode(struct term_scan *s, size_t max_changes, struct change_list *list)
{
    assert(s->at <= s->end);
    size_t most = max_changes < SIZE_MAX - list->count ? list->count + max_changes : SIZE_MAX;
    s->at = skip_white(s->at, s->end);
    if (s->at == s->end)
        return 0;
    if (*s->at != '[' && *s->at != '{')
        return refuse_start(s);
    int rc =
        *s->at == '[' ? read_array(s, 0, most, list, read_object) : read_object(s, 0, most, list);
    if (rc)
        return rc;
    assert(list->count <= most);
    s->at = skip_white(s->at, s->end);
    if (s->at < s->end)
        return term_scan_fail(s, s->at, ERR_FORMAT, "json", "text behind the JSON document");
    return 0;
}
