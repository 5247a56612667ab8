/*
 * record_map_take.c - a record walked along the tree of the mapping's rows.
 *
 *  (1) All that is handed over lies in the arena: a record may be read from text that moves on.
 *  (2) The walk is as deep as the record, which its reader has bounded.
 */
#include "record_map_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/text.h"
#include "alignd/graph/id.h"

#include <assert.h>
#include <stdio.h>

#define RDF_TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

struct taking {
    const struct record_map *map;
    struct term_scan *s;
    struct change_list *list;
    bool whole; /* an entity is cleared before its triples */
};

/* The entity at hand and how its members are named. */
struct entity {
    struct slice iri;
    struct slice path; /* of the object, as the end of an IRI; empty at the top */
    bool taken_apart;  /* only what rows name is taken */
    bool part;         /* called after the entity it is in (graph/id.h) */
};

static int refuse(struct taking *t, const struct record_value *v, const char *code,
                  const char *what, struct slice name, const char *why)
{
    return term_scan_fail(t->s, v->at, ERR_FORMAT, code, "%s '%.*s' %s", what,
                          name.len < 60 ? (int)name.len : 60, name.data, why);
}

static bool is_scalar(const struct record_value *v)
{
    return v->kind == RECORD_TEXT || v->kind == RECORD_NUMBER || v->kind == RECORD_BOOL;
}

static bool is_null_text(const struct record_map *map, struct slice text)
{
    if (!text.len && !map->keep_empty)
        return true;
    for (size_t i = 0; i < map->null_count; i++)
        if (slice_equal(text, map->nulls[i]))
            return true;
    return false;
}

static bool is_null(const struct record_map *map, const struct record_value *v)
{
    return v->kind == RECORD_NULL || (v->kind == RECORD_TEXT && is_null_text(map, v->text));
}

/* --- terms --- */

static size_t local_bytes(struct slice text)
{
    return 3 * text.len;
}

/* prefix, mark, and text as the end of an IRI. */
static int make_iri(struct taking *t, const struct record_value *v, struct slice prefix,
                    const char *mark, struct slice text, struct slice *ret)
{
    size_t n = strlen(mark);
    if (prefix.len + n + text.len > t->s->limits->iri_bytes)
        return term_scan_fail(t->s, v->at, ERR_LIMIT, "limit-iri", "an id of %zu bytes, over %zu",
                              prefix.len + n + text.len, t->s->limits->iri_bytes);
    size_t size = prefix.len + n + local_bytes(text) + 1;
    struct buf iri = {.data = arena_alloc(t->s->arena, size), .size = size};
    buf_append_slice(&iri, prefix);
    buf_append(&iri, mark, n);
    text_to_local_name(&iri, text);
    assert(iri.len < size && iri.size == size); /* it has not moved to the heap */
    *ret = buf_slice(&iri);
    return ERR_OK;
}

static struct change *add(struct taking *t, struct slice subject, struct slice predicate)
{
    assert(subject.len && predicate.len);
    struct change *c = change_list_add(t->list);
    *c = (struct change){.op = CHANGE_INSERT,
                         .subject = {.kind = TERM_IRI, .text = subject},
                         .predicate = {.kind = TERM_IRI, .text = predicate}};
    return c;
}

static void add_link(struct taking *t, struct slice subject, struct slice predicate,
                     struct slice object)
{
    add(t, subject, predicate)->object = (struct term){.kind = TERM_IRI, .text = object};
}

static int add_literal(struct taking *t, struct slice subject, struct slice predicate,
                       const struct record_value *v, struct slice text)
{
    if (text.len > t->s->limits->literal_bytes)
        return term_scan_fail(t->s, v->at, ERR_LIMIT, "limit-literal",
                              "a value of %zu bytes, over %zu", text.len,
                              t->s->limits->literal_bytes);
    add(t, subject, predicate)->object =
        (struct term){.kind = TERM_LITERAL, .text = arena_copy(t->s->arena, text)}; /* (1) */
    return ERR_OK;
}

static void add_clear(struct taking *t, struct slice subject)
{
    assert(subject.len && t->whole);
    *change_list_add(t->list) =
        (struct change){.op = CHANGE_CLEAR, .subject = {.kind = TERM_IRI, .text = subject}};
}

