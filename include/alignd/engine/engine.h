/*
 * engine.h - triples in, match events out: one turn takes a batch of changes
 * from adjacency to events and commits everything in one synced write batch.
 * Knows no Kafka; the daemon, `alignd load` and the tests drive it alike.
 *
 * The promise: once the dirty set is empty, every row but those of published,
 * outbox, offsets and meta is a pure function of the set of triples, the model
 * and the options.
 */
#ifndef ALIGND_ENGINE_ENGINE_H
#define ALIGND_ENGINE_ENGINE_H

#include "alignd/engine/outbox.h"
#include "alignd/graph/term.h"
#include "alignd/store/kv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;
struct model;   /* model/model.h */
struct mapping; /* graph/mapping.h */
struct pool;    /* base/pool.h */

#define ENGINE_MAX_GRAPHS 16

enum engine_policy { POLICY_ONE_TO_ONE, POLICY_MUTUAL_BEST, POLICY_THRESHOLD };

struct engine_options {
    /* names, lent for the life of the engine; each two are aligned, the one whose
     * name sorts first is the subject */
    const char *graphs[ENGINE_MAX_GRAPHS];
    size_t graph_count;
    const struct mapping *mapping; /* lent; NULL for none */
    const struct model *model;     /* lent */
    const char *model_path;        /* remembered by the store; NULL: the default model */

    int neighbours;       /* K: entity neighbours in a sample */
    int values;           /* value nodes in a sample */
    uint64_t inverse_limit; /* neighbours by an inverse relation above which none is sampled */
    int block_limit;      /* L: members a side above which a block is dead; see block_keys.h */
    double theta;         /* cosine of the label signatures that makes a candidate */
    int shared_keys;      /* or this many live neighbour keys shared; see block_keys.h */
    double threshold;     /* confidence that makes a match; < 0: the model's */
    double epsilon;       /* an update event when a confidence moved by this much */
    enum engine_policy policy;
    size_t dirty_budget;  /* entities rescored in one turn besides those it touched: turn_score.c */
    size_t hub_chunk;     /* rows of a hub re-keyed or visited in one turn */
    size_t profile_cache_bytes; /* profiles of entities to be scored */
    size_t row_cache_bytes;     /* rows that turns come back to */
    bool explain;         /* events carry their explanation */
    bool sync;            /* each turn on disk before it returns */
    unsigned threads;
    bool rescore;         /* take a store of another model or threshold to this one */
    bool cut_offs;        /* what comes out as before concerns nobody further; false only to
                             measure what that is worth: the state is the same */
};

struct engine_options engine_options_default(void);

/*
 * What a store was built with, for commands that are given the store alone:
 * the options that shape the state, graphs (memory of the arena) and the model's
 * path into options; the text of its mapping (data NULL for none).
 * ERR_NOT_FOUND: the store is empty.  ERR_VERSION, ERR_STORE.
 */
int engine_read_settings(struct kv *kv, struct arena *arena, struct engine_options *options,
                         struct slice *ret_mapping);

/*
 * A graph that the store does not know yet is added to it.  With rescore set,
 * a store of another model or threshold is taken to this one: its vectors before
 * this returns, its pairs within the budget of the turns to come.
 * ERR_MISMATCH: the store was built with other options (the difference is in
 * the log).  ERR_VERSION: a newer format.
 */
int engine_open(struct kv *kv, const struct engine_options *options, struct engine **ret_engine);
void engine_close(struct engine *e);

/* Where a change came from: told in the events it causes. */
struct engine_cause {
    struct slice topic; /* or the file; empty for none */
    int32_t partition;
    int64_t offset;
    int64_t event_time_ms; /* 0: unknown */
};

/* The changes of one message (or of a piece of a file): one graph, one cause. */
struct engine_input {
    size_t graph; /* index into options.graphs */
    const struct change *changes;
    size_t count;
    struct engine_cause cause;
};

/* The next offset to read of an input partition, committed with the turn. */
struct engine_offset {
    struct slice topic;
    int32_t partition;
    int64_t next;
};

/*
 * A pair as the readers of the events hold it; confidence < 0: they do not, but
 * it may match.
 */
