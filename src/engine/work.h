/*
 * work.h - the working set of a turn: the entities it meets, each with its rows as the store
 * has them and as they become.
 *
 * A work is made when an entity is first met, its rows are loaded when a stage asks for
 * them, and stages raise flags that say what else may be out of date.  All memory is the
 * arena's; nothing outlives the turn.
 */
#ifndef ALIGND_ENGINE_WORK_H
#define ALIGND_ENGINE_WORK_H

#include "alignd/align/decided.h"
#include "alignd/align/pair_list.h"
#include "alignd/base/arena.h"
#include "alignd/base/pool.h"
#include "alignd/engine/engine.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/id_map.h"
#include "alignd/graph/node.h"
#include "alignd/graph/sample.h"
#include "alignd/state/state.h"

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
    WORK_WANTED = 1 << 7,     /* its profile is about to be read: profiles_want */
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
    LOADED_DECIDED = 1 << 6,
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
    bool existed;      /* had a row before the turn */
    bool of_catalog;   /* else it is one that verdicts speak of, and has nothing but edges */
    bool node_changed, pairs_changed, matches_changed, decided_changed;
    bool relabelled; /* label text differs from before the turn */

    /* as stored */
    struct slice node_row, sample_row, vector_row, pairs_row, matches_row, decided_row;

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
    uint64_t namesakes;                 /* of its names, in its graph: layout_namesakes */
    uint16_t *new_vectors;              /* the same, while turn_vector.c makes them */
    bool vectors_changed, z0_changed;
    const struct profile_entry *profile; /* in the cache, while its pairs are scored, explained */
    struct pair_list pairs;              /* current */
    struct pair_list matches;            /* current partners, with the scores of their pairs */
    struct decided_list decided;         /* what verdicts say of its pairs: turn_verdict.c */
};

#define NO_CAUSE UINT32_MAX

struct work_set {
    const struct state *state;            /* whose rows are loaded */
    const struct engine_options *options; /* neighbours, values, hub_chunk, model */
    struct arena *arena;
    struct pool *pool;           /* fetches rows; all else is of one thread */
    size_t z0_floats, z1_floats; /* of the model */
    bool vectors_are_foreign;    /* those of the store are of another model: made anew */
    struct kv_iter *scan;        /* over adjacency: edges.c */
    struct id_map map;           /* id -> struct work */
    struct work **list;          /* every work, in order of appearance */
    size_t count, room;
};

/* The work of an entity, made when absent. */
struct work *work_get(struct work_set *set, struct id id);
/* One that is there, or NULL. */
static inline struct work *work_find(const struct work_set *set, struct id id)
{
    return id_map_get(&set->map, id);
}
static inline bool work_alive(const struct work *w)
{
    return w->node.group_count != 0;
}
/* Raises flags and remembers the cause. */
void work_flag(struct work *w, uint32_t flags, uint32_t cause);

/* Load the rows of those works that do not have them yet. */
int work_load_nodes(struct work_set *set, struct work **works, size_t count);
int work_load_samples(struct work_set *set, struct work **works, size_t count);
int work_load_vectors(struct work_set *set, struct work **works, size_t count);
int work_load_pairs(struct work_set *set, struct work **works, size_t count);
/* And their pairs. */
int work_load_matches(struct work_set *set, struct work **works, size_t count);
/* Nothing is read of a store in which nobody has said anything. */
int work_load_decided(struct work_set *set, struct work **works, size_t count);

/* A growing array of pointers in the arena. */
struct work_list {
    struct work **works;
    size_t count, room;
};
void work_list_add(struct arena *arena, struct work_list *list, struct work *w);
/* Every work with any of these flags, in order of appearance. */
void work_list_flagged(const struct work_set *set, uint32_t flags, struct work_list *ret_list);
/* By id. */
void work_sort(struct work **works, size_t count);

/* Label of an entity in normal form; empty when it has none.  Memory of the
 * arena; not for use from several threads. */
void work_name(struct arena *arena, struct work *w, struct slice *ret_name);

/* Of an entity's vectors in their row. */
size_t work_vector_bytes(const struct work_set *set, const struct work *w);

/* All works are forgotten; the memory of the list stays. */
void work_reset(struct work_set *set);
void work_fini(struct work_set *set);
#endif
