/*
 * build_internal.h - what the passes of a build share.
 *
 * Invariants:
 * (1) Buckets are in the order of ids: graphs by tag, and within one by the upper bits of the
 *     hash.  So the files of a family, one a bucket, follow each other.
 * (2) Entities are numbered in the order of their ids: what is sorted by number
 *     is sorted by id, and a number takes a quarter of the room.  A bucket has numbers for as
 *     many as may turn out to be in it, so the first one is known before any bucket is read.
 * (3) What a pass asks of any entity lies in nameless files mapped into memory (entities, heap):
 *     what of it is looked at stays in the machine's memory, and the process needs
 *     no more for a larger catalog (build_bound_mapped).
 * (4) Buckets are independent: a pass takes several at once, each by one worker, which
 *     writes nothing that is not its own but the entities and the heap of its bucket's.  What
 *     workers count is summed up afterwards, so who took which bucket is nowhere to be seen.
 */
#ifndef ALIGND_ENGINE_BUILD_INTERNAL_H
#define ALIGND_ENGINE_BUILD_INTERNAL_H

#include "engine_internal.h"

#include "alignd/base/spool.h"
#include "alignd/base/temporary.h"
#include "alignd/engine/build.h"
#include "alignd/model/network.h"
#include "alignd/store/sorted_file.h"

#include <assert.h>
#include <pthread.h>

/* What goes from one pass to a later one. */
enum build_spool {
    BUILD_HALVES,  /* a triple at each of its ends, entities without their order */
    BUILD_EDGES,   /* the same with it: keys of adjacency */
    BUILD_KEYS,    /* an entity under each of its block keys */
    BUILD_HINTS,   /* two that meet in a block */
    BUILD_SCORES,  /* a scored pair at each of its ends */
    BUILD_OFFERS,  /* pairs that may match, as the policy asks for them */
    BUILD_MATCHES, /* a match at each of its ends */
    BUILD_SPOOLS
};

/* Of each entity; a line of the cache. */
struct build_entity {
    struct id id;
    uint64_t vectors;   /* in the heap: z0, and z1 if level1, in half precision */
    uint64_t texts;     /* the label normalised, the type */
    uint64_t sample;    /* struct build_sample */
    uint64_t namesakes; /* of its names: layout_namesakes; workers add theirs at once */
    uint32_t name_bytes, said_bytes, type_bytes;
    uint16_t sample_eights; /* bytes of the sample, in eights */
    bool level1;
    uint8_t unused;
};
static_assert(sizeof(struct build_entity) == 64, "a line of the cache");

/* A sample as the network reads it; the arrays, those of names the bytes of each, and then the
 * texts of values and names follow. */
struct build_sample {
    uint32_t neighbour_count, value_count, name_count, identifier_count, pin_count;
};
struct build_neighbour {
    int32_t relation; /* network_neighbour */
    uint32_t named;
    uint32_t entity;
};
struct build_value {
    int32_t relation;
    uint32_t named;
    uint32_t datatype_bytes, text_bytes;
};

struct build_parts {
    const struct build_neighbour *neighbours;
    const struct build_value *values;
    const struct network_identifier *identifiers;
    const struct network_pin *pins;
    const uint32_t *names; /* bytes of each */
    const char *texts;
};

static inline struct build_parts build_parts_of(const struct build_sample *s)
{
    struct build_parts p = {.neighbours = (const struct build_neighbour *)(s + 1)};
    p.values = (const struct build_value *)(p.neighbours + s->neighbour_count);
    p.identifiers = (const struct network_identifier *)(p.values + s->value_count);
    p.pins = (const struct network_pin *)(p.identifiers + s->identifier_count);
    p.names = (const uint32_t *)(p.pins + s->pin_count);
    p.texts = (const char *)(p.names + s->name_count);
    return p;
}

/*
 * A record of BUILD_KEYS: be64 key | be32 number of the entity | its signature | be32 of which of
 * its names, a bit each, it is to be told how many of its graph have the key (turn_namesakes.c),
 * and whether it has it.
 */
enum { BUILD_KEY_ASKS_AT = 28, BUILD_KEY_BYTES = BUILD_KEY_ASKS_AT + 4 };
#define BUILD_KEY_HAS (UINT32_C(1) << 31)

