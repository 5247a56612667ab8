/*
 * turn_pair.c - blocks to candidate pairs.
 *
 * Whether (a, b) is a candidate is a function of their keys and signatures and
 * of which blocks are live, so it is looked at again when a key or signature of
 * either end changed, or a block they share came alive or died.  What somebody decided of a pair
 * comes before that: one that is barred is none, one that is pinned is one, with a score of its
 * own.
 */
#include "turn_parts.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/model/text_vector.h"

#include <assert.h>
#include <stdlib.h>

/* What an entity shares with one of another graph. */
struct meeting {
    struct id other;
    const uint64_t *signature;
    int points;
};

struct candidate_job {
    struct turn *t;
    struct work **works;
    struct candidates {
        struct candidate {
            struct id id;
            bool pinned;
        } * all; /* by id, ascending */
        size_t count;
    } * found;
};

static bool is_candidate(const struct engine_options *options, const uint64_t a[2],
                         const struct meeting *m)
{
    const uint64_t *b = m->signature;
    bool labelled = (a[0] | a[1]) && (b[0] | b[1]);
    return block_keys_suffice(m->points, labelled, labelled ? text_signature_cosine(a, b) : 0,
                              options->theta, options->shared_keys);
}

static int compare_candidates(const void *a, const void *b)
{
    return id_compare(((const struct candidate *)a)->id, ((const struct candidate *)b)->id);
}

/* A table by id, used again for one entity after the other. */
struct meetings {
    struct meeting *table;
    size_t size, room;
    size_t met;
    const struct work_block **blocks; /* the live ones of the entity */
    size_t block_count, block_room;
};

static void meetings_fini(struct meetings *m)
{
    free(m->table);
    free(m->blocks);
}

static void clear_meetings(struct meetings *m, size_t total)
{
    m->size = 16;
    while (m->size < 2 * total)
        m->size *= 2;
    assert(m->size > total && (m->size & (m->size - 1)) == 0); /* never full */
    m->met = 0;
    if (m->size > m->room) {
        free(m->table);
        m->table = memory_malloc(m->size * sizeof(*m->table));
        m->room = m->size;
    }
    memset(m->table, 0, m->size * sizeof(*m->table));
}

/* The live blocks of w; ret_total: their members of other graphs. */
static void find_blocks(const struct work_block_set *blocks, const struct work *w,
                        struct meetings *m, size_t *ret_total)
{
    assert(w->sample);
    *ret_total = m->block_count = 0;
    if (w->sample->key_count > m->block_room) {
        free(m->blocks);
        m->blocks = memory_malloc(w->sample->key_count * sizeof(*m->blocks));
        m->block_room = w->sample->key_count;
    }
    for (size_t i = 0; i < w->sample->key_count; i++) {
        const struct work_block *b = work_block_find(blocks, w->sample->keys[i]);
        if (!b->block.live)
            continue;
        *ret_total += b->block.count - block_side_members(&b->block, id_graph(w->id));
        m->blocks[m->block_count++] = b;
    }
}

/* Members of other graphs in the live blocks of w, each once with its points. */
static void meet(const struct turn *t, const struct work *w, struct meetings *m)
{
    size_t total;
    find_blocks(&t->blocks, w, m, &total);
    clear_meetings(m, total);
    for (size_t i = 0; i < m->block_count; i++) {
        const struct work_block *b = m->blocks[i];
        int points = turn_block_points(t->options, b->key, &b->block);
        for (size_t k = 0; k < b->block.count; k++) {
            const struct block_member *member = &b->block.members[k];
            if (id_graph(member->id) == id_graph(w->id))
                continue;
            size_t at = member->id.lo & (m->size - 1);
            while (m->table[at].signature && !id_equal(m->table[at].other, member->id))
                at = (at + 1) & (m->size - 1);
            m->met += !m->table[at].signature;
            m->table[at].other = member->id;
            m->table[at].signature = member->signature;
            m->table[at].points += points;
        }
    }
    assert(m->met <= total);
}

/* Those of them that are candidates, and those that somebody pinned, in order. */
static void choose(const struct candidate_job *job, struct work *w, const struct meetings *m,
                   struct arena *arena, struct candidates *found)
{
    const struct decided_list *decided = &w->decided;
    size_t most = m->met + decided->count;
    found->all = arena_alloc(arena, (most + 1) * sizeof(*found->all));
    for (size_t k = 0; k < m->size; k++)
        if (m->table[k].signature &&
            !(decided_find(decided, m->table[k].other) & (DECIDED_PINNED | DECIDED_BARRED)) &&
            is_candidate(job->t->options, w->sample->signature, &m->table[k]))
            found->all[found->count++] = (struct candidate){m->table[k].other, false};
    for (size_t i = 0; i < decided->count; i++)
        if (decided->entries[i].what & DECIDED_PINNED)
            found->all[found->count++] = (struct candidate){decided->entries[i].other, true};
    assert(found->count <= most);
    qsort(found->all, found->count, sizeof(*found->all), compare_candidates);
}

