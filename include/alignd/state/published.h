/*
 * published.h - the confidence that readers know of each matched pair: rows of published
 * (store/layout.h), and which of them they are not told of yet.  Empty while events are held
 * (engine/engine.h).
 */
#ifndef ALIGND_STATE_PUBLISHED_H
#define ALIGND_STATE_PUBLISHED_H

#include "alignd/graph/id.h"
#include "alignd/store/kv.h"

/* A matched pair as readers know it. */
struct published {
    float confidence;          /* below 0: none was published */
    bool waits;                /* it is not told yet: engine/turn_settle.c */
    int64_t first_ms, last_ms; /* of one that waits: since when it matches, when it last changed */
};

/* Of the pair of subject and object; without a row: none was published, and none waits.
 * ERR_STORE. */
int published_get(struct kv *kv, struct id subject, struct id object, struct published *ret);

/* Into the batch. */
void published_put(struct kv *kv, struct kv_batch *batch, struct id subject, struct id object,
                   float confidence);
void published_put_waiting(struct kv *kv, struct kv_batch *batch, struct id subject,
                           struct id object, int64_t first_ms, int64_t last_ms);
void published_delete(struct kv *kv, struct kv_batch *batch, struct id subject, struct id object);

/* Calls visit for every pair; what it returns other than 0 ends the walk.  ERR_STORE. */
int published_each(struct kv *kv,
                   int (*visit)(void *arg, struct id subject, struct id object,
                                const struct published *row),
                   void *arg);
#endif
