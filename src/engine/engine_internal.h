/*
 * engine_internal.h - the engine's state and the working set of a turn.
 *
 * A turn loads the rows of each entity it meets into a struct work, changes
 * them there stage by stage, and writes what differs at the end.  Order of the
 * stages and of their files:
 *
 *     turn_apply.c   changes -> edges, group counts            (nodes, adjacency)
 *     turn_label.c   edges -> label, type, order; re-keying    (nodes, adjacency)
 *     turn_sample.c  edges -> sample, block keys, signature    (samples)
 *     turn_vector.c  sample -> level-0 and level-1 vectors     (vectors)
 *     turn_block.c   block keys -> blocks -> candidate pairs   (blocks, postings, pairs)
 *     turn_namesakes.c  blocks -> how many bear a name          (vectors)
 *     turn_score.c   profiles -> scores                        (pairs)
 *     turn_decide.c  scores -> matches                         (matches)
 *     turn_tell.c    matches -> events                         (published, outbox)
 *     turn.c         the order of all this, and the commit
 *
 * Beside them dirty.c (work put off) and rescore.c (another model).
 *
 * Memory of a turn is the arena's; nothing in a work outlives it.
 */
#ifndef ALIGND_ENGINE_INTERNAL_H
#define ALIGND_ENGINE_INTERNAL_H

#include "alignd/align/assign.h"
#include "alignd/base/buf.h"
#include "alignd/kernel/half.h"
#include "alignd/store/layout.h"

#include "edges.h"
#include "profile.h"
#include "work_block.h"

#define ENGINE_MAX_THREADS 16

/* A hub that is visited chunk by chunk: dirty.c. */
struct hub_visit {
    char kind; /* 'R': rows that point to it are re-keyed; 'S': who samples it is rescored */
    struct id id;
    uint32_t *orders; /* 'R': former orders that rows may still stand under */
    size_t count;
    bool started;      /* next is valid */
    struct edge next;  /* where to go on */
    bool changed, done;
};

/* A pair in line to be scored, lower graph first. */
struct score_job {
    struct work *a, *b;
    float score;
    uint32_t cause;
    bool anew; /* to be decided again even if the score is the same */
};

/* Where the work for another model or threshold stands: rescore.c. */
enum rescore_stage { RESCORE_NONE, RESCORE_LEVEL0, RESCORE_LEVEL1, RESCORE_PAIRS };

struct rescore {
    enum rescore_stage stage;
    struct id next;    /* entities from here on are to be done in this stage */
    uint64_t done;     /* entities of this stage */
    uint64_t previous; /* digest of the model that scored the others */
    struct id *queue;  /* the next ones; memory of its own */
    size_t queued, at;
};

struct engine {
    struct state state;
    struct engine_options options;
    char source[64]; /* ce_source of the events */
    float threshold;

    struct profiles *profiles;
    struct pool *pool;

    struct state_totals totals;
    uint64_t digests[KV_FAMILIES]; /* sum of the rows' hashes */

    /* of a turn */
    struct arena *arena;
    struct arena *worker_arenas[ENGINE_MAX_THREADS];
    struct kv_batch *batch;
    struct state_change change; /* of what is counted along */
    struct work_set works;
    struct work_block_set blocks;
    struct assign_change *changes; /* pairs whose score changed */
    size_t change_count, change_room;
    struct score_job *jobs;
    size_t job_count, job_room;
    const struct engine_turn *turn;
    struct turn_triples *triples; /* turn_apply.c */
    struct engine_report *report;
    bool failed; /* a turn left what may not be the store's state: no further one */

    /* the dirty set: dirty.c */
    struct hub_visit *hubs; /* memory of its own */
    size_t hub_count, hub_room;
    uint64_t rescores; /* rows of entities to be rescored */

    struct rescore rescore;
};

/* Forgets the turn: its works, its batch, its memory. */
void turn_reset(struct engine *e);
/* One row that differs from before; old and new: data NULL for none. */
void turn_put_row(struct engine *e, enum kv_family family, struct slice key, struct slice old_row,
                  struct slice new_row);

/* --- the stages --- */

int turn_apply(struct engine *e);
int turn_label(struct engine *e);
/* One row of w that leads to k: the row back moves from from_order to w's order. */
int turn_label_move_row(struct engine *e, struct work *w, const struct edge *edge, struct work *k,
                        uint32_t from_order);
int turn_sample(struct engine *e);
int turn_vector(struct engine *e);
int turn_block(struct engine *e);
int turn_score(struct engine *e);
int turn_decide(struct engine *e);
int turn_commit(struct engine *e);
/* The rows of all works and blocks alone. */
int turn_commit_works(struct engine *e);

