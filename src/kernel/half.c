/*
 * half.c - halves by hand, and eight at a time where the processor does it (F16C).
 *
 *  (1) Both ways give the same bits, those of a NaN too: a store that one machine wrote is
 *      the same on another, and digests compare.
 */
#include "alignd/kernel/half.h"

#include <assert.h>
#include <string.h>
#ifdef __F16C__
#include <immintrin.h>
#endif

uint16_t half_from_float_portable(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, 4);
    uint32_t sign = (bits >> 16) & 0x8000u, magnitude = bits & 0x7fffffffu;

    if (magnitude > 0x7f800000u) /* NaN: quiet, the top of its payload kept */
        return (uint16_t)(sign | 0x7e00u | ((magnitude >> 13) & 0x3ffu));
    if (magnitude >= 0x477ff000u) /* rounds past 65504 */
        return (uint16_t)(sign | 0x7c00u);

    uint32_t half, rest, tie;
    if (magnitude < 0x38800000u) { /* below 2^-14: a subnormal, or zero */
        uint32_t shift = 126 - (magnitude >> 23);
        if (shift > 25)
            return (uint16_t)sign;
        uint32_t significand = (magnitude & 0x7fffffu) | 0x800000u;
        half = significand >> shift;
        rest = significand & ((1u << shift) - 1);
        tie = 1u << (shift - 1);
    } else {
        half = (magnitude - 0x38000000u) >> 13;
        rest = magnitude & 0x1fffu;
        tie = 0x1000u;
    }
    if (rest > tie || (rest == tie && (half & 1)))
        half++; /* may carry into the exponent, which is then right as well */
    return (uint16_t)(sign | half);
}

float half_to_float_portable(uint16_t x)
{
    uint32_t sign = (uint32_t)(x & 0x8000u) << 16, exponent = (x >> 10) & 31u, bits;
    uint32_t significand = x & 0x3ffu;

    if (exponent == 31) {
        bits = sign | 0x7f800000u | significand << 13;
        if (significand)
            bits |= 0x400000u;
    } else if (exponent) {
        bits = sign | (exponent + 112) << 23 | significand << 13;
    } else { /* zero or subnormal: significand * 2^-24, exact in float */
        float value = (float)significand * 0x1p-24f;
        memcpy(&bits, &value, 4);
        bits |= sign;
    }
    float ret;
    memcpy(&ret, &bits, 4);
    return ret;
}

void half_from_float(uint16_t *ret, const float *x, size_t n)
{
    assert((ret && x) || !n);
    size_t i = 0;
#ifdef __F16C__
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128((__m128i *)(void *)(ret + i),
                         _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
#endif
    for (; i < n; i++)
        ret[i] = half_from_float_portable(x[i]);
}

void half_to_float(float *ret, const uint16_t *x, size_t n)
{
    assert((ret && x) || !n);
    size_t i = 0;
#ifdef __F16C__
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(ret + i,
                         _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(x + i))));
#endif
    for (; i < n; i++)
        ret[i] = half_to_float_portable(x[i]);
}

void half_round(float *x, size_t n)
{
    assert(x || !n);
    size_t i = 0;
#ifdef __F16C__
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(x + i, _mm256_cvtph_ps(_mm256_cvtps_ph(_mm256_loadu_ps(x + i),
                                                                _MM_FROUND_TO_NEAREST_INT)));
#endif
    for (; i < n; i++)
        x[i] = half_to_float_portable(half_from_float_portable(x[i]));
}
