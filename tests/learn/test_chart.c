#include "alignd/learn/chart.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static size_t count(const struct buf *b, const char *what)
{
    size_t n = 0;
    for (const char *at = b->data; (at = strstr(at, what)); at++)
        n++;
    return n;
}

Test(chart, a_line_keeps_the_points_that_are_seen)
{
    struct buf b = {0};
    struct chart_point points[1001];
    for (int i = 0; i <= 1000; i++)
        points[i] = (struct chart_point){i / 100000.0, 0.5}; /* all within 4 of 400 units */
    chart_line(&b, CHART_SECOND, points, 1001);
    buf_append_char(&b, '\0');
    cr_expect_geq(count(&b, ","), 5);
    cr_expect_leq(count(&b, ","), 10);
    cr_expect(strstr(b.data, "class=\"s1\""));
    cr_expect(strstr(b.data, "62.0,248.0 "), "the first");
    cr_expect(strstr(b.data, "66.0,248.0 "), "and the last: %s", b.data);
    buf_fini(&b);
}

Test(chart, stands_on_its_own_or_in_a_page)
{
    for (int alone = 0; alone < 2; alone++) {
        struct buf b = {0};
        chart_begin(&b, "Title", "over", "up", alone);
        chart_dot(&b, (struct chart_point){1, 0}, true);
        chart_mark(&b, 0.25, 1, "here");
        chart_bar(&b, 0.1, 0.2, 0.5);
        chart_end(&b);
        buf_append_char(&b, '\0');
        cr_expect_eq(strstr(b.data, "<style>") != NULL, alone);
        cr_expect_eq(strstr(b.data, "xmlns=") != NULL, alone);
        cr_expect(strstr(b.data, "<title>Title</title>"));
        cr_expect(strstr(b.data, ">over</text>") && strstr(b.data, ">up</text>"));
        cr_expect(strstr(b.data, "cx=\"462.0\" cy=\"448.0\""), "the right lower corner");
        cr_expect(strstr(b.data, ">here</text>"));
        cr_expect(strstr(b.data, "x=\"103.0\" y=\"248.0\" width=\"38.0\" height=\"200.0\""));
        buf_fini(&b);
    }
}
