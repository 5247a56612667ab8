/*
 * parameters.h - the parameters of a model, tensor by tensor: what the network reads and
 * training changes.  Others take a model as model.h has it.
 *
 * One slab of floats, carved into the tensors of MODEL_TENSORS; the same list
 * saves, loads, digests and trains them.
 *
 *   d     floats of z0 and of a level-0 message     h   floats of each half of z1 = [self; around]
 *   rank0, rank1   rank of the relation transforms  R   parameter rows of relations
 *   heads0, heads1 self-attention heads a level     C   floats of a relation's code
 *   B     buckets of text features                  F   features of the head, H its hidden width
 */
#ifndef ALIGND_MODEL_PARAMETERS_H
#define ALIGND_MODEL_PARAMETERS_H

#include "alignd/base/slice.h"
#include "alignd/model/forest.h"
#include "alignd/model/model.h"

#include <stddef.h>
#include <stdint.h>

enum {
    MODEL_VERSION = 3, /* 2: level1 in the metadata; 3: a forest */
    MODEL_HEADS0 = 8,  /* heads of self-attention over level-0 messages */
    MODEL_HEADS1 = 4,  /* and over level-1 messages */
    MODEL_CODE = 8,    /* C */
    MODEL_HIDDEN = 32, /* H */
    MODEL_OTHERS = 64, /* numbers a direction keeps for relations it does not know */
    MODEL_MAX_D = 128,
    MODEL_MAX_RANK = 32,
    MODEL_SUMMARY = MODEL_HEADS0, /* the head that weighs neighbours in `around` of z1 */
};

/* Kinds of text features; kind_weight has one number each. */
enum text_kind {
    TEXT_KIND_WORD,
    TEXT_KIND_GRAM3,
    TEXT_KIND_GRAM4,
    TEXT_KIND_INITIAL,
    TEXT_KIND_NUMBER,      /* the very number */
    TEXT_KIND_NUMBER_NEAR, /* and four scales, from 1 % to 64 % */
    TEXT_KIND_YEAR = TEXT_KIND_NUMBER_NEAR + 4,
    TEXT_KIND_YEAR_NEAR, /* two scales: 2 and 10 years */
    TEXT_KIND_MONTH = TEXT_KIND_YEAR_NEAR + 2,
    TEXT_KIND_DAY,
    TEXT_KIND_DAY_NEAR, /* 30 days */
    TEXT_KINDS,
};

/*      name             rows                    columns */
#define MODEL_TENSORS(X)                                                                           \
    X(bucket_weight, m->buckets, 1) /* scales a text feature, by hash */                           \
    X(kind_weight, TEXT_KINDS, 1)                                                                  \
    X(relation_code, m->codes, MODEL_CODE) /* what tells relations apart */                        \
    X(down0, m->rank0, m->d)               /* message0 = z0 + up0' (gate0_r * (down0 z0)) */       \
    X(up0, m->rank0, m->d)                                                                         \
    X(gate0, m->rows, m->rank0)                                                                    \
    X(attend0, MODEL_HEADS0 + 1, m->d)      /* c of the message, the last head: SUMMARY */         \
    X(attend0_self, MODEL_HEADS0 + 1, m->d) /* c of the entity itself */                           \
    X(attend0_relation, m->rows, MODEL_HEADS0 + 1)                                                 \
    X(attend0_value, 1, MODEL_HEADS0 + 1) /* added for value nodes */                              \
    X(project_self, m->h, m->d)           /* z1 = [ project_self z0 ; around ] */                  \
    X(project_around, m->h, m->d)                                                                  \
    X(around_scale, 1, 1)                                                                          \
    X(down1, m->rank1, 2 * m->h)                                                                   \
    X(up1, m->rank1, 2 * m->h)                                                                     \
    X(gate1, m->rows, m->rank1)                                                                    \
    X(attend1, MODEL_HEADS1, 2 * m->h)                                                             \
    X(attend1_self, MODEL_HEADS1, m->d)                                                            \
    X(attend1_relation, m->rows, MODEL_HEADS1)                                                     \
    X(sharpness, 3, 1) /* log tau: entities, values, level 1 */                                    \
    X(hidden, m->features, MODEL_HIDDEN)                                                           \
    X(hidden_bias, MODEL_HIDDEN, 1)                                                                \
    X(output, MODEL_HIDDEN, 1)                                                                     \
    X(direct, m->features, 1) /* straight from features to the logit */                            \
    X(direct_bias, 1, 1)                                                                           \
    X(calibration, 2, 1) /* probability = 1 / (1 + e^-(c0 logit + c1)) */

struct model {
    uint64_t seed;
    size_t d, h, rank0, rank1, buckets, features;
    enum model_level1 level1;
    size_t n_names; /* relation names, sorted */
    struct slice *names;
    size_t rows;  /* R = 2 n_names + 2: both directions, then the two others */
    size_t codes; /* 2 n_names + 2 MODEL_OTHERS: one a relation number */
    double threshold;
    uint64_t digest;
    char *name_bytes;
    float *slab;
    size_t slab_floats;
    struct forest forest; /* the last stage; without trees the network's own head judges */
    char *figures;        /* JSON object of the training's figures, or NULL */
#define MODEL_POINTER(name, n_rows, n_columns) float *name;
    MODEL_TENSORS(MODEL_POINTER)
#undef MODEL_POINTER
};

struct model_shape {
    uint64_t seed;
    size_t d, h, rank0, rank1, buckets;
};

/* All parameters zero; names are copied, sorted, in use without duplicates. */
void model_new_empty(const struct model_shape *shape, const struct slice *names, size_t n_names,
                     struct model **ret_model);

/* To be called after every change of the parameters; model_new_default and model_load do. */
void model_refresh(struct model *m);

/* The tensors by name, in the order of MODEL_TENSORS. */
struct model_tensor {
    const char *name;
    size_t rows, columns;
    float *data; /* (rows, columns), lent */
};
#define MODEL_COUNT(name, rows, columns) +1
enum { MODEL_N_TENSORS = 0 MODEL_TENSORS(MODEL_COUNT) };
#undef MODEL_COUNT
void model_list_tensors(const struct model *m, struct model_tensor list[MODEL_N_TENSORS]);

/* What training starts from: all but the head, and the head. */
void model_default_fill(struct model *m);
void model_default_head(struct model *m);

/* How much a kind of text feature weighs before training. */
float text_vector_default_weight(size_t kind);

/* The row of a relation number in gate0, attend0_relation and so on. */
static inline size_t model_relation_row(const struct model *m, int relation)
{
    size_t r = (size_t)relation, known = 2 * m->n_names;
    return r < known ? r : known + (r - known) / MODEL_OTHERS;
}
#endif
