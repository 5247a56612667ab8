/*
 * f8.h - eight floats as one value, in the vector language gcc and clang share.
 * Without 256-bit registers the compiler splits them; the bits stay.
 */
#ifndef ALIGND_KERNEL_F8_H
#define ALIGND_KERNEL_F8_H

#include <stddef.h>
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
