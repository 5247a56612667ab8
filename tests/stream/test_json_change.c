#include "decode_text.h"

#define SP "\"s\":\"http://a/s\",\"p\":\"http://a/p\""
#define INSERT "{\"op\":\"insert\"," SP ","
#define A "A <http://a/s> <http://a/p> "
#define D "D <http://a/s> <http://a/p> "
#define XSD "http://www.w3.org/2001/XMLSchema#"
#define STMT "<http://a/s> <http://a/p> <http://a/o> ."

Test(json_change, both_shapes_become_changes)
{
    static const struct {
        const char *text, *rows;
    } good[] = {
        {"", ""},
        {" \r\n\t", ""},
        {"[]", ""},
        {" [ ] \n", ""},
        {INSERT "\"o\":\"http://a/o\"}", A "<http://a/o> .\n"},
        {"\n {\"o\":\"http://a/o\", \"op\" : \"delete\", " SP "}\n", D "<http://a/o> .\n"},
        {"{\"op\":\"ADD\"," SP ",\"o\":\"a:o\"}", A "<a:o> .\n"},
        {"{\"op\":\"insert\",\"s\":\"_:x\",\"p\":\"a:p\",\"o\":\"_:y:z\"}",
         "A <_:x> <a:p> <_:y:z> .\n"},
        {INSERT "\"o\":{\"value\":\"x\"}}", A "\"x\" .\n"},
        {INSERT "\"o\":{\"value\":\"\"}}", A "\"\" .\n"},
        {INSERT "\"o\":{\"value\":\"x\",\"language\":\"EN-gb\"}}", A "\"x\"@en-gb .\n"},
        {INSERT "\"o\":{\"datatype\":\"" XSD "date\",\"value\":\"x\"}}",
         A "\"x\"^^<" XSD "date> .\n"},
        {INSERT "\"o\":{\"datatype\":\"" XSD "string\",\"value\":\"x\"}}", A "\"x\" .\n"},
        {INSERT "\"o\":{\"value\":\"x\",\"datatype\":null,\"language\":null}}", A "\"x\" .\n"},
        {INSERT "\"o\":{\"value\":\"x\",\"language\":\"en\",\"datatype\":"
                "\"http://www.w3.org/1999/02/22-rdf-syntax-ns#langString\"}}",
         A "\"x\"@en .\n"},
        {INSERT "\"o\":{\"value\":\"\\u00e9\\ud83d\\ude00\\n\\\"\"}}",
         A "\"\xc3\xa9\xf0\x9f\x98\x80\\n\\\"\" .\n"},
        {"[" INSERT "\"o\":\"a:1\"},{\"op\":\"delete\"," SP ",\"o\":{\"value\":\"2\"}}]",
         A "<a:1> .\n" D "\"2\" .\n"},
        {INSERT "\"o\":\"a:o\",\"g\":\"a:g\",\"time\":[1,{\"x\":2.5}],\"data\":null}",
         A "<a:o> .\n"},
        {INSERT "\"o\":\"a:o\",\"data\":{\"stmt\":\"not read\"}}", A "<a:o> .\n"},
        {"{\"op\":\"ADD\",\"data\":{\"stmt\":\"" STMT "\"}}", A "<http://a/o> .\n"},
        {"{\"op\":\"REMOVE\",\"data\":{\"stmt\":\"" STMT "\\n\"}}", D "<http://a/o> .\n"},
        {"{\"commitTimestamp\":1560011610678,\"eventId\":{\"commitNum\":97,\"opNum\":1},"
         "\"data\":{\"stmt\":\"<http://a/s> <http://a/p> \\\"\\\\u00e9\\\"@EN <http://a/g> .\\n\"},"
         "\"op\":\"ADD\",\"isLastOp\":true}",
         A "\"\xc3\xa9\"@en .\n"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect_rows(CODEC_JSON, good[i].text, good[i].rows);
}

Test(json_change, what_is_no_change_is_refused)
{
    static const struct {
        const char *text, *code;
    } bad[] = {
        {"{", "truncated"},
        {"[" INSERT "\"o\":\"a:o\"}", "truncated"},
        {INSERT "\"o\":\"a:o", "truncated"},
        {INSERT "\"o\":\"a:o\\\"}", "truncated"},
        {"{}", "json-shape"},
        {"[[]]", "json-shape"},
        {"[1]", "json-shape"},
        {"1", "json-shape"},
        {"null", "json-shape"},
        {"\"x\"", "json-shape"},
        {"}", "json-shape"},
        {"{" SP ",\"o\":\"a:o\"}", "json-shape"},
        {"{\"op\":1," SP ",\"o\":\"a:o\"}", "json-shape"},
        {"{\"op\":\"INSERT\"," SP ",\"o\":\"a:o\"}", "json-shape"},
        {"{\"op\":\"upsert\"," SP ",\"o\":\"a:o\"}", "json-shape"},
        {"{\"op\":\"insert\",\"p\":\"a:p\",\"o\":\"a:o\"}", "json-shape"},
        {"{\"op\":\"insert\",\"s\":\"a:s\",\"o\":\"a:o\"}", "json-shape"},
        {"{\"op\":\"insert\",\"s\":{\"value\":\"x\"},\"p\":\"a:p\",\"o\":\"a:o\"}", "json-shape"},
        {"{\"op\":\"insert\"," SP "}", "json-shape"},
        {INSERT "\"o\":12}", "json-shape"},
        {INSERT "\"o\":null}", "json-shape"},
        {INSERT "\"o\":[]}", "json-shape"},
        {INSERT "\"o\":{}}", "json-shape"},
        {INSERT "\"o\":{\"value\":null}}", "json-shape"},
        {INSERT "\"o\":{\"value\":12}}", "json-shape"},
        {INSERT "\"o\":{\"value\":\"x\",\"lang\":\"en\"}}", "json-shape"},
        {INSERT "\"o\":{\"value\":\"x\",\"language\":1}}", "json-shape"},
        {INSERT "\"o\":{\"value\":\"x\",\"language\":\"en\",\"datatype\":\"" XSD "date\"}}",
         "json-shape"},
        {INSERT "\"o\":\"a plain text\"}", "bad-iri"},
        {INSERT "\"o\":\"word\"}", "bad-iri"},
        {INSERT "\"o\":\"\"}", "bad-iri"},
        {INSERT "\"o\":\"<http://a/o>\"}", "bad-iri"},
        {INSERT "\"o\":\"a:\\u0020\"}", "bad-iri"},
        {INSERT "\"o\":{\"value\":\"x\",\"datatype\":\"date\"}}", "bad-iri"},
        {INSERT "\"o\":\"_:\"}", "bad-blank"},
        {INSERT "\"o\":\"_:a b\"}", "bad-iri"},
        {INSERT "\"o\":{\"value\":\"x\",\"language\":\"\"}}", "bad-language"},
        {INSERT "\"o\":{\"value\":\"x\",\"language\":\"e n\"}}", "bad-language"},
        {"{\"op\":\"insert\",\"s\":\"a:s\",\"p\":\"_:p\",\"o\":\"a:o\"}", "bad-term"},
        {"{\"op\":\"ADD\",\"data\":\"" STMT "\"}", "json-shape"},
        {"{\"op\":\"ADD\",\"data\":{}}", "json-shape"},
        {"{\"op\":\"ADD\",\"data\":{\"stmt\":\"\"}}", "json-shape"},
        {"{\"op\":\"ADD\",\"data\":{\"stmt\":\"# nothing\"}}", "json-shape"},
        {"{\"op\":\"ADD\",\"data\":{\"stmt\":\"" STMT "\\n" STMT "\"}}", "json-shape"},
        {"{\"op\":\"ADD\",\"data\":{\"stmt\":\"" STMT " x\"}}", "syntax"},
        {"{\"op\":\"ADD\",\"data\":{\"stmt\":\"<a:s> <a:p> <a:o>\"}}", "truncated"},
        {"{\"op\":\"ADD\",\"data\":{\"stmt\":\"<a:s> <a:p> ex:o .\"}}", "prefixed-name"},
        {"{\"op\":\"insert\",\"op\":\"delete\"," SP ",\"o\":\"a:o\"}", "json"},
        {INSERT "\"o\":{\"value\":\"x\",\"value\":\"y\"}}", "json"},
        {INSERT "\"o\":\"a:o\",\"x\":{\"y\":1,\"y\":1}}", "json"},
        {INSERT "\"o\":\"a:\\ud800\"}", "json"},
        {INSERT "\"o\":{\"value\":\"\\ude00\\ud83d\"}}", "json"},
        {INSERT "\"o\":{\"value\":\"\\u0000\"}}", "json"},
        {INSERT "\"o\":\"a:o\",}", "json"},
        {INSERT "\"o\":\"a:o\"]", "json"},
        {INSERT "\"o\":'a:o'}", "json"},
        {INSERT "\"o\":\"a:o\"} x", "json"},
        {INSERT "\"o\":\"a:o\"}" INSERT "\"o\":\"a:o\"}", "json"},
        {"[" INSERT "\"o\":\"a:o\"},]", "json"},
        {"[" INSERT "\"o\":\"a:o\"}" INSERT "\"o\":\"a:o\"}]", "json"},
        {"[" INSERT "\"o\":\"a:o\"}}", "json"},
        {"[,]", "json-shape"},
        {"[" INSERT "\"o\":\"a:o\"},", "truncated"},
        {"[", "truncated"},
        {INSERT "\"o\":{\"value\":\"\xff\"}}", "utf8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_refused(CODEC_JSON, bad[i].text, NULL, ERR_FORMAT, bad[i].code);
}

Test(json_change, an_error_names_the_change_it_is_in)
{
    static const struct {
        const char *text;
        uint64_t line, column;
    } bad[] = {
        {"[\n " INSERT "\"o\":{\"value\":\"[,]\\\",\"}},\n [1,2], {}]", 3, 2},
        {"  {\"op\":1}", 1, 3},
        {"[{\"op\":\"insert\"},\n", 1, 2},
        {"\n[\n 1]", 3, 2},
        {"[\n " INSERT "\"o\":\"a:o\"} {}]", 2, 62},
        {"[\n {\"op\":\n\"insert\" 7}]", 3, 10},
        {"[\n {\"op\":\"ADD\",\"data\":{\"stmt\":\"\\n\\n<a:s>\"}}]", 2, 2},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct decoded d = decode_slice(CODEC_JSON, slice_of(bad[i].text), NULL);
        cr_expect_eq(d.rc, ERR_FORMAT);
        cr_expect_eq(d.error.line, bad[i].line, "%s: line %zu", bad[i].text, (size_t)d.error.line);
        cr_expect_eq(d.error.column, bad[i].column, "%s: column %zu (%s)", bad[i].text,
                     (size_t)d.error.column, d.error.message);
        decoded_free(&d);
    }
}

Test(json_change, a_cut_message_is_refused)
{
    static const char text[] = "[" INSERT "\"o\":{\"value\":\"\xc3\xa9\\u00e9\"}},\n"
                               "{\"op\":\"ADD\",\"data\":{\"stmt\":\"" STMT "\"}}]";
    for (size_t n = 1; n <= sizeof text - 1; n++) {
        struct decoded d = decode_slice(CODEC_JSON, (struct slice){text, n}, NULL);
        cr_expect_eq(d.rc, n == sizeof text - 1 ? 0 : ERR_FORMAT, "cut at %zu", n);
        decoded_free(&d);
    }
}

Test(json_change, limits_refuse_the_whole_message)
{
    struct codec_limits rows = {.rows = 2}, nesting = {.nesting = 3}, iri = {.iri_bytes = 12},
                        literal = {.literal_bytes = 3};
    expect_refused(CODEC_JSON,
                   "[" INSERT "\"o\":\"a:1\"}," INSERT "\"o\":\"a:2\"}," INSERT "\"o\":\"a:3\"}]",
                   &rows, ERR_LIMIT, "limit-rows");
    struct decoded d = decode_slice(
        CODEC_JSON, slice_of("[" INSERT "\"o\":\"a:1\"}," INSERT "\"o\":\"a:2\"}]"), &rows);
    cr_expect_eq(d.count, 2);
    decoded_free(&d);
    expect_refused(CODEC_JSON, "{\"x\":[[[]]]}", &nesting, ERR_LIMIT, "limit-nesting");
    expect_refused(CODEC_JSON, "[{\"x\":[[]]}]", &nesting, ERR_LIMIT, "limit-nesting");
    expect_refused(CODEC_JSON, "{\"x\":[[]]}", &nesting, ERR_FORMAT, "json-shape");
    expect_refused(CODEC_JSON, INSERT "\"o\":\"http://a/long\"}", &iri, ERR_LIMIT, "limit-iri");
    expect_refused(CODEC_JSON, INSERT "\"o\":\"_:abcdefghijklm\"}", &iri, ERR_LIMIT, "limit-iri");
    expect_refused(CODEC_JSON, INSERT "\"o\":{\"value\":\"x\",\"datatype\":\"http://a/long\"}}",
                   &iri, ERR_LIMIT, "limit-iri");
    expect_refused(CODEC_JSON, INSERT "\"o\":{\"value\":\"abcd\"}}", &literal, ERR_LIMIT,
                   "limit-literal");
}

/* `open` and many times `text`, refused before a parser sees it. */
static void expect_refused_unparsed(const char *open, const char *text, const char *code)
{
    struct buf b = {0};
    buf_append_text(&b, open);
    while (b.len < (size_t)4 << 20)
        buf_append_text(&b, text);
    struct decoded d = decode_slice(CODEC_JSON, buf_slice(&b), NULL);
    cr_expect_eq(d.rc, ERR_LIMIT);
    cr_expect_str_eq(d.error.code, code);
    decoded_free(&d);
    buf_fini(&b);
}

Test(json_change, deep_nesting_is_refused_before_it_is_parsed)
{
    expect_refused_unparsed("{\"x\":", "[", "limit-nesting");
}

Test(json_change, a_change_of_countless_values_is_refused_before_it_is_parsed)
{
    expect_refused_unparsed("{\"x\":[", "{},", "limit-values");
    expect_refused_unparsed("[{\"x\":[", "0,", "limit-values");
}