struct engine_told {
    struct slice subject, object;               /* IRIs, or _:labels */
    struct slice subject_source, object_source; /* graphs; may be unknown here */
    float confidence;
};

struct engine_turn {
    const struct engine_input *inputs;
    size_t input_count;
    const struct engine_offset *offsets;
    size_t offset_count;
    const struct outbox_record *extra; /* dead letters: into the outbox as they are */
    size_t extra_count;
    /* pairs to be compared with what readers hold: an event for each that differs,
     * whether events are held or not */
    const struct engine_told *told;
    size_t told_count;
    bool release; /* events are held no more, from the next turn on */
};

/* What a turn did; counters of this turn alone. */
struct engine_report {
    uint64_t inserted, deleted, no_ops; /* triples */
    uint64_t entities_touched, samples_changed, vectors_changed;
    uint64_t candidates_refreshed, pairs_scored, pairs_changed;
    uint64_t matches, unmatches, updates; /* events */
    uint64_t rows_written;
    uint64_t memory; /* bytes of its working set, caches aside */
    uint64_t dirty_left;                                    /* entities still in the dirty set */
    uint64_t apply_us, sample_us, vector_us, block_us, score_us, decide_us, commit_us;
    uint64_t head;                                          /* newest outbox seq */
};

/*
 * One turn.  Also works off deferred entities within the budget; a turn
 * without inputs does only that.  On an error nothing is committed, the engine
 * is what it was before, and the turn can be tried again; but not after
 * ERR_STORE, nor when it could not go back: then every further turn is refused
 * with ERR_STORE, said in the log, and the store has to be opened again.
 */
int engine_run_turn(struct engine *e, const struct engine_turn *turn, struct engine_report *report);

/*
 * How much of the largest turn the next one should take (0 < share <= 1), when
 * one of `share` took so much memory and `most` is wanted.  What a triple
 * concerns differs between catalogs by orders of magnitude.
 */
#define ENGINE_FIRST_SHARE 0.5 /* before anything is known */
double engine_turn_share(double share, uint64_t memory, uint64_t most);

/* Entities in the dirty set: 0 means the promise holds. */
uint64_t engine_dirty_count(const struct engine *e);

/* Of them, those that only wait to be scored by another model or threshold. */
uint64_t engine_rescore_left(const struct engine *e);

/* Current totals, kept with each turn. */
struct engine_totals {
    uint64_t triples[ENGINE_MAX_GRAPHS];
    uint64_t entities[ENGINE_MAX_GRAPHS];
    uint64_t pairs, matches;
};
void engine_get_totals(const struct engine *e, struct engine_totals *totals);

/* Newest outbox seq committed, of this epoch. */
uint64_t engine_head(const struct engine *e);
uint64_t engine_epoch(const struct engine *e);
/* The store's identity, 36 characters and a NUL; made when the store is. */
const char *engine_uuid(const struct engine *e);
/* Order-independent hash of the rows of a family, kept with each turn; that of
 * published, dirty, outbox, offsets and meta is 0. */
uint64_t engine_digest(const struct engine *e, enum kv_family family);
/*
 * A new epoch: seq begins at 1 again, and events are held from here on. The epoch is
 * the next one, or at_least.  What of the outbox was not published is dropped but for dead
 * letters: the events come again as differences from what readers hold.
 */
int engine_new_epoch(struct engine *e, uint64_t at_least);

/*
 * While events are held, turns change the matches and tell nobody: a replay would
 * repeat what readers know, and show them every way station.  The store
 * remembers it. Once the input is worked off, turns with `told` tell what differs from what
 * readers hold, and the last of them releases.
 */
bool engine_holds_events(const struct engine *e);

/* The next offset of an input partition, or -1 when never read. */
int engine_get_offset(struct engine *e, struct slice topic, int32_t partition, int64_t *ret_next);

/* What readers beside the turns read of a store; lent while the engine is open. */
struct predicates; /* graph/predicate.h */
struct engine_lent {
    struct kv *kv;
    const struct predicates *predicates;
    size_t graph_count;
    const uint16_t *tags; /* (graph_count) id_graph_tag */
    const size_t *ranks;  /* (graph_count) in the order of the names */
    uint64_t inverse_limit;
};
struct engine_lent engine_lend(const struct engine *e);
#endif
