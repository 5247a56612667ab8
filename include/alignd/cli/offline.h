/*
 * offline.h - a store opened for a command without Kafka: with the settings
 * the store remembers, or for a new one those given.
 */
#ifndef ALIGND_CLI_OFFLINE_H
#define ALIGND_CLI_OFFLINE_H

#include "alignd/base/args.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/memory_deal.h"

/* Rows that several commands have in their tables. */
#define OFFLINE_STORE_ARG(to_)                                                                     \
    ARG(.name = "store", .letter = 's', .type = ARG_TEXT, .to = (to_), .value = "DIR",             \
        .help = "the store")
#define OFFLINE_QUIET_ARG(to_)                                                                     \
    ARG(.name = "quiet", .letter = 'q', .type = ARG_FLAG, .to = (to_), .help = "no progress")

struct offline_options {
    const char *store;    /* folder; required */
    const char *graph;    /* added when the store does not know it; NULL for none */
    const char *mapping;  /* file; NULL: the store's */
    const char *model;    /* file; NULL: the store's, else the default model */
    struct args_list set; /* key=value of [align] */
    int64_t memory_mib;   /* of the process; 0: memory_deal_default */
    bool create;
    bool quiet;
    bool any_settings; /* whatever the store was built with: its triples alone are read */
    bool bulk;         /* large turns, no write-ahead log: durable after kv_flush */
    bool small_turns;  /* of few changes each */
    bool unexplained;  /* events say no why */
    bool read_only;    /* not a byte of the store changes */
};

struct offline {
    struct kv *kv;
    struct engine *engine;
    struct engine_options options;
    struct model *model;
    struct mapping *mapping;
    struct arena *arena;
    struct memory_deal deal;
};

/* --memory of a command; the struct offline_options of it. */
#define OFFLINE_MEMORY_ARG(options)                                                                \
    ARG(.name = "memory", .type = ARG_MIB, .to = &(options)->memory_mib, .value = "MIB", .min = 1, \
        .max = 1 << 20,                                                                            \
        .help =                                                                                    \
            "what all of it may take, and 300 MiB: more is faster (a quarter of the machine's)")

/* What all of the command may take, in bytes. */
uint64_t offline_memory(const struct offline_options *o);
/* For a command that builds another store beside this one: half is left to this, half returned. */
size_t offline_share_memory(struct offline_options *o);

/* For a store that is to be built: what its engine and its database are to be told; no store is
 * opened.  Closed by offline_close.  Says in one line what is wrong. */
int offline_settings(const struct offline_options *o, struct offline *ret,
                     struct kv_options *ret_kv);

/* Says in one line what is wrong. */
int offline_open(const struct offline_options *o, struct offline *ret);
void offline_close(struct offline *o);

/* Turns without input until the dirty set is empty. */
int offline_settle(struct offline *o);

/* Index of a graph by name, or -1. */
int offline_graph(const struct offline *o, const char *name);

/* The last line of a command: its exit status, words first where none were said. */
int offline_status(int rc);
#endif
