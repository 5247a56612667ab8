#include "alignd/learn/threshold.h"

#include "alignd/base/hash.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

enum { MOST = 40000 };

/* Two graphs, the first `left` entities of one, the rest of the other. */
struct world {
    struct catalog c;
    struct catalog_entity *entities;
    struct catalog_pair pairs[MOST];
    float score[MOST];
    unsigned char label[MOST], truth[MOST];
    size_t count, links;
    uint64_t draws;
};

static struct world *world_new(size_t left, size_t right)
{
    struct world *w = calloc(1, sizeof(*w));
    cr_assert(w);
    w->entities = calloc(left + right, sizeof(*w->entities));
    cr_assert(w->entities);
    for (size_t i = 0; i < left + right; i++)
        w->entities[i] = (struct catalog_entity){.type = slice_of("work"), .graph = i >= left};
    w->c = (struct catalog){.entities = w->entities, .entity_count = left + right};
    return w;
}

static void world_free(struct world *w)
{
    free(w->entities);
    free(w);
}

static void add(struct world *w, size_t a, size_t b, double score)
{
    cr_assert_lt(w->count, (size_t)MOST);
    w->pairs[w->count] = (struct catalog_pair){(uint32_t)a, (uint32_t)b};
    w->score[w->count++] = (float)score;
}

static struct threshold_input input(const struct world *w)
{
    return (struct threshold_input){&w->c, w->pairs, w->score, w->count};
}

static double draw(struct world *w)
{
    return (double)(hash_mix(7, w->draws++) >> 11) * 0x1p-53;
}

/* A logit that is normal about the mean, as a probability. */
static double draw_score(struct world *w, double mean)
{
    double normal = sqrt(-2 * log(draw(w) + 1e-12)) * cos(6.283185307 * draw(w));
    return 1 / (1 + exp(-mean - normal));
}

/* Of n a side the first `linked` have a counterpart; everybody has `rivals` false candidates. */
static void fill(struct world *w, size_t n, size_t linked, size_t rivals, double right,
                 double wrong)
{
    for (size_t i = 0; i < n; i++) {
        if (i < linked) {
            w->truth[w->count] = 1;
            add(w, i, n + i, draw_score(w, right));
        }
        for (size_t k = 0; k < rivals; k++) {
            size_t other = (size_t)(draw(w) * (double)n);
            if (other != i || i >= linked)
                add(w, i, n + other, draw_score(w, wrong));
        }
    }
    w->links = linked;
}

/* What really holds of one-to-one matches at a threshold, best first. */
static double true_f1(const struct world *w, double threshold)
{
    bool *taken = calloc(w->c.entity_count, sizeof(*taken));
    bool *done = calloc(w->count, sizeof(*done));
    size_t told = 0, right = 0;
    cr_assert(taken && done);
    for (;;) {
        size_t best = w->count;
        for (size_t i = 0; i < w->count; i++)
            if (!done[i] && !taken[w->pairs[i].a] && !taken[w->pairs[i].b] &&
                (best == w->count || w->score[i] > w->score[best]))
                best = i;
        if (best == w->count || (double)w->score[best] < threshold)
            break;
        taken[w->pairs[best].a] = taken[w->pairs[best].b] = done[best] = true;
        told++;
        right += w->truth[best];
    }
    free(taken);
    free(done);
    return 2.0 * (double)right / (double)(told + w->links);
}

Test(threshold, finds_nothing_where_nothing_matches)
{
    struct world *w = world_new(3, 3);
    struct threshold_input in = input(w);
    struct threshold_curve c;
    threshold_by_runners(&in, &c);
    cr_expect_eq(c.count, 0);
    cr_expect_eq(threshold_best(&c), 0.5);
    cr_expect_eq(threshold_at(&c, 0.5).f1, 0);
    cr_expect_gt(threshold_of_precision(&c, 0.1), 1);
    threshold_curve_fini(&c);
    world_free(w);
}

/*
 * 40 a side: 30 matched at .9 without any rival, 10 at .3 that have a rival at .2999.  The
 * sure ones are the 30 (30 - 0 right of 30 at .9, 40 - 0 of 40 at .3), none of them has a
 * runner-up, and all 40 have a counterpart.
 */
