/*
 * turn_vector.c - labels and samples to vectors.  z0 is the text of an
 * entity, z1 its level-1 vector as a neighbour, of those that take part there
 * (the nameless, or all: model.h); both are stored rounded to
 * half precision and only ever used so, and each is computed whole from its
 * inputs, so it does not matter when or beside what.
 */
#include "engine_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/text.h"
#include "alignd/model/network.h"
#include "alignd/model/text_vector.h"

#include <assert.h>
#include <stdlib.h>

enum { MAX_NEIGHBOURS = NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES, MAX_Z0 = 128, MAX_Z = 512 };

struct vector_job {
    struct engine *e;
    struct work **works;
};

/* A place of the table holds name << 32 | index + 1. */
static_assert(sizeof(void *) == 8, "a relation's name and index share a pointer");

int engine_resolve_relation(struct engine *e, uint64_t relation)
{
    void **place = id_map_place(&e->relations, (struct id){relation & 3, relation >> 2});
    if (!place || *place)
        return place ? ERR_OK : ERR_NO_MEMORY;
    struct slice name = predicates_relation_name(e->predicates, relation);
    bool inverse = (relation & RELATION_INVERSE) != 0;
    uint64_t index = (uint64_t)model_relation_index(e->options.model, name, inverse) + 1;
    *place = (void *)(uintptr_t)((uint64_t)model_relation_name(name, inverse) << 32 | index);
    return ERR_OK;
}

/* Called from several threads: the relation was resolved before. */
static struct network_neighbour neighbour_by(const struct engine *e, uint64_t relation)
{
    uint64_t known = (uintptr_t)id_map_get(&e->relations, (struct id){relation & 3, relation >> 2});
    return (struct network_neighbour){.relation = (int)(known & 0xffffffff) - 1,
                                      .named = (uint32_t)(known >> 32)};
}

static void refresh_z0(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct vector_job *job = arg;
    struct slice none = {"", 0};
    float z0[MAX_Z];
    for (size_t i = begin; i < end; i++) {
        struct work *w = job->works[i];
        if (!w->z0_changed)
            continue;
        text_vector(job->e->options.model, w->node.has_label ? w->node.label : none, none, z0);
        half_round(z0, job->e->z0_floats);
        half_from_float(w->new_vectors, z0, job->e->z0_floats);
        w->level1 = network_has_level1(job->e->options.model, z0);
    }
}

/*
 * Vectors of values that were met lately, by hash of text and datatype: the
 * same years, durations and countries come again and again.  One table a
 * worker, so no lock.
 */
#define VALUE_SLOTS 4096

struct value_cache {
    struct value_slot {
        struct hash128 key;
        uint16_t z0[MAX_Z0];
    } slots[VALUE_SLOTS];
};

struct value_cache *value_cache_new(void)
{
    return calloc(1, sizeof(struct value_cache));
}

void value_cache_get(struct value_cache *c, const struct model *model, struct slice text,
                     struct slice datatype, float *z0)
{
    struct hash128 key =
        hash_bytes_128(text, datatype.len ? hash_bytes(datatype, 21) | 1 : 20);
    struct value_slot *slot = &c->slots[key.lo % VALUE_SLOTS];
    size_t floats = model_z0_floats(model);
    if (slot->key.hi != key.hi || slot->key.lo != key.lo) {
        text_vector(model, text, datatype, z0);
        half_from_float(slot->z0, z0, floats);
        slot->key = key;
    }
    half_to_float(z0, slot->z0, floats);
}

/* The neighbours of a sample as the network takes them; floats: room for
 * (z0 + z1) of each. z1 only when asked. */
static size_t gather(const struct engine *e, const struct sample *s, bool with_z1, unsigned worker,
                     float *floats, struct network_neighbour *out)
{
    size_t n = 0;
    for (size_t i = 0; i < s->neighbour_count; i++) {
        const struct work *k = id_map_get(&e->works, s->neighbours[i].id);
        assert(k && k->vectors);
        half_to_float(floats, k->vectors, e->z0_floats + (with_z1 && k->level1 ? e->z1_floats : 0));
        out[n] = neighbour_by(e, s->neighbours[i].relation);
        out[n].text = k->said;
        out[n].z0 = floats;
        out[n++].z1 = floats + e->z0_floats;
        floats += e->z0_floats + e->z1_floats;
    }
    for (size_t i = 0; i < s->value_count; i++) {
        value_cache_get(e->values[worker], e->options.model, s->values[i].text,
                        s->values[i].datatype, floats);
        out[n] = neighbour_by(e, s->values[i].relation);
        out[n].text = s->values[i].text;
        out[n].datatype = s->values[i].datatype;
        out[n++].z0 = floats;
        floats += e->z0_floats;
    }
    return n;
}