static void add_type(struct taking *t, struct slice subject, const struct record_type *type)
{
    if (type->iri.len)
        add_link(t, subject, slice_of(RDF_TYPE), type->iri);
}

/* BASE and the path, where rows do not say it. */
static struct slice predicate_of(struct taking *t, struct slice path)
{
    struct slice base = t->map->base;
    char *text = arena_alloc(t->s->arena, base.len + path.len + 1);
    memcpy(text, base.data, base.len);
    memcpy(text + base.len, path.data, path.len);
    return (struct slice){text, base.len + path.len};
}

/* The path of a member as the end of an IRI. */
static struct slice path_of(struct taking *t, struct slice above, struct slice name)
{
    size_t size = above.len + 1 + local_bytes(name) + 1;
    struct buf path = {.data = arena_alloc(t->s->arena, size), .size = size};
    buf_append_slice(&path, above);
    if (above.len)
        buf_append_char(&path, '.');
    text_to_local_name(&path, name);
    assert(path.size == size);
    assert(path.len < size);
    return buf_slice(&path);
}

/* --- scalars --- */

static int add_reference(struct taking *t, struct slice subject, const struct record_node *node,
                         const struct record_value *v, struct slice text)
{
    assert(node->action == RECORD_BY_NAME || node->action == RECORD_BY_ID);
    bool by_name = node->action == RECORD_BY_NAME;
    struct slice iri;
    int rc = make_iri(t, v, node->type.prefix, by_name ? MAPPING_NAMED : "", text, &iri);
    if (rc)
        return rc;
    add_link(t, subject, node->predicate, iri);
    return ERR_OK;
}

