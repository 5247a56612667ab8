/*
 * nearest.h - "did you mean ...?": the candidate a misspelt name comes closest to.
 *
 *     struct nearest n = nearest_to(name);
 *     for each candidate: nearest_offer(&n, candidate);
 *     if (nearest_found(&n)) ...
 */
#ifndef ALIGND_BASE_NEAREST_H
#define ALIGND_BASE_NEAREST_H

#include "alignd/base/slice.h"

#include <stddef.h>

struct nearest {
    struct slice name;
    const char *best; /* the first of those at the least distance */
    size_t distance;
};

/* Characters to insert, delete, replace or swap with their neighbour to make b of a,
 * or a number above 64 when either is longer than that. */
size_t nearest_distance(struct slice a, struct slice b);

struct nearest nearest_to(struct slice name);
/* candidate must outlive n. */
void nearest_offer(struct nearest *n, const char *candidate);
/* The best, or NULL when more than a third of its letters are wrong. */
const char *nearest_found(const struct nearest *n);
#endif
