/*
 * profile.c - profiles, and what they are built from that comes again and again: how the
 * model knows a relation, and the vectors of values.
 *
 * The cache of profiles has two generations of half the memory each: what was used since the
 * last change of generation is in the young one, and the old one is dropped whole.
 *
 * Invariants: (1) a valid entry is the profile of the entity as it is now: whoever changes
 * what it is built from drops it.  (2) While workers read, nothing is placed: entries,
 * relations and inputs are there before the pool runs.
 */
#include "profile.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/kernel/half.h"
#include "alignd/model/text_vector.h"

#include <assert.h>
#include <stdlib.h>

/*
 * Vectors of values that were met lately, by hash of text and datatype: the
 * same years, durations and countries come again and again.  One table a
 * worker, so no lock.
 */
enum { VALUE_SLOTS = 4096, MAX_Z0 = 128 };

struct value_cache {
    struct value_slot {
        struct hash128 key;
        uint16_t z0[MAX_Z0];
    } slots[VALUE_SLOTS];
};

struct profiles {
    const struct model *model;
    size_t max_floats;          /* of the largest profile */
    struct id_map young, old;   /* id -> struct profile_entry */
    size_t bytes;               /* of the young generation */
    size_t limit;               /* of a generation */
    struct id_map relations;    /* {relation code} -> its index and name in the model */
    struct value_cache *values; /* one a worker */
};

static size_t entry_bytes(size_t floats)
{
    return sizeof(struct profile_entry) + floats * sizeof(float) + 64; /* its slot, malloc's own */
}

struct profiles *profiles_new(const struct engine_options *options, unsigned threads)
{
    assert(threads >= 1 && threads <= 64);
    size_t n = (size_t)options->neighbours;
    struct profiles *p = memory_calloc(1, sizeof(*p));
    struct value_cache *values = memory_calloc(threads, sizeof(*values));
    p->model = options->model;
    p->values = values;
    p->max_floats = network_profile_floats(p->model, n, n, (size_t)options->values) +
                    network_profile_further_floats(p->model, (size_t)options->names - 1,
                                                   NETWORK_MAX_IDENTIFIERS, NETWORK_MAX_PINS);
    p->limit = options->profile_cache_bytes / 2 + 64 * entry_bytes(p->max_floats);
    return p;
}

static void generation_free(struct id_map *m)
{
    for (size_t i = 0; i < m->size; i++)
        free(m->slots[i].value);
    id_map_fini(m);
}

void profiles_clear(struct profiles *p)
{
    generation_free(&p->young);
    generation_free(&p->old);
    p->bytes = 0;
}

void profiles_free(struct profiles *p)
{
    if (!p)
        return;
    profiles_clear(p);
    id_map_fini(&p->relations);
    free(p->values);
    free(p);
}

void profiles_drop(struct profiles *p, struct id id)
{
    struct profile_entry *entry = id_map_get(&p->young, id);
    if (entry)
        entry->valid = false;
    entry = id_map_get(&p->old, id);
    if (entry)
        entry->valid = false;
}

const struct profile_entry *profiles_find(const struct profiles *p, struct id id)
{
    const struct profile_entry *entry = id_map_get(&p->young, id);
    if (!entry)
        entry = id_map_get(&p->old, id);
    return entry && entry->valid ? entry : NULL;
}

void profiles_want(const struct profiles *p, struct arena *arena, struct work *w,
                   struct work_list *missing)
{
    if (w->flags & WORK_WANTED)
        return;
    w->flags |= WORK_WANTED;
    w->profile = profiles_find(p, w->id);
    if (!w->profile)
        work_list_add(arena, missing, w);
}

/* An entry to be filled in the young generation. */
static struct profile_entry *place_entry(struct profiles *p, struct id id, size_t floats)
{
    assert(floats > 0 && floats <= p->max_floats);
    void **place = id_map_place(&p->young, id);
    struct profile_entry *entry = *place;
    if (entry && entry->room >= floats)
        return entry;
    size_t before = entry ? entry_bytes(entry->room) : 0;
    entry = memory_realloc(entry, sizeof(*entry) + floats * sizeof(float));
    p->bytes += entry_bytes(floats) - before;
    entry->valid = false;
    entry->room = floats;
    *place = entry;
    assert(entry->room >= floats && !entry->valid);
    return entry;
}

