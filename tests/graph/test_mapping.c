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
