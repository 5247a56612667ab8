#include "alignd/learn/curve.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct served_pair pairs[] = {{0, 0.966f, true}, {1, 0.84f, false}, {2, 0.62f, true}};
static const struct served served = {
    .pairs = pairs, .count = 3, .links = 4, .threshold = 0.6, .told = 3, .is_one_to_one = true};

static bool says(struct buf *b, const char *words)
{
    buf_append_char(b, '\0');
    b->len--;
    return strstr(b->data, words) != NULL;
}

/* A place of the chart: chart.c. */
static const char *at(double x, double y)
{
    static char text[64];
    snprintf(text, sizeof(text), "%.1f,%.1f ", 62 + 400 * x, 48 + 400 * (1 - y));
    return text;
}

Test(curve, precision_against_recall_goes_through_every_score)
{
    struct buf b = {0};
    curve_precision_recall(&b, &served, 0.9, false);
    cr_expect(says(&b, at(1 / 4.0, 1)), "%s", b.data);
    cr_expect(says(&b, at(1 / 4.0, 1 / 2.0)));
    cr_expect(says(&b, at(2 / 4.0, 2 / 3.0)));
    cr_expect(says(&b, "threshold 0.600") && says(&b, "match from 0.900"));
    buf_fini(&b);
}

Test(curve, over_the_threshold_it_ends_where_nothing_is_told)
{
    struct buf b = {0};
    curve_thresholds(&b, &served, 0.9, false);
    cr_expect(says(&b, at(0, 2 / 3.0)), "precision of all");
    cr_expect(says(&b, at(0.965, 1)), "of the best");
    cr_expect_not(says(&b, at(0.9675, 1)));
    cr_expect(says(&b, at(0, 2 / 4.0)), "recall of all");
    cr_expect(says(&b, "class=\"s2\"") && says(&b, ">F1<"));
    buf_fini(&b);
}

Test(curve, calibration_has_a_dot_a_bin)
{
    struct buf b = {0};
    curve_calibration(&b, &served, false);
    cr_expect(says(&b, "cx=\"448.4\" cy=\"48.0\""), ".966, all right: %s", b.data);
    cr_expect(says(&b, "cx=\"398.0\" cy=\"448.0\""), ".84, none");
    struct served_bin bin = curve_bin(&served, 9);
    cr_expect_eq(bin.count, 1);
    cr_expect_eq(curve_bin(&served, 0).count, 0);
    buf_fini(&b);
}

Test(curve, of_nothing_there_are_axes)
{
    const struct served none = {.pairs = pairs, .threshold = 0.5};
    struct buf b = {0};
    curve_thresholds(&b, &none, 0.5, false);
    curve_precision_recall(&b, &none, 0.5, false);
    curve_calibration(&b, &none, false);
    cr_expect_not(says(&b, "nan"));
    cr_expect_not(says(&b, "cx=\"-"));
    cr_expect(says(&b, "recall") && says(&b, "confidence"));
    buf_fini(&b);
}

Test(curve, writes_a_file_each)
{
    char folder[] = "/tmp/alignd_curve_XXXXXX", path[128];
    cr_assert(mkdtemp(folder));
    cr_expect_eq(curve_write(folder, &served, 0.5), ERR_OK);
    static const char *const names[] = {"thresholds", "precision_recall", "calibration"};
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof(path), "%s/%s.svg", folder, names[i]);
        cr_expect_eq(unlink(path), 0, "%s", path);
    }
    rmdir(folder);
    cr_expect_eq(curve_write("/dev/null", &served, 0.5), ERR_IO, "a file is no folder");
}
