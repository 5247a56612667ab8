#include "alignd/base/err.h"
#include "alignd/stream/codec.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* The scan has no header of its own: what it finds is compared with what the parser does, to
 * which a member that only the parser can read leaves the same change. */
static const char by_parser[] = ",\"x\":\"\\u0041\"}";

static bool same(struct term a, struct term b)
{
    return a.kind == b.kind && slice_equal(a.text, b.text) && slice_equal(a.datatype, b.datatype) &&
           slice_equal(a.lang, b.lang);
}

static int decode(const char *text, struct arena *a, struct change **ret, struct codec_error *error)
{
    size_t count = 0;
    int rc = codec_decode(CODEC_JSON, slice_of(text), NULL, a, ret, &count, error);
    cr_assert(rc || count == 1);
    return rc;
}

/* text: an object; its '}' is replaced for the parser. */
static void expect_agreement(const char *text)
{
    struct arena *a = arena_new();
    struct change *flat, *parsed;
    struct codec_error flat_error = {0}, parsed_error = {0};
    char other[512];
    snprintf(other, sizeof(other), "%.*s%s", (int)strlen(text) - 1, text, by_parser);
    int rc = decode(text, a, &flat, &flat_error);
    cr_assert_eq(decode(other, a, &parsed, &parsed_error), rc, "%s", text);
    cr_expect_str_eq(flat_error.code, parsed_error.code, "%s", text);
    if (!rc) {
        cr_expect_eq(flat->op, parsed->op, "%s", text);
        cr_expect(same(flat->subject, parsed->subject), "%s", text);
        cr_expect(same(flat->predicate, parsed->predicate), "%s", text);
        cr_expect(same(flat->object, parsed->object), "%s", text);
    }
    arena_free(a);
}

#define SP "\"s\":\"http://a\",\"p\":\"http://p\","

Test(json_change_flat, finds_what_the_parser_finds)
{
    expect_agreement("{\"op\":\"insert\"," SP "\"o\":\"http://o\"}");
    expect_agreement("{\"o\":\"_:b\",\"op\":\"REMOVE\"," SP "\"o2\":\"\"}");
    expect_agreement("{ \"op\" : \"delete\" ,\n" SP " \"o\" : { \"value\" : \"\" } }");
    expect_agreement("{\"op\":\"ADD\"," SP
                     "\"o\":{\"value\":\"\xc3\xa9\",\"language\":\"EN-gb\"}}");
    expect_agreement(
        "{\"op\":\"ADD\"," SP
        "\"o\":{\"datatype\":\"http://www.w3.org/2001/XMLSchema#string\",\"value\":\"1\"}}");
    expect_agreement("{\"op\":\"ADD\"," SP "\"o\":{\"value\":\"1\",\"datatype\":\"http://t\"}}");
}

Test(json_change_flat, leaves_what_it_does_not_expect_to_the_parser)
{
    expect_agreement("{\"op\":\"insert\"," SP "\"o\":\"http://o\",\"time\":7}");
    expect_agreement("{\"op\":\"insert\"," SP "\"o\":{\"value\":\"a\\nb\"}}");
    expect_agreement("{\"op\":\"insert\"," SP "\"o\":{\"value\":\"1\",\"datatype\":null}}");
    expect_agreement(
        "{\"op\":\"insert\",\"data\":{\"stmt\":\"<http://a> <http://p> <http://o> .\"}}");
}

Test(json_change_flat, lets_nothing_in_that_the_parser_refuses)
{
    expect_agreement("{\"op\":\"insert\"," SP "\"o\":\"http://o\",\"op\":\"insert\"}");
    expect_agreement("{\"op\":\"insert\"," SP "\"o\":{\"value\":\"1\"},\"o\":{\"value\":\"2\"}}");
    expect_agreement("{\"op\":\"insert\"," SP "\"o\":{\"language\":\"en\"}}");
    expect_agreement("{\"op\":\"upsert\"," SP "\"o\":\"http://o\"}");
    expect_agreement("{\"op\":\"insert\"," SP "\"o\":\"not an iri\"}");
    expect_agreement("{\"op\":\"insert\",\"s\":\"http://a\",\"o\":\"http://o\"}");
    expect_agreement("{\"op\":\"insert\"," SP "\"o\":{\"value\":\"1\",\"type\":\"literal\"}}");
    expect_agreement("{\"op\":\"insert\",\"s\":\"_:a\",\"p\":\"_:p\",\"o\":\"http://o\"}");
}
