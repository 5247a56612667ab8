/*
 * network_relations.c - neighbours of the same relation on both sides: are they
 * the same ones?  Cross-graph attention made exact: a neighbour's twin is the
 * nearest of those that the other side has by the same relation.
 */
#include "alignd/kernel/attention.h"
#include "alignd/model/network_pass.h"

#include <assert.h>
#include <math.h>

#define SAME 0.85f /* cosine from which two names are one */
#define OTHER 0.5f /* and below which they are two */

/* One relation, named neighbours alone. */
struct group {
    size_t n[2];
    float mean[2]; /* of a side's neighbours, how near the nearest of the other is */
    size_t same[2], other[2];
};

struct block {
    const struct network_meeting *t;
    const struct profile_block *of[2];
    const uint32_t *named[2];
    /* of each side's neighbours: the cosine of the nearest named one of the other side, at
     * least 0: of those by the same relation, and of all */
    float twin[2][NETWORK_MAX_LANES], twin_anyhow[2][NETWORK_MAX_LANES];
    bool pinned[2][NETWORK_MAX_LANES]; /* to one of the other side: nothing need be called so */
};

static void find_twins(struct block *b)
{
    const struct network_meeting *t = b->t;
    assert(t->n[0] <= NETWORK_MAX_LANES && t->n[1] <= NETWORK_MAX_LANES);
    struct attention_named side[2];
    for (size_t i = 0; i < 2; i++)
        side[i] = (struct attention_named){b->of[i]->norm, b->of[i]->said, b->named[i],
                                           t->n[i],        b->twin[i],     b->twin_anyhow[i]};
    attention_twins(t->dot, &side[0], &side[1]);
}

/* Those that somebody pinned are each other's twins. */
static void pin_twins(struct block *b, const struct network_pinned *pinned)
{
    for (size_t i = 0; i < pinned->count; i++) {
        size_t x = pinned->all[i].lane[0], y = pinned->all[i].lane[1];
        assert(x < b->t->n[0] && y < b->t->n[1]);
        b->pinned[0][x] = b->pinned[1][y] = true;
        b->twin_anyhow[0][x] = b->twin_anyhow[1][y] = 1.0f;
        if (b->named[0][x] == b->named[1][y])
            b->twin[0][x] = b->twin[1][y] = 1.0f;
    }
}

/* Does it take part: is it called something, or pinned? */
static bool speaks(const struct block *b, size_t side, size_t lane)
{
    assert(side < 2 && lane < b->t->n[side]);
    return b->of[side]->said[lane] != 0.0f || b->pinned[side][lane];
}

static void open_block(struct block *b, const struct network_meeting *t,
                       const struct profile_block *first, const struct profile_block *second,
                       const uint32_t *first_named, const uint32_t *second_named)
{
    assert(t->n[0] <= NETWORK_MAX_LANES && t->n[1] <= NETWORK_MAX_LANES);
    b->t = t;
    b->of[0] = first, b->of[1] = second;
    b->named[0] = first_named, b->named[1] = second_named;
    memset(b->pinned, 0, sizeof(b->pinned));
    find_twins(b);
}

static struct group compare_group(const struct block *b, uint32_t relation)
{
    struct group g = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};
    for (size_t side = 0; side < 2; side++) {
        for (size_t l = 0; l < b->t->n[side]; l++) {
            if (b->named[side][l] != relation || !speaks(b, side, l))
                continue;
            g.n[side]++;
            g.mean[side] += b->twin[side][l];
            g.same[side] += b->twin[side][l] >= SAME;
            g.other[side] += b->twin[side][l] < OTHER;
        }
        if (g.n[side])
            g.mean[side] /= (float)g.n[side];
    }
    assert(g.same[0] + g.other[0] <= g.n[0] && g.same[1] + g.other[1] <= g.n[1]);
    return g;
}

static bool is_first(const struct block *b, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (b->named[0][k] == b->named[0][i])
            return false;
    return true;
}

static void widen(float *least, float *most, float x)
{
    *least = isnan(*least) || x < *least ? x : *least;
    *most = isnan(*most) || x > *most ? x : *most;
}

static size_t lesser(const size_t n[2])
{
    return n[0] < n[1] ? n[0] : n[1];
}

