/*
 * network.h - the network served: the level-1 vector of one entity, the
 * profile of one side of a pair, the score of a pair.
 * Source: Zhu et al., "Collective Multi-type Entity Alignment Between
 * Knowledge Graphs", WWW 2020: relation transforms, self-attention,
 * cross-graph attention.
 *
 * Exactness: every result is a function of the arguments alone, bit for bit:
 * nothing depends on what else a call, batch or thread computes.  Vectors are
 * stored in half precision, so callers always pass vectors rounded by
 * half_round (or read back from the store), never fresher ones.  The order of
 * the neighbours is part of the input: pass the order of the sample.
 */
#ifndef ALIGND_MODEL_NETWORK_H
#define ALIGND_MODEL_NETWORK_H

#include "alignd/model/comparison.h"
#include "alignd/model/model.h"

#include <stddef.h>

/* At most this many neighbours of each kind, asserted. */
enum { NETWORK_MAX_ENTITIES = 32, NETWORK_MAX_VALUES = 32 };
/* And so many names, the label among them. */
enum { NETWORK_MAX_NAMES = 12, NETWORK_MAX_IDENTIFIERS = 8 };

struct network_neighbour {
    int relation;                /* model_relation_index */
    uint32_t named;              /* model_relation_name: of the shared name and the direction */
    struct slice text, datatype; /* of a value as it stands; an entity's name, normalised */
    const float *z0;             /* (model_z0_floats) all zero for a neighbour without a label */
    const float
        *z1; /* (model_z1_floats), not read unless network_has_level1; NULL for a value node */
};

/* Does a neighbour with this z0 take part at level 1?  By the model all do, or those
 * without a label: z0 all zero. */
bool network_has_level1(const struct model *m, const float *z0);

/*
 * The level-1 vector of an entity as somebody's neighbour: self-attention only,
 * a function of that entity alone.  Reads z0 of the neighbours, never z1
 * (z1 NULL still says which neighbours are values: pass any non-NULL pointer
 * for entities).
 *
 *   z1       out (model_z1_floats), not yet rounded to half precision
 *   z0_self  in  (model_z0_floats)
 *
 * Defined without neighbours, and for all-zero vectors; never NaN.
 */
void network_vector1(const struct model *m, const float *z0_self,
                     const struct network_neighbour *neighbours, size_t n, float *z1);

/* Floats of a profile of so many neighbours; n_level1 of the entities take part at level 1. */
size_t network_profile_floats(const struct model *m, size_t n_level1, size_t n_entities,
                              size_t n_values);
/* Of that of these neighbours. */
size_t network_profile_floats_of(const struct model *m, const struct network_neighbour *neighbours,
                                 size_t n);

/* More of one side with so many further names, identifiers and pins. */
size_t network_profile_further_floats(const struct model *m, size_t n_names, size_t n_identifiers,
                                      size_t n_pins);

/* A name besides the label. */
struct network_name {
    struct slice text;  /* as it stands */
    unsigned namesakes; /* as of the label */
};

/* An identifier; only those of one numbering are compared. */
struct network_identifier {
    uint32_t of;      /* the numbering; 0: it says nothing, as too many have it */
    uint32_t hash[2]; /* of it */
};
struct network_identifier network_identifier_of(uint64_t relation, struct slice text);

/*
 * What identifiers add to the logit, fixed, as who declares a key has said what it means; after
 * Fellegi & Sunter, ln(m / u) where one agrees and ln((1 - m) / (1 - u)) where both sides have some
 * of one numbering and none agrees.  m: how often the same things have the same one, .99; u: how
 * often others have, .0001.
 */
#define NETWORK_KEY_AGREES 9.20029f
#define NETWORK_KEYS_DIFFER (-4.60507f)

/* A neighbour that somebody pinned: with one of the other side of the same pin it is twins,
 * whatever the two are called. */
struct network_pin {
    uint32_t place; /* among the neighbours passed, of an entity */
    uint32_t pin[2];
};
enum { NETWORK_MAX_PINS = 64 }; /* those past it have no say */
static inline struct network_pin network_pin_of(size_t place, uint64_t pin)
{
    return (struct network_pin){(uint32_t)place, {(uint32_t)(pin >> 32), (uint32_t)pin}};
}

/*
 * Everything one side of a pair needs: messages of its neighbours at level 0
 * and, of those that take part there, at level 1, their self-attention, its own vectors.
 *
 *   profile  out (network_profile_floats, and further ones), any alignment a float has; holds no
 *            pointer, may be moved or copied.  Its layout is private and good
 *            for this model in this process only.
 */
struct network_self {
    struct slice label;               /* normalised; empty: none */
    unsigned namesakes;               /* how many of its graph and type bear it, in powers of two */
    const float *z0;                  /* (model_z0_floats) */
    const struct network_name *names; /* further ones */
    size_t name_count;                /* less than NETWORK_MAX_NAMES */
    const struct network_identifier *identifiers;
    size_t identifier_count;        /* NETWORK_MAX_IDENTIFIERS: there may be more */
    const struct network_pin *pins; /* by place, ascending */
    size_t pin_count;               /* at most NETWORK_MAX_PINS */
};
void network_profile_build(const struct model *m, const struct network_self *self,
                           const struct network_neighbour *neighbours, size_t n, float *profile);

/* What decided a score, for `alignd explain` and for events. */
struct network_trace_neighbour {
    float beta;            /* self-attention: how much this neighbour counts at all */
    float alpha;           /* cross-graph attention: how near its nearest twins are, 0..1 */
    float w;               /* the product's share: all of a side sum to 1 */
    int twin;              /* place of the nearest one on the other side, -1 without any */
    float twin_similarity; /* of its message and that twin's, 0..1 */
};

/* The row that the last stage judges by. */
enum { NETWORK_MAX_ROW = 128, NETWORK_MAX_FEATURES = 64 };
size_t network_row_floats(void);
/* A static string, such as "labels equal but for signs". */
const char *network_row_name(size_t i);
/* 1: more of it never speaks against the two being the same; -1: never for it; 0 */
int network_row_direction(size_t i);

struct network_trace {
    /* in the order of the neighbours passed to network_profile_build */
    size_t n[2];
    struct network_trace_neighbour side[2][NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES];
    size_t name[2];    /* by which a side was judged: 0 the label, then the further ones */
    float text_cosine; /* of these two */
    float logit;       /* before calibration */
    float agrees,
        differ; /* what an identifier that agrees, and ones that differ, add to it; or 0 */
    /* what the network's own head reads */
    size_t n_features;
    float feature[NETWORK_MAX_FEATURES];
    float row[NETWORK_MAX_ROW]; /* NAN where nothing was there to tell */
};

/*
 * The calibrated probability, in [0, 1], that two entities are the same.
 * Symmetric bit for bit: score(a, b) == score(b, a).
 *
 * Of the names of two sides the best two are judged: of those that are equal the longest, else the
 * two whose vectors are nearest.  A reading (base/text_reading.h) is compared with names that are
 * none and have none.
 *
 *   trace  out, NULL when not wanted; the score is the same with and without
 */
float network_score(const struct model *m, const float *profile_a, const float *profile_b,
                    struct network_trace *trace);

/*
 * What each number of the row of a trace adds to its logit, which is the sum of these, of the
 * prior, and of what identifiers add.  Without a last stage the prior is all of the rest.
 *
 *   adds  out (network_row_floats)
 */
void network_score_contributions(const struct model *m, const struct network_trace *trace,
                                 float *adds, float *ret_prior);
#endif
