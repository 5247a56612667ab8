/*
 * rdf_change.c - the data of a change is a document within a text of JSON: it is read like a
 * message of its own, and where it is wrong the error points to the text and tells the place in it.
 */
#include "alignd/stream/rdf_change.h"

#include "alignd/base/err.h"
#include "alignd/stream/nquads.h"
#include "alignd/stream/turtle.h"

#include <assert.h>
#include <inttypes.h>

static const struct record_value *get(const struct record_value *v, const char *name)
{
    return record_json_get(v, slice_of(name));
}

static const struct record_value *get_text(const struct record_value *v, const char *name)
{
    const struct record_value *text = get(v, name);
    return text && text->kind == RECORD_TEXT ? text : NULL;
}

bool rdf_change_is(const struct record_value *v)
{
    static const char *const others[] = {"sequence", "rev_id", "rdf_added_data",
                                         "rdf_deleted_data"};
    if (!get_text(v, "operation") || !get_text(v, "entity_id"))
        return false;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (get(v, others[i]))
            return true;
    return false;
}

/* --- who it is of --- */

static int clear(struct term_scan *s, const struct record_value *at, const char *scheme,
                 struct slice host, const char *path, struct slice id, struct change_list *list)
{
    struct buf iri = {0};
    buf_append_text(&iri, scheme);
    buf_append_slice(&iri, host);
    buf_append_text(&iri, path);
    buf_append_slice(&iri, id);
    struct slice text = arena_copy(s->arena, buf_slice(&iri));
    buf_fini(&iri);
    s->at = at->at;
    int rc = term_scan_check_iri(s, text);
    if (!rc)
        *change_list_add(list) =
            (struct change){.op = CHANGE_CLEAR, .subject = {.kind = TERM_IRI, .text = text}};
    return rc;
}

/* The entity and, of a domain, its document. */
static int clear_entity(const struct record_map *map, struct term_scan *s,
                        const struct record_value *v, struct change_list *list)
{
    const struct record_value *id = get_text(v, "entity_id");
    const struct record_value *domain = get_text(get(v, "meta"), "domain");
    struct slice base = record_map_base(map);
    int rc;
    if (!base.len && !domain)
        return term_scan_fail(
            s, v->at, ERR_FORMAT, "no-id",
            "neither meta.domain nor [graph.NAME] base says what the IRI of '%.*s' "
            "begins with",
            id->text.len < 40 ? (int)id->text.len : 40, id->text.data);
    if ((rc = base.len ? clear(s, id, "", base, "", id->text, list)
                       : clear(s, id, "http://", domain->text, "/entity/", id->text, list)))
        return rc;
    return domain
               ? clear(s, id, "https://", domain->text, "/wiki/Special:EntityData/", id->text, list)
               : ERR_OK;
}

/* --- what it says --- */

static int decode(struct term_scan *s, enum codec_format format, struct change_list *list)
{
    switch (format) {
    case CODEC_TURTLE:
    case CODEC_TRIG:
        return turtle_decode(s, format == CODEC_TRIG, list);
    case CODEC_NQUADS:
        return nquads_decode(s, s->limits->rows, list);
    default:
        return term_scan_fail(s, s->start, ERR_FORMAT, "unknown-format",
                              "neither Turtle nor N-Triples, by its mime_type");
    }
}

static int take_data(struct term_scan *s, const struct record_value *v, const char *member,
                     enum change_op op, struct change_list *list)
{
    const struct record_value *data = get(v, member), *text = get_text(data, "data");
    const struct record_value *type = get_text(data, "mime_type");
    enum codec_format format = CODEC_TURTLE;
    struct codec_error error = {0};
    if (!data || data->kind == RECORD_NULL)
        return ERR_OK;
    if (!text)
        return term_scan_fail(s, data->at, ERR_FORMAT, "json-shape", "'%s' has no text 'data'",
                              member);
    if (type && !codec_format_from_content_type(type->text, &format))
        format = CODEC_AUTO;
    struct term_scan inner = term_scan_of(text->text, s->limits, s->arena, &error);
    struct change_list said = change_list_of(s->arena, text->text.len / 60 + 1);
    int rc = decode(&inner, format, &said);
    if (rc)
        return term_scan_fail(s, text->at, rc, error.code,
                              "%s, line %" PRIu64 ", column %" PRIu64 ": %s", member, error.line,
                              error.column, error.message);
    for (size_t i = 0; i < said.count; i++) {
        assert(said.items[i].op == CHANGE_INSERT);
        said.items[i].op = op;
        *change_list_add(list) = said.items[i];
    }
    return ERR_OK;
}

/* A number that is small; missing: fallback. */
static int take_number(struct term_scan *s, const struct record_value *v, const char *name,
                       uint64_t fallback, uint64_t *ret)
{
    const struct record_value *n = get(v, name);
    *ret = n ? 0 : fallback;
    bool good = !n || (n->kind == RECORD_NUMBER && n->text.len < 10);
    for (size_t i = 0; n && good && i < n->text.len; i++) {
        good = n->text.data[i] >= '0' && n->text.data[i] <= '9';
        *ret = *ret * 10 + (uint64_t)(n->text.data[i] - '0');
    }
    return good ? ERR_OK
                : term_scan_fail(s, n->at, ERR_FORMAT, "json-shape",
                                 "'%s' is no number that counts pieces", name);
}

int rdf_change_take(const struct record_map *map, struct term_scan *s, const struct record_value *v,
                    struct change_list *list)
{
    assert(rdf_change_is(v));
    const struct record_value *op = get_text(v, "operation");
    bool diff = slice_equal(op->text, slice_of("diff")),
         gone = slice_equal(op->text, slice_of("delete"));
    bool whole =
        slice_equal(op->text, slice_of("import")) || slice_equal(op->text, slice_of("reconcile"));
    uint64_t piece, pieces;
    int rc;
    if (!diff && !gone && !whole)
        return term_scan_fail(s, op->at, ERR_FORMAT, "json-shape",
                              "an operation that is none of import, diff, delete, reconcile");
    if ((rc = take_number(s, v, "sequence", 0, &piece)) ||
        (rc = take_number(s, v, "sequence_length", piece + 1, &pieces)))
        return rc;
    if (piece >= pieces)
        return term_scan_fail(s, get(v, "sequence") ? get(v, "sequence")->at : v->at, ERR_FORMAT,
                              "json-shape", "piece %" PRIu64 " of %" PRIu64, piece, pieces);
    assert(diff + gone + whole == 1 && piece < pieces);
    if ((gone || (whole && piece == 0)) && (rc = clear_entity(map, s, v, list)))
        return rc;
    if (gone)
        return ERR_OK;
    if ((diff && (rc = take_data(s, v, "rdf_deleted_data", CHANGE_DELETE, list))) ||
        (rc = take_data(s, v, "rdf_added_data", CHANGE_INSERT, list)))
        return rc;
    return take_data(s, v, "rdf_linked_shared_data", CHANGE_INSERT, list);
}
