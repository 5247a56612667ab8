/*
 * watch.h - counts the thresholds that a history crosses, by looking at the
 * nodes and blocks of the store after every turn.
 */
#ifndef ALIGND_TESTS_WATCH_H
#define ALIGND_TESTS_WATCH_H

#include "alignd/engine/engine.h"

struct watch;

struct watch *watch_new(const struct engine_options *options);
void watch_free(struct watch *w);

/* counts: of enum replay_count, added to. */
int watch_turn(struct watch *w, struct kv *kv, uint64_t *counts);
#endif
