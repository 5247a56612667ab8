/* What is said of matches by their runner-ups. */
#include "alignd/align/decoy.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* A number from 0 to 1. */
static double chance(uint64_t *rng)
{
    *rng = *rng * 6364136223846793005u + 1442695040888963407u;
    return (double)(*rng >> 11) / 9007199254740992.0;
}

struct world {
    float score[4000], runner[4000];
    bool right[4000];
    size_t count;
};

static int by_score(const void *x, const void *y)
{
    const float *a = x, *b = y;
    return (*a < *b) - (*a > *b);
}

/* Of `size` entities `found` have a counterpart; false pairs reach 0.2 now and then. */
static void make(struct world *w, size_t size, size_t found, double reach, uint64_t seed)
{
    struct seen {
        float score, runner;
        bool right;
    } *all = calloc(size, sizeof(*all));
    w->count = 0;
    for (size_t i = 0; i < size; i++) {
        float low =
            (float)(chance(&seed) < reach ? 0.2 + 0.7 * chance(&seed) * chance(&seed) : 0.1);
        float high = (float)(1 - 0.6 * chance(&seed) * chance(&seed) * chance(&seed));
        struct seen s = {low, 0, false};
        if (i < found) {
            s.right = high >= low;
            s.score = s.right ? high : low;
            s.runner = s.right ? low : high;
        }
        if (s.score >= 0.2f)
            all[w->count++] = s;
    }
    qsort(all, w->count, sizeof(*all), by_score);
    for (size_t i = 0; i < w->count; i++) {
        w->score[i] = all[i].score;
        w->runner[i] = all[i].runner;
        w->right[i] = all[i].right;
    }
    free(all);
}

Test(decoy, the_share_of_right_matches_comes_out_without_a_label)
{
    static struct world w;
    static double right[4000];
    static const double reaches[] = {0.02, 0.1, 0.3};
    for (size_t k = 0; k < 3; k++)
        for (uint64_t seed = 1; seed <= 5; seed++) {
            make(&w, 3000, 1500, reaches[k], seed);
            double total = decoy_estimate(right, w.score, w.runner, w.count, 3000, 1);
            size_t truth = 0;
            for (size_t i = 0; i < w.count; i++)
                truth += w.right[i];
            cr_expect_float_eq(right[w.count - 1] / (double)w.count,
                               (double)truth / (double)w.count, 0.03, "reach %g, seed %d: %g of %g",
                               reaches[k], (int)seed, right[w.count - 1], (double)truth);
            cr_expect(total >= 0.95 * 1500 - 100 && total <= 1600, "%g", total);
        }
}

Test(decoy, without_runner_ups_nearly_all_are_right)
{
    float score[100], runner[100];
    double right[100];
    for (size_t i = 0; i < 100; i++) {
        score[i] = 0.9f - (float)i * 0.001f;
        runner[i] = 0;
    }
    double total = decoy_estimate(right, score, runner, 100, 200, DECOY_MARGIN);
    cr_expect_geq(right[99], 98);
    cr_expect_leq(right[99], 100);
    cr_expect_leq(total, 200);
}

Test(decoy, where_runner_ups_reach_as_high_as_matches_nothing_is_sure)
{
    float score[100], runner[100];
    double right[100];
    for (size_t i = 0; i < 100; i++)
        score[i] = runner[i] = 0.9f - (float)i * 0.001f;
    decoy_estimate(right, score, runner, 100, 10000, DECOY_MARGIN);
    cr_expect_lt(right[99], 20, "%g", right[99]);
}

Test(decoy, one_match_is_enough)
{
    float score = 0.7f, runner = 0.1f;
    double right;
    double total = decoy_estimate(&right, &score, &runner, 1, 1, DECOY_MARGIN);
    cr_expect(right >= 0 && right <= 1 && total >= 0 && total <= 1, "%g %g", right, total);
}

Test(decoy, of_two_that_are_as_likely_either_may_be_right)
{
    cr_expect_float_eq(decoy_doubt(0.8f, 0.8f), 0.5, 1e-6);
    cr_expect_eq(decoy_doubt(0.8f, 0), 0, "there is no other");
    cr_expect_lt(decoy_doubt(0.99f, 0.2f), 0.01);
    cr_expect_float_eq(decoy_doubt(1, 1), 0.5, 1e-6, "certain of both");
    cr_expect_gt(decoy_doubt(0.6f, 0.5f), decoy_doubt(0.6f, 0.3f));
}

Test(decoy, a_runner_up_is_one_that_the_other_end_would_leave_its_match_for)
{
    cr_expect(decoy_is_runner(0.4f, -1), "it is free");
    cr_expect(decoy_is_runner(0.4f, 0.4f));
    cr_expect_not(decoy_is_runner(0.4f, 0.5f));
}

Test(decoy, the_best_is_the_middle_of_what_is_as_good)
{
    const struct decoy_point points[] = {{0.9f, 0.5}, {0.8f, 0.8}, {0.6f, 0.802}, {0.4f, 0.6}};
    cr_expect_float_eq(decoy_middle_of_best(points, 4), 0.7, 1e-6);
    cr_expect_float_eq(decoy_middle_of_best(points, 1), 0.9, 1e-6);
}
