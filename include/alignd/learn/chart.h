/*
 * chart.h - a chart as SVG, both of its axes shares from 0 to 1: within a page that has CHART_STYLE
 * in its head, or a file of its own.  What is drawn later lies over what was drawn before.
 */
#ifndef ALIGND_LEARN_CHART_H
#define ALIGND_LEARN_CHART_H

#include "alignd/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Of people who see no colours too: lines differ in their dashes, dots in their filling. */
enum chart_series { CHART_FIRST, CHART_SECOND, CHART_THIRD };

struct chart_point {
    double x, y;
};

extern const char CHART_STYLE[];

/* alone: a file, not part of a page.  title, names: plain text of ours. */
void chart_begin(struct buf *out, const char *title, const char *x_name, const char *y_name,
                 bool alone);
void chart_end(struct buf *out);

/* Points nearer to the one before than anybody sees are left out. */
void chart_line(struct buf *out, enum chart_series series, const struct chart_point *points,
                size_t count);
void chart_diagonal(struct buf *out);
void chart_dot(struct buf *out, struct chart_point at, bool filled);
void chart_whisker(struct buf *out, double x, double least, double most);
void chart_bar(struct buf *out, double left, double right, double height);
/* A dashed line upwards from x, words of ours beside it, in a row from 0 up. */
void chart_mark(struct buf *out, double x, int row, const char *words);
/* Over the chart, centred at x. */
void chart_note(struct buf *out, double x, size_t number);

/* What a line or a dot is, over the chart: place 0, 1 or 2. */
void chart_key_line(struct buf *out, int place, enum chart_series series, const char *words);
void chart_key_dot(struct buf *out, int place, bool filled, const char *words);
#endif
