/*
 * turn_block.c - block keys to blocks: who enters, leaves, or stays with another signature,
 * and which blocks come alive or die of it.
 */
#include "turn_parts.h"

#include "alignd/align/block_keys.h"
#include "alignd/align/posting.h"
#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/state/walk.h"

#include <assert.h>
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

static void add_membership(struct arena *arena, struct memberships *m, uint64_t key, struct work *w,
                           bool was, bool is)
{
    assert(was || is);
    ARRAY_PUSH_IN(arena, m->all, m->count, m->room, (struct membership){key, w, was, is});
}

static const struct sample no_sample;

/* The keys an entity left and entered. */
static void diff_keys(struct turn *t, struct memberships *m, struct work *w)
{
    assert(w->sample != w->old_sample);
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
            add_membership(t->arena, m, left ? x : y, w, !entered, !left);
        if ((left || entered) && turn_namesakes_are_told(left ? x : y))
            work_flag(w, WORK_NAMESAKES, NO_CAUSE);
        i += !entered;
        k += !left;
    }
    if (m->count != before || resigned || !t->options->cut_offs)
        work_flag(w, WORK_CANDIDATES, NO_CAUSE);
}

static int compare_memberships(const void *a, const void *b)
{
    const struct membership *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return id_compare(x->w->id, y->w->id);
}

/* --- memberships into blocks --- */

static void put_posting(struct turn *t, uint64_t key, struct id id, const uint64_t *was,
                        const uint64_t *is)
{
    assert(was || is);
    char row_key[POSTING_KEY_BYTES], old_row[16], new_row[16];
    posting_key_put(row_key, key, id);
    struct slice none = {NULL, 0};
    if (was)
        posting_value_put(old_row, was);
    if (is)
        posting_value_put(new_row, is);
    turn_put_row(t, KV_POSTINGS, (struct slice){row_key, sizeof(row_key)},
                 was ? (struct slice){old_row, 16} : none, is ? (struct slice){new_row, 16} : none);
}

struct revival {
    struct turn *t;
    struct work_block *b;
};

static int revive_member(void *arg, struct slice key, struct slice value)
{
    const struct revival *r = arg;
    uint64_t block;
    struct block_member member;
    int rc = posting_decode(key, value, &block, &member);
    if (rc)
        return rc;
    assert(block == r->b->key);
    put_posting(r->t, block, member.id, member.signature, NULL);
    return block_put(&r->b->block, r->t->arena, &member);
}

/* Makes a dead block live with the members its postings tell; these go away. */
static int revive(struct turn *t, struct work_block *b)
{
    assert(!b->block.live);
    char key[BLOCK_KEY_BYTES];
    struct revival r = {t, b};
    block_key_put(key, b->key);
    b->block = (struct block){.live = true};
    return walk_prefix(t->state->kv, KV_POSTINGS, (struct slice){key, sizeof(key)}, revive_member,
                       &r);
}

/* Every pair of the block must be looked at again: it is from one of its ends,
 * so the graph with the most members can be left out. */
static void flag_members(struct work_set *set, const struct work_block *b, uint32_t cause)
{
    const struct block_side *most = b->block.sides;
    for (size_t i = 1; i < b->block.side_count; i++)
        if (b->block.sides[i].members > most->members)
            most = &b->block.sides[i];
    for (size_t i = 0; i < b->block.count; i++) {
        if (id_graph(b->block.members[i].id) == most->graph_tag)
            continue;
        struct work *w = work_get(set, b->block.members[i].id);
        work_flag(w, WORK_CANDIDATES, cause);
    }
}

