/*
 * engine_options.h - what an engine is opened with, and those of it that a person sets: one
 * table, by which defaults, configuration, command line, the settings of a store and their
 * check all go.  To add an option: a field here, a row in engine_options.c, and
 * config/alignd.conf printed anew.
 */
#ifndef ALIGND_ENGINE_ENGINE_OPTIONS_H
#define ALIGND_ENGINE_ENGINE_OPTIONS_H

#include "alignd/base/option.h"
#include "alignd/state/state.h"
#include "alignd/store/kv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model;   /* model/model.h */
struct mapping; /* graph/mapping.h */

#define ENGINE_MAX_GRAPHS STATE_MAX_GRAPHS
/* Of a cache, where nobody deals memory: memory_deal.h. */
#define ENGINE_CACHE_BYTES ((size_t)256 << 20)

enum engine_policy { POLICY_ONE_TO_ONE, POLICY_MUTUAL_BEST, POLICY_THRESHOLD };

struct engine_options {
    /* names, lent for the life of the engine; each two are aligned, the one whose
     * name sorts first is the subject */
    const char *graphs[ENGINE_MAX_GRAPHS];
    size_t graph_count;
    const struct mapping *mapping; /* lent; NULL for none */
    const struct model *model;     /* lent */
    const char *model_path;        /* remembered by the store; NULL: the default model */

    int neighbours;         /* K: entity neighbours in a sample */
    int values;             /* value nodes in a sample */
    int names;              /* of an entity in its sample, the label among them */
    uint64_t inverse_limit; /* neighbours by an inverse relation above which none is sampled */
    int block_limit;        /* L: members a side above which a block is dead; see block_keys.h */
    double theta;           /* cosine of the label signatures that makes a candidate */
    int shared_keys;        /* or this many live neighbour keys shared; see block_keys.h */
    double threshold;       /* confidence that makes a match; < 0: the model's */
    double epsilon;         /* an update event when a confidence moved by this much */
    double review;          /* confidence below which a match is but possible: align/band.h */
    int64_t settle_ms;      /* a match is told once it has been quiet for so long; 0: at once */
    int64_t settle_max_ms;  /* or this long after it began */
    enum engine_policy policy;
    size_t clusters;     /* entities that hang together, at most, for events to name their cluster;
                            0: none does (align/cluster.h) */
    size_t dirty_budget; /* entities rescored in one turn besides those it touched: turn_score.c */
    size_t hub_chunk;    /* rows of a hub re-keyed or visited in one turn */
    size_t profile_cache_bytes; /* profiles of entities to be scored; 0: ENGINE_CACHE_BYTES */
    size_t row_cache_bytes;     /* rows that turns come back to; 0: ENGINE_CACHE_BYTES */
    bool explain;               /* events carry their explanation */
    bool sync;                  /* each turn on disk before it returns */
    unsigned threads;
    bool rescore;      /* take a store of another model or threshold to this one */
    bool any_settings; /* whatever the store was built with: for who reads its triples alone */
    bool cut_offs;     /* what comes out as before concerns nobody further; false only to
                          measure what that is worth: the state is the same */
};

/* An option that can be set: KEY in [align] or [decide] of the configuration, --set KEY=VALUE of
 * commands. */
struct engine_option {
    struct option option; /* of a field of struct engine_options */
    bool shapes;          /* the state: a store is of one value of it, and remembers it */
};

#define ENGINE_OPTION_COUNT 20
extern const struct engine_option engine_options_table[ENGINE_OPTION_COUNT];

struct engine_options engine_options_default(void);

/* Sets one of them from text.  ERR_CONFIG: said, behind where, with the bounds or the nearest
 * name; nothing is changed then. */
int engine_options_set(struct engine_options *options, const char *key, const char *value,
                       const char *where);

/*
 * What a store was built with, for commands that are given the store alone:
 * the options that shape the state, graphs (memory of the arena) and the model's
 * path into options; the text of its mapping (data NULL for none).
 * ERR_NOT_FOUND: the store is empty.  ERR_VERSION, ERR_STORE.
 */
int engine_read_settings(struct kv *kv, struct arena *arena, struct engine_options *options,
                         struct slice *ret_mapping);

/* Whether the model of these options is the one by which the store was scored; true for an empty
 * one.  ERR_STORE. */
int engine_read_is_model(struct kv *kv, const struct engine_options *options, bool *ret_is);

#endif
