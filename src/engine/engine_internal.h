/*
 * engine_internal.h - an engine: a store's state, what is put off to turns to come, and what
 * turns share.
 */
#ifndef ALIGND_ENGINE_INTERNAL_H
#define ALIGND_ENGINE_INTERNAL_H

#include "alignd/base/buf.h"

#include "turn.h"

#define ENGINE_REVIEW_ROW "review" /* of meta */

struct engine {
    struct state state;
    struct engine_options options;
    float threshold;
    char source[64]; /* ce_source of the events */

    struct pool *pool;
    struct profiles *profiles;
    struct rescore_queue queue;
    struct settle settle;

    struct dirty dirty;
    struct rescore rescore;
    struct turn turn;   /* the one that runs; between turns its memory alone */
    double told_review; /* by which events were told; < 0: the store does not say */
    bool told_before;   /* there were events when it was opened */
    bool failed;        /* nobody knows what the store is: no further turn */
};

/* --- engine_options.c --- */

/* Can an engine be opened with them?  ERR_CONFIG (logged). */
int engine_options_check(const struct engine_options *o);
/* Of the options, or else the model's. */
float engine_options_threshold(const struct engine_options *o);
/* All that the rows depend on besides the triples, as lines of settings. */
void engine_options_write(const struct engine_options *o, struct buf *out);

#endif
