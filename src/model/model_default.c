/*
 * model_default.c - the untrained model: orthonormal and normal draws from a seed, and a
 * head set by hand to what names and agreeing neighbours are worth about.  Training begins
 * here, and a test needs no file.
 */
#include "alignd/model/network_pass.h"
#include "alignd/model/parameters.h"

#include "alignd/base/hash.h"

#include <assert.h>
#include <math.h>

/* Two uniform numbers to one normal one (Box and Muller). */
static float normal(uint64_t seed, uint64_t *counter)
{
    double u = (double)((hash_mix(seed, (*counter)++) >> 11) + 1) * 0x1p-53;
    double v = (double)(hash_mix(seed, (*counter)++) >> 11) * 0x1p-53;
    return (float)(sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v));
}

static void fill_normal(float *x, size_t n, double deviation, uint64_t seed, uint64_t *counter)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float)deviation * normal(seed, counter);
}

/* Rows of length 1, at right angles to each other (Gram and Schmidt); rows <= columns. */
static void fill_orthonormal(float *x, size_t rows, size_t columns, uint64_t seed,
                             uint64_t *counter)
{
    assert(rows <= columns && columns % 8 == 0);
    fill_normal(x, rows * columns, 1.0, seed, counter);
    for (size_t i = 0; i < rows; i++) {
        float *row = x + i * columns;
        for (size_t j = 0; j < i; j++) {
            float along = tile_dot(row, x + j * columns, columns);
            for (size_t k = 0; k < columns; k++)
                row[k] -= along * x[j * columns + k];
        }
        float scale = 1.0f / sqrtf(tile_dot(row, row, columns));
        for (size_t k = 0; k < columns; k++)
            row[k] *= scale;
    }
}

/*
 * The parameters training starts from: text by overlap of n-grams, transforms
 * that are the identity, self-attention that knows entities from values and
 * nothing else.  The relations' codes are random, so that one relation is
 * told from another.
 */
void model_default_fill(struct model *m)
{
    assert(m->h <= m->d && m->slab);
    uint64_t counter = 0;
    for (size_t i = 0; i < m->buckets; i++)
        m->bucket_weight[i] = 1.0f;
    for (size_t i = 0; i < TEXT_KINDS; i++)
        m->kind_weight[i] = text_vector_default_weight(i);
    fill_normal(m->relation_code, m->codes * MODEL_CODE, 0.5 / sqrt(MODEL_CODE), m->seed, &counter);
    /* up is zero: the transform starts as the identity */
    fill_normal(m->down0, m->rank0 * m->d, 1 / sqrt((double)m->d), m->seed, &counter);
    fill_normal(m->down1, m->rank1 * 2 * m->h, 1 / sqrt(2.0 * (double)m->h), m->seed, &counter);
    for (size_t i = 0; i < m->rows * m->rank0; i++)
        m->gate0[i] = 1.0f;
    for (size_t i = 0; i < m->rows * m->rank1; i++)
        m->gate1[i] = 1.0f;
    fill_orthonormal(m->project_self, m->h, m->d, m->seed, &counter);
    fill_orthonormal(m->project_around, m->h, m->d, m->seed, &counter);
    float spread = sqrtf((float)m->d / (float)m->h); /* a projection keeps h / d of a length */
    for (size_t i = 0; i < m->h * m->d; i++)
        m->project_self[i] *= spread;
    m->around_scale[0] = 1.0f;
    m->sharpness[0] = logf(3.0f);
    m->sharpness[1] = logf(2.0f);
    m->sharpness[2] = logf(1.5f);
    /* head 0 looks at entities, head 1 at values */
    for (size_t r = 0; r < m->rows; r++) {
        m->attend0_relation[r * (MODEL_HEADS0 + 1) + 0] = 3.0f;
        m->attend0_relation[r * (MODEL_HEADS0 + 1) + 1] = -8.0f;
        m->attend0_relation[r * (MODEL_HEADS0 + 1) + MODEL_SUMMARY] = 1.0f;
        m->attend1_relation[r * MODEL_HEADS1] = 3.0f;
    }
    m->attend0_value[0] = -11.0f;
    m->attend0_value[1] = 11.0f;
    m->attend0_value[MODEL_SUMMARY] = -1.0f;
    m->calibration[0] = 1.0f;
    m->threshold = 0.5;
}

/*
 * The head by hand: a label of its own is worth about 7 in logits when equal, a
 * shared neighbour 1 to 4 with a falling return, a value that differs where both
 * sides have one costs up to 4.  One equal label and nothing else is about .4.
 * The bias is that of candidates, most of which are no match.
 */
void model_default_head(struct model *m)
{
    assert(m->direct && m->direct_bias);
    float *w = m->direct;
    w[FEATURE_BOTH_NAMED] = -1.5f;
    w[FEATURE_ONE_NAMED] = 1.0f;
    w[FEATURE_COS] = 5.0f;
    w[FEATURE_NEAR] = 3.0f;
    w[FEATURE_EXACT] = 0.5f;
    w[FEATURE_COS_SUMMARY] = 1.0f;
    w[FEATURE_MASS_ENTITIES] = 1.0f;
    w[FEATURE_HEADS0 + HEAD_AGREE_LO] = 1.0f;
    w[FEATURE_HEADS0 + HEAD_DISAGREE] = -1.5f;
    w[FEATURE_HEADS0 + HEAD_COUNT] = 5.2f;
    w[FEATURE_HEADS0 + 4 + HEAD_DISAGREE] = -4.0f;
    w[FEATURE_HEADS0 + 4 + HEAD_COUNT] = 2.0f;
    w[FEATURE_HEADS1 + HEAD_COUNT] = 1.5f;
    m->direct_bias[0] = -7.5f;
}

int model_new_default(uint64_t seed, struct model **ret_model)
{
    struct model *m;
    struct model_shape shape = {seed, 128, 64, 0, 0, 65536};
    model_new_empty(&shape, NULL, 0, &m);
    m->level1 = MODEL_LEVEL1_NAMELESS;
    model_default_fill(m);
    model_default_head(m);
    model_refresh(m);
    *ret_model = m;
    return 0;
}