float *profiles_put(struct profiles *p, struct id id, size_t floats)
{
    struct profile_entry *entry = place_entry(p, id, floats);
    entry->valid = true;
    return entry->floats;
}

void profiles_make_room(struct profiles *p)
{
    if (p->bytes < p->limit)
        return;
    generation_free(&p->old);
    p->old = p->young;
    p->young = (struct id_map){0};
    p->bytes = 0;
    assert(p->bytes < p->limit);
}

bool profiles_have_room(const struct profiles *p, size_t count)
{
    return count * entry_bytes(p->max_floats) < p->limit;
}

size_t profiles_max_floats(const struct profiles *p)
{
    return p->max_floats;
}

/* --- relations and values --- */

/* A place of the table holds name << 32 | index + 1. */
static_assert(sizeof(void *) == 8, "a relation's name and index share a pointer");

void profiles_know_relation(struct profiles *p, const struct predicates *predicates,
                            uint64_t relation)
{
    void **place = id_map_place(&p->relations, (struct id){relation & 3, relation >> 2});
    if (*place)
        return;
    struct slice name = predicates_relation_name(predicates, relation);
    bool inverse = (relation & RELATION_INVERSE) != 0;
    uint64_t index = (uint64_t)model_relation_index(p->model, name, inverse) + 1;
    assert(index <= UINT32_MAX);
    *place = (void *)(uintptr_t)((uint64_t)model_relation_name(name, inverse) << 32 | index);
}

struct network_neighbour profiles_relation(const struct profiles *p, uint64_t relation)
{
    uint64_t known = (uintptr_t)id_map_get(&p->relations, (struct id){relation & 3, relation >> 2});
    return (struct network_neighbour){.relation = (int)(known & 0xffffffff) - 1,
                                      .named = (uint32_t)(known >> 32)};
}

void profiles_value_vector(struct profiles *p, struct slice text, struct slice datatype,
                           unsigned worker, float *z0)
{
    struct hash128 key = hash_bytes_128(text, datatype.len ? hash_bytes(datatype, 21) | 1 : 20);
    struct value_slot *slot = &p->values[worker].slots[key.lo % VALUE_SLOTS];
    size_t z0_floats = model_z0_floats(p->model);
    assert(z0_floats <= MAX_Z0);
    if (slot->key.hi != key.hi || slot->key.lo != key.lo) {
        text_vector(p->model, text, datatype, z0);
        half_from_float(slot->z0, z0, z0_floats);
        slot->key = key;
    }
    half_to_float(z0, slot->z0, z0_floats);
}

size_t profiles_gather(struct profiles *p, const struct work_set *set, const struct work *w,
                       bool with_z1, unsigned worker, float *floats, struct network_neighbour *out)
{
    assert(w->sample->neighbour_count + w->sample->value_count <= PROFILE_MAX_NEIGHBOURS);
    const struct sample *s = w->sample;
    size_t n = 0;
    for (size_t i = 0; i < s->neighbour_count; i++) {
        const struct work *k = work_find(set, s->neighbours[i].id);
        assert(k && k->vectors);
        half_to_float(floats, k->vectors,
                      set->z0_floats + (with_z1 && k->level1 ? set->z1_floats : 0));
        out[n] = profiles_relation(p, s->neighbours[i].relation);
        out[n].text = k->said;
        out[n].z0 = floats;
        out[n++].z1 = floats + set->z0_floats;
        floats += set->z0_floats + set->z1_floats;
    }
    for (size_t i = 0; i < s->value_count; i++) {
        profiles_value_vector(p, s->values[i].text, s->values[i].datatype, worker, floats);
        out[n] = profiles_relation(p, s->values[i].relation);
        out[n].text = s->values[i].text;
        out[n].datatype = s->values[i].datatype;
        out[n++].z0 = floats;
        floats += set->z0_floats;
    }
    assert(n == s->neighbour_count + s->value_count);
    return n;
}

/* --- inputs --- */

/* The entities whose vectors are read, and how the model knows their relations. */
static void meet_inputs(struct profiles *p, struct work_set *set, struct work *w,
                        struct work_list *met)
{
    assert(w->sample);
    const struct predicates *predicates = set->state->predicates;
    const struct sample *s = w->sample;
    work_list_add(set->arena, met, w);
    for (size_t k = 0; k < s->neighbour_count; k++) {
        work_list_add(set->arena, met, work_get(set, s->neighbours[k].id));
        profiles_know_relation(p, predicates, s->neighbours[k].relation);
    }
    for (size_t k = 0; k < s->value_count; k++)
        profiles_know_relation(p, predicates, s->values[k].relation);
}

