#include "alignd/graph/verdict.h"

#include <criterion/criterion.h>

#include <string.h>

static struct term iri(const char *text)
{
    return (struct term){.kind = TERM_IRI, .text = slice_of(text)};
}

static struct change of(const char *subject, const char *predicate, const char *object)
{
    return (struct change){CHANGE_INSERT, iri(subject), iri(predicate), iri(object)};
}

Test(verdict, same_and_different_are_told_by_the_predicate)
{
    static const struct {
        const char *predicate;
        enum verdict verdict;
    } cases[] = {
        {"http://www.w3.org/2002/07/owl#sameAs", VERDICT_SAME},
        {"http://www.w3.org/2004/02/skos/core#exactMatch", VERDICT_SAME},
        {"http://www.w3.org/2002/07/owl#differentFrom", VERDICT_DIFFERENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct change c = of("http://x/1", cases[i].predicate, "http://y/1");
        const char *wrong = "";
        cr_expect_eq(verdict_of_change(&c, &wrong), cases[i].verdict);
        cr_expect_null(wrong);
        c.op = CHANGE_DELETE; /* what is taken back is one too */
        cr_expect_eq(verdict_of_change(&c, &wrong), cases[i].verdict);
        cr_expect_null(wrong);
    }
}

static void expect_wrong(const struct change *c, const char *words)
{
    const char *wrong = NULL;
    cr_expect_eq(verdict_of_change(c, &wrong), VERDICT_NONE);
    cr_assert_not_null(wrong);
    cr_expect(strstr(wrong, words), "'%s' says nothing of '%s'", wrong, words);
}

Test(verdict, what_is_none_is_said_in_words)
{
    struct change c =
        of("http://x/1", "http://www.w3.org/2004/02/skos/core#closeMatch", "http://y/1");
    expect_wrong(&c, "predicate");
    c.predicate = iri("http://www.w3.org/2002/07/owl#sameas"); /* IRIs heed case */
    expect_wrong(&c, "predicate");
    c.predicate = iri(VERDICT_SAME_IRI);
    c.object = (struct term){.kind = TERM_LITERAL, .text = slice_of("http://y/1")};
    expect_wrong(&c, "literal");
    c.object = c.subject;
    expect_wrong(&c, "itself");
    c.predicate = iri(VERDICT_DIFFERENT_IRI);
    expect_wrong(&c, "itself");
}

Test(verdict, a_blank_node_is_another_than_an_iri_of_its_letters)
{
    struct change c = of("b1", VERDICT_SAME_IRI, "b1");
    const char *wrong;
    c.object.kind = TERM_BLANK;
    cr_expect_eq(verdict_of_change(&c, &wrong), VERDICT_SAME);
    c.subject.kind = TERM_BLANK;
    expect_wrong(&c, "itself");
}

Test(verdict, a_clear_is_none_and_nothing_is_wrong_with_it)
{
    struct change c = {.op = CHANGE_CLEAR, .subject = iri("http://x/1")};
    const char *wrong = "";
    cr_expect_eq(verdict_of_change(&c, &wrong), VERDICT_NONE);
    cr_expect_null(wrong);
}

Test(verdict, names_are_words)
{
    cr_expect_str_eq(verdict_name(VERDICT_SAME), "same");
    cr_expect_str_eq(verdict_name(VERDICT_DIFFERENT), "different");
    cr_expect_str_eq(verdict_name(VERDICT_NONE), "none");
}
