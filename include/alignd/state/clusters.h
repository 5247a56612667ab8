/*
 * clusters.h - the clusters (align/cluster.h) of the matches that a store holds.  They are made as
 * they are read: no row says them.
 */
#ifndef ALIGND_STATE_CLUSTERS_H
#define ALIGND_STATE_CLUSTERS_H

#include "alignd/align/cluster.h"
#include "alignd/align/decided.h"
#include "alignd/state/state.h"

/* Entities of a group at most, where nobody says otherwise. */
#define CLUSTERS_MOST 256

/*
 * Calls visit with every group of two and more entities, in the order of their lowest ids; lent
 * until it returns, as is the arena.  What visit returns other than 0 ends the walk.  Of a group
 * that is too large it may be called more than once.
 */
int clusters_each(const struct state *s, size_t most,
                  int (*visit)(void *arg, struct arena *arena, const struct cluster_group *group),
                  void *arg);

/* Whose cluster a match is in, for many of them in turn. */
struct clusters_reader {
    const struct state *s;
    size_t most;
    struct arena *arena;
    struct cluster_group group; /* the last one that was read */
};

struct clusters_told {
    struct slice cluster; /* as it is called (term.h), lent until the next one; empty for none: */
    bool left_out;        /* the match is left out, */
    bool too_large;       /* or too much hangs together */
};

void clusters_reader_init(struct clusters_reader *r, const struct state *s, size_t most);
void clusters_reader_fini(struct clusters_reader *r);
/* Of the match of a and b.  ERR_STORE: they do not match. */
int clusters_read(struct clusters_reader *r, struct id a, struct id b, struct clusters_told *ret);

/* Whom an entity's row of verdicts bars it from, as a source gives it; in the arena. */
void clusters_bars(const struct decided_list *decided, struct arena *arena, const struct id **ret,
                   size_t *ret_count);

/* The rank of an entity's graph, as a source gives it.  ERR_STORE (logged): it is of none. */
int clusters_graph(const struct state *s, struct id id, unsigned *ret_graph);
#endif
