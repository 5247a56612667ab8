/*
 * triples.h - the triples of a store as they went in, read back from the
 * adjacency.
 */
#ifndef ALIGND_STATE_TRIPLES_H
#define ALIGND_STATE_TRIPLES_H

#include "alignd/graph/term.h"
#include "alignd/state/state.h"

/*
 * Calls visit with batches of inserts of one graph, subject by subject in the
 * order of the ids; the changes are lent until it returns.  What visit returns
 * other than 0 ends the walk.
 */
int triples_each(const struct state *s,
                 int (*visit)(void *arg, size_t graph, const struct change *changes, size_t count),
                 void *arg);
#endif
