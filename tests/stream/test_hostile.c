/*
 * test_hostile.c - what no format takes, asked of each of them, and what looks
 * hostile and is taken.
 */
#include "decode_text.h"

#include <stdio.h>

#define S "<http://a/s> "
#define P "<http://a/p> "
#define JSON_OF(value)                                                                             \
    "{\"op\":\"insert\",\"s\":\"http://a/s\",\"p\":\"http://a/p\",\"o\":{\"value\":\"" value "\"}" \
    "}"
#define QUADS_OF(value) S P "\"" value "\" .\n"
#define PATCH_OF(value) "TX .\nA " S P "\"" value "\" .\nTC .\n"

/* In a literal of each format. */
#define EACH(value, code)                                                                          \
    do {                                                                                           \
        expect_refused(CODEC_NQUADS, QUADS_OF(value), NULL, ERR_FORMAT, code);                     \
        expect_refused(CODEC_RDF_PATCH, PATCH_OF(value), NULL, ERR_FORMAT, code);                  \
        expect_refused(CODEC_JSON, JSON_OF(value), NULL, ERR_FORMAT, code);                        \
        expect_refused(CODEC_AUTO, QUADS_OF(value), NULL, ERR_FORMAT, code);                       \
        expect_refused(CODEC_AUTO, JSON_OF(value), NULL, ERR_FORMAT, code);                        \
    } while (0)

Test(hostile, bytes_that_are_not_strict_utf8_are_refused)
{
    EACH("\xff", "utf8");
    EACH("\x80", "utf8");                     /* a continuation of nothing */
    EACH("\xc3", "utf8");                     /* cut by the quote */
    EACH("\xc0\xaf", "utf8");                 /* '/', overlong in two */
    EACH("\xe0\x80\xaf", "utf8");             /* in three */
    EACH("\xf0\x80\x80\xaf", "utf8");         /* in four */
    EACH("\xc0\x80", "utf8");                 /* NUL as Java writes it */
    EACH("\xed\xa0\x80", "utf8");             /* a high surrogate */
    EACH("\xed\xbf\xbf", "utf8");             /* a low one */
    EACH("\xed\xa0\xbd\xed\xb8\x80", "utf8"); /* both, as CESU-8 has it */
    EACH("\xf4\x90\x80\x80", "utf8");         /* past U+10FFFF */
    EACH("\xf8\x88\x80\x80\x80", "utf8");
}

Test(hostile, a_byte_order_mark_is_skipped_or_named_as_what_it_is)
{
    static const char *const texts[] = {QUADS_OF("x"), PATCH_OF("x"), JSON_OF("x")};
    static const enum codec_format formats[] = {CODEC_NQUADS, CODEC_RDF_PATCH, CODEC_JSON};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[256];
        snprintf(text, sizeof text, "\xef\xbb\xbf%s", texts[i]);
        expect_rows(formats[i], text, "A " S P "\"x\" .\n");
        expect_rows(CODEC_AUTO, text, "A " S P "\"x\" .\n");
    }
    expect_rows(CODEC_AUTO, "\xef\xbb\xbf\n", "");
    expect_refused(CODEC_AUTO, "\xff\xfe<\0h\0", NULL, ERR_FORMAT, "byte-order-mark");
    expect_refused(CODEC_NQUADS, "\xfe\xff", NULL, ERR_FORMAT, "byte-order-mark");
    expect_rows(CODEC_NQUADS, QUADS_OF("\xef\xbb\xbf"), "A " S P "\"\xef\xbb\xbf\" .\n");
}

Test(hostile, escapes_that_are_none_are_refused)
{
    expect_refused(CODEC_NQUADS, QUADS_OF("\\ud800"), NULL, ERR_FORMAT, "bad-escape");
    expect_refused(CODEC_NQUADS, QUADS_OF("\\ud83d\\ude00"), NULL, ERR_FORMAT, "bad-escape");
    expect_refused(CODEC_NQUADS, QUADS_OF("\\U0000d800"), NULL, ERR_FORMAT, "bad-escape");
    expect_refused(CODEC_NQUADS, QUADS_OF("\\U00110000"), NULL, ERR_FORMAT, "bad-escape");
    expect_refused(CODEC_NQUADS, QUADS_OF("\\x41"), NULL, ERR_FORMAT, "bad-escape");
    expect_refused(CODEC_NQUADS, QUADS_OF("\\u00"), NULL, ERR_FORMAT, "bad-escape");
    expect_refused(CODEC_RDF_PATCH, PATCH_OF("\\ud800"), NULL, ERR_FORMAT, "bad-escape");
    expect_refused(CODEC_RDF_PATCH, PATCH_OF("\\a"), NULL, ERR_FORMAT, "bad-escape");
    expect_refused(CODEC_JSON, JSON_OF("\\ud800"), NULL, ERR_FORMAT, "json");
    expect_refused(CODEC_JSON, JSON_OF("\\ude00\\ud83d"), NULL, ERR_FORMAT, "json");
    expect_refused(CODEC_JSON, JSON_OF("\\u0000"), NULL, ERR_FORMAT, "json");
    expect_refused(CODEC_JSON, JSON_OF("\\x41"), NULL, ERR_FORMAT, "json");
    expect_rows(CODEC_JSON, JSON_OF("\\ud83d\\ude00"), "A " S P "\"\xf0\x9f\x98\x80\" .\n");
}

