/*
 * forest_fit.h - grows the trees of a forest (model/forest.h), by gradient boosting.
 * Source: Friedman, "Greedy function approximation: a gradient boosting
 * machine", 2001; Chen & Guestrin, "XGBoost", KDD 2016 (second order, missing
 * values, monotone constraints); Ke et al., "LightGBM", 2017 (histograms, the best leaf first).
 */
#ifndef ALIGND_LEARN_FOREST_FIT_H
#define ALIGND_LEARN_FOREST_FIT_H

#include "alignd/model/forest.h"

struct pool; /* base/pool.h */

struct forest_options {
    uint64_t seed;
    int bags;          /* forests that are averaged, each fitted with chances of its own */
    int trees;         /* of each */
    int leaves, depth; /* of a tree, at most */
    double rate, l2;
    double least;              /* weight a leaf must have, at least */
    double columns;            /* share of the numbers a tree may ask about */
    double rows;               /* share of the rows a tree is fitted to */
    const int8_t *directions;  /* (features) 1: never falls where the number rises; -1: never
                                  rises; 0; NULL: all 0 */
    const bool *left_out;      /* (features) numbers that may not be asked about; NULL: none */
    const struct forest *from; /* trees to begin with, which stay; NULL: none */
};

struct forest_options forest_fit_options_default(void);

/*
 *   rows    (n, features) row-major, NAN where nothing was there to tell
 *   same    (n) what is to be told
 *   weight  (n), NULL: all 1
 *   pool    may be NULL; the result does not depend on it
 *
 * Without rows of both kinds: no tree, and the logit of their share.
 */
void forest_fit(const float *rows, size_t n, size_t features, const bool *same, const float *weight,
                const struct forest_options *o, struct pool *pool, struct forest *ret);

/* Its logit x becomes factor * x + shift. */
void forest_fit_scale(struct forest *f, double factor, double shift);
#endif
