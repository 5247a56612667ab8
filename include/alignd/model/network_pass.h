/*
 * network_pass.h - a pass of the network step by step, as the backward passes and the last
 * stage's training read it: the layout of a profile, the features of the head, the
 * neighbours of one side in lanes.  Who only scores takes network.h.
 */
#ifndef ALIGND_MODEL_NETWORK_PASS_H
#define ALIGND_MODEL_NETWORK_PASS_H

#include "alignd/kernel/tile.h"
#include "alignd/model/network.h"
#include "alignd/model/parameters.h"

/* What the head reads.  "lo" and "hi": of the two sides, the lower and the higher. */
enum {
    FEATURE_BOTH_NAMED, /* 1 when both have a label */
    FEATURE_ONE_NAMED,
    FEATURE_COS,           /* of the labels; 0 unless both are named, as the next two */
    FEATURE_NEAR,          /* e^-6(1 - cos) */
    FEATURE_EXACT,         /* e^-60(1 - cos) */
    FEATURE_COS_SUMMARY,   /* of both level-1 vectors' `around` */
    FEATURE_COS_ENTITIES,  /* of the aggregates under both attentions: level-0 entities, */
    FEATURE_COS_VALUES,    /* level-0 values, */
    FEATURE_COS_LEVEL1,    /* level-1 entities */
    FEATURE_MASS_ENTITIES, /* unnormalised attention mass x, as x / (1 + x), of the lower side */
    FEATURE_MASS_VALUES,
    FEATURE_MASS_LEVEL1,
    FEATURE_HEADS0, /* per head: agree lo, agree hi, disagree hi, count lo */
    FEATURE_HEADS1 = FEATURE_HEADS0 + 4 * MODEL_HEADS0,
    FEATURES_USED = FEATURE_HEADS1 + 4 * MODEL_HEADS1,
    NETWORK_FEATURES = (FEATURES_USED + 15) & ~15,
};
enum { HEAD_AGREE_LO, HEAD_AGREE_HI, HEAD_DISAGREE, HEAD_COUNT };

enum { NETWORK_MAX_LANES = 32 };

/* The neighbours of one kind, in lanes. */
struct network_lanes {
    size_t n, stride; /* stride = TILE_ROUND(n), at least 8 */
    const struct network_neighbour *from[NETWORK_MAX_LANES];
    unsigned char place[NETWORK_MAX_LANES]; /* in the caller's order */
};

/* Parts the neighbours by kind, each kind in the caller's order; but entities that take
 * part at level 1 come first, and are the lanes of level1. */
void network_side_split(const struct model *m, const struct network_neighbour *neighbours, size_t n,
                        struct network_lanes *entities, struct network_lanes *values,
                        struct network_lanes *level1);

/* message (d, stride) of every lane at level 0, and at level 1 (2h, stride). */
void network_side_messages0(const struct model *m, const struct network_lanes *lanes,
                            float *message);
void network_side_messages1(const struct model *m, const struct network_lanes *lanes,
                            float *message);

/* logit (heads, stride) of self-attention before the softmax: heads first..first + heads - 1. */
void network_side_logits0(const struct model *m, const struct network_lanes *lanes, bool values,
                          const float *z0_self, const float *message, size_t first, size_t heads,
                          float *logit);
void network_side_logits1(const struct model *m, const struct network_lanes *lanes,
                          const float *z0_self, const float *message, float *logit);

/*
 * beta = e^logit / (1 + sum e^logit) over both kinds; lanes past the last get 0.
 * The 1 is a neighbour that is always there and says nothing: so the sum of a
 * head tells whether it found what it looks for.  In place; either may have n = 0.
 */
void network_side_softmax(float *entities, size_t n_entities, float *values, size_t n_values);

/* around (h) = scale * unit vector of project_around * sum_j beta_j message_j */
void network_side_around(const struct model *m, const struct network_lanes *entities,
                         const float *message_e, const float *beta_e,
                         const struct network_lanes *values, const float *message_v,
                         const float *beta_v, float *around);

/*
 * A profile: NETWORK_HEADER_WORDS of header, then arrays of floats.  Messages lie in lanes
 * with a stride of exactly n, so that a row's last eight reach into the next
 * row (which only fills lanes nobody reads); eight zeros follow the last row.
 * Weights have a stride of TILE_ROUND(n), zero past n.
 */
