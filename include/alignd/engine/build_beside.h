/*
 * build_beside.h - a store that is built (build.h) in the folder beside the one it is to become or
 * replace, whose place it then takes in one step (store/building.h).  Until then nothing of the
 * other changes, and one that does not come to it leaves nothing.
 */
#ifndef ALIGND_ENGINE_BUILD_BESIDE_H
#define ALIGND_ENGINE_BUILD_BESIDE_H

#include "alignd/engine/build.h"

#define BUILD_BESIDE_READING "reading the store"

struct build_beside;

struct build_beside_options {
    const char *store;                   /* beside which; lent */
    struct kv_options kv;                /* of the new database */
    const struct engine_options *engine; /* lent, with what it lends */
    /* the store that it goes on from (build_continue), lent until build_beside_run returns; NULL: a
     * store of its own */
    const struct state *continues;
    /* but for the folder; progress is called too while triples of `continues` are read, with 0 and
     * BUILD_BESIDE_READING for the pass */
    struct build_options build;
};

/* What an earlier one left is discarded.  Says in one line what is wrong. */
int build_beside_open(const struct build_beside_options *options, struct build_beside **ret_beside);
/* Takes NULL. */
void build_beside_close(struct build_beside *b);

/* All triples of `continues`; those of graphs that the new store does not have are left out. */
int build_beside_add_store(struct build_beside *b);
/* How many of these were read so far. */
uint64_t build_beside_stored(const struct build_beside *b);
/* Changes that came after these, of a graph of the new store. */
int build_beside_add(struct build_beside *b, size_t graph, const struct change *changes,
                     size_t count);
/* build_append. */
void build_beside_append(struct build_beside *b, uint64_t records);

/* The passes; told for --verbose. */
int build_beside_run(struct build_beside *b);

/* The new database, lent until build_beside_keep. */
struct kv *build_beside_kv(const struct build_beside *b);

/* After build_beside_run: the database is closed and stays; building_finish may follow. */
void build_beside_keep(struct build_beside *b);
#endif
