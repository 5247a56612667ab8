/*
 * network_relations.c - neighbours of the same relation on both sides: are they
 * the same ones?  Cross-graph attention made exact: a neighbour's twin is the
 * nearest of those that the other side has by the same relation.
 */
#include "alignd/kernel/f8.h"
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

static void lengths_of(const struct profile_block *b, size_t n, float length[NETWORK_MAX_LANES])
{
    memset(length, 0, NETWORK_MAX_LANES * sizeof(*length));
    for (size_t l = 0; l < n; l++)
        length[l] = sqrtf(b->norm[l]);
}

/* Eight columns' cosines with one row; 0 where a length is 0 or a column has no name. */
static f8 cosines(const float *dot, float row_length, f8 column_length, i8 said)
{
    f8 lengths = row_length * column_length;
    return f8_select((lengths > f8_splat(1e-12f)) & said, f8_load(dot) / lengths, f8_splat(0.0f));
}

/* Names of relations lie among floats, so that eight can be read wherever a lane is. */
static i8 names_at(const uint32_t *named)
{
    i8 names;
    memcpy(&names, named, sizeof(names));
    return names;
}

static void find_twins(struct block *b)
{
    const f8 zero = f8_splat(0.0f);
    size_t n[2] = {b->t->n[0], b->t->n[1]}, stride = b->t->s[1];
    assert(n[0] <= NETWORK_MAX_LANES && n[1] <= stride && stride <= NETWORK_MAX_LANES);
    float length[2][NETWORK_MAX_LANES];
    f8 row[NETWORK_MAX_LANES], row_anyhow[NETWORK_MAX_LANES];
    for (size_t side = 0; side < 2; side++)
        lengths_of(b->of[side], n[side], length[side]);
    for (size_t i = 0; i < TILE_ROUND(n[0]); i++)
        row[i] = row_anyhow[i] = zero;
    for (size_t j = 0; j < stride; j += 8) {
        f8 column = zero, column_anyhow = zero;
        i8 said = f8_load(b->of[1]->said + j) != zero, names = names_at(b->named[1] + j);
        for (size_t i = 0; i < n[0]; i++) {
            if (b->of[0]->said[i] == 0.0f)
                continue;
            f8 near =
                cosines(b->t->dot + i * stride + j, length[0][i], f8_load(length[1] + j), said);
            i8 same = names == (i8){0} + (int32_t)b->named[0][i];
            f8 near_by_relation = f8_select(same, near, zero);
            row[i] = f8_max(near_by_relation, row[i]);
            row_anyhow[i] = f8_max(near, row_anyhow[i]);
            column = f8_max(near_by_relation, column);
            column_anyhow = f8_max(near, column_anyhow);
        }
        f8_store(b->twin[1] + j, column);
        f8_store(b->twin_anyhow[1] + j, column_anyhow);
    }
    for (size_t i = 0; i < n[0]; i += 8) {
        f8_store(b->twin[0] + i, f8_most_rows(row + i));
        f8_store(b->twin_anyhow[0] + i, f8_most_rows(row_anyhow + i));
    }
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
