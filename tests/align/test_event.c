#include "alignd/align/event.h"
#include "alignd/base/json.h"

#include <criterion/criterion.h>

static const struct event plain = {.type = EVENT_MATCH,
                                   .epoch = 3,
                                   .seq = 41,
                                   .subject = {"http://a/1", 10},
                                   .object = {"_:b2", 4},
                                   .subject_source = {"a", 1},
                                   .object_source = {"b", 1},
                                   .band = BAND_MATCH,
                                   .confidence = 0.9f,
                                   .previous = -1,
                                   .threshold = 0.5f,
                                   .model_digest = 0x0123456789abcdef};

static struct json *read_back(const struct event *e)
{
    struct buf out = {0};
    struct json_error error;
    event_write_json(&out, e);
    struct json *json = json_parse(buf_slice(&out), &error);
    cr_assert(json, "%s: %.*s", error.message, (int)out.len, out.data);
    buf_fini(&out);
    return json;
}

static void expect_text(const struct json *json, const char *key, const char *text)
{
    struct slice s;
    cr_assert(json_read_string(json_get(json, key), &s), "%s", key);
    cr_expect(slice_equal(s, slice_of(text)), "%s: %.*s", key, (int)s.len, s.data);
}

Test(event, says_which_pair_and_how_sure)
{
    struct json *json = read_back(&plain);
    double number;
    expect_text(json, "event_id", "3-41");
    expect_text(json, "type", "match");
    expect_text(json, "subject_id", "http://a/1");
    expect_text(json, "object_id", "_:b2");
    expect_text(json, "subject_source", "a");
    expect_text(json, "object_source", "b");
    expect_text(json, "predicate_id", "owl:sameAs");
    expect_text(json, "band", "match");
    expect_text(json, "model", "0123456789ab");
    cr_assert(json_read_number(json_get(json, "confidence"), &number));
    cr_expect_float_eq(number, 0.9, 0, "the shortest text of the float, %g", number);
    cr_assert(json_read_number(json_get(json, "threshold"), &number));
    cr_expect_float_eq(number, 0.5, 0);
    json_free(json);
}

Test(event, a_possible_match_is_close_and_not_the_same)
{
    struct event e = plain;
    e.band = BAND_POSSIBLE;
    struct json *json = read_back(&e);
    expect_text(json, "predicate_id", "skos:closeMatch");
    expect_text(json, "band", "possible");
    json_free(json);
}

Test(event, leaves_out_what_is_not_known)
{
    static const char *const unknown[] = {
        "previous_confidence", "subject_label", "object_label", "event_time",
        "process_time",        "cause",         "explain"};
    struct json *json = read_back(&plain);
    for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
        cr_expect_null(json_get(json, unknown[i]), "%s", unknown[i]);
    json_free(json);
}

Test(event, tells_what_is_known)
{
    struct event e = plain;
    double number;
    int64_t integer;
    e.type = EVENT_UPDATE;
    e.previous = 0.25f;
    e.subject_label = slice_of("Am\"lie");
    e.object_label = slice_of("");
    e.event_time_ms = 1;
    e.process_time_ms = 1700000000123;
    e.cause_topic = slice_of("t");
    e.cause_partition = 2;
    e.cause_offset = 77;
    e.cluster = slice_of("http://a/1");
    e.explain = slice_of("[1,2]");
    struct json *json = read_back(&e);
    expect_text(json, "type", "update");
    expect_text(json, "subject_label", "Am\"lie");
    expect_text(json, "object_label", "");
    expect_text(json, "cluster", "http://a/1");
    cr_expect_null(json_get(json, "left_out"));
    expect_text(json, "event_time", "1970-01-01T00:00:00.001Z");
    expect_text(json, "process_time", "2023-11-14T22:13:20.123Z");
    cr_assert(json_read_number(json_get(json, "previous_confidence"), &number));
    cr_expect_float_eq(number, 0.25, 0);
    const struct json *cause = json_get(json, "cause");
    expect_text(cause, "topic", "t");
    cr_assert(json_read_integer(json_get(cause, "partition"), &integer));
    cr_expect_eq(integer, 2);
    cr_assert(json_read_integer(json_get(cause, "offset"), &integer));
    cr_expect_eq(integer, 77);
    cr_expect_eq(json_size(json_get(json, "explain")), 2);
    json_free(json);
}

Test(event, a_match_that_is_left_out_is_in_no_cluster)
{
    struct event e = plain;
    e.type = EVENT_MATCH;
    e.left_out = true;
    struct json *json = read_back(&e);
    cr_expect(json_get(json, "left_out"));
    cr_expect_null(json_get(json, "cluster"));
    json_free(json);
}

Test(event, its_key_is_the_pair_as_n_triples_write_it)
{
    struct buf out = {0};
    event_write_key(&out, &plain);
    cr_expect(slice_equal(buf_slice(&out), slice_of("<http://a/1> _:b2")));
    buf_clear(&out);
    event_write_id(&out, &plain);
    cr_expect(slice_equal(buf_slice(&out), slice_of("3-41")));
    buf_fini(&out);
}

Test(event, types_have_the_names_readers_know)
{
    cr_expect_str_eq(event_type_name(EVENT_UNMATCH), "unmatch");
    cr_expect_str_eq(event_type_name(EVENT_MATCH), "match");
    cr_expect_str_eq(event_type_name(EVENT_UPDATE), "update");
}
