/*
 * turn_score.c - profiles to scores.  A pair is scored when it became a
 * candidate or the profile of an end changed; a score that stays the same to
 * the bit goes no further.
 */
#include "engine_internal.h"

#include "alignd/align/assign.h"
#include "alignd/base/err.h"
#include "alignd/model/network.h"

#include <stdlib.h>

/* --- the cache of profiles --- */

/*
 * Two generations of half the memory each: what was used since the last
 * change of generation is in the young one, and the old one is dropped whole.
 */
struct profile_entry {
    bool valid;
    size_t room; /* floats */
    float floats[];
};

struct profile_cache {
    struct id_map young, old;
    size_t bytes; /* of the young generation */
    size_t limit; /* of a generation */
};

static size_t entry_bytes(size_t floats)
{
    return sizeof(struct profile_entry) + floats * sizeof(float) + 64; /* its slot, malloc's own */
}

struct profile_cache *profile_cache_new(size_t bytes, size_t floats)
{
    struct profile_cache *c = calloc(1, sizeof(*c));
    if (c)
        c->limit = bytes / 2 + 64 * entry_bytes(floats);
    return c;
}

static void generation_free(struct id_map *m)
{
    for (size_t i = 0; i < m->size; i++)
        free(m->slots[i].value);
    id_map_fini(m);
}

void profile_cache_clear(struct profile_cache *c)
{
    generation_free(&c->young);
    generation_free(&c->old);
    c->bytes = 0;
}

void profile_cache_free(struct profile_cache *c)
{
    if (!c)
        return;
    profile_cache_clear(c);
    free(c);
}

void profile_cache_drop(struct profile_cache *c, struct id id)
{
    struct profile_entry *entry = id_map_get(&c->young, id);
    if (entry)
        entry->valid = false;
    entry = id_map_get(&c->old, id);
    if (entry)
        entry->valid = false;
}

static const struct profile_entry *cache_find(const struct profile_cache *c, struct id id)
{
    const struct profile_entry *entry = id_map_get(&c->young, id);
    if (!entry)
        entry = id_map_get(&c->old, id);
    return entry && entry->valid ? entry : NULL;
}

const float *profile_cache_find(const struct profile_cache *c, struct id id)
{
    const struct profile_entry *entry = cache_find(c, id);
    return entry ? entry->floats : NULL;
}

/* An entry to be filled in the young generation. */
static struct profile_entry *cache_place(struct profile_cache *c, struct id id, size_t floats)
{
    void **place = id_map_place(&c->young, id);
    if (!place)
        return NULL;
    struct profile_entry *entry = *place;
    if (entry && entry->room >= floats)
        return entry;
    size_t before = entry ? entry_bytes(entry->room) : 0;
    entry = realloc(entry, sizeof(*entry) + floats * sizeof(float));
    if (!entry) {
        c->young.count -= !*place; /* the slot stays as it is */
        return NULL;
    }
    c->bytes += entry_bytes(floats) - before;
    entry->valid = false;
    entry->room = floats;
    *place = entry;
    return entry;
}

float *profile_cache_put(struct profile_cache *c, struct id id, size_t floats)
{
    struct profile_entry *entry = cache_place(c, id, floats);
    if (entry)
        entry->valid = true;
    return entry ? entry->floats : NULL;
}

bool profile_cache_is_full(const struct profile_cache *c)
{
    return c->bytes >= c->limit;
}

void profile_cache_turn_over(struct profile_cache *c)
{
    generation_free(&c->old);
    c->old = c->young;
    c->young = (struct id_map){0};
    c->bytes = 0;
}

/* --- jobs --- */

static int add_change(struct engine *e, struct id a, struct id b, float old_score, float new_score)
{
    if (e->change_count == e->change_room) {
        size_t room = e->change_room ? e->change_room * 2 : 256;
        struct assign_change *changes = realloc(e->changes, room * sizeof(*changes));
        if (!changes)
            return ERR_NO_MEMORY;
        e->changes = changes;
        e->change_room = room;
    }
    e->changes[e->change_count++] = (struct assign_change){a, b, old_score, new_score};
    return ERR_OK;
}

