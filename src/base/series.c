/*
 * series.c - logarithm and cosine by their series.
 *
 *  (1) Nothing but what IEEE 754 rounds correctly, in the order written here.
 */
#include "alignd/base/series.h"

#include <assert.h>
#include <math.h>

#define LN_2_HIGH 0x1.62e42feep-1 /* 32 bits: a product with a power is exact */
#define LN_2_LOW 0x1.a39ef35793c76p-33
#define PI 3.14159265358979323846

/* x = 2^power (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), s = f / (2 + f):
 * ln(1 + f) = 2 artanh(s) = f - (f^2/2 - s (f^2/2 + 2/3 s^2 + 2/5 s^4 ...)) */
double series_ln(double x)
{
    assert(x > 0 && isfinite(x));
    int power;
    double f = frexp(x, &power);
    if (f < 0.70710678118654752440) {
        f *= 2;
        power--;
    }
    f -= 1;
    double s = f / (2 + f), z = s * s, sum = 0, half = 0.5 * f * f;
    for (int i = 23; i >= 3; i -= 2)
        sum = z * (sum + 2.0 / i);
    return power * LN_2_HIGH - ((half - (s * (half + sum) + power * LN_2_LOW)) - f);
}

double series_cos(double x)
{
    assert(x >= 0 && x <= PI);
    if (x > PI / 2)
        return -series_cos(PI - x);
    double z = x * x, sum = 0;
    for (int i = 24; i >= 2; i -= 2)
        sum = z / (i * (i - 1.0)) * (1 - sum);
    return 1 - sum;
}
