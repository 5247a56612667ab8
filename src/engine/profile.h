/*
 * profile.h - what the network knows of an entity before it is compared with another: built
 * from its sample, its vectors and those of its neighbours, and kept, since an entity is
 * compared many times.
 *
 * Caches alone: emptied, everything is built again to the same bits.
 */
#ifndef ALIGND_ENGINE_PROFILE_H
#define ALIGND_ENGINE_PROFILE_H

#include "alignd/base/pool.h"
#include "alignd/model/model.h"
#include "alignd/model/network.h"

#include "work.h"

enum { PROFILE_MAX_NEIGHBOURS = NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES };
enum { PROFILE_MAX_Z = 512 }; /* floats of both levels of a neighbour */

struct profile_entry {
    bool valid;
    size_t room; /* floats */
    float floats[];
};

struct profiles;

/* model and options are lent; of a pool of so many threads. */
struct profiles *profiles_new(const struct engine_options *options, unsigned threads);
void profiles_free(struct profiles *p);
/* Forgets every profile. */
void profiles_clear(struct profiles *p);
/* Forgets that of an entity. */
void profiles_drop(struct profiles *p, struct id id);
/* NULL when it is not there; lent until the next one is built. */
const struct profile_entry *profiles_find(const struct profiles *p, struct id id);

/* w->profile, or w added to those that are missing, once: it has WORK_WANTED from then on, which
 * the caller takes away. */
void profiles_want(const struct profiles *p, struct arena *arena, struct work *w,
                   struct work_list *missing);
/* Profiles of entities that are not there are built, each w->profile; lent until
 * profiles_make_room.  ERR_STORE. */
int profiles_build(struct profiles *p, struct work_set *set, struct pool *pool,
                   const struct work_list *missing);
/* Before a number of them is looked for: drops what was not used for long, if need be. */
void profiles_make_room(struct profiles *p);
/* Can so many more be built before it is due? */
bool profiles_have_room(const struct profiles *p, size_t count);

/* Room for the profile of an entity, found from now on, that the caller fills before anybody
 * reads it. */
float *profiles_put(struct profiles *p, struct id id, size_t floats);

/* One that is not kept: floats of the largest; inputs are to be loaded. */
size_t profiles_max_floats(const struct profiles *p);
void profiles_build_one(struct profiles *p, const struct work_set *set, const struct work *w,
                        unsigned worker, float *profile);
/* What is read of these entities: samples, vectors, relations, those of their neighbours. */
int profiles_load_inputs(struct profiles *p, struct work_set *set, struct work **works,
                         size_t count);

/* The neighbours of an entity as the network takes them, and how many; floats: room for
 * (z0 + z1) of each.  z1 only when asked.  From any worker, once inputs are loaded. */
size_t profiles_gather(struct profiles *p, const struct work_set *set, const struct work *w,
                       bool with_z1, unsigned worker, float *floats, struct network_neighbour *out);

/* One of its identifiers, at a place, as the network takes it: nothing where too many have it. */
static inline struct network_identifier profiles_identifier(struct network_identifier x,
                                                            uint64_t namesakes, size_t place)
{
    bool dead = layout_namesakes(namesakes, NETWORK_MAX_NAMES + place) == LAYOUT_NAMESAKES_DEAD;
    return dead ? (struct network_identifier){0} : x;
}

/* The pins of a sample as the network takes them, or just how many. */
static inline size_t profiles_pins(const struct sample_pin *pins, size_t count,
                                   struct network_pin *out)
{
    size_t n = count < NETWORK_MAX_PINS ? count : NETWORK_MAX_PINS;
    for (size_t i = 0; out && i < n; i++)
        out[i] = network_pin_of(pins[i].neighbour, pins[i].pin);
    return n;
}

/* Learns how the model knows a relation.  Not while workers gather. */
void profiles_know_relation(struct profiles *p, const struct predicates *predicates,
                            uint64_t relation);
/* That of a known one, in relation and named.  From any worker. */
struct network_neighbour profiles_relation(const struct profiles *p, uint64_t relation);
/* The vector of a value, rounded as vectors are.  From any worker. */
void profiles_value_vector(struct profiles *p, struct slice text, struct slice datatype,
                           unsigned worker, float *z0);
#endif
