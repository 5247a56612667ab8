/*
 * signs.c - signs out of the bits of a hash, eight at a time: a byte is shifted so that each
 * lane has its bit where a float has its sign.
 */
#include "alignd/kernel/signs.h"

#include "alignd/base/hash.h"
#include "build.h"
#include "f8.h"

#include <assert.h>

/* x, its signs turned where the byte's bits say so */
static inline f8 turned(i8 x, uint64_t byte)
{
    const i8 place = {31, 30, 29, 28, 27, 26, 25, 24}, sign = (i8){0} + (int32_t)0x80000000;
    i8 bits = (i8){0} + (int32_t)(uint8_t)byte;
    return (f8)(((bits << place) & sign) ^ x);
}

void KERNEL(signs_add)(float *sum, size_t d, uint64_t seed, uint64_t hash, float weight)
{
    assert(d % 64 == 0);
    const i8 bits = (i8)f8_splat(weight);
    for (size_t k = 0; k < d; k += 64) {
        uint64_t spelled = hash_mix(hash, seed + k);
        for (size_t part = 0; part < 64; part += 8, spelled >>= 8)
            f8_store(sum + k + part, f8_load(sum + k + part) + turned(bits, spelled));
    }
}

float KERNEL(signs_along)(const float *x, size_t d, uint64_t seed, uint64_t hash)
{
    assert(d % 64 == 0);
    f8 sum = f8_splat(0.0f);
    for (size_t k = 0; k < d; k += 64) {
        uint64_t spelled = hash_mix(hash, seed + k);
        for (size_t part = 0; part < 64; part += 8, spelled >>= 8)
            sum += turned((i8)f8_load(x + k + part), spelled);
    }
    return f8_sum(sum);
}

unsigned KERNEL(signs_apart)(const uint64_t a[2], const uint64_t b[2])
{
    return (unsigned)(__builtin_popcountll(a[0] ^ b[0]) + __builtin_popcountll(a[1] ^ b[1]));
}
