#include "alignd/learn/survey.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

static struct term term(enum term_kind kind, const char *text)
{
    return (struct term){.kind = kind, .text = slice_of(text)};
}

static void add(struct survey *c, const char *s, const char *p, enum term_kind kind, const char *o)
{
    struct change change = {CHANGE_INSERT, term(TERM_IRI, s), term(TERM_IRI, p), term(kind, o)};
    survey_add(c, &change, 1);
}

/* n films of two directors; the types of some come last. */
static struct survey *films(int n, size_t subjects)
{
    struct survey *c = survey_new("films", NULL, subjects);
    char s[64], text[64], director[64];
    for (int i = 0; i < n; i++) {
        snprintf(s, sizeof(s), "http://f/film/%d", i);
        snprintf(director, sizeof(director), "http://f/person/%d", i % 2);
        snprintf(text, sizeof(text), "The Night of %c%c", 'A' + i % 26, 'a' + i / 26 % 26);
        add(c, s, "http://f/title", TERM_LITERAL, text);
        add(c, s, "http://f/director", TERM_IRI, director);
        snprintf(text, sizeof(text), "978-0-%06d", i);
        add(c, s, "http://f/code", TERM_LITERAL, text);
        snprintf(text, sizeof(text), "%d-03-31", 1950 + i % 60);
        add(c, s, "http://f/released", TERM_LITERAL, text);
        if (i % 4 == 0)
            add(c, s, "http://f/seconds", TERM_LITERAL, "3:01");
        add(c, s, TYPE, TERM_IRI, "http://f/Film");
    }
    for (int i = 0; i < 2; i++) {
        snprintf(s, sizeof(s), "http://f/person/%d", i);
        add(c, s, "http://f/name", TERM_LITERAL, i ? "Ann Hark" : "Bo Lind");
        add(c, s, TYPE, TERM_IRI, "http://f/Person");
    }
    survey_finish(c);
    return c;
}

static struct survey_type *type_of(struct survey *c, const char *iri)
{
    for (size_t i = 0; i < c->type_count; i++)
        if (slice_equal(c->types[i].iri, slice_of(iri)))
            return &c->types[i];
    cr_assert_fail("no type %s", iri);
    return NULL;
}

static struct survey_use *use_of(struct survey *c, struct survey_type *type, const char *iri)
{
    for (size_t i = 0; i < type->use_count; i++)
        if (slice_equal(c->predicates[type->uses[i].predicate].iri, slice_of(iri)))
            return &type->uses[i];
    cr_assert_fail("no use of %s", iri);
    return NULL;
}

Test(survey, a_small_catalog_is_described_exactly)
{
    struct survey *c = films(100, 1000);
    struct survey_type *film = type_of(c, "http://f/Film");
    cr_expect_eq(c->triples, 529);
    cr_expect_eq(film->entities, 100);
    struct survey_use *director = use_of(c, film, "http://f/director");
    cr_expect_eq(director->entities, 100);
    cr_expect_eq(sketch_distinct(&director->distinct), 2);
    cr_expect_str_eq(survey_looks_like(c, film, director), "reference");
    cr_expect(slice_equal(c->types[director->to].iri, slice_of("http://f/Person")));
    cr_expect_eq(use_of(c, film, "http://f/seconds")->entities, 25);
    survey_free(c);
}

Test(survey, what_values_look_like_is_told)
{
    struct survey *c = films(100, 1000);
    struct survey_type *film = type_of(c, "http://f/Film");
    const char *const looks[][2] = {
        {"title", "name"}, {"code", "key"}, {"released", "date"}, {"seconds", "duration"}};
    for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
        char iri[64];
        snprintf(iri, sizeof(iri), "http://f/%s", looks[i][0]);
        cr_expect_str_eq(survey_looks_like(c, film, use_of(c, film, iri)), looks[i][1]);
    }
    struct slice found[3];
    cr_expect_eq(survey_find_examples(c, (size_t)(film - c->types),
                                      use_of(c, film, "http://f/title"), found, 3),
                 3);
    survey_free(c);
}

Test(survey, of_a_large_catalog_a_sample_is_kept_and_counts_are_scaled)
{
    struct survey *c = films(20000, 1000);
    cr_expect_leq(c->subject_count, 1000);
    cr_expect_gt(c->halvings, 3);
    uint64_t n = survey_scale(c, type_of(c, "http://f/Film")->entities);
    cr_expect(n > 16000 && n < 24000, "%llu", (unsigned long long)n);
    survey_free(c);
}
