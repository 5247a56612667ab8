/*
 * match_sample.h - matches as entities see them, each with what the entity would be matched to if
 * its match were not there (its runner-up): what align/decoy.h estimates by.  Of all entities,
 * or of the first of each graph, which are a fair sample, as ids are hashes.
 */
#ifndef ALIGND_STATE_MATCH_SAMPLE_H
#define ALIGND_STATE_MATCH_SAMPLE_H

#include "alignd/align/pair_list.h"
#include "alignd/base/arena.h"
#include "alignd/state/state.h"

/*
 * What an entity would be matched to in the graph of its partner, if that one were not there: the
 * best of its other candidates that is free, or might leave its own match for it.  ret->score is 0
 * without any.  pairs: its candidates.  ERR_STORE.
 */
int match_runner(const struct state *s, struct id id, const struct pair_list *pairs,
                 struct id partner, struct arena *arena, struct pair_entry *ret);

/* Entities of a type in a graph. */
struct match_kind {
    struct slice type; /* shared name; empty: untyped */
    size_t graph;      /* of the state */
    uint64_t entities; /* of those that were looked at */
};

/* A match from one of its ends; in a whole sample each is there from both. */
struct match_seen {
    float score, runner; /* runner: 0 without any */
    uint32_t kind, other;
    struct id id, partner;
};

struct match_sample {
    struct match_kind *kinds;
    size_t kind_count, kind_room;
    struct match_seen *all;
    size_t count, room;
    double share[STATE_MAX_GRAPHS]; /* of the entities of a graph, how many were looked at */
};

/*
 * most: entities looked at, a graph.  Beside a running engine a row may come from before a turn
 * and another from after it: what does not fit together is left out.  Types are memory of the
 * arena.  ERR_STORE.
 */
int match_sample_take(const struct state *s, uint64_t most, struct arena *arena,
                      struct match_sample *ret);
void match_sample_fini(struct match_sample *m);
#endif
