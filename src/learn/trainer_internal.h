/* trainer_internal.h - what the files of the trainer share. */
#ifndef TRAINER_INTERNAL_H
#define TRAINER_INTERNAL_H

#include "alignd/learn/ablation.h"
#include "alignd/learn/forest_fit.h"
#include "alignd/learn/network_gradient.h"
#include "alignd/learn/trainer.h"
#include "alignd/model/parameters.h"
#include "alignd/model/network_pass.h"
#include "scorer_internal.h"
#include "alignd/model/text_feature.h"

enum {
    TRAINER_BATCH = 16,     /* groups a step */
    TRAINER_CHUNKS = 8,     /* gradients are summed in this many parts, in their order */
    TRAINER_MAX_PAIRS = 64, /* of a group */
};

struct trainer_key {
    uint64_t key;
    uint32_t index;
};

struct trainer_group {
    int64_t positive; /* index of train, -1: none */
    uint32_t *rivals; /* indices of train, the ones to meet first */
    size_t count;
};

struct trainer {
    const struct catalog *c;
    const struct trainer_pair *train, *valid;
    size_t train_count, valid_count, missed;
    const struct trainer_options *o;
    struct pool *pool;
    struct model *m, *start; /* start: an empty one, its slab what training began with */
    struct ablation ablated; /* m as the passes of training see it */
    struct catalog_pair *train_pairs, *valid_pairs, *rival_pairs;
    uint32_t *rival_index; /* of rival_pairs, in train */
    size_t rival_count;
    struct scorer *scorer, *valid_scorer, *rival_scorer;
    struct trainer_group *groups;
    size_t group_count;
    struct text_feature *features; /* of all texts, one after another */
    size_t feature_count, feature_room;
    size_t *text_begin;
    uint32_t *text_count_of;
    struct metrics last;

    /* trainer_step.c */
    struct model *grads[TRAINER_CHUNKS];
    double losses[TRAINER_CHUNKS], weights[TRAINER_CHUNKS];
    float *mean, *square; /* Adam's moments */
    uint64_t steps;
};

/* The last stage of t->m, its calibration and threshold: trainer_forest.c. */
void trainer_fit_forest(struct trainer *t, struct trainer_report *report);

void trainer_step_new(struct trainer *t);
void trainer_step_free(struct trainer *t);

/* One step of Adam on the groups that order[0..n) names. */
void trainer_step(struct trainer *t, const struct trainer_key *order, size_t n, int epoch,
                  double rate, double *loss, double *weight);

/* By key, then index: an order without ties. */
int trainer_by_key(const void *a, const void *b);

/* trainer_groups.c: the groups by the scorer's model, the features of their texts, their false
 * pairs as a scorer of their own; then before an epoch the order in which these are to be met. */
void trainer_make_groups(struct trainer *t);
void trainer_list_texts(struct trainer *t);
void trainer_list_rivals(struct trainer *t);
void trainer_refresh_rivals(struct trainer *t, int epoch);
#endif
