/*
 * threshold.c - a curve of thresholds: with labels set right by them, and read.
 *
 *  (1) Points stand by score, descending, every score once; precision never falls as it rises.
 */
#include "threshold_internal.h"

#include "alignd/align/decoy.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { PRIOR_LINKS = 20 };   /* links that the estimate without links is worth */
#define PRIOR_PRECISION 0.98 /* of matches of entities that have a counterpart */

static double f1_of(double precision, double recall)
{
    return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0.0;
}

void threshold_raise_precision(struct threshold_point *points, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        assert(i + 1 == n || points[i].score > points[i + 1].score); /* (1) */
        if (i + 1 < n)
            points[i].precision = fmax(points[i].precision, points[i + 1].precision);
        points[i].f1 = f1_of(points[i].precision, points[i].recall);
    }
}

void threshold_by_runners(const struct threshold_input *in, struct threshold_curve *ret)
{
    threshold_estimate(in, NULL, ret);
}

/* --- with labels --- */

/*
 * Right and wrong of the labelled matches, and as many more as PRIOR_LINKS links would
 * bring if they went as the runner-ups say: some ten links are no measure by themselves.
 */
static void weigh_labels(struct threshold_point *p, double links, double found, bool closed)
{
    assert(links > 0 && found >= 0 && found <= 1);
    double share = fmax(p->precision, 0.05); /* of the matches, whose entities have a counterpart */
    double prior = PRIOR_LINKS * p->recall * found, right = (double)p->right + prior;
    double told = (double)(p->right + p->wrong);
    p->recall = right / (links + PRIOR_LINKS);
    if (closed)
        p->precision = told + prior > 0 ? right / (told + prior / share) : 0.0;
    else
        p->precision *= ((double)p->right + PRIOR_LINKS * PRIOR_PRECISION) / (told + PRIOR_LINKS);
    p->merit = f1_of(p->precision, p->recall);
}

void threshold_by_labels(const struct threshold_input *in, const unsigned char *label,
                         size_t missed, bool closed, struct threshold_curve *ret)
{
    assert(label || !in->count);
    size_t links = missed;
    for (size_t i = 0; i < in->count; i++)
        links += label[i] == THRESHOLD_RIGHT;
    threshold_estimate(in, label, ret);
    if (!links || !ret->count)
        return;
    double found = (double)ret->points[ret->count - 1].right / (double)links;
    for (size_t i = 0; i < ret->count; i++)
        weigh_labels(&ret->points[i], (double)links, found, closed);
    threshold_raise_precision(ret->points, ret->count);
    ret->links = links;
}

void threshold_curve_fini(struct threshold_curve *c)
{
    free(c->points);
    *c = (struct threshold_curve){0};
}

double threshold_best(const struct threshold_curve *c)
{
    assert(c->points || !c->count);
    if (!c->count)
        return 0.5;
    struct decoy_point *points = memory_malloc(c->count * sizeof(*points));
    for (size_t i = 0; i < c->count; i++)
        points[i] = (struct decoy_point){c->points[i].score, c->points[i].merit};
    double best = decoy_middle_of_best(points, c->count);
    free(points);
    return best;
}

struct threshold_point threshold_at(const struct threshold_curve *c, double threshold)
{
    assert(c->points || !c->count);
    size_t n = 0;
    while (n < c->count && (double)c->points[n].score >= threshold)
        n++;
    return n ? c->points[n - 1] : (struct threshold_point){0};
}

double threshold_of_precision(const struct threshold_curve *c, double precision)
{
    assert(precision >= 0 && precision <= 1);
    size_t n = 0;
    while (n < c->count && c->points[n].precision >= precision)
        n++;
    return n ? (double)c->points[n - 1].score : 2.0;
}

double threshold_safest(const struct threshold_curve *c, double tolerance)
{
    assert(tolerance >= 0);
    double best = 0;
    for (size_t i = 0; i < c->count; i++)
        best = fmax(best, c->points[i].merit);
    for (size_t i = 0; i < c->count; i++) /* by score, descending */
        if (c->points[i].merit >= best - tolerance)
            return (double)c->points[i].score;
    return 0.5;
}
