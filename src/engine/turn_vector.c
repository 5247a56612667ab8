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

struct vector_job {
    struct engine *e;
    struct work **works;
};

static void refresh_z0(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct vector_job *job = arg;
    struct slice none = {"", 0};
    float z0[PROFILE_MAX_Z];
    for (size_t i = begin; i < end; i++) {
        struct work *w = job->works[i];
        if (!w->z0_changed)
            continue;
        text_vector(job->e->options.model, w->node.has_label ? w->node.label : none, none, z0);
        half_round(z0, job->e->works.z0_floats);
        half_from_float(w->new_vectors, z0, job->e->works.z0_floats);
        w->level1 = network_has_level1(job->e->options.model, z0);
    }
}

static void refresh_z1(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct vector_job *job = arg;
    const struct engine *e = job->e;
    struct network_neighbour neighbours[PROFILE_MAX_NEIGHBOURS];
    float floats[PROFILE_MAX_NEIGHBOURS * PROFILE_MAX_Z], z0[PROFILE_MAX_Z], z1[PROFILE_MAX_Z];
    for (size_t i = begin; i < end; i++) {
        struct work *w = job->works[i];
        if (!w->level1)
            continue;
        size_t n = profiles_gather(e->profiles, &e->works, w, false, worker, floats, neighbours);
        half_to_float(z0, w->vectors, e->works.z0_floats);
        network_vector1(e->options.model, z0, neighbours, n, z1);
        half_from_float(w->new_vectors + e->works.z0_floats, z1, e->works.z1_floats);
    }
}

/* Everything refresh_z1 reads is in memory after this. */
static int load_inputs(struct engine *e, const struct work_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (!list->works[i]->sample)
            return ERR_STORE;
    return profiles_load_inputs(e->profiles, &e->works, list->works, list->count);
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
        if (edges_is_hub(&e->works, w))
            rc = dirty_add_spread(e, w);
        else if (w->existed)
            rc = edges_stored(&e->works, w, NULL, SIZE_MAX - 1, true, &edges, &count, &next, &more);
        for (size_t k = 0; k < count && !rc; k++) {
            if (edge_is_value(&edges[k]))
                continue;
            struct work *y = work_get(&e->works, edges[k].neighbour);
            rc = y ? work_list_add(e->arena, &met, y) : ERR_NO_MEMORY;
        }
        ends[i] = met.count;
    }

    /* pass 2: those of them that sampled it */
    if (!rc)
        rc = work_load_samples(&e->works, met.works, met.count);
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
            rc = work_list_add(e->arena, ret_list, list->works[i]);
    return rc;
}

/* The label as statements take it. */
static int renew_said(struct engine *e, struct work *w)
{
    struct slice name;
    int rc = work_name(e->arena, w, &name);
    w->said = text_truncate(name, STATEMENT_LABEL_BYTES);
    return rc;
}

/* Room for new vectors, which begin as the old ones. */
static int renew(struct engine *e, struct work *w, bool keep)
{
    w->new_vectors =
        arena_calloc(e->arena, 1, (e->works.z0_floats + e->works.z1_floats) * sizeof(*w->new_vectors));
    if (!w->new_vectors)
        return ERR_NO_MEMORY;
    if (keep && w->vectors)
        memcpy(w->new_vectors, w->vectors, work_vector_bytes(&e->works, w));
    w->vectors = w->new_vectors;
    return ERR_OK;
}

/* Does the store have the same vectors and label? */
static bool stands(const struct engine *e, const struct work *w)
{
    size_t bytes = work_vector_bytes(&e->works, w), label_at = LAYOUT_VECTORS_AT + bytes;
    struct slice row = w->vector_row;
    return row.len == label_at + w->said.len &&
           memcmp(row.data + LAYOUT_VECTORS_AT, w->vectors, bytes) == 0 &&
           slice_equal((struct slice){row.data + label_at, row.len - label_at}, w->said);
}

/* Is the level-1 vector another one than that of the store? */
static bool moved(const struct engine *e, const struct work *w)
{
    size_t z0 = e->works.z0_floats * sizeof(uint16_t), bytes = work_vector_bytes(&e->works, w);
    return w->level1 && (w->vector_row.len < LAYOUT_VECTORS_AT + bytes ||
                         memcmp((const char *)w->vectors + z0, w->vector_row.data + LAYOUT_VECTORS_AT + z0,
                                bytes - z0) != 0);
}

int turn_vector(struct engine *e)
{
    struct work_list flagged, living = {0}, changed = {0}, level1;
    int rc = work_list_flagged(&e->works, WORK_VECTOR, &flagged);
    if (!rc)
        rc = work_load_vectors(&e->works, flagged.works, flagged.count);

    /* pass 1: who has vectors at all, and whose text changed */
    for (size_t i = 0; i < flagged.count && !rc; i++) {
        struct work *w = flagged.works[i];
        profiles_drop(e->profiles, w->id);
        if (!work_alive(w)) {
            w->vectors_changed = w->vectors != NULL;
            w->vectors = NULL;
            continue;
        }
        w->z0_changed = !w->vectors || w->relabelled;
        rc = work_list_add(e->arena, &living, w);
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
            rc = work_list_add(e->arena, &changed, w);
    }
    return rc ? rc : spread(e, &changed);
}

int turn_vector_anew(struct engine *e, const struct work_list *list, bool level1)
{
    struct work_list concerned = *list;
    int rc = work_load_nodes(&e->works, list->works, list->count);
    if (!rc)
        rc = work_load_vectors(&e->works, list->works, list->count);
    if (!rc && level1)
        rc = with_level1(e, list, &concerned);
    if (!rc && level1)
        rc = profiles_load_inputs(e->profiles, &e->works, concerned.works, concerned.count);
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
