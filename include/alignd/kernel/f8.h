/*
 * f8.h - eight floats as one value, in the vector language gcc and clang share.
 * Without 256-bit registers the compiler splits them; the bits stay.
 */
#ifndef ALIGND_KERNEL_F8_H
#define ALIGND_KERNEL_F8_H

#include <stdint.h>
#include <string.h>

typedef float f8 __attribute__((vector_size(32)));
typedef int32_t i8 __attribute__((vector_size(32)));

static inline f8 f8_load(const float *x)
{
    f8 v;
    memcpy(&v, x, sizeof(v));
    return v;
}

static inline void f8_store(float *x, f8 v)
{
    memcpy(x, &v, sizeof(v));
}

static inline f8 f8_splat(float x)
{
    return (f8){x, x, x, x, x, x, x, x};
}

/* mask ? a : b; a mask is all ones or all zero per lane, as comparisons give it */
static inline f8 f8_select(i8 mask, f8 a, f8 b)
{
    return (f8)(((i8)a & mask) | ((i8)b & ~mask));
}

static inline f8 f8_max(f8 a, f8 b)
{
    return f8_select(a > b, a, b);
}

static inline f8 f8_min(f8 a, f8 b)
{
    return f8_select(a < b, a, b);
}

/* pairs, then pairs of pairs: one fixed order */
static inline float f8_sum(f8 v)
{
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

static inline float f8_most(f8 v)
{
    float a = v[0] > v[4] ? v[0] : v[4], b = v[1] > v[5] ? v[1] : v[5];
    float c = v[2] > v[6] ? v[2] : v[6], d = v[3] > v[7] ? v[3] : v[7];
    a = a > c ? a : c;
    b = b > d ? b : d;
    return a > b ? a : b;
}

/*
 * e^x to 2 units in the last place; x is clamped to [-87, 88], so never zero
 * and never infinite.  Cody and Waite's reduction, then the polynomial of
 * Cephes' expf.
 */
static inline f8 f8_exp(f8 x)
{
    x = f8_min(f8_max(x, f8_splat(-87.0f)), f8_splat(88.0f));
    f8 scaled = x * 1.44269504088896341f;
    /* to the nearest whole: adding 1.5 * 2^23 leaves no bits for a fraction */
    f8 shifted = scaled + 12582912.0f;
    f8 whole = shifted - 12582912.0f;
    f8 r = x - whole * 0.693359375f;
    r = r + whole * 2.12194440e-4f;
    f8 p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + (r + 1.0f);
    i8 exponent = __builtin_convertvector(whole, i8) + 127;
    return p * (f8)(exponent << 23);
}
#endif
