/*
 * network_relations.c - neighbours of the same relation on both sides: are they
 * the same ones?  Cross-graph attention made exact: a neighbour's twin is the
 * nearest of those that the other side has by the same relation.
 */
#include "alignd/model/scorer.h"
#include "network_internal.h"

#include <math.h>

#define SAME 0.85f  /* cosine from which two names are one */
#define OTHER 0.5f  /* and below which they are two */

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
};

static float cosine(const struct block *b, size_t i, size_t j)
{
    float lengths = sqrtf(b->of[0]->norm[i]) * sqrtf(b->of[1]->norm[j]);
    return lengths > 1e-12f ? b->t->dot[i * b->t->s[1] + j] / lengths : 0.0f;
}

static bool counts(const struct block *b, size_t side, size_t l, uint32_t relation)
{
    return b->named[side][l] == relation && b->of[side]->said[l] != 0.0f;
}

static struct group compare_group(const struct block *b, uint32_t relation)
{
    struct group g = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};
    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < b->t->n[side]; i++) {
            float best = 0;
            if (!counts(b, side, i, relation))
                continue;
            for (size_t j = 0; j < b->t->n[1 - side]; j++) {
                if (!counts(b, 1 - side, j, relation))
                    continue;
                float near = side ? cosine(b, j, i) : cosine(b, i, j);
                best = near > best ? near : best;
            }
            g.n[side]++;
            g.mean[side] += best;
            g.same[side] += best >= SAME;
            g.other[side] += best < OTHER;
        }
        if (g.n[side])
            g.mean[side] /= (float)g.n[side];
    }
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
    if (g->n[0] == g->n[1])
        return g->mean[0] < g->mean[1] ? g->mean[0] : g->mean[1];
    return g->mean[g->n[1] < g->n[0]];
}

static void compare_entities(const struct block *b, float *out)
{
    float only_same = 0, only_other = 0, twins = 0, others = 0, relations = 0;
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
        if (g.n[0] == 1 && g.n[1] == 1) {
            widen(&out[COMPARE_ONLY_LEAST], &out[COMPARE_ONLY_MOST], near);
            only_same += near >= SAME;
            only_other += near < OTHER;
        }
    }
    out[COMPARE_RELATIONS] = relations;
    if (!relations)
        return;
    out[COMPARE_TWINS] = twins;
    out[COMPARE_OTHERS] = others;
    out[COMPARE_ONLY_SAME] = only_same;
    out[COMPARE_ONLY_OTHER] = only_other;
}

/* Of a side's named neighbours: with and without a twin among all of the other's. */
static void count_anyhow(const struct block *b, size_t side, size_t *named, size_t *same,
                         size_t *other)
{
    for (size_t i = 0; i < b->t->n[side]; i++) {
        float best = 0;
        if (b->of[side]->said[i] == 0.0f)
            continue;
        for (size_t j = 0; j < b->t->n[1 - side]; j++) {
            float near = b->of[1 - side]->said[j] == 0.0f ? 0.0f
                         : side                           ? cosine(b, j, i)
                                                          : cosine(b, i, j);
            best = near > best ? near : best;
        }
        (*named)++;
        *same += best >= SAME;
        *other += best < OTHER;
    }
}

static void compare_anyhow(const struct block *b, float *out)
{
    size_t named[2] = {0, 0}, same[2] = {0, 0}, other[2] = {0, 0};
    for (size_t side = 0; side < 2; side++)
        count_anyhow(b, side, &named[side], &same[side], &other[side]);
    out[COMPARE_NEIGHBOURS] = (float)lesser(named);
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

void network_relations(const struct model *m, const struct network_pass *x, float *compared)
{
    if (m->without & WITHOUT_CROSS) /* nobody looks for twins */
        return;
    const struct profile *a = x->side[0], *b = x->side[1];
    struct block e = {&x->e0, {&a->e0, &b->e0}, {a->named_e, b->named_e}};
    struct block v = {&x->v0, {&a->v0, &b->v0}, {a->named_v, b->named_v}};
    compare_entities(&e, compared);
    compare_anyhow(&e, compared);
    compare_texts(&v, compared);
}
