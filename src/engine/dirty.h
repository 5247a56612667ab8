/*
 * dirty.h - work that one turn cannot finish and leaves to those to come: visits of hubs,
 * whose rows are too many, and entities whose pairs wait to be scored again.
 *
 * A value: a turn works on a copy, which takes the place of the original once the turn is
 * committed.
 */
#ifndef ALIGND_ENGINE_DIRTY_H
#define ALIGND_ENGINE_DIRTY_H

#include "alignd/graph/edge.h"
#include "alignd/graph/id.h"
#include "alignd/store/kv.h"

#include <stdbool.h>

/* A hub that is visited chunk by chunk. */
struct hub_visit {
    enum visit_kind {
        VISIT_REKEY = 'R',  /* rows that point to it are moved to its new order */
        VISIT_SPREAD = 'S', /* who sampled it is found, to be scored again */
    } kind;
    struct id id;
    uint32_t *orders; /* of a rekey: former orders that rows may still stand under */
    size_t count;
    bool started;     /* next is valid */
    struct edge next; /* where to go on */
    bool changed, done;
};

struct dirty {
    struct hub_visit *hubs;
    size_t count, room;
    uint64_t rescores; /* rows of entities to be scored again */
};

int dirty_load(struct dirty *d, struct kv *kv);
void dirty_copy(struct dirty *ret_copy, const struct dirty *d);
void dirty_free(struct dirty *d);
/* How much waits: 0 when nothing does. */
uint64_t dirty_count(const struct dirty *d);

/* Rows elsewhere may still stand under old_order of this hub. */
void dirty_add_rekey(struct dirty *d, struct id hub, uint32_t old_order);
/* The hub's level-1 vector changed: who samples it is to be found. */
void dirty_add_spread(struct dirty *d, struct id hub);
/* The visit that re-keys a hub, or NULL. */
const struct hub_visit *dirty_rekey(const struct dirty *d, struct id hub);
/* Are those that sampled this hub still being looked for? */
bool dirty_spread(const struct dirty *d, struct id hub);

/* The pairs of an entity are to be scored again, in a later turn. */
int dirty_add_rescore(struct dirty *d, struct kv *kv, struct kv_batch *batch, struct id entity);
/* Calls visit for entities that wait, whose rows go, until it says ERR_STOPPED: that one
 * waits on, and 0 is returned.  ERR_RETRY: that one waits on, the next. */
int dirty_take_rescores(struct dirty *d, struct kv *kv, struct kv_batch *batch,
                        int (*visit)(void *arg, struct id entity), void *arg);

/* The visits that changed into the batch; what is done is forgotten. */
void dirty_write(struct dirty *d, struct kv *kv, struct kv_batch *batch);
#endif
