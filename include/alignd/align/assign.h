/*
 * assign.h - which candidate pairs are matches: a pure function of the scored
 * pairs, repaired from the pairs that changed.
 *
 *   one-to-one   the greedy assignment: pairs at or over the threshold by
 *                descending score, ties by the ids of the lower and of the
 *                higher end; a pair whose ends are both free is a match.  It is
 *                the stable matching, so it is unique.
 *   mutual-best  each is the other's best at or over the threshold
 *   threshold    every pair at or over the threshold
 *
 * Each pair of graphs is assigned by itself.
 */
#ifndef ALIGND_ALIGN_ASSIGN_H
#define ALIGND_ALIGN_ASSIGN_H

#include "alignd/align/pair_list.h"

enum assign_policy { ASSIGN_ONE_TO_ONE, ASSIGN_MUTUAL_BEST, ASSIGN_THRESHOLD };

/* An entity as the caller holds it; both lists are current, partners are
 * changed here. */
struct assign_entity {
    struct id id;
    struct pair_list *pairs;
    struct pair_list *partners;
};

/* A pair whose score changed, appeared (old PAIR_UNSCORED) or vanished (new
 * PAIR_UNSCORED).  The lists hold the new state; partners the old one. */
struct assign_change {
    struct id a, b;
    float old_score, new_score;
};

struct assign_context {
    enum assign_policy policy;
    float threshold;
    struct arena *arena;
    /* The entity of an id, with its lists loaded; asked for ends of changes
     * and of pairs in their lists. */
    int (*find)(void *arg, struct id id, struct assign_entity *ret_entity);
    /* The partners of this entity changed. */
    void (*touched)(void *arg, struct id id);
    void *arg;
};

/* What find returned. */
int assign_repair(const struct assign_context *c, const struct assign_change *changes,
                  size_t count);
#endif
