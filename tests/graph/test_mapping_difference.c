#include "../base/capture.h"

#include "alignd/base/err.h"
#include "alignd/graph/mapping_difference.h"

#include <criterion/criterion.h>

static struct capture capture;

static size_t tell(const char *was, const char *is, const char **ret_said)
{
    struct mapping *a = NULL, *b = NULL;
    cr_assert(!was || mapping_parse(slice_of(was), "store", &a) == ERR_OK);
    cr_assert(!is || mapping_parse(slice_of(is), "m.tsv", &b) == ERR_OK);
    capture_begin(&capture, STDERR_FILENO);
    size_t n = mapping_difference_tell(a, b, 2);
    *ret_said = capture_end(&capture);
    mapping_close(a);
    mapping_close(b);
    return n;
}

Test(mapping_difference, each_row_that_differs_is_told_by_its_line)
{
    const char *said;
    cr_expect_eq(tell("a\thttp://v/p\tlabel\na\thttp://v/q\tdate\n",
                      "# new\na\thttp://v/q\tyear\na\thttp://v/p\tlabel\n", &said),
                 1);
    cr_expect_str_eq(said, "alignd: m.tsv:2: http://v/q of graph 'a' is 'year', and 'date' in the "
                           "store\n");
}

Test(mapping_difference, rows_that_one_alone_has_are_told_and_the_rest_is_counted)
{
    const char *said;
    cr_expect_eq(tell("a\thttp://v/p\tlabel\na\thttp://v/T\ttype:film\na\thttp://v/q\tdate\n",
                      "a\thttp://v/T\tkind\n", &said),
                 4);
    cr_expect(strstr(said, "m.tsv:1: http://v/T of graph 'a' ('kind') has no row in the store"),
              "%s", said);
    cr_expect(strstr(said, "m.tsv: the row of http://v/p of graph 'a' is missing: it is 'label'"),
              "%s", said);
    cr_expect(strstr(said, "m.tsv: 2 more rows differ"), "%s", said);
}

Test(mapping_difference, another_order_and_no_mapping_at_all_are_told)
{
    const char *said;
    cr_expect_eq(tell("a\thttp://v/p\tlabel\na\thttp://v/q\tlabel\n",
                      "a\thttp://v/q\tlabel\na\thttp://v/p\tlabel\n", &said),
                 0);
    cr_expect(strstr(said, "stand in another order"), "%s", said);
    cr_expect_eq(tell("a\thttp://v/p\tlabel\n", NULL, &said), 1);
    cr_expect(strstr(said, "no mapping: the row of http://v/p"), "%s", said);
}
