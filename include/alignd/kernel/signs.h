/*
 * signs.h - vectors of +1 and -1 that a hash spells, and bits of signatures.
 */
#ifndef ALIGND_KERNEL_SIGNS_H
#define ALIGND_KERNEL_SIGNS_H

#include <stddef.h>
#include <stdint.h>

/* sum[k] += weight * sign_k, k < d, a multiple of 64 (asserted); the signs are those that
 * hash_mix(hash, seed + 0), (.., seed + 64) ... spell, a bit each. */
void signs_add(float *sum, size_t d, uint64_t seed, uint64_t hash, float weight);

/* sum_k sign_k x[k] of the same signs, eight partial sums in a fixed order */
float signs_along(const float *x, size_t d, uint64_t seed, uint64_t hash);

/* By how many bits two signatures differ. */
unsigned signs_apart(const uint64_t a[2], const uint64_t b[2]);
#endif