static void refresh_z1(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct vector_job *job = arg;
    const struct engine *e = job->e;
    struct network_neighbour neighbours[MAX_NEIGHBOURS];
    float floats[MAX_NEIGHBOURS * MAX_Z], z0[MAX_Z], z1[MAX_Z];
    for (size_t i = begin; i < end; i++) {
        struct work *w = job->works[i];
        if (!w->level1)
            continue;
        size_t n = gather(e, w->sample, false, worker, floats, neighbours);
        half_to_float(z0, w->vectors, e->z0_floats);
        network_vector1(e->options.model, z0, neighbours, n, z1);
        half_from_float(w->new_vectors + e->z0_floats, z1, e->z1_floats);
    }
}

/* Everything refresh_z1 reads is in memory after this. */
static int load_inputs(struct engine *e, const struct work_list *list)
{
    struct work_list met = {0};
    int rc = ERR_OK;
    for (size_t i = 0; i < list->count && !rc; i++) {
        const struct sample *s = list->works[i]->sample;
        if (!s)
            return ERR_STORE;
        rc = work_list_add(e, &met, list->works[i]);
        for (size_t k = 0; k < s->neighbour_count && !rc; k++) {
            struct work *n = work_get(e, s->neighbours[k].id);
            rc = n ? work_list_add(e, &met, n) : ERR_NO_MEMORY;
            rc = rc ? rc : engine_resolve_relation(e, s->neighbours[k].relation);
        }
        for (size_t k = 0; k < s->value_count && !rc; k++)
            rc = engine_resolve_relation(e, s->values[k].relation);
    }
    if (!rc)
        rc = work_load_vectors(e, met.works, met.count);
    for (size_t i = 0; i < met.count && !rc; i++)
        if (!met.works[i]->vectors) {
            log_error("store: a sample names an entity that has no vectors");
            rc = ERR_STORE;
        }
    return rc;
}

/* Whoever holds a changed neighbour in its sample is to be scored again. */
static int spread(struct engine *e, const struct work_list *changed)
{
    int rc = ERR_OK;
    struct work_list met = {0};
    size_t *ends = arena_alloc(e->arena, (changed->count + 1) * sizeof(*ends));
    if (!ends)
        return ERR_NO_MEMORY;

    /* pass 1: the neighbours, of all but hubs */
    for (size_t i = 0; i < changed->count && !rc; i++) {
        struct work *w = changed->works[i];
        struct edge *edges, next;
        size_t count = 0;
        bool more;
        if (edges_is_hub(e, w))
            rc = dirty_add_spread(e, w);
        else if (w->existed)
            rc = edges_stored(e, w, NULL, SIZE_MAX - 1, true, &edges, &count, &next, &more);
        for (size_t k = 0; k < count && !rc; k++) {
            if (edge_is_value(&edges[k]))
                continue;
            struct work *y = work_get(e, edges[k].neighbour);
            rc = y ? work_list_add(e, &met, y) : ERR_NO_MEMORY;
        }
        ends[i] = met.count;
    }

    /* pass 2: those of them that sampled it */
    if (!rc)
        rc = work_load_samples(e, met.works, met.count);
    for (size_t i = 0, k = 0; i < changed->count && !rc; i++)
        for (; k < ends[i]; k++)
            if (met.works[k]->sample && sample_holds(met.works[k]->sample, changed->works[i]->id))
                work_flag(met.works[k], WORK_PROFILE, changed->works[i]->cause);
    return rc;
}

/* Those of a list that have a level-1 vector. */
static int with_level1(struct engine *e, const struct work_list *list, struct work_list *ret_list)
{
    int rc = ERR_OK;
    *ret_list = (struct work_list){0};
    for (size_t i = 0; i < list->count && !rc; i++)
        if (list->works[i]->level1)
            rc = work_list_add(e, ret_list, list->works[i]);
    return rc;
}

/* The label as statements take it. */
static int renew_said(struct engine *e, struct work *w)
{
    struct slice name;
    int rc = work_name(e, w, &name);
    w->said = text_truncate(name, STATEMENT_LABEL_BYTES);
    return rc;
}

/* Room for new vectors, which begin as the old ones. */
static int renew(struct engine *e, struct work *w, bool keep)
{
    w->new_vectors =
        arena_calloc(e->arena, 1, (e->z0_floats + e->z1_floats) * sizeof(*w->new_vectors));
    if (!w->new_vectors)
        return ERR_NO_MEMORY;
    if (keep && w->vectors)
        memcpy(w->new_vectors, w->vectors, work_vector_bytes(e, w));
    w->vectors = w->new_vectors;
    return ERR_OK;
}

/* Does the store have the same vectors and label? */
static bool stands(const struct engine *e, const struct work *w)
{
    size_t bytes = work_vector_bytes(e, w), label_at = VECTORS_AT + bytes;
    struct slice row = w->vector_row;
    return row.len == label_at + w->said.len &&
           memcmp(row.data + VECTORS_AT, w->vectors, bytes) == 0 &&
           slice_equal((struct slice){row.data + label_at, row.len - label_at}, w->said);
}