static void find_candidates(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct candidate_job *job = arg;
    assert(worker < pool_threads(job->t->pool));
    struct meetings m = {0};
    for (size_t i = begin; i < end; i++) {
        struct work *w = job->works[i];
        if (w->sample) {
            meet(job->t, w, &m);
            choose(job, w, &m, job->t->worker_arenas[worker], &job->found[i]);
        }
    }
    meetings_fini(&m);
}

static void remove_pair(struct turn *t, struct work *w, struct work *other, float score)
{
    pair_list_remove(&w->pairs, other->id);
    pair_list_remove(&other->pairs, w->id);
    t->change.totals.pairs--;
    turn_score_gone(t, w, other, score, w->cause);
}

static int add_pair(struct turn *t, struct work *w, struct work *other, bool pinned)
{
    assert(id_graph(other->id) != id_graph(w->id));
    pair_list_put(&w->pairs, t->arena, other->id, PAIR_UNSCORED);
    pair_list_put(&other->pairs, t->arena, w->id, PAIR_UNSCORED);
    t->change.totals.pairs++;
    if (pinned)
        return turn_score_pin(t, w, other, w->cause);
    turn_score_add(t, w, other, w->cause);
    return ERR_OK;
}

/* One that stays a pair: pinned or not, as it was or otherwise. */
static int keep_pair(struct turn *t, struct work *w, struct work *other, float score, bool pinned)
{
    bool was = score == PAIR_PINNED;
    assert(other->loaded & LOADED_PAIRS);
    if (was == pinned)
        return ERR_OK;
    w->pairs_changed = other->pairs_changed = true;
    if (pinned)
        return turn_score_pin(t, w, other, w->cause);
    turn_score_unpin(t, w, other, w->cause);
    return ERR_OK;
}

/* The pairs of w become those found; both ends are changed. */
static int update_pairs(struct turn *t, struct work *w, const struct candidates *found)
{
    assert(w->loaded & LOADED_PAIRS);
    size_t i = 0, k = 0;
    while ((i < w->pairs.count || k < found->count)) {
        int c = i == w->pairs.count ? 1
                : k == found->count ? -1
                                    : id_compare(w->pairs.entries[i].other, found->all[k].id);
        struct work *other =
            work_get(&t->works, c < 0 ? w->pairs.entries[i].other : found->all[k].id);
        float score = c <= 0 ? w->pairs.entries[i].score : PAIR_UNSCORED;
        assert(other->loaded & LOADED_PAIRS);
        if (c)
            w->pairs_changed = other->pairs_changed = true;
        if (c < 0) {
            remove_pair(t, w, other, score);
            continue;
        }
        int rc = c > 0 ? add_pair(t, w, other, found->all[k].pinned)
                       : keep_pair(t, w, other, score, found->all[k].pinned);
        if (rc)
            return rc;
        i++;
        k++;
    }
    assert(w->pairs.count == found->count);
    return ERR_OK;
}

static int need_pairs(struct work_set *set, const struct work_list *list,
                      const struct candidates *found)
{
    struct work_list met = {0};
    int rc = work_load_pairs(set, list->works, list->count);
    if (rc)
        return rc;
    for (size_t i = 0; i < list->count; i++) {
        const struct pair_list *pairs = &list->works[i]->pairs;
        for (size_t k = 0; k < pairs->count; k++)
            work_list_add(set->arena, &met, work_get(set, pairs->entries[k].other));
        for (size_t k = 0; k < found[i].count; k++)
            work_list_add(set->arena, &met, work_get(set, found[i].all[k].id));
    }
    return work_load_pairs(set, met.works, met.count);
}

/*
 * Reads samples and blocks of the entities flagged WORK_CANDIDATES.  Makes their candidate
 * pairs, at both ends; jobs of those that are new, changes of those that are none any more.
 */
int turn_pair(struct turn *t)
{
    struct work_list list;
    struct candidate_job job = {.t = t};
    work_list_flagged(&t->works, WORK_CANDIDATES, &list);
    int rc;
    if ((rc = work_load_samples(&t->works, list.works, list.count)) ||
        (rc = work_load_decided(&t->works, list.works, list.count)))
        return rc;
    t->report.candidates_refreshed += list.count;

    /* pass 1: all their blocks */
    size_t total = 0, n = 0;
    for (size_t i = 0; i < list.count; i++)
        total += list.works[i]->sample ? list.works[i]->sample->key_count : 0;
    uint64_t *keys = arena_alloc(t->arena, (total + 1) * sizeof(*keys));
    for (size_t i = 0; i < list.count; i++)
        for (size_t k = 0; list.works[i]->sample && k < list.works[i]->sample->key_count; k++)
            keys[n++] = list.works[i]->sample->keys[k];
    assert(n == total);
    if ((rc = work_block_need(&t->blocks, keys, n)))
        return rc;

    /* pass 2: whom they meet there */
    job.found = arena_calloc(t->arena, list.count + 1, sizeof(*job.found));
    job.works = list.works;
    pool_run(t->pool, find_candidates, &job, list.count, 16);

    /* pass 3: what that changes */
    if ((rc = need_pairs(&t->works, &list, job.found)))
        return rc;
    for (size_t i = 0; i < list.count && !rc; i++)
        rc = update_pairs(t, list.works[i], &job.found[i]);
    return rc;
}
