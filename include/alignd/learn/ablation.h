/*
 * ablation.h - the network with parts left out, to see what they are worth.  Serving knows
 * nothing of it:
 *
 *  (1) Parameters that are left out are zeros in a view of the model: zero logits of
 *      self-attention make all neighbours count the same.  A forest is one without trees.
 *  (2) What is left out of a pass is blanked between its steps (network_pass.h).
 *  (3) Inputs that are left out are not gathered: scorer.c, trainer_step.c.
 */
#ifndef ALIGND_LEARN_ABLATION_H
#define ALIGND_LEARN_ABLATION_H

#include "alignd/model/network_pass.h"
#include "alignd/model/parameters.h"

enum ablation_part {
    WITHOUT_CROSS = 1,    /* cross-graph attention: every neighbour has weight beta */
    WITHOUT_SELF = 2,     /* self-attention: all neighbours count the same */
    WITHOUT_GRAPH = 4,    /* neighbours that are entities */
    WITHOUT_VALUES = 8,   /* neighbours that are values */
    WITHOUT_TEXT = 16,    /* the label of the entity itself */
    WITHOUT_COSINES = 32, /* cosines of the attended sums */
    WITHOUT_LEVEL1 = 64,  /* what the neighbours' own neighbourhoods say */
    WITHOUT_EXACT = 128,  /* comparisons: network features alone */
    WITHOUT_FOREST = 256, /* the last stage: the network's own head judges */
};

/* "cross,self" to a mask; empty: 0, nothing.  ERR_USAGE (logged). */
int ablation_parse(struct slice names, unsigned *ret_without);

struct ablation {
    unsigned without;  /* enum ablation_part */
    struct model view; /* of a model: its parameters, lent, but for those left out */
    float *zeros;
};

/* A view of m; changes of its parameters show in it, another forest does not. */
void ablation_init(struct ablation *a, const struct model *m, unsigned without);
void ablation_fini(struct ablation *a);

/* network_score_forward and network_score_served. */
void ablation_forward(const struct ablation *a, const float *profile_a, const float *profile_b,
                      struct network_pass *x);
void ablation_served(const struct ablation *a, const float *profile_a, const float *profile_b,
                     struct network_pass *x);

/* Zeroes the features (or their gradients) that are left out. */
void ablation_blank_features(unsigned without, float *feature);
#endif
