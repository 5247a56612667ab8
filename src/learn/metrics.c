/*
 * metrics.c - figures of scored pairs: one pass over them by descending score, and Platt's
 * calibration by Newton's method.
 *
 *  (1) What is found is among the positives; all shares are from 0 to 1.
 */
#include "alignd/learn/metrics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int by_score(const void *a, const void *b)
{
    const struct metrics_item *x = a, *y = b;
    return (x->score < y->score) - (x->score > y->score);
}

static double f1_of(double found, double told, double positives)
{
    return told + positives > 0 ? 2.0 * found / (told + positives) : 0.0;
}

/* Where F1 is near its best over a stretch of thresholds, the middle of the
 * stretch is the safest: with few positives its edges are chance. */
static double middle_threshold(const struct metrics_item *items, size_t count, double positives,
                               double best)
{
    assert(positives >= 0 && best >= 0 && best <= 1);
    double slack = positives > 0 ? 0.25 / positives : 0.0, high = 1.0, low = 0.0;
    size_t found = 0;
    bool inside = false;
    for (size_t i = 0; i < count; i++) {
        found += items[i].positive;
        if (i + 1 < count && items[i + 1].score >= items[i].score)
            continue;
        bool good = f1_of((double)found, (double)(i + 1), positives) >= best - slack;
        if (good && !inside)
            high = (double)items[i].score;
        if (good) {
            inside = true;
            low = i + 1 < count ? (double)items[i + 1].score : 0.0;
        }
    }
    assert(!inside || low <= high);
    return inside ? (high + low) / 2 : 0.5;
}

struct metrics metrics_of(struct metrics_item *items, size_t count, size_t missed)
{
    assert(items || !count);
    struct metrics m = {.missed = missed};
    if (count)
        qsort(items, count, sizeof(*items), by_score);
    for (size_t i = 0; i < count; i++)
        m.positives += items[i].positive;
    m.negatives = count - m.positives;
    m.positives += missed;
    double positives = (double)m.positives, last_recall = 0;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        found += items[i].positive;
        if (i + 1 < count && items[i + 1].score >= items[i].score)
            continue; /* within a tie there is no threshold */
        double precision = (double)found / (double)(i + 1);
        double recall = positives > 0 ? (double)found / positives : 0.0;
        double f1 = f1_of((double)found, (double)(i + 1), positives);
        m.prauc += precision * (recall - last_recall);
        last_recall = recall;
        if (precision >= 0.95 && recall > m.recall_at_95)
            m.recall_at_95 = recall;
        if (f1 > m.f1) {
            m.f1 = f1;
            m.precision = precision;
            m.recall = recall;
        }
    }
    assert(found <= count && m.positives >= found); /* (1) */
    assert(m.f1 >= 0 && m.f1 <= 1 && m.prauc >= 0 && m.prauc < 1 + 1e-9);
    m.threshold = middle_threshold(items, count, positives, m.f1);
    return m;
}

struct metrics metrics_at(const struct metrics_item *items, size_t count, size_t missed,
                          double threshold)
{
    assert(items || !count);
    struct metrics m = {.missed = missed, .threshold = threshold};
    size_t told = 0, found = 0;
    for (size_t i = 0; i < count; i++) {
        bool says = (double)items[i].score >= threshold;
        m.positives += items[i].positive;
        told += says;
        found += says && items[i].positive;
    }
    m.negatives = count - m.positives;
    m.positives += missed;
    assert(found <= told && found <= m.positives); /* (1) */
    m.precision = told ? (double)found / (double)told : 0.0;
    m.recall = m.positives ? (double)found / (double)m.positives : 0.0;
    m.f1 = f1_of((double)found, (double)told, (double)m.positives);
    return m;
}

/* Newton's method with a step that is halved while it does not help.  target: NULL, and the
 * positives are to get `high`, the others `low`. */
static void fit_platt(const struct metrics_item *items, const float *target, size_t count,
                      double high, double low, double *c0, double *c1)
{
    assert(high > low);
    assert(low >= 0 && high <= 1 && count);
    double a = 1, b = 0, loss = INFINITY, step_a = 0, step_b = 0, scale = 1;
    for (int round = 0; round < 100; round++) {
        double try_a = a - scale * step_a, try_b = b - scale * step_b;
        double l = 0, ga = 0, gb = 0, haa = 1e-9, hab = 0, hbb = 1e-9;
        for (size_t i = 0; i < count; i++) {
            double x = (double)items[i].score, z = try_a * x + try_b;
            double p = 1 / (1 + exp(-z)), v = p * (1 - p);
            double t = target ? (double)target[i] : items[i].positive ? high : low;
            l += (z > 0 ? z + log1p(exp(-z)) : log1p(exp(z))) - t * z;
            ga += (p - t) * x;
            gb += p - t;
            haa += v * x * x;
            hab += v * x;
            hbb += v;
        }
        if (!(l < loss)) {
            scale /= 2;
            if (scale < 1e-6)
                break;
            continue;
        }
        bool done = loss - l < 1e-9 * l;
        loss = l;
        a = try_a;
        b = try_b;
        double det = haa * hbb - hab * hab;
        if (done || !(det > 0))
            break;
        step_a = (hbb * ga - hab * gb) / det;
        step_b = (haa * gb - hab * ga) / det;
        scale = 1;
    }
    if (a > 0) { /* an order turned round is no calibration */
        assert(isfinite(a) && isfinite(b));
        *c0 = a;
        *c1 = b;
    }
}

void metrics_platt(const struct metrics_item *items, size_t count, double *c0, double *c1)
{
    assert(items || !count);
    double positives = 0;
    for (size_t i = 0; i < count; i++)
        positives += items[i].positive;
    double negatives = (double)count - positives;
    *c0 = 1;
    *c1 = 0;
    assert(positives <= (double)count);
    if (positives >= 1 && negatives >= 1)
        fit_platt(items, NULL, count, (positives + 1) / (positives + 2), 1 / (negatives + 2), c0,
                  c1);
}

void metrics_platt_soft(const struct metrics_item *items, const float *target, size_t count,
                        double *c0, double *c1)
{
    assert((items && target) || !count);
    double positives = 0;
    for (size_t i = 0; i < count; i++)
        positives += (double)target[i];
    *c0 = 1;
    *c1 = 0;
    if (positives >= 1 && (double)count - positives >= 1)
        fit_platt(items, target, count, 1, 0, c0, c1);
}

double metrics_calibration_error(const struct metrics_item *items, size_t count)
{
    assert(items || !count);
    double stated[10] = {0}, held[10] = {0}, error = 0;
    for (size_t i = 0; i < count; i++) {
        int bin = (int)((double)items[i].score * 10);
        bin = bin < 0 ? 0 : bin > 9 ? 9 : bin;
        stated[bin] += (double)items[i].score;
        held[bin] += items[i].positive;
    }
    for (int bin = 0; bin < 10; bin++)
        error += fabs(stated[bin] - held[bin]);
    return count ? error / (double)count : 0.0;
}
