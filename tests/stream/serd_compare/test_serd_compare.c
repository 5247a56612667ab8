/*
 * test_serd_compare.c - our N-Quads reader and serd's, in strict mode, agree
 * on what is N-Quads and on what it says; where they do not, the difference
 * and its reason are named here.
 */
#include "alignd/base/err.h"
#include "alignd/stream/codec.h"
#include "alignd/stream/term_write.h"
#include "w3c_cases.h"

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
    char code[24]; /* of our error */
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
    struct codec_error error = {0};
    struct change *c = NULL;
    size_t count = 0;
    int rc = codec_decode(CODEC_NQUADS, slice_of(text), NULL, arena, &c, &count, &error);
    told.failed = rc != 0;
    memcpy(told.code, error.code, sizeof told.code);
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
    /* a label does not end in a dot; serd minds that of an object but not of a graph */
    {ONLY_WE_TAKE, SP "<http://a/o> _:g.\n"},
    {ONLY_WE_TAKE, SP "\"x\" _:g.\n"},
    /* to serd an empty text is a failure */
    {ONLY_WE_TAKE, ""},
};

static enum verdict verdict_of(const struct told *ours, const struct told *theirs)
{
    return ours->failed ? (theirs->failed ? BOTH_REFUSE : ONLY_SERD_TAKES)
                        : (theirs->failed ? ONLY_WE_TAKE : BOTH_TAKE);
}

Test(serd_compare, both_take_the_same_and_understand_it_alike)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct told ours = ask_ours(cases[i].text), theirs = ask_serd(cases[i].text);
        enum verdict v = verdict_of(&ours, &theirs);
        cr_expect_eq(v, cases[i].verdict, "%s\nverdict %d instead of %d; serd read:\n%s",
                     cases[i].text, (int)v, (int)cases[i].verdict, theirs.lines.data);
        if (v == BOTH_TAKE)
            cr_expect_str_eq(ours.lines.data, theirs.lines.data, "%s\nours:\n%sserd:\n%s",
                             cases[i].text, ours.lines.data, theirs.lines.data);
        buf_fini(&ours.lines);
        buf_fini(&theirs.lines);
    }
}

/* --- the W3C's cases --- */

/* serd_reader_read_string takes a C string: a NUL would be its end. */
static bool has_nul(struct slice text)
{
    return text.len && memchr(text.data, 0, text.len);
}

static void compare_case(void *arg, const char *name, bool good, struct slice text)
{
    struct buf copy = {0};
    buf_append_slice(&copy, text);
    buf_append_char(&copy, '\0');
    size_t *compared = arg;
    if (text.len && !has_nul(text)) { /* an empty text is a failure to serd */
        struct told ours = ask_ours(copy.data), theirs = ask_serd(copy.data);
        cr_expect_eq(ours.failed, !good, "%s: ours", name);
        cr_expect_eq(theirs.failed, !good, "%s: serd's", name);
        cr_expect_str_eq(good ? ours.lines.data : "", good ? theirs.lines.data : "", "%s", name);
        buf_fini(&ours.lines);
        buf_fini(&theirs.lines);
        ++*compared;
    }
    buf_fini(&copy);
}

Test(serd_compare, both_judge_the_cases_of_the_w3c_alike)
{
    size_t compared = 0;
    w3c_each("nquads", compare_case, &compared);
    w3c_each("ntriples", compare_case, &compared);
    cr_expect_geq(compared, 150, "%zu", compared);
}

/* --- texts made from those of above by chance --- */

struct seeds {
    struct buf texts[400];
    size_t count;
};

static void keep_seed(void *arg, const char *name, bool good, struct slice text)
{
    (void)name;
    (void)good;
    struct seeds *seeds = arg;
    if (text.len == 0 || text.len > 4096 || has_nul(text))
        return;
    cr_assert_lt(seeds->count, 400);
    buf_append_slice(&seeds->texts[seeds->count++], text);
}

static uint64_t below(uint64_t *rng, uint64_t n)
{
    *rng ^= *rng << 13;
    *rng ^= *rng >> 7;
    *rng ^= *rng << 17;
    return (*rng >> 11) % n;
}

/* One piece of the text replaced by another: a token of the grammar, a byte,
 * a piece of another text, or nothing. */
