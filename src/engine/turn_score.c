/*
 * turn_score.c - profiles to scores.  A pair is scored when it became a
 * candidate or the profile of an end changed; a score that stays the same to
 * the bit goes no further.
 */
#include "turn_parts.h"

#include "alignd/align/assign.h"
#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/model/network.h"

#include <assert.h>
#include <stdlib.h>

/* --- jobs --- */

static void add_change(struct turn *t, struct id a, struct id b, float old_score, float new_score)
{
    assert(id_graph(a) != id_graph(b));
    ARRAY_PUSH(t->changes.all, t->changes.count, t->changes.room,
               (struct assign_change){a, b, old_score, new_score});
}

void turn_score_gone(struct turn *t, struct work *a, struct work *b, float old_score,
                     uint32_t cause)
{
    work_flag(a, 0, cause);
    work_flag(b, 0, cause);
    add_change(t, a->id, b->id, old_score, PAIR_UNSCORED);
}

void turn_score_add(struct turn *t, struct work *a, struct work *b, uint32_t cause)
{
    assert(id_graph(a->id) != id_graph(b->id));
    bool in_order = state_first(t->state, a->id, b->id);
    struct score_job job = {.a = in_order ? a : b, .b = in_order ? b : a, .cause = cause};
    ARRAY_PUSH(t->jobs.all, t->jobs.count, t->jobs.room, job);
}

void turn_score_unpin(struct turn *t, struct work *a, struct work *b, uint32_t cause)
{
    turn_score_add(t, a, b, cause);
    t->jobs.all[t->jobs.count - 1].unpinned = true;
}

int turn_score_pin(struct turn *t, struct work *a, struct work *b, uint32_t cause)
{
    struct pair_entry *there = pair_list_find(&a->pairs, b->id);
    struct pair_entry *back = pair_list_find(&b->pairs, a->id);
    if (!there || !back || there->score != back->score)
        return ERR_STORE;
    add_change(t, a->id, b->id, there->score, PAIR_PINNED);
    work_flag(a, 0, cause);
    work_flag(b, 0, cause);
    there->score = back->score = PAIR_PINNED;
    assert(a->loaded & b->loaded & LOADED_PAIRS);
    return ERR_OK;
}

static int compare_jobs(const void *a, const void *b)
{
    const struct score_job *x = a, *y = b;
    int c = id_compare(x->a->id, y->a->id);
    return c ? c : id_compare(x->b->id, y->b->id);
}

/* The pairs of w wait for a later turn. */
static int put_off(struct turn *t, struct work *w)
{
    assert(!(w->flags & WORK_PUT_OFF));
    w->flags &= ~(uint32_t)WORK_PROFILE;
    w->flags |= WORK_PUT_OFF;
    return dirty_add_rescore(&t->dirty, t->state->kv, t->batch, w->id);
}

struct taking {
    struct turn *t;
    size_t budget;
};

/* One that waited, unless it is put off by this turn. */
static int take_waiting(void *arg, struct id id)
{
    struct taking *taking = arg;
    struct turn *t = taking->t;
    if (!taking->budget)
        return ERR_STOPPED;
    struct work *w = work_get(&t->works, id);
    if (w->flags & WORK_PUT_OFF)
        return ERR_RETRY;
    work_flag(w, WORK_PROFILE, NO_CAUSE);
    profiles_drop(t->profiles, id);
    taking->budget--;
    return ERR_OK;
}

/*
 * Entities whose profile changed, as many as the budget allows: what the input
 * touched first, then their neighbours, then what waited; the rest waits.
 */
static int choose_rescores(struct turn *t, size_t budget, struct work_list *ret_list)
{
    assert(budget > 0);
    struct work_list flagged, list = {0};
    work_list_flagged(&t->works, WORK_PROFILE, &flagged);
    int rc;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < flagged.count; i++) {
            struct work *w = flagged.works[i];
            if (((w->flags & WORK_VECTOR) != 0) != (pass == 0))
                continue;
            profiles_drop(t->profiles, w->id);
            if (pass == 0 || list.count < budget)
                work_list_add(t->arena, &list, w);
            else if ((rc = put_off(t, w)))
                return rc;
        }
    if (list.count < budget) {
        struct taking taking = {t, budget - list.count};
        if ((rc = dirty_take_rescores(&t->dirty, t->state->kv, t->batch, take_waiting, &taking)))
            return rc;
        work_list_flagged(&t->works, WORK_PROFILE, &list);
    }
    *ret_list = list;
    return ERR_OK;
}