Test(hostile, lines_may_end_as_they_like)
{
    static const char row[] = "A " S P "\"x\" .\nA " S P "\"y\" .\n";
    expect_rows(CODEC_NQUADS, S P "\"x\" .\r\n" S P "\"y\" .\r\n", row);
    expect_rows(CODEC_NQUADS, S P "\"x\" .\r" S P "\"y\" .\r", row);
    expect_rows(CODEC_NQUADS, S P "\"x\" .\r\n\r\n# c\r\n" S P "\"y\" .", row);
    expect_rows(CODEC_RDF_PATCH, "TX .\r\nA " S P "\"x\" .\r\nA " S P "\"y\" .\r\nTC .\r\n", row);
    expect_rows(CODEC_JSON, "[" JSON_OF("x") ",\r\n" JSON_OF("y") "]\r\n", row);
    expect_refused(CODEC_NQUADS, S P "\"x\r\n\" .\r\n", NULL, ERR_FORMAT, "syntax");
}

Test(hostile, numbers_are_texts_of_any_length_and_never_computed)
{
    char digits[2001], text[4096], row[4096];
    memset(digits, '9', 2000);
    digits[2000] = '\0';
    snprintf(text, sizeof text, "A " S P "%s .", digits);
    snprintf(row, sizeof row, "A " S P "\"%s\"^^<http://www.w3.org/2001/XMLSchema#integer> .\n",
             digits);
    expect_rows(CODEC_RDF_PATCH, text, row);
    expect_rows(CODEC_RDF_PATCH, "A " S P "1e999999999 .",
                "A " S P "\"1e999999999\"^^<http://www.w3.org/2001/XMLSchema#double> .\n");
    expect_rows(CODEC_JSON, JSON_OF("1e999999999"), "A " S P "\"1e999999999\" .\n");
    /* JSON's own numbers may stand where nothing is read, if they are numbers */
    snprintf(text, sizeof text, "{\"n\":%s,%s", digits, &JSON_OF("x")[1]);
    expect_refused(CODEC_JSON, text, NULL, ERR_FORMAT, "json");
    expect_refused(CODEC_JSON, "{\"n\":1e999,\"op\":\"insert\"}", NULL, ERR_FORMAT, "json");
    expect_refused(CODEC_JSON, "{\"n\":01,\"op\":\"insert\"}", NULL, ERR_FORMAT, "json");
    expect_refused(CODEC_JSON, "{\"n\":NaN,\"op\":\"insert\"}", NULL, ERR_FORMAT, "json");
}

Test(hostile, blocks_do_not_nest_and_have_ends)
{
    static const char a[] = "A " S P "\"x\" .\n";
    static const struct {
        const char *before, *after, *code;
    } cases[] = {{"TX .\nTX .\n", "TC .\n", "nested-transaction"},
                 {"TX .\nTB .\n", "TC .\nTC .\n", "nested-transaction"},
                 {"TX .\n", "TC .\nTC .\n", "no-transaction"},
                 {"TA .\n", "", "no-transaction"},
                 {"TX .\n", "", "truncated"},
                 {"TX .\n", "TC", "truncated"},
                 {"TX .\n", "TA .\nTX .\n", "truncated"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "%s%s%s", cases[i].before, a, cases[i].after);
        expect_refused(CODEC_RDF_PATCH, text, NULL, ERR_FORMAT, cases[i].code);
    }
    expect_rows(CODEC_RDF_PATCH, "TX .\nA " S P "\"x\" .\nTA .\nTX .\nA " S P "\"y\" .\nTC .\n",
                "A " S P "\"y\" .\n");
}