int turn_score_gone(struct engine *e, struct work *a, struct work *b, float old_score,
                    uint32_t cause)
{
    work_flag(a, 0, cause);
    work_flag(b, 0, cause);
    return add_change(e, a->id, b->id, old_score, PAIR_UNSCORED);
}

int turn_score_add(struct engine *e, struct work *a, struct work *b, uint32_t cause)
{
    if (e->job_count == e->job_room) {
        size_t room = e->job_room ? e->job_room * 2 : 1024;
        struct score_job *jobs = realloc(e->jobs, room * sizeof(*jobs));
        if (!jobs)
            return ERR_NO_MEMORY;
        e->jobs = jobs;
        e->job_room = room;
    }
    bool in_order = work_first(e, a->id, b->id);
    e->jobs[e->job_count++] =
        (struct score_job){.a = in_order ? a : b, .b = in_order ? b : a, .cause = cause};
    return ERR_OK;
}

static int compare_jobs(const void *a, const void *b)
{
    const struct score_job *x = a, *y = b;
    int c = id_compare(x->a->id, y->a->id);
    return c ? c : id_compare(x->b->id, y->b->id);
}

/*
 * Entities whose profile changed, as many as the budget allows: what the input
 * touched first, then their neighbours, then what waited; the rest waits.
 */
static int choose_rescores(struct engine *e, size_t budget, struct work_list *ret_list)
{
    struct work_list flagged, list = {0};
    int rc = work_list_flagged(e, WORK_PROFILE, &flagged);
    for (int pass = 0; pass < 2 && !rc; pass++)
        for (size_t i = 0; i < flagged.count && !rc; i++) {
            struct work *w = flagged.works[i];
            if (((w->flags & WORK_VECTOR) != 0) != (pass == 0))
                continue;
            profile_cache_drop(e->profiles, w->id);
            rc = pass == 0 || list.count < budget ? work_list_add(e, &list, w)
                                                  : dirty_add_rescore(e, w);
        }
    if (!rc && list.count < budget) {
        rc = dirty_run_rescores(e, budget - list.count);
        if (!rc)
            rc = work_list_flagged(e, WORK_PROFILE, &list);
    }
    *ret_list = list;
    return rc;
}

/* For another model: pairs are of two lists, the first one is enough. */
static int add_anew(struct engine *e, size_t budget)
{
    struct work_list list;
    int rc = rescore_run(e, budget, &list);
    if (!rc)
        rc = work_load_pairs(e, list.works, list.count);
    for (size_t i = 0; i < list.count && !rc; i++) {
        struct work *w = list.works[i];
        for (size_t k = 0; k < w->pairs.count && !rc; k++) {
            struct id id = w->pairs.entries[k].other;
            if (id_compare(w->id, id) > 0)
                continue;
            struct work *other = work_get(e, id);
            rc = other ? turn_score_add(e, w, other, NO_CAUSE) : ERR_NO_MEMORY;
            if (!rc)
                e->jobs[e->job_count - 1].anew = true;
        }
    }
    return rc;
}

/*
 * A turn of a few changes sees all their consequences through, or nearly; in
 * those of a backlog the neighbours of neighbours wait, so that who is
 * concerned a hundred times is scored again once.  With nothing to read it is
 * their turn.
 */
static size_t rescore_budget(const struct engine *e)
{
    size_t touched = 0, budget = e->options.dirty_budget;
    if (budget > SIZE_MAX / 8)
        return budget;
    if (!e->turn->input_count)
        return 8 * budget;
    for (size_t i = 0; i < e->count; i++)
        touched += (e->list[i]->flags & WORK_VECTOR) != 0;
    return budget + (touched < budget ? 4 * touched : 4 * budget);
}

/* Every pair of an entity whose profile changed. */
static int add_rescores(struct engine *e)
{
    struct work_list list;
    size_t budget = rescore_budget(e);
    int rc = choose_rescores(e, budget, &list);
    if (!rc && list.count < budget)
        rc = add_anew(e, budget - list.count);
    if (!rc)
        rc = work_load_pairs(e, list.works, list.count);
    for (size_t i = 0; i < list.count && !rc; i++) {
        struct work *w = list.works[i];
        for (size_t k = 0; k < w->pairs.count && !rc; k++) {
            struct work *other = work_get(e, w->pairs.entries[k].other);
            rc = other ? turn_score_add(e, w, other, w->cause) : ERR_NO_MEMORY;
        }
    }
    return rc;
}

