/*
 * series.h - functions whose values reach a store, by additions, products and quotients in a fixed
 * order: the C library's are as good, but their last bit is another by processor and version.
 */
#ifndef ALIGND_BASE_SERIES_H
#define ALIGND_BASE_SERIES_H

/* The natural logarithm, to one unit in the last place; x > 0 and finite, asserted. */
double series_ln(double x);

/* The cosine, to 4e-16; x in [0, pi], asserted. */
double series_cos(double x);
#endif
