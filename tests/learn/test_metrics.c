#include "alignd/learn/metrics.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Made by scripts/reference_metrics.py with scikit-learn. */
Test(metrics, agree_with_scikit_learn)
{
    FILE *file = fopen(TEST_DATA "/metrics.cases", "r");
    int n, cases = 0;
    cr_assert(file);
    while (fscanf(file, "%d", &n) == 1) {
        struct metrics_item *items = calloc((size_t)n + 1, sizeof(*items));
        double prauc, f1, recall_at_95, c0, c1;
        for (int i = 0; i < n; i++) {
            int positive;
            cr_assert_eq(fscanf(file, "%f %d", &items[i].score, &positive), 2);
            items[i].positive = positive;
        }
        cr_assert_eq(fscanf(file, "%lf %lf %lf", &prauc, &f1, &recall_at_95), 3);
        struct metrics m = metrics_of(items, (size_t)n, 0);
        cr_expect_float_eq(m.prauc, prauc, 1e-9);
        cr_expect_float_eq(m.f1, f1, 1e-9);
        cr_expect_float_eq(m.recall_at_95, recall_at_95, 1e-9);
        struct metrics at = metrics_at(items, (size_t)n, 0, m.threshold);
        cr_expect_geq(at.f1, m.f1 - 0.25 / (double)m.positives - 1e-9);
        metrics_platt(items, (size_t)n, &c0, &c1);
        cr_expect(isfinite(c0) && c0 > 0 && isfinite(c1));
        free(items);
        cases++;
    }
    fclose(file);
    cr_expect_geq(cases, 4);
}

Test(metrics, missed_positives_lower_recall_and_area)
{
    struct metrics_item items[] = {{0.9f, true}, {0.8f, true}, {0.1f, false}};
    struct metrics m = metrics_of(items, 3, 2);
    cr_expect_float_eq(m.prauc, 0.5, 1e-12);
    cr_expect_float_eq(m.recall, 0.5, 1e-12);
    cr_expect_float_eq(m.f1, 2.0 / 3.0, 1e-12);
}

Test(metrics, nothing_at_all_is_zero)
{
    struct metrics m = metrics_of(NULL, 0, 0);
    cr_expect_eq(m.prauc, 0.0);
    cr_expect_eq(m.f1, 0.0);
}

Test(metrics, platt_finds_the_line_that_made_the_labels)
{
    struct metrics_item items[4000];
    double c0, c1;
    for (int i = 0; i < 4000; i++) {
        double x = (i % 200 - 100) / 20.0, p = 1 / (1 + exp(-(0.7 * x - 1.0)));
        items[i] = (struct metrics_item){(float)x, (i / 200 + 0.5) / 20.0 < p};
    }
    metrics_platt(items, 4000, &c0, &c1);
    cr_expect_float_eq(c0, 0.7, 0.05);
    cr_expect_float_eq(c1, -1.0, 0.07);
}

Test(metrics, platt_finds_the_line_of_soft_labels)
{
    struct metrics_item items[400];
    float target[400];
    double c0, c1;
    for (int i = 0; i < 400; i++) {
        double x = (i - 200) / 40.0;
        items[i] = (struct metrics_item){.score = (float)x};
        target[i] = (float)(1 / (1 + exp(-(0.7 * x - 1.0))));
    }
    metrics_platt_soft(items, target, 400, &c0, &c1);
    cr_expect_float_eq(c0, 0.7, 1e-3);
    cr_expect_float_eq(c1, -1.0, 1e-3);
    for (int i = 0; i < 400; i++)
        target[i] = 0;
    metrics_platt_soft(items, target, 400, &c0, &c1);
    cr_expect(c0 == 1 && c1 == 0, "nothing to fit");
}