static int apply_to_members(struct arena *arena, struct work_block *b, const struct membership *m,
                            size_t count)
{
    assert(b->block.live);
    for (size_t i = 0; i < count; i++) {
        if (!m[i].is) {
            if (block_remove(&b->block, m[i].w->id))
                return ERR_STORE;
            continue;
        }
        assert(m[i].w->sample);
        struct block_member member = {.id = m[i].w->id};
        memcpy(member.signature, m[i].w->sample->signature, sizeof(member.signature));
        int rc = block_put(&b->block, arena, &member);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static int apply_to_postings(struct turn *t, struct work_block *b, const struct membership *m,
                             size_t count)
{
    assert(!b->block.live);
    for (size_t i = 0; i < count; i++) {
        if (m[i].was != m[i].is &&
            block_side_add(&b->block, t->arena, id_graph(m[i].w->id), m[i].is ? 1 : -1))
            return ERR_STORE;
        put_posting(t, b->key, m[i].w->id, m[i].was ? m[i].w->old_sample->signature : NULL,
                    m[i].is ? m[i].w->sample->signature : NULL);
    }
    return ERR_OK;
}

/* Is each member on one side? */
static bool adds_up(const struct block *b)
{
    uint64_t members = 0;
    for (unsigned i = 0; i < b->side_count; i++)
        members += b->sides[i].members;
    return members == b->count;
}

/* All of a turn's changes to one block at once: it comes alive or dies, or says more or less
 * than before, at most once. */
static int change_block(struct turn *t, struct work_block *b, const struct membership *m,
                        size_t count)
{
    assert(count > 0 && !b->changed); /* once a turn */
    uint64_t limit = block_key_limit(b->key, (uint64_t)t->options->block_limit);
    struct block_side sides[BLOCK_MAX_GRAPHS];
    struct block after = {
        .sides = sides, .side_count = b->block.side_count, .side_room = BLOCK_MAX_GRAPHS};
    if (after.side_count)
        memcpy(sides, b->block.sides, after.side_count * sizeof(*sides));
    for (size_t i = 0; i < count; i++)
        if (m[i].was != m[i].is &&
            block_side_add(&after, NULL, id_graph(m[i].w->id), m[i].is ? 1 : -1))
            return ERR_STORE;
    struct namesakes_before before = turn_namesakes_before(b);
    bool lives = block_within(&after, limit), lived = b->block.live;
    bool says_other = turn_block_points(t->options, b->key, &b->block) !=
                      turn_block_points(t->options, b->key, &after);
    uint32_t cause = m[0].w->cause;
    b->changed = true;

    if (!lived && !lives)
        return apply_to_postings(t, b, m, count);
    int rc;
    if (!lived && (rc = revive(t, b)))
        return rc;
    if (says_other)
        flag_members(&t->works, b, cause);
    if ((rc = apply_to_members(t->arena, b, m, count)))
        return rc;
    assert(adds_up(&b->block));
    turn_namesakes_changed(&t->works, b, &before, lives, cause);
    if (lives)
        return ERR_OK;
    for (size_t i = 0; i < b->block.count; i++)
        put_posting(t, b->key, b->block.members[i].id, NULL, b->block.members[i].signature);
    b->block.live = false;
    b->block.count = 0;
    return ERR_OK;
}

int turn_block_points(const struct engine_options *options, uint64_t key, const struct block *b)
{
    return block_key_points(key, block_most(b), (uint64_t)options->block_limit);
}

/*
 * Reads the keys and signatures of changed samples, and the blocks they leave and enter.
 * Makes those blocks, and flags who is to be looked at again: whose block keys or signature
 * differ, members of a block that says otherwise than before, and who bears its name.
 */
int turn_block(struct turn *t)
{
    assert(t->blocks.count == 0 && t->triples);
    struct memberships m = {0};
    for (size_t i = 0; i < t->works.count; i++)
        if (t->works.list[i]->sample != t->works.list[i]->old_sample)
            diff_keys(t, &m, t->works.list[i]);
    if (!m.count)
        return ERR_OK;
    qsort(m.all, m.count, sizeof(*m.all), compare_memberships);
    uint64_t *keys = arena_alloc(t->arena, m.count * sizeof(*keys));
    for (size_t i = 0; i < m.count; i++)
        keys[i] = m.all[i].key;
    int rc = work_block_need(&t->blocks, keys, m.count);
    for (size_t i = 0, end; i < m.count && !rc; i = end) {
        for (end = i + 1; end < m.count && m.all[end].key == m.all[i].key; end++)
            ;
        struct work_block *b = work_block_find(&t->blocks, m.all[i].key);
        rc = change_block(t, b, &m.all[i], end - i);
    }
    return rc;
}