static struct slice trim(struct slice s)
{
    while (s.len && (*s.data == ' ' || *s.data == '\t'))
        s = (struct slice){s.data + 1, s.len - 1};
    while (s.len && (s.data[s.len - 1] == ' ' || s.data[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* Each piece of a packed list, or the whole of it. */
static int add_references(struct taking *t, struct slice subject, const struct record_node *node,
                          const struct record_value *v)
{
    struct slice rest = v->text, separator = node->row->separator;
    int rc = ERR_OK;
    for (bool last = false; !rc && !last;) {
        const char *at = separator.len && rest.len
                             ? memmem(rest.data, rest.len, separator.data, separator.len)
                             : NULL;
        assert(rest.len <= v->text.len);
        struct slice piece = {rest.data, at ? (size_t)(at - rest.data) : rest.len};
        last = !at;
        if (at)
            rest = (struct slice){at + separator.len, rest.len - piece.len - separator.len};
        piece = trim(piece);
        if (piece.len && !is_null_text(t->map, piece))
            rc = add_reference(t, subject, node, v, piece);
    }
    return rc;
}

static int take_scalar(struct taking *t, const struct entity *e, const struct record_value *v,
                       const struct record_node *node, struct slice path)
{
    assert(is_scalar(v));
    if (!node || !node->row)
        return e->taken_apart ? ERR_OK : add_literal(t, e->iri, predicate_of(t, path), v, v->text);
    switch (node->action) {
    case RECORD_IGNORE:
    case RECORD_OWN_ID:
        break;
    case RECORD_TYPE: {
        struct record_type type = record_map_type(t->map, t->s->arena, v->text);
        add_type(t, e->iri, &type);
        break;
    }
    case RECORD_BY_NAME:
    case RECORD_BY_ID:
        return add_references(t, e->iri, node, v);
    case RECORD_ADD:
        return add_literal(t, e->iri, node->predicate, v, v->text);
    }
    return ERR_OK;
}

/* --- objects --- */

static int take_members(struct taking *t, const struct entity *e, const struct record_value *object,
                        const struct record_node *node);

/* What a nested object is called: by its id, or as a part of the entity it is in. */
static int name_nested(struct taking *t, const struct entity *e, const struct record_value *v,
                       const struct record_node *node, size_t index, struct entity *inside)
{
    assert(v->kind == RECORD_OBJECT);
    const struct record_node *own = node ? node->own_id : NULL;
    const struct record_value *id = own ? record_json_get(v, own->name) : NULL;
    inside->part = !id || !is_scalar(id) || is_null(t->map, id);
    if (!inside->part)
        return make_iri(t, id, own->type.prefix, "", id->text, &inside->iri);
    struct slice name;
    char number[32];
    const char *mark = e->part                                              ? "/"
                       : e->iri.len && memchr(e->iri.data, '#', e->iri.len) ? "//"
                                                                            : "#";
    int rc = make_iri(t, v, e->iri, mark, v->name, &name);
    if (rc)
        return rc;
    snprintf(number, sizeof(number), "~%0*zu", ID_PART_DIGITS, index);
    return make_iri(t, v, name, number, (struct slice){"", 0}, &inside->iri);
}

/* A name, a type, an id: what is of one text. */
static bool needs_scalar(const struct record_node *node)
{
    return node->row && !node->children &&
           (node->action != RECORD_ADD || node->row->kind == MAPPING_LABEL);
}

static int take_object(struct taking *t, const struct entity *e, const struct record_value *v,
                       const struct record_node *node, struct slice path, size_t index)
{
    assert(v->kind == RECORD_OBJECT);
    struct entity inside = {.iri = e->iri, .path = path, .taken_apart = true, .part = e->part};
    if (node && node->row && node->action == RECORD_IGNORE)
        return ERR_OK;
    if (node && needs_scalar(node))
        return refuse(t, v, "json-shape", "an object in", node->row->iri,
                      "where a value was expected: map a member of it (a.b)");
    bool has_rows = node && node->children;
    if (has_rows && !node->own_id)
        return take_members(t, &inside, v, node);
    if (!has_rows && e->taken_apart)
        return ERR_OK;
    int rc = name_nested(t, e, v, node, index, &inside);
    if (rc)
        return rc;
    inside.taken_apart = false;
    if (t->whole && !inside.part) /* a part goes with its root's */
        add_clear(t, inside.iri);
    add_link(t, e->iri, predicate_of(t, path), inside.iri);
    if (has_rows)
        add_type(t, inside.iri, &node->own_id->type);
    return take_members(t, &inside, v, node);
}

static int take_value(struct taking *t, const struct entity *e, const struct record_value *v,
                      struct slice name, const struct record_node *node, struct slice path,
                      size_t index)
{
    int rc = ERR_OK;
    if (is_null(t->map, v))
        return ERR_OK;
    if (v->kind == RECORD_OBJECT) {
        struct record_value named = *v; /* an element is called like its array */
        named.name = name;
        return take_object(t, e, &named, node, path, index);
    }
    if (v->kind != RECORD_ARRAY)
        return take_scalar(t, e, v, node, path);
    for (const struct record_value *item = v->first; item && !rc; item = item->next)
        rc = take_value(t, e, item, name, node, path, index++);
    return rc;
}

static int take_members(struct taking *t, const struct entity *e, const struct record_value *object,
                        const struct record_node *node)
{
    assert(object->kind == RECORD_OBJECT);
    int rc = ERR_OK;
    bool top = !e->path.len;
    for (const struct record_value *v = object->first; v && !rc; v = v->next) {
        const struct record_node *child = record_map_find(node, v->name);
        bool is_id = top && !(child && child->row) && slice_equal(v->name, t->map->id);
        if (is_id || v->kind == RECORD_NULL)
            continue;
        struct slice path = {"", 0};
        bool named = child && child->row && is_scalar(v);
        if (!named)
            path = path_of(t, e->path, v->name);
        rc = take_value(t, e, v, v->name, child, path, 0);
    }
    return rc;
}

/* --- the whole --- */

/* By its name, else along its dots. */
static const struct record_value *find_path(const struct record_value *record, struct slice path)
{
    const struct record_value *v = record_json_get(record, path);
    const char *dot;
    while (!v && (dot = path.len ? memchr(path.data, '.', path.len) : NULL)) {
        struct slice name = {path.data, (size_t)(dot - path.data)};
        record = record_json_get(record, name);
        path = (struct slice){dot + 1, path.len - name.len - 1};
        v = record_json_get(record, path);
    }
    return v;
}

/* In the member that has it, where there is one; else the key. */
static int find_id(struct taking *t, const struct record_value *record, const struct slice *key,
                   struct slice *ret_id)
{
    const struct record_value *v = t->map->id.len && record ? find_path(record, t->map->id) : NULL;
    if (!v && key && key->len) {
        *ret_id = *key;
        return ERR_OK;
    }
    if (!t->map->id.len)
        return term_scan_fail(t->s, record->at, ERR_FORMAT, "no-id",
                              "nothing says what this record is: no id, and no key");
    if (!v || is_null(t->map, v))
        return refuse(t, v ? v : record, "no-id", "the record has no value in", t->map->id,
                      "which is its id");
    if (!is_scalar(v))
        return refuse(t, v, "no-id", "the id", t->map->id, "is neither a text nor a number");
    *ret_id = v->text;
    return ERR_OK;
}

/* By what is set, else by the member that says so. */
static int find_type(struct taking *t, const struct record_value *record,
                     struct record_type *ret_type)
{
    const struct record_node *column = t->map->type_column;
    const struct record_value *v = column && record ? record_json_get(record, column->name) : NULL;
    *ret_type = t->map->type;
    if (t->map->type.iri.len || !v || is_null(t->map, v))
        return ERR_OK;
    if (!is_scalar(v))
        return refuse(t, v, "json-shape", "the type", column->name,
                      "has several values: map it with [] behind its name");
    *ret_type = record_map_type(t->map, t->s->arena, v->text);
    return ERR_OK;
}

/* Who it is. */
static int name_record(struct taking *t, const struct record_value *record, const struct slice *key,
                       struct record_type *ret_type, struct slice *ret_iri)
{
    static const struct record_value nothing = {.kind = RECORD_OBJECT};
    struct record_value none = nothing;
    struct slice id;
    none.at = t->s->start;
    record = record ? record : &none;
    if (record->kind != RECORD_OBJECT)
        return term_scan_fail(t->s, record->at, ERR_FORMAT, "json-shape",
                              "expected a record, which is an object");
    int rc;
    if ((rc = find_id(t, record, key, &id)) || (rc = find_type(t, record, ret_type)))
        return rc;
    return make_iri(t, record, ret_type->iri.len ? ret_type->prefix : t->map->base, "", id,
                    ret_iri);
}

static int take_record(struct taking *t, const struct record_value *record, const struct slice *key)
{
    struct entity e = {0};
    struct record_type type;
    size_t before = t->list->count;
    int rc = name_record(t, record, key, &type, &e.iri);
    if (rc)
        goto done;
    assert(e.iri.len > 0);
    if (t->whole)
        add_clear(t, e.iri);
    add_type(t, e.iri, &type);
    rc = take_members(t, &e, record, &t->map->root);
done:
    if (rc)
        t->list->count = before;
    assert(t->list->count >= before);
    return rc;
}

int record_map_take(const struct record_map *map, struct term_scan *s,
                    const struct record_value *record, const struct slice *key,
                    struct change_list *list)
{
    struct taking t = {map, s, list, map->whole};
    return take_record(&t, record, key);
}

int record_map_replace(const struct record_map *map, struct term_scan *s,
                       const struct record_value *record, const struct slice *key,
                       struct change_list *list)
{
    struct taking t = {map, s, list, true};
    return take_record(&t, record, key);
}

int record_map_delete(const struct record_map *map, struct term_scan *s,
                      const struct record_value *record, const struct slice *key,
                      struct change_list *list)
{
    struct taking t = {map, s, list, true};
    struct record_type type;
    struct slice iri;
    const struct record_node *column = map->type_column;
    int rc = name_record(&t, record, key, &type, &iri);
    if (rc)
        return rc;
    if (column && !type.iri.len)
        return term_scan_fail(
            s, s->start, ERR_FORMAT, "no-id",
            "a deletion without '%.*s', the type: set type, or have the key say it",
            column->name.len < 40 ? (int)column->name.len : 40, column->name.data);
    add_clear(&t, iri);
    return ERR_OK;
}
