/*
 * half_one.h - one half by hand: what there is where the processor has no instruction for it,
 * and what those that have one are held to.
 */
#ifndef ALIGND_KERNEL_HALF_ONE_H
#define ALIGND_KERNEL_HALF_ONE_H

#include <stdint.h>
#include <string.h>

static inline uint16_t half_one_from_float(float x)
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

static inline float half_one_to_float(uint16_t x)
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
#endif
