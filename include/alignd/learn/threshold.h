/*
 * threshold.h - from which score on pairs should match, and what is then to be expected:
 * estimated from links, and without any, by runner-ups (align/decoy.h).
 */
#ifndef ALIGND_LEARN_THRESHOLD_H
#define ALIGND_LEARN_THRESHOLD_H

#include "alignd/learn/catalog.h"

struct threshold_input {
    const struct catalog *catalog;    /* type and graph of the entities are read */
    const struct catalog_pair *pairs; /* candidates; of their types, all there are */
    const float *score;               /* from 0 to 1 */
    size_t count;
};

/* What holds of the one-to-one matches that score so much or more. */
struct threshold_point {
    float score;
    size_t told;                  /* how many */
    double precision, recall, f1; /* precision never falls as the score rises */
    double merit;                 /* what the best threshold has most of */
    size_t right, wrong;          /* of these, by the labels */
};

struct threshold_curve {
    struct threshold_point *points; /* by score, descending; every score once */
    size_t count;
    size_t links; /* true pairs known; 0: estimated without any */
};

/*
 * Without labels.  Recall is of the counterparts that can be found at all.  Of
 * several types the merit is a mean of their F1, larger ones weighing more, but not by
 * their number.  No match: no point.
 */
void threshold_by_runners(const struct threshold_input *in, struct threshold_curve *ret);

enum threshold_label { THRESHOLD_UNKNOWN, THRESHOLD_WRONG, THRESHOLD_RIGHT };

/*
 * With labels of pairs that the model did not learn from, few as they may be:
 *
 *   label   (count) in   enum threshold_label
 *   missed  true pairs that are no candidates
 *   closed  strays, pairs of entities that have no counterpart, are labelled
 *           like links; else they are unknown, and as many as runner-ups say
 */
void threshold_by_labels(const struct threshold_input *in, const unsigned char *label,
                         size_t missed, bool closed, struct threshold_curve *ret);

void threshold_curve_fini(struct threshold_curve *c);

/* The middle of the thresholds that are about as good as the best. 0.5 without points. */
double threshold_best(const struct threshold_curve *c);

/* The highest one that is at most so much worse than the best. 0.5 without points. */
double threshold_safest(const struct threshold_curve *c, double tolerance);

/* What holds at a threshold; all zero where nothing reaches it. */
struct threshold_point threshold_at(const struct threshold_curve *c, double threshold);

/* The least score from which on so much precision is estimated; above 1: none. */
double threshold_of_precision(const struct threshold_curve *c, double precision);
#endif
