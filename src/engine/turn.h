/*
 * turn.h - a turn: what it is given, what it reads, and what its stages make of that.
 *
 * A turn is a value: the state is not changed by it but at its end, by state_commit, which
 * takes its batch and its change; before that it can be dropped, and nothing was.  Each
 * stage is a function of the turn alone; turn.c has their order, and over each stands what
 * it reads and what it makes.
 */
#ifndef ALIGND_ENGINE_TURN_H
#define ALIGND_ENGINE_TURN_H

#include "alignd/align/assign.h"
#include "alignd/base/pool.h"
#include "alignd/engine/engine.h"

#include "dirty.h"
#include "profile.h"
#include "rescore.h"
#include "settle.h"
#include "work.h"
#include "work_block.h"

#define ENGINE_MAX_THREADS 16

/* A pair in line to be scored, lower graph first. */
struct score_job {
    struct work *a, *b;
    float score;
    uint32_t cause;
    bool anew;     /* to be decided again even if the score is the same */
    bool unpinned; /* it was pinned: its score is asked again */
};

/* A pair that is matched differently, or with another score. */
struct difference {
    struct work *a, *b; /* a: of the first graph */
    bool was, is;
    float score;     /* now; of an unmatch: as a candidate, 0 for none */
    float published; /* < 0: never */
    enum band band;  /* as published */
};

struct turn_triples; /* turn_apply.c */
struct turn_news;    /* turn_parts.h */

struct turn {
    /* what it is given */
    const struct engine_turn *input;
    const struct engine_options *options;
    float threshold, review;
    const char *source; /* ce_source of the events */
    struct pool *pool;

    /* what it reads; caches in it are filled on the way, and emptied when a turn is dropped */
    const struct state *state;
    struct profiles *profiles;
    struct rescore_queue *queue;
    struct settle *settle; /* what it takes out is back where the turn is dropped */
    int64_t now_ms;

    /* memory of the turn: whatever the rest points to */
    struct arena *arena;
    struct arena *worker_arenas[ENGINE_MAX_THREADS];
    struct arena *cluster_arena; /* tell: of one event */

    /* what the stages make for those after them */
    struct work_set works;
    struct turn_triples *triples; /* apply -> link, commit */
    struct work_list renamed;     /* label, verdict -> rekey: all but hubs */
    struct work_list moved;       /* vector -> spread: whose level-1 vector is another one */
    struct work_block_set blocks; /* block */
    struct {
        struct score_job *all;
        size_t count, room;
    } jobs; /* pair, score -> score; then those alone whose score is another one -> tell */
    struct {
        struct assign_change *all;
        size_t count, room;
    } changes; /* pair, score -> decide: pairs with another score */
    struct {
        struct difference *all;
        size_t count, room;
    } differences; /* decide -> tell */
    struct {
        struct turn_news *all;
        size_t count, room;
    } news; /* tell: what it is about to tell */
    struct {
        struct settle_pair *left, *taken; /* what waits from now on; what was looked at */
        size_t left_count, left_room, taken_count, taken_room;
        uint64_t more, less; /* pairs that begin to wait, and that end */
    } settling;              /* tell */

    /* what comes of it: committed, or dropped */
    struct kv_batch *batch;
    struct state_change change;
    struct dirty dirty;
    struct rescore rescore;
    struct engine_report report;
    struct state *target; /* the state, for turn_commit alone */
};

/* Memory for turns on a state, one after the other; all is lent for the life of it. */
void turn_init(struct turn *t, struct state *state, const struct engine_options *options,
               float threshold, struct pool *pool, struct profiles *profiles,
               struct rescore_queue *queue, struct settle *settle);
void turn_fini(struct turn *t);
/* What is put off, as it is before: copied.  turn_end is due all the same. */
void turn_begin(struct turn *t, const struct engine_turn *input, const struct dirty *dirty,
                const struct rescore *rescore);
/* All stages, each once the one before has succeeded; the state is changed by the last. */
int turn_run(struct turn *t);
/* Memory it takes, besides the caches as they are configured. */
uint64_t turn_bytes(const struct turn *t);
/* What it took of the pairs that wait is back, or what it left waits with them. */
void turn_settle_end(struct turn *t, bool committed);
/* Forgets everything of it. */
void turn_end(struct turn *t);
const char *turn_stage_name(size_t stage);

/* One row that differs from before, into the batch; old and new: data NULL for none. */
void turn_put_row(struct turn *t, enum kv_family family, struct slice key, struct slice old_row,
                  struct slice new_row);

/* --- the stages, in their order --- */

int turn_apply(struct turn *t);
int turn_label(struct turn *t);
int turn_link(struct turn *t);
int turn_verdict(struct turn *t);
int turn_rekey(struct turn *t);
int turn_sample(struct turn *t);
int turn_vector(struct turn *t);
int turn_spread(struct turn *t);
int turn_block(struct turn *t);
int turn_namesakes(struct turn *t);
int turn_pair(struct turn *t);
int turn_score(struct turn *t);
int turn_decide(struct turn *t);
int turn_tell(struct turn *t);
int turn_letters(struct turn *t);
int turn_commit(struct turn *t);

#endif
