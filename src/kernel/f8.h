/*
 * f8.h - eight floats as one value, in the vector language gcc and clang share.
 * Without 256-bit registers the compiler splits them; the bits stay.
 *
 *  (1) A product is added with one rounding where f8_fma says so and nowhere else: nothing is
 *      built with a compiler's own leave to fuse (-ffp-contract=off), as what it fuses differs
 *      by compiler and processor.
 */
#ifndef ALIGND_KERNEL_F8_H
#define ALIGND_KERNEL_F8_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __FMA__
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

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

/* a > b ? a : b and a < b ? a : b; the compilers do not find the instruction themselves */
static inline f8 f8_max(f8 a, f8 b)
{
#ifdef __AVX__
    return (f8)__builtin_ia32_maxps256(a, b);
#else
    return f8_select(a > b, a, b);
#endif
}

static inline f8 f8_min(f8 a, f8 b)
{
#ifdef __AVX__
    return (f8)__builtin_ia32_minps256(a, b);
#else
    return f8_select(a < b, a, b);
#endif
}

/* a * b + c, rounded once */
#ifdef __FMA__
static inline f8 f8_fma(f8 a, f8 b, f8 c)
{
    return (f8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}
#elif defined(__aarch64__)
static inline f8 f8_fma(f8 a, f8 b, f8 c)
{
    float32x4_t x[2], y[2], z[2];
    memcpy(x, &a, sizeof(x));
    memcpy(y, &b, sizeof(y));
    memcpy(z, &c, sizeof(z));
    z[0] = vfmaq_f32(z[0], x[0], y[0]);
    z[1] = vfmaq_f32(z[1], x[1], y[1]);
    memcpy(&c, z, sizeof(c));
    return c;
}
#else
typedef float f4 __attribute__((vector_size(16)));
typedef double d4 __attribute__((vector_size(32)));
typedef int64_t l4 __attribute__((vector_size(32)));

/*
 * Without the instruction: a product of floats is exact in double, and a sum of doubles rounded
 * to odd loses nothing that rounding it to float would look at.  (Boldo & Melquiond, "Emulation
 * of a FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008.)
 */
static inline f4 f8_fma_half(f4 a, f4 b, f4 c)
{
    const d4 zero = {0};
    d4 x = __builtin_convertvector(a, d4) * __builtin_convertvector(b, d4);
    d4 y = __builtin_convertvector(c, d4), sum = x + y;
    /* what the sum lost, exactly (Knuth); NaN where it is not finite, which no comparison takes */
    d4 of_y = sum - x, lost = (x - (sum - of_y)) + (y - of_y);
    l4 more = (l4)(lost > zero), less = (l4)(lost < zero), negative = (l4)(sum < zero);
    l4 even = ((l4)sum & 1) - 1;
    l4 away = (more & ~negative) | (less & negative), toward = (more | less) & ~away;
    sum = (d4)((l4)sum - (away & even) + (toward & even));
    return __builtin_convertvector(sum, f4);
}

static inline f8 f8_fma(f8 a, f8 b, f8 c)
{
    f4 x[2], y[2], z[2];
    memcpy(x, &a, sizeof(x));
    memcpy(y, &b, sizeof(y));
    memcpy(z, &c, sizeof(z));
    for (size_t i = 0; i < 2; i++)
        z[i] = f8_fma_half(x[i], y[i], z[i]);
    memcpy(&c, z, sizeof(c));
    return c;
}
#endif

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

/* Eight rows of eight turned on their diagonal: pairs, quadruples, halves. */
static inline void f8_transpose(f8 r[8])
{
    f8 t[8], u[8];
    for (size_t i = 0; i < 8; i += 2) {
        t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (size_t i = 0; i < 8; i += 4)
        for (size_t j = i; j < i + 2; j++) {
            u[j] = __builtin_shufflevector(t[j], t[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            u[j + 2] = __builtin_shufflevector(t[j], t[j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    for (size_t i = 0; i < 4; i++) {
        r[i] = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 4] = __builtin_shufflevector(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

/* x[i] summed, or its greatest, into lane i */
static inline f8 f8_sum_rows(const f8 x[8])
{
    f8 r[8];
    memcpy(r, x, sizeof(r));
    f8_transpose(r);
    return ((r[0] + r[4]) + (r[2] + r[6])) + ((r[1] + r[5]) + (r[3] + r[7]));
}

static inline f8 f8_most_rows(const f8 x[8])
{
    f8 r[8];
    memcpy(r, x, sizeof(r));
    f8_transpose(r);
    return f8_max(f8_max(f8_max(r[0], r[4]), f8_max(r[2], r[6])),
                  f8_max(f8_max(r[1], r[5]), f8_max(r[3], r[7])));
}

/*
 * e^x to 2 units in the last place; x is clamped to [-87, 88], so never zero
 * and never infinite.  Cody and Waite's reduction, then the polynomial of
 * Cephes' expf.
 */
static inline f8 f8_exp(f8 x)
{
    x = f8_min(f8_max(x, f8_splat(-87.0f)), f8_splat(88.0f));
    /* to the nearest whole: adding 1.5 * 2^23 leaves no bits for a fraction */
    f8 shifted = f8_fma(x, f8_splat(1.44269504088896341f), f8_splat(12582912.0f));
    f8 whole = shifted - 12582912.0f;
    f8 r = f8_fma(-whole, f8_splat(0.693359375f), x);
    r = f8_fma(whole, f8_splat(2.12194440e-4f), r);
    f8 p = f8_fma(r, f8_splat(1.9875691500e-4f), f8_splat(1.3981999507e-3f));
    p = f8_fma(p, r, f8_splat(8.3334519073e-3f));
    p = f8_fma(p, r, f8_splat(4.1665795894e-2f));
    p = f8_fma(p, r, f8_splat(1.6666665459e-1f));
    p = f8_fma(p, r, f8_splat(5.0000001201e-1f));
    p = f8_fma(p, r * r, r + 1.0f);
    i8 exponent = __builtin_convertvector(whole, i8) + 127;
    return p * (f8)(exponent << 23);
}
#endif
