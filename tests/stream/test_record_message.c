#include "alignd/stream/record_message.h"

#include "alignd/base/err.h"
#include "alignd/stream/term_write.h"

#include <criterion/criterion.h>

struct decoded {
    int rc;
    struct codec_error error;
    struct buf rows; /* a clear is 'C subject'; NUL-terminated */
};

static struct decoded decode(const char *id, const char *key, struct slice value, bool tombstone)
{
    struct decoded d = {0};
    struct change *changes;
    size_t count;
    struct arena *arena = arena_new();
    struct record_map *map = record_map_new(&(struct record_options){.graph = "g", .id = id});
    struct record_message m = {key != NULL, tombstone, slice_of(key ? key : ""), value};
    d.rc = record_message_decode(map, CODEC_AUTO, &m, NULL, arena, &changes, &count, &d.error);
    for (size_t i = 0; !d.rc && i < count; i++)
        if (changes[i].op == CHANGE_CLEAR)
            buf_append_format(&d.rows, "C %.*s\n", (int)changes[i].subject.text.len,
                              changes[i].subject.text.data);
        else
            term_write_change(&d.rows, &changes[i]);
    buf_append_char(&d.rows, '\0');
    record_map_free(map);
    arena_free(arena);
    return d;
}

static void expect_changes(const char *id, const char *key, const char *value, const char *rows)
{
    struct decoded d = decode(id, key, slice_of(value ? value : ""), !value);
    cr_expect_eq(d.rc, 0, "%s: %s", value, d.error.message);
    cr_expect_str_eq(d.rows.data, rows, "%s became\n%sinstead of\n%s", value, d.rows.data, rows);
    buf_fini(&d.rows);
}

static void expect_refused(const char *id, const char *key, struct slice value, const char *code)
{
    struct decoded d = decode(id, key, value, !value.data);
    cr_expect_eq(d.rc, ERR_FORMAT, "%.*s", (int)value.len, value.data);
    cr_expect_str_eq(d.error.code, code, "%s", d.error.message);
    buf_fini(&d.rows);
}

#define NOTHING ((struct slice){NULL, 0})

Test(record_message, a_record_is_a_clear_and_its_triples)
{
    expect_changes("id", NULL, "{\"id\":1,\"a\":\"x\"}",
                   "C urn:g:1\nA <urn:g:1> <urn:g:a> \"x\" .\n");
    expect_changes("id", NULL, "[{\"id\":1},{\"id\":2}]", "C urn:g:1\nC urn:g:2\n");
    expect_changes("id", NULL, "{\"schema\":{},\"payload\":{\"id\":1}}", "C urn:g:1\n");
}

Test(record_message, the_key_is_the_id_where_the_value_does_not_say_it)
{
    expect_changes(NULL, "k 1", "{\"a\":\"x\"}",
                   "C urn:g:k%201\nA <urn:g:k%201> <urn:g:a> \"x\" .\n");
    expect_changes("id", "\"7\"", "{\"a\":\"x\"}", "C urn:g:7\nA <urn:g:7> <urn:g:a> \"x\" .\n");
    expect_changes("id", "{\"id\":7}", "{\"id\":8}", "C urn:g:8\n");
    expect_refused("id", NULL, slice_of("{\"a\":1}"), "no-id");
    expect_refused(NULL, NULL, slice_of("{\"id\":1}"), "no-id");
}

Test(record_message, no_value_deletes_the_entity_of_the_key)
{
    expect_changes("id", "7", NULL, "C urn:g:7\n");
    expect_changes("id", "{\"id\":7,\"x\":1}", NULL, "C urn:g:7\n");
    expect_changes("id", "{\"other\":7}", NULL, "C urn:g:7\n");
    expect_changes("id", "{\"schema\":{\"type\":\"struct\"},\"payload\":{\"id\":7}}", NULL,
                   "C urn:g:7\n");
    expect_changes("id", "a/b", "null", "C urn:g:a%2Fb\n");
    expect_refused("id", NULL, NOTHING, "no-id");
    expect_refused("id", "", NOTHING, "no-id");
    expect_refused("id", "{\"a\":7,\"b\":1}", NOTHING, "no-id");
    expect_refused("id", "\xff", NOTHING, "no-id");
}

#define ENVELOPE(before, after, op) "{\"before\":" before ",\"after\":" after ",\"op\":\"" op "\"}"

