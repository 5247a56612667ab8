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

#include "alignd/align/block.h"
#include "alignd/align/pair_list.h"
#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/base/pool.h"
#include "alignd/engine/engine.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/id_map.h"
#include "alignd/graph/node.h"
#include "alignd/graph/predicate.h"
#include "alignd/graph/sample.h"
#include "alignd/kernel/half.h"
#include "alignd/model/model.h"

#include "row_cache.h"

#define ENGINE_MAX_THREADS 16

/* Where a block is found in tables by id: the three low bits of a key are its
 * class, so the slot is chosen by the rest. */
static inline struct id work_block_slot(uint64_t key)
{
    return (struct id){0, key >> 3 | key << 61};
}

/* So many steps before a loop comes to an entity or block it begins to fetch its row. */
enum { WORK_AHEAD = 8 };

/* What is known to be out of date about an entity within a turn. */
enum work_flag {
    WORK_LABEL = 1 << 0,      /* label and type may differ */
    WORK_SAMPLE = 1 << 1,     /* neighbours, or their order, may differ */
    WORK_TEXT = 1 << 2,       /* its own label or that of a neighbour differs */
    WORK_KEYS = 1 << 3,       /* block keys may differ */
    WORK_VECTOR = 1 << 4,     /* the level-1 vector may differ */
    WORK_CANDIDATES = 1 << 5, /* its candidate pairs may differ */
    WORK_PROFILE = 1 << 6,    /* the scores of its pairs may differ */
    WORK_WANTED = 1 << 7,     /* its profile is about to be read: turn_score.c */
    WORK_PUT_OFF = 1 << 8,    /* to be rescored in a later turn: dirty.c */
    WORK_NAMESAKES = 1 << 9,  /* how many bear its name may differ */
};

enum work_loaded {
    LOADED_NODE = 1 << 0,
    LOADED_EDGES = 1 << 1,
    LOADED_SAMPLE = 1 << 2,
    LOADED_VECTORS = 1 << 3,
    LOADED_PAIRS = 1 << 4,
    LOADED_MATCHES = 1 << 5,
};

/* Edges this turn adds to or removes from an entity; sorted on demand. */
struct edge_set {
    struct edge *edges;
    size_t count, room;
    size_t sorted; /* the first so many are in order */
};

struct work {
    struct id id;
    uint32_t flags;  /* enum work_flag */
    uint32_t loaded; /* enum work_loaded */
    uint32_t cause;  /* index of the input that last concerned it */
    uint8_t term_kind;
    struct slice term; /* as an input of the turn writes it, for a newcomer's row */
    bool existed;    /* had a row before the turn */
    bool node_changed, pairs_changed, matches_changed;
    bool relabelled; /* label text differs from before the turn */

    struct slice node_row, sample_row, vector_row, pairs_row, matches_row; /* as stored */

    struct node node; /* current; node.group_count 0: gone */
    uint32_t old_order;
    uint64_t stored_degree;
    struct slice old_label, old_type;
    struct slice name; /* the label normalised; data NULL until asked */

    struct edge *stored_edges; /* all rows of the store, of all but hubs */
    size_t stored_count;
    struct edge_set added, removed;

    struct sample *old_sample, *sample; /* NULL: none */
    const uint16_t *vectors;            /* z0, and z1 if level1, in half precision; NULL: none */
    bool level1;                        /* it takes part at level 1: network_has_level1 */
    struct slice said;                  /* the label as statements take it: normalised, cut */
    uint8_t namesakes;                  /* in its graph, in powers of two: turn_namesakes.c */
    uint16_t *new_vectors;              /* the same, while turn_vector.c makes them */
    bool vectors_changed, z0_changed;
    const struct profile_entry *profile; /* in the cache, while turn_score.c reads it */
    struct pair_list pairs;   /* current */
    struct pair_list matches; /* current partners, with the scores of their pairs */
};

struct work_block {
    uint64_t key;
    struct slice row; /* as stored */
    struct block block;
    bool changed;
};

/* To be sorted by the key at hand: a block's own would be fetched for every comparison. */
struct keyed_block {
    uint64_t key;
    struct work_block *block;
};

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

