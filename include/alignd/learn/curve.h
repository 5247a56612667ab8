/*
 * curve.h - curves as SVG: precision over recall, and how true stated
 * probabilities are.
 */
#ifndef ALIGND_LEARN_CURVE_H
#define ALIGND_LEARN_CURVE_H

#include "alignd/learn/metrics.h"

/* DIR/precision_recall.svg and DIR/calibration.svg; items sorted by score, descending
 * (metrics_of does). The folder is made.  ERR_IO (logged). */
int curve_write(const char *folder, const struct metrics_item *items, size_t count, size_t missed);
#endif
