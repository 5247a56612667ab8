/*
 * hash.h - content hashes (XXH3): ids, u of the samples, block keys, digests.
 * They are part of the on-disk format: never change what is hashed without
 * a new format version.
 */
#ifndef ALIGND_BASE_HASH_H
#define ALIGND_BASE_HASH_H

#include "alignd/base/slice.h"

#include <stdint.h>

struct hash128 {
    uint64_t hi, lo;
};

uint64_t hash_bytes(struct slice s, uint64_t seed);
struct hash128 hash_bytes_128(struct slice s, uint64_t seed);

/* Mixes two hashes into one; not symmetric. */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    uint64_t x = a * 0x9e3779b97f4a7c15u ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2));
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    return x;
}
#endif
