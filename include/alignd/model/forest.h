/*
 * forest.h - gradient-boosted trees over a row of numbers: the last stage of a
 * score.  A tree asks of one number at a time whether it is below a threshold;
 * a NAN goes where the node sends what is missing.  The result is the sum of
 * the leaves, a logit.
 * Source: Friedman, "Greedy function approximation: a gradient boosting
 * machine", 2001; Chen & Guestrin, "XGBoost", KDD 2016 (second order, missing
 * values, monotone constraints); Ke et al., "LightGBM", 2017 (histograms, the best leaf first).
 */
#ifndef ALIGND_MODEL_FOREST_H
#define ALIGND_MODEL_FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool; /* base/pool.h */

struct forest_node {
    int32_t feature; /* -1: a leaf */
    float threshold; /* below it: left */
    int32_t left;    /* number of the left child, the right one is the next; of a missing one see next */
    bool missing_left;
    float value;     /* of the tree if it ended here */
};

enum { FOREST_MAX_FEATURES = 256 };

/* Nodes of all trees, each tree's root first; children come after their parent. */
struct forest {
    struct forest_node *nodes;
    size_t node_count;
    int32_t *roots;
    size_t tree_count;
    size_t features; /* numbers in a row, at most FOREST_MAX_FEATURES */
    float base;      /* the logit of no tree */
    struct forest_step *steps; /* (node_count) what the nodes ask, as forest_logit walks */
    size_t depth;              /* the most steps from a root to a leaf */
};

void forest_fini(struct forest *f);

/* Makes the steps of a forest whose nodes and roots are there: forest_fit and forest_copy
 * do it themselves.  Thresholds are finite.  ERR_NO_MEMORY. */
int forest_lay_out(struct forest *f);
/* ERR_NO_MEMORY. */
int forest_copy(const struct forest *from, struct forest *ret);

/* Its logit x becomes factor * x + shift. */
void forest_scale(struct forest *f, double factor, double shift);

/* The same bits for the same row, always. */
float forest_logit(const struct forest *f, const float *row);

/*
 * What each number adds to the logit: on the way down a tree, the change of value at a
 * node belongs to the number that the node asks about (Saabas, 2014).  They and the
 * returned prior sum to the logit.
 *
 *   contribution  out (features)
 */
float forest_explain(const struct forest *f, const float *row, float *contribution);

struct forest_options {
    uint64_t seed;
    int bags;           /* forests that are averaged, each fitted with chances of its own */
    int trees;          /* of each */
    int leaves, depth;  /* of a tree, at most */
    double rate, l2;
    double least;       /* weight a leaf must have, at least */
    double columns;     /* share of the numbers a tree may ask about */
    double rows;        /* share of the rows a tree is fitted to */
    const int8_t *directions; /* (features) 1: never falls where the number rises; -1: never
                                 rises; 0; NULL: all 0 */
    const bool *left_out;     /* (features) numbers that may not be asked about; NULL: none */
    const struct forest *from; /* trees to begin with, which stay; NULL: none */
};

struct forest_options forest_options_default(void);

/*
 *   rows    (n, features) row-major, NAN where nothing was there to tell
 *   same    (n) what is to be told
 *   weight  (n), NULL: all 1
 *   pool    may be NULL; the result does not depend on it
 *
 * ERR_NO_MEMORY.  Without rows of both kinds: no tree, and the logit of their share.
 */
int forest_fit(const float *rows, size_t n, size_t features, const bool *same, const float *weight,
               const struct forest_options *o, struct pool *pool, struct forest *ret);
#endif
