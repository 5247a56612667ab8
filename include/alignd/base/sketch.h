/*
 * sketch.h - how many different things there were, and how many two lots share, in bounded memory:
 * the SKETCH_SIZE smallest of their hashes.  Exact up to so many; then within a few hundredths.
 * Source: Bar-Yossef et al., "Counting Distinct Elements in a Data Stream", RANDOM 2002.
 */
#ifndef ALIGND_BASE_SKETCH_H
#define ALIGND_BASE_SKETCH_H

#include <stddef.h>
#include <stdint.h>

#define SKETCH_SIZE 2048

/* All zero is empty. */
struct sketch {
    uint64_t *hashes; /* the first `sorted` ascending, each once */
    size_t count, room, sorted;
    uint64_t below; /* once full: what is not below it is not kept; 0: not full yet */
};

void sketch_fini(struct sketch *s);
/* hash: spread evenly over 64 bits. */
void sketch_add(struct sketch *s, uint64_t hash);
/* Different hashes, about. */
double sketch_distinct(struct sketch *s);

/* Of two: what both have, of all that either has, and of what the smaller one has; about, in
 * [0, 1].  0 when one is empty. */
struct sketch_overlap {
    double of_all, of_smaller;
};
struct sketch_overlap sketch_compare(struct sketch *a, struct sketch *b);
#endif