enum { NETWORK_HEADER_WORDS = 32 };
struct profile {
    size_t n_e, n_v, n_1, s_e, s_v, s_1; /* n_1: the first so many entities are at level 1 */
    uint64_t order;                      /* of the two of a pair, the lower one comes first */
    bool named;                          /* z0 is not zero */
    const float *z0;                     /* (d) */
    const float *around;                 /* (h) */
    struct profile_block {
        const float *message; /* (depth, n) */
        const float *norm;    /* (s) squared lengths */
        const float *said;    /* (s) 1 where the vector is not zero, else 0 */
        const float *gram;    /* (n, s) message_i . message_j */
    } e0, v0, e1;
    const float *code_e, *code_v;                   /* (C, n) */
    const float *code_norm_e, *code_norm_v;         /* (s) */
    const float *beta_e, *beta_v, *gate_e, *gate_v; /* (heads0 + 1, s) */
    const float *beta1, *gate1;                     /* (heads1, s_1) */
    const float *summary1;                          /* (s_1) beta_e's SUMMARY, zero past n_1 */
    const unsigned char *place_e, *place_v;         /* (n) */
    const uint32_t *named_e, *named_v;              /* (n) model_relation_name */
    const struct statement *said;
    size_t n_names;          /* further ones, of each: */
    uint32_t readings, read; /* by bits, the label first: what is a reading; what has one */
    const float *name_z0;    /* (n_names, d) */
    const struct statement *name_said; /* (n_names) */
    size_t n_ids;
    const struct network_identifier *ids;
    size_t n_pins;
    const struct network_pin *pins; /* places are lanes of entities here */
    size_t name; /* that a pair is judged by, and z0, named and said are of; 0: the label */
};

/* Points into floats, by the counts that stand at their beginning. */
void network_profile_view(const struct model *m, const float *floats, struct profile *ret_profile);

/* What the relations of the two sides have to do with each other. */
struct network_kinship {
    float distance[NETWORK_MAX_LANES * NETWORK_MAX_LANES]; /* (n0, s1) squared, of the codes */
    /* of a side's every neighbour: how much the other has something to compare it with */
    float comparable[2][NETWORK_MAX_LANES];
};

/* What the two sides of one block of neighbours have to do with each other. */
struct network_meeting {
    size_t n[2], s[2];
    float dot[NETWORK_MAX_LANES * NETWORK_MAX_LANES];        /* (n0, s1) */
    float similarity[NETWORK_MAX_LANES * NETWORK_MAX_LANES]; /* (n0, s1) e^(-tau dist^2) */
    /* of a side's every neighbour: its best twin's similarity, and the sum of all */
    float best[2][NETWORK_MAX_LANES], sum[2][NETWORK_MAX_LANES];
    const struct network_kinship *kin;
};

/* What the heads see on one side: sums over its neighbours, a row a head and kind. */
struct network_evidence {
    float agree[MODEL_HEADS0], disagree[MODEL_HEADS0], count[MODEL_HEADS0];
};

/* Lanes of entities, of either side, that somebody pinned to each other. */
struct network_pinned {
    size_t count;
    struct {
        unsigned char lane[2];
    } all[NETWORK_MAX_LANES];
};

/* All a score is made of; the backward pass reads it. */
struct network_pass {
    struct profile profile[2];     /* as they were passed, by their best names */
    const struct profile *side[2]; /* in the order of the arithmetic */
    bool swapped;
    struct network_kinship kin_e, kin_v, kin_1;
    struct network_meeting e0, v0, e1;
    struct network_pinned pinned;
    float w_e0[2][NETWORK_MAX_LANES], w_v0[2][NETWORK_MAX_LANES], w_e1[2][NETWORK_MAX_LANES];
    struct network_evidence seen0[2], seen1[2];
    float feature[NETWORK_FEATURES], hidden[MODEL_HIDDEN];
    float logit;
    float compared[COMPARISON_COUNT]; /* NAN: nothing to tell */
    float agrees, differ;             /* of identifiers, to be added to the logit */
};

/* Its steps, in their order: who is whose twin; what the head reads, but for the sums under
 * both attentions; these sums; the logit. */
void network_score_meet(const struct model *m, const float *profile_a, const float *profile_b,
                        struct network_pass *x);
void network_score_notice(const struct model *m, struct network_pass *x);
void network_score_sum(struct network_pass *x);
void network_score_head(const struct model *m, struct network_pass *x);

/* All of them. */
void network_score_forward(const struct model *m, const float *profile_a, const float *profile_b,
                           struct network_pass *x);
/* The same without what the network's own head alone reads, and without its logit. */
void network_score_evidence(const struct model *m, const float *profile_a, const float *profile_b,
                            struct network_pass *x);
/* Which of the two a model needs. */
void network_score_served(const struct model *m, const float *profile_a, const float *profile_b,
                          struct network_pass *x);

/* What neighbours of one relation have to do with each other: the comparisons of vectors. */
void network_relations(const struct network_pass *x, float *compared);

/*
 * The row of the last stage (network_row_floats): how alike the labels are, what
 * each head of self-attention found to agree and to disagree, the comparisons.  The
 * network's own judgement is not in it: it does not know the comparisons, and
 * trees that begin with it spend themselves on taking it back.
 */
enum {
    ROW_TEXTS = FEATURE_EXACT + 1,
    ROW_HEADS = FEATURES_USED - FEATURE_HEADS0,
    NETWORK_ROW = ROW_TEXTS + ROW_HEADS + COMPARISON_COUNT
};
enum { NETWORK_ROW_VERSION = 3 }; /* of what a row means: any change makes forests another's */
void network_row(const struct network_pass *x, float *row);
/* What the model judges, by its last stage if it has one, of a pass as it is served; and what
 * identifiers say, which no model has a say in. */
float network_judged_logit(const struct model *m, const struct network_pass *x);

float network_score_probability(const struct model *m, float logit);
#endif
