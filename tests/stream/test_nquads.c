#include "decode_text.h"

#define S "<http://a/s> "
#define P "<http://a/p> "
#define SP S P
#define A "A " SP
#define XSD "http://www.w3.org/2001/XMLSchema#"

Test(nquads, a_statement_is_an_insert)
{
    static const struct {
        const char *text, *rows;
    } good[] = {
        {"", ""},
        {"\n\r\n  \t\n", ""},
        {"# only a comment", ""},
        {"# <http://a/s> <http://a/p> <http://a/o> .\n", ""},
        {SP "<http://a/o> .", A "<http://a/o> .\n"},
        {SP "<http://a/o> .\n", A "<http://a/o> .\n"},
        {SP "<http://a/o> .\r\n" SP "\"x\" .\r\n", A "<http://a/o> .\n" A "\"x\" .\n"},
        {SP "<http://a/o> .\r" SP "\"x\" .", A "<http://a/o> .\n" A "\"x\" .\n"},
        {"<http://a/s><http://a/p><http://a/o>.", A "<http://a/o> .\n"},
        {"<http://a/s><http://a/p>\"x\"<http://g>.", A "\"x\" .\n"},
        {"\t<http://a/s>\t<http://a/p>  <http://a/o> \t. \t# end\n", A "<http://a/o> .\n"},
        {SP "<http://a/o> .#end", A "<http://a/o> .\n"},
        {SP "<http://a/o> <http://a/g> .", A "<http://a/o> .\n"},
        {SP "<http://a/o> _:g .", A "<http://a/o> .\n"},
        {SP "\"x\"@en <http://a/g> .", A "\"x\"@en .\n"},
        {"_:a " P "_:b .", "A <_:a> <http://a/p> <_:b> .\n"},
        {"_:a.b " P "_:b.", "A <_:a.b> <http://a/p> <_:b> .\n"},
        {"_:1-2 " P "_:_ .", "A <_:1-2> <http://a/p> <_:_> .\n"},
        {"_:a..b" P "_:c.\n", "A <_:a..b> <http://a/p> <_:c> .\n"},
        {"_:\xc3\xa9\xc2\xb7 " P "_:\xf0\x90\x80\x80 .",
         "A <_:\xc3\xa9\xc2\xb7> <http://a/p> <_:\xf0\x90\x80\x80> .\n"},
        {"<s:> <p:> <o:> .", "A <s:> <p:> <o:> .\n"},
        {"<a+b-c.9:x> " P "<urn:x> .", "A <a+b-c.9:x> <http://a/p> <urn:x> .\n"},
        {"<http://a/\xc3\xa9> " P "<http://a/%20> .",
         "A <http://a/\xc3\xa9> <http://a/p> <http://a/%20> .\n"},
        {"<http://a/\\u00E9\\U0001F600> " P "<\\u0061:b> .",
         "A <http://a/\xc3\xa9\xf0\x9f\x98\x80> <http://a/p> <a:b> .\n"},
        {SP "\"\" .", A "\"\" .\n"},
        {SP "\"x\"^^<" XSD "string> .", A "\"x\" .\n"},
        {SP "\"x\"^^<" XSD "\\u0073tring> .", A "\"x\" .\n"},
        {SP "\"1\"^^<" XSD "integer> .", A "\"1\"^^<" XSD "integer> .\n"},
        {SP "\"x\" @en .", A "\"x\"@en .\n"},
        {SP "\"x\" ^^ <" XSD "integer> .", A "\"x\"^^<" XSD "integer> .\n"},
        {SP "\"x\"@EN-gb-X1 .", A "\"x\"@en-gb-x1 .\n"},
        {SP "\"'#@<>. \" .", A "\"'#@<>. \" .\n"},
        {SP "\"\\t\\b\\n\\r\\f\\\"\\'\\\\\" .", A "\"\\t\\b\\n\\r\\f\\\"'\\\\\" .\n"},
        {SP "\"\\u00e9\\u4E2D\\U0001f600\\u0000\\uFFFF\" .",
         A "\"\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80\\u0000\\uFFFF\" .\n"},
        {SP "\"\\U0010FFFF\\uD7FF\\uE000\" .",
         A "\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80\" .\n"},
        {SP "\"a\\\\\" .", A "\"a\\\\\" .\n"},
        {SP "\"a\tb\x7f\" .", A "\"a\\tb\\u007F\" .\n"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        expect_rows(CODEC_NQUADS, good[i].text, good[i].rows);
}

Test(nquads, what_the_grammar_does_not_know_is_refused)
{
    static const struct {
        const char *text, *code;
    } bad[] = {
        {SP "<http://a/o>", "truncated"},
        {SP, "truncated"},
        {"<http://a/s>", "truncated"},
        {"<http://a/s", "truncated"},
        {"_", "truncated"},
        {"_:", "truncated"},
        {SP "\"x", "truncated"},
        {SP "\"x\\", "truncated"},
        {SP "\"x\\\"", "truncated"},
        {SP "\"x\"@", "truncated"},
        {SP "\"x\"^", "truncated"},
        {SP "\"x\"^^", "truncated"},
        {SP "\"x\"^^<a:", "truncated"},
        {SP "\n<http://a/o> .", "truncated"},
        {SP "<http://a/o>\n.", "truncated"},
        {S "# comment\n" P "<http://a/o> .", "syntax"},
        {SP "<http://a/o> . <http://a/s>", "syntax"},
        {SP "<http://a/o> ..", "syntax"},
        {".", "syntax"},
        {SP ".", "syntax"},
        {SP "<http://a/o> <http://a/g> <http://a/h> .", "syntax"},
        {SP "'x' .", "syntax"},
        {SP "\"\"\"x\"\"\" .", "bad-term"},
        {SP "\"x\ny\" .", "syntax"},
        {SP "\"x\ry\" .", "syntax"},
        {SP "\"x\"^<" XSD "integer> .", "syntax"},
        {SP "\"x\"^^\"y\" .", "syntax"},
        {SP "12 .", "syntax"},
        {SP "true .", "prefixed-name"},
        {"@prefix ex: <http://a/> .", "syntax"},
        {"ex:s " P "<http://a/o> .", "prefixed-name"},
        {S "ex:p <http://a/o> .", "prefixed-name"},
        {SP ":o .", "prefixed-name"},
        {S "a <http://a/o> .", "prefixed-name"},
        {SP "\"x\"^^xsd:integer .", "prefixed-name"},
        {"\"s\" " P "<http://a/o> .", "bad-term"},
        {S "_:p <http://a/o> .", "bad-term"},
        {S "\"p\" <http://a/o> .", "bad-term"},
        {SP "<http://a/o> \"g\" .", "bad-term"},
        {"<< " SP "<http://a/o> >> " P "<http://a/o> .", "rdf-star"},
        {SP "<<(" SP "<http://a/o>)>> .", "rdf-star"},
        {"<s> " P "<http://a/o> .", "bad-iri"},
        {"<> " P "<http://a/o> .", "bad-iri"},
        {"<//a/b> " P "<http://a/o> .", "bad-iri"},
        {"<1a:b> " P "<http://a/o> .", "bad-iri"},
        {"<_:a> " P "<http://a/o> .", "bad-iri"},
        {"<http> " P "<http://a/o> .", "bad-iri"},
        {SP "\"x\"^^<integer> .", "bad-iri"},
        {SP "<http://a/o> <g> .", "bad-iri"},
        {"<http://a/ s> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/\x01> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/\n> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/<> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/\"> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/{> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/}> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/|> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/^> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/`> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/\\u0020> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/\\u003E> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/\\u0000> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/\\U0000005C> " P "<http://a/o> .", "bad-iri"},
        {"<http://a/\\n> " P "<http://a/o> .", "bad-escape"},
        {"<http://a/\\> " P "<http://a/o> .", "bad-escape"},
        {"<http://a/\\u00ZZ> " P "<http://a/o> .", "bad-escape"},
        {"<http://a/\\u12> " P "<http://a/o> .", "bad-escape"},
        {"<http://a/\\UFFFFFFFF> " P "<http://a/o> .", "bad-escape"},
        {SP "\"\\a\" .", "bad-escape"},
        {SP "\"\\u12\" .", "bad-escape"},
        {SP "\"\\U0011FFFF\" .", "bad-escape"},
        {SP "\"\\U0001F60\" .", "bad-escape"},
        {SP "\"\\uD800\" .", "bad-escape"},
        {SP "\"\\uD83D\\uDE00\" .", "bad-escape"},
        {SP "\"\\U0000DFFF\" .", "bad-escape"},
        {SP "\"\\\n\" .", "bad-escape"},
        {"_: " P "<http://a/o> .", "bad-blank"},
        {"_:-a " P "<http://a/o> .", "bad-blank"},
        {"_:.a " P "<http://a/o> .", "bad-blank"},
        {"_::a " P "<http://a/o> .", "bad-blank"},
        {"_:\xc2\xb7 " P "<http://a/o> .", "bad-blank"},
        {"_:\xc3\x97 " P "<http://a/o> .", "bad-blank"},
        {"_:a:b " P "<http://a/o> .", "prefixed-name"},
        {"_a " P "<http://a/o> .", "syntax"},
        {SP "\"x\"@1 .", "bad-language"},
        {SP "\"x\"@ .", "bad-language"},
        {SP "\"x\"@en- .", "bad-language"},
        {SP "\"x\"@-en .", "bad-language"},
        {SP "\"x\"@en--ltr .", "bad-language"},
        {SP "\"x\"@e1 .", "bad-language"},
        {SP "\"x\"@en_GB .", "syntax"},
        {SP "\"\x80\" .", "utf8"},
        {SP "\"\xc0\xaf\" .", "utf8"},
        {SP "\"\xe0\x9f\x80\" .", "utf8"},
        {SP "\"\xed\xa0\x80\" .", "utf8"},
        {SP "\"\xf0\x8f\x80\x80\" .", "utf8"},
        {SP "\"\xf4\x90\x80\x80\" .", "utf8"},
        {SP "\"\xf5\x80\x80\x80\" .", "utf8"},
        {SP "\"\xe4\xb8\" .", "utf8"},
        {SP "\"\xe4", "utf8"},
        {"# \xff\n", "utf8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        expect_refused(CODEC_NQUADS, bad[i].text, NULL, ERR_FORMAT, bad[i].code);
}

Test(nquads, zero_bytes_may_stand_in_a_literal_and_nowhere_else)
{
    static const char literal[] = SP "\"a\0b\" .", iri[] = "<http://a/\0> " P "\"x\" .";
    struct decoded d =
        decode_slice(CODEC_NQUADS, (struct slice){literal, sizeof literal - 1}, NULL);
    cr_assert_eq(d.rc, 0);
    cr_assert_eq(d.count, 1);
    cr_expect(slice_equal(d.changes[0].object.text, (struct slice){"a\0b", 3}));
    decoded_free(&d);

    d = decode_slice(CODEC_NQUADS, (struct slice){iri, sizeof iri - 1}, NULL);
    cr_expect_eq(d.rc, ERR_FORMAT);
    cr_expect_str_eq(d.error.code, "bad-iri");
    decoded_free(&d);
}

Test(nquads, an_error_names_line_and_column_in_characters)
{
    static const struct {
        const char *text;
        uint64_t line, column;
    } bad[] = {
        {"ex:s", 1, 1},
        {SP "<http://a/o> .\n\n# c\n  ex:s", 4, 3},
        {SP "\"\xc3\xa9\xc3\xa9\" x", 1, 32},
        {SP "\"\\q\" .", 1, 28},
        {SP "<http://a/o>", 1, 39},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct decoded d = decode_slice(CODEC_NQUADS, slice_of(bad[i].text), NULL);
        cr_expect_eq(d.error.line, bad[i].line, "%s: line %zu", bad[i].text, (size_t)d.error.line);
        cr_expect_eq(d.error.column, bad[i].column, "%s: column %zu", bad[i].text,
                     (size_t)d.error.column);
        decoded_free(&d);
    }
}

Test(nquads, terms_without_escapes_are_lent_from_the_message)
{
    static const char text[] = "_:b " P "\"plain\"@en .";
    struct arena *arena = arena_new();
    struct change *changes;
    size_t count;
    cr_assert_eq(codec_decode(CODEC_NQUADS, slice_of(text), NULL, arena, &changes, &count, NULL),
                 0);
    cr_assert_eq(count, 1);
    cr_expect_eq(changes[0].subject.text.data, text + 2);
    cr_expect_eq(changes[0].predicate.text.data, strchr(text, '<') + 1);
    cr_expect_eq(changes[0].object.text.data, strchr(text, '"') + 1);
    cr_expect_eq(changes[0].object.lang.data, strchr(text, '@') + 1);
    arena_free(arena);
}

Test(nquads, a_cut_message_is_refused_or_a_prefix_of_statements)
{
    static const char text[] = SP "\"a\\u00e9\xc3\xa9\"@en .\n# c\n_:b.c " P "\"1\"^^<" XSD
                                  "integer> <g:g> . # d\n" SP "<http://a/o> .\n";
    struct decoded whole = decode_slice(CODEC_NQUADS, slice_of(text), NULL);
    cr_assert_eq(whole.count, 3);
    size_t accepted = 0;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        struct decoded d = decode_slice(CODEC_NQUADS, (struct slice){text, n}, NULL);
        size_t dots = 0; /* statements whose '.' is within the cut text */
        dots += n >= (size_t)(strstr(text, " .\n#") - text) + 2;
        dots += n >= (size_t)(strstr(text, " . # d") - text) + 2;
        dots += n >= (size_t)(strstr(text, "o> .") - text) + 4;
        if (d.rc == 0) {
            accepted++;
            cr_expect_eq(d.count, dots, "cut at %zu: %zu statements", n, d.count);
            cr_expect_eq(strncmp(d.rows.data, whole.rows.data, strlen(d.rows.data)), 0);
        } else {
            bool cut = !strcmp(d.error.code, "truncated") || !strcmp(d.error.code, "utf8");
            bool dot = text[n - 1] == '.'; /* of the label b.c */
            cr_expect(cut || dot, "cut at %zu: %s", n, d.error.code);
        }
        decoded_free(&d);
    }
    /* every place between a '.' and the next statement, and the very start */
    cr_expect_eq(accepted, 1 + strlen("\n# c\n") + 1 + strlen(" # d\n") + 1 + 1);
    decoded_free(&whole);
}

Test(nquads, limits_refuse_the_whole_message)
{
    static const char three[] = SP "\"x\" .\n" SP "\"y\" .\n" SP "\"z\" .\n";
    struct codec_limits two_rows = {.rows = 2}, three_rows = {.rows = 3};
    expect_refused(CODEC_NQUADS, three, &two_rows, ERR_LIMIT, "limit-rows");
    struct decoded d = decode_slice(CODEC_NQUADS, slice_of(three), &three_rows);
    cr_expect_eq(d.rc, 0);
    decoded_free(&d);

    struct codec_limits iri = {.iri_bytes = 12};
    expect_refused(CODEC_NQUADS, SP "<http://a/long> .", &iri, ERR_LIMIT, "limit-iri");
    expect_refused(CODEC_NQUADS, SP "\"x\"^^<http://a/long> .", &iri, ERR_LIMIT, "limit-iri");
    expect_refused(CODEC_NQUADS, SP "_:abcdefghijklm .", &iri, ERR_LIMIT, "limit-iri");
    expect_refused(CODEC_NQUADS, SP "\"x\"@abcdefghijklm .", &iri, ERR_LIMIT, "limit-iri");

    struct codec_limits literal = {.literal_bytes = 3};
    expect_refused(CODEC_NQUADS, SP "\"abcd\" .", &literal, ERR_LIMIT, "limit-literal");
    d = decode_slice(CODEC_NQUADS, slice_of(SP "\"\\u0061\\u0062\\u0063\" ."), &literal);
    cr_expect_eq(d.rc, 0, "escapes count as what they stand for");
    decoded_free(&d);

    struct codec_limits message = {.message_bytes = sizeof three - 2};
    expect_refused(CODEC_NQUADS, three, &message, ERR_LIMIT, "limit-message");
}

Test(nquads, many_short_statements_make_the_list_grow)
{
    struct buf text = {0};
    for (int i = 0; i < 5000; i++)
        buf_append_format(&text, "_:a<b:><c:%d>.\n", i);
    struct decoded d = decode_slice(CODEC_NQUADS, buf_slice(&text), NULL);
    cr_assert_eq(d.rc, 0);
    cr_assert_eq(d.count, 5000);
    cr_expect(slice_equal(d.changes[4999].object.text, slice_of("c:4999")));
    decoded_free(&d);
    buf_fini(&text);
}

Test(nquads, iris_without_a_scheme_are_taken_when_told_to)
{
    struct codec_limits relative = {.relative_iris = true};
    struct decoded d =
        decode_slice(CODEC_NQUADS, slice_of("<a> <http.b.c> \"x\"^^<d> <g> ."), &relative);
    cr_expect_eq(d.rc, 0, "%s", d.error.message);
    cr_expect_str_eq(d.rows.data, "A <a> <http.b.c> \"x\"^^<d> .\n");
    decoded_free(&d);
    expect_refused(CODEC_NQUADS, "<> " P "<http://a/o> .", &relative, ERR_FORMAT, "bad-iri");
    expect_refused(CODEC_NQUADS, "<_:a> " P "<http://a/o> .", &relative, ERR_FORMAT, "bad-iri");
    expect_refused(CODEC_NQUADS, "<a b> " P "<http://a/o> .", &relative, ERR_FORMAT, "bad-iri");
    expect_refused(CODEC_JSON, "{\"op\":\"insert\",\"s\":\"a:s\",\"p\":\"a:p\",\"o\":\"Heat\"}",
                   &relative, ERR_FORMAT, "bad-iri");
}
