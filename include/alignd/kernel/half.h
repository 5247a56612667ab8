/*
 * half.h - IEEE 754 binary16, the precision vectors are stored in.  Rounds to
 * nearest, ties to even; overflow becomes infinity; NaN stays a (quiet) NaN.
 * With F16C and without it the bits are the same.
 */
#ifndef ALIGND_KERNEL_HALF_H
#define ALIGND_KERNEL_HALF_H

#include <stddef.h>
#include <stdint.h>

/* ret[i] = the half nearest to x[i]; arrays of n, which may not overlap. */
void half_from_float(uint16_t *ret, const float *x, size_t n);

/* ret[i] = x[i], exactly. */
void half_to_float(float *ret, const uint16_t *x, size_t n);

/* x[i] = x[i] rounded to half precision and back. */
void half_round(float *x, size_t n);
#endif
