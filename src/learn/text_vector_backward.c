/*
 * text_vector_backward.c - from the gradient of a text's vector to that of the weights of its
 * features, along the very signs by which text_vector.c adds them up.
 */
#include "alignd/kernel/signs.h"
#include "alignd/kernel/tile.h"
#include "alignd/learn/network_gradient.h"

#include <assert.h>

void text_vector_backward(const struct model *m, const struct text_feature *list, size_t n,
                          const float *z0, float norm, const float *dz0, struct model *grad)
{
    assert(grad != m && (list || !n));
    float dsum[MODEL_MAX_D], along = tile_dot(dz0, z0, m->d);
    if (!(norm > 0))
        return;
    for (size_t k = 0; k < m->d; k++)
        dsum[k] = (dz0[k] - along * z0[k]) / norm;
    for (size_t i = 0; i < n; i++) {
        float d = list[i].weight * signs_along(dsum, m->d, m->seed, list[i].hash);
        size_t bucket = list[i].hash & (m->buckets - 1);
        grad->bucket_weight[bucket] += d * m->kind_weight[list[i].kind];
        grad->kind_weight[list[i].kind] += d * m->bucket_weight[bucket];
    }
}
