/*
 * text_vector_backward.c - from the gradient of a text's vector to that of the weights of its
 * features, along the very signs by which text_vector.c adds them up.
 */
#include "alignd/base/hash.h"
#include "alignd/kernel/f8.h"
#include "alignd/kernel/tile.h"
#include "alignd/learn/network_gradient.h"

#include <assert.h>

/* sum_k sign_k x_k, the signs as a hash spells them in add_feature */
static float along_signs(uint64_t hash, uint64_t seed, const float *x, size_t d)
{
    assert(d % 64 == 0);
    const i8 place = {31, 30, 29, 28, 27, 26, 25, 24}, sign = (i8){0} + (int32_t)0x80000000;
    f8 sum = f8_splat(0.0f);
    for (size_t k = 0; k < d; k += 64) {
        uint64_t spelled = hash_mix(hash, seed + k);
        for (size_t part = 0; part < 64; part += 8, spelled >>= 8) {
            i8 byte = (i8){0} + (int32_t)(uint8_t)spelled;
            sum += (f8)(((byte << place) & sign) ^ (i8)f8_load(x + k + part));
        }
    }
    return f8_sum(sum);
}

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
        float d = list[i].weight * along_signs(list[i].hash, m->seed, dsum, m->d);
        size_t bucket = list[i].hash & (m->buckets - 1);
        grad->bucket_weight[bucket] += d * m->kind_weight[list[i].kind];
        grad->kind_weight[list[i].kind] += d * m->bucket_weight[bucket];
    }
}
