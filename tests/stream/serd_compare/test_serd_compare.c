/*
 * test_serd_compare.c - our N-Quads reader and serd's, in strict mode, agree
 * on what is N-Quads and on what it says; where they do not, the difference
 * and its reason are named here.
 */
#include "alignd/base/err.h"
#include "alignd/stream/codec.h"
#include "alignd/stream/term_write.h"

#include <criterion/criterion.h>
#include <serd/serd.h>
#include <stdlib.h>

#define S "<http://a/s> "
#define P "<http://a/p> "
#define SP S P
#define XSD "http://www.w3.org/2001/XMLSchema#"

/* What serd says, one line of canonical N-Triples a statement. */
struct told {
    struct buf lines;
    bool failed;
};

static struct slice text_of(const SerdNode *node)
{
    return node ? (struct slice){(const char *)node->buf, node->n_bytes} : (struct slice){0};
}

static struct term term_of(const SerdNode *node, const SerdNode *datatype, const SerdNode *lang)
{
    struct term t = {.kind = node->type == SERD_URI     ? TERM_IRI
                             : node->type == SERD_BLANK ? TERM_BLANK
                                                        : TERM_LITERAL,
                     .text = text_of(node),
                     .datatype = text_of(datatype),
                     .lang = text_of(lang)};
    if (slice_equal(t.datatype, slice_of(XSD "string")))
        t.datatype = (struct slice){0};
    return t;
}

static void write_line(struct buf *b, const struct term *s, const struct term *p,
                       const struct term *o)
{
    term_write_nquads(b, s);
    buf_append_char(b, ' ');
    term_write_nquads(b, p);
    buf_append_char(b, ' ');
    term_write_nquads(b, o);
    buf_append_text(b, "\n");
}

