/* threshold_internal.h - what threshold.c and threshold_estimate.c share. */
#ifndef THRESHOLD_INTERNAL_H
#define THRESHOLD_INTERNAL_H

#include "alignd/learn/threshold.h"

/* By runner-ups; the labels, NULL for none, are but counted. */
void threshold_estimate(const struct threshold_input *in, const unsigned char *label,
                        struct threshold_curve *ret);

/* Precision never falls as the score rises; and F1 of what it then is. */
void threshold_raise_precision(struct threshold_point *points, size_t n);
#endif
