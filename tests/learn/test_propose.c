#include "alignd/learn/propose.h"

#include "alignd/base/err.h"
#include "alignd/graph/mapping_check.h"

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

/* What a catalog calls things: title, name, film, person, by whom, played by whom, when. */
static struct survey *catalog(const char *graph, const char *const words[7], int from, int to)
{
    static const char *const first[] = {"Amber", "Bleak", "Cold", "Dim", "Eager", "Far", "Gold"};
    static const char *const second[] = {"River", "Night", "Stone", "Song", "Gate"};
    struct survey *c = survey_new(graph, NULL, 10000);
    char s[64], o[64], p[7][64], text[64];
    for (int k = 0; k < 7; k++)
        snprintf(p[k], sizeof(p[k]), "http://%s/%s", graph, words[k]);
    for (int i = from; i < to; i++) {
        snprintf(s, sizeof(s), "http://%s/f/%d", graph, i);
        snprintf(text, sizeof(text), "%s %s %c", first[i % 7], second[i % 5], 'a' + i % 26);
        add(c, s, TYPE, TERM_IRI, p[2]);
        add(c, s, p[0], TERM_LITERAL, text);
        snprintf(text, sizeof(text), "%d", 1950 + i);
        add(c, s, p[6], TERM_LITERAL, text);
        for (int role = 0; role < 2; role++) {
            int person = (i * (role ? 11 : 7) + role) % 23;
            snprintf(o, sizeof(o), "http://%s/p/%d", graph, person);
            add(c, s, p[4 + role], TERM_IRI, o);
            snprintf(text, sizeof(text), "%s %c%c", second[person % 5], 'A' + person, 'a' + person);
            add(c, o, p[3 - 2], TERM_LITERAL, text);
            add(c, o, TYPE, TERM_IRI, p[3]);
        }
    }
    survey_finish(c);
    return c;
}

static void expect_joined(const struct mapping *m, const char *a, const char *b)
{
    const struct mapping_row *x = mapping_find(m, slice_of("l"), slice_of(a));
    const struct mapping_row *y = mapping_find(m, slice_of("r"), slice_of(b));
    cr_expect(x && y && slice_equal(x->shared, y->shared), "%s %s", a, b);
}

Test(propose, catalogs_that_call_all_otherwise_are_mapped_by_what_they_hold)
{
    static const char *const left[] = {"aa", "bb", "cc", "dd", "ee", "ff", "gg"};
    static const char *const right[] = {"t1", "t2", "t3", "t4", "t5", "t6", "t7"};
    struct survey *a = catalog("l", left, 0, 60), *b = catalog("r", right, 10, 70);
    struct buf out = {0};
    propose_mapping(a, b, &out);
    struct mapping *m = NULL;
    cr_assert_eq(mapping_parse(buf_slice(&out), "proposed", &m), ERR_OK, "%.*s", (int)out.len,
                 out.data);
    cr_expect_eq(mapping_check(m, NULL), ERR_OK);
    expect_joined(m, "http://l/aa", "http://r/t1");
    expect_joined(m, "http://l/bb", "http://r/t2");
    expect_joined(m, "http://l/ee", "http://r/t5");
    expect_joined(m, "http://l/ff", "http://r/t6");
    expect_joined(m, "http://l/gg", "http://r/t7");
    cr_expect_eq(mapping_find(m, slice_of("l"), slice_of("http://l/aa"))->kind, MAPPING_LABEL);
    cr_expect(slice_equal(mapping_type(m, slice_of("l"), slice_of("http://l/cc")),
                          mapping_type(m, slice_of("r"), slice_of("http://r/t3"))));
    cr_expect(mapping_type(m, slice_of("l"), slice_of("http://l/cc")).len);
    mapping_close(m);
    buf_fini(&out);
    survey_free(a);
    survey_free(b);
}

Test(propose, an_empty_catalog_maps_to_nothing)
{
    static const char *const left[] = {"title", "name", "Film", "Person", "by", "with", "year"};
    struct survey *a = catalog("l", left, 0, 60), *b = catalog("r", left, 0, 0);
    struct buf out = {0};
    struct mapping *m = NULL;
    size_t count;
    propose_mapping(a, b, &out);
    cr_assert_eq(mapping_parse(buf_slice(&out), "proposed", &m), ERR_OK);
    const struct mapping_row *rows = mapping_rows(m, &count);
    for (size_t i = 0; i < count; i++)
        cr_expect_eq(rows[i].kind, MAPPING_LABEL, "of one side alone");
    mapping_close(m);
    buf_fini(&out);
    survey_free(a);
    survey_free(b);
}

Test(propose, what_is_called_a_further_name_is_an_alias)
{
    static const char *const words[] = {"title", "name", "Film", "Person", "by", "with", "year"};
    struct survey *a = survey_new("l", NULL, 10000), *b = catalog("r", words, 0, 30);
    struct buf out = {0};
    struct mapping *m = NULL;
    char s[64], text[64];
    for (int i = 0; i < 30; i++) {
        snprintf(s, sizeof(s), "http://l/f/%d", i);
        add(a, s, TYPE, TERM_IRI, "http://l/Film");
        snprintf(text, sizeof(text), "River %c", 'a' + i % 26);
        add(a, s, "http://l/title", TERM_LITERAL, text);
        snprintf(text, sizeof(text), "Fluss %c", 'a' + i % 26);
        if (i % 2)
            add(a, s, "http://l/alternative_title", TERM_LITERAL, text);
        add(a, s, "http://l/nagasaka", TERM_LITERAL, text);
    }
    survey_finish(a);
    propose_mapping(a, b, &out);
    cr_assert_eq(mapping_parse(buf_slice(&out), "proposed", &m), ERR_OK);
    const struct mapping_row *row =
        mapping_find(m, slice_of("l"), slice_of("http://l/alternative_title"));
    cr_assert(row);
    cr_expect_eq(row->kind, MAPPING_ALIAS);
    row = mapping_find(m, slice_of("l"), slice_of("http://l/nagasaka"));
    cr_expect(!row || row->kind != MAPPING_ALIAS);
    mapping_close(m);
    buf_fini(&out);
    survey_free(a);
    survey_free(b);
}