static SerdStatus on_statement(void *handle, SerdStatementFlags flags, const SerdNode *graph,
                               const SerdNode *subject, const SerdNode *predicate,
                               const SerdNode *object, const SerdNode *datatype,
                               const SerdNode *lang)
{
    (void)flags;
    (void)graph;
    struct told *told = handle;
    char folded[64];
    struct term s = term_of(subject, NULL, NULL), p = term_of(predicate, NULL, NULL),
                o = term_of(object, datatype, lang);
    cr_assert_lt(o.lang.len, sizeof folded);
    for (size_t i = 0; i < o.lang.len; i++) {
        char c = o.lang.data[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    o.lang = (struct slice){folded, o.lang.len};
    write_line(&told->lines, &s, &p, &o);
    return SERD_SUCCESS;
}

static SerdStatus on_error(void *handle, const SerdError *error)
{
    (void)error;
    ((struct told *)handle)->failed = true;
    return SERD_SUCCESS;
}

static struct told ask_serd(const char *text)
{
    struct told told = {0};
    SerdReader *reader = serd_reader_new(SERD_NQUADS, &told, NULL, NULL, NULL, on_statement, NULL);
    serd_reader_set_strict(reader, true);
    serd_reader_set_error_sink(reader, on_error, &told);
    SerdStatus status = serd_reader_read_string(reader, (const uint8_t *)text);
    told.failed = told.failed || status != SERD_SUCCESS;
    serd_reader_free(reader);
    buf_append_char(&told.lines, '\0');
    return told;
}

static struct told ask_ours(const char *text)
{
    struct told told = {0};
    struct arena *arena = arena_new();
    struct change *c = NULL;
    size_t count = 0;
    int rc = codec_decode(CODEC_NQUADS, slice_of(text), NULL, arena, &c, &count, NULL);
    told.failed = rc != 0;
    for (size_t i = 0; i < count; i++)
        write_line(&told.lines, &c[i].subject, &c[i].predicate, &c[i].object);
    buf_append_char(&told.lines, '\0');
    arena_free(arena);
    return told;
}

enum verdict { BOTH_TAKE, BOTH_REFUSE, ONLY_WE_TAKE, ONLY_SERD_TAKES };

static const struct {
    enum verdict verdict;
    const char *text;
} cases[] = {
    {BOTH_TAKE, "\n\n"},
    {BOTH_TAKE, "# comment\n"},
    {BOTH_TAKE, "# comment"},
    {BOTH_TAKE, SP "<http://a/o> .\n"},
    {BOTH_TAKE, SP "<http://a/o> ."},
    {BOTH_TAKE, SP "<http://a/o> .\r\n" SP "\"x\" .\r\n"},
    {BOTH_TAKE, SP "<http://a/o> . # comment\n"},
    {BOTH_TAKE, "\n  " SP "<http://a/o> .\n\n\t# c\n" SP "<http://a/o2> .\n"},
    {BOTH_TAKE, "<http://a/s><http://a/p><http://a/o>.\n"},
    {BOTH_TAKE, "<http://a/s><http://a/p>\"x\".\n"},
    {BOTH_TAKE, "\t<http://a/s>\t<http://a/p>\t<http://a/o>\t.\t\n"},
    {BOTH_TAKE, SP "<http://a/o> <http://a/g> .\n"},
    {BOTH_TAKE, SP "\"x\"@en <http://a/g> .\n"},
    {BOTH_TAKE, SP "<http://a/o> _:g .\n"},
    {BOTH_TAKE, "_:a " P "_:b .\n"},
    {BOTH_TAKE, "_:a.b-c_d " P "_:1 .\n"},
    {BOTH_TAKE, "_:a " P "_:b.\n"},
    {BOTH_TAKE, "_:\xc3\xa9 " P "_:b\xc2\xb7 .\n"},
    {BOTH_TAKE, SP "\"\" .\n"},
    {BOTH_TAKE, SP "\"a b\" .\n"},
    {BOTH_TAKE, SP "\"\\t\\b\\n\\r\\f\\\"\\'\\\\\" .\n"},
    {BOTH_TAKE, SP "\"\\u00e9\\U0001F600\" .\n"},
    {BOTH_TAKE, SP "\"\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80\" .\n"},
    {BOTH_TAKE, SP "\"'single'\" .\n"},
    {BOTH_TAKE, SP "\"x\\\\\" .\n"},
    {BOTH_TAKE, SP "\"x\"@en .\n"},
    {BOTH_TAKE, SP "\"x\"@en-GB-x1 .\n"},
    {BOTH_TAKE, SP "\"1\"^^<" XSD "integer> .\n"},
    {BOTH_TAKE, SP "\"1\"^^<" XSD "string> .\n"},
    {BOTH_TAKE, "<http://a/\\u00E9> " P "<http://a/\\U000000e9> .\n"},
    {BOTH_TAKE, "<http://a/\xc3\xa9> " P "<http://a/%20#x?y> .\n"},
    {BOTH_TAKE, "<urn:x> <scheme:!$%25&'()*+,-./0123:/@ABC_abc~?#> <a:b> .\n"},
    {BOTH_REFUSE, SP "<http://a/o>\n"},
    {BOTH_REFUSE, SP ".\n"},
    {BOTH_REFUSE, "<http://a/s> .\n"},
    {BOTH_REFUSE, SP "<http://a/o> <http://a/g> <http://a/h> .\n"},
    {BOTH_REFUSE, SP "<http://a/o>, <http://a/o2> .\n"},
    {BOTH_REFUSE, SP "<http://a/o>; <http://a/p2> <http://a/o2> .\n"},
    {BOTH_REFUSE, "\"s\" " P "<http://a/o> .\n"},
    {BOTH_REFUSE, S "\"p\" <http://a/o> .\n"},
    {BOTH_REFUSE, S "_:p <http://a/o> .\n"},
    {BOTH_REFUSE, SP "<http://a/o> \"g\" .\n"},
    {BOTH_REFUSE, "@prefix ex: <http://a/> .\n"},
    {BOTH_REFUSE, "@base <http://a/> .\n"},
    {BOTH_REFUSE, SP "'x' .\n"},
    {BOTH_REFUSE, SP "\"\"\"x\"\"\" .\n"},
    {BOTH_REFUSE, SP "12 .\n"},
    {BOTH_REFUSE, SP "1.0 .\n"},
    {BOTH_REFUSE, SP "\"x\ny\" .\n"},
    {BOTH_REFUSE, SP "\"x\n"},
    {BOTH_REFUSE, SP "\"x\"@1 .\n"},
    {BOTH_REFUSE, SP "\"x\"@ .\n"},
    {BOTH_REFUSE, SP "\"\\z\" .\n"},
    {BOTH_REFUSE, SP "\"\\u12\" .\n"},
    {BOTH_REFUSE, SP "\"\\uZZZZ\" .\n"},
    {BOTH_REFUSE, SP "\"\\UFFFFFFFF\" .\n"},
    {BOTH_REFUSE, "<s> " P "<http://a/o> .\n"},
    {BOTH_REFUSE, "<http://a/ s> " P "<http://a/o> .\n"},
    {BOTH_REFUSE, "<http://a/\\u00ZZ> " P "<http://a/o> .\n"},
    {BOTH_REFUSE, "<http://a/\\n> " P "<http://a/o> .\n"},
    {BOTH_REFUSE, "<http://a/\\/> " P "<http://a/o> .\n"},
    {BOTH_REFUSE, "<http://a/{> " P "<http://a/o> .\n"},
    {BOTH_REFUSE, "<http://a/<> " P "<http://a/o> .\n"},
    {BOTH_REFUSE, "_::a " P "<http://a/o> .\n"},
    {BOTH_REFUSE, "_:a:b " P "<http://a/o> .\n"},
    {BOTH_REFUSE, "_: " P "<http://a/o> .\n"},
    {BOTH_REFUSE, SP "\"\xff\" .\n"},
    {BOTH_REFUSE, SP "\"\xc3\" .\n"},
    {BOTH_REFUSE, "<> " P "<http://a/o> .\n"},
    {BOTH_REFUSE, S "a <http://a/o> .\n"},
    {BOTH_REFUSE, "<http://a/\\u0020> " P "<http://a/o> .\n"},
    {BOTH_REFUSE, "<http://a/\\u003C> " P "<http://a/o> .\n"},
    {BOTH_REFUSE, SP "true .\n"},
    {BOTH_REFUSE, SP "\"x\"^^\"y\" .\n"},
    {BOTH_REFUSE, SP "\"x\"^^_:d .\n"},
    {BOTH_REFUSE, "_:a. " P "<http://a/o> .\n"},
    {BOTH_REFUSE, SP "<http://a/o> .. \n"},
    {BOTH_REFUSE, SP "[] .\n"},
    {BOTH_REFUSE, SP "() .\n"},
    {BOTH_REFUSE, "<http://a/g> { " SP "<http://a/o> . }\n"},
    {BOTH_REFUSE, "<< " SP "<http://a/o> >> " P "<http://a/o> .\n"},
    {BOTH_TAKE, SP "\"x\"^^<" XSD "int><http://a/g>.\n"},
    {BOTH_TAKE, SP "\"\x01\x7f\t\" .\n"},
    {BOTH_TAKE, SP "\"\\u0000\" .\n"},
    /* serd reads N-Quads with its Turtle reader, which minds neither lines nor names */
    {ONLY_SERD_TAKES, "ex:s " P "<http://a/o> .\n"},
    {ONLY_SERD_TAKES, SP "\"x\"^^xsd:int .\n"},
    {ONLY_SERD_TAKES, SP "<http://a/o> . " SP "<http://a/o> .\n"},
    {ONLY_SERD_TAKES, S "# c\n" P "<http://a/o> .\n"},
    {ONLY_SERD_TAKES, S "\n" P "<http://a/o> .\n"},
    /* it looks less closely at labels, language tags, surrogates and overlong forms */
    {ONLY_SERD_TAKES, "_:-a " P "<http://a/o> .\n"},
    {ONLY_SERD_TAKES, SP "\"x\"@en--ltr .\n"},
    {ONLY_SERD_TAKES, SP "\"x\"@en- .\n"},
    {ONLY_SERD_TAKES, SP "\"\\uD800\" .\n"},
    {ONLY_SERD_TAKES, SP "\"\\U0000DFFF\" .\n"},
    {ONLY_SERD_TAKES, SP "\"\xed\xa0\x80\" .\n"},
    {ONLY_SERD_TAKES, SP "\"\xc0\xaf\" .\n"},
    {ONLY_SERD_TAKES, SP "\"\xf4\x90\x80\x80\" .\n"},
    /* white space may stand between any two terminals of N-Triples */
    {ONLY_WE_TAKE, SP "\"x\" @en .\n"},
    {ONLY_WE_TAKE, SP "\"x\" ^^ <" XSD "int> .\n"},
    /* to serd an empty text is a failure */
    {ONLY_WE_TAKE, ""},
};

Test(serd_compare, both_take_the_same_and_understand_it_alike)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct told ours = ask_ours(cases[i].text), theirs = ask_serd(cases[i].text);
        enum verdict v = ours.failed ? (theirs.failed ? BOTH_REFUSE : ONLY_SERD_TAKES)
                                     : (theirs.failed ? ONLY_WE_TAKE : BOTH_TAKE);
        cr_expect_eq(v, cases[i].verdict, "%s\nverdict %d instead of %d; serd read:\n%s",
                     cases[i].text, (int)v, (int)cases[i].verdict, theirs.lines.data);
        if (v == BOTH_TAKE)
            cr_expect_str_eq(ours.lines.data, theirs.lines.data, "%s\nours:\n%sserd:\n%s",
                             cases[i].text, ours.lines.data, theirs.lines.data);
        buf_fini(&ours.lines);
        buf_fini(&theirs.lines);
    }
}
