/*
 * beside.h - a store that is built (engine/build_beside.h) beside the one a daemon has open, of its
 * triples and what the topics add to them: it goes on under the same identity.
 */
#ifndef ALIGND_DAEMON_BESIDE_H
#define ALIGND_DAEMON_BESIDE_H

#include "alignd/daemon/config.h"
#include "alignd/engine/build.h"

struct beside;

struct beside_options {
    const struct config *config;
    const struct engine_options *engine; /* lent, with what it lends */
    const struct state *continues;       /* the other store; lent until beside_finish returns */
    uint64_t expected_triples;           /* in all, about */
    /* build_options; called while triples of the other store are read, too */
    int (*progress)(void *arg, double done, const char *pass);
    void *arg;
};

/* What an earlier one left is discarded.  Says in one line what is wrong. */
int beside_open(const struct beside_options *options, struct beside **ret_beside);
/* Frees it; one that was not finished leaves nothing. */
void beside_close(struct beside *b);

/* All triples of the other store; those of graphs that are not configured are left out. */
int beside_add_store(struct beside *b);
/* Changes that came after these, of a graph by its place in the configuration. */
int beside_add(struct beside *b, size_t graph, const struct change *changes, size_t count);
/* Dead letters, behind what the outbox holds. */
int beside_add_letters(struct beside *b, const struct outbox_record *letters, size_t count);

/*
 * The passes; then the database is whole, closed, and reads on at these offsets, else at those
 * of the other store, of topics that are configured.  building_finish may follow.
 */
int beside_finish(struct beside *b, const struct state_offset *offsets, size_t count);

#endif
