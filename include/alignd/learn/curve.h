/*
 * curve.h - the curves of `alignd eval --plot` as SVG, all of what serving tells (served.h):
 * precision and recall over the threshold and against each other, and how true stated confidences
 * are.
 */
#ifndef ALIGND_LEARN_CURVE_H
#define ALIGND_LEARN_CURVE_H

#include "alignd/base/buf.h"
#include "alignd/learn/served.h"

/* alone: a file, not part of a page (chart.h).  review: where the bands meet (align/band.h). */
void curve_thresholds(struct buf *out, const struct served *s, double review, bool alone);
void curve_precision_recall(struct buf *out, const struct served *s, double review, bool alone);
void curve_calibration(struct buf *out, const struct served *s, bool alone);

/* FOLDER/thresholds.svg, precision_recall.svg and calibration.svg. The folder is made.
 * ERR_IO (logged). */
int curve_write(const char *folder, const struct served *s, double review);

/* The bins of the calibration: tenths.  The last one holds 1 as well. */
enum { CURVE_BINS = 10 };
struct served_bin curve_bin(const struct served *s, int bin);
#endif
