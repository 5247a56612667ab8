#include "alignd/stream/record_map.h"

#include "alignd/base/err.h"
#include "alignd/stream/term_write.h"

#include <criterion/criterion.h>

#define TYPE "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

struct taken {
    int rc;
    struct codec_error error;
    struct buf rows;
};

static struct taken take(const struct record_options *options, const char *rows, const char *json,
                         const char *key)
{
    struct taken t = {0};
    struct codec_limits limits = codec_limits_default();
    struct record_options o = *options;
    struct mapping *mapping = NULL;
    struct record_value *record;
    struct arena *arena = arena_new();
    struct change_list list = change_list_of(arena, 1);
    struct slice key_text = slice_of(key ? key : "");
    cr_assert_eq(mapping_parse(slice_of(rows), "test", &mapping), 0);
    o.graph = "g";
    o.mapping = mapping;
    struct record_map *map = record_map_new(&o);
    struct term_scan s = term_scan_of(slice_of(json), &limits, arena, &t.error);
    cr_assert_eq(record_json_read(&s, &record), 0, "%s", t.error.message);
    t.rc = record_map_take(map, &s, record, key ? &key_text : NULL, &list);
    for (size_t i = 0; i < list.count; i++)
        term_write_change(&t.rows, &list.items[i]);
    buf_append_char(&t.rows, '\0');
    record_map_free(map);
    mapping_close(mapping);
    arena_free(arena);
    return t;
}

static void expect_triples(const struct record_options *o, const char *rows, const char *json,
                           const char *triples)
{
    struct taken t = take(o, rows, json, NULL);
    cr_expect_eq(t.rc, 0, "%s: %s", json, t.error.message);
    cr_expect_str_eq(t.rows.data, triples, "%s became\n%sinstead of\n%s", json, t.rows.data,
                     triples);
    buf_fini(&t.rows);
}

static void expect_refused(const struct record_options *o, const char *rows, const char *json,
                           int rc, const char *code)
{
    struct taken t = take(o, rows, json, NULL);
    cr_expect_eq(t.rc, rc, "%s", json);
    cr_expect_str_eq(t.error.code, code, "%s: %s", json, t.error.message);
    cr_expect_str_eq(t.rows.data, "");
    buf_fini(&t.rows);
}

static const struct record_options by_id = {.id = "id"};

Test(record_map, an_entity_is_called_by_base_type_and_id_as_text)
{
    expect_triples(&by_id, "", "{\"id\":7,\"a b\":\"x\"}", "A <urn:g:7> <urn:g:a%20b> \"x\" .\n");
    expect_triples(&(struct record_options){.id = "id", .type = "sku/x", .base = "http://e/v"}, "",
                   "{\"id\":\"007 %\",\"n\":1.0}",
                   "A <http://e/v/sku%2Fx/007%20%25> " TYPE " <http://e/v/sku%2Fx> .\n"
                   "A <http://e/v/sku%2Fx/007%20%25> <http://e/v/n> \"1.0\" .\n");
    expect_triples(&(struct record_options){.id = "a.b"}, "", "{\"a\":{\"b\":1,\"c\":2}}",
                   "A <urn:g:1> <urn:g:a> <urn:g:1#a~00000> .\n"
                   "A <urn:g:1#a~00000> <urn:g:a.b> \"1\" .\n"
                   "A <urn:g:1#a~00000> <urn:g:a.c> \"2\" .\n");
    expect_triples(&by_id, "g\tid\tkey\n", "{\"id\":7}", "A <urn:g:7> <urn:g:id> \"7\" .\n");
}

Test(record_map, nothing_is_said_by_null_by_nothing_and_by_spellings_of_it)
{
    const char *nulls[] = {"\\N", "n/a"};
    struct record_options o = {.id = "id", .nulls = nulls, .null_count = 2};
    const char *json =
        "{\"id\":1,\"a\":null,\"b\":\"\",\"c\":\"\\\\N\",\"d\":\"n/a\",\"e\":[null,\"\"],"
        "\"f\":0,\"g\":false}";
    expect_triples(&o, "", json,
                   "A <urn:g:1> <urn:g:f> \"0\" .\nA <urn:g:1> <urn:g:g> \"false\" .\n");
    o.keep_empty = true;
    expect_triples(&o, "", "{\"id\":1,\"b\":\"\"}", "A <urn:g:1> <urn:g:b> \"\" .\n");
}

Test(record_map, a_record_without_an_id_is_refused_unless_it_has_a_key)
{
    expect_refused(&by_id, "", "{\"a\":1}", ERR_FORMAT, "no-id");
    expect_refused(&by_id, "", "{\"id\":null}", ERR_FORMAT, "no-id");
    expect_refused(&by_id, "", "{\"id\":\"\"}", ERR_FORMAT, "no-id");
    expect_refused(&by_id, "", "{\"id\":[1]}", ERR_FORMAT, "no-id");
    expect_refused(&by_id, "", "[1]", ERR_FORMAT, "json-shape");
    expect_refused(&(struct record_options){0}, "", "{\"id\":1}", ERR_FORMAT, "no-id");
    struct taken t = take(&(struct record_options){.type = "t"}, "", "{\"a\":1}", "k/1");
    cr_expect_str_eq(t.rows.data, "A <urn:g:t/k%2F1> " TYPE " <urn:g:t> .\n"
                                  "A <urn:g:t/k%2F1> <urn:g:a> \"1\" .\n");
    buf_fini(&t.rows);
}

