/*
 * decoy.c - the rule of decoy.h, of one group of matches.
 *
 *  (1) Matches of one score count together: nothing is said between them.
 */
#include "alignd/align/decoy.h"

#include "alignd/base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Merit within this of the best is as good. */
#define PLATEAU 0.005
/* Where more runner-ups than this reach a score, it says nothing of how many have a counterpart. */
#define RUNNERS_MOST 0.85

enum { SURE_LEAST = 10 }; /* sure matches, for their runner-ups alone to count */

double decoy_middle_of_best(const struct decoy_point *points, size_t n)
{
    assert(n > 0);
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (points[i].merit > points[best].merit)
            best = i;
    size_t first = best, last = best;
    while (first > 0 && points[first - 1].merit >= points[best].merit - PLATEAU)
        first--;
    while (last + 1 < n && points[last + 1].merit >= points[best].merit - PLATEAU)
        last++;
    assert(first <= best && best <= last && last < n);
    return ((double)points[first].score + (double)points[last].score) / 2;
}

static int descending(const void *x, const void *y)
{
    float a = *(const float *)x, b = *(const float *)y;
    return (a < b) - (a > b);
}

static bool ends_tie(const float *score, size_t count, size_t i)
{
    return i + 1 == count || score[i + 1] < score[i]; /* (1) */
}

/*
 * The sure matches, for a start: as if every entity had a runner-up's chance of being matched
 * wrongly.  How many.  sorted: all runner-ups, descending.
 */
static size_t count_sure(const float *score, const float *sorted, size_t count)
{
    assert(count > 0);
    struct decoy_point *points = memory_malloc(count * sizeof(*points));
    double *told = memory_malloc(count * sizeof(*told)), most = 1;
    size_t reached = 0, n = 0, sure = 0;
    for (size_t i = 0; i < count; i++) {
        while (reached < count && sorted[reached] >= score[i])
            reached++;
        double right = (double)(i + 1) - (double)reached;
        most = fmax(most, right);
        if (!ends_tie(score, count, i))
            continue;
        told[n] = (double)(i + 1);
        points[n++] = (struct decoy_point){score[i], fmax(right, 0)};
    }
    for (size_t i = 0; i < n; i++)
        points[i].merit = 2 * points[i].merit / (told[i] + most);
    double threshold = decoy_middle_of_best(points, n);
    while (sure < count && (double)score[sure] >= threshold)
        sure++;
    free(points);
    free(told);
    return sure >= SURE_LEAST ? sure : count;
}

double decoy_estimate(double *right, const float *score, const float *runner, size_t count,
                      double size, double margin)
{
    assert(count > 0 && margin >= 1);
    float *sorted = memory_malloc(count * sizeof(*sorted));
    memcpy(sorted, runner, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), descending);
    size_t sure = count_sure(score, sorted, count), reached = 0;
    assert(sure > 0 && sure <= count);
    memcpy(sorted, runner, sure * sizeof(*sorted));
    qsort(sorted, sure, sizeof(*sorted), descending);

    /* pass 1: F, kept in the place of `right`, and the least total that explains the matches */
    double total = 1;
    for (size_t i = 0; i < count; i++) {
        while (reached < sure && sorted[reached] >= score[i])
            reached++;
        double f = ((double)reached + 0.5) / ((double)sure + 1.0);
        double high = margin * f + sqrt(f * (1 - f) / (double)sure); /* by a standard error */
        right[i] = fmin(margin * f, 1);
        if (high < RUNNERS_MOST && ends_tie(score, count, i))
            total = fmax(total, ((double)(i + 1) - size * high) / (1 - high));
    }
    total = fmin(total, size);

    /* pass 2: what remains of the matches */
    for (size_t i = 0; i < count; i++) {
        double n = (double)(i + 1), remain = n - (size - total) * right[i];
        right[i] = fmin(fmax(remain, 0), fmin(total, n));
    }
    free(sorted);
    return total;
}

double decoy_doubt(float score, float runner)
{
    assert(score >= 0 && runner <= score);
    if (runner <= 0 || score <= 0)
        return 0;
    double odds = (double)score / fmax(1 - (double)score, 1e-6);
    double other = (double)runner / fmax(1 - (double)runner, 1e-6);
    return other / (odds + other);
}
