/*
 * number.c - numbers to text and back, the same whatever language the process speaks: a
 * decimal comma must not come into events and files.  Written is the shortest text that
 * reads back as the same value, found by trying from 15 digits up.  Read is what
 * the grammar here allows, before strtod sees it, which also takes hexadecimal, 'inf' and
 * white space.  Whole numbers add up below zero, since that side reaches one further.
 */
#include "alignd/base/number.h"

#include <assert.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT_MAX 1000

static locale_t plain; /* the C locale, whatever the process has set */
static pthread_once_t plain_once = PTHREAD_ONCE_INIT;

static void plain_init(void)
{
    plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    assert(plain); /* static in the C library: cannot run out of memory */
}

static size_t write_digits(char out[NUMBER_TEXT_BYTES], double value, int digits)
{
    assert(digits > 0 && digits <= DBL_DECIMAL_DIG);
    int n = snprintf(out, NUMBER_TEXT_BYTES, "%.*g", digits, value);
    assert(n > 0 && n < NUMBER_TEXT_BYTES);
    return (size_t)n;
}

/* A decimal of DBL_DIG digits survives the way through a double, so any shorter
 * one shows up when DBL_DIG are asked for; only subnormals have fewer to give. */
size_t number_write_double(char out[NUMBER_TEXT_BYTES], double value)
{
    assert(isfinite(value));
    pthread_once(&plain_once, plain_init);
    locale_t before = uselocale(plain);
    size_t n = 0;
    for (int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
        n = write_digits(out, value, digits);
        if (strtod(out, NULL) == value)
            break;
    }
    uselocale(before);
    assert(n && n < NUMBER_TEXT_BYTES);
    return n;
}

/* Also right for readers that read a double and then narrow it. */
size_t number_write_float(char out[NUMBER_TEXT_BYTES], float value)
{
    assert(isfinite(value));
    pthread_once(&plain_once, plain_init);
    locale_t before = uselocale(plain);
    size_t n = 0;
    for (int digits = fabsf(value) < FLT_MIN ? 1 : FLT_DIG; digits <= FLT_DECIMAL_DIG; digits++) {
        n = write_digits(out, (double)value, digits);
        if (strtof(out, NULL) == value && (float)strtod(out, NULL) == value)
            break;
    }
    uselocale(before);
    assert(n && n < NUMBER_TEXT_BYTES);
    return n;
}

bool number_read_integer(struct slice text, int64_t *ret_value)
{
    size_t i = text.len && (text.data[0] == '-' || text.data[0] == '+');
    bool negative = i && text.data[0] == '-';
    int64_t value = 0; /* kept negative: that side reaches further */

    if (i == text.len)
        return false;
    for (; i < text.len; i++) {
        int digit = text.data[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!negative && __builtin_sub_overflow(0, value, &value))
        return false;
    assert(negative ? value <= 0 : value >= 0);
    *ret_value = value;
    return true;
}

static size_t skip_digits(struct slice text, size_t *at)
{
    assert(*at <= text.len);
    size_t begin = *at;
    while (*at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9')
        ++*at;
    return *at - begin;
}

static void skip_sign(struct slice text, size_t *at)
{
    *at += *at < text.len && (text.data[*at] == '+' || text.data[*at] == '-');
}

static bool is_decimal(struct slice text)
{
    size_t at = 0;
    skip_sign(text, &at);
    size_t digits = skip_digits(text, &at);
    if (at < text.len && text.data[at] == '.') {
        at++;
        digits += skip_digits(text, &at);
    }
    if (!digits)
        return false;
    if (at < text.len && (text.data[at] | 0x20) == 'e') {
        at++;
        skip_sign(text, &at);
        if (!skip_digits(text, &at))
            return false;
    }
    assert(at <= text.len);
    return at == text.len;
}

bool number_read_double(struct slice text, double *ret_value)
{
    assert(text.data || !text.len);
    char copy[TEXT_MAX + 1];
    if (text.len > TEXT_MAX || !is_decimal(text))
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    pthread_once(&plain_once, plain_init);
    double value = strtod_l(copy, NULL, plain);
    if (!isfinite(value))
        return false;
    *ret_value = value;
    return true;
}
