/*
 * build_store.h - a store made by the builder (engine/build.h) beside the one it is to become
 * or replace, with one progress bar over all of it.
 */
#ifndef ALIGND_CLI_BUILD_STORE_H
#define ALIGND_CLI_BUILD_STORE_H

#include "alignd/cli/offline.h"
#include "alignd/engine/build.h"

#include <signal.h>

struct build_store;

struct build_store_options {
    const struct offline_options *offline; /* of the new store */
    struct offline *replaces; /* an open store whose settings it has, or NULL; closed before
                                 the new one takes its place */
    const char *what;         /* of the progress bar: "load films.nt" */
    size_t memory_bytes;
    uint64_t expected_triples;
    const volatile sig_atomic_t *stopped; /* set when the user wants no more; may be NULL */
    /* a look at what was built: what it returns other than 0 leaves all as it was.  May be NULL */
    int (*accept)(void *arg, const struct state *built);
    void *accept_arg;
};

/* Begins; what an earlier one left is discarded.  Says in one line what is wrong. */
int build_store_open(const struct build_store_options *options, struct build_store **ret);

/* Of the new store, lent; NULL for none. */
const struct mapping *build_store_mapping(const struct build_store *s);

/* Takes all triples of the store that is replaced. */
int build_store_add_replaced(struct build_store *s);

/* Takes changes of one graph, of which `done` of all are read then, in [0, 1]. */
int build_store_add(struct build_store *s, const char *graph, const struct change *changes,
                    size_t count, double done);

/* Runs the passes, and the store takes its place. */
int build_store_finish(struct build_store *s);

/* Frees it; one that was not finished leaves nothing. */
void build_store_close(struct build_store *s);

#endif
