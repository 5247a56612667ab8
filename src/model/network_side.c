/*
 * network_side.c - one side of a pair before it meets the other: neighbours dealt to lanes,
 * their messages through the gates of their relation, and how much each is worth looking at
 * (self-attention).  The profile, level 1 and training all begin here.
 */
#include "alignd/model/network_pass.h"

#include "alignd/kernel/attention.h"

#include <assert.h>
#include <math.h>

bool network_has_level1(const struct model *m, const float *z0)
{
    assert(z0);
    for (size_t k = 0; m->level1 == MODEL_LEVEL1_NAMELESS && k < m->d; k++)
        if (z0[k] != 0.0f)
            return false;
    return true;
}

static void add_lane(struct network_lanes *lanes, const struct network_neighbour *from,
                     size_t place)
{
    assert(lanes->n < NETWORK_MAX_LANES);
    lanes->from[lanes->n] = from;
    lanes->place[lanes->n++] = (unsigned char)place;
}

static void end_lanes(struct network_lanes *lanes)
{
    lanes->stride = lanes->n ? TILE_ROUND(lanes->n) : 8;
}

void network_side_split(const struct model *m, const struct network_neighbour *neighbours, size_t n,
                        struct network_lanes *entities, struct network_lanes *values,
                        struct network_lanes *level1)
{
    struct network_lanes named;
    entities->n = values->n = named.n = 0;
    for (size_t i = 0; i < n; i++) {
        struct network_lanes *kind = !neighbours[i].z1                         ? values
                                     : network_has_level1(m, neighbours[i].z0) ? entities
                                                                               : &named;
        add_lane(kind, &neighbours[i], i);
    }
    *level1 = *entities;
    for (size_t l = 0; l < named.n; l++)
        add_lane(entities, named.from[l], named.place[l]);
    end_lanes(entities);
    end_lanes(values);
    end_lanes(level1);
    assert(entities->n + values->n == n && level1->n <= entities->n);
}

/* message += up' (gate_r * (down message)): the relation's transform, the
 * identity plus a sum of shared rank-1 bases under the relation's weights */
static void transform(const struct model *m, const struct network_lanes *lanes, float *message,
                      size_t depth, size_t rank, const float *down, const float *up,
                      const float *gate)
{
    assert(depth <= 2 * MODEL_MAX_D && rank <= MODEL_MAX_RANK);
    float inner[MODEL_MAX_RANK * NETWORK_MAX_LANES], change[MODEL_MAX_D * 2 * NETWORK_MAX_LANES];
    size_t s = lanes->stride;
    if (!rank)
        return;
    tile_multiply(inner, s, down, depth, 1, message, s, rank, depth, lanes->n);
    for (size_t l = 0; l < lanes->n; l++) {
        const float *g = gate + model_relation_row(m, lanes->from[l]->relation) * rank;
        for (size_t r = 0; r < rank; r++)
            inner[r * s + l] *= g[r];
    }
    tile_multiply(change, s, up, 1, depth, inner, s, depth, rank, lanes->n);
    tile_add_scaled(message, 1.0f, change, depth * s);
}

static void fill(const struct network_lanes *lanes, bool level1, float *message, size_t depth)
{
    assert(lanes->n <= NETWORK_MAX_LANES && lanes->stride >= lanes->n);
    const float *row[NETWORK_MAX_LANES];
    size_t s = lanes->stride;
    for (size_t l = 0; l < lanes->n; l++)
        row[l] = level1 ? lanes->from[l]->z1 : lanes->from[l]->z0;
    tile_from_rows(message, s, row, depth, lanes->n);
}

void network_side_messages0(const struct model *m, const struct network_lanes *lanes,
                            float *message)
{
    fill(lanes, false, message, m->d);
    transform(m, lanes, message, m->d, m->rank0, m->down0, m->up0, m->gate0);
}

void network_side_messages1(const struct model *m, const struct network_lanes *lanes,
                            float *message)
{
    fill(lanes, true, message, 2 * m->h);
    transform(m, lanes, message, 2 * m->h, m->rank1, m->down1, m->up1, m->gate1);
}

/* logit = leaky_relu(logit + self) + relation's */
static void finish_logits(const struct model *m, const struct network_lanes *lanes,
                          const float *self, const float *relation, size_t columns, size_t first,
                          size_t heads, float *logit)
{
    assert(first + heads <= columns);
    size_t s = lanes->stride;
    for (size_t g = 0; g < heads; g++)
        for (size_t l = 0; l < lanes->n; l++) {
            float x = logit[g * s + l] + self[g];
            size_t row = model_relation_row(m, lanes->from[l]->relation);
            logit[g * s + l] = (x < 0 ? 0.2f * x : x) + relation[row * columns + first + g];
        }
}

void network_side_logits0(const struct model *m, const struct network_lanes *lanes, bool values,
                          const float *z0_self, const float *message, size_t first, size_t heads,
                          float *logit)
{
    assert(first + heads <= MODEL_HEADS0 + 1);
    float self[MODEL_HEADS0 + 1];
    size_t s = lanes->stride;
    tile_vector(self, m->attend0_self + first * m->d, z0_self, heads, m->d);
    tile_multiply(logit, s, m->attend0 + first * m->d, m->d, 1, message, s, heads, m->d, lanes->n);
    finish_logits(m, lanes, self, m->attend0_relation, MODEL_HEADS0 + 1, first, heads, logit);
    for (size_t g = 0; values && g < heads; g++)
        for (size_t l = 0; l < lanes->n; l++)
            logit[g * s + l] += m->attend0_value[first + g];
}

void network_side_logits1(const struct model *m, const struct network_lanes *lanes,
                          const float *z0_self, const float *message, float *logit)
{
    assert(lanes->stride >= lanes->n);
    float self[MODEL_HEADS1];
    size_t s = lanes->stride, depth = 2 * m->h;
    tile_vector(self, m->attend1_self, z0_self, MODEL_HEADS1, m->d);
    tile_multiply(logit, s, m->attend1, depth, 1, message, s, MODEL_HEADS1, depth, lanes->n);
    finish_logits(m, lanes, self, m->attend1_relation, MODEL_HEADS1, 0, MODEL_HEADS1, logit);
}

void network_side_softmax(float *entities, size_t n_entities, float *values, size_t n_values)
{
    attention_softmax(entities, n_entities, values, n_values);
}

void network_side_around(const struct model *m, const struct network_lanes *entities,
                         const float *message_e, const float *beta_e,
                         const struct network_lanes *values, const float *message_v,
                         const float *beta_v, float *around)
{
    assert(m->d <= MODEL_MAX_D);
    float sum[MODEL_MAX_D];
    struct attention_heap e = {message_e, beta_e, entities->stride, entities->n};
    struct attention_heap v = {message_v, beta_v, values->stride, values->n};
    attention_gather(sum, m->d, &e, &v);
    tile_vector(around, m->project_around, sum, m->h, m->d);
    float length = sqrtf(tile_dot(around, around, m->h));
    float scale = length > 1e-12f ? m->around_scale[0] / length : 0.0f;
    for (size_t k = 0; k < m->h; k++)
        around[k] *= scale;
}
