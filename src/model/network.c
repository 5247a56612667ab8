/*
 * network.c - the vector of an entity's own neighbourhood (level 1): messages of its
 * neighbours, weighed by self-attention.
 */
#include "alignd/model/network.h"

#include "alignd/model/network_pass.h"

#include <assert.h>

void network_vector1(const struct model *m, const float *z0_self,
                     const struct network_neighbour *neighbours, size_t n, float *z1)
{
    assert(n <= NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES && z1 != z0_self);
    struct network_lanes entities, values, level1;
    float message_e[MODEL_MAX_D * NETWORK_MAX_LANES], message_v[MODEL_MAX_D * NETWORK_MAX_LANES];
    float beta_e[NETWORK_MAX_LANES], beta_v[NETWORK_MAX_LANES];

    network_side_split(m, neighbours, n, &entities, &values, &level1);
    network_side_messages0(m, &entities, message_e);
    network_side_messages0(m, &values, message_v);
    network_side_logits0(m, &entities, false, z0_self, message_e, MODEL_SUMMARY, 1, beta_e);
    network_side_logits0(m, &values, true, z0_self, message_v, MODEL_SUMMARY, 1, beta_v);
    network_side_softmax(beta_e, entities.n, beta_v, values.n);

    tile_vector(z1, m->project_self, z0_self, m->h, m->d);
    network_side_around(m, &entities, message_e, beta_e, &values, message_v, beta_v, z1 + m->h);
}
