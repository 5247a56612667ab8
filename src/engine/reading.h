/*
 * reading.h - a turn that makes nothing: who explains reads by the means of turns, beside the one
 * that runs, with memory and caches of its own.
 */
#ifndef ALIGND_ENGINE_READING_H
#define ALIGND_ENGINE_READING_H

#include "engine_internal.h"

struct reading {
    struct engine_options options;
    struct state state;
    struct pool *pool; /* of one thread */
    struct profiles *profiles;
    struct rescore_queue queue;
    struct settle settle;
    struct turn turn;
};

/* Of what the engine is given only what never changes is read; s as explain.h has it, lent.
 * reading_close is due whatever this returns.  ERR_STORE. */
int reading_open(struct reading *r, const struct engine *e, const struct state *s);
void reading_close(struct reading *r);

#endif
