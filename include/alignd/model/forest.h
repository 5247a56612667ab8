/*
 * forest.h - gradient-boosted trees over a row of numbers: the last stage of a
 * score.  A tree asks of one number at a time whether it is below a threshold;
 * a NAN goes where the node sends what is missing.  The result is the sum of
 * the leaves, a logit.
 * They are grown by learn/forest_fit.h.
 */
#ifndef ALIGND_MODEL_FOREST_H
#define ALIGND_MODEL_FOREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct forest_node {
    int32_t feature; /* -1: a leaf */
    float threshold; /* below it: left */
    int32_t
        left; /* number of the left child, the right one is the next; of a missing one see next */
    bool missing_left;
    float value; /* of the tree if it ended here */
};

enum { FOREST_MAX_FEATURES = 256 };

/* Nodes of all trees, each tree's root first; children come after their parent. */
struct forest {
    struct forest_node *nodes;
    size_t node_count;
    int32_t *roots;
    size_t tree_count;
    size_t features;           /* numbers in a row, at most FOREST_MAX_FEATURES */
    float base;                /* the logit of no tree */
    struct forest_step *steps; /* (node_count) what the nodes ask, as forest_logit walks */
    size_t depth;              /* the most steps from a root to a leaf */
};

void forest_fini(struct forest *f);

/* Makes the steps of a forest whose nodes and roots are there: forest_copy and who grows trees
 * do it themselves.  Thresholds are finite. */
void forest_lay_out(struct forest *f);
void forest_copy(const struct forest *from, struct forest *ret);

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
#endif
