/*
 * turn_block.c - block keys to candidate pairs.
 *
 * Whether (a, b) is a candidate is a function of their keys and signatures and
 * of which blocks are live, so it is looked at again when a key or signature of
 * either end changed, or a block they share came alive or died.
 */
#include "engine_internal.h"

#include "alignd/align/assign.h"
#include "alignd/align/block_keys.h"
#include "alignd/align/posting.h"
#include "alignd/base/err.h"
#include "alignd/model/text_vector.h"

#include <math.h>
#include <stdlib.h>

/* An entity enters, leaves, or stays with another signature. */
struct membership {
    uint64_t key;
    struct work *w;
    bool was, is;
};

struct memberships {
    struct membership *all;
    size_t count, room;
};

static int add_membership(struct engine *e, struct memberships *m, uint64_t key, struct work *w,
                          bool was, bool is)
{
    if (m->count == m->room) {
        size_t room = m->room ? m->room * 2 : 256;
        struct membership *all = arena_alloc(e->arena, room * sizeof(*all));
        if (!all)
            return ERR_NO_MEMORY;
        if (m->count)
            memcpy(all, m->all, m->count * sizeof(*all));
        m->all = all;
        m->room = room;
    }
    m->all[m->count++] = (struct membership){key, w, was, is};
    return ERR_OK;
}

static const struct sample no_sample;

/* The keys an entity left and entered. */
static int diff_keys(struct engine *e, struct memberships *m, struct work *w)
{
    const struct sample *was = w->old_sample ? w->old_sample : &no_sample;
    const struct sample *is = w->sample ? w->sample : &no_sample;
    bool resigned = w->old_sample && w->sample &&
                    memcmp(was->signature, is->signature, sizeof(is->signature)) != 0;
    size_t i = 0, k = 0, before = m->count;
    while (i < was->key_count || k < is->key_count) {
        uint64_t x = i < was->key_count ? was->keys[i] : 0, y = k < is->key_count ? is->keys[k] : 0;
        bool left = k == is->key_count || (i < was->key_count && x < y);
        bool entered = i == was->key_count || (k < is->key_count && y < x);
        if (left || entered || resigned)
            if (add_membership(e, m, left ? x : y, w, !entered, !left))
                return ERR_NO_MEMORY;
        if ((left || entered) && block_key_class(left ? x : y) == BLOCK_KEY_HEAD)
            work_flag(w, WORK_NAMESAKES, NO_CAUSE);
        i += !entered;
        k += !left;
    }
    if (m->count != before || resigned || !e->options.cut_offs)
        work_flag(w, WORK_CANDIDATES, NO_CAUSE);
    return ERR_OK;
}

static int compare_memberships(const void *a, const void *b)
{
    const struct membership *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return id_compare(x->w->id, y->w->id);
}

/* --- blocks in memory --- */

const struct work_block *work_block_of(const struct engine *e, uint64_t key)
{
    return id_map_get(&e->blocks, work_block_slot(key));
}

static struct work_block *block_get(struct engine *e, uint64_t key)
{
    void **place = id_map_place(&e->blocks, work_block_slot(key));
    if (!place || *place)
        return place ? *place : NULL;
    if (e->block_count == e->block_room) {
        size_t room = e->block_room ? e->block_room * 2 : 1024;
        struct work_block **list = realloc(e->block_list, room * sizeof(*list));
        if (!list)
            return NULL;
        e->block_list = list;
        e->block_room = room;
    }
    struct work_block *b = arena_calloc(e->arena, 1, sizeof(*b));
    if (!b)
        return NULL;
    b->key = key;
    *place = b;
    e->block_list[e->block_count++] = b;
    return b;
}

#define LOAD_MANY 256

