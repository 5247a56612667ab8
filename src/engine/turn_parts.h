/*
 * turn_parts.h - what the files of the stages take from each other.
 */
#ifndef ALIGND_ENGINE_TURN_PARTS_H
#define ALIGND_ENGINE_TURN_PARTS_H

#include "alignd/align/block.h"
#include "alignd/align/block_keys.h"
#include "alignd/align/event.h"
#include "alignd/base/buf.h"
#include "alignd/engine/explain.h"
#include "alignd/model/network.h"

#include "turn.h"

/* --- turn_apply.c --- */

/* How many triples more or less each predicate has; memory of the arena. */
void turn_apply_predicates(const struct turn_triples *triples, struct arena *arena,
                           struct state_change *change);

/* --- turn_rekey.c --- */

/* One row of w that leads to k: the row back moves from from_order to w's order. */
void turn_rekey_row(struct turn *t, struct work *w, const struct edge *edge, struct work *k,
                    uint32_t from_order);

/* --- turn_hubs.c: a chunk of the visits, flags works for the stages to come --- */

int turn_hubs_rekey(struct turn *t);
int turn_hubs_spread(struct turn *t);

/* --- turn_vector.c --- */

/* Vectors of entities that are there, all of level 0 or all of level 1. */
int turn_vector_anew(struct turn *t, const struct work_list *list, bool level1);

/* --- turn_block.c --- */

/* What it says of two entities that both are in a block. */
int turn_block_points(const struct engine_options *options, uint64_t key, const struct block *b);

/* --- turn_namesakes.c --- */

/* Does a block tell its members how many they are?  One of a name, one of an identifier. */
static inline bool turn_namesakes_are_told(uint64_t key)
{
    return block_key_class(key) == BLOCK_KEY_HEAD || block_key_class(key) == BLOCK_KEY_IDENTIFIER;
}

/* The members of one block: before a turn changed it, and after. */
struct namesakes_before {
    bool lived;
    unsigned side_count;
    struct block_side sides[BLOCK_MAX_GRAPHS];
};
struct namesakes_before turn_namesakes_before(const struct work_block *b);
/* Flags the members whose count of namesakes the change moved; while a block that
 * dies still holds its members. */
void turn_namesakes_changed(struct work_set *set, const struct work_block *b,
                            const struct namesakes_before *before, bool lives, uint32_t cause);

/* --- turn_score.c --- */

/* A candidate pair appeared, must be scored again, or vanished. */
void turn_score_add(struct turn *t, struct work *a, struct work *b, uint32_t cause);
void turn_score_gone(struct turn *t, struct work *a, struct work *b, float old_score,
                     uint32_t cause);
/* A candidate pair is pinned, or is no more; it is in the lists of both, or ERR_STORE. */
int turn_score_pin(struct turn *t, struct work *a, struct work *b, uint32_t cause);
void turn_score_unpin(struct turn *t, struct work *a, struct work *b, uint32_t cause);
/* Did this turn score the pair, and was the score another one?  a: of the first
 * graph; once turn_score is over. */
bool turn_score_did(const struct turn *t, struct id a, struct id b);
/* Memory of its lists, beside the arena. */
size_t turn_score_bytes(const struct turn *t);
/* Gives back what only a turn much larger than this one needed. */
void turn_score_trim(struct turn *t);

/* --- turn_commit.c --- */

/* The rows of all works and blocks alone. */
void turn_commit_works(struct turn *t);

/* --- turn_settle.c --- */

/* Does the pair, which matches, wait to be told?  Then its row says so from now on. was: what was
 * published of it. */
bool turn_settle_waits(struct turn *t, const struct difference *d, const struct published *was);
/* Pairs that have waited long enough and of which the turn says nothing else; memory of the
 * arena. */
int turn_settle_due(struct turn *t, struct difference **ret_all, size_t *ret_count);
/* Last of what is told: does any wait? */
void turn_settle_write(struct turn *t);

/* --- turn_cluster.c --- */

/* Which cluster a match is in, as the turn leaves it, into its event; nothing where there are two
 * graphs, or `clusters` is 0. */
int turn_cluster_tell(struct turn *t, struct work *a, struct work *b, struct event *event);

/* --- turn_tell.c --- */

/* What is told of a pair. */
struct turn_news {
    enum event_type type;
    const struct difference *d;
    const struct engine_told *withdrawn; /* by the words readers know it under, else NULL */
    struct buf explain;                  /* of the heap */
};

/* --- turn_explain.c --- */

/* Explains news by all workers, if events are to say why: each but an unmatch gets one JSON
 * object, the caller's.  ERR_STORE. */
int turn_explain(struct turn *t, struct turn_news *news, size_t count);

/* --- explain.c --- */

/* The score of a pair as the network gives it now, and how it comes to it. */
int explain_trace(struct turn *t, struct work *pair[2], struct network_trace *trace,
                  float *ret_score);
/* How people know the i-th neighbour of a sample, values behind entities, whose nodes are loaded.
 * From any worker. */
struct explain_neighbour explain_named(const struct turn *t, const struct sample *s, size_t i);
/* The blocks that w shares with other, or with NULL all of its own; ret_blocks in arena. */
int explain_blocks(struct turn *t, struct arena *arena, struct work *w, const struct work *other,
                   struct explain_block **ret_blocks, size_t *ret_count);

/* --- explain_entity.c --- */

/* What became of a pair whose pairs, matches and decided are loaded; its types are loaded too.
 * blocks: those that the two share. */
int explain_why(struct turn *t, struct work *a, struct work *b, const struct explain_block *blocks,
                size_t block_count, struct arena *arena, struct explain_why *ret);
#endif