/* How many triples more or less each predicate has, into the change of the state. */
int turn_apply_predicates(struct engine *e);
/* Adds the edges of triples between entities, once every order is known. */
int turn_apply_entity_edges(struct engine *e);

/* A pair that is matched differently, or with another score. */
struct difference {
    struct work *a, *b; /* a: of the first graph */
    bool was, is;
    float score;     /* now; of an unmatch: as a candidate, 0 for none */
    float published; /* < 0: never */
};

/* The event of a difference, if it is worth one, and what is published from now on. */
int turn_tell(struct engine *e, struct difference *d);
/* The same of a pair as readers hold it. */
int turn_tell_told(struct engine *e, const struct engine_told *told);
/* A record into the outbox, under the next number. */
int turn_tell_append(struct engine *e, struct outbox_record *record);

/* --- turn_namesakes.c --- */

/* The members of one block: before a turn changed it, and after. */
struct namesakes_before {
    bool lived;
    unsigned side_count;
    struct block_side sides[BLOCK_MAX_GRAPHS];
};
struct namesakes_before namesakes_before(const struct work_block *b);
/* Flags the members whose count of namesakes the change moved; while a block that
 * dies still holds its members. */
int namesakes_changed(struct engine *e, const struct work_block *b,
                      const struct namesakes_before *before, bool lives, uint32_t cause);
/* Of all that are flagged; once the blocks are as they will be. */
int turn_namesakes(struct engine *e);
/* A candidate pair appeared, must be scored again, or vanished. */
int turn_score_add(struct engine *e, struct work *a, struct work *b, uint32_t cause);
int turn_score_gone(struct engine *e, struct work *a, struct work *b, float old_score,
                    uint32_t cause);

/* Memory of its lists, beside the arena. */
size_t turn_score_bytes(const struct engine *e);
/* Gives back what only a turn much larger than this one needed. */
void turn_score_trim(struct engine *e);
/* Did this turn score the pair, and was the score another one?  a: of the first
 * graph; once turn_score is over. */
bool turn_score_did(const struct engine *e, struct id a, struct id b);

/* Vectors of entities that are there, all of level 0 or all of level 1. */
int turn_vector_anew(struct engine *e, const struct work_list *list, bool level1);

/* --- explain.c --- */
struct network_trace;
int explain_trace(struct engine *e, struct work *pair[2], struct network_trace *trace,
                  float *ret_score);
/* Why a matched pair matches, as one JSON object. */
int explain_write_json(struct engine *e, struct work *a, struct work *b, struct buf *out);

/* --- dirty.c: work put off to later turns --- */

int dirty_load(struct engine *e);
void dirty_free(struct engine *e);
/* Rows elsewhere may still stand under old_order of this hub. */
int dirty_add_rekey(struct engine *e, struct work *hub, uint32_t old_order);
/* The hub's level-1 vector changed: who samples it is to be found. */
int dirty_add_spread(struct engine *e, struct work *hub);
/* The pairs of w are to be scored again, in a later turn. */
int dirty_add_rescore(struct engine *e, struct work *w);
/* The visit that re-keys w, or NULL. */
const struct hub_visit *dirty_rekey(const struct engine *e, struct id id);
/* Are those that sampled this hub still being looked for? */
bool dirty_spread(const struct engine *e, struct id id);
/* A chunk of the visits: flags works for the stages to come. */
int dirty_run_rekeys(struct engine *e);
int dirty_run_spreads(struct engine *e);
/* Flags entities that wait to be rescored, as many as the budget leaves. */
int dirty_run_rescores(struct engine *e, size_t budget);
/* The visits into the batch. */
int dirty_write(struct engine *e);

/* --- rescore.c --- */

int rescore_load(struct engine *e);
/* Notes in the batch that the store is to be taken to the model and threshold
 * of the options.  previous: digest of the model it was scored by. */
int rescore_begin(struct engine *e, bool model_too, uint64_t previous);
void rescore_free(struct engine *e);
/* All vectors at once, if they are of another model. */
int rescore_vectors(struct engine *e);
/* Entities whose pairs are to be scored in this turn, at most so many. */
int rescore_run(struct engine *e, size_t budget, struct work_list *ret_list);
/* Entities that wait; 0: none. */
uint64_t rescore_left(const struct engine *e);
/* Digest of the model that gave a pair its score.  a: of the first graph. */
uint64_t rescore_scored_by(const struct engine *e, struct id a, struct id b);

/* --- engine_options.c --- */

/* Can an engine be opened with them?  ERR_CONFIG (logged). */
int engine_options_check(const struct engine_options *o);
/* Of the options, or else the model's. */
float engine_options_threshold(const struct engine_options *o);
/* All that the rows depend on besides the triples, as lines of settings. */
void engine_options_write(const struct engine_options *o, struct buf *out);

#endif
