/*
 * model.h - the parameters of the network and their file.
 *
 * The file is safetensors; its metadata holds hyper-parameters, relation
 * names, calibration, threshold and the figures of the training.  A model is
 * read-only once made: any number of threads may use it.
 */
#ifndef ALIGND_MODEL_MODEL_H
#define ALIGND_MODEL_MODEL_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model;

/*
 * The untrained model: E a seeded random projection (cosine of z0 follows the
 * overlap of n-grams), W_r and W_self near the identity, neutral
 * self-attention, a head set by hand so that the score follows the similarity
 * of labels and neighbourhoods and 0.5 is a sensible threshold.
 */
int model_new_default(uint64_t seed, struct model **ret_model);

/*
 * The model of a store or daemon that names none: the file $ALIGND_MODEL (-: model_new_default),
 * else the one that is part of the program, made of config/default.safetensors.  As model_load.
 */
int model_load_default(struct model **ret_model);
/* Is that the one of the program, and not $ALIGND_MODEL? */
bool model_default_is_built_in(void);

/* Closing NULL does nothing. */
void model_free(struct model *m);

/* ERR_IO, ERR_FORMAT (said in a log line), ERR_VERSION. */
int model_load(const char *path, struct model **ret_model);

/* Writes path.tmp, syncs it, renames it. */
int model_save(const struct model *m, const char *path);

/* JSON object of the figures of its training, kept in the file; copied.  NULL: none. */
void model_set_figures(struct model *m, const char *json);

/*
 * Whose own neighbourhood a pair looks at, among the neighbours of its ends: that
 * of the nameless ones alone (what has a name is compared by it), or everybody's.
 * The first is the default: on catalogs with names it is as good or better, and a change
 * then concerns who is two steps away only across a nameless node.  Files that
 * do not say are of models that look at all.
 */
enum model_level1 { MODEL_LEVEL1_ALL, MODEL_LEVEL1_NAMELESS };
enum model_level1 model_level1(const struct model *m);
/* A copy that differs in this. */
void model_with_level1(const struct model *m, enum model_level1 which, struct model **ret_model);
/* "all", "nameless"; false: neither. */
bool model_parse_level1(struct slice text, enum model_level1 *ret_which);

/* Floats of a level-0 and of a level-1 vector; multiples of 16. */
size_t model_z0_floats(const struct model *m);
size_t model_z1_floats(const struct model *m);

/* Hash of every parameter, relation name and the architecture's version: two
 * models of one digest give one score for every pair, bit for bit (on one
 * build). Part of the store's fingerprint. */
uint64_t model_digest(const struct model *m);

/* A pair matches at this probability or more; the best F1 on validation. */
double model_threshold(const struct model *m);
/* What turns a logit into a probability, 1 / (1 + e^-(slope x + offset)), and the threshold;
 * of a model that nobody else uses yet. */
void model_set_calibration(struct model *m, double slope, double offset);
void model_set_threshold(struct model *m, double threshold);

/*
 * The number of a relation, by the shared name the mapping gives its predicate
 * and its direction (inverse: the entity is the object).  One that training
 * never saw gets the 'other' of its direction: they share its parameters and
 * yet have numbers of their own (by hash of the name), so that one unknown
 * relation is told from the next.  Resolve once per relation, not per triple.
 * 0 <= number < model_relation_count().
 */
int model_relation_index(const struct model *m, struct slice shared_name, bool inverse);
int model_relation_count(const struct model *m);
/* A hash of both that is the same in every model. */
uint32_t model_relation_name(struct slice shared_name, bool inverse);
bool model_relation_is_inverse(uint32_t name);
#endif