/* For another model: pairs are of two lists, the first one is enough. */
static int add_anew(struct turn *t, size_t budget)
{
    assert(budget > 0);
    struct work_list list;
    int rc;
    if ((rc = rescore_pairs(t, budget, &list)) ||
        (rc = work_load_pairs(&t->works, list.works, list.count)))
        return rc;
    for (size_t i = 0; i < list.count; i++) {
        struct work *w = list.works[i];
        for (size_t k = 0; k < w->pairs.count; k++) {
            struct id id = w->pairs.entries[k].other;
            if (id_compare(w->id, id) > 0)
                continue;
            turn_score_add(t, w, work_get(&t->works, id), NO_CAUSE);
            t->jobs.all[t->jobs.count - 1].anew = true;
        }
    }
    return ERR_OK;
}

/*
 * A turn of a few changes sees all their consequences through, or nearly; in
 * those of a backlog the neighbours of neighbours wait, so that who is
 * concerned a hundred times is scored again once.  With nothing to read it is
 * their turn.
 */
static size_t rescore_budget(const struct turn *t)
{
    size_t touched = 0, budget = t->options->dirty_budget;
    if (budget > SIZE_MAX / 8)
        return budget;
    if (!t->input->input_count)
        return 8 * budget;
    for (size_t i = 0; i < t->works.count; i++)
        touched += (t->works.list[i]->flags & WORK_VECTOR) != 0;
    return budget + (touched < budget ? 4 * touched : 4 * budget);
}

/* Every pair of an entity whose profile changed. */
static int add_rescores(struct turn *t)
{
    struct work_list list;
    size_t budget = rescore_budget(t);
    int rc;
    if ((rc = choose_rescores(t, budget, &list)) ||
        (list.count < budget && (rc = add_anew(t, budget - list.count))) ||
        (rc = work_load_pairs(&t->works, list.works, list.count)))
        return rc;
    for (size_t i = 0; i < list.count; i++) {
        struct work *w = list.works[i];
        for (size_t k = 0; k < w->pairs.count; k++)
            turn_score_add(t, w, work_get(&t->works, w->pairs.entries[k].other), w->cause);
    }
    return ERR_OK;
}

/* Another job of the same pair: the latest cause. */
static void merge_job(struct score_job *job, const struct score_job *other)
{
    assert(job->a == other->a && job->b == other->b);
    if (other->cause != NO_CAUSE && (job->cause == NO_CAUSE || other->cause > job->cause))
        job->cause = other->cause;
    job->anew = job->anew || other->anew;
    job->unpinned = job->unpinned || other->unpinned;
    assert(job->cause != NO_CAUSE || other->cause == NO_CAUSE);
}

/* One job a pair, in order. */
static void sort_jobs(struct turn *t)
{
    size_t kept = 0;
    if (t->jobs.count)
        qsort(t->jobs.all, t->jobs.count, sizeof(*t->jobs.all), compare_jobs);
    for (size_t i = 0; i < t->jobs.count; i++) {
        struct score_job *last = kept ? &t->jobs.all[kept - 1] : NULL;
        if (last && last->a == t->jobs.all[i].a && last->b == t->jobs.all[i].b)
            merge_job(last, &t->jobs.all[i]);
        else
            t->jobs.all[kept++] = t->jobs.all[i];
    }
    assert(kept <= t->jobs.count);
    t->jobs.count = kept;
}

/* --- scoring --- */

/* Pairs whose profiles are in the cache; the workers of the pool read it alone. */
struct scoring {
    const struct turn *t;
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
    const struct turn *t = scoring->t;
    for (size_t i = begin; i < end; i++) {
        struct score_job *job = &scoring->jobs[i];
        assert(job->a->profile && job->b->profile);
        if (i + 1 < end)
            prefetch(job[1].b->profile);
        job->score = pair_score_round(network_score(t->options->model, job->a->profile->floats,
                                                    job->b->profile->floats, NULL),
                                      t->threshold);
    }
}

/* Scores jobs[from..]: as many as the cache can hold the profiles of. */
static int score_some(struct turn *t, size_t from, size_t *ret_next)
{
    assert(from < t->jobs.count);
    struct work_list missing = {0};
    size_t next = from;
    profiles_make_room(t->profiles);
    for (; next < t->jobs.count && profiles_have_room(t->profiles, missing.count); next++) {
        profiles_want(t->profiles, t->arena, t->jobs.all[next].a, &missing);
        profiles_want(t->profiles, t->arena, t->jobs.all[next].b, &missing);
    }
    int rc = profiles_build(t->profiles, &t->works, t->pool, &missing);
    for (size_t i = from; i < next; i++) {
        t->jobs.all[i].a->flags &= ~(uint32_t)WORK_WANTED;
        t->jobs.all[i].b->flags &= ~(uint32_t)WORK_WANTED;
    }
    if (rc)
        return rc;
    struct scoring scoring = {t, t->jobs.all + from};
    pool_run(t->pool, score_range, &scoring, next - from, 64);
    assert(next > from); /* there is room for one pair at least */
    *ret_next = next;
    return ERR_OK;
}