static void mutate(struct buf *text, const struct seeds *seeds, uint64_t *rng)
{
    static const char *const tokens[] = {
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "#",
        ".",
        "<",
        ">",
        "\"",
        "'",
        "\\",
        "\\u",
        "\\U",
        "@",
        "@en",
        "@en-GB",
        "^^",
        "_:",
        "_:b.c",
        "_:1",
        "<http://a>",
        "\"x\"",
        "\\u00e9",
        "\\n",
        "\\uD800",
        "\\U00110000",
        ":",
        "-",
        "--",
        "0",
        "a",
        "\xc3\xa9",
        "\xe4\xb8\xad",
        "\xf0\x9f\x98\x80",
        "\xed\xa0\x80",
        "\xc0\xaf",
        "\xff",
        "\x01",
        "{",
        "^",
        "`",
        "|",
        "%",
        "true",
        "[]",
        "(",
        ";",
        ",",
    };
    char piece[64];
    size_t length = 1 + below(rng, 3), at = below(rng, text->len + 1), cut = below(rng, 4);
    switch (below(rng, 4)) {
    case 0:
        piece[0] = (char)(1 + below(rng, 255));
        length = 1;
        break;
    case 1: {
        const struct buf *other = &seeds->texts[below(rng, seeds->count)];
        size_t from = below(rng, other->len);
        length = 1 + below(rng, 32);
        length = length > other->len - from ? other->len - from : length;
        memcpy(piece, other->data + from, length);
        break;
    }
    case 2:
        length = 0;
        break;
    default: {
        const char *token = tokens[below(rng, sizeof tokens / sizeof *tokens)];
        length = strlen(token);
        memcpy(piece, token, length);
    }
    }
    struct buf made = {0};
    cut = cut > text->len - at ? text->len - at : cut;
    buf_append(&made, text->data, at);
    buf_append(&made, piece, length);
    buf_append(&made, text->data + at + cut, text->len - at - cut);
    buf_fini(text);
    *text = made;
}

/* Blanks may stand between any two terminals; serd knows that of all but the parts of a
 * literal. */
static bool has_loose_literal(const char *text)
{
    for (const char *p = text; (p = strpbrk(p, "\"^")); p++) {
        const char *q = p + 1 + strspn(p + 1, " \t");
        if (q > p + 1 && (*q == '@' || *q == '^' || *q == '<'))
            return true;
    }
    return false;
}

/* A blank node label with the dot of the statement right behind it. */
static bool has_glued_dot(const char *text)
{
    for (const char *p = text; (p = strstr(p, "_:")); p += 2) {
        const char *end = p + strcspn(p, " \t\r\n<\"#");
        if (end[-1] == '.')
            return true;
    }
    return false;
}

/* Why serd takes what we refuse: the words of our error that the table above has a case of. */
static bool is_known_laxity(const char *code)
{
    static const char *const known[] = {
        "prefixed-name", /* it expands names */
        "truncated",     /* it reads on over a line's end */
        "syntax",        /* ... and takes a second statement on a line */
        "bad-language",  "bad-escape", "bad-blank", "bad-iri", "utf8",
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(code, known[i]) == 0)
            return true;
    return false;
}

static void compare_mutated(const char *text, size_t tally[4])
{
    struct told ours = ask_ours(text), theirs = ask_serd(text);
    enum verdict v = verdict_of(&ours, &theirs);
    tally[v]++;
    if (v == BOTH_TAKE)
        cr_expect_str_eq(ours.lines.data, theirs.lines.data, "%s\nours:\n%sserd:\n%s", text,
                         ours.lines.data, theirs.lines.data);
    if (v == ONLY_WE_TAKE)
        cr_expect(has_loose_literal(text) || has_glued_dot(text), "only we take\n%s", text);
    if (v == ONLY_SERD_TAKES)
        cr_expect(is_known_laxity(ours.code), "only serd takes (%s)\n%s", ours.code, text);
    buf_fini(&ours.lines);
    buf_fini(&theirs.lines);
}

/* ALIGND_SERD_TEXTS: how many, 20,000 by default. */
Test(serd_compare, both_agree_on_texts_made_by_chance)
{
    struct seeds seeds = {0};
    const char *wanted = getenv("ALIGND_SERD_TEXTS"), *seed = getenv("ALIGND_SEED");
    size_t count = wanted ? strtoul(wanted, NULL, 10) : 20000, tally[4] = {0};
    uint64_t rng = seed ? strtoull(seed, NULL, 10) | 1u << 20 : 20261122;
    w3c_each("nquads", keep_seed, &seeds);
    w3c_each("ntriples", keep_seed, &seeds);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        keep_seed(&seeds, "", true, slice_of(cases[i].text));
    for (size_t i = 0; i < count; i++) {
        struct buf text = {0};
        buf_append_slice(&text, buf_slice(&seeds.texts[below(&rng, seeds.count)]));
        for (uint64_t n = 1 + below(&rng, 4); n; n--)
            mutate(&text, &seeds, &rng);
        if (text.len) {
            buf_append_char(&text, '\0');
            compare_mutated(text.data, tally);
        }
        buf_fini(&text);
    }
    cr_log_info("both take %zu, both refuse %zu, only we take %zu, only serd takes %zu", tally[0],
                tally[1], tally[2], tally[3]);
    cr_expect_geq(tally[BOTH_TAKE], count / 20);
    cr_expect_geq(tally[BOTH_REFUSE], count / 20);
    for (size_t i = 0; i < seeds.count; i++)
        buf_fini(&seeds.texts[i]);
}
