/*
 * record_message.c - takes off what wraps a record, then the map has it.  Errors point into the
 * value; where it is the key that is wrong, to the value's start.
 */
#include "alignd/stream/record_message.h"

#include "alignd/base/err.h"
#include "alignd/stream/json_change.h"
#include "alignd/stream/nquads.h"
#include "alignd/stream/rdf_change.h"

#include <assert.h>

struct decoding {
    const struct record_map *map;
    const struct record_message *message;
    struct term_scan s;
    struct change_list list;
};

/* --- wrappings --- */

/* Magic 0 and a schema's number, before what is JSON or is not. */
static int skip_wire_format(struct term_scan *s)
{
    assert(s->at == s->start);
    if (s->end - s->start < 5 || *s->start)
        return ERR_OK;
    const char *p = s->start + 5;
    while (p < s->end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
        p++;
    if (p < s->end && *p != '{' && *p != '[')
        return term_scan_fail(s, s->start, ERR_FORMAT, "unknown-format",
                              "Confluent's wire format with Avro or Protobuf in it: have the "
                              "producer write JSON (JsonConverter, JSON Schema)");
    s->at = s->start = s->start + 5;
    assert(s->at <= s->end);
    return ERR_OK;
}

static bool is_text(const struct record_value *v, const char *text)
{
    return v && (v->kind == RECORD_TEXT || v->kind == RECORD_BOOL) &&
           slice_equal(v->text, slice_of(text));
}

/* {"schema": ..., "payload": ...} and nothing else: the payload. */
static const struct record_value *without_schema(const struct record_value *v)
{
    const struct record_value *payload = record_json_get(v, slice_of("payload"));
    bool two = v->kind == RECORD_OBJECT && v->first && v->first->next && !v->first->next->next;
    return payload && two && record_json_get(v, slice_of("schema")) ? payload : v;
}

/* --- the key --- */

/* The id's member of a key, else its only one. */
static const struct record_value *id_of_key(const struct record_map *map,
                                            const struct record_value *key)
{
    key = without_schema(key);
    if (key->kind != RECORD_OBJECT)
        return key;
    const struct record_value *id = record_json_get(key, record_map_id(map));
    return id ? id : key->first && !key->first->next ? key->first : NULL;
}

/* Of JSON what it says, else its bytes.  *ret_record: the object that the key is, or NULL. */
static int read_key(struct decoding *d, struct slice *ret_id,
                    const struct record_value **ret_record)
{
    struct codec_error ignored = {0};
    struct term_scan s = term_scan_of(d->message->key, d->s.limits, d->s.arena, &ignored);
    struct record_value *v = NULL;
    *ret_record = NULL;
    if (!d->message->has_key || !d->message->key.len)
        return term_scan_fail(&d->s, d->s.start, ERR_FORMAT, "no-id",
                              "a message without a key: nothing says what it is of");
    if (skip_wire_format(&s) || term_scan_check_utf8(&s))
        return term_scan_fail(&d->s, d->s.start, ERR_FORMAT, "no-id",
                              "the key is neither text nor JSON");
    bool json = !record_json_read(&s, &v) && s.at == s.end;
    const struct record_value *id = json ? id_of_key(d->map, v) : NULL;
    if (json && (!id || !id->text.len || id->kind == RECORD_NULL))
        return term_scan_fail(&d->s, d->s.start, ERR_FORMAT, "no-id",
                              "the key is an object without the id");
    if (json && without_schema(v)->kind == RECORD_OBJECT)
        *ret_record = without_schema(v);
    assert(!json || id);
    *ret_id = json ? id->text : (struct slice){s.start, (size_t)(s.end - s.start)};
    return ERR_OK;
}

static int delete_by_key(struct decoding *d)
{
    const struct record_value *record;
    struct slice id;
    int rc = read_key(d, &id, &record);
    if (rc)
        return rc;
    return record_map_delete(d->map, &d->s, record, &id, &d->list);
}

/* --- records --- */

/* Without what a connector adds. */
static struct record_value *without_member(struct record_value *record, const char *name)
{
    for (struct record_value **at = &record->first; *at; at = &(*at)->next)
        if (slice_equal((*at)->name, slice_of(name))) {
            *at = (*at)->next;
            break;
        }
    return record;
}

/* Of columns that the connector did not send, as they had not changed, the value stands before; or
 * nobody knows it here. */
static int put_unavailable(struct decoding *d, struct record_value *record,
                           const struct record_value *before)
{
    struct record_value **at = &record->first;
    for (const struct record_value *v = record->first; v; v = v->next) {
        struct record_value *copy = arena_alloc(d->s.arena, sizeof(*copy));
        const struct record_value *was = record_json_get(before, v->name);
        *copy = *v;
        *at = copy;
        at = &copy->next;
        if (!is_text(v, "__debezium_unavailable_value"))
            continue;
        if (!was || is_text(was, "__debezium_unavailable_value"))
            return term_scan_fail(&d->s, v->at, ERR_FORMAT, "json-shape",
                                  "'%.*s' was not sent, as it had not changed, nor does it stand "
                                  "before: have the table log whole rows (REPLICA IDENTITY FULL)",
                                  v->name.len < 40 ? (int)v->name.len : 40, v->name.data);
        copy->kind = was->kind;
        copy->text = was->text;
        copy->first = was->first;
    }
    return ERR_OK;
}

static int take_record(struct decoding *d, struct record_value *record)
{
    const struct record_value *key_record;
    struct slice id, *key = NULL;
    if (is_text(record_json_get(record, slice_of("__deleted")), "true")) {
        without_member(record, "__deleted");
        return record_map_id(d->map).len && record_json_get(record, record_map_id(d->map))
                   ? record_map_delete(d->map, &d->s, record, NULL, &d->list)
                   : delete_by_key(d);
    }
    without_member(record, "__deleted");
    int unavailable = put_unavailable(d, record, NULL);
    if (unavailable)
        return unavailable;
    if (d->message->has_key && d->message->key.len) {
        int rc = read_key(d, &id, &key_record);
        if (rc && !record_map_id(d->map).len)
            return rc;
        key = rc ? NULL : &id;
    }
    return record_map_replace(d->map, &d->s, record, key, &d->list);
}

static bool is_envelope(const struct record_value *v)
{
    const struct record_value *op = record_json_get(v, slice_of("op"));
    return op && op->kind == RECORD_TEXT && op->text.len == 1 &&
           (record_json_get(v, slice_of("after")) || record_json_get(v, slice_of("before")) ||
            *op->text.data == 'm' || *op->text.data == 't');
}

/* A before that has the id. */
static const struct record_value *find_before(const struct decoding *d,
                                              const struct record_value *envelope)
{
    const struct record_value *before = record_json_get(envelope, slice_of("before"));
    return record_json_get(before, record_map_id(d->map)) ? before : NULL;
}

static int take_envelope(struct decoding *d, const struct record_value *envelope)
{
    assert(is_envelope(envelope));
    char op = *record_json_get(envelope, slice_of("op"))->text.data;
    const struct record_value *before = find_before(d, envelope);
    const struct record_value *after = record_json_get(envelope, slice_of("after"));
    if (op == 'm')
        return ERR_OK;
    if (op == 't')
        return term_scan_fail(&d->s, envelope->at, ERR_FORMAT, "json-shape",
                              "a table was truncated (op t): which entities it had is not said; "
                              "take it in anew with alignd load --replace");
    if (op == 'd' || !after || after->kind == RECORD_NULL)
        return before ? record_map_delete(d->map, &d->s, before, NULL, &d->list) : delete_by_key(d);
    if (after->kind != RECORD_OBJECT)
        return term_scan_fail(&d->s, after->at, ERR_FORMAT, "json-shape", "'after' is no record");
    struct record_value *record = arena_alloc(d->s.arena, sizeof(*record));
    *record = *after;
    int rc;
    if ((before && (rc = record_map_delete(d->map, &d->s, before, NULL, &d->list))) ||
        (rc = put_unavailable(d, record, record_json_get(envelope, slice_of("before")))))
        return rc;
    return take_record(d, record);
}

static bool is_change(const struct record_value *v)
{
    return record_json_get(v, slice_of("op")) &&
           (record_json_get(v, slice_of("s")) || record_json_get(v, slice_of("data")));
}

static int take_value(struct decoding *d, const struct record_value *v)
{
    v = without_schema(v);
    if (v->kind == RECORD_NULL)
        return delete_by_key(d);
    if (is_envelope(v))
        return take_envelope(d, v);
    if (rdf_change_is(v))
        return rdf_change_take(d->map, &d->s, v, &d->list);
    struct record_value *record = arena_alloc(d->s.arena, sizeof(*record));
    *record = *v;
    return take_record(d, record);
}

static int decode_json(struct decoding *d)
{
    assert(d->list.count == 0);
    struct record_value *v;
    struct term_scan *s = &d->s;
    int rc = record_json_read(s, &v);
    if (rc)
        return rc;
    while (s->at < s->end && memchr(" \t\r\n", *s->at, 4))
        s->at++;
    if (s->at < s->end)
        return term_scan_fail(s, s->at, ERR_FORMAT, "json", "text behind the JSON document");
    if (is_change(v) || (v->kind == RECORD_ARRAY && v->first && is_change(v->first))) {
        s->at = s->start;
        return json_change_decode(s, s->limits->rows, &d->list);
    }
    if (v->kind != RECORD_ARRAY)
        return take_value(d, v);
    for (const struct record_value *item = v->first; item && !rc; item = item->next)
        rc = take_value(d, item);
    return rc;
}

/* --- triples --- */

static int clear_key(struct decoding *d)
{
    assert(d->message->tombstone);
    struct slice key = d->message->key;
    bool brackets = key.len > 2 && *key.data == '<' && key.data[key.len - 1] == '>';
    if (brackets)
        key = (struct slice){key.data + 1, key.len - 2};
    struct term subject = {.kind = TERM_IRI, .text = key};
    if (key.len > 2 && memcmp(key.data, "_:", 2) == 0)
        subject = (struct term){.kind = TERM_BLANK, .text = {key.data + 2, key.len - 2}};
    if (!d->message->has_key || !key.len)
        return term_scan_fail(&d->s, d->s.start, ERR_FORMAT, "no-id",
                              "a message without a value and a key: nothing says what it is of");
    struct codec_error ignored = {0};
    struct term_scan s = term_scan_of(subject.text, d->s.limits, d->s.arena, &ignored);
    if (term_scan_check_utf8(&s) ||
        (subject.kind == TERM_IRI ? term_scan_check_iri(&s, subject.text)
                                  : term_scan_check_label(&s, subject.text)))
        return term_scan_fail(&d->s, d->s.start, ERR_FORMAT, "no-id",
                              "a message without a value, whose key is no IRI");
    struct change *c = change_list_add(&d->list);
    *c = (struct change){.op = CHANGE_CLEAR, .subject = subject};
    c->subject.text = arena_copy(d->s.arena, subject.text);
    return ERR_OK;
}

static bool same_subject(const struct change *a, const struct change *b)
{
    return a->subject.kind == b->subject.kind && slice_equal(a->subject.text, b->subject.text);
}

/* Statements as they are, before those of each subject that starts a run its clear. */
static int decode_statements(struct decoding *d)
{
    assert(d->list.count == 0);
    struct change_list said = change_list_of(d->s.arena, 16);
    int rc = nquads_decode(&d->s, d->s.limits->rows, &said);
    for (size_t i = 0; i < said.count && !rc; i++) {
        if (i && same_subject(&said.items[i], &said.items[i - 1]))
            continue;
        struct change *c = change_list_add(&d->list);
        *c = (struct change){.op = CHANGE_CLEAR, .subject = said.items[i].subject};
    }
    for (size_t i = 0; i < said.count && !rc; i++)
        *change_list_add(&d->list) = said.items[i];
    assert(rc || d->list.count >= said.count);
    return rc;
}

static int decode(struct decoding *d, enum codec_format format)
{
    assert(d->s.at == d->s.start && d->list.count == 0);
    struct term_scan *s = &d->s;
    if (d->message->tombstone)
        return format == CODEC_NQUADS ? clear_key(d) : delete_by_key(d);
    if (d->message->payload.len > s->limits->message_bytes)
        return term_scan_fail(s, s->start, ERR_LIMIT, "limit-message",
                              "a message of %zu bytes, over %zu", d->message->payload.len,
                              s->limits->message_bytes);
    int rc;
    if ((rc = skip_wire_format(s)) || (rc = term_scan_skip_mark(s)) ||
        (rc = term_scan_check_utf8(s)))
        return rc;
    if (format == CODEC_AUTO)
        format = codec_detect((struct slice){s->start, (size_t)(s->end - s->start)});
    return format == CODEC_NQUADS ? decode_statements(d) : decode_json(d);
}

int record_message_decode(const struct record_map *map, enum codec_format format,
                          const struct record_message *message, const struct codec_limits *limits,
                          struct arena *arena, struct change **ret_changes, size_t *ret_count,
                          struct codec_error *ret_error)
{
    struct codec_limits all = codec_limits_of(limits);
    struct codec_error error = {0};
    assert(map && arena);
    struct decoding d = {.map = map,
                         .message = message,
                         .s = term_scan_of(message->payload, &all, arena, &error),
                         .list = change_list_of(arena, message->payload.len / 60 + 1)};
    if (format == CODEC_RDF_PATCH && !message->tombstone)
        return codec_decode(format, message->payload, limits, arena, ret_changes, ret_count,
                            ret_error);
    int rc = decode(&d, format);
    if (rc) {
        assert(*error.code && error.line && error.column); /* who fails says where */
        if (ret_error)
            *ret_error = error;
        return rc;
    }
    *ret_changes = d.list.count ? d.list.items : NULL;
    *ret_count = d.list.count;
    return ERR_OK;
}
