/* forest_internal.h - a forest in the making, as forest_fit.c and forest_grow.c share it. */
#ifndef FOREST_INTERNAL_H
#define FOREST_INTERNAL_H

#include "alignd/learn/forest_fit.h"

enum { FOREST_BINS = 64, FOREST_MISSING = FOREST_BINS, FOREST_SLOTS = FOREST_BINS + 1 };

struct sums {
    double gradient, curvature, weight;
};

struct split {
    double gain;
    int feature; /* -1: none */
    int bin;     /* below this one: left */
    bool missing_left;
    double value[2];
};

/* A leaf that may still be split. */
struct leaf {
    int32_t node;
    int depth;
    uint32_t begin, end; /* its rows in order[] */
    double low, high;    /* bounds of its value */
    struct sums sums;
    struct sums *histogram; /* (features, FOREST_SLOTS) */
    struct split best;
};

struct grower {
    const struct forest_options *o;
    struct pool *pool;
    size_t n, features;
    const bool *same;
    const float *weight;
    uint8_t *bins;                        /* (features, n) */
    float (*edges)[FOREST_BINS];          /* (features, FOREST_BINS): bin b is below edges[b] */
    int *edge_count;                      /* (features) */
    double *logit, *gradient, *curvature; /* (n) */
    uint32_t *order, *scratch;            /* (n) rows by leaf */
    bool *asked;                          /* (features) may be asked about by this tree */
    struct leaf *leaves;
    size_t leaf_count;
    struct sums *histograms; /* (leaves, features, FOREST_SLOTS) */
    struct forest *out;
    size_t node_room, root_room;
};

/* One more tree, on what those before it left wrong; it moves the logits of all rows. */
void forest_grow_tree(struct grower *g, uint64_t seed);
#endif
