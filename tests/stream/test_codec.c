#include "decode_text.h"

Test(codec, formats_have_names)
{
    static const struct {
        const char *name;
        enum codec_format format;
    } known[] = {{"auto", CODEC_AUTO},
                 {"rdf-patch", CODEC_RDF_PATCH},
                 {"n-quads", CODEC_NQUADS},
                 {"n-triples", CODEC_NQUADS},
                 {"json", CODEC_JSON}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        enum codec_format f = CODEC_AUTO;
        cr_expect(codec_format_from_name(slice_of(known[i].name), &f), "%s", known[i].name);
        cr_expect_eq(f, known[i].format, "%s", known[i].name);
        if (strcmp(known[i].name, "n-triples"))
            cr_expect_str_eq(codec_format_name(f), known[i].name);
    }
    enum codec_format f = CODEC_JSON;
    cr_expect_not(codec_format_from_name(slice_of("rdf-xml"), &f));
    cr_expect_not(codec_format_from_name(slice_of("JSON"), &f));
    cr_expect_not(codec_format_from_name((struct slice){0}, &f));
    cr_expect_eq(f, CODEC_JSON);
}

Test(codec, a_content_type_names_a_format_in_any_case_and_with_parameters)
{
    static const struct {
        const char *type;
        enum codec_format format;
    } known[] = {{"application/rdf-patch", CODEC_RDF_PATCH},
                 {"Application/N-Triples", CODEC_NQUADS},
                 {"application/n-quads;charset=utf-8", CODEC_NQUADS},
                 {" APPLICATION/JSON ; charset=\"utf-8\"", CODEC_JSON}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        enum codec_format f = CODEC_AUTO;
        cr_expect(codec_format_from_content_type(slice_of(known[i].type), &f), "%s", known[i].type);
        cr_expect_eq(f, known[i].format, "%s", known[i].type);
    }
    static const char *const unknown[] = {"",
                                          ";",
                                          "text/plain",
                                          "application/rdf+xml",
                                          "application/json-patch+json",
                                          "application/octet-stream",
                                          "application/rdf-patch+thrift"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        enum codec_format f = CODEC_AUTO;
        cr_expect_not(codec_format_from_content_type(slice_of(unknown[i]), &f), "%s", unknown[i]);
    }
}

