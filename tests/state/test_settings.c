#include "alignd/base/log.h"
#include "alignd/state/settings.h"

#include "../base/capture.h"

#include <criterion/criterion.h>

static const char *const names[] = {"model=", "threshold="};

static bool only_in(const char *stored, const char *wanted)
{
    return settings_differ_only_in(slice_of(stored), slice_of(wanted), names, 2);
}

Test(settings, a_line_is_found_by_its_name)
{
    struct slice lines = slice_of("values=8\nvalue=3\n");
    cr_expect(slice_equal(settings_find_line(lines, slice_of("value=")), slice_of("value=3")));
    cr_expect_eq(settings_find_line(lines, slice_of("theta=1")).len, 0);
}

Test(settings, lines_that_are_another_differ_in_whatever_order_they_stand)
{
    log_set_level((enum log_level) - 1);
    cr_expect_not(settings_differ(slice_of("a=1\nb=2\n"), slice_of("b=2\na=1\n")));
    cr_expect(settings_differ(slice_of("a=1\n"), slice_of("a=2\n")));
    cr_expect(settings_differ(slice_of("a=1\nb=2\n"), slice_of("a=1\n")));
    cr_expect(settings_differ(slice_of("a=1\n"), slice_of("a=1\nb=2\n")));
}

static const char *said(const char *stored, const char *wanted)
{
    static struct capture capture;
    log_set_level(LOG_ERROR);
    capture_begin(&capture, STDERR_FILENO);
    settings_differ(slice_of(stored), slice_of(wanted));
    return capture_end(&capture);
}

Test(settings, a_difference_is_told_in_words)
{
    cr_expect_str_eq(said("neighbours=12\nvalues=8\n", "neighbours=5\nvalues=8\n"),
                     "alignd: neighbours: the store has 12, asked for 5\n");
    cr_expect_str_eq(said("a=1\nmapping=08829ed900000000\n", "a=2\nmapping=1\n"),
                     "alignd: a: the store has 1, asked for 2\n"
                     "alignd: the mapping differs from the one that the store was built with\n");
    cr_expect_str_eq(said("model=1\n", "model=2\n"),
                     "alignd: the model differs from the one that the store was built with\n");
    cr_expect_str_eq(said("a=1\n", "a=1\nb=2\n"),
                     "alignd: b: asked for 2, the store does not know it\n");
    cr_expect_str_eq(said("a=1\nb=2\n", "a=1\n"),
                     "alignd: b: the store has 2, this alignd does not know it\n");
    cr_expect_str_eq(said("a=1\n", "a=1\n"), "");
}

Test(settings, a_difference_elsewhere_is_no_difference_in_scores_alone)
{
    cr_expect(only_in("a=1\nmodel=1\nthreshold=1\n", "a=1\nmodel=2\nthreshold=1\n"));
    cr_expect_not(only_in("a=1\nmodel=1\n", "a=2\nmodel=2\n"));
    cr_expect_not(only_in("a=1\nmodel=1\n", "a=1\nmodel=1\n"), "nothing differs");
    cr_expect_not(only_in("a=1\nmodel=1\nb=1\n", "a=1\nmodel=2\n"), "a line is gone");
    cr_expect_not(only_in("a=1\n", "a=1\nmodel=2\n"), "a line is new");
    cr_expect_not(only_in("", "model=2\n"));
}