struct profile_cache;
struct value_cache;

struct engine {
    struct kv *kv;
    struct engine_options options;
    char uuid[37];
    char source[64]; /* ce_source of the events */
    uint64_t epoch, head;
    bool held; /* events are held: engine.h */
    struct slice names[ENGINE_MAX_GRAPHS];
    uint16_t tags[ENGINE_MAX_GRAPHS];
    size_t ranks[ENGINE_MAX_GRAPHS]; /* in the order of the names */
    size_t z0_floats, z1_floats;
    float threshold;

    struct predicates *predicates;
    struct id_map relations; /* {relation code} -> its index and name in the model: turn_vector.c */
    struct profile_cache *profiles;
    struct row_cache *rows;
    struct value_cache *values[ENGINE_MAX_THREADS];
    struct pool *pool;

    struct engine_totals totals;
    uint64_t digests[KV_FAMILIES]; /* sum of the rows' hashes */

    /* of a turn */
    struct arena *arena;
    struct arena *worker_arenas[ENGINE_MAX_THREADS];
    struct kv_batch *batch;
    struct kv_iter *scan;
    struct id_map works;
    struct work **list; /* every work, in order of appearance */
    size_t count, room;
    struct id_map blocks; /* {0, key} -> struct work_block */
    struct work_block **block_list;
    size_t block_count, block_room;
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

/* --- work.c: the working set --- */

#define NO_CAUSE UINT32_MAX

/* The work of an entity, made when absent; NULL when out of memory. */
struct work *work_get(struct engine *e, struct id id);
/* Raises flags and remembers the cause. */
void work_flag(struct work *w, uint32_t flags, uint32_t cause);

/* Load the rows of those works that do not have them yet. */
int work_load_nodes(struct engine *e, struct work **works, size_t count);
int work_load_samples(struct engine *e, struct work **works, size_t count);
int work_load_vectors(struct engine *e, struct work **works, size_t count);
int work_load_pairs(struct engine *e, struct work **works, size_t count);
/* And their pairs. */
int work_load_matches(struct engine *e, struct work **works, size_t count);

static inline bool work_alive(const struct work *w)
{
    return w->node.group_count != 0;
}

/* The index of a graph's tag, or graph_count. */
size_t work_graph(const struct engine *e, struct id id);

/* Is a the subject of a pair with b? */
bool work_first(const struct engine *e, struct id a, struct id b);

/* A growing array of pointers in the arena. */
struct work_list {
    struct work **works;
    size_t count, room;
};
int work_list_add(struct engine *e, struct work_list *list, struct work *w);
/* Every work with any of these flags, in order of appearance. */
int work_list_flagged(struct engine *e, uint32_t flags, struct work_list *ret_list);

/* Label of an entity in normal form; empty when it has none.  Memory of the
 * arena; not for use from several threads. */
int work_name(struct engine *e, struct work *w, struct slice *ret_name);

/* What a row adds to the digest of its family. */
uint64_t work_row_hash(enum kv_family family, struct slice key, struct slice row);
/* Writes what differs from before: one row.  old and new: data NULL for none. */
void work_put_row(struct engine *e, enum kv_family family, struct slice key, struct slice old_row,
                  struct slice new_row);
/* Writes every changed row of the working set. */
int work_write(struct engine *e);
void work_reset(struct engine *e);

/* --- edges.c: the edges of an entity as they are within the turn --- */

int edges_add(struct engine *e, struct work *w, const struct edge *edge);
int edges_remove(struct engine *e, struct work *w, const struct edge *edge);
/* Was this edge removed in this turn? */
bool edges_is_removed(struct work *w, const struct edge *edge);
/* The first `limit` edges of a group. */
int edges_group(struct engine *e, struct work *w, uint64_t relation, size_t limit,
                struct edge **ret_edges, size_t *ret_count);
/* The rows of the store from `from` on (NULL: the first), at most `limit`,
 * without those this turn removed or moved unless removed_too.  ret_next: where
 * to go on when there are more. */
int edges_stored(struct engine *e, struct work *w, const struct edge *from, size_t limit,
                 bool removed_too, struct edge **ret_edges, size_t *ret_count, struct edge *ret_next,
                 bool *ret_more);
bool edges_is_hub(const struct engine *e, const struct work *w);
/* Is an edge with this key stored?  Not of this turn. */
int edges_exist(struct engine *e, const struct work *const *works, const struct edge *edges,
                size_t count, bool *exist);
int edges_write(struct engine *e, struct work *w);

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
/* The blocks of these keys into memory: turn_block.c. */
int work_need_blocks(struct engine *e, const uint64_t *keys, size_t count);
/* By key, ascending. */
void work_sort_blocks(struct keyed_block *blocks, size_t count);
/* One that is there. */
const struct work_block *work_block_of(const struct engine *e, uint64_t key);

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

/* The profile of an entity's neighbourhood, from the cache or built: turn_score.c. */
/* floats: of the largest profile. */
struct profile_cache *profile_cache_new(size_t bytes, size_t floats);
void profile_cache_free(struct profile_cache *c);
void profile_cache_clear(struct profile_cache *c);
void profile_cache_drop(struct profile_cache *c, struct id id);
/* NULL when it is not there; lent until the next profile is built. */
const float *profile_cache_find(const struct profile_cache *c, struct id id);
/* Room for a profile that the caller fills before anybody looks for it. */
float *profile_cache_put(struct profile_cache *c, struct id id, size_t floats);
/* Is the young half full?  Then the old one can make way for it: what was lent ends. */
bool profile_cache_is_full(const struct profile_cache *c);
void profile_cache_turn_over(struct profile_cache *c);
/* How the model knows a relation, into the engine's table: before threads ask for it. */
int engine_resolve_relation(struct engine *e, uint64_t relation);
/* What a profile needs of these entities: samples, vectors, those of their neighbours. */
int profile_load_inputs(struct engine *e, struct work **works, size_t count);
/* Builds a profile into `profile` (room for the largest); from any worker of the
 * pool, once inputs are loaded. */
void profile_build(const struct engine *e, const struct work *w, unsigned worker, float *profile);
/* Memory of value vectors, one a worker: turn_vector.c. free releases it. */
struct value_cache *value_cache_new(void);
void value_cache_get(struct value_cache *c, const struct model *model, struct slice text,
                     struct slice datatype, float *z0);
size_t profile_max_floats(const struct engine *e);
/* Of one entity, once its inputs are loaded. */
size_t profile_floats(const struct engine *e, const struct work *w);
/* Of an entity's vectors in their row, which begin there. */
enum { VECTORS_AT = 2 };
size_t work_vector_bytes(const struct engine *e, const struct work *w);

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

/* --- meta.c --- */
int meta_load(struct engine *e);
int meta_write_state(struct engine *e);

/* The row `state`. */
struct meta_state {
    uint64_t epoch, head, pairs, matches;
    size_t graph_count;
    struct meta_graph {
        uint32_t tag;
        uint64_t triples, entities;
    } graphs[ENGINE_MAX_GRAPHS];
    uint64_t digests[KV_FAMILIES];
};
void meta_encode_state(struct buf *out, const struct meta_state *s);
int meta_decode_state(struct slice row, struct meta_state *s);

/* A row of KV_META, data NULL for none; pin is released by the caller. */
int meta_get(struct kv *kv, const char *name, struct slice *ret_value, struct kv_value *pin);
/* A row in memory of the arena; data NULL where there is none. */
int meta_copy(struct kv *kv, const char *name, struct arena *arena, struct slice *ret_copy);
/* ERR_NOT_FOUND: nothing is in the store.  ERR_VERSION (logged). */
int meta_check_format(struct kv *kv);
/* Deletes all of a family. */
void meta_clear_family(struct kv *kv, struct kv_batch *batch, enum kv_family family);
/* A batch that begins an epoch: the outbox without events, dead letters counted from 1
 * (*ret_head of them), published emptied, events held. */
int meta_begin_epoch(struct kv *kv, struct kv_batch *batch, uint64_t *ret_head);
/* The dead letters of an outbox into a batch of `to`, numbered from 1. */
int meta_keep_dead_letters(struct kv *from, struct kv *to, struct kv_batch *batch,
                           uint64_t *ret_head);

#endif
