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

#include "alignd/align/band.h"
#include "alignd/engine/engine_options.h"
#include "alignd/graph/term.h"
#include "alignd/state/offsets.h"
#include "alignd/state/outbox.h"
#include "alignd/state/state.h"
#include "alignd/store/kv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;
struct pool; /* base/pool.h */

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

/*
 * A pair as the readers of the events hold it; confidence < 0: they do not, but
 * it may match.
 */
struct engine_told {
    struct slice subject, object;               /* IRIs, or _:labels */
    struct slice subject_source, object_source; /* graphs; may be unknown here */
    float confidence;
    enum band band;
};

struct engine_turn {
    const struct engine_input *inputs;
    size_t input_count;
    const struct state_offset *offsets;
    size_t offset_count;
    const struct outbox_record *extra; /* dead letters: into the outbox as they are */
    size_t extra_count;
    /* pairs to be compared with what readers hold: an event for each that differs,
     * whether events are held or not */
    const struct engine_told *told;
    size_t told_count;
    bool release;   /* events are held no more, from the next turn on */
    int64_t now_ms; /* since 1970, for what settles; 0: the clock says */
};

/* The stages of a turn, in their order: turn.c. */
#define ENGINE_STAGES 16
const char *engine_stage_name(size_t stage);

/* What a turn did; counters of this turn alone. */
struct engine_report {
    uint64_t inserted, deleted, no_ops; /* triples */
    uint64_t entities_touched, samples_changed, vectors_changed;
    uint64_t candidates_refreshed, pairs_scored, pairs_changed;
    uint64_t matches, unmatches, updates; /* events */
    uint64_t rows_written;
    uint64_t memory;     /* bytes of its working set, caches aside */
    uint64_t dirty_left; /* entities still in the dirty set */
    uint64_t stage_us[ENGINE_STAGES];
    uint64_t head; /* newest outbox seq */
};

/*
 * One turn.  Also works off deferred entities within the budget; a turn
 * without inputs does only that.  On an error nothing is committed and the
 * engine is what it was before.  After ERR_STORE nobody knows what the store is:
 * every further turn is refused with it, said in the log, and the store has to
 * be opened again.
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

/* When the next match that waits to be told (settle_ms) is due, in milliseconds since 1970: a turn
 * then, with input or without, tells it.  INT64_MAX: none waits. */
int64_t engine_settles_at(const struct engine *e);
/* Matches that wait to be told. */
uint64_t engine_settling_count(const struct engine *e);

/*
 * Were readers told by another [decide] review than this engine's?  Then what they hold has to be
 * compared with what is; and the store remembers by which they were told from here on, synced.
 * ERR_STORE.
 */
bool engine_review_moved(const struct engine *e);
int engine_note_review(struct engine *e);

/* The store as it is between turns, for those who only read it: match_list.h, triples.h. */
const struct state *engine_state(const struct engine *e);

/* Current totals, kept with each turn. */
void engine_get_totals(const struct engine *e, struct state_totals *totals);

/* Of the model, and of all that the store is made by (engine_options_table's that shape it, the
 * mapping and the model among them): two engines that agree in it make the same of the same
 * triples. */
uint64_t engine_model_digest(const struct engine *e);
uint64_t engine_settings_digest(const struct engine *e);

/* From which score on a pair may match. */
float engine_threshold(const struct engine *e);

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
/* The same, and of the dead letters those alone that which keeps. */
int engine_new_epoch_of(struct engine *e, uint64_t at_least, const struct state_letters *which);

/*
 * While events are held, turns change the matches and tell nobody: a replay would
 * repeat what readers know, and show them every way station.  The store
 * remembers it. Once the input is worked off, turns with `told` tell what differs from what
 * readers hold, and the last of them releases.
 */
bool engine_holds_events(const struct engine *e);

/* The next offset of an input partition, or -1 when never read. */
int engine_get_offset(struct engine *e, struct slice topic, int32_t partition, int64_t *ret_next);
#endif
