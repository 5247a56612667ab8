/*
 * turn_settle.c - matches that wait until they have been quiet: what a turn leaves waiting, and
 * what of it is due.
 *
 *  (1) To readers a pair that waits is none: it begins with its match, and where it ends before,
 *      there is nothing to be told.
 */
#include "turn_parts.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"

#include <assert.h>
#include <stdlib.h>

enum {
    MOST = 512, /* told in a turn besides its own: the rest is due to the next one */
    MOST_TAKEN = 8 * MOST,
};

static void leave_waiting(struct turn *t, const struct difference *d, const struct published *row)
{
    assert(row->waits);
    const struct settle_pair pair = {d->a->id, d->b->id, settle_due(t->options, row)};
    published_put_waiting(t->state->kv, t->batch, pair.a, pair.b, row->first_ms, row->last_ms);
    ARRAY_PUSH_IN(t->arena, t->settling.left, t->settling.left_count, t->settling.left_room, pair);
}

bool turn_settle_waits(struct turn *t, const struct difference *d, const struct published *was)
{
    assert(d->is && !(was->waits && was->confidence >= 0));
    struct published row = {.confidence = -1,
                            .waits = true,
                            .first_ms = was->waits ? was->first_ms : t->now_ms,
                            .last_ms = t->now_ms};
    /* what somebody decided is told at once */
    if (!t->options->settle_ms || d->score == PAIR_PINNED || (d->was && !was->waits))
        return false;
    if (was->waits &&
        (t->now_ms - row.first_ms >= t->options->settle_max_ms || t->now_ms < row.first_ms))
        return false;
    t->settling.more += !was->waits;
    leave_waiting(t, d, &row);
    return true;
}

/* --- what is due --- */

static int by_pair(const void *x, const void *y)
{
    const struct difference *d = x, *e = y;
    int c = id_compare(d->a->id, e->a->id);
    return c ? c : id_compare(d->b->id, e->b->id);
}

/* Did the turn tell of the pair, or leave it waiting?  ends: its differences that end, which stand
 * before the others. */
static bool met(const struct turn *t, const struct difference *d, size_t ends)
{
    const struct difference *all = t->differences.all;
    size_t rest = t->differences.count - ends;
    assert(ends <= t->differences.count);
    return (ends && bsearch(d, all, ends, sizeof(*all), by_pair)) ||
           (rest && bsearch(d, all + ends, rest, sizeof(*all), by_pair));
}

static bool among(const struct difference *all, size_t count, const struct difference *d)
{
    size_t i = 0;
    while (i < count && by_pair(&all[i], d))
        i++;
    return i < count;
}

/* Pairs whose row says that they are due, and that the turn has not met. */
static int list_due(struct turn *t, struct difference *all, size_t *ret_count)
{
    struct settle_pair pair;
    struct published row;
    size_t ends = 0;
    while (ends < t->differences.count && !t->differences.all[ends].is)
        ends++;
    *ret_count = 0;
    while (*ret_count < MOST && t->settling.taken_count < MOST_TAKEN &&
           settle_take(t->settle, t->now_ms, &pair)) {
        ARRAY_PUSH_IN(t->arena, t->settling.taken, t->settling.taken_count, t->settling.taken_room,
                      pair);
        int rc = published_get(t->state->kv, pair.a, pair.b, &row);
        if (rc)
            return rc;
        if (!row.waits || !settle_is_due(t->options, &row, t->now_ms))
            continue; /* told, ended, or in here with a later moment */
        struct difference d = {
            .a = work_get(&t->works, pair.a), .b = work_get(&t->works, pair.b), .published = -1};
        if (!met(t, &d, ends) && !among(all, *ret_count, &d))
            all[(*ret_count)++] = d;
    }
    return ERR_OK;
}

/* They are as the rows of matches say, which the turn may not have met. */
static int load_due(struct turn *t, struct difference *all, size_t count)
{
    struct work_list ends = {0};
    int rc;
    for (size_t i = 0; i < count; i++) {
        work_list_add(t->arena, &ends, all[i].a);
        work_list_add(t->arena, &ends, all[i].b);
    }
    if ((rc = work_load_matches(&t->works, ends.works, ends.count)) ||
        (rc = work_load_nodes(&t->works, ends.works, ends.count)))
        return rc;
    for (size_t i = 0; i < count; i++) {
        const struct pair_entry *pair = pair_list_find(&all[i].a->pairs, all[i].b->id);
        all[i].is = pair_list_find(&all[i].a->matches, all[i].b->id) != NULL;
        all[i].score = pair && pair->score > 0 ? pair->score : 0;
    }
    return ERR_OK;
}

int turn_settle_due(struct turn *t, struct difference **ret_all, size_t *ret_count)
{
    int rc;
    *ret_all = NULL;
    *ret_count = 0;
    /* of pairs that are compared with what readers hold, the comparison tells */
    if (t->state->held || t->input->told_count || !t->settle->count)
        return ERR_OK;
    *ret_all = arena_alloc(t->arena, MOST * sizeof(**ret_all));
    if ((rc = list_due(t, *ret_all, ret_count)) || (rc = load_due(t, *ret_all, *ret_count)))
        return rc;
    assert(*ret_count <= MOST);
    return ERR_OK;
}

void turn_settle_write(struct turn *t)
{
    uint64_t before = t->settle->waiting, after = before + t->settling.more - t->settling.less;
    assert(before + t->settling.more >= t->settling.less);
    settle_write(t->state->kv, t->batch, before, after);
}

void turn_settle_end(struct turn *t, bool committed)
{
    assert(!committed || t->settle->waiting + t->settling.more >= t->settling.less);
    const struct settle_pair *back = committed ? t->settling.left : t->settling.taken;
    size_t count = committed ? t->settling.left_count : t->settling.taken_count;
    for (size_t i = 0; i < count; i++)
        settle_add(t->settle, &back[i]);
    if (committed)
        t->settle->waiting += t->settling.more - t->settling.less;
}
