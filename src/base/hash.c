/*
 * hash.c - XXH3, which no other file names.  What it gives stands in the store (ids, keys
 * of blocks, order of neighbours) and is the same on every machine, so neither the
 * function nor the seeds that callers choose can change without another format.
 */
#include "alignd/base/hash.h"

#include <xxhash.h>

uint64_t hash_bytes(struct slice s, uint64_t seed)
{
    return XXH3_64bits_withSeed(s.len ? s.data : "", s.len, seed);
}

struct hash128 hash_bytes_128(struct slice s, uint64_t seed)
{
    XXH128_hash_t h = XXH3_128bits_withSeed(s.len ? s.data : "", s.len, seed);
    return (struct hash128){h.high64, h.low64};
}
