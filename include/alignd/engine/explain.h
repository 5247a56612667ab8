/*
 * explain.h - why a pair of entities scores what it scores: which neighbours
 * correspond (cross-graph attention), which count at all (self-attention),
 * and which blocks brought the two together; and why it is no match.  Of one entity,
 * whom it was compared with, and why it is none of them.
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

/* The logit is the prior and what all features add. */
struct explain_evidence {
    float prior, logit;
    struct explain_feature *features; /* what adds most, or takes most away, first */
    size_t count;
};

/* Of a score that the model gave; memory of the arena. */
struct network_trace; /* model/network.h */
void explain_features(const struct model *m, const struct network_trace *trace, struct arena *arena,
                      struct explain_evidence *ret);

struct explain_block {
    const char *kind;
    struct slice relation, text;
    bool live;
    uint64_t members[2]; /* in the graph of each side; of one entity, in its own and all others */
    uint64_t limit;      /* one with more of a graph is dead */
};

/* What became of a pair, as its first end sees it. */
enum explain_reason {
    EXPLAIN_MATCH,      /* it is a match */
    EXPLAIN_BARRED,     /* a verdict says that they are different */
    EXPLAIN_BELOW,      /* it scores less than the threshold */
    EXPLAIN_BETTER,     /* the first is matched with a better one, the rival */
    EXPLAIN_TAKEN,      /* the second is, the rival */
    EXPLAIN_TYPES,      /* no candidate: who is of another type is never compared */
    EXPLAIN_NO_BLOCK,   /* no candidate: they share no block */
    EXPLAIN_DEAD,       /* no candidate: they share blocks, of which none lives */
    EXPLAIN_TOO_LITTLE, /* no candidate: they share blocks, which say too little */
    EXPLAIN_WAITS,      /* it is about to be: work is put off */
};

struct explain_why {
    enum explain_reason reason;
    struct slice rival_iri, rival_label; /* EXPLAIN_BETTER and EXPLAIN_TAKEN, else empty */
    float rival_score;
};
/* In one word, as JSON has it. */
const char *explain_reason_name(enum explain_reason reason);

struct explanation {
    struct explain_side side[2];
    bool candidate, matched;
    struct explain_why why;
    uint8_t decided; /* by verdicts: enum decided; 0: nothing */
    float score;     /* as the network gives it now */
    float threshold, label_similarity;
    struct explain_evidence evidence;
    struct explain_block *blocks; /* shared */
    size_t block_count;
};

/*
 * s: the engine's state, while no turn runs, or a view of it (state/state_view.h), by any thread at
 * any time.  A graph is its index, or graph_count: whichever catalog has the entity, two different
 * ones.  Memory of the arena.  ERR_NOT_FOUND: no such entity (ret_missing: 0 or 1, the first of
 * them), or EXPLAIN_ONE_CATALOG: both are there, but in one catalog.  ERR_STORE.
 */
#define EXPLAIN_ONE_CATALOG 2
int explain_pair(const struct engine *e, const struct state *s, size_t graph_a,
                 const struct term *a, size_t graph_b, const struct term *b, struct arena *arena,
                 struct explanation *ret, int *ret_missing);

struct explain_candidate {
    struct slice iri, label;
    float score; /* as the network gives it now; 1 of a pinned one */
    struct explain_why why;
};

/* Of one other graph. */
struct explain_graph {
    struct slice graph;
    size_t compared;                      /* candidates, and those that verdicts bar */
    struct explain_candidate *candidates; /* the best of them, best first */
    size_t count;
};

struct explain_entity {
    struct slice iri, label, type, graph;
    float threshold;
    struct explain_graph *graphs; /* every other catalog */
    size_t graph_count;
    struct explain_block *blocks; /* all of the entity */
    size_t block_count;
};

/* The best `most` of each other graph; s, the graph and the arena as above.  ERR_NOT_FOUND: no such
 * entity.  ERR_STORE. */
int explain_entity(const struct engine *e, const struct state *s, size_t graph,
                   const struct term *term, size_t most, struct arena *arena,
                   struct explain_entity *ret);
#endif