/* How much of the side with fewer neighbours the other one has as well. */
static float shared(const struct group *g)
{
    assert(g->n[0] && g->n[1]);
    if (g->n[0] == g->n[1])
        return g->mean[0] < g->mean[1] ? g->mean[0] : g->mean[1];
    return g->mean[g->n[1] < g->n[0]];
}

static void compare_entities(const struct block *b, float *out)
{
    float even_same = 0, even_other = 0, twins = 0, others = 0, relations = 0;
    for (size_t i = 0; i < b->t->n[0]; i++) {
        struct group g;
        if (!is_first(b, i))
            continue;
        g = compare_group(b, b->named[0][i]);
        if (!g.n[0] || !g.n[1])
            continue;
        float near = shared(&g);
        relations++;
        twins += (float)lesser(g.same);
        others += (float)lesser(g.other);
        widen(&out[COMPARE_SHARED_LEAST], &out[COMPARE_SHARED_MOST], near);
        if (g.n[0] == g.n[1]) { /* who has more of them tells more, and is no other for it */
            widen(&out[COMPARE_EVEN_LEAST], &out[COMPARE_EVEN_MOST], near);
            even_same += near >= SAME;
            even_other += near < OTHER;
        }
    }
    assert(even_same + even_other <= relations);
    out[COMPARE_RELATIONS] = relations;
    if (relations == 0)
        return;
    out[COMPARE_TWINS] = twins;
    out[COMPARE_OTHERS] = others;
    out[COMPARE_EVEN_SAME] = even_same;
    out[COMPARE_EVEN_OTHER] = even_other;
}

/* Of a side's named neighbours: with and without a twin among all of the other's. */
static void count_anyhow(const struct block *b, size_t side, size_t *named, size_t *same,
                         size_t *other)
{
    for (size_t l = 0; l < b->t->n[side]; l++) {
        if (!speaks(b, side, l))
            continue;
        (*named)++;
        *same += b->twin_anyhow[side][l] >= SAME;
        *other += b->twin_anyhow[side][l] < OTHER;
    }
    assert(*same + *other <= *named);
}

/* Of a side's neighbours, named or not: how many it refers to, how many to it. */
static void count_ways(const struct block *b, size_t side, size_t *outward, size_t *inward)
{
    for (size_t i = 0; i < b->t->n[side]; i++)
        (*(model_relation_is_inverse(b->named[side][i]) ? inward : outward))++;
}

static void compare_anyhow(const struct block *b, float *out)
{
    size_t named[2] = {0, 0}, same[2] = {0, 0}, other[2] = {0, 0};
    size_t outward[2] = {0, 0}, inward[2] = {0, 0};
    for (size_t side = 0; side < 2; side++) {
        count_anyhow(b, side, &named[side], &same[side], &other[side]);
        count_ways(b, side, &outward[side], &inward[side]);
    }
    assert(named[0] <= b->t->n[0] && named[1] <= b->t->n[1]);
    out[COMPARE_NEIGHBOURS] = (float)lesser(named);
    out[COMPARE_OUTWARD] = (float)lesser(outward);
    out[COMPARE_INWARD] = (float)lesser(inward);
    if (!named[0] || !named[1])
        return;
    out[COMPARE_TWINS_ANYHOW] = (float)lesser(same);
    out[COMPARE_OTHERS_ANYHOW] = (float)lesser(other);
}

static void compare_texts(const struct block *b, float *out)
{
    for (size_t i = 0; i < b->t->n[0]; i++) {
        struct group g;
        if (!is_first(b, i))
            continue;
        g = compare_group(b, b->named[0][i]);
        if (g.n[0] && g.n[1])
            widen(&out[COMPARE_VALUE_ALIKE_LEAST], &out[COMPARE_VALUE_ALIKE_MOST], shared(&g));
    }
}

void network_relations(const struct network_pass *x, float *compared)
{
    const struct profile *a = x->side[0], *b = x->side[1];
    assert(x->e0.n[0] == a->n_e && x->e0.n[1] == b->n_e);
    assert(x->v0.n[0] == a->n_v && x->v0.n[1] == b->n_v);
    struct block e, v;
    open_block(&e, &x->e0, &a->e0, &b->e0, a->named_e, b->named_e);
    open_block(&v, &x->v0, &a->v0, &b->v0, a->named_v, b->named_v);
    pin_twins(&e, &x->pinned);
    compare_entities(&e, compared);
    compare_anyhow(&e, compared);
    compare_texts(&v, compared);
}
