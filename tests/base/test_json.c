#include "alignd/base/json.h"

#include "alignd/base/buf.h"

#include <criterion/criterion.h>

static struct json *parse(const char *text)
{
    struct json_error error;
    struct json *json = json_parse(slice_of(text), &error);
    cr_assert(json, "%s: %s", text, error.message);
    return json;
}

Test(json, values_of_every_kind_are_read)
{
    struct json *json =
        parse(" {\"s\":\"h\\u00e9\",\"i\":-42,\"n\":2.5,\"t\":true,\"f\":false,\"z\":null,"
              "\"a\":[1,\"x\"],\"o\":{\"k\":9007199254740993}} ");
    struct slice s = {0};
    int64_t i = 0;
    double n = 0;
    bool b = false;

    cr_expect_eq(json_kind(json), JSON_KIND_OBJECT);
    cr_expect_eq(json_size(json), 8);
    cr_expect(json_read_string(json_get(json, "s"), &s) && slice_equal(s, slice_of("hé")));
    cr_expect(json_read_integer(json_get(json, "i"), &i) && i == -42);
    cr_expect(json_read_number(json_get(json, "i"), &n) && n == -42);
    cr_expect(json_read_number(json_get(json, "n"), &n) && n == 2.5);
    cr_expect(json_read_bool(json_get(json, "t"), &b) && b);
    cr_expect(json_read_bool(json_get(json, "f"), &b) && !b);
    cr_expect_eq(json_kind(json_get(json, "z")), JSON_KIND_NULL);
    cr_expect_eq(json_kind(json_get(json, "n")), JSON_KIND_NUMBER);

    const struct json *a = json_get_slice(json, (struct slice){"abc", 1});
    cr_expect_eq(json_kind(a), JSON_KIND_ARRAY);
    cr_expect_eq(json_size(a), 2);
    cr_expect(json_read_integer(json_at(a, 0), &i) && i == 1);
    cr_expect(json_read_string(json_at(a, 1), &s) && slice_equal(s, slice_of("x")));
    cr_expect_null(json_at(a, 2));
    cr_expect(json_read_integer(json_get(json_get(json, "o"), "k"), &i) && i == 9007199254740993);
    json_free(json);
    json_free(NULL);
}

Test(json, values_of_another_kind_are_not)
{
    struct json *json = parse("{\"s\":\"1\",\"n\":1.5,\"z\":null}");
    struct slice s = {"kept", 4};
    int64_t i = 7;
    double n = 7;
    bool b = true;

    cr_expect(!json_read_integer(json_get(json, "s"), &i));
    cr_expect(!json_read_integer(json_get(json, "n"), &i));
    cr_expect(!json_read_number(json_get(json, "s"), &n));
    cr_expect(!json_read_string(json_get(json, "n"), &s));
    cr_expect(!json_read_bool(json_get(json, "z"), &b));
    cr_expect(!json_read_string(json_get(json, "absent"), &s));
    cr_expect(!json_read_string(json_get(json_get(json, "absent"), "x"), &s));
    cr_expect(i == 7 && n == 7 && b && s.len == 4);
    cr_expect_eq(json_kind(NULL), JSON_KIND_NONE);
    cr_expect_eq(json_size(NULL), 0);
    cr_expect_eq(json_size(json_get(json, "s")), 0);
    cr_expect_null(json_at(json, 0));
    cr_expect_null(json_get_slice(json, (struct slice){NULL, 0}));
    json_free(json);
}

Test(json, an_object_is_walked_in_the_order_of_the_text)
{
    struct json *json = parse("{\"zeta\":0,\"alpha\":1,\"\":2,\"m\":3}");
    static const char *const keys[] = {"zeta", "alpha", "", "m"};
    void *cursor = NULL;
    struct slice key;
    const struct json *value;
    int64_t n = 0, i = 0;

    for (; json_next(json, &cursor, &key, &value); n++) {
        cr_assert_lt(n, 4);
        cr_expect(slice_equal(key, slice_of(keys[n])));
        cr_expect(json_read_integer(value, &i) && i == n);
    }
    cr_expect_eq(n, 4);
    cursor = NULL;
    cr_expect(!json_next(json_get(json, "m"), &cursor, &key, &value));
    cr_expect(!json_next(NULL, &cursor, &key, &value));
    json_free(json);
}

Test(json, malformed_text_is_refused_with_its_place)
{
    static const struct {
        const char *text;
        size_t line;
    } bad[] = {
        {"", 1},
        {"{", 1},
        {"{}\n{}", 2},
        {"{\n\"a\":1,\n\"a\":2}", 3},
        {"[1,]", 1},
        {"{\"a\":1,}", 1},
        {"[01]", 1},
        {"[1.]", 1},
        {"[NaN]", 1},
        {"[1e999]", 1},
        {"[99999999999999999999]", 1},
        {"['a']", 1},
        {"[\"\\u0000\"]", 1},
        {"[\"\\ud800\"]", 1},
        {"[\"\xff\"]", 1},
        {"[\"\xed\xa0\x80\"]", 1},
        {"[\"a\nb\"]", 1},
        {"[\"a", 1},
        {"[1] //", 1},
        {"\xef\xbb\xbf[]", 1},
        {"[\n[1}]", 2},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct json_error error = {0};
        struct json *json = json_parse(slice_of(bad[i].text), &error);
        cr_expect_null(json, "%s", bad[i].text);
        cr_expect_eq(error.line, bad[i].line, "%s: line %zu", bad[i].text, error.line);
        cr_expect_gt(error.column, 0);
        cr_expect_gt(strlen(error.message), 0);
        json_free(json);
    }
    struct json_error error;
    cr_expect_null(json_parse((struct slice){"[\"\0\"]", 5}, &error));
    cr_expect_null(json_parse((struct slice){NULL, 0}, &error));
}

static struct json *parse_nested(size_t depth, struct json_error *error)
{
    struct buf b = {0};
    buf_append_text(&b, "[\"[[[\\\"[[[\",\n");
    for (size_t i = 1; i < depth; i++)
        buf_append_char(&b, '[');
    for (size_t i = 1; i < depth; i++)
        buf_append_char(&b, ']');
    buf_append_char(&b, ']');
    struct json *json = json_parse(buf_slice(&b), error);
    buf_fini(&b);
    return json;
}

Test(json, depth_is_bounded)
{
    struct json_error error = {0};
    struct json *json = parse_nested(JSON_DEPTH_MAX, &error);
    cr_expect_not_null(json);
    json_free(json);
    cr_expect_null(parse_nested(JSON_DEPTH_MAX + 1, &error));
    cr_expect_eq(error.line, 2);
    cr_expect_eq(error.column, 64);
    cr_expect_str_eq(error.message, "more than 64 levels deep");
    cr_expect_null(parse_nested(10000000, &error));
}
