#include "alignd/cli/eval_page.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <string.h>

/* What it draws of a store: tests/eval_page.sh. */

Test(eval_page, is_told_by_its_name)
{
    cr_expect(eval_page_is_name("a.html"));
    cr_expect(eval_page_is_name("/x/a.b.htm"));
    cr_expect_not(eval_page_is_name("plots"));
    cr_expect_not(eval_page_is_name("plots.html/"));
    cr_expect_not(eval_page_is_name(".html"));
    cr_expect_not(eval_page_is_name(""));
}

Test(eval_page, rows_are_those_that_are_printed)
{
    struct eval_page page = {0};
    struct figures f = {.name = "without <cross>",
                        .type = slice_of("a&b"),
                        .links = 4,
                        .misled = 1,
                        .served = {.f1 = 0.5, .precision = 0.75, .recall = 0.375}};
    eval_page_add_row(&page, &f);
    f.name = "";
    f.type.len = 0;
    f.links = 0;
    eval_page_add_row(&page, &f);
    buf_append_char(&page.rows, '\0');
    const char *row = page.rows.data;
    cr_expect(strstr(row, ">without &lt;cross&gt;<") && strstr(row, ">a&amp;b<"), "%s", row);
    cr_expect(
        strstr(row, "<td>4</td><td>0.5000</td><td>0.7500</td><td>0.3750</td><td>0.2500</td>"));
    cr_expect(strstr(row, ">as served<") && strstr(row, ">all<"));
    cr_expect_not(strstr(row, "nan"));
    eval_page_fini(&page);
}