/* Is the level-1 vector another one than that of the store? */
static bool moved(const struct engine *e, const struct work *w)
{
    size_t z0 = e->z0_floats * sizeof(uint16_t), bytes = work_vector_bytes(e, w);
    return w->level1 && (w->vector_row.len < VECTORS_AT + bytes ||
                         memcmp((const char *)w->vectors + z0, w->vector_row.data + VECTORS_AT + z0,
                                bytes - z0) != 0);
}

int turn_vector(struct engine *e)
{
    struct work_list flagged, living = {0}, changed = {0}, level1;
    int rc = work_list_flagged(e, WORK_VECTOR, &flagged);
    if (!rc)
        rc = work_load_vectors(e, flagged.works, flagged.count);

    /* pass 1: who has vectors at all, and whose text changed */
    for (size_t i = 0; i < flagged.count && !rc; i++) {
        struct work *w = flagged.works[i];
        profile_cache_drop(e->profiles, w->id);
        if (!work_alive(w)) {
            w->vectors_changed = w->vectors != NULL;
            w->vectors = NULL;
            continue;
        }
        w->z0_changed = !w->vectors || w->relabelled;
        rc = work_list_add(e, &living, w);
        if (!rc && (w->z0_changed || w->level1))
            rc = renew(e, w, true);
        if (!rc && w->z0_changed)
            rc = renew_said(e, w);
    }

    /* pass 2: z0, before anybody reads it as a neighbour's */
    struct vector_job job = {e, living.works};
    if (!rc)
        pool_run(e->pool, refresh_z0, &job, living.count, 64);

    /* pass 3: z1 */
    if (!rc)
        rc = with_level1(e, &living, &level1);
    if (!rc)
        rc = load_inputs(e, &level1);
    job.works = level1.works;
    if (!rc)
        pool_run(e->pool, refresh_z1, &job, level1.count, 32);

    /* pass 4: the cut-off: only what moved concerns others */
    for (size_t i = 0; i < living.count && !rc; i++) {
        struct work *w = living.works[i];
        w->vectors_changed = !stands(e, w);
        e->report->vectors_changed += w->vectors_changed;
        work_flag(w, WORK_PROFILE, NO_CAUSE);
        if (!e->options.cut_offs || moved(e, w))
            rc = work_list_add(e, &changed, w);
    }
    return rc ? rc : spread(e, &changed);
}

int turn_vector_anew(struct engine *e, const struct work_list *list, bool level1)
{
    struct work_list concerned = *list;
    int rc = work_load_nodes(e, list->works, list->count);
    if (!rc)
        rc = work_load_vectors(e, list->works, list->count);
    if (!rc && level1)
        rc = with_level1(e, list, &concerned);
    if (!rc && level1)
        rc = profile_load_inputs(e, concerned.works, concerned.count);
    for (size_t i = 0; i < concerned.count && !rc; i++) {
        struct work *w = concerned.works[i];
        if (level1 && (!w->vectors || !w->sample))
            return ERR_STORE;
        rc = renew(e, w, level1);
        if (!rc && !level1)
            rc = renew_said(e, w);
        w->vectors_changed = true;
        w->z0_changed = !level1;
    }
    struct vector_job job = {e, concerned.works};
    if (!rc)
        pool_run(e->pool, level1 ? refresh_z1 : refresh_z0, &job, concerned.count, 32);
    return rc;
}

/* --- profiles --- */

size_t profile_max_floats(const struct engine *e)
{
    size_t n = (size_t)e->options.neighbours;
    return network_profile_floats(e->options.model, n, n, (size_t)e->options.values);
}

int profile_load_inputs(struct engine *e, struct work **works, size_t count)
{
    struct work_list living = {0};
    int rc = work_load_samples(e, works, count);
    for (size_t i = 0; i < count && !rc; i++)
        if (works[i]->sample)
            rc = work_list_add(e, &living, works[i]);
    return rc ? rc : load_inputs(e, &living);
}

size_t profile_floats(const struct engine *e, const struct work *w)
{
    size_t n_level1 = 0;
    for (size_t i = 0; i < w->sample->neighbour_count; i++) {
        const struct work *k = id_map_get(&e->works, w->sample->neighbours[i].id);
        n_level1 += k && k->level1;
    }
    return network_profile_floats(e->options.model, n_level1, w->sample->neighbour_count,
                                  w->sample->value_count);
}

void profile_build(const struct engine *e, const struct work *w, unsigned worker, float *profile)
{
    float floats[MAX_NEIGHBOURS * MAX_Z], z0[MAX_Z];
    struct network_neighbour neighbours[MAX_NEIGHBOURS];
    assert(e->z0_floats <= MAX_Z0 && e->z0_floats + e->z1_floats <= MAX_Z && w->sample && w->vectors);
    size_t n = gather(e, w->sample, true, worker, floats, neighbours);
    half_to_float(z0, w->vectors, e->z0_floats);
    struct network_self self = {w->said, w->namesakes, z0};
    network_profile_build(e->options.model, &self, neighbours, n, profile);
}