/* A record of BUILD_HINTS: what a pair shares in one block. */
struct build_hint {
    uint32_t pair[2];     /* the lower number first */
    uint32_t points : 20, /* of block_key_points */
        labelled : 1,     /* both are */
        apart : 8;        /* bits that differ in their signatures */
};

/* A record of BUILD_SCORES. */
struct build_score {
    uint32_t entity;
    struct build_scored {
        uint32_t other;
        float score;
    } pair;
};

/* What one verdict says of a term; and what is decided of a pair, at each end. */
struct build_said {
    struct id term, other;
    bool same, different;
};
struct build_decided {
    uint32_t entity, other;
    uint8_t what; /* enum decided */
};

/* Of BUILD_OFFERS and BUILD_MATCHES: build_match.c. */
enum { BUILD_OFFER_BYTES = 12, BUILD_PARTNER_BYTES = 8 };

/* Predicates and how many triples have them. */
struct build_used {
    struct id_map places; /* {graph, hash} of a predicate -> 1 + its place among all */
    struct state_predicate *all;
    size_t count, room;
};

/* Who takes buckets, one after the other: a thread of the engine. */
/* Room for copies of what lies in the heap (temporary_memory_look). */
enum { BUILD_NEIGHBOURS = NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES, BUILD_FLOATS = 512 };
struct build_copies {
    char sample[8 * UINT16_MAX];
    char entities[BUILD_NEIGHBOURS + 1][BUILD_FLOATS * sizeof(uint16_t) + STATEMENT_LABEL_BYTES];
};

struct build_worker {
    struct build *b;
    unsigned number;
    struct arena *arena;                    /* of the entity, block or pair at hand */
    struct sorted_file *files[KV_FAMILIES]; /* of the bucket at hand */
    struct temporary_cursor heap;
    struct buf row;
    float *profiles[2];          /* of the pair at hand */
    struct build_copies *copies; /* for its profile */
    struct state_totals totals;  /* of all its buckets, as the following */
    uint64_t digests[KV_FAMILIES];
    struct build_used used;
    struct build_said *said; /* build_verdict.c */
    size_t said_count, said_room;
};

struct build {
    struct build_options options;
    const struct state *continues; /* build_continue; NULL: none */
    uint64_t appended;             /* build_append */
    struct engine *engine;         /* of the empty store: settings, threads, caches */
    const struct state *state;     /* of it: graphs, predicates; what it holds, in the end */
    struct kv *kv;
    const struct model *model;
    const struct mapping *mapping;
    size_t z0_floats, z1_floats;
    size_t by_tag[STATE_MAX_GRAPHS]; /* graphs by tag, ascending */
    size_t graph_buckets, bucket_count;

    struct build_clears *clears;
    struct id recent[4096]; /* entities whose term was noted lately */

    struct temporary_memory *entities, *heap;
    /* (bucket_count + 1) numbers of the entities of a bucket: from first, so many */
    uint64_t *first, *living;
    uint64_t entity_count;         /* those that live, so far; workers add theirs at once */
    struct build_decided *decided; /* by entity and other: build_verdict.c */
    size_t decided_count, decided_room;
    struct spool *spools[BUILD_SPOOLS];

    struct build_worker *workers;
    unsigned worker_count;
    pthread_mutex_t lock; /* of what follows, while workers run */
    char **paths[KV_FAMILIES];
    size_t path_count[KV_FAMILIES], path_room[KV_FAMILIES];
    size_t buckets_done; /* of the pass under way */
    int rc;              /* the first failure of the pass */

    pthread_mutex_t profile_lock; /* of the engine's profiles: build_pair.c */
    uint64_t *taken;              /* a bit an entity and graph: it is matched there */
    struct build_lap {
        double seconds;
        uint64_t bytes;
    } laps[16];
};

size_t build_bucket_of(const struct build *b, struct id id);
/* Is it a bucket of terms that verdicts speak of, which are in no catalog? */
bool build_bucket_of_verdicts(const struct build *b, size_t bucket);
/* The index of a graph's tag. */
size_t build_graph(const struct build *b, struct id id);

