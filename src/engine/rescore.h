/*
 * rescore.h - another model, or another threshold, for a store that is there: how far the
 * way to it is gone.
 *
 * A value, as dirty.h is; what was read ahead is not part of it.
 */
#ifndef ALIGND_ENGINE_RESCORE_H
#define ALIGND_ENGINE_RESCORE_H

#include "alignd/state/state.h"

#include "work.h"

struct turn;

enum rescore_stage { RESCORE_NONE, RESCORE_LEVEL0, RESCORE_LEVEL1, RESCORE_PAIRS };

struct rescore {
    enum rescore_stage stage;
    struct id next;    /* entities from here on are to be done in this stage */
    uint64_t done;     /* entities of this stage */
    uint64_t previous; /* digest of the model that scored the others */
};

/* Entities from `next` on, read ahead. */
struct rescore_queue {
    struct id *ids; /* memory of its own */
    size_t count, at;
};
void rescore_queue_fini(struct rescore_queue *q);
/* They are read again. */
void rescore_queue_forget(struct rescore_queue *q);

int rescore_load(struct rescore *r, struct kv *kv);
/* Notes in the batch that the store is to be taken to another model and threshold.
 * previous: digest of the model it was scored by. */
int rescore_begin(struct kv *kv, struct kv_batch *batch, bool model_too, uint64_t previous);
/* Entities that wait; 0: none. */
uint64_t rescore_left(const struct rescore *r, const struct state *s);

/* All vectors at once, if they are of another model: turns without input, committed one by
 * one. */
int rescore_vectors(struct turn *t);
/* Entities whose pairs are to be scored in this turn, at most so many. */
int rescore_pairs(struct turn *t, size_t budget, struct work_list *ret_list);
/* Digest of the model that gave a pair its score.  a: of the first graph. */
uint64_t rescore_scored_by(const struct turn *t, struct id a, struct id b);
#endif
