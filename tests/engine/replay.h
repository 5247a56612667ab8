/*
 * replay.h - drives a history through an engine in random turns, restarts
 * between some of them, and holds it to the promise: after every turn the
 * events folded by key are the matches, and at the end every row is the one
 * that the final triples give when a fresh store takes them in one turn.
 */
#ifndef ALIGND_TESTS_REPLAY_H
#define ALIGND_TESTS_REPLAY_H

#include "history.h"

#include "alignd/engine/engine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often what can go wrong was tried.  Thresholds: crossed in either direction, seen
 * from one turn to the next. */
enum replay_count {
    REPLAY_HISTORIES,
    REPLAY_STEPS,
    REPLAY_TURNS,
    REPLAY_REOPENED_ENGINE,
    REPLAY_REOPENED_STORE,
    REPLAY_GRAPH_JOINED, /* the store began with one */
    REPLAY_DEFERRED,     /* turns that left work for a later one */
    REPLAY_MATCHES,
    REPLAY_UNMATCHES,
    REPLAY_UPDATES,
    REPLAY_BLOCK_DIED, /* this and what follows: of the histories that were watched */
    REPLAY_BLOCK_REVIVED,
    REPLAY_CODE_RARE, /* sharing it is enough alone */
    REPLAY_CODE_COMMON,
    REPLAY_SAMPLE_FULL, /* more neighbours than a sample holds */
    REPLAY_SAMPLE_ROOM, /* fewer again */
    REPLAY_VALUES_FULL,
    REPLAY_VALUES_ROOM,
    REPLAY_NAMES_FULL, /* more labels and aliases than a sample holds names */
    REPLAY_NAMES_ROOM,
    REPLAY_IDENTIFIER_DIED, /* so many have it that it says nothing */
    REPLAY_IDENTIFIER_REVIVED,
    REPLAY_INVERSE_LIMIT, /* an entity samples none any more */
    REPLAY_INVERSE_LIMIT_BACK,
    REPLAY_HUB_CHUNK, /* an entity is visited chunk by chunk */
    REPLAY_HUB_CHUNK_BACK,
    REPLAY_RELABELLED,
    REPLAY_HUB_RELABELLED,
    REPLAY_GONE,         /* entities without a triple left */
    REPLAY_REMODELLED,   /* reopened with the other model or another threshold */
    REPLAY_STORE_FAILED, /* in a turn, which was tried again */
    REPLAY_REPLACED,     /* an entity, by a clear and what follows it */
    REPLAY_REPLACED_AGAIN,
    REPLAY_REPLACED_BY_NONE,
    REPLAY_OPEN_FAILED, /* an engine_open, which was tried again */
    REPLAY_DISK_FULL,   /* a turn that no write was done for, until it was opened again */
    REPLAY_PART_CLEARED,
    REPLAY_PINNED, /* a pair, by a verdict; watched, as what follows */
    REPLAY_PINNED_NO_MORE,
    REPLAY_BARRED,
    REPLAY_CONTRADICTED,     /* what is said of it contradicts itself */
    REPLAY_NEIGHBOUR_PINNED, /* a sample holds one */
    REPLAY_NEIGHBOUR_PINNED_NO_MORE,
    REPLAY_SETTLING, /* turns after which matches waited to be told */
    REPLAY_SETTLED,  /* matches told by a turn without changes */
    REPLAY_COUNTS
};

const char *replay_count_name(enum replay_count count);

/* Limits so small that every history crosses them, not always the same ones. */
struct engine_options replay_options(const struct model *model, uint64_t seed);

struct replay;

/* Two stores in memory that are used for one history after the other. */
struct replay *replay_new(const struct model *model, const struct model *other);
void replay_free(struct replay *r);

/*
 * 0, ERR_DIFFERS (what differs is on stderr), or what failed.  watch: counts
 * the thresholds, which costs as much as the turns do; counts (REPLAY_COUNTS) is added to.
 */
int replay_run(struct replay *r, const struct history *h, uint64_t seed, bool watch,
               uint64_t *counts);
#endif