/* Loads the rows of blocks that were just made. */
static int load_blocks(struct engine *e, const struct keyed_block *blocks, size_t count)
{
    char keys[LOAD_MANY][BLOCK_KEY_BYTES];
    struct slice slices[LOAD_MANY];
    struct kv_value values[LOAD_MANY];
    int rc = ERR_OK;
    for (size_t from = 0; from < count && !rc; from += LOAD_MANY) {
        size_t n = count - from < LOAD_MANY ? count - from : LOAD_MANY;
        for (size_t i = 0; i < n; i++) {
            block_key_put(keys[i], blocks[from + i].key);
            slices[i] = (struct slice){keys[i], BLOCK_KEY_BYTES};
        }
        rc = kv_get_many(e->kv, KV_BLOCKS, slices, n, values);
        for (size_t i = 0; i < n; i++) {
            struct work_block *b = blocks[from + i].block;
            if (i + WORK_AHEAD < n)
                row_cache_prefetch(e->rows, KV_BLOCKS,
                                   work_block_slot(blocks[from + i + WORK_AHEAD].key));
            b->row = row_cache_put(e->rows, KV_BLOCKS, work_block_slot(b->key), values[i].bytes);
            if (!b->row.data && values[i].bytes.data)
                rc = ERR_NO_MEMORY;
            kv_value_release(&values[i]);
            if (!rc)
                rc = block_decode(b->row, e->arena, &b->block);
        }
    }
    return rc;
}

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = ((const struct keyed_block *)a)->key, y = ((const struct keyed_block *)b)->key;
    return (x > y) - (x < y);
}

void work_sort_blocks(struct keyed_block *blocks, size_t count)
{
    if (count > 1)
        qsort(blocks, count, sizeof(*blocks), compare_keys);
}

/* The turn's blocks of `keys`, those it does not have yet made. */
static int make_blocks(struct engine *e, const uint64_t *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i + WORK_AHEAD < count)
            id_map_prefetch(&e->blocks, work_block_slot(keys[i + WORK_AHEAD]));
        if (!block_get(e, keys[i]))
            return ERR_NO_MEMORY;
    }
    return ERR_OK;
}

/* Those blocks of `keys` that the turn does not have yet are loaded: from the
 * cache, or in key order from the store. */
int work_need_blocks(struct engine *e, const uint64_t *keys, size_t count)
{
    size_t first = e->block_count;
    int rc = make_blocks(e, keys, count);
    size_t made = e->block_count - first, n = 0;
    struct keyed_block *missing = arena_alloc(e->arena, (made + 1) * sizeof(*missing));
    if (!missing)
        return ERR_NO_MEMORY;
    for (size_t i = first; i < e->block_count && !rc; i++) {
        struct work_block *b = e->block_list[i];
        if (i + WORK_AHEAD < e->block_count)
            row_cache_prefetch(e->rows, KV_BLOCKS,
                               work_block_slot(e->block_list[i + WORK_AHEAD]->key));
        if (row_cache_get(e->rows, KV_BLOCKS, work_block_slot(b->key), &b->row))
            rc = block_decode(b->row, e->arena, &b->block);
        else
            missing[n++] = (struct keyed_block){b->key, b};
    }
    work_sort_blocks(missing, n);
    return rc ? rc : load_blocks(e, missing, n);
}

/* --- memberships into blocks --- */

static void put_posting(struct engine *e, uint64_t key, struct id id, const uint64_t *was,
                        const uint64_t *is)
{
    char row_key[POSTING_KEY_BYTES], old_row[16], new_row[16];
    posting_key_put(row_key, key, id);
    struct slice none = {NULL, 0};
    if (was)
        posting_value_put(old_row, was);
    if (is)
        posting_value_put(new_row, is);
    work_put_row(e, KV_POSTINGS, (struct slice){row_key, sizeof(row_key)},
                 was ? (struct slice){old_row, 16} : none, is ? (struct slice){new_row, 16} : none);
}

/* Makes a dead block live with the members its postings tell; these go away. */
static int revive(struct engine *e, struct work_block *b)
{
    char from[BLOCK_KEY_BYTES];
    block_key_put(from, b->key);
    struct kv_iter *it = kv_iter_new(e->kv, KV_POSTINGS);
    if (!it)
        return ERR_NO_MEMORY;
    b->block = (struct block){.live = true};
    int rc = ERR_OK;
    kv_iter_seek(it, (struct slice){from, sizeof(from)});
    for (; kv_iter_valid(it) && !rc; kv_iter_next(it)) {
        uint64_t key;
        struct block_member member;
        rc = posting_decode(kv_iter_key(it), kv_iter_value(it), &key, &member);
        if (rc || key != b->key)
            break;
        rc = block_put(&b->block, e->arena, &member);
        put_posting(e, b->key, member.id, member.signature, NULL);
    }
    if (!rc && !kv_iter_valid(it))
        rc = kv_iter_status(it);
    kv_iter_free(it);
    return rc;
}

