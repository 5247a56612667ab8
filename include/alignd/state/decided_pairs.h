/*
 * decided_pairs.h - the pairs that somebody decided, as people read them: rows of decided with
 * what the two are called.
 */
#ifndef ALIGND_STATE_DECIDED_PAIRS_H
#define ALIGND_STATE_DECIDED_PAIRS_H

#include "alignd/state/state.h"

struct decided_pair {
    struct slice subject, object; /* IRIs, or _:labels */
    struct slice subject_label, object_label;
    size_t subject_graph, object_graph; /* their indices */
    uint8_t what;                       /* enum decided */
};

/* Each once, by id of the subject, whose graph's name sorts first; what: only those with one of
 * these bits of enum decided.  Slices are lent for the visit.  ERR_STORE, or what visit returned.
 */
int decided_pairs_each(const struct state *s, uint8_t what,
                       int (*visit)(void *arg, const struct decided_pair *pair), void *arg);
#endif
