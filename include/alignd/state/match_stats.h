/*
 * match_stats.h - the matches by type and band: how many, how sure, and how many of them are
 * right by an estimate that needs no label (align/decoy.h).
 */
#ifndef ALIGND_STATE_MATCH_STATS_H
#define ALIGND_STATE_MATCH_STATS_H

#include "alignd/align/band.h"
#include "alignd/base/arena.h"
#include "alignd/state/state.h"

#define MATCH_STATS_BUCKETS 10 /* of confidence, a tenth each; the last with 1 */

struct match_stats_band {
    uint64_t matches; /* of a sample: as many as the store then has, about */
    double precision; /* estimated; < 0: there are none, or nothing can be said */
};

struct match_stats_type {
    struct slice type; /* of the subjects, a shared name; empty: untyped */
    struct match_stats_band bands[BANDS], both;
    uint64_t histogram[MATCH_STATS_BUCKETS];
    double confidence_sum;
};

struct match_stats {
    struct match_stats_type *types; /* most matches first */
    size_t count;
    struct match_stats_type all; /* of all types */
    uint64_t entities;           /* looked at */
    bool whole;                  /* these are all there are */
};

struct match_stats_options {
    float review;      /* align/band.h */
    uint64_t entities; /* looked at, a graph: the first ones, a fair sample as ids are hashes */
    bool one_to_one;   /* what the estimate rests on; false: nothing is estimated */
};

/* Memory of the arena.  Any thread may ask, beside a running engine too.  ERR_STORE. */
int match_stats_read(const struct state *s, const struct match_stats_options *options,
                     struct arena *arena, struct match_stats *ret);
#endif