/* Every pair of the block must be looked at again: it is from one of its ends,
 * so the graph with the most members can be left out. */
static int flag_members(struct engine *e, const struct work_block *b, uint32_t cause)
{
    const struct block_side *most = b->block.sides;
    for (size_t i = 1; i < b->block.side_count; i++)
        if (b->block.sides[i].members > most->members)
            most = &b->block.sides[i];
    for (size_t i = 0; i < b->block.count; i++) {
        if (id_graph(b->block.members[i].id) == most->graph_tag)
            continue;
        struct work *w = work_get(e, b->block.members[i].id);
        if (!w)
            return ERR_NO_MEMORY;
        work_flag(w, WORK_CANDIDATES, cause);
    }
    return ERR_OK;
}

static int apply_to_members(struct engine *e, struct work_block *b, const struct membership *m,
                            size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!m[i].is) {
            if (block_remove(&b->block, m[i].w->id))
                return ERR_STORE;
            continue;
        }
        struct block_member member = {.id = m[i].w->id};
        memcpy(member.signature, m[i].w->sample->signature, sizeof(member.signature));
        int rc = block_put(&b->block, e->arena, &member);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static int apply_to_postings(struct engine *e, struct work_block *b, const struct membership *m,
                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (m[i].was != m[i].is &&
            block_side_add(&b->block, e->arena, id_graph(m[i].w->id), m[i].is ? 1 : -1))
            return ERR_STORE;
        put_posting(e, b->key, m[i].w->id, m[i].was ? m[i].w->old_sample->signature : NULL,
                    m[i].is ? m[i].w->sample->signature : NULL);
    }
    return ERR_OK;
}

static int points_of(const struct engine *e, uint64_t key, const struct block *b)
{
    return block_key_points(key, block_most(b), (uint64_t)e->options.block_limit);
}

/* All of a turn's changes to one block at once: it comes alive or dies, or says more or less
 * than before, at most once. */
static int change_block(struct engine *e, struct work_block *b, const struct membership *m,
                        size_t count)
{
    uint64_t limit = block_key_limit(b->key, (uint64_t)e->options.block_limit);
    struct block_side sides[BLOCK_MAX_GRAPHS];
    struct block after = {.sides = sides, .side_count = b->block.side_count,
                          .side_room = BLOCK_MAX_GRAPHS};
    if (after.side_count)
        memcpy(sides, b->block.sides, after.side_count * sizeof(*sides));
    for (size_t i = 0; i < count; i++)
        if (m[i].was != m[i].is &&
            block_side_add(&after, NULL, id_graph(m[i].w->id), m[i].is ? 1 : -1))
            return ERR_STORE;
    struct namesakes_before before = namesakes_before(b);
    bool lives = block_within(&after, limit), lived = b->block.live;
    bool says_other = points_of(e, b->key, &b->block) != points_of(e, b->key, &after);
    uint32_t cause = m[0].w->cause;
    b->changed = true;

    if (!lived && !lives)
        return apply_to_postings(e, b, m, count);
    int rc = lived ? ERR_OK : revive(e, b);
    if (!rc && says_other)
        rc = flag_members(e, b, cause);
    if (!rc)
        rc = apply_to_members(e, b, m, count);
    if (!rc)
        rc = namesakes_changed(e, b, &before, lives, cause);
    if (rc || lives)
        return rc;
    for (size_t i = 0; i < b->block.count; i++)
        put_posting(e, b->key, b->block.members[i].id, NULL, b->block.members[i].signature);
    b->block.live = false;
    b->block.count = 0;
    return ERR_OK;
}

