/*
 * published.h - the confidence that readers know of each matched pair: rows of published
 * (store/layout.h).  Empty while events are held (engine/engine.h).
 */
#ifndef ALIGND_STATE_PUBLISHED_H
#define ALIGND_STATE_PUBLISHED_H

#include "alignd/graph/id.h"
#include "alignd/store/kv.h"

/* Of the pair of subject and object; below 0: none was published.  ERR_STORE. */
int published_get(struct kv *kv, struct id subject, struct id object, float *ret_confidence);

/* Into the batch. */
void published_put(struct kv *kv, struct kv_batch *batch, struct id subject, struct id object,
                   float confidence);
void published_delete(struct kv *kv, struct kv_batch *batch, struct id subject, struct id object);

/* Calls visit for every pair; what it returns other than 0 ends the walk.  ERR_STORE. */
int published_each(struct kv *kv,
                   int (*visit)(void *arg, struct id subject, struct id object, float confidence),
                   void *arg);
#endif