int profiles_load_inputs(struct profiles *p, struct work_set *set, struct work **works,
                         size_t count)
{
    struct work_list met = {0};
    int rc = work_load_samples(set, works, count);
    if (rc)
        return rc;
    for (size_t i = 0; i < count; i++)
        if (works[i]->sample)
            meet_inputs(p, set, works[i], &met);
    if ((rc = work_load_vectors(set, met.works, met.count)))
        return rc;
    assert(met.count <= met.room);
    for (size_t i = 0; i < met.count; i++)
        if (!met.works[i]->vectors) {
            log_error("store: a sample names an entity that has no vectors");
            return ERR_STORE;
        }
    return ERR_OK;
}

/* --- building --- */

static size_t floats_of(const struct profiles *p, const struct work_set *set, const struct work *w)
{
    assert(w->sample);
    size_t n_level1 = 0;
    for (size_t i = 0; i < w->sample->neighbour_count; i++) {
        const struct work *k = work_find(set, w->sample->neighbours[i].id);
        n_level1 += k && k->level1;
    }
    return network_profile_floats(p->model, n_level1, w->sample->neighbour_count,
                                  w->sample->value_count) +
           network_profile_further_floats(
               p->model, w->sample->name_count, w->sample->identifier_count,
               profiles_pins(w->sample->pins, w->sample->pin_count, NULL));
}

void profiles_build_one(struct profiles *p, const struct work_set *set, const struct work *w,
                        unsigned worker, float *profile)
{
    float floats[PROFILE_MAX_NEIGHBOURS * PROFILE_MAX_Z], z0[PROFILE_MAX_Z];
    struct network_neighbour neighbours[PROFILE_MAX_NEIGHBOURS];
    assert(set->z0_floats <= MAX_Z0 && set->z0_floats + set->z1_floats <= PROFILE_MAX_Z);
    assert(w->sample && w->vectors);
    size_t n = profiles_gather(p, set, w, true, worker, floats, neighbours);
    half_to_float(z0, w->vectors, set->z0_floats);
    struct network_name names[NETWORK_MAX_NAMES];
    struct network_identifier identifiers[NETWORK_MAX_IDENTIFIERS];
    struct network_pin pins[NETWORK_MAX_PINS];
    const struct sample *s = w->sample;
    struct network_self self = {.label = w->said,
                                .namesakes = layout_namesakes(w->namesakes, 0),
                                .z0 = z0,
                                .names = names,
                                .name_count = s->name_count,
                                .identifiers = identifiers,
                                .identifier_count = s->identifier_count,
                                .pins = pins,
                                .pin_count = profiles_pins(s->pins, s->pin_count, pins)};
    for (size_t i = 0; i < s->name_count; i++)
        names[i] = (struct network_name){s->names[i], layout_namesakes(w->namesakes, i + 1)};
    for (size_t i = 0; i < s->identifier_count; i++)
        identifiers[i] = profiles_identifier(
            network_identifier_of(s->identifiers[i].relation, s->identifiers[i].text), w->namesakes,
            i);
    network_profile_build(p->model, &self, neighbours, n, profile);
}

struct build_job {
    struct profiles *p;
    const struct work_set *set;
    struct work **works;
    struct profile_entry **entries;
};

static void build_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct build_job *job = arg;
    for (size_t i = begin; i < end; i++)
        profiles_build_one(job->p, job->set, job->works[i], worker, job->entries[i]->floats);
}

int profiles_build(struct profiles *p, struct work_set *set, struct pool *pool,
                   const struct work_list *missing)
{
    struct build_job job = {p, set, missing->works,
                            arena_alloc(set->arena, (missing->count + 1) * sizeof(*job.entries))};
    int rc = profiles_load_inputs(p, set, missing->works, missing->count);
    if (rc)
        return rc;
    for (size_t i = 0; i < missing->count; i++) {
        if (!missing->works[i]->sample)
            return ERR_INTERNAL;
        job.entries[i] =
            place_entry(p, missing->works[i]->id, floats_of(p, set, missing->works[i]));
    }
    pool_run(pool, build_range, &job, missing->count, 8);
    for (size_t i = 0; i < missing->count; i++) {
        job.entries[i]->valid = true;
        missing->works[i]->profile = job.entries[i];
    }
    return ERR_OK;
}
