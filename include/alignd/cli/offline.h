/*
 * offline.h - a store opened for a command without Kafka: with the settings
 * the store remembers, or for a new one those given.
 */
#ifndef ALIGND_CLI_OFFLINE_H
#define ALIGND_CLI_OFFLINE_H

#include "alignd/base/args.h"
#include "alignd/engine/engine.h"

struct offline_options {
    const char *store;    /* folder; required */
    const char *graph;    /* added when the store does not know it; NULL for none */
    const char *mapping;  /* file; NULL: the store's */
    const char *model;    /* file; NULL: the store's, else the default model */
    struct args_list set; /* key=value of [align] */
    bool create;
    bool quiet;
    bool bulk;        /* large turns, no write-ahead log: durable after kv_flush */
    bool small_turns; /* of few changes each */
    bool unexplained; /* events say no why */
    bool engineless;  /* no engine: settings alone, for what is to be built */
    bool read_only;   /* not a byte of the store changes */
};

struct offline {
    struct kv *kv;
    struct engine *engine;
    struct engine_options options;
    struct model *model;
    struct mapping *mapping;
    struct arena *arena;
};

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
