#include "alignd/learn/forest_fit.h"

#include "alignd/base/hash.h"
#include "alignd/base/pool.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

enum { N = 3000, F = 5 };
static float rows[N * F];
static bool same[N];

static float chance(uint64_t i, uint64_t what)
{
    return (float)((double)(hash_mix(what, i) >> 11) * 0x1p-53);
}

/* The same where the first number is over a half, unless the second, often missing, is high;
 * the third rises with the truth but for a dent; the others say nothing. */
static void make_rows(void)
{
    for (size_t i = 0; i < N; i++) {
        float *x = rows + i * F;
        for (size_t f = 0; f < F; f++)
            x[f] = chance(i, f + 1);
        bool told = chance(i, 50) < 0.6f;
        same[i] = x[0] > 0.5f && !(told && x[1] > 0.7f);
        if (!told)
            x[1] = NAN;
        x[2] = (same[i] ? 0.4f : 0.0f) + 0.6f * x[2];
        if (x[2] > 0.85f && chance(i, 51) < 0.9f)
            same[i] = false; /* the dent */
    }
}

/* The trees as their nodes say, one after the other. */
static float naive_logit(const struct forest *f, const float *row)
{
    float logit = f->base;
    for (size_t t = 0; t < f->tree_count; t++) {
        const struct forest_node *node = &f->nodes[f->roots[t]];
        while (node->feature >= 0) {
            float x = row[node->feature];
            bool left = isnan(x) ? node->missing_left : x < node->threshold;
            node = &f->nodes[node->left + !left];
        }
        logit += node->value;
    }
    return logit;
}

static double loss_of(const struct forest *f)
{
    double sum = 0;
    for (size_t i = 0; i < N; i++) {
        double z = (double)forest_logit(f, rows + i * F);
        sum += log1p(exp(same[i] ? -z : z));
    }
    return sum / N;
}

Test(forest, judges_as_its_nodes_say_to_the_bit)
{
    struct forest f;
    struct forest_options o = forest_fit_options_default();
    make_rows();
    o.trees = 13; /* no multiple of the trees that are walked at a time */
    o.bags = 1;
    forest_fit(rows, N, F, same, NULL, &o, NULL, &f);
    for (size_t i = 0; i < N; i++)
        cr_assert_eq(forest_logit(&f, rows + i * F), naive_logit(&f, rows + i * F));
    float edge[F] = {f.nodes[0].threshold, INFINITY, -INFINITY, NAN, 0};
    cr_expect_eq(forest_logit(&f, edge), naive_logit(&f, edge));
    forest_fini(&f);
}

Test(forest, learns_what_one_number_and_two_together_say)
{
    struct forest f;
    struct forest_options o = forest_fit_options_default();
    make_rows();
    o.columns = 1;
    forest_fit(rows, N, F, same, NULL, &o, NULL, &f);
    cr_expect_eq(f.tree_count, (size_t)(o.bags * o.trees));
    size_t right = 0;
    for (size_t i = 0; i < N; i++)
        right += (forest_logit(&f, rows + i * F) > 0) == same[i];
    cr_expect_gt((double)right, N * 0.95, "%zu of %d", right, N);
    cr_expect_lt(loss_of(&f), 0.2);
    forest_fini(&f);
}

Test(forest, a_direction_is_kept_everywhere)
{
    struct forest f, free_one;
    struct forest_options o = forest_fit_options_default();
    int8_t directions[F] = {1, -1, 1, 0, 0};
    make_rows();
    forest_fit(rows, N, F, same, NULL, &o, NULL, &free_one);
    o.directions = directions;
    forest_fit(rows, N, F, same, NULL, &o, NULL, &f);
    size_t turned = 0;
    for (size_t i = 0; i < 500; i++)
        for (size_t at = 0; at < 3; at++) {
            float x[F], before = -INFINITY, before_free = -INFINITY;
            memcpy(x, rows + i * F, sizeof(x));
            for (int step = 0; step <= 50; step++) {
                x[at] = (float)(directions[at] > 0 ? step : 50 - step) / 50.0f;
                float now = forest_logit(&f, x), now_free = forest_logit(&free_one, x);
                cr_assert_geq(now, before - 1e-5f, "number %zu, row %zu", at, i);
                turned += now_free < before_free - 1e-3f;
                before = now;
                before_free = now_free;
            }
        }
    cr_expect_gt(turned, 100, "without directions the dent is learnt");
    forest_fini(&f);
    forest_fini(&free_one);
}

