/*
 * number.h - numbers as text, both ways, whatever the locale: a decimal point
 * is a point.
 */
#ifndef ALIGND_BASE_NUMBER_H
#define ALIGND_BASE_NUMBER_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMBER_TEXT_BYTES 32 /* holds any number written below, and its NUL */

/* Writes the fewest digits that read back as the same value (1e+22, -0.1, 5);
 * returns their length.  Not for infinities and NaN: asserted. */
size_t number_write_double(char out[NUMBER_TEXT_BYTES], double value);
size_t number_write_float(char out[NUMBER_TEXT_BYTES], float value);

/* The whole of text, [+-]digits; false when it is anything else or out of range. */
bool number_read_integer(struct slice text, int64_t *ret_value);

/* The whole of text, [+-]digits[.digits][e[+-]digits] with a digit on at least
 * one side of the point.  False for anything else (no hexadecimal, infinity or
 * NaN), when it is beyond the range of a double, and past 1,000 characters. */
bool number_read_double(struct slice text, double *ret_value);
#endif
