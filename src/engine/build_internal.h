/*
 * build_internal.h - what the passes of a build share.
 *
 * Invariants:
 * (1) Buckets are in the order of ids: graphs by tag, and within one by the upper bits of the
 *     hash.  So the files of a family, one a bucket, follow each other.
 * (2) Entities are numbered in the order of their ids, from 0: what is sorted by number
 *     is sorted by id, and a number takes a quarter of the room.
 * (3) What a pass asks of any entity lies in nameless files mapped into memory (entities, heap):
 *     what of it is looked at stays in the machine's memory, and the process needs
 *     no more for a larger catalog.
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
    uint64_t vectors; /* in the heap: z0, and z1 if level1, in half precision */
    uint64_t texts;   /* the label normalised, the type */
    uint64_t sample;  /* struct build_sample */
    uint32_t name_bytes, said_bytes, type_bytes;
    uint8_t namesakes;
    bool level1;
    bool wanted; /* its profile is about to be built: build_pair.c */
    uint8_t unused[9];
};
static_assert(sizeof(struct build_entity) == 64, "TEMPORARY_MOST is a multiple of it");

/* A sample as the network reads it; the arrays and then the texts of the values follow. */
struct build_sample {
    uint32_t neighbour_count, value_count;
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

/*
 * A record of BUILD_KEYS: be64 key | be32 number of the entity | its signature | u8 whether it
 * has the key, and whether it is to be told how many of its graph have (turn_namesakes.c).
 */
enum { BUILD_KEY_BYTES = 29, BUILD_KEY_HAS = 1, BUILD_KEY_ASKS = 2 };

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

/* Of BUILD_OFFERS and BUILD_MATCHES: build_match.c. */
enum { BUILD_OFFER_BYTES = 12, BUILD_PARTNER_BYTES = 8 };

struct build {
    struct build_options options;
    const struct state *continues; /* build_continue; NULL: none */
    struct engine *engine;         /* of the empty store: settings, threads, caches */
    const struct state *state;     /* of it: graphs, predicates; what it holds, in the end */
    struct kv *kv;
    const struct model *model;
    const struct mapping *mapping;
    size_t z0_floats, z1_floats;
    size_t by_tag[STATE_MAX_GRAPHS]; /* graphs by tag, ascending */
    size_t graph_buckets, bucket_count;

    struct id recent[4096]; /* entities whose term was noted lately */

    struct temporary_memory *entities, *heap;
    uint64_t entity_count;
    uint64_t *first; /* (bucket_count + 1) number of the first entity of a bucket */
    struct spool *spools[BUILD_SPOOLS];

    struct sorted_file *files[KV_FAMILIES]; /* of the bucket at hand */
    char **paths[KV_FAMILIES];
    size_t path_count[KV_FAMILIES];
    struct state_change change; /* of the empty state: totals, digests */
    struct id_map counted;      /* {graph, hash} of a predicate -> 1 + its place among used */
    struct state_predicate *used;
    size_t used_count, used_room;

    struct arena *arena; /* of the bucket at hand */
    uint64_t *taken;     /* a bit an entity and graph: it is matched there (build_match.c) */
    size_t pass;         /* the one under way */
    struct build_lap {
        double seconds;
        uint64_t bytes;
    } laps[16];
};

size_t build_bucket_of(const struct build *b, struct id id);
/* The index of a graph's tag. */
size_t build_graph(const struct build *b, struct id id);

static inline struct build_entity *build_entity_at(const struct build *b, uint32_t number)
{
    return temporary_memory_at(b->entities, number * sizeof(struct build_entity));
}

/* The label of an entity normalised, as much of it as statements take, and the type; lent. */
struct slice build_entity_name(const struct build *b, const struct build_entity *x);
struct slice build_entity_said(const struct build *b, const struct build_entity *x);
struct slice build_entity_type(const struct build *b, const struct build_entity *x);

/* The next row of a family, in the order of keys. */
int build_put(struct build *b, enum kv_family family, struct slice key, struct slice row);
/* The same under an id. */
int build_put_of(struct build *b, enum kv_family family, struct id id, const struct buf *row);

/* Work on each of so many things by the threads of the engine.  0, or the first failure. */
int build_each(struct build *b, size_t count, size_t grain, void *things, size_t size,
               int (*work)(struct build *b, void *thing, struct arena *arena, unsigned worker));

/* --- the passes, a bucket at a time --- */

/* build_entity.c */
int build_entity_add(struct build *b, size_t graph, const struct change *change,
                     struct buf *scratch);
int build_entity_describe(struct build *b, size_t bucket);
int build_entity_sample(struct build *b, size_t bucket);
/* build_block.c */
int build_block_meet(struct build *b, size_t bucket);
/* build_vector.c */
int build_vector_write(struct build *b, size_t bucket);
/* An entity as its profile takes it, and its neighbours; floats: as many as gathering needs. */
enum { BUILD_NEIGHBOURS = NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES, BUILD_FLOATS = 512 };
size_t build_vector_gather(const struct build *b, const struct build_entity *x, bool with_z1,
                           unsigned worker, float floats[BUILD_NEIGHBOURS * BUILD_FLOATS],
                           struct network_neighbour out[BUILD_NEIGHBOURS]);
/* build_pair.c */
int build_pair_score(struct build *b, size_t bucket);
int build_pair_write(struct build *b, size_t bucket);
/* build_match.c */
/* The pairs of one entity, ascending, all at once: those that may match are offered. */
int build_match_offer(struct build *b, const struct build_score *scores, size_t count);
int build_match_choose(struct build *b, size_t bucket);
int build_match_write(struct build *b, size_t bucket);

#endif
