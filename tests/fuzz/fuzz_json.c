/*
 * fuzz_json.c - JSON as `alignd events` and the metrics read it: any bytes are
 * refused or read; what is read is written and read again as the same value.
 */
#include "fuzz_check.h"

#include "alignd/base/json.h"
#include "alignd/base/json_writer.h"

static void write_value(struct json_writer *w, const struct json *json, int depth);

static void write_members(struct json_writer *w, const struct json *json, int depth)
{
    void *cursor = NULL;
    struct slice key;
    const struct json *value;
    size_t count = 0;
    while (json_next(json, &cursor, &key, &value)) {
        FUZZ_CHECK(text_is_utf8(key) && (!key.len || !memchr(key.data, 0, key.len)));
        FUZZ_CHECK(json_get_slice(json, key) == value);
        json_writer_key_slice(w, key);
        write_value(w, value, depth + 1);
        count++;
    }
    FUZZ_CHECK(count == json_size(json));
}

static void write_value(struct json_writer *w, const struct json *json, int depth)
{
    struct slice text;
    int64_t integer;
    double number;
    bool truth;
    FUZZ_CHECK(depth <= JSON_DEPTH_MAX);
    switch (json_kind(json)) {
    case JSON_KIND_OBJECT:
        json_writer_begin_object(w);
        write_members(w, json, depth);
        json_writer_end_object(w);
        break;
    case JSON_KIND_ARRAY:
        json_writer_begin_array(w);
        for (size_t i = 0; i < json_size(json); i++)
            write_value(w, json_at(json, i), depth + 1);
        json_writer_end_array(w);
        break;
    case JSON_KIND_STRING:
        FUZZ_CHECK(json_read_string(json, &text) && text_is_utf8(text));
        json_writer_string(w, text);
        break;
    case JSON_KIND_INTEGER:
        FUZZ_CHECK(json_read_integer(json, &integer));
        json_writer_integer(w, integer);
        break;
    case JSON_KIND_NUMBER:
        FUZZ_CHECK(json_read_number(json, &number));
        json_writer_number(w, number == 0 ? 0 : number); /* -0.0 is written as the integer -0 */
        break;
    case JSON_KIND_BOOL:
        FUZZ_CHECK(json_read_bool(json, &truth));
        json_writer_bool(w, truth);
        break;
    case JSON_KIND_NULL:
        json_writer_null(w);
        break;
    case JSON_KIND_NONE:
        FUZZ_CHECK(false);
    }
}

static struct buf written(const struct json *json)
{
    struct buf out = {0};
    struct json_writer w = json_writer_of(&out);
    write_value(&w, json, 0);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct json_error error = {0};
    struct json *json = json_parse((struct slice){(const char *)data, size}, &error);
    if (!json) {
        FUZZ_CHECK(error.message[0] && memchr(error.message, 0, sizeof error.message));
        return 0;
    }
    struct buf once = written(json);
    struct json *again = json_parse(buf_slice(&once), &error);
    FUZZ_CHECK(again);
    struct buf twice = written(again);
    FUZZ_CHECK(slice_equal(buf_slice(&once), buf_slice(&twice)));
    json_free(again);
    json_free(json);
    buf_fini(&once);
    buf_fini(&twice);
    return 0;
}
