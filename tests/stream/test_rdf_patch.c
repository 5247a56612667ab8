#include "decode_text.h"

#define S "<http://a/s> "
#define P "<http://a/p> "
#define SP S P
#define A "A " SP
#define XSD "http://www.w3.org/2001/XMLSchema#"

Test(rdf_patch, rows_become_changes)
{
    static const struct {
        const char *text, *rows;
    } good[] = {
        {"", ""},
        {"# nothing\n", ""},
        {"A " SP "<http://a/o> .", A "<http://a/o> .\n"},
        {"D " SP "<http://a/o> .", "D " SP "<http://a/o> .\n"},
        {"A " SP "<http://a/o> <http://a/g> .", A "<http://a/o> .\n"},
        {"D " SP "<http://a/o> _:g .", "D " SP "<http://a/o> .\n"},
        {"A " SP "<http://a/o> <_:g> .", A "<http://a/o> .\n"},
        {"A\n" S "# one\n" P "# two\r\n\t\"x\"\n.\nD " SP "\"y\".D " SP "\"z\".",
         A "\"x\" .\nD " SP "\"y\" .\nD " SP "\"z\" .\n"},
        {"A<http://a/s><http://a/p><http://a/o>.", A "<http://a/o> .\n"},
        {"TX . A " SP "\"x\" . TC .", A "\"x\" .\n"},
        {"TX.\nA " SP "\"x\".TC.", A "\"x\" .\n"},
        {"TB . A " SP "\"x\" . TC .", A "\"x\" .\n"},
        {"TX . A " SP "\"x\" . TA .", ""},
        {"TX . TC . TX . TC .", ""},
        {"A " SP "\"1\" . TX . A " SP "\"2\" . TA . A " SP "\"3\" . TX . D " SP "\"4\" . TC .",
         A "\"1\" .\n" A "\"3\" .\nD " SP "\"4\" .\n"},
        {"H id <uuid:0686c69d-8f89-4496-acb5-744f0157a8db> .\nH prev <uuid:1> .\n"
         "TX .\nPA \"rdf\" \"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" .\n"
         "A " SP "<http://a/o> .\nPD \"rdf\" .\nTC .\n",
         A "<http://a/o> .\n"},
        {"H \"key\" 'value' . H key _:x . H key 12 .", ""},
        {"PA ex <http://a/> . PA ex <http://a/> <http://a/g> . PA '' 'x' . PD ex . PD ex _:g .",
         ""},
        {"A _:x " P "<_:x> .", "A <_:x> <http://a/p> <_:x> .\n"},
        {"A <_:-4a:b:c> " P "_:b0.", "A <_:-4a:b:c> <http://a/p> <_:b0> .\n"},
        {"A " SP "'x' .", A "\"x\" .\n"},
        {"A " SP "'\"' .", A "\"\\\"\" .\n"},
        {"A " SP "\"'\" .", A "\"'\" .\n"},
        {"A " SP "'''x''' .", A "\"x\" .\n"},
        {"A " SP "'' .", A "\"\" .\n"},
        {"A " SP "\"\" .", A "\"\" .\n"},
        {"A " SP "\"\"\"\"\"\" .", A "\"\" .\n"},
        {"A " SP "\"\"\"a\n\"b\"\"\\n\"\"\"@en .", A "\"a\\n\\\"b\\\"\\\"\\n\"@en .\n"},
        {"A " SP "'''a'b''c\r\n''' .", A "\"a'b''c\\r\\n\" .\n"},
        {"A " SP "\"x\" @EN .", A "\"x\"@en .\n"},
        {"A " SP "\"x\"\n^^ # why not\n<" XSD "date> .", A "\"x\"^^<" XSD "date> .\n"},
        {"A " SP "\"x\"^^<" XSD "string> .", A "\"x\" .\n"},
        {"A " SP "12 .", A "\"12\"^^<" XSD "integer> .\n"},
        {"A " SP "12.\n", A "\"12\"^^<" XSD "integer> .\n"},
        {"A " SP "12.TX. TC.", A "\"12\"^^<" XSD "integer> .\n"},
        {"A " SP "-0 .", A "\"-0\"^^<" XSD "integer> .\n"},
        {"A " SP "+1.50 .", A "\"+1.50\"^^<" XSD "decimal> .\n"},
        {"A " SP "1.5. ", A "\"1.5\"^^<" XSD "decimal> .\n"},
        {"A " SP ".5 .", A "\".5\"^^<" XSD "decimal> .\n"},
        {"A " SP "1e3 .", A "\"1e3\"^^<" XSD "double> .\n"},
        {"A " SP "1.e3 .", A "\"1.e3\"^^<" XSD "double> .\n"},
        {"A " SP "-.5E-3.", A "\"-.5E-3\"^^<" XSD "double> .\n"},
        {"A " SP "true .", A "\"true\"^^<" XSD "boolean> .\n"},
        {"A " SP "false.", A "\"false\"^^<" XSD "boolean> .\n"},
        {"A " SP "12 <g:g> .", A "\"12\"^^<" XSD "integer> .\n"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect_rows(CODEC_RDF_PATCH, good[i].text, good[i].rows);
}

Test(rdf_patch, what_is_no_patch_is_refused)
{
    static const struct {
        const char *text, *code;
    } bad[] = {
        {"A " SP "<http://a/o>", "truncated"},
        {"A " SP "12", "truncated"},
        {"A " SP "12.", "truncated"},
        {"A " SP "1.5e", "truncated"},
        {"A " SP "12e", "truncated"},
        {"A " SP "true", "truncated"},
        {"A " SP "<http://a/o> <http://a/g>", "truncated"},
        {"A " SP "\"\"", "truncated"},
        {"A " SP "\"", "truncated"},
        {"A " SP "\"\"\"x\"\"", "truncated"},
        {"A " SP "\"\"\"x\\\"\"\"", "truncated"},
        {"A", "truncated"},
        {"TX", "truncated"},
        {"H id", "truncated"},
        {"PA ex", "truncated"},
        {"TX .", "truncated"},
        {"TX . A " SP "\"x\" .", "truncated"},
        {"TX . A " SP "\"x\" . TC", "truncated"},
        {"TX . TC . TX . A " SP "\"x\" .", "truncated"},
        {".", "syntax"},
        {"A " SP "<http://a/o> .. ", "syntax"},
        {"A " SP ".", "syntax"},
        {"A " S ".", "syntax"},
        {"A .", "syntax"},
        {"A " SP "<http://a/o> <http://a/g> <http://a/h> .", "syntax"},
        {"A " SP "<http://a/o> ; <http://a/q> <http://a/r> .", "syntax"},
        {"TX x .", "syntax"},
        {"H .", "syntax"},
        {"H id .", "syntax"},
        {"H <http://a/x> <http://a/y> .", "syntax"},
        {"H id <u:1> <u:2> .", "syntax"},
        {"PA <http://a/> <http://a/> .", "syntax"},
        {"PA 'x'@en <http://a/> .", "syntax"},
        {"PD .", "syntax"},
        {"A " SP "word .", "syntax"},
        {"A " SP "TRUE .", "syntax"},
        {"A " SP "?x .", "syntax"},
        {"A " SP "0x1F .", "syntax"},
        {"A " SP "1e .", "syntax"},
        {"A " SP "1ex .", "syntax"},
        {"A " SP "+ .", "syntax"},
        {"A " SP "-.e1 .", "syntax"},
        {"A " SP "12abc .", "syntax"},
        {"A " SP "'a\nb' .", "syntax"},
        {"A " SP "\"a\nb\" .", "syntax"},
        {"A " SP "\"\"\"x\"\"\"\" .", "truncated"},
        {"( " SP "<http://a/o> ) .", "syntax"},
        {"<http://a/s> " P "<http://a/o> .", "syntax"},
        {"Q " SP "<http://a/o> .", "unknown-code"},
        {"a " SP "<http://a/o> .", "unknown-code"},
        {"d " SP "<http://a/o> .", "unknown-code"},
        {"tx . tc .", "unknown-code"},
        {"TD .", "unknown-code"},
        {"TX.TC .", "unknown-code"},
        {"ADD " SP "<http://a/o> .", "unknown-code"},
        {"A ex:s " P "<http://a/o> .", "prefixed-name"},
        {"A " S "ex:p <http://a/o> .", "prefixed-name"},
        {"A " SP ":o .", "prefixed-name"},
        {"A " SP "\"x\"^^xsd:int .", "prefixed-name"},
        {"A " SP "<http://a/o> ex:g .", "prefixed-name"},
        {"A << " SP "<http://a/o> >> " P "<http://a/o> .", "rdf-star"},
        {"A \"s\" " P "<http://a/o> .", "bad-term"},
        {"A 12 " P "<http://a/o> .", "bad-term"},
        {"A " S "_:p <http://a/o> .", "bad-term"},
        {"A " S "<_:p> <http://a/o> .", "bad-term"},
        {"A " S "'p' <http://a/o> .", "bad-term"},
        {"A " SP "<http://a/o> 'g' .", "bad-term"},
        {"A " SP "'x'^^<_:b> .", "bad-term"},
        {"PA ex _:b .", "bad-term"},
        {"PA ex 'x'@en .", "bad-term"},
        {"PA ex <http://a/> 'g' .", "bad-term"},
        {"A <s> " P "<http://a/o> .", "bad-iri"},
        {"A <http://a/ s> " P "<http://a/o> .", "bad-iri"},
        {"A <_:a b> " P "<http://a/o> .", "bad-iri"},
        {"A <_:> " P "<http://a/o> .", "bad-blank"},
        {"A _: " P "<http://a/o> .", "bad-blank"},
        {"A " SP "'\\q' .", "bad-escape"},
        {"A " SP "'\\uD800' .", "bad-escape"},
        {"A " SP "'x'@1 .", "bad-language"},
        {"A " SP "'\xff' .", "utf8"},
        {"TX . TX . TC . TC .", "nested-transaction"},
        {"TX . TB .", "nested-transaction"},
        {"TC .", "no-transaction"},
        {"TA .", "no-transaction"},
        {"TX . TC . TC .", "no-transaction"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_refused(CODEC_RDF_PATCH, bad[i].text, NULL, ERR_FORMAT, bad[i].code);
}

Test(rdf_patch, a_bad_row_refuses_the_good_ones_before_it)
{
    expect_refused(CODEC_RDF_PATCH, "A " SP "'1' . TX . A " SP "'2' . TC . A " SP "ex:x .", NULL,
                   ERR_FORMAT, "prefixed-name");
    expect_refused(CODEC_RDF_PATCH, "TX . A " SP "bad . TA .", NULL, ERR_FORMAT, "syntax");
}

Test(rdf_patch, an_error_names_its_place_over_many_lines)
{
    struct decoded d = decode_slice(
        CODEC_RDF_PATCH, slice_of("TX .\nA " SP "\n  '''two\nlines''' .\n\tQ . TC ."), NULL);
    cr_expect_str_eq(d.error.code, "unknown-code");
    cr_expect_eq(d.error.line, 5);
    cr_expect_eq(d.error.column, 2);
    cr_expect_not_null(strstr(d.error.message, "'Q'"));
    decoded_free(&d);
}

/* What is accepted of a cut message: nothing while a row or a block is open. */
Test(rdf_patch, a_cut_message_is_refused_or_ends_at_a_row_outside_blocks)
{
    static const char text[] = "H id <u:1> .\nA " SP "12.5 .\nTX .\nA _:b.c " P
                               "'''a\\u00e9'b\xc3\xa9'''@en <g:g> .\nTA .\nTX .\nD <_:x:y> " P
                               "\"x\"^^<" XSD "date> .\nTC .\n# c\nD " SP "true.\n";
    struct decoded whole = decode_slice(CODEC_RDF_PATCH, slice_of(text), NULL);
    cr_assert_eq(whole.rc, 0, "%s", whole.error.message);
    cr_assert_eq(whole.count, 3);
    size_t borders[] = {(size_t)(strstr(text, "\nA " S) - text),
                        (size_t)(strstr(text, "\nTX") - text),
                        (size_t)(strstr(text, "\nTX .\nD") - text),
                        (size_t)(strstr(text, "\n# c") - text), sizeof text - 2};
    size_t at_border[] = {0, 1, 1, 2, 3};
    for (size_t n = 0; n < sizeof text - 1; n++) {
        struct decoded d = decode_slice(CODEC_RDF_PATCH, (struct slice){text, n}, NULL);
        /* between the end of a row and the first byte of the next */
        size_t changes = n == 0 ? 0 : SIZE_MAX;
        for (size_t i = 0; i < 5; i++) {
            size_t gap = i == 3 ? strlen("\n# c\n") : 1;
            if (n >= borders[i] && n <= borders[i] + gap)
                changes = at_border[i];
        }
        if (changes == SIZE_MAX) {
            cr_expect_eq(d.rc, ERR_FORMAT, "cut at %zu is accepted", n);
            bool cut = !strcmp(d.error.code, "truncated") || !strcmp(d.error.code, "utf8");
            bool dot = text[n - 1] == '.'; /* '_:b.' as the whole of a row */
            cr_expect(cut || dot, "cut at %zu: %s", n, d.error.code);
        } else {
            cr_expect_eq(d.rc, 0, "cut at %zu: %s", n, d.error.message);
            cr_expect_eq(d.count, changes, "cut at %zu: %zu changes", n, d.count);
        }
        decoded_free(&d);
    }
    decoded_free(&whole);
}

Test(rdf_patch, limits_refuse_the_whole_message)
{
    static const char text[] = "H id <u:1> . TX . A " SP "'x' . TC .";
    struct codec_limits three = {.rows = 3}, four = {.rows = 4};
    expect_refused(CODEC_RDF_PATCH, text, &three, ERR_LIMIT, "limit-rows");
    struct decoded d = decode_slice(CODEC_RDF_PATCH, slice_of(text), &four);
    cr_expect_eq(d.rc, 0);
    cr_expect_eq(d.count, 1);
    decoded_free(&d);

    struct codec_limits iri = {.iri_bytes = 12}, literal = {.literal_bytes = 3};
    expect_refused(CODEC_RDF_PATCH, "A " SP "<http://a/long> .", &iri, ERR_LIMIT, "limit-iri");
    expect_refused(CODEC_RDF_PATCH, "A " SP "<_:abcdefghijklm> .", &iri, ERR_LIMIT, "limit-iri");
    expect_refused(CODEC_RDF_PATCH, "A " SP "'''abcd''' .", &literal, ERR_LIMIT, "limit-literal");
}
