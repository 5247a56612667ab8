/*
 * metrics.h - how good scores are.  Positives that were never scored (no
 * candidates) count as never found.
 */
#ifndef ALIGND_LEARN_METRICS_H
#define ALIGND_LEARN_METRICS_H

#include <stdbool.h>
#include <stddef.h>

struct metrics_item {
    float score;
    bool positive;
};

struct metrics {
    size_t positives, negatives, missed;
    double prauc; /* average precision, as scikit-learn's average_precision_score */
    double f1, precision, recall, threshold; /* at the threshold of the best F1 */
    double recall_at_95;                     /* greatest recall with precision >= .95 */
};

/* Sorts items by score, descending.  missed: positives that are not among them. */
struct metrics metrics_of(struct metrics_item *items, size_t count, size_t missed);

/* F1, precision, recall at a threshold; items in any order. */
struct metrics metrics_at(const struct metrics_item *items, size_t count, size_t missed,
                          double threshold);

/* Platt's scaling: c0, c1 of 1 / (1 + e^-(c0 x + c1)) by maximum likelihood, with
 * his targets for few positives.  score: logits. */
void metrics_platt(const struct metrics_item *items, size_t count, double *c0, double *c1);

/* The same where the truth is a probability: target (count), in the place of `positive`. */
void metrics_platt_soft(const struct metrics_item *items, const float *target, size_t count,
                        double *c0, double *c1);

/* Mean |stated - true| probability over ten bins of equal width. */
double metrics_calibration_error(const struct metrics_item *items, size_t count);
#endif