static int change_blocks(struct engine *e)
{
    struct memberships m = {0};
    int rc = ERR_OK;
    for (size_t i = 0; i < e->count && !rc; i++)
        if (e->list[i]->sample != e->list[i]->old_sample)
            rc = diff_keys(e, &m, e->list[i]);
    if (rc || !m.count)
        return rc;
    qsort(m.all, m.count, sizeof(*m.all), compare_memberships);
    uint64_t *keys = arena_alloc(e->arena, m.count * sizeof(*keys));
    if (!keys)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < m.count; i++)
        keys[i] = m.all[i].key;
    rc = work_need_blocks(e, keys, m.count);
    for (size_t i = 0, end; i < m.count && !rc; i = end) {
        for (end = i + 1; end < m.count && m.all[end].key == m.all[i].key; end++)
            ;
        struct work_block *b = block_get(e, m.all[i].key);
        rc = change_block(e, b, &m.all[i], end - i);
    }
    return rc;
}

/* --- candidates --- */

/* What an entity shares with one of another graph. */
struct meeting {
    struct id other;
    const uint64_t *signature;
    int points;
};

struct candidate_job {
    struct engine *e;
    struct work **works;
    struct candidates {
        struct id *ids; /* ascending */
        size_t count;
        bool failed;
    } *found;
};

static bool is_candidate(const struct engine *e, const uint64_t a[2], const struct meeting *m)
{
    const uint64_t *b = m->signature;
    bool labelled = (a[0] | a[1]) && (b[0] | b[1]);
    return block_keys_suffice(m->points, labelled, labelled ? text_signature_cosine(a, b) : 0,
                              e->options.theta, e->options.shared_keys);
}

