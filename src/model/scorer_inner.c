/*
 * scorer_inner.c - cross-graph attention inside the neighbours as well, as the
 * paper has it in every layer: an experiment, a hundred times the work a pair.
 */
#include "alignd/base/err.h"
#include "alignd/kernel/half.h"
#include "network_internal.h"
#include "scorer_internal.h"

#include <stdlib.h>
#include <string.h>

/* What the neighbours of one neighbour weigh, not yet divided by their sum. */
struct inner {
    float *profile;
    float entities[NETWORK_MAX_LANES], values[NETWORK_MAX_LANES];
};

static void add_weights(struct inner *x, const struct network_pass *p, size_t side)
{
    for (size_t l = 0; l < p->side[side]->n_e; l++)
        x->entities[l] += p->w_e0[side][l];
    for (size_t l = 0; l < p->side[side]->n_v; l++)
        x->values[l] += p->w_v0[side][l];
}

/* As network_vector1, with these weights. */
static void weigh_vector(const struct scorer *s, uint32_t entity, const struct inner *x, float *z1,
                         float *scratch)
{
    const struct model *m = s->m;
    struct network_neighbour out[NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES];
    struct network_lanes e, v, level1;
    float z0[MODEL_MAX_D], total = 0;
    float message_e[MODEL_MAX_D * NETWORK_MAX_LANES], message_v[MODEL_MAX_D * NETWORK_MAX_LANES];
    float w_e[NETWORK_MAX_LANES] = {0}, w_v[NETWORK_MAX_LANES] = {0};
    for (size_t l = 0; l < NETWORK_MAX_LANES; l++)
        total += x->entities[l] + x->values[l];
    if (total < 1e-20f) { /* nothing to compare it with: as it is for itself */
        half_to_float(z1, s->z1 + entity * s->d1, s->d1);
        return;
    }
    for (size_t l = 0; l < NETWORK_MAX_LANES; l++) {
        w_e[l] = x->entities[l] / total;
        w_v[l] = x->values[l] / total;
    }
    size_t n = scorer_gather(s, entity, z0, out, scratch);
    network_side_split(m, out, n, &e, &v, &level1);
    network_side_messages0(m, &e, message_e);
    network_side_messages0(m, &v, message_v);
    tile_vector(z1, m->project_self, z0, m->h, m->d);
    network_side_around(m, &e, message_e, w_e, &v, message_v, w_v, z1 + m->h);
    half_round(z1, s->d1);
}

static struct inner *open_inner(const struct scorer *s, const struct catalog_entity *x)
{
    struct inner *list = calloc(x->neighbour_count + 1, sizeof(*list));
    for (uint32_t i = 0; list && i < x->neighbour_count; i++)
        if (!(list[i].profile = scorer_profile(s, x->neighbours[i].target)))
            abort();
    return list;
}

static void close_inner(struct inner *list, size_t count)
{
    for (size_t i = 0; list && i < count; i++)
        free(list[i].profile);
    free(list);
}

int scorer_inner_vectors(const struct scorer *s, struct catalog_pair pair, float *z1[2])
{
    const struct catalog_entity *x[2] = {&s->c->entities[pair.a], &s->c->entities[pair.b]};
    struct inner *list[2] = {open_inner(s, x[0]), open_inner(s, x[1])};
    struct network_pass *p = malloc(sizeof(*p));
    float *scratch = malloc(SCORER_FLOATS * sizeof(*scratch));
    int rc = list[0] && list[1] && p && scratch ? ERR_OK : ERR_NO_MEMORY;
    for (uint32_t i = 0; i < x[0]->neighbour_count && !rc; i++)
        for (uint32_t j = 0; j < x[1]->neighbour_count; j++) {
            network_score_forward(s->m, list[0][i].profile, list[1][j].profile, p);
            add_weights(&list[0][i], p, p->swapped);
            add_weights(&list[1][j], p, !p->swapped);
        }
    for (size_t side = 0; side < 2 && !rc; side++)
        for (uint32_t i = 0; i < x[side]->neighbour_count; i++)
            weigh_vector(s, x[side]->neighbours[i].target, &list[side][i], z1[side] + i * s->d1,
                         scratch);
    close_inner(list[0], x[0]->neighbour_count);
    close_inner(list[1], x[1]->neighbour_count);
    free(p);
    free(scratch);
    return rc;
}

static int build(const struct scorer *s, uint32_t entity, const float *z1, float **ret_profile)
{
    struct network_neighbour out[NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES];
    float z0[MODEL_MAX_D], *floats = malloc(SCORER_FLOATS * sizeof(*floats));
    if (!floats)
        return ERR_NO_MEMORY;
    size_t n = scorer_gather(s, entity, z0, out, floats), n_e = 0;
    for (size_t i = 0; i < n; i++)
        if (out[i].z1)
            out[i].z1 = z1 + n_e++ * s->d1; /* entities come first, in their order */
    *ret_profile = malloc(network_profile_floats_of(s->m, out, n) * sizeof(float));
    if (*ret_profile) {
        struct network_self self = scorer_self(s, entity, z0);
        network_profile_build(s->m, &self, out, n, *ret_profile);
    }
    free(floats);
    return *ret_profile ? ERR_OK : ERR_NO_MEMORY;
}

int scorer_inner_logit(const struct scorer *s, struct catalog_pair pair, float *ret_logit)
{
    size_t floats = NETWORK_MAX_ENTITIES * s->d1;
    float *both = calloc(2 * floats, sizeof(*both)), *z1[2] = {both, both ? both + floats : NULL};
    float *profile[2] = {NULL, NULL};
    struct network_pass *p = malloc(sizeof(*p));
    int rc = both && p ? scorer_inner_vectors(s, pair, z1) : ERR_NO_MEMORY;
    rc = rc ? rc : build(s, pair.a, z1[0], &profile[0]);
    rc = rc ? rc : build(s, pair.b, z1[1], &profile[1]);
    if (!rc) {
        network_score_forward(s->m, profile[0], profile[1], p);
        *ret_logit = network_final_logit(s->m, p);
    }
    free(profile[0]);
    free(profile[1]);
    free(both);
    free(p);
    return rc;
}
