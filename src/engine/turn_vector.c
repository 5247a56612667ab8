/*
 * turn_vector.c - labels and samples to vectors.  z0 is the text of an
 * entity, z1 its level-1 vector as a neighbour, of those that take part there
 * (the nameless, or all: model.h); both are stored rounded to
 * half precision and only ever used so, and each is computed whole from its
 * inputs, so it does not matter when or beside what.
 */
#include "turn_parts.h"

#include "alignd/base/err.h"
#include "alignd/base/text.h"
#include "alignd/kernel/half.h"
#include "alignd/model/network.h"
#include "alignd/model/statement.h"
#include "alignd/model/text_vector.h"
#include "alignd/store/layout.h"

#include <assert.h>

struct vector_job {
    struct turn *t;
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
        assert(w->new_vectors);
        text_vector(job->t->options->model, w->node.has_label ? w->node.label : none, none, z0);
        half_round(z0, job->t->works.z0_floats);
        half_from_float(w->new_vectors, z0, job->t->works.z0_floats);
        w->level1 = network_has_level1(job->t->options->model, z0);
    }
}

static void refresh_z1(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct vector_job *job = arg;
    const struct turn *t = job->t;
    struct network_neighbour neighbours[PROFILE_MAX_NEIGHBOURS];
    float floats[PROFILE_MAX_NEIGHBOURS * PROFILE_MAX_Z], z0[PROFILE_MAX_Z], z1[PROFILE_MAX_Z];
    for (size_t i = begin; i < end; i++) {
        struct work *w = job->works[i];
        if (!w->level1)
            continue;
        assert(w->vectors && w->vectors == w->new_vectors);
        size_t n = profiles_gather(t->profiles, &t->works, w, false, worker, floats, neighbours);
        half_to_float(z0, w->vectors, t->works.z0_floats);
        network_vector1(t->options->model, z0, neighbours, n, z1);
        half_from_float(w->new_vectors + t->works.z0_floats, z1, t->works.z1_floats);
    }
}

/* Everything refresh_z1 reads is in memory after this. */
static int load_inputs(struct turn *t, const struct work_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (!list->works[i]->sample)
            return ERR_STORE;
    return profiles_load_inputs(t->profiles, &t->works, list->works, list->count);
}

/* Those of a list that have a level-1 vector. */
static struct work_list with_level1(struct arena *arena, const struct work_list *list)
{
    struct work_list found = {0};
    for (size_t i = 0; i < list->count; i++)
        if (list->works[i]->level1)
            work_list_add(arena, &found, list->works[i]);
    assert(found.count <= list->count);
    return found;
}

/* The label as statements take it. */
static void renew_said(struct arena *arena, struct work *w)
{
    assert(work_alive(w));
    struct slice name;
    work_name(arena, w, &name);
    w->said = text_truncate(name, STATEMENT_LABEL_BYTES);
    assert(w->said.len <= STATEMENT_LABEL_BYTES);
}

/* Room for new vectors, which begin as the old ones. */
static void renew(struct work_set *set, struct work *w, bool keep)
{
    assert(w->loaded & LOADED_VECTORS);
    w->new_vectors =
        arena_calloc(set->arena, 1, (set->z0_floats + set->z1_floats) * sizeof(*w->new_vectors));
    if (keep && w->vectors)
        memcpy(w->new_vectors, w->vectors, work_vector_bytes(set, w));
    w->vectors = w->new_vectors;
}

/* Does the store have the same vectors and label? */
static bool stands(const struct work_set *set, const struct work *w)
{
    assert(w->vectors);
    size_t bytes = work_vector_bytes(set, w), label_at = LAYOUT_VECTORS_AT + bytes;
    struct slice row = w->vector_row;
    return row.len == label_at + w->said.len &&
           memcmp(row.data + LAYOUT_VECTORS_AT, w->vectors, bytes) == 0 &&
           slice_equal((struct slice){row.data + label_at, row.len - label_at}, w->said);
}

/* Is the level-1 vector another one than that of the store? */
static bool moved(const struct work_set *set, const struct work *w)
{
    assert(w->vectors);
    size_t z0 = set->z0_floats * sizeof(uint16_t), bytes = work_vector_bytes(set, w);
    return w->level1 && (w->vector_row.len < LAYOUT_VECTORS_AT + bytes ||
                         memcmp((const char *)w->vectors + z0,
                                w->vector_row.data + LAYOUT_VECTORS_AT + z0, bytes - z0) != 0);
}

/*
 * Reads labels, samples and the vectors of neighbours of the entities flagged WORK_VECTOR.
 * Makes their vectors, and notes whose level-1 vector is another one in moved.
 */
int turn_vector(struct turn *t)
{
    assert(t->moved.count == 0);
    struct work_list flagged, living = {0};
    work_list_flagged(&t->works, WORK_VECTOR, &flagged);
    int rc = work_load_vectors(&t->works, flagged.works, flagged.count);
    if (rc)
        return rc;

    /* pass 1: who has vectors at all, and whose text changed */
    for (size_t i = 0; i < flagged.count; i++) {
        struct work *w = flagged.works[i];
        profiles_drop(t->profiles, w->id);
        if (!work_alive(w)) {
            w->vectors_changed = w->vectors != NULL;
            w->vectors = NULL;
            continue;
        }
        w->z0_changed = !w->vectors || w->relabelled;
        work_list_add(t->arena, &living, w);
        if (w->z0_changed || w->level1)
            renew(&t->works, w, true);
        if (w->z0_changed)
            renew_said(t->arena, w);
    }

    /* pass 2: z0, before anybody reads it as a neighbour's */
    struct vector_job job = {t, living.works};
    pool_run(t->pool, refresh_z0, &job, living.count, 64);

    /* pass 3: z1 */
    struct work_list level1 = with_level1(t->arena, &living);
    if ((rc = load_inputs(t, &level1)))
        return rc;
    job.works = level1.works;
    pool_run(t->pool, refresh_z1, &job, level1.count, 32);

    /* pass 4: the cut-off: only what moved concerns others */
    for (size_t i = 0; i < living.count; i++) {
        struct work *w = living.works[i];
        w->vectors_changed = !stands(&t->works, w);
        t->report.vectors_changed += w->vectors_changed;
        work_flag(w, WORK_PROFILE, NO_CAUSE);
        if (!t->options->cut_offs || moved(&t->works, w))
            work_list_add(t->arena, &t->moved, w);
    }
    assert(t->moved.count <= living.count && living.count <= flagged.count);
    return ERR_OK;
}

int turn_vector_anew(struct turn *t, const struct work_list *list, bool level1)
{
    assert(level1 || t->works.vectors_are_foreign);
    int rc;
    if ((rc = work_load_nodes(&t->works, list->works, list->count)) ||
        (rc = work_load_vectors(&t->works, list->works, list->count)))
        return rc;
    struct work_list concerned = level1 ? with_level1(t->arena, list) : *list;
    if (level1 &&
        (rc = profiles_load_inputs(t->profiles, &t->works, concerned.works, concerned.count)))
        return rc;
    for (size_t i = 0; i < concerned.count; i++) {
        struct work *w = concerned.works[i];
        if (level1 && (!w->vectors || !w->sample))
            return ERR_STORE;
        renew(&t->works, w, level1);
        if (!level1)
            renew_said(t->arena, w);
        w->vectors_changed = true;
        w->z0_changed = !level1;
    }
    struct vector_job job = {t, concerned.works};
    pool_run(t->pool, level1 ? refresh_z1 : refresh_z0, &job, concerned.count, 32);
    return ERR_OK;
}