Test(threshold, counts_what_runner_ups_reach)
{
    struct world *w = world_new(40, 50);
    struct threshold_curve c;
    for (size_t i = 0; i < 30; i++)
        add(w, i, 40 + i, 0.9);
    for (size_t i = 30; i < 40; i++)
        add(w, i, 40 + i, 0.3);
    for (size_t i = 30; i < 40; i++)
        add(w, i, 50 + i, 0.2999);
    struct threshold_input in = input(w);
    threshold_by_runners(&in, &c);
    cr_assert_eq(c.count, 2);
    cr_expect_float_eq(c.points[0].precision, 1, 1e-9);
    cr_expect_float_eq(c.points[0].recall, 30 / 40.0, 1e-9);
    cr_expect_float_eq(c.points[1].precision, 1, 1e-9);
    cr_expect_float_eq(c.points[1].recall, 1, 1e-9);
    cr_expect_float_eq(threshold_best(&c), 0.3, 1e-6);
    threshold_curve_fini(&c);
    world_free(w);
}

/* The same, but the rivals are rivals of the sure ones: then .3 is what a stray reaches. */
Test(threshold, takes_for_strays_what_scores_as_runner_ups_do)
{
    struct world *w = world_new(40, 80);
    struct threshold_curve c;
    for (size_t i = 0; i < 30; i++)
        add(w, i, 40 + i, 0.9);
    for (size_t i = 30; i < 40; i++)
        add(w, i, 40 + i, 0.3);
    for (size_t i = 0; i < 30; i++)
        add(w, i, 81 + i % 30 - (i % 30 == 29), 0.31 + (double)i * 1e-4);
    struct threshold_input in = input(w);
    threshold_by_runners(&in, &c);
    cr_assert_eq(c.count, 2);
    cr_expect_float_eq(threshold_best(&c), 0.9, 1e-6);
    cr_expect_float_eq(threshold_of_precision(&c, 0.97), 0.9, 1e-6);
    cr_expect_lt(c.points[1].precision, 0.8);
    threshold_curve_fini(&c);
    world_free(w);
}

/* A rival whose other end is matched better is nobody's runner-up. */
Test(threshold, leaves_out_what_another_one_holds)
{
    struct world *w = world_new(30, 30);
    struct threshold_curve c;
    for (size_t i = 0; i < 30; i++)
        add(w, i, 30 + i, 0.9);
    for (size_t i = 0; i < 30; i++)
        add(w, i, 30 + (i + 1) % 30, 0.8);
    struct threshold_input in = input(w);
    threshold_by_runners(&in, &c);
    cr_assert_eq(c.count, 1);
    cr_expect_float_eq(c.points[0].precision, 1, 1e-9);
    threshold_curve_fini(&c);
    world_free(w);
}

/* Thirty of one name on either side: each may be any. */
Test(threshold, is_sure_of_nothing_where_all_score_alike)
{
    struct world *w = world_new(30, 30);
    struct threshold_curve c;
    for (size_t i = 0; i < 30; i++)
        for (size_t k = 0; k < 30; k++)
            add(w, i, 30 + k, 0.9);
    struct threshold_input in = input(w);
    threshold_by_runners(&in, &c);
    cr_assert_eq(c.count, 1);
    cr_expect_lt(c.points[0].precision, 0.1);
    cr_expect_gt(threshold_of_precision(&c, 0.97), 1);
    threshold_curve_fini(&c);
    world_free(w);
}

Test(threshold, estimates_a_simulated_world_without_a_label)
{
    static const size_t linked[] = {250, 500, 750};
    for (size_t k = 0; k < 3; k++) {
        struct world *w = world_new(1000, 1000);
        struct threshold_curve c;
        w->draws = k * 1000000;
        fill(w, 1000, linked[k], 5, 2.5, -2);
        struct threshold_input in = input(w);
        threshold_by_runners(&in, &c);
        double threshold = threshold_best(&c), best = 0;
        struct threshold_point at = threshold_at(&c, threshold);
        for (int t = 1; t < 20; t++)
            best = fmax(best, true_f1(w, t * 0.05));
        cr_expect_gt(true_f1(w, threshold), best - 0.02, "%zu linked: %.4f of %.4f at %.3f",
                     linked[k], true_f1(w, threshold), best, threshold);
        cr_expect_float_eq(at.f1, true_f1(w, threshold), 0.08, "%zu linked: %.4f, %.4f", linked[k],
                           at.f1, true_f1(w, threshold));
        for (size_t i = 1; i < c.count; i++) {
            cr_expect(c.points[i].score < c.points[i - 1].score);
            cr_expect(c.points[i].precision <= c.points[i - 1].precision);
        }
        threshold_curve_fini(&c);
        world_free(w);
    }
}

