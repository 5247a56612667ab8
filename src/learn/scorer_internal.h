/* scorer_internal.h - what the trainer reads of a scorer. */
#ifndef SCORER_INTERNAL_H
#define SCORER_INTERNAL_H

#include "alignd/learn/ablation.h"
#include "alignd/learn/scorer.h"

struct scorer {
    const struct catalog *c;
    struct ablation ablated; /* of the model */
    const struct model *m;   /* its view */
    const struct catalog_pair *pairs;
    size_t count;
    struct pool *pool;
    uint8_t *need;      /* (entities) */
    uint8_t *need_text; /* (texts) */
    uint32_t *rank;     /* (entities) 1.. of the b's, 0: none */
    uint32_t *order;    /* pairs by tile of b, then a */
    int *relation;      /* (relations) number in the model */
    uint32_t *named;    /* (relations) model_relation_name */
    struct arena *arena;
    struct slice *normal; /* (texts) normalised, of labels that are needed */
    size_t d, d1;
    uint16_t *z0, *z1; /* (texts, d), (entities, d1) in half precision */
};

/* The row of the last stage of each pair: (count, NETWORK_ROW) of network_pass.h. */
void scorer_rows(struct scorer *s, float *rows);
#endif
