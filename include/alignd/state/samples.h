/*
 * samples.h - what is drawn of an entity, as its row of samples tells it (graph/sample.h).
 */
#ifndef ALIGND_STATE_SAMPLES_H
#define ALIGND_STATE_SAMPLES_H

#include "alignd/base/arena.h"
#include "alignd/graph/sample.h"
#include "alignd/store/kv.h"

/* Memory of the arena; an empty one where there is no row.  ERR_STORE. */
int samples_read(struct kv *kv, struct id id, struct arena *arena, struct sample *ret_sample);
#endif