/* Labels of some of the linked ones, and where closed of some of the others. */
static void label(struct world *w, size_t linked, size_t every, bool closed)
{
    size_t n = w->c.entity_count / 2;
    for (size_t i = 0; i < w->count; i++) {
        size_t a = w->pairs[i].a, b = w->pairs[i].b - n;
        bool known = (a < linked && a % every == 0) || (b < linked && b % every == 0);
        if (closed)
            known = known || (a >= linked && b >= linked && a % every == 0);
        w->label[i] = !known ? THRESHOLD_UNKNOWN : w->truth[i] ? THRESHOLD_RIGHT : THRESHOLD_WRONG;
    }
}

Test(threshold, estimates_from_a_few_links_what_all_entities_will_get)
{
    for (int closed = 0; closed < 2; closed++) {
        struct world *w = world_new(1000, 1000);
        struct threshold_curve c;
        fill(w, 1000, 600, 5, 1.5, -2);
        label(w, 600, 20, closed);
        struct threshold_input in = input(w);
        threshold_by_labels(&in, w->label, 0, closed, &c);
        cr_expect_eq(c.links, 30);
        double threshold = threshold_best(&c), best = 0;
        for (int t = 1; t < 20; t++)
            best = fmax(best, true_f1(w, t * 0.05));
        cr_expect_gt(true_f1(w, threshold), best - 0.03, "%.4f of %.4f at %.3f",
                     true_f1(w, threshold), best, threshold);
        struct threshold_point at = threshold_at(&c, threshold);
        cr_expect_float_eq(at.f1, true_f1(w, threshold), 0.06, "%.4f, %.4f", at.f1,
                           true_f1(w, threshold));
        threshold_curve_fini(&c);
        world_free(w);
    }
}

/* Half of the links are no candidates: it counts against what to expect. */
Test(threshold, counts_links_that_are_no_candidates)
{
    struct world *w = world_new(200, 200);
    struct threshold_curve c;
    for (size_t i = 0; i < 100; i++) {
        add(w, i, 200 + i, 0.9);
        w->label[i] = THRESHOLD_RIGHT;
    }
    struct threshold_input in = input(w);
    threshold_by_labels(&in, w->label, 100, true, &c);
    cr_expect_eq(c.links, 200);
    cr_assert_eq(c.count, 1);
    cr_expect_float_eq(c.points[0].recall, 0.5, 1e-6);
    cr_expect_float_eq(c.points[0].precision, 1, 0.01);
    cr_expect_eq(c.points[0].right, 100);
    threshold_curve_fini(&c);
    world_free(w);
}

/* A small type does not count by its number alone. */
Test(threshold, weighs_types_by_less_than_their_number)
{
    struct world *w = world_new(1000, 1000);
    struct threshold_curve c;
    for (size_t i = 0; i < 2000; i++)
        if (i % 1000 < 100)
            w->entities[i].type = slice_of("person");
    for (size_t i = 0; i < 1000; i++) /* 100 persons at .3, 900 works at .8 */
        add(w, i, 1000 + i, i < 100 ? 0.3 : 0.8);
    struct threshold_input in = input(w);
    threshold_by_runners(&in, &c);
    cr_assert_eq(c.count, 2);
    cr_expect_float_eq(c.points[0].merit, 30 / 40.0, 0.01, "%.4f", c.points[0].merit);
    cr_expect_float_eq(c.points[1].merit, 1, 0.01);
    cr_expect_float_eq(c.points[0].recall, 0.9, 0.01);
    threshold_curve_fini(&c);
    world_free(w);
}

Test(threshold, the_safest_is_the_highest_that_is_nearly_as_good)
{
    struct threshold_point points[] = {{.score = 0.9f, .merit = 0.7},
                                       {.score = 0.6f, .merit = 0.89},
                                       {.score = 0.3f, .merit = 0.9},
                                       {.score = 0.1f, .merit = 0.88}};
    struct threshold_curve c = {points, 4, 0};
    cr_expect_float_eq(threshold_safest(&c, 0.02), 0.6, 1e-6);
    cr_expect_float_eq(threshold_safest(&c, 0.001), 0.3, 1e-6);
    cr_expect_float_eq(threshold_safest(&c, 0.5), 0.9, 1e-6);
    c.count = 0;
    cr_expect_eq(threshold_safest(&c, 0.1), 0.5);
}
