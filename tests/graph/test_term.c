#include "alignd/graph/term.h"

#include <criterion/criterion.h>

static void expect(const struct buf *got, const char *expected)
{
    cr_expect(slice_equal(buf_slice(got), slice_of(expected)), "%.*s, not %s", (int)got->len,
              got->data, expected);
}

Test(term, an_entity_is_read_back_from_what_is_written)
{
    static const struct {
        struct term term;
        const char *written, *bracketed;
    } cases[] = {
        {{.kind = TERM_IRI, .text = {"http://x/1", 10}}, "http://x/1", "<http://x/1>"},
        {{.kind = TERM_BLANK, .text = {"b1", 2}}, "_:b1", "_:b1"},
        {{.kind = TERM_BLANK, .text = {"", 0}}, "_:", "_:"},
        {{.kind = TERM_IRI, .text = {"_", 1}}, "_", "<_>"},
        {{.kind = TERM_IRI, .text = {"", 0}}, "", "<>"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct buf written = {0}, bracketed = {0};
        term_append_written(&written, &cases[i].term);
        expect(&written, cases[i].written);
        struct term back = term_of_written(buf_slice(&written));
        cr_expect_eq(back.kind, cases[i].term.kind);
        cr_expect(slice_equal(back.text, cases[i].term.text));
        cr_expect_eq(term_is_blank(buf_slice(&written)), back.kind == TERM_BLANK);
        term_append_bracketed(&bracketed, buf_slice(&written));
        expect(&bracketed, cases[i].bracketed);
        cr_expect(slice_equal(term_without_brackets(buf_slice(&bracketed)), buf_slice(&written)));
        buf_fini(&written);
        buf_fini(&bracketed);
    }
}

Test(term, only_a_pair_of_brackets_is_taken_off)
{
    static const char *const texts[] = {"<", "<x", "x>", "", "_:x>"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        cr_expect(slice_equal(term_without_brackets(slice_of(texts[i])), slice_of(texts[i])));
}