static inline struct build_entity *build_entity_at(const struct build *b, uint32_t number)
{
    return temporary_memory_at(b->entities, number * sizeof(struct build_entity));
}

/* The label of an entity normalised, as much of it as statements take, and the type; lent.
 * The first of one that comes by chance, copied to the arena if the heap is large. */
struct slice build_entity_name_of(const struct build *b, uint32_t number, struct arena *arena);
struct slice build_entity_name(const struct build *b, const struct build_entity *x);
struct slice build_entity_said(const struct build *b, const struct build_entity *x);
struct slice build_entity_type(const struct build *b, const struct build_entity *x);

/* The next row of a family, in the order of keys. */
int build_put(struct build_worker *w, enum kv_family family, struct slice key, struct slice row);
/* The worker's row under an id. */
int build_put_of(struct build_worker *w, enum kv_family family, struct id id);

/* So many triples more have a predicate. */
void build_count_predicate(struct build_used *used, uint16_t graph_tag, struct predicate *predicate,
                           int64_t triples);

/* Keeps within its share what of entities and heap is in the process' memory; to be called
 * every so often by who reads them. */
enum {
    BUILD_BOUND_EVERY = 4096, /* records or entities of a bucket */
    BUILD_BOUND_PAIRS = 256   /* scored: each looks at two neighbourhoods */
};
void build_bound_mapped(struct build *b);

/* --- the passes, a bucket at a time --- */

/* build_entity.c */
int build_entity_add(struct build *b, size_t graph, const struct change *change,
                     struct buf *scratch);
/* Before the first pass: the numbers of each bucket. */
int build_entity_number(struct build *b);
int build_entity_describe(struct build_worker *w, size_t bucket);
/* All predicates and entities are known: the model's relations are looked up, and verdicts become
 * what is decided. */
void build_entity_known(struct build *b);
int build_entity_sample(struct build_worker *w, size_t bucket);
/* build_verdict.c */
/* An edge of a term in the graph of verdicts. */
void build_verdict_note(struct build_worker *w, struct id term, const struct edge *edge);
/* All of them to what is decided of pairs, once all entities are described. */
void build_verdict_decide(struct build *b);
/* Of an entity: the decided ones from begin to before end. */
void build_verdict_of(const struct build *b, uint64_t number, size_t *ret_begin, size_t *ret_end);
/* Of a pair; 0: nothing. */
uint8_t build_verdict_between(const struct build *b, uint32_t entity, uint32_t other);
struct decided_list build_verdict_list(const struct build *b, uint32_t number, struct arena *arena);
/* The row of an entity, if there is one. */
int build_verdict_write(struct build_worker *w, uint32_t number);
/* build_block.c */
int build_block_meet(struct build_worker *w, size_t bucket);
/* build_vector.c */
int build_vector_write(struct build_worker *w, size_t bucket);
/* The sample of an entity, where it lies or in the worker's copies, as of what follows. */
const struct build_sample *build_vector_sample(const struct build_worker *w,
                                               const struct build_entity *x);
/* Its level-0 vector, in half precision, and its name as statements take it. */
const uint16_t *build_vector_self(const struct build_worker *w, const struct build_entity *x,
                                  struct slice *ret_said);
/* Its neighbours as its profile takes them; floats: as many as gathering needs. */
size_t build_vector_gather(const struct build_worker *w, const struct build_sample *s, bool with_z1,
                           float floats[BUILD_NEIGHBOURS * BUILD_FLOATS],
                           struct network_neighbour out[BUILD_NEIGHBOURS]);
/* Its further names and identifiers in self. */
void build_vector_name(const struct build_entity *x, const struct build_sample *s,
                       struct network_name names[NETWORK_MAX_NAMES],
                       struct network_identifier identifiers[NETWORK_MAX_IDENTIFIERS],
                       struct network_self *self);
/* build_pair.c */
int build_pair_score(struct build_worker *w, size_t bucket);
int build_pair_write(struct build_worker *w, size_t bucket);
/* build_match.c */
/* The pairs of one entity, ascending, all at once: those that may match are offered. */
int build_match_offer(struct build_worker *w, const struct build_score *scores, size_t count);
int build_match_choose(struct build_worker *w, size_t bucket);
int build_match_write(struct build_worker *w, size_t bucket);

#endif
