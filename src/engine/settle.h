/*
 * settle.h - matches that are not told yet, by when they are due: in memory what rows of published
 * say of them (store/layout.h).
 *
 * (1) Every pair that waits is in here with the moment its row says, and maybe with earlier ones:
 *     who takes a pair out looks at its row.
 */
#ifndef SETTLE_H
#define SETTLE_H

#include "alignd/engine/engine_options.h"
#include "alignd/graph/id.h"
#include "alignd/state/published.h"

struct settle_pair {
    struct id a, b;
    int64_t due_ms;
};

struct settle {
    struct settle_pair *all; /* a heap, the earliest first */
    size_t count, room;
    uint64_t waiting; /* pairs */
};

/* When a pair is to be told: once quiet for settle_ms, or settle_max_ms after it began to match.
 * A clock that was set back makes none wait longer. */
int64_t settle_due(const struct engine_options *o, const struct published *row);
static inline bool settle_is_due(const struct engine_options *o, const struct published *row,
                                 int64_t now_ms)
{
    return now_ms >= settle_due(o, row) || now_ms < row->first_ms;
}

void settle_add(struct settle *s, const struct settle_pair *pair);
/* The earliest one, if it is due. */
bool settle_take(struct settle *s, int64_t now_ms, struct settle_pair *ret);

/* Of the rows of the store.  ERR_STORE. */
int settle_load(struct settle *s, struct kv *kv, const struct engine_options *o);
/* Tells the next settle_load whether there are any, where that changes; into the batch. */
void settle_write(struct kv *kv, struct kv_batch *batch, uint64_t before, uint64_t after);
void settle_fini(struct settle *s);
#endif
