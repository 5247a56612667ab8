/*
 * triple_difference.h - what has to change for a graph to hold the triples of a dump and no others:
 * the dump is sorted on disk by the ids of its subjects, as the store's triples are, and both
 * are read along each other once.  So memory is bounded by a piece of the dump and the triples of
 * one subject, and what is the same on both sides costs a comparison.
 */
#ifndef ALIGND_STATE_TRIPLE_DIFFERENCE_H
#define ALIGND_STATE_TRIPLE_DIFFERENCE_H

#include "alignd/graph/term.h"
#include "alignd/state/state.h"

struct triple_difference;

struct triple_difference_options {
    size_t graph;              /* index into the state's */
    const char *folder;        /* where the dump is sorted; NULL: in memory */
    size_t memory_bytes;       /* of it at once, about */
    uint64_t expected_triples; /* of the dump, about; 0: nobody knows */
};

/* The state is lent till the end; ERR_IO (logged). */
int triple_difference_new(const struct state *s, const struct triple_difference_options *options,
                          struct triple_difference **ret);
void triple_difference_free(struct triple_difference *d);

/* More of the dump, copied.  It is what its changes make of an empty graph: of several changes of a
 * triple the last one counts, and a clear deletes what its subject had so far.  ERR_IO (logged). */
int triple_difference_add(struct triple_difference *d, const struct change *changes, size_t count);

/* Inserts among what was added. */
uint64_t triple_difference_size(const struct triple_difference *d);

struct triple_difference_counts {
    uint64_t inserted, deleted, same;
};

/*
 * Once.  Hands the changes to visit, about `most` at a time and all of one subject together, in
 * the order of the subjects' ids; they are lent until it returns, and it may let the engine take
 * them.  What it returns other than 0 ends the walk; the changes that were not handed over come
 * again when the same dump is held against the store as it is then.  ERR_STORE (logged).
 */
int triple_difference_run(struct triple_difference *d, size_t most,
                          int (*visit)(void *arg, const struct change *changes, size_t count),
                          void *arg, struct triple_difference_counts *ret);

#endif
