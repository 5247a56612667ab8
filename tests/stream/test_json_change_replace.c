#include "decode_text.h"

#define INSERT "{\"op\":\"insert\",\"s\":\"http://a/s\",\"p\":\"http://a/p\","
#define A "A <http://a/s> <http://a/p> "
#define REPLACE "{\"op\":\"replace\",\"s\":\"http://a/s\","
#define C "C <http://a/s> .\n"
#define P "{\"p\":\"http://a/p\",\"o\":"

Test(json_change_replace, a_replace_is_a_clear_and_its_triples)
{
    static const struct {
        const char *text, *rows;
    } good[] = {
        {REPLACE "\"triples\":[]}", C},
        {REPLACE "\"triples\" : [ ] , \"x\":1}", C},
        {"{\"triples\":[" P "\"a:o\"}],\"s\":\"http://a/s\",\"op\":\"replace\"}", C A "<a:o> .\n"},
        {REPLACE "\"triples\":[" P "{\"value\":\"x\",\"language\":\"EN\"}},\n " P "\"_:y\"} ]}",
         C A "\"x\"@en .\n" A "<_:y> .\n"},
        /* what only a parser reads */
        {REPLACE "\"triples\":[" P "\"a:\\u006f\",\"rank\":[1,{}]}," P
                 "\"a:o\",\"s\":\"http://a/s\"}]}",
         C A "<a:o> .\n" A "<a:o> .\n"},
        {"[{\"op\":\"replace\",\"s\":\"_:b\",\"triples\":[]}," INSERT "\"o\":\"a:o\"}," REPLACE
         "\"triples\":[" P "{\"value\":\"]}\\\"\"}}]}]",
         "C _:b .\n" A "<a:o> .\n" C A "\"]}\\\"\" .\n"},
        /* of another op it is a member like others */
        {INSERT "\"o\":\"a:o\",\"triples\":[1,\"replace\"]}", A "<a:o> .\n"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect_rows(CODEC_JSON, good[i].text, good[i].rows);
}

Test(json_change_replace, what_is_no_replace_is_refused)
{
    static const struct {
        const char *text, *code;
    } bad[] = {
        {REPLACE "\"p\":\"a:p\",\"o\":\"a:o\"}", "json-shape"},
        {REPLACE "\"triples\":null}", "json-shape"},
        {REPLACE "\"triples\":{}}", "json-shape"},
        {REPLACE "\"\\u0074riples\":[]}", "json-shape"},
        {"{\"op\":\"\\u0072eplace\",\"s\":\"a:s\",\"triples\":[]}", "json-shape"},
        {"{\"op\":\"replace\",\"triples\":[]}", "json-shape"},
        {"{\"op\":\"replace\",\"s\":\"x\",\"triples\":[]}", "bad-iri"},
        {REPLACE "\"triples\":[1]}", "json-shape"},
        {REPLACE "\"triples\":[{}]}", "json-shape"},
        {REPLACE "\"triples\":[" P "\"a:o\"},]}", "json"},
        {REPLACE "\"triples\":[" P "\"a:o\"}", "truncated"},
        {REPLACE "\"triples\":[" P "\"o\"}]}", "bad-iri"},
        {REPLACE "\"triples\":[" P "\"a:o\",\"s\":\"a:other\"}]}", "json-shape"},
        {REPLACE "\"triples\":[" P "\"a:o\",\"s\":\"_:http://a/s\"}]}", "json-shape"},
        {REPLACE "\"triples\":[{\"p\":\"_:p\",\"o\":\"a:o\"}]}", "bad-term"},
        {REPLACE "\"triples\":[" P "\"a:o\",\"p\":\"a:p\"}]}", "json"},
        {REPLACE "\"triples\":[],\"triples\":[]}", "json"},
        {REPLACE "\"triples\":[],\"op\":\"insert\"}", "json"},
        {REPLACE "\"triples\":[] []}", "json"},
        {REPLACE "\"triples\":[}]", "json"},
        {REPLACE "\"triples\":[}}", "json"},
        {REPLACE "\"triples\":[],}", "json"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_refused(CODEC_JSON, bad[i].text, NULL, ERR_FORMAT, bad[i].code);
}

/* A wide entity is one change: no bound on the values of one is met by its triples. */
Test(json_change_replace, a_replace_has_as_many_triples_as_a_message_rows)
{
    enum { COUNT = 20000 };
    struct codec_limits all = {.rows = COUNT + 1}, less = {.rows = COUNT};
    struct buf text = {0};
    buf_append_text(&text, REPLACE "\"triples\":[");
    for (int i = 0; i < COUNT; i++)
        buf_append_format(&text, "%s" P "{\"value\":\"%d\"%s}}", i ? "," : "", i,
                          i % 2 ? "" : ",\"datatype\":null");
    buf_append_text(&text, "]}");
    struct decoded d = decode_slice(CODEC_JSON, buf_slice(&text), &all);
    cr_expect_eq(d.rc, 0, "%s", d.error.message);
    cr_expect_eq(d.count, COUNT + 1);
    decoded_free(&d);
    buf_append_char(&text, '\0');
    expect_refused(CODEC_JSON, text.data, &less, ERR_LIMIT, "limit-rows");
    buf_fini(&text);
}