/* Another job of the same pair: the latest cause. */
static void merge_job(struct score_job *job, const struct score_job *other)
{
    if (other->cause != NO_CAUSE && (job->cause == NO_CAUSE || other->cause > job->cause))
        job->cause = other->cause;
    job->anew = job->anew || other->anew;
}

/* One job a pair, in order. */
static void sort_jobs(struct engine *e)
{
    size_t kept = 0;
    if (e->job_count)
        qsort(e->jobs, e->job_count, sizeof(*e->jobs), compare_jobs);
    for (size_t i = 0; i < e->job_count; i++) {
        struct score_job *last = kept ? &e->jobs[kept - 1] : NULL;
        if (last && last->a == e->jobs[i].a && last->b == e->jobs[i].b)
            merge_job(last, &e->jobs[i]);
        else
            e->jobs[kept++] = e->jobs[i];
    }
    e->job_count = kept;
}

/* --- scoring --- */

struct build_job {
    struct engine *e;
    struct work **works;
    struct profile_entry **entries;
};

static void build_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct build_job *job = arg;
    for (size_t i = begin; i < end; i++)
        profile_build(job->e, job->works[i], worker, job->entries[i]->floats);
}

/* Profiles of these entities, which are not in the cache, are built into it. */
static int build(struct engine *e, const struct work_list *missing)
{
    struct build_job job = {e, missing->works,
                            arena_alloc(e->arena, (missing->count + 1) * sizeof(*job.entries))};
    if (!job.entries)
        return ERR_NO_MEMORY;
    int rc = profile_load_inputs(e, missing->works, missing->count);
    for (size_t i = 0; i < missing->count && !rc; i++) {
        if (!missing->works[i]->sample)
            return ERR_INTERNAL;
        job.entries[i] = cache_place(
            e->profiles, missing->works[i]->id,
            profile_floats(e, missing->works[i]));
        if (!job.entries[i])
            rc = ERR_NO_MEMORY;
    }
    if (rc)
        return rc;
    pool_run(e->pool, build_range, &job, missing->count, 8);
    for (size_t i = 0; i < missing->count; i++) {
        job.entries[i]->valid = true;
        missing->works[i]->profile = job.entries[i];
    }
    return ERR_OK;
}

/* Sees to it that an entity's profile is or will be in the cache. */
static int want(struct engine *e, struct work *w, struct work_list *missing)
{
    if (w->flags & WORK_WANTED)
        return ERR_OK;
    w->flags |= WORK_WANTED;
    w->profile = cache_find(e->profiles, w->id);
    return w->profile ? ERR_OK : work_list_add(e, missing, w);
}

/* Pairs whose profiles are in the cache; the workers of the pool read it alone. */
struct scoring {
    const struct engine *e;
    struct score_job *jobs;
};

/* All of a profile, on its way from memory while the pair before is scored: pairs go by
 * their first end, so the second is in no cache. */
static void prefetch(const struct profile_entry *entry)
{
    for (size_t k = 0; k < entry->room; k += 64 / sizeof(float))
        __builtin_prefetch(entry->floats + k);
}

static void score_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct scoring *scoring = arg;
    const struct engine *e = scoring->e;
    for (size_t i = begin; i < end; i++) {
        struct score_job *job = &scoring->jobs[i];
        if (i + 1 < end)
            prefetch(job[1].b->profile);
        job->score = pair_score_round(
            network_score(e->options.model, job->a->profile->floats, job->b->profile->floats, NULL),
            e->threshold);
    }
}

