#include "../base/capture.h"

#include "alignd/graph/mapping.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <criterion/criterion.h>
#include <stdio.h>

static int parse(const char *text, struct mapping **m)
{
    return mapping_parse(slice_of(text), "test.tsv", m);
}

Test(mapping, an_iri_can_be_both_a_type_and_a_predicate)
{
    struct mapping *m;
    cr_assert_eq(parse("# comment\na\thttp://v/venue\ttype:venue\na\t<http://v/venue>\tvenue\n"
                       "a\thttp://v/t2\tlabel\na\thttp://v/t1\tlabel\r\n\n",
                       &m),
                 ERR_OK);
    struct slice a = slice_of("a"), venue = slice_of("http://v/venue");
    cr_expect(slice_equal(mapping_type(m, a, venue), slice_of("venue")));
    cr_expect(slice_equal(mapping_find(m, a, venue)->name, slice_of("venue")));
    cr_expect_eq(mapping_find(m, a, slice_of("http://v/t2"))->rank, 0);
    cr_expect_eq(mapping_find(m, a, slice_of("http://v/t1"))->rank, 1);
    cr_expect_null(mapping_find(m, slice_of("b"), slice_of("http://v/t1")));
    cr_expect(mapping_has_graph(m, a));
    cr_expect_not(mapping_has_graph(m, slice_of("b")));
    mapping_close(m);
}

Test(mapping, a_row_knows_its_kind_and_place)
{
    struct mapping *m;
    cr_assert_eq(parse("\xef\xbb\xbf# comment\na\thttp://v/P31\ttype\na\thttp://v/price\tignore\n"
                       "a\thttp://v/Q5\ttype:person\na\thttp://v/aka\talias\n"
                       "a\thttp://v/i\tkey\na\thttp://v/j\tkey:isbn\n",
                       &m),
                 ERR_OK);
    size_t count;
    const struct mapping_row *rows = mapping_rows(m, &count);
    cr_assert_eq(count, 6);
    cr_expect_eq(rows[3].kind, MAPPING_ALIAS);
    cr_expect_eq(rows[4].kind, MAPPING_KEY);
    cr_expect_eq(rows[5].kind, MAPPING_KEY);
    cr_expect(slice_equal(rows[5].name, slice_of("key:isbn")));
    cr_expect_eq(rows[0].kind, MAPPING_IS_TYPE);
    cr_expect_eq(rows[1].kind, MAPPING_IGNORE);
    cr_expect_eq(rows[2].kind, MAPPING_TYPE);
    cr_expect_eq(rows[2].line, 4);
    cr_expect_eq(rows[2].iri_column, 3);
    cr_expect_eq(rows[2].name_column, 15);
    cr_expect_null(mapping_find(m, slice_of("a"), slice_of("http://v/Q5")), "it is a type");
    mapping_close(m);
}

Test(mapping, a_row_that_stands_twice_counts_once)
{
    struct mapping *once, *twice;
    cr_assert_eq(parse("a\thttp://v/p\tlabel\na\thttp://v/q\tlabel\n", &once), ERR_OK);
    cr_assert_eq(
        parse("a\thttp://v/p\tlabel\na\thttp://v/p\tlabel\na\thttp://v/q\tlabel\n", &twice),
        ERR_OK);
    cr_expect_eq(mapping_digest(once), mapping_digest(twice));
    cr_expect_eq(mapping_find(twice, slice_of("a"), slice_of("http://v/q"))->rank, 1);
    mapping_close(once);
    mapping_close(twice);
}

