#include "alignd/stream/json_change_write.h"

#include "decode_text.h"

static struct term iri(const char *text)
{
    return (struct term){.kind = TERM_IRI, .text = slice_of(text)};
}

static const char *written(struct buf *b)
{
    buf_append_char(b, '\0');
    return b->data;
}

Test(json_change_write, every_kind_of_term_reads_back_the_same)
{
    struct change changes[] = {
        {CHANGE_INSERT, iri("a:s"), iri("a:p"), iri("a:o\xc3\xa9")},
        {CHANGE_DELETE,
         {.kind = TERM_BLANK, .text = slice_of("b")},
         iri("a:p"),
         {.kind = TERM_BLANK, .text = slice_of("c.d")}},
        {CHANGE_INSERT, iri("a:s"), iri("a:p"), {.kind = TERM_LITERAL, .text = slice_of("\"\\\n")}},
        {CHANGE_INSERT,
         iri("a:s"),
         iri("a:p"),
         {.kind = TERM_LITERAL, .text = slice_of(""), .lang = slice_of("en-gb")}},
        {CHANGE_DELETE,
         iri("a:s"),
         iri("a:p"),
         {.kind = TERM_LITERAL, .text = slice_of("1"), .datatype = slice_of("a:t")}},
    };
    struct buf json = {0}, rows = {0};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        buf_append_text(&json, i ? "," : "[");
        json_change_write(&json, &changes[i]);
        write_row(&rows, &changes[i]);
    }
    buf_append_text(&json, "]");
    expect_rows(CODEC_JSON, written(&json), written(&rows));
    buf_fini(&json);
    buf_fini(&rows);
}

Test(json_change_write, an_entity_as_a_whole_is_one_change)
{
    struct change changes[] = {
        {.op = CHANGE_CLEAR, .subject = iri("a:s")},
        {CHANGE_INSERT, iri("a:s"), iri("a:p"), iri("a:o")},
        {CHANGE_INSERT, iri("a:s"), iri("a:p"), {.kind = TERM_LITERAL, .text = slice_of("x")}},
    };
    struct buf json = {0};
    json_change_write_begin(&json, &changes[0]);
    json_change_write_triple(&json, &changes[1]);
    json_change_write_triple(&json, &changes[2]);
    json_change_write_end(&json);
    cr_expect_str_eq(written(&json),
                     "{\"op\":\"replace\",\"s\":\"a:s\",\"triples\":[{\"p\":\"a:p\",\"o\":\"a:o\"},"
                     "{\"p\":\"a:p\",\"o\":{\"value\":\"x\"}}]}");
    expect_rows(CODEC_JSON, json.data, "C <a:s> .\nA <a:s> <a:p> <a:o> .\nA <a:s> <a:p> \"x\" .\n");
    buf_clear(&json);
    json_change_write(&json, &changes[0]);
    expect_rows(CODEC_JSON, written(&json), "C <a:s> .\n");
    buf_fini(&json);
}