static int compare_ids(const void *a, const void *b)
{
    return id_compare(*(const struct id *)a, *(const struct id *)b);
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

static int clear_meetings(struct meetings *m, size_t total)
{
    m->size = 16;
    while (m->size < 2 * total)
        m->size *= 2;
    m->met = 0;
    if (m->size > m->room) {
        free(m->table);
        m->table = malloc(m->size * sizeof(*m->table));
        m->room = m->table ? m->size : 0;
    }
    if (m->table)
        memset(m->table, 0, m->size * sizeof(*m->table));
    return m->table ? ERR_OK : ERR_NO_MEMORY;
}

/* The live blocks of w; ret_total: their members of other graphs. */
static int find_blocks(const struct engine *e, const struct work *w, struct meetings *m,
                       size_t *ret_total)
{
    *ret_total = m->block_count = 0;
    if (w->sample->key_count > m->block_room) {
        free(m->blocks);
        m->blocks = malloc(w->sample->key_count * sizeof(*m->blocks));
        m->block_room = m->blocks ? w->sample->key_count : 0;
        if (!m->blocks)
            return ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < w->sample->key_count; i++) {
        const struct work_block *b = work_block_of(e, w->sample->keys[i]);
        if (!b->block.live)
            continue;
        *ret_total += b->block.count - block_side_members(&b->block, id_graph(w->id));
        m->blocks[m->block_count++] = b;
    }
    return ERR_OK;
}

/* Members of other graphs in the live blocks of w, each once with its points. */
static int meet(const struct engine *e, const struct work *w, struct meetings *m)
{
    size_t total;
    if (find_blocks(e, w, m, &total) || clear_meetings(m, total))
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < m->block_count; i++) {
        const struct work_block *b = m->blocks[i];
        int points = points_of(e, b->key, &b->block);
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
    return ERR_OK;
}

/* Those of them that are candidates, in order. */
static int choose(const struct candidate_job *job, struct work *w, const struct meetings *m,
                  struct arena *arena, struct candidates *found)
{
    found->ids = arena_alloc(arena, (m->met + 1) * sizeof(*found->ids));
    if (!found->ids)
        return ERR_NO_MEMORY;
    for (size_t k = 0; k < m->size; k++)
        if (m->table[k].signature && is_candidate(job->e, w->sample->signature, &m->table[k]))
            found->ids[found->count++] = m->table[k].other;
    qsort(found->ids, found->count, sizeof(*found->ids), compare_ids);
    return ERR_OK;
}

static void find_candidates(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct candidate_job *job = arg;
    struct meetings m = {0};
    for (size_t i = begin; i < end; i++) {
        struct work *w = job->works[i];
        if (w->sample)
            job->found[i].failed =
                meet(job->e, w, &m) ||
                choose(job, w, &m, job->e->worker_arenas[worker], &job->found[i]);
    }
    meetings_fini(&m);
}

/* The pairs of w become those found; both ends are changed. */
static int update_pairs(struct engine *e, struct work *w, const struct candidates *found)
{
    size_t i = 0, k = 0;
    int rc = ERR_OK;
    while ((i < w->pairs.count || k < found->count) && !rc) {
        int c = i == w->pairs.count ? 1
                : k == found->count ? -1
                                    : id_compare(w->pairs.entries[i].other, found->ids[k]);
        if (c == 0) {
            i++;
            k++;
            continue;
        }
        struct work *other = work_get(e, c < 0 ? w->pairs.entries[i].other : found->ids[k]);
        if (!other)
            return ERR_NO_MEMORY;
        w->pairs_changed = other->pairs_changed = true;
        if (c < 0) {
            float score = w->pairs.entries[i].score;
            pair_list_remove(&w->pairs, other->id);
            pair_list_remove(&other->pairs, w->id);
            e->totals.pairs--;
            rc = turn_score_gone(e, w, other, score, w->cause);
            continue;
        }
        rc = pair_list_put(&w->pairs, e->arena, other->id, PAIR_UNSCORED);
        if (!rc)
            rc = pair_list_put(&other->pairs, e->arena, w->id, PAIR_UNSCORED);
        e->totals.pairs++;
        if (!rc)
            rc = turn_score_add(e, w, other, w->cause);
        i++;
        k++;
    }
    return rc;
}

static int need_pairs(struct engine *e, const struct work_list *list,
                      const struct candidates *found)
{
    struct work_list met = {0};
    int rc = work_load_pairs(e, list->works, list->count);
    for (size_t i = 0; i < list->count && !rc; i++) {
        const struct pair_list *pairs = &list->works[i]->pairs;
        for (size_t k = 0; k < pairs->count + found[i].count && !rc; k++) {
            struct work *other = work_get(e, k < pairs->count ? pairs->entries[k].other
                                                              : found[i].ids[k - pairs->count]);
            rc = other ? work_list_add(e, &met, other) : ERR_NO_MEMORY;
        }
    }
    return rc ? rc : work_load_pairs(e, met.works, met.count);
}

static int refresh_candidates(struct engine *e)
{
    struct work_list list;
    struct candidate_job job = {.e = e};
    int rc = work_list_flagged(e, WORK_CANDIDATES, &list);
    if (!rc)
        rc = work_load_samples(e, list.works, list.count);
    e->report->candidates_refreshed += list.count;

    /* pass 1: all their blocks */
    size_t total = 0, n = 0;
    for (size_t i = 0; i < list.count && !rc; i++)
        total += list.works[i]->sample ? list.works[i]->sample->key_count : 0;
    uint64_t *keys = arena_alloc(e->arena, (total + 1) * sizeof(*keys));
    job.found = arena_calloc(e->arena, list.count + 1, sizeof(*job.found));
    if (!rc && (!keys || !job.found))
        rc = ERR_NO_MEMORY;
    for (size_t i = 0; i < list.count && !rc; i++)
        for (size_t k = 0; list.works[i]->sample && k < list.works[i]->sample->key_count; k++)
            keys[n++] = list.works[i]->sample->keys[k];
    if (!rc)
        rc = work_need_blocks(e, keys, n);

    /* pass 2: whom they meet there */
    job.works = list.works;
    if (!rc)
        pool_run(e->pool, find_candidates, &job, list.count, 16);
    for (size_t i = 0; i < list.count && !rc; i++)
        rc = job.found[i].failed ? ERR_NO_MEMORY : ERR_OK;

    /* pass 3: what that changes */
    if (!rc)
        rc = need_pairs(e, &list, job.found);
    for (size_t i = 0; i < list.count && !rc; i++)
        rc = update_pairs(e, list.works[i], &job.found[i]);
    return rc;
}

int turn_block(struct engine *e)
{
    int rc = change_blocks(e);
    rc = rc ? rc : turn_namesakes(e);
    return rc ? rc : refresh_candidates(e);
}
