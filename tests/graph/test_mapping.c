#include "alignd/graph/mapping.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <criterion/criterion.h>

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
    cr_expect(slice_equal(mapping_relation(m, a, venue), slice_of("venue")));
    cr_expect_eq(mapping_label_rank(m, a, slice_of("http://v/t2")), 0);
    cr_expect_eq(mapping_label_rank(m, a, slice_of("http://v/t1")), 1);
    cr_expect_eq(mapping_label_rank(m, slice_of("b"), slice_of("http://v/t1")), -1);
    cr_expect(mapping_has_graph(m, a));
    cr_expect_not(mapping_has_graph(m, slice_of("b")));
    mapping_close(m);
}

Test(mapping, bad_rows_are_refused)
{
    struct mapping *m = NULL;
    log_set_level(LOG_ERROR);
    cr_expect_eq(parse("a\thttp://v/p\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\t\tx\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\thttp://v/p\ttype:\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\thttp://v/p\tx\ty\n", &m), ERR_CONFIG);
    cr_expect_eq(parse("a\thttp://v/p\tx\na\thttp://v/p\ty\n", &m), ERR_CONFIG, "twice");
    cr_expect_eq(mapping_open("/nowhere/mapping.tsv", &m), ERR_IO);
    cr_expect_null(m);
}

Test(mapping, a_column_stands_for_every_iri_that_ends_in_its_name)
{
    struct mapping *m;
    struct slice g = slice_of("shop");
    cr_assert_eq(parse("shop\ttitle\tlabel\nshop\tcast[].full name\tname\n"
                       "shop\thttp://v/title\theading\nshop\tproduct\ttype:article\n",
                       &m),
                 ERR_OK);
    cr_expect_eq(mapping_label_rank(m, g, slice_of("urn:shop:title")), 0);
    cr_expect_eq(mapping_label_rank(m, g, slice_of("http://w/v#title")), 0);
    cr_expect_eq(mapping_label_rank(m, g, slice_of("title")), 0);
    cr_expect_eq(mapping_label_rank(m, g, slice_of("urn:shop:subtitle")), -1);
    cr_expect_eq(mapping_label_rank(m, g, slice_of("http://v/title")), -1, "the whole IRI's row");
    cr_expect(slice_equal(mapping_relation(m, g, slice_of("urn:shop:cast.full%20name")),
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
    cr_expect(slice_equal(mapping_relation(m, slice_of("a"), slice_of("urn:a:actors")),
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
