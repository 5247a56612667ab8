/*
 * explain.h - why a pair of entities scores what it scores: which neighbours
 * correspond (cross-graph attention), which count at all (self-attention),
 * and which blocks brought the two together.
 */
#ifndef ALIGND_ENGINE_EXPLAIN_H
#define ALIGND_ENGINE_EXPLAIN_H

#include "alignd/align/decided.h"
#include "alignd/engine/engine.h"
#include "alignd/graph/id.h"

struct explain_neighbour {
    struct slice relation; /* shared name */
    bool inverse;          /* the entity is the object of that relation */
    bool value;            /* a literal */
    struct slice name;     /* label or text; empty for none */
    float beta, alpha, weight;
    int twin; /* index among the other side's, -1: none */
    float twin_similarity;
};

struct explain_side {
    struct slice iri, label, type, graph;
    struct slice name; /* by which the pair was judged, where that is not the label; else empty */
    struct explain_neighbour *neighbours;
    size_t neighbour_count;
};

/* Numbers of one name (a head of attention each) are told as one. */
struct explain_feature {
    const char *name;
    float value; /* NAN: nothing was there to tell, or several numbers */
    float adds;  /* to the logit */
};

struct explain_block {
    const char *kind;
    struct slice relation, text;
    bool live;
    uint64_t members[2]; /* in the graph of each side */
};

struct explanation {
    struct explain_side side[2];
    bool candidate, matched;
    uint8_t decided; /* by verdicts: enum decided; 0: nothing */
    float score;     /* as the network gives it now */
    float threshold, label_similarity;
    float logit, prior;               /* the logit is the prior and what all features add */
    struct explain_feature *features; /* what adds most, or takes most away, first */
    size_t feature_count;
    struct explain_block *blocks; /* shared */
    size_t block_count;
};

/* Memory of the arena.  Not while a turn runs.  ERR_NOT_FOUND: no such entity
 * (ret_missing: 0 or 1, the first of them). */
int explain_pair(struct engine *e, size_t graph_a, const struct term *a, size_t graph_b,
                 const struct term *b, struct arena *arena, struct explanation *ret,
                 int *ret_missing);
#endif
