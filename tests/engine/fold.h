/*
 * fold.h - the output topic as a compacted one holds it, built from the
 * outbox: by key the newest event, nothing after a tombstone.
 */
#ifndef ALIGND_TESTS_FOLD_H
#define ALIGND_TESTS_FOLD_H

#include "alignd/engine/engine.h"

struct fold;

/* By the options of the engine: epsilon and review. */
struct fold *fold_new(const struct engine_options *options);
void fold_free(struct fold *f);

/* Takes the records of the outbox after *seen, which moves on.  ERR_DIFFERS: a gap in their
 * numbers, a tombstone or an unmatch of a pair that is not there. */
int fold_take(struct fold *f, struct kv *kv, uint64_t *seen);

/* Is it what the engine's matches are, confidences within epsilon, bands exactly?  ERR_DIFFERS says
 * what on stderr. */
int fold_compare(struct fold *f, struct engine *e);
#endif
