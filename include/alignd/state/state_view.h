/*
 * state_view.h - a store as it was between two turns, while turns go on: for threads that only
 * read.  What is read of it is of one turn, however long it takes; turns wait for nothing.
 */
#ifndef ALIGND_STATE_STATE_VIEW_H
#define ALIGND_STATE_STATE_VIEW_H

#include "alignd/state/state.h"

/*
 * *ret_view is s as its last committed turn left it: its graphs, totals (but for what is decided),
 * digests, epoch and head, and a kv that reads the rows of that turn.  Predicates and cached rows
 * are NULL.  Names are lent from s.  To be closed soon: what is written over meanwhile is kept
 * for it.  ERR_STORE.
 */
int state_view_open(const struct state *s, struct state *ret_view);
void state_view_close(struct state *view);
#endif
