#include "alignd/stream/turtle.h"

#include "decode_text.h"

#define XSD "http://www.w3.org/2001/XMLSchema#"

Test(turtle, prefixes_a_base_lists_and_numbers_come_out_as_triples)
{
    expect_rows(
        CODEC_TURTLE,
        "@prefix e: <http://e/> .\n@base <http://b/x> .\n"
        "e:a a e:Film ; e:t \"M\\u00e9\"@EN-us, 'p'^^<" XSD "string> ; e:n 7 ; e:r <y> .\n",
        "A <http://e/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e/Film> .\n"
        "A <http://e/a> <http://e/t> \"M\xc3\xa9\"@en-us .\n"
        "A <http://e/a> <http://e/t> \"p\" .\n"
        "A <http://e/a> <http://e/n> \"7\"^^<" XSD "integer> .\n"
        "A <http://e/a> <http://e/r> <http://b/y> .\n");
    expect_rows(CODEC_TRIG, "@prefix e: <http://e/> .\ne:g { e:a e:p e:o . }\n",
                "A <http://e/a> <http://e/p> <http://e/o> .\n");
    expect_rows(CODEC_AUTO, "# c\nPREFIX e: <http://e/>\ne:a e:p _:x .\n",
                "A <http://e/a> <http://e/p> <_:x> .\n");
    expect_rows(CODEC_TURTLE, "", "");
}

Test(turtle, nodes_without_a_label_are_the_same_in_the_same_document_and_others_in_another)
{
    static const char one[] = "<http://s> <http://p> [ <http://q> 1 ] .";
    struct decoded a = decode_slice(CODEC_TURTLE, slice_of(one), NULL);
    struct decoded b = decode_slice(CODEC_TURTLE, slice_of(one), NULL);
    struct decoded c =
        decode_slice(CODEC_TURTLE, slice_of("<http://s> <http://p> [ <http://q> 2 ] ."), NULL);
    cr_assert_eq(a.count, 2);
    cr_assert_eq(c.count, 2);
    cr_expect_str_eq(a.rows.data, b.rows.data);
    cr_expect_not(slice_equal(a.changes[0].object.text, c.changes[0].object.text));
    decoded_free(&a);
    decoded_free(&b);
    decoded_free(&c);
}

Test(turtle, what_is_wrong_is_told_with_its_line)
{
    static const struct codec_limits strict = {.iri_bytes = 20, .literal_bytes = 20};
    expect_refused(CODEC_TURTLE, "e:a <http://p> 1 .", NULL, ERR_FORMAT, "prefixed-name");
    expect_refused(CODEC_TURTLE, "<http://s> <http://p> .", NULL, ERR_FORMAT, "syntax");
    expect_refused(CODEC_TURTLE, "<http://s> <http://p> \"x", NULL, ERR_FORMAT, "syntax");
    expect_refused(CODEC_TURTLE, "<s> <http://p> 1 .", &strict, ERR_FORMAT, "bad-iri");
    expect_refused(CODEC_TURTLE, "<http://s/123456789012345> <http://p> 1 .", &strict, ERR_LIMIT,
                   "limit-iri");
    expect_refused(CODEC_TURTLE, "<http://s> <http://p> \"123456789012345678901\" .", &strict,
                   ERR_LIMIT, "limit-literal");
    expect_refused(CODEC_TURTLE, "<http://s> <http://p> \"\xff\" .", NULL, ERR_FORMAT, "utf8");
    expect_refused(CODEC_TURTLE, "<http://s> <http://p> _:b\xcf\xe4 .", NULL, ERR_FORMAT, "utf8");
    struct decoded d =
        decode_slice(CODEC_TURTLE, slice_of("<http://s> <http://p> 1 .\n\n e:a e:b 1 ."), NULL);
    cr_expect_eq(d.error.line, 3);
    decoded_free(&d);
}