Test(record_message, an_envelope_is_what_stands_after_or_that_it_is_gone)
{
    const char *row = "C urn:g:1\nA <urn:g:1> <urn:g:a> \"x\" .\n";
    expect_changes("id", NULL, ENVELOPE("null", "{\"id\":1,\"a\":\"x\"}", "c"), row);
    expect_changes("id", NULL, ENVELOPE("null", "{\"id\":1,\"a\":\"x\"}", "r"), row);
    expect_changes("id", "{\"id\":1}", "{\"after\":{\"id\":1,\"a\":\"x\"},\"op\":\"u\"}", row);
    expect_changes(
        "id", NULL,
        "{\"schema\":{},\"payload\":" ENVELOPE("null", "{\"id\":1,\"a\":\"x\"}", "c") "}", row);
    expect_changes("id", NULL, ENVELOPE("{\"id\":1,\"a\":\"x\"}", "null", "d"), "C urn:g:1\n");
    expect_changes("id", "{\"id\":1}", ENVELOPE("null", "null", "d"), "C urn:g:1\n");
    expect_changes("id", NULL, ENVELOPE("{\"id\":1}", "{\"id\":2}", "u"), "C urn:g:1\nC urn:g:2\n");
    expect_changes("id", NULL, "{\"op\":\"m\",\"message\":{}}", "");
    expect_refused("id", NULL, slice_of("{\"op\":\"t\",\"source\":{}}"), "json-shape");
}

Test(record_message, a_flattened_record_says_whether_it_was_deleted)
{
    expect_changes("id", NULL, "{\"id\":1,\"__deleted\":\"true\"}", "C urn:g:1\n");
    expect_changes("id", "{\"id\":1}", "{\"__deleted\":true}", "C urn:g:1\n");
    expect_changes("id", NULL, "{\"id\":1,\"__deleted\":\"false\"}", "C urn:g:1\n");
}

Test(record_message, five_bytes_of_wire_format_are_skipped_before_json_alone)
{
    struct decoded d = decode("id", NULL, (struct slice){"\0\0\0\0\1{\"id\":1}", 13}, false);
    cr_expect_eq(d.rc, 0);
    cr_expect_str_eq(d.rows.data, "C urn:g:1\n");
    buf_fini(&d.rows);
    expect_refused("id", NULL, (struct slice){"\0\0\0\0\1\2\x06Mill", 11}, "unknown-format");
}

Test(record_message, triples_are_the_entities_they_speak_of_and_changes_are_changes)
{
    expect_changes(
        NULL, NULL, "<http://s> <http://p> \"x\" .\n<http://s> <http://p> \"y\" .\n",
        "C http://s\nA <http://s> <http://p> \"x\" .\nA <http://s> <http://p> \"y\" .\n");
    expect_changes(NULL, NULL,
                   "{\"op\":\"delete\",\"s\":\"http://s\",\"p\":\"http://p\",\"o\":\"http://o\"}",
                   "D <http://s> <http://p> <http://o> .\n");
    expect_refused("id", NULL, slice_of("{\"id\":1} x"), "json");
}

Test(record_message, no_value_for_triples_deletes_the_iri_that_the_key_is)
{
    static const struct {
        const char *key, *code, *subject;
    } cases[] = {{"http://s", "", "http://s"},
                 {"<http://s>", "", "http://s"},
                 {"_:x", "", "x"},
                 {"s", "no-id", ""},
                 {"http://\xff", "no-id", ""},
                 {"<http://a b>", "no-id", ""},
                 {"_:", "no-id", ""},
                 {"", "no-id", ""}};
    struct record_map *map = record_map_new(&(struct record_options){.graph = "g"});
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record_message m = {true, true, slice_of(cases[i].key), {NULL, 0}};
        struct codec_error error = {0};
        struct change *changes;
        size_t count;
        int rc =
            record_message_decode(map, CODEC_NQUADS, &m, NULL, arena, &changes, &count, &error);
        cr_expect_str_eq(error.code, cases[i].code, "%s: %s", cases[i].key, error.message);
        cr_expect(rc || slice_equal(changes[0].subject.text, slice_of(cases[i].subject)));
    }
    arena_free(arena);
    record_map_free(map);
}

Test(record_message, a_column_that_was_not_sent_is_as_it_was_before_or_refused)
{
    expect_changes("id", NULL,
                   ENVELOPE("{\"id\":1,\"a\":\"x\"}",
                            "{\"id\":1,\"a\":\"__debezium_unavailable_value\"}", "u"),
                   "C urn:g:1\nC urn:g:1\nA <urn:g:1> <urn:g:a> \"x\" .\n");
    expect_refused(
        "id", NULL,
        slice_of(ENVELOPE("null", "{\"id\":1,\"a\":\"__debezium_unavailable_value\"}", "u")),
        "json-shape");
    expect_refused("id", NULL, slice_of("{\"id\":1,\"a\":\"__debezium_unavailable_value\"}"),
                   "json-shape");
}