/* Scores jobs[from..]: as many as the cache can hold the profiles of. */
static int score_some(struct engine *e, size_t from, size_t *ret_next)
{
    struct work_list missing = {0};
    size_t next = from, largest = entry_bytes(profile_max_floats(e));
    int rc = ERR_OK;
    if (profile_cache_is_full(e->profiles))
        profile_cache_turn_over(e->profiles);
    while (next < e->job_count && !rc && missing.count * largest < e->profiles->limit) {
        rc = want(e, e->jobs[next].a, &missing);
        if (!rc)
            rc = want(e, e->jobs[next].b, &missing);
        next++;
    }
    if (!rc)
        rc = build(e, &missing);
    for (size_t i = from; i < next; i++) {
        e->jobs[i].a->flags &= ~(uint32_t)WORK_WANTED;
        e->jobs[i].b->flags &= ~(uint32_t)WORK_WANTED;
    }
    if (rc)
        return rc;
    struct scoring scoring = {e, e->jobs + from};
    pool_run(e->pool, score_range, &scoring, next - from, 64);
    *ret_next = next;
    return ERR_OK;
}

/* Keeps the jobs whose score is not what it was: the cut-off.  One of the two
 * lists is in memory: that of the end whose profile changed. */
static int keep_changed(struct engine *e)
{
    size_t kept = 0;
    for (size_t i = 0; i < e->job_count; i++) {
        const struct score_job *job = &e->jobs[i];
        const struct pair_entry *pair = job->a->loaded & LOADED_PAIRS
                                            ? pair_list_find(&job->a->pairs, job->b->id)
                                            : pair_list_find(&job->b->pairs, job->a->id);
        if (!pair)
            return ERR_INTERNAL;
        if (pair->score != job->score || job->anew || !e->options.cut_offs)
            e->jobs[kept++] = *job;
    }
    e->job_count = kept;
    return ERR_OK;
}

/* Both lists of each pair. */
static int load_ends(struct engine *e)
{
    struct work_list ends = {0};
    int rc = ERR_OK;
    for (size_t i = 0; i < e->job_count && !rc; i++) {
        rc = work_list_add(e, &ends, e->jobs[i].a);
        if (!rc)
            rc = work_list_add(e, &ends, e->jobs[i].b);
    }
    return rc ? rc : work_load_pairs(e, ends.works, ends.count);
}

/* The new score into both lists. */
static int take_score(struct engine *e, const struct score_job *job)
{
    struct pair_entry *there = pair_list_find(&job->a->pairs, job->b->id);
    struct pair_entry *back = pair_list_find(&job->b->pairs, job->a->id);
    if (!there || !back)
        return ERR_INTERNAL;
    e->report->pairs_changed++;
    int rc = add_change(e, job->a->id, job->b->id, there->score, job->score);
    work_flag(job->a, 0, job->cause);
    work_flag(job->b, 0, job->cause);
    there->score = back->score = job->score;
    job->a->pairs_changed = job->b->pairs_changed = true;
    return rc;
}

size_t turn_score_bytes(const struct engine *e)
{
    return e->job_room * sizeof(*e->jobs) + e->change_room * sizeof(*e->changes);
}

static bool is_too_large(size_t room, size_t count, size_t item)
{
    return room * item >= 1 << 20 && count <= room / 4;
}

void turn_score_trim(struct engine *e)
{
    if (is_too_large(e->job_room, e->job_count, sizeof(*e->jobs))) {
        free(e->jobs);
        e->jobs = NULL;
        e->job_room = 0;
    }
    if (is_too_large(e->change_room, e->change_count, sizeof(*e->changes))) {
        free(e->changes);
        e->changes = NULL;
        e->change_room = 0;
    }
}

bool turn_score_did(const struct engine *e, struct id a, struct id b)
{
    size_t low = 0, high = e->job_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct score_job *job = &e->jobs[middle];
        int c = id_compare(job->a->id, a);
        c = c ? c : id_compare(job->b->id, b);
        if (!c)
            return true;
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

int turn_score(struct engine *e)
{
    int rc = add_rescores(e);
    sort_jobs(e);
    e->report->pairs_scored += e->job_count;
    for (size_t from = 0; from < e->job_count && !rc;)
        rc = score_some(e, from, &from);
    if (!rc)
        rc = keep_changed(e);
    if (!rc)
        rc = load_ends(e);
    for (size_t i = 0; i < e->job_count && !rc; i++)
        rc = take_score(e, &e->jobs[i]);
    return rc;
}
