/*
 * assign.c - repairs the matches instead of making them anew: it begins at the pairs whose
 * score changed and follows what they set free or push out, so the work is that of
 * the change and not that of the catalogs.
 *
 *  (1) One-to-one: pairs leave the line from the best down, and whatever joins it ranks below
 *      the pair that is looked at.  So when a pair is, every better one has its final
 *      state, and no decision is ever revised.
 *  (2) A match stands with both ends or with neither; both are told as touched.
 */
#include "alignd/align/assign.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* A pair in line to be looked at again, low end first. */
struct item {
    float score;
    struct id low, high;
};

/* The line: a binary heap, best pair on top. */
struct line {
    struct item *items;
    size_t count, room;
};

static struct item item_of(struct id a, struct id b, float score)
{
    return id_compare(a, b) < 0 ? (struct item){score, a, b} : (struct item){score, b, a};
}

/* Does x come before y in the greedy order? */
static bool better(const struct item *x, const struct item *y)
{
    if (x->score != y->score)
        return x->score > y->score;
    int c = id_compare(x->low, y->low);
    return c ? c < 0 : id_compare(x->high, y->high) < 0;
}

static void line_push(struct line *l, struct item item)
{
    assert(l->count <= l->room && id_compare(item.low, item.high) < 0);
    if (l->count == l->room) {
        size_t room = l->room ? l->room * 2 : 256;
        l->items = memory_realloc(l->items, room * sizeof(*l->items));
        l->room = room;
    }
    size_t i = l->count++;
    while (i > 0 && better(&item, &l->items[(i - 1) / 2])) {
        l->items[i] = l->items[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    l->items[i] = item;
}

static struct item line_pop(struct line *l)
{
    assert(l->count);
    struct item top = l->items[0], last = l->items[--l->count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < l->count; i = child) {
        if (child + 1 < l->count && better(&l->items[child + 1], &l->items[child]))
            child++;
        if (!better(&l->items[child], &last))
            break;
        l->items[i] = l->items[child];
    }
    if (l->count)
        l->items[i] = last;
    return top;
}

static int find_both(const struct assign_context *c, struct id a, struct id b,
                     struct assign_entity *ret_a, struct assign_entity *ret_b)
{
    assert(!id_equal(a, b));
    int rc = c->find(c->arg, a, ret_a);
    if (rc)
        return rc;
    return c->find(c->arg, b, ret_b);
}

static void unmatch(const struct assign_context *c, struct assign_entity *x,
                    struct assign_entity *y)
{
    assert(!id_equal(x->id, y->id));
    if (!pair_list_remove(x->partners, y->id))
        return;
    pair_list_remove(y->partners, x->id); /* (2) */
    c->touched(c->arg, x->id);
    c->touched(c->arg, y->id);
}

static void match(const struct assign_context *c, struct assign_entity *x, struct assign_entity *y,
                  float score)
{
    assert(!id_equal(x->id, y->id) && score >= c->threshold);
    pair_list_put(x->partners, c->arena, y->id, score);
    pair_list_put(y->partners, c->arena, x->id, score);
    c->touched(c->arg, x->id);
    c->touched(c->arg, y->id);
}

/* x lost the match `lost`: every pair of it that ranks lower has its chance. */
static void line_up(const struct assign_context *c, struct line *l, const struct assign_entity *x,
                    uint16_t graph_tag, const struct item *lost)
{
    struct pair_entry *e = pair_list_of_graph(x->pairs, graph_tag);
    struct pair_entry *end = x->pairs->entries + x->pairs->count;
    for (; e && e < end && id_graph(e->other) == graph_tag; e++) {
        struct item item = item_of(x->id, e->other, e->score);
        if (e->score >= c->threshold && better(lost, &item))
            line_push(l, item);
    }
}

/* A match of x, which ranks lower than what comes, is given up; its other end
 * may look for another. */
static int make_room(const struct assign_context *c, struct line *l, struct assign_entity *x,
                     uint16_t graph_tag)
{
    assert(l->count <= l->room);
    struct pair_entry *held = pair_list_of_graph(x->partners, graph_tag);
    if (!held)
        return ERR_OK;
    struct item lost = item_of(x->id, held->other, held->score);
    struct assign_entity other;
    int rc = c->find(c->arg, held->other, &other);
    if (rc)
        return rc;
    unmatch(c, x, &other);
    line_up(c, l, &other, id_graph(x->id), &lost);
    return ERR_OK;
}

static bool blocked(const struct assign_entity *x, uint16_t graph_tag, const struct item *item)
{
    struct pair_entry *held = pair_list_of_graph(x->partners, graph_tag);
    if (!held)
        return false;
    struct item holding = item_of(x->id, held->other, held->score);
    return !better(item, &holding); /* held by a better one, or by item itself */
}

/* Looks at the pairs in line and at what they push out: (1). */
static int settle(const struct assign_context *c, struct line *l)
{
    struct item before = {.score = INFINITY};
    int rc;
    while (l->count) {
        struct item item = line_pop(l);
        struct assign_entity x, y;
        assert(!better(&item, &before)); /* (1) */
        before = item;
        if ((rc = find_both(c, item.low, item.high, &x, &y)))
            return rc;
        uint16_t x_graph = id_graph(x.id), y_graph = id_graph(y.id);
        if (blocked(&x, y_graph, &item) || blocked(&y, x_graph, &item))
            continue;
        if ((rc = make_room(c, l, &x, y_graph)) || (rc = make_room(c, l, &y, x_graph)))
            return rc;
        match(c, &x, &y, item.score);
    }
    return ERR_OK;
}

static int repair_one_to_one(const struct assign_context *c, const struct assign_change *changes,
                             size_t count)
{
    struct line line = {0};
    int rc = ERR_OK;

    /* pass 1: what was matched under a score that no longer holds is free */
    for (size_t i = 0; i < count; i++) {
        struct assign_entity a, b;
        if ((rc = find_both(c, changes[i].a, changes[i].b, &a, &b)))
            goto done;
        if (!pair_list_find(a.partners, b.id))
            continue;
        struct item lost = item_of(a.id, b.id, changes[i].old_score);
        unmatch(c, &a, &b);
        line_up(c, &line, &a, id_graph(b.id), &lost);
        line_up(c, &line, &b, id_graph(a.id), &lost);
    }

    /* pass 2: the changed pairs at their new rank, then everything they touch */
    for (size_t i = 0; i < count; i++)
        if (changes[i].new_score >= c->threshold)
            line_push(&line, item_of(changes[i].a, changes[i].b, changes[i].new_score));
    rc = settle(c, &line);
    assert(rc || !line.count);
done:
    free(line.items);
    return rc;
}

static int repair_threshold(const struct assign_context *c, const struct assign_change *changes,
                            size_t count)
{
    assert(changes || !count);
    for (size_t i = 0; i < count; i++) {
        struct assign_entity a, b;
        int rc = find_both(c, changes[i].a, changes[i].b, &a, &b);
        if (rc)
            return rc;
        if (changes[i].new_score >= c->threshold)
            match(c, &a, &b, changes[i].new_score);
        else
            unmatch(c, &a, &b);
    }
    return ERR_OK;
}

/* The best pair of x in a graph at or over the threshold; false when none is. */
static bool best_of(const struct assign_context *c, const struct assign_entity *x,
                    uint16_t graph_tag, struct item *ret_best)
{
    bool any = false;
    struct pair_entry *e = pair_list_of_graph(x->pairs, graph_tag);
    struct pair_entry *end = x->pairs->entries + x->pairs->count;
    for (; e && e < end && id_graph(e->other) == graph_tag; e++) {
        struct item item = item_of(x->id, e->other, e->score);
        if (e->score >= c->threshold && (!any || better(&item, ret_best))) {
            *ret_best = item;
            any = true;
        }
    }
    assert(!any || ret_best->score >= c->threshold);
    return any;
}

/* What x is matched to in a graph, if anything, is free. */
static int give_up(const struct assign_context *c, struct assign_entity *x, uint16_t graph_tag)
{
    struct pair_entry *held = pair_list_of_graph(x->partners, graph_tag);
    struct assign_entity other;
    if (!held)
        return ERR_OK;
    int rc = c->find(c->arg, held->other, &other);
    if (rc)
        return rc;
    unmatch(c, x, &other);
    return ERR_OK;
}

/* Gives x the match it should have in a graph. */
static int choose_mutual(const struct assign_context *c, struct assign_entity *x,
                         uint16_t graph_tag)
{
    struct item best, back;
    struct assign_entity y;
    bool mutual = false;
    int rc;
    if (best_of(c, x, graph_tag, &best)) {
        rc = c->find(c->arg, id_equal(best.low, x->id) ? best.high : best.low, &y);
        if (rc)
            return rc;
        mutual = best_of(c, &y, id_graph(x->id), &back) && id_equal(back.low, best.low) &&
                 id_equal(back.high, best.high);
    }
    struct pair_entry *held = pair_list_of_graph(x->partners, graph_tag);
    if (held && mutual && id_equal(held->other, y.id) && held->score == best.score)
        return ERR_OK;
    if ((rc = give_up(c, x, graph_tag)) || !mutual)
        return rc;
    if ((rc = give_up(c, &y, id_graph(x->id))))
        return rc;
    assert(id_graph(y.id) == graph_tag);
    match(c, x, &y, best.score);
    return ERR_OK;
}

static int repair_mutual(const struct assign_context *c, const struct assign_change *changes,
                         size_t count)
{
    assert(changes || !count);
    for (size_t i = 0; i < count; i++) {
        struct assign_entity a, b;
        int rc = find_both(c, changes[i].a, changes[i].b, &a, &b);
        if (rc)
            return rc;
        /* the best of either may now be somebody whose own best it already was */
        if ((rc = choose_mutual(c, &a, id_graph(b.id))) ||
            (rc = choose_mutual(c, &b, id_graph(a.id))))
            return rc;
    }
    return ERR_OK;
}

int assign_repair(const struct assign_context *c, const struct assign_change *changes, size_t count)
{
    assert(c->find && c->touched && (changes || !count));
    assert(c->policy <= ASSIGN_THRESHOLD);
    switch (c->policy) {
    case ASSIGN_MUTUAL_BEST:
        return repair_mutual(c, changes, count);
    case ASSIGN_THRESHOLD:
        return repair_threshold(c, changes, count);
    case ASSIGN_ONE_TO_ONE:
        break;
    }
    return repair_one_to_one(c, changes, count);
}
