/*
 * scorer.h - scores of many pairs of a catalog at once, as serving gives them:
 * the same passes, vectors rounded to half precision.
 */
#ifndef ALIGND_LEARN_SCORER_H
#define ALIGND_LEARN_SCORER_H

#include "alignd/learn/catalog.h"
#include "alignd/model/model.h"
#include "alignd/model/network.h"

struct pool; /* base/pool.h */
struct scorer;

/* For these pairs (lent until scorer_free, in any order); pool may be NULL. */
void scorer_new(const struct catalog *c, const struct catalog_pair *pairs, size_t count,
                struct pool *pool, struct scorer **ret_scorer);
void scorer_free(struct scorer *s);

/* Takes over a model (lent until the next call) and computes the vectors; without: parts
 * left out (enum ablation_part), 0 for none. */
void scorer_set_model(struct scorer *s, const struct model *m, unsigned without);

/* logit[i] of pair i of scorer_new, before calibration. */
void scorer_logits(struct scorer *s, float *logit);

/* How pair i of scorer_new comes to its logit; of a model of which nothing is left out. */
void scorer_trace(const struct scorer *s, size_t i, struct network_trace *ret);

/* The calibrated probability of a logit, the bits that network_score gives. */
float scorer_probability(const struct model *m, float logit);

/* An entity of one of the pairs as its profile takes it. */
struct network_self scorer_self(const struct scorer *s, uint32_t entity, const float *z0);

/* The neighbours of an entity of one of the pairs, then its values; floats: room
 * for SCORER_FLOATS; returns their number.  z0_self: (model_z0_floats). */
enum { SCORER_FLOATS = (NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES) * 256 };
size_t scorer_gather(const struct scorer *s, uint32_t entity, float *z0_self,
                     struct network_neighbour out[NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES],
                     float floats[SCORER_FLOATS]);
#endif