Test(mapping, bad_rows_are_refused)
{
    struct mapping *m = NULL;
    log_set_level(LOG_ERROR);
    cr_expect_eq(parse("a\thttp://v/p\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\t\tx\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("\thttp://v/p\tx\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\thttp://v/p\ttype:\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\thttp://v/p\tkey:\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\thttp://v/p\tx\ty\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\thttp://v/p\tx\t\n", &m), ERR_CONFIG, "a tab behind it");
    cr_expect_eq(parse("a\thttp://v/\xff\tx\n", &m), ERR_CONFIG, "not UTF-8");
    cr_expect_eq(parse("a\thttp://v/p\tx\na\thttp://v/p\ty\n", &m), ERR_CONFIG, "twice");
    cr_expect_eq(mapping_open("/nowhere/mapping.tsv", &m), ERR_IO);
    cr_expect_null(m);
}

Test(mapping, a_refusal_names_the_place_and_all_rows_that_are_wrong)
{
    static struct capture capture;
    struct mapping *m = NULL;
    capture_begin(&capture, STDERR_FILENO);
    int rc = parse("a http://v/p label\na\thttp://v/p\tlabel\nb\thttp://v/p\n"
                   "a\thttp://v/p\tname\n",
                   &m);
    const char *said = capture_end(&capture);
    cr_expect_eq(rc, ERR_CONFIG);
    cr_expect(strstr(said, "test.tsv:1:1: expected"), "%s", said);
    cr_expect(strstr(said, "no tab in it"), "%s", said);
    cr_expect(strstr(said, "test.tsv:3:13: expected"), "%s", said);
    cr_expect(strstr(said, "test.tsv:4:14: http://v/p of graph 'a' is 'name' here and 'label' in "
                           "line 2: keep one of the two"),
              "%s", said);
}

Test(mapping, a_column_stands_for_every_iri_that_ends_in_its_name)
{
    struct mapping *m;
    struct slice g = slice_of("shop");
    cr_assert_eq(parse("shop\ttitle\tlabel\nshop\tcast[].full name\tname\n"
                       "shop\thttp://v/title\theading\nshop\tproduct\ttype:article\n",
                       &m),
                 ERR_OK);
    cr_expect_eq(mapping_find(m, g, slice_of("urn:shop:title"))->kind, MAPPING_LABEL);
    cr_expect_eq(mapping_find(m, g, slice_of("http://w/v#title"))->kind, MAPPING_LABEL);
    cr_expect_eq(mapping_find(m, g, slice_of("title"))->kind, MAPPING_LABEL);
    cr_expect_null(mapping_find(m, g, slice_of("urn:shop:subtitle")));
    cr_expect_eq(mapping_find(m, g, slice_of("http://v/title"))->kind, MAPPING_RELATION,
                 "the whole IRI's row");
    cr_expect(slice_equal(mapping_find(m, g, slice_of("urn:shop:cast.full%20name"))->name,
                          slice_of("name")));
    cr_expect(slice_equal(mapping_type(m, g, slice_of("urn:shop:product")), slice_of("article")));
    mapping_close(m);
}

Test(mapping, a_reference_says_relation_type_and_separator)
{
    struct mapping *m;
    size_t count;
    cr_assert_eq(parse("a\tactors\tref:actor:person:|\na\tshop_id\trefid:shop:store\n"
                       "a\tbrand.id\tid:brand\na\tx\tref:y:z::\n",
                       &m),
                 ERR_OK);
    const struct mapping_row *r = mapping_rows(m, &count);
    cr_assert_eq(count, 4);
    cr_expect_eq(r[0].reference, MAPPING_BY_NAME);
    cr_expect(slice_equal(r[0].type, slice_of("person")));
    cr_expect(slice_equal(r[0].separator, slice_of("|")));
    cr_expect(slice_equal(mapping_find(m, slice_of("a"), slice_of("urn:a:actors"))->name,
                          slice_of("actor")));
    cr_expect_eq(r[1].reference, MAPPING_BY_ID);
    cr_expect_eq(r[1].separator.len, 0);
    cr_expect_eq(r[2].reference, MAPPING_OWN_ID);
    cr_expect(slice_equal(r[2].type, slice_of("brand")));
    cr_expect(slice_equal(r[3].separator, slice_of(":")));
    mapping_close(m);
    log_set_level(LOG_ERROR);
    cr_expect_eq(parse("a\tb\tref:actor\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\tb\tref::person\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\tb\tid:\n", &m), ERR_CONFIG);
}

Test(mapping, an_entity_called_by_its_name_is_told_from_others)
{
    struct mapping *m;
    struct slice a = slice_of("a"), type, name;
    cr_assert_eq(parse("a\tactors\tref:actor:stage person\nb\tx\tref:y:shop\n"
                       "a\tshop\trefid:shop:shop\n",
                       &m),
                 ERR_OK);
    cr_assert(mapping_find_named(m, a, slice_of("urn:a:stage%20person/name:A%2FB"), &type, &name));
    cr_expect(slice_equal(type, slice_of("urn:a:stage%20person")));
    cr_expect(slice_equal(name, slice_of("A%2FB")));
    const char *others[] = {"urn:a:stage%20person/name:",
                            "urn:a:stage%20person/7",
                            "urn:a:person/name:A",
                            "urn:a:stage person/name:A",
                            "urn:a:shop/name:A",
                            "name:A",
                            ""};
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        cr_expect_not(mapping_find_named(m, a, slice_of(others[i]), &type, &name), "%s", others[i]);
    cr_expect_not(mapping_find_named(NULL, a, slice_of("urn:a:x/name:A"), &type, &name));
    mapping_close(m);
}

Test(mapping, a_label_may_prefer_languages)
{
    struct mapping *m, *other;
    cr_assert_eq(parse("a\thttp://v/p\tlabel:en,pt-BR\na\thttp://v/q\tlabel\n", &m), ERR_OK);
    cr_assert_eq(parse("a\thttp://v/p\tlabel:en\na\thttp://v/q\tlabel\n", &other), ERR_OK);
    const struct mapping_row *row = mapping_find(m, slice_of("a"), slice_of("http://v/p"));
    cr_expect_eq(row->kind, MAPPING_LABEL);
    cr_expect(slice_equal(row->languages, slice_of("en,pt-BR")));
    row = mapping_find(m, slice_of("a"), slice_of("http://v/q"));
    cr_expect_eq(row->languages.len, 0);
    cr_expect_eq(row->rank, 1);
    cr_expect_neq(mapping_digest(m), mapping_digest(other));
    mapping_close(m);
    mapping_close(other);
    const char *const bad[] = {"label:",    "label:en,", "label:,en",
                               "label:e n", "label:4",   "label:a,b,c,d,e,f,g"};
    log_set_level((enum log_level) - 1);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char text[64];
        snprintf(text, sizeof(text), "a\thttp://v/p\t%s\n", bad[i]);
        cr_expect_eq(parse(text, &m), i == 1 ? ERR_OK : ERR_CONFIG, "%s", bad[i]);
        if (i == 1)
            mapping_close(m);
    }
}