Test(record_map, a_reference_says_nothing_of_what_it_refers_to)
{
    expect_triples(&by_id, "g\tactors\tref:actor:person:|\ng\tshop\trefid:sold_by:store\n",
                   "{\"id\":1,\"actors\":\"Ilse Farber | |Noor\",\"shop\":[5,\"a/b\"]}",
                   "A <urn:g:1> <urn:g:actors> <urn:g:person/name:Ilse%20Farber> .\n"
                   "A <urn:g:1> <urn:g:actors> <urn:g:person/name:Noor> .\n"
                   "A <urn:g:1> <urn:g:shop> <urn:g:store/5> .\n"
                   "A <urn:g:1> <urn:g:shop> <urn:g:store/a%2Fb> .\n");
}

Test(record_map, arrays_are_several_values_and_objects_entities_of_their_own)
{
    expect_triples(&by_id, "",
                   "{\"id\":1,\"t\":[\"a\",[\"b\"]],\"p\":[{\"x\":{\"y\":1}},{\"x\":2}]}",
                   "A <urn:g:1> <urn:g:t> \"a\" .\n"
                   "A <urn:g:1> <urn:g:t> \"b\" .\n"
                   "A <urn:g:1> <urn:g:p> <urn:g:1#p~00000> .\n"
                   "A <urn:g:1#p~00000> <urn:g:p.x> <urn:g:1#p~00000/x~00000> .\n"
                   "A <urn:g:1#p~00000/x~00000> <urn:g:p.x.y> \"1\" .\n"
                   "A <urn:g:1> <urn:g:p> <urn:g:1#p~00001> .\n"
                   "A <urn:g:1#p~00001> <urn:g:p.x> \"2\" .\n");
}

Test(record_map, a_path_takes_what_it_names_out_of_an_object_and_leaves_the_rest)
{
    expect_triples(
        &by_id,
        "g\tlabels.*.value\tlabel\n"
        "g\tclaims.P31[].main.id\ttype\n"
        "g\tclaims.P57[].main.id\trefid:director:person\n",
        "{\"id\":\"Q1\",\"labels\":{\"en\":{\"language\":\"en\",\"value\":\"Mill\"},"
        "\"fr\":{\"language\":\"fr\",\"value\":\"Moulin\"}},"
        "\"claims\":{\"P31\":[{\"main\":{\"id\":\"film\"},\"rank\":1}],"
        "\"P57\":[{\"main\":{\"id\":\"Q5\"}},{\"main\":{\"id\":\"Q6\"}}],\"P9\":[{\"a\":1}]}}",
        "A <urn:g:Q1> <urn:g:labels.*.value> \"Mill\" .\n"
        "A <urn:g:Q1> <urn:g:labels.*.value> \"Moulin\" .\n"
        "A <urn:g:Q1> " TYPE " <urn:g:film> .\n"
        "A <urn:g:Q1> <urn:g:claims.P57.main.id> <urn:g:person/Q5> .\n"
        "A <urn:g:Q1> <urn:g:claims.P57.main.id> <urn:g:person/Q6> .\n");
}

Test(record_map, a_member_with_an_id_row_names_the_object_it_is_in)
{
    expect_triples(&by_id, "g\tbrand.id\tid:brand\ng\tbrand.name\tlabel\n",
                   "{\"id\":1,\"brand\":{\"id\":\"b/7\",\"name\":\"Otter\",\"since\":1921}}",
                   "A <urn:g:1> <urn:g:brand> <urn:g:brand/b%2F7> .\n"
                   "A <urn:g:brand/b%2F7> " TYPE " <urn:g:brand> .\n"
                   "A <urn:g:brand/b%2F7> <urn:g:brand.name> \"Otter\" .\n"
                   "A <urn:g:brand/b%2F7> <urn:g:brand.since> \"1921\" .\n");
}

Test(record_map, a_plain_type_column_is_part_of_the_name_and_one_id_in_two_types_is_two)
{
    const char *rows = "g\tkind\ttype\ng\tnote\tignore\ng\ta.b\tlabel\n";
    expect_triples(&by_id, rows, "{\"id\":1,\"kind\":\"film\",\"note\":{\"x\":1},\"a.b\":\"N\"}",
                   "A <urn:g:film/1> " TYPE " <urn:g:film> .\n"
                   "A <urn:g:film/1> " TYPE " <urn:g:film> .\n"
                   "A <urn:g:film/1> <urn:g:a.b> \"N\" .\n");
    expect_refused(&by_id, rows, "{\"id\":1,\"kind\":[\"a\",\"b\"]}", ERR_FORMAT, "json-shape");
    expect_refused(&by_id, "g\tt\tlabel\n", "{\"id\":1,\"t\":{\"en\":\"x\"}}", ERR_FORMAT,
                   "json-shape");
}

Test(record_map, what_is_too_long_is_refused)
{
    struct buf json = {0};
    buf_append_text(&json, "{\"id\":\"");
    for (int i = 0; i < 9000; i++)
        buf_append_char(&json, 'x');
    buf_append(&json, "\"}", 3);
    expect_refused(&by_id, "", json.data, ERR_LIMIT, "limit-iri");
    buf_fini(&json);
}
