#include "alignd/base/json_writer.h"

#include "alignd/base/json.h"

#include <criterion/criterion.h>
#include <math.h>

static void expect(struct buf *b, const char *expected)
{
    cr_expect(slice_equal(buf_slice(b), slice_of(expected)), "%.*s", (int)b->len, b->data);
    buf_fini(b);
}

Test(json_writer, commas_come_by_themselves)
{
    struct buf b = {0};
    struct json_writer w = json_writer_of(&b);
    json_writer_begin_object(&w);
    json_writer_key(&w, "a");
    json_writer_begin_array(&w);
    json_writer_integer(&w, -1);
    json_writer_unsigned(&w, UINT64_MAX);
    json_writer_begin_object(&w);
    json_writer_end_object(&w);
    json_writer_begin_array(&w);
    json_writer_end_array(&w);
    json_writer_end_array(&w);
    json_writer_key_slice(&w, (struct slice){"bc", 1});
    json_writer_bool(&w, true);
    json_writer_key(&w, "c");
    json_writer_null(&w);
    json_writer_key(&w, "d");
    json_writer_raw(&w, slice_of("{\"x\":1}"));
    json_writer_key(&w, "e");
    json_writer_text(&w, "t");
    json_writer_end_object(&w);
    expect(&b, "{\"a\":[-1,18446744073709551615,{},[]],\"b\":true,\"c\":null,\"d\":{\"x\":1},"
               "\"e\":\"t\"}");
}

Test(json_writer, numbers_are_short_and_never_infinite)
{
    struct buf b = {0};
    struct json_writer w = json_writer_of(&b);
    json_writer_begin_array(&w);
    json_writer_number(&w, 0.1);
    json_writer_float(&w, 0.7f);
    json_writer_number(&w, NAN);
    json_writer_float(&w, -INFINITY);
    json_writer_integer(&w, INT64_MIN);
    json_writer_end_array(&w);
    expect(&b, "[0.1,0.7,null,null,-9223372036854775808]");
}

Test(json_writer, strings_are_escaped_and_utf8_passes_through)
{
    struct buf b = {0};
    struct json_writer w = json_writer_of(&b);
    json_writer_string(&w, slice_of("a\"b\\c/\b\f\n\r\t\x01\x1f\x7f é東\xf0\x9f\x98\x80"));
    expect(&b, "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f é東\xf0\x9f\x98\x80\"");

    w = json_writer_of(&b);
    json_writer_string(&w, (struct slice){NULL, 0});
    json_writer_string(&w, (struct slice){"a\0b", 3});
    expect(&b, "\"\",\"a\\u0000b\"");
}

Test(json_writer, what_is_not_utf8_becomes_the_replacement_character)
{
    struct buf b = {0};
    struct json_writer w = json_writer_of(&b);
    json_writer_string(&w, slice_of("\"\xff\xe2\x82\nz\xef\xbf\xbd"));
    expect(&b, "\"\\\"\xef\xbf\xbd\xef\xbf\xbd\\nz\xef\xbf\xbd\"");
}

Test(json_writer, any_bytes_but_nul_come_back_from_the_parser)
{
    uint64_t rng = 1;
    for (int round = 0; round < 20000; round++) {
        struct buf b = {0};
        struct json_writer w = json_writer_of(&b);
        struct json_error error;
        char bytes[12];
        rng = rng * 6364136223846793005u + 1442695040888963407u;
        size_t length = (rng >> 40) % sizeof(bytes);
        for (size_t i = 0; i < length; i++) {
            rng = rng * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (char)(1 + (rng >> 40) % 255);
        }
        json_writer_begin_object(&w);
        json_writer_key_slice(&w, (struct slice){bytes, length});
        json_writer_string(&w, (struct slice){bytes, length});
        json_writer_end_object(&w);
        struct json *json = json_parse(buf_slice(&b), &error);
        cr_assert(json, "%.*s: %s", (int)b.len, b.data, error.message);
        json_free(json);
        buf_fini(&b);
    }
}

Test(json_writer, a_member_is_its_key_and_its_value)
{
    struct buf b = {0};
    struct json_writer w = json_writer_of(&b);
    json_writer_begin_object(&w);
    json_writer_add_string(&w, "a", (struct slice){"xyz", 2});
    json_writer_add_text(&w, "b", "\"");
    json_writer_add_integer(&w, "c", -3);
    json_writer_add_unsigned(&w, "d", UINT64_MAX);
    json_writer_add_number(&w, "e", 0.1);
    json_writer_add_float(&w, "f", 0.1f);
    json_writer_add_bool(&w, "g", false);
    json_writer_end_object(&w);
    expect(&b,
           "{\"a\":\"xy\",\"b\":\"\\\"\",\"c\":-3,\"d\":18446744073709551615,\"e\":0.1,\"f\":0.1,"
           "\"g\":false}");
}
