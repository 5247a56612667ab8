#include "alignd/stream/rdf_change.h"

#include "alignd/base/err.h"
#include "alignd/stream/record_message.h"
#include "alignd/stream/term_write.h"

#include <criterion/criterion.h>

#define HEAD(operation) "{\"entity_id\":\"Q1\",\"rev_id\":3,\"operation\":\"" operation "\""
#define META ",\"meta\":{\"domain\":\"w.example\"}"
#define DATA(member, text)                                                                         \
    ",\"rdf_" member "_data\":{\"data\":\"" text "\",\"mime_type\":\"text/turtle\"}"
#define CLEARED "C http://w.example/entity/Q1\nC https://w.example/wiki/Special:EntityData/Q1\n"
#define PREFIX "@prefix d: <http://w.example/entity/> .\\n"

/* As messages of records are, in which they stand. */
static int decode(const char *base, const char *json, struct buf *rows, struct codec_error *error)
{
    struct change *changes;
    size_t count;
    struct arena *arena = arena_new();
    struct record_map *map = record_map_new(&(struct record_options){.graph = "g", .base = base});
    struct record_message m = {.payload = slice_of(json)};
    int rc = record_message_decode(map, CODEC_AUTO, &m, NULL, arena, &changes, &count, error);
    for (size_t i = 0; !rc && i < count; i++)
        if (changes[i].op == CHANGE_CLEAR)
            buf_append_format(rows, "C %.*s\n", (int)changes[i].subject.text.len,
                              changes[i].subject.text.data);
        else
            term_write_change(rows, &changes[i]);
    buf_append_char(rows, '\0');
    record_map_free(map);
    arena_free(arena);
    return rc;
}

static void expect_changes(const char *base, const char *json, const char *rows)
{
    struct buf out = {0};
    struct codec_error error = {0};
    cr_expect_eq(decode(base, json, &out, &error), 0, "%s: %s", json, error.message);
    cr_expect_str_eq(out.data, rows, "%s became\n%s", json, out.data);
    buf_fini(&out);
}

static void expect_refused(const char *json, const char *code, const char *words)
{
    struct buf out = {0};
    struct codec_error error = {0};
    cr_expect_eq(decode(NULL, json, &out, &error), ERR_FORMAT, "%s", json);
    cr_expect_str_eq(error.code, code, "%s: %s", json, error.message);
    cr_expect(strstr(error.message, words) != NULL, "%s: %s", json, error.message);
    cr_expect(error.line && error.column);
    buf_fini(&out);
}

Test(rdf_change, an_import_is_the_entity_as_a_whole)
{
    const char *data =
        DATA("added", PREFIX "d:Q1 a d:Q2 .") DATA("linked_shared", PREFIX "d:v d:p 1 .");
    struct buf json = {0};
    static const char *const operations[] = {"import", "reconcile"};
    for (int i = 0; i < 2; i++) {
        buf_clear(&json);
        buf_append_format(&json,
                          "{\"entity_id\":\"Q1\",\"rev_id\":3,\"operation\":\"%s\"" META "%s}",
                          operations[i], data);
        buf_append_char(&json, '\0');
        expect_changes(NULL, json.data,
                       CLEARED "A <http://w.example/entity/Q1> "
                               "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
                               "<http://w.example/entity/Q2> .\n"
                               "A <http://w.example/entity/v> <http://w.example/entity/p> "
                               "\"1\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n");
    }
    buf_fini(&json);
    expect_changes("http://x/", HEAD("import") "}", "C http://x/Q1\n");
}

Test(rdf_change, a_diff_takes_away_and_then_brings)
{
    expect_changes(NULL,
                   HEAD("diff") DATA("added", "<a:s> <a:p> 'new' .")
                       DATA("unlinked_shared", "<a:v> <a:p> 'kept' .")
                           DATA("deleted", "<a:s> <a:p> 'old' .") "}",
                   "D <a:s> <a:p> \"old\" .\nA <a:s> <a:p> \"new\" .\n");
    expect_changes(
        NULL,
        HEAD("diff") ",\"rdf_added_data\":{\"data\":\"<a:s> <a:p> <a:o> .\\n\","
                     "\"mime_type\":\"application/n-triples\"},\"rdf_deleted_data\":null}",
        "A <a:s> <a:p> <a:o> .\n");
}

Test(rdf_change, a_delete_is_a_clear)
{
    expect_changes(NULL, HEAD("delete") META "}", CLEARED);
}

Test(rdf_change, of_pieces_the_first_one_clears)
{
    expect_changes(NULL,
                   HEAD("reconcile") META
                   ",\"sequence\":0,\"sequence_length\":2" DATA("added", "<a:s> <a:p> '1' .") "}",
                   CLEARED "A <a:s> <a:p> \"1\" .\n");
    expect_changes(NULL,
                   HEAD("reconcile") META
                   ",\"sequence\":1,\"sequence_length\":2" DATA("added", "<a:s> <a:p> '2' .") "}",
                   "A <a:s> <a:p> \"2\" .\n");
    expect_refused(HEAD("diff") ",\"sequence\":2,\"sequence_length\":2}", "json-shape",
                   "piece 2 of 2");
    expect_refused(HEAD("diff") ",\"sequence\":-1}", "json-shape", "'sequence' is no number");
    expect_refused(HEAD("diff") ",\"sequence\":\"1\"}", "json-shape", "'sequence' is no number");
}

Test(rdf_change, what_is_wrong_is_said_with_its_place)
{
    expect_refused(HEAD("undelete") META "}", "json-shape",
                   "none of import, diff, delete, reconcile");
    expect_refused(HEAD("delete") "}", "no-id", "the IRI of 'Q1' begins with");
    expect_refused("{\"entity_id\":\"Q 1\",\"rev_id\":3,\"operation\":\"delete\"" META "}",
                   "bad-iri", "");
    expect_refused(HEAD("diff") DATA("added", "<a:s> <a:p> 'x' .\\n<a:s> d:p 'y' .") "}",
                   "prefixed-name", "rdf_added_data, line 2, column ");
    expect_refused(HEAD("diff") ",\"rdf_added_data\":{\"data\":1}}", "json-shape",
                   "'rdf_added_data' has no text 'data'");
    expect_refused(HEAD("diff") ",\"rdf_added_data\":{\"data\":\"\",\"mime_type\":\"image/png\"}}",
                   "unknown-format", "mime_type");
}

Test(rdf_change, other_records_are_none)
{
    struct buf out = {0};
    struct codec_error error = {0};
    cr_expect_eq(decode(NULL, "{\"entity_id\":\"Q1\",\"operation\":\"x\"}", &out, &error),
                 ERR_FORMAT);
    cr_expect_str_eq(error.code, "no-id", "a record without a key");
    buf_fini(&out);
}