Test(forest, contributions_add_up_to_the_logit)
{
    struct forest f, copy;
    struct forest_options o = forest_fit_options_default();
    float adds[F];
    make_rows();
    forest_fit(rows, N, F, same, NULL, &o, NULL, &f);
    forest_copy(&f, &copy);
    double first = 0, last = 0;
    for (size_t i = 0; i < N; i++) {
        float sum = forest_explain(&f, rows + i * F, adds);
        for (size_t k = 0; k < F; k++)
            sum += adds[k];
        cr_assert_float_eq(sum, forest_logit(&f, rows + i * F), 1e-3);
        cr_assert_eq(forest_logit(&copy, rows + i * F), forest_logit(&f, rows + i * F));
        first += fabs((double)adds[0]);
        last += fabs((double)adds[4]);
    }
    cr_expect_gt(first, 10 * last, "what says something gets the credit");
    forest_fini(&f);
    forest_fini(&copy);
}

Test(forest, threads_change_nothing)
{
    struct forest one, two;
    struct forest_options o = forest_fit_options_default();
    struct pool *pool = pool_new(3);
    make_rows();
    o.trees = 20;
    forest_fit(rows, N, F, same, NULL, &o, NULL, &one);
    forest_fit(rows, N, F, same, NULL, &o, pool, &two);
    for (size_t i = 0; i < N; i++)
        cr_assert_eq(forest_logit(&one, rows + i * F), forest_logit(&two, rows + i * F));
    forest_fini(&one);
    forest_fini(&two);
    pool_free(pool);
}

Test(forest, weights_count_as_copies_do)
{
    struct forest f;
    struct forest_options o = forest_fit_options_default();
    static float weight[N];
    make_rows();
    for (size_t i = 0; i < N; i++)
        weight[i] = same[i] ? 1000.0f : 0.001f;
    forest_fit(rows, N, F, same, weight, &o, NULL, &f);
    size_t yes = 0;
    for (size_t i = 0; i < N; i++)
        yes += forest_logit(&f, rows + i * F) > 0;
    cr_expect_eq(yes, N);
    forest_fini(&f);
}

Test(forest, rows_of_one_kind_give_their_share)
{
    struct forest f;
    struct forest_options o = forest_fit_options_default();
    make_rows();
    for (size_t i = 0; i < N; i++)
        same[i] = false;
    forest_fit(rows, N, F, same, NULL, &o, NULL, &f);
    cr_expect_eq(f.tree_count, 0);
    cr_expect_lt(forest_logit(&f, rows), -5);
    cr_expect_eq(forest_explain(&f, rows, (float[F]){0}), f.base);
    forest_fini(&f);
    forest_fit(rows, 0, F, same, NULL, &o, NULL, &f);
    cr_expect_eq(f.tree_count, 0);
    forest_fini(&f);
}

Test(forest, goes_on_from_other_trees_which_stay)
{
    struct forest from, f, same_again;
    struct forest_options o = forest_fit_options_default();
    make_rows();
    o.trees = 30;
    forest_fit(rows, N, F, same, NULL, &o, NULL, &from);
    double before = loss_of(&from);
    o.from = &from;
    forest_fit(rows, N, F, same, NULL, &o, NULL, &f);
    cr_expect_eq(f.tree_count, 2 * from.tree_count);
    cr_expect_lt(loss_of(&f), before - 0.01);

    /* rows of one kind teach nothing: it stays what it was */
    for (size_t i = 0; i < 20; i++)
        same[i] = false;
    forest_fit(rows, 20, F, same, NULL, &o, NULL, &same_again);
    for (size_t i = 0; i < N; i++)
        cr_assert_eq(forest_logit(&same_again, rows + i * F), forest_logit(&from, rows + i * F));
    forest_fit_scale(&same_again, 2, 1);
    cr_expect_float_eq(forest_logit(&same_again, rows), 2 * forest_logit(&from, rows) + 1, 1e-3);
    forest_fini(&from);
    forest_fini(&f);
    forest_fini(&same_again);
}