/* What the lists say of the pair of a job, NULL if nothing; one of the two is in memory: that of
 * the end whose profile changed. */
static const struct pair_entry *entry_of(const struct score_job *job)
{
    assert((job->a->loaded | job->b->loaded) & LOADED_PAIRS);
    return job->a->loaded & LOADED_PAIRS ? pair_list_find(&job->a->pairs, job->b->id)
                                         : pair_list_find(&job->b->pairs, job->a->id);
}

/* Of a pinned pair no score is asked. */
static int drop_pinned(struct turn *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->jobs.count; i++) {
        const struct pair_entry *pair = entry_of(&t->jobs.all[i]);
        if (!pair)
            return ERR_INTERNAL;
        if (pair->score != PAIR_PINNED || t->jobs.all[i].unpinned)
            t->jobs.all[kept++] = t->jobs.all[i];
    }
    assert(kept <= t->jobs.count);
    t->jobs.count = kept;
    return ERR_OK;
}

/* Keeps the jobs whose score is not what it was: the cut-off. */
static int keep_changed(struct turn *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->jobs.count; i++) {
        const struct score_job *job = &t->jobs.all[i];
        const struct pair_entry *pair = entry_of(job);
        if (!pair)
            return ERR_INTERNAL;
        if (pair->score != job->score || job->anew || !t->options->cut_offs)
            t->jobs.all[kept++] = *job;
    }
    assert(kept <= t->jobs.count);
    t->jobs.count = kept;
    return ERR_OK;
}

/* Both lists of each pair. */
static int load_ends(struct turn *t)
{
    struct work_list ends = {0};
    for (size_t i = 0; i < t->jobs.count; i++) {
        work_list_add(t->arena, &ends, t->jobs.all[i].a);
        work_list_add(t->arena, &ends, t->jobs.all[i].b);
    }
    return work_load_pairs(&t->works, ends.works, ends.count);
}

/* The new score into both lists. */
static int take_score(struct turn *t, const struct score_job *job)
{
    assert(state_first(t->state, job->a->id, job->b->id));
    struct pair_entry *there = pair_list_find(&job->a->pairs, job->b->id);
    struct pair_entry *back = pair_list_find(&job->b->pairs, job->a->id);
    if (!there || !back)
        return ERR_INTERNAL;
    t->report.pairs_changed++;
    add_change(t, job->a->id, job->b->id, there->score, job->score);
    work_flag(job->a, 0, job->cause);
    work_flag(job->b, 0, job->cause);
    there->score = back->score = job->score;
    job->a->pairs_changed = job->b->pairs_changed = true;
    return ERR_OK;
}

size_t turn_score_bytes(const struct turn *t)
{
    return t->jobs.room * sizeof(*t->jobs.all) + t->changes.room * sizeof(*t->changes.all);
}

static bool is_too_large(size_t room, size_t count, size_t item)
{
    return room * item >= 1 << 20 && count <= room / 4;
}

void turn_score_trim(struct turn *t)
{
    assert(t->jobs.count <= t->jobs.room && t->changes.count <= t->changes.room);
    if (is_too_large(t->jobs.room, t->jobs.count, sizeof(*t->jobs.all))) {
        free(t->jobs.all);
        t->jobs.all = NULL;
        t->jobs.room = 0;
    }
    if (is_too_large(t->changes.room, t->changes.count, sizeof(*t->changes.all))) {
        free(t->changes.all);
        t->changes.all = NULL;
        t->changes.room = 0;
    }
}

bool turn_score_did(const struct turn *t, struct id a, struct id b)
{
    assert(!id_equal(a, b));
    size_t low = 0, high = t->jobs.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct score_job *job = &t->jobs.all[middle];
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

/*
 * Reads jobs, the profiles of both ends, and who is flagged WORK_PROFILE or waits.  Makes the
 * scores of their pairs, and changes: those that are another score.
 */
int turn_score(struct turn *t)
{
    int rc = add_rescores(t);
    if (rc)
        return rc;
    sort_jobs(t);
    if (t->state->verdict_tag && (rc = drop_pinned(t)))
        return rc;
    t->report.pairs_scored += t->jobs.count;
    for (size_t from = 0; from < t->jobs.count && !rc;)
        rc = score_some(t, from, &from);
    if (rc || (rc = keep_changed(t)) || (rc = load_ends(t)))
        return rc;
    for (size_t i = 0; i < t->jobs.count && !rc; i++)
        rc = take_score(t, &t->jobs.all[i]);
    assert(rc || t->changes.count >= t->jobs.count); /* a change each, and those of pair */
    return rc;
}
