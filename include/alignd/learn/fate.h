/*
 * fate.h - what became of each gold link among what is told (served.h), and why it is not: by a
 * model that need not be the store's.
 */
#ifndef ALIGND_LEARN_FATE_H
#define ALIGND_LEARN_FATE_H

#include "alignd/learn/figures.h"

struct engine; /* engine/engine.h */
struct model;  /* model/model.h */
struct pool;   /* base/pool.h */

enum fate_kind {
    FATE_FOUND,
    FATE_BETTER,  /* its first end is matched with another, the rival, */
    FATE_TAKEN,   /* its second end is; at least as good */
    FATE_BELOW,   /* it scores less than the threshold */
    FATE_APART,   /* it is no candidate */
    FATE_ABSENT,  /* an end is not in the store */
    FATE_TOGETHER /* both ends are in one graph */
};
#define FATE_KINDS 7

/* "matched", "another preferred", ... */
const char *fate_name(enum fate_kind kind);

struct fate {
    size_t link;     /* of gold_links */
    int64_t ends[2]; /* entities, the first one's graph as in pairs where it is a candidate; -1:
                        not in the store */
    enum fate_kind kind;
    float score;  /* NAN of FATE_ABSENT and FATE_TOGETHER */
    size_t rival; /* a pair of the input; of FATE_BETTER and FATE_TAKEN */
};

struct fates {
    struct fate *list; /* of the true links, in their order */
    size_t count;
};

/* m: of which the scores of the input are. */
void fate_open(const struct figures_input *in, const struct model *m, struct pool *pool,
               struct fates *ret);
void fate_fini(struct fates *f);
#endif
