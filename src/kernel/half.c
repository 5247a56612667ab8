/*
 * half.c - halves by hand, and eight at a time where the processor does it (F16C).
 *
 *  (1) Both ways give the same bits, those of a NaN too: a store that one machine wrote is
 *      the same on another, and digests compare.
 */
#include "alignd/kernel/half.h"

#include "build.h"
#include "half_one.h"

#include <assert.h>
#ifdef __F16C__
#include <immintrin.h>
#endif

void KERNEL(half_from_float)(uint16_t *ret, const float *x, size_t n)
{
    assert((ret && x) || !n);
    size_t i = 0;
#ifdef __F16C__
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128((__m128i *)(void *)(ret + i),
                         _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
#endif
    for (; i < n; i++)
        ret[i] = half_one_from_float(x[i]);
}

void KERNEL(half_to_float)(float *ret, const uint16_t *x, size_t n)
{
    assert((ret && x) || !n);
    size_t i = 0;
#ifdef __F16C__
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(ret + i,
                         _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(const void *)(x + i))));
#endif
    for (; i < n; i++)
        ret[i] = half_one_to_float(x[i]);
}

void KERNEL(half_round)(float *x, size_t n)
{
    assert(x || !n);
    size_t i = 0;
#ifdef __F16C__
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(x + i, _mm256_cvtph_ps(_mm256_cvtps_ph(_mm256_loadu_ps(x + i),
                                                                _MM_FROUND_TO_NEAREST_INT)));
#endif
    for (; i < n; i++)
        x[i] = half_one_to_float(half_one_from_float(x[i]));
}