Test(codec, auto_looks_at_the_first_token)
{
    static const struct {
        const char *text;
        enum codec_format format;
    } known[] = {
        {"", CODEC_AUTO},
        {" \n# A comment .\n", CODEC_AUTO},
        {"[", CODEC_JSON},
        {"\n {\"op\"", CODEC_JSON},
        {"<http://a/s> ", CODEC_NQUADS},
        {"_:a ", CODEC_NQUADS},
        {"# A .\n<http://a/s> ", CODEC_NQUADS},
        {"H id ", CODEC_RDF_PATCH},
        {"TX .", CODEC_RDF_PATCH},
        {"TX.", CODEC_RDF_PATCH},
        {"TB\n.", CODEC_RDF_PATCH},
        {"TC .", CODEC_RDF_PATCH},
        {"TA .", CODEC_RDF_PATCH},
        {"PA ex", CODEC_RDF_PATCH},
        {"PD ex", CODEC_RDF_PATCH},
        {"# c\r\nA <http://a/s>", CODEC_RDF_PATCH},
        {"A<http://a/s>", CODEC_RDF_PATCH},
        {"D _:x", CODEC_RDF_PATCH},
        {"D", CODEC_RDF_PATCH},
        {"Dx ", CODEC_AUTO},
        {"ADD ", CODEC_AUTO},
        {"tx .", CODEC_AUTO},
        {"@prefix", CODEC_TURTLE},
        {"ex:s ex:p ex:o .", CODEC_AUTO},
        {"\xff", CODEC_AUTO},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        cr_expect_eq(codec_detect(slice_of(known[i].text)), known[i].format, "%s", known[i].text);
    cr_expect_eq(codec_detect((struct slice){"A\0", 2}), CODEC_AUTO);
}

Test(codec, auto_decodes_what_it_detects)
{
    expect_rows(CODEC_AUTO, "", "");
    expect_rows(CODEC_AUTO, "# nothing", "");
    expect_rows(CODEC_AUTO, "D <a:s> <a:p> <a:o> .", "D <a:s> <a:p> <a:o> .\n");
    expect_rows(CODEC_AUTO, "<a:s> <a:p> <a:o> .", "A <a:s> <a:p> <a:o> .\n");
    expect_rows(CODEC_AUTO, "{\"op\":\"delete\",\"s\":\"a:s\",\"p\":\"a:p\",\"o\":\"a:o\"}",
                "D <a:s> <a:p> <a:o> .\n");
    expect_rows(CODEC_AUTO, "@prefix e: <e:> .\ne:s e:p e:o .", "A <e:s> <e:p> <e:o> .\n");
    expect_refused(CODEC_AUTO, "<?xml ?>", NULL, ERR_FORMAT, "unknown-format");
    expect_refused(CODEC_CSV, "a,b\n", NULL, ERR_FORMAT, "unknown-format");
    expect_refused(CODEC_AUTO, "\xff", NULL, ERR_FORMAT, "utf8");
}

Test(codec, an_empty_payload_without_a_pointer_is_no_change)
{
    struct arena *arena = arena_new();
    struct change *changes;
    size_t count = 7;
    for (int f = CODEC_AUTO; f <= CODEC_JSON; f++) {
        int rc = codec_decode((enum codec_format)f, (struct slice){0}, NULL, arena, &changes,
                              &count, NULL);
        cr_expect_eq(rc, 0);
        cr_expect_eq(count, 0);
    }
    arena_free(arena);
}

Test(codec, zero_limits_are_the_defaults)
{
    struct codec_limits all = codec_limits_default(),
                        zero = codec_limits_of(&(struct codec_limits){0});
    cr_expect_eq(all.message_bytes, 8388608);
    cr_expect_eq(all.rows, 1000000);
    cr_expect_eq(all.iri_bytes, 8192);
    cr_expect_eq(all.literal_bytes, 1048576);
    cr_expect_eq(all.nesting, 32);
    cr_expect_eq(zero.message_bytes, all.message_bytes);
    cr_expect_eq(zero.nesting, all.nesting);
    struct codec_limits some = codec_limits_of(&(struct codec_limits){.rows = 5});
    cr_expect_eq(some.rows, 5);
    cr_expect_eq(some.iri_bytes, all.iri_bytes);
    cr_expect_not(some.relative_iris);
}

Test(codec, what_is_said_of_hostile_bytes_is_printable)
{
    static const char text[] = "A <a:s> <a:p> <a:\x1b[31m> .";
    struct decoded d = decode_slice(CODEC_RDF_PATCH, slice_of(text), NULL);
    cr_expect_str_eq(d.error.code, "bad-iri");
    for (const char *p = d.error.message; *p; p++)
        cr_expect(*p >= ' ' && *p <= '~');
    decoded_free(&d);
}

/* Terms of every kind, random but the same in every run, out as text and in
 * again through every format that can hold them. */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void random_text(struct buf *b, uint64_t *state, bool iri)
{
    static const char *const any[] = {"a",
                                      "Z",
                                      "9",
                                      "\"",
                                      "\\",
                                      "\n",
                                      "\r",
                                      "\t",
                                      "\b",
                                      "\f",
                                      "'",
                                      "\x7f",
                                      "\x01",
                                      " ",
                                      "\xc3\xa9",
                                      "<",
                                      ">",
                                      "\xf0\x9f\x98\x80",
                                      "\xef\xbf\xbf",
                                      "\\u0041",
                                      "."};
    static const char *const safe[] = {"a", "Z", "9", "/", "%20", "?", "#", "\xc3\xa9", ":", "."};
    for (uint64_t n = next_random(state) % 8; n > 0; n--)
        buf_append_text(b, iri ? safe[next_random(state) % 10] : any[next_random(state) % 21]);
}

static struct term random_term(struct arena *arena, uint64_t *state, enum term_kind kind)
{
    struct buf b = {0};
    struct term t = {.kind = kind};
    if (kind == TERM_IRI)
        buf_append_text(&b, "http://a/");
    if (kind == TERM_BLANK)
        buf_append_format(&b, "b%u.x-", (unsigned)next_random(state));
    if (kind == TERM_BLANK)
        buf_append_char(&b, 'y');
    else
        random_text(&b, state, kind == TERM_IRI);
    t.text = arena_copy(arena, buf_slice(&b));
    uint64_t typed = next_random(state) % 3;
    if (kind == TERM_LITERAL && typed == 1)
        t.lang = slice_of("en-gb");
    if (kind == TERM_LITERAL && typed == 2)
        t.datatype = slice_of("http://www.w3.org/2001/XMLSchema#date");
    buf_fini(&b);
    return t;
}

static bool term_same(const struct term *a, const struct term *b)
{
    return a->kind == b->kind && slice_equal(a->text, b->text) &&
           slice_equal(a->datatype, b->datatype) && slice_equal(a->lang, b->lang);
}

static void write_line(struct buf *b, const struct change *c)
{
    term_write_nquads(b, &c->subject);
    buf_append_char(b, ' ');
    term_write_nquads(b, &c->predicate);
    buf_append_char(b, ' ');
    term_write_nquads(b, &c->object);
    buf_append_text(b, " .\n");
}

static void expect_same(enum codec_format format, const struct buf *text, const struct change *c,
                        size_t count)
{
    struct decoded d = decode_slice(format, buf_slice(text), NULL);
    cr_assert_eq(d.rc, 0, "%s: %s", d.error.code, d.error.message);
    cr_assert_eq(d.count, count);
    for (size_t i = 0; i < count; i++) {
        cr_expect(format == CODEC_NQUADS || d.changes[i].op == c[i].op);
        cr_expect(term_same(&d.changes[i].subject, &c[i].subject), "subject %zu", i);
        cr_expect(term_same(&d.changes[i].predicate, &c[i].predicate), "predicate %zu", i);
        cr_expect(term_same(&d.changes[i].object, &c[i].object), "object %zu", i);
    }
    decoded_free(&d);
}

Test(codec, what_is_written_reads_back_the_same)
{
    enum { COUNT = 3000 };
    static struct change changes[COUNT];
    struct arena *arena = arena_new();
    struct buf patch = {0}, lines = {0};
    uint64_t state = 42;
    for (size_t i = 0; i < COUNT; i++) {
        struct change *c = &changes[i];
        c->op = next_random(&state) % 2 ? CHANGE_INSERT : CHANGE_DELETE;
        c->subject = random_term(arena, &state, next_random(&state) % 2 ? TERM_IRI : TERM_BLANK);
        c->predicate = random_term(arena, &state, TERM_IRI);
        c->object = random_term(arena, &state, (enum term_kind)(next_random(&state) % 3));
        term_write_change(&patch, c);
        write_line(&lines, c);
    }
    expect_same(CODEC_RDF_PATCH, &patch, changes, COUNT);
    expect_same(CODEC_NQUADS, &lines, changes, COUNT);
    buf_fini(&patch);
    buf_fini(&lines);
    arena_free(arena);
}

static void expect_written(struct term t, const char *text)
{
    struct buf b = {0};
    term_write_nquads(&b, &t);
    cr_expect(slice_equal(buf_slice(&b), slice_of(text)), "%.*s instead of %s", (int)b.len, b.data,
              text);
    buf_fini(&b);
}

Test(codec, terms_are_written_canonically)
{
    expect_written((struct term){.kind = TERM_IRI, .text = slice_of("a:\xc3\xa9")}, "<a:\xc3\xa9>");
    expect_written((struct term){.kind = TERM_IRI, .text = slice_of("a:b>c d\\")},
                   "<a:b\\u003Ec\\u0020d\\u005C>");
    expect_written((struct term){.kind = TERM_LITERAL}, "\"\"");
    expect_written((struct term){.kind = TERM_LITERAL, .text = {"\0\x1f", 2}},
                   "\"\\u0000\\u001F\"");
    expect_written((struct term){.kind = TERM_LITERAL, .text = slice_of("'\t\b\n\r\f\"\\\x7f")},
                   "\"'\\t\\b\\n\\r\\f\\\"\\\\\\u007F\"");
    expect_written((struct term){.kind = TERM_LITERAL,
                                 .text = slice_of("\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf\xef\xbf")},
                   "\"\xef\xbf\xbd\\uFFFE\\uFFFF\xef\xbf\"");
    expect_written(
        (struct term){.kind = TERM_LITERAL, .text = slice_of("x"), .lang = slice_of("en")},
        "\"x\"@en");
    expect_written(
        (struct term){.kind = TERM_LITERAL, .text = slice_of("x"), .datatype = slice_of("a:b")},
        "\"x\"^^<a:b>");
    expect_written((struct term){.kind = TERM_BLANK, .text = slice_of("b0.x-y")}, "_:b0.x-y");
    expect_written((struct term){.kind = TERM_BLANK, .text = slice_of("a:b")}, "_:x-613a62");
    expect_written((struct term){.kind = TERM_BLANK, .text = slice_of("x-61")}, "_:x-782d3631");
    expect_written((struct term){.kind = TERM_BLANK, .text = slice_of("a.")}, "_:x-612e");
    expect_written((struct term){.kind = TERM_BLANK, .text = slice_of("-a")}, "_:x-2d61");
}
