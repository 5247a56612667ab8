/*
 * attention.c - the loops of network_score.c, network_side.c, network_profile.c and
 * network_relations.c over neighbours in lanes.
 *
 *  (1) Lanes past the last hold numbers without meaning until a mask: no maximum, sum or
 *      weight ever reads one.
 */
#include "alignd/kernel/attention.h"

#include "build.h"
#include "f8.h"

#include <assert.h>
#include <math.h>

static i8 lane_mask(size_t first, size_t n)
{
    const i8 lane = {0, 1, 2, 3, 4, 5, 6, 7};
    return lane + (int32_t)first < (i8){0} + (int32_t)n;
}

/* One f8 a row to one number a row; n rows, the last eights filled with zero. */
static void most_of_rows(float *out, f8 *row, size_t n)
{
    assert(n <= ATTENTION_LANES);
    for (size_t i = n; i < TILE_ROUND(n); i++)
        row[i] = f8_splat(0.0f);
    for (size_t i = 0; i < n; i += 8)
        f8_store(out + i, f8_most_rows(row + i));
}

static void sum_of_rows(float *out, f8 *row, size_t n)
{
    assert(n <= ATTENTION_LANES);
    for (size_t i = n; i < TILE_ROUND(n); i++)
        row[i] = f8_splat(0.0f);
    for (size_t i = 0; i < n; i += 8)
        f8_store(out + i, f8_sum_rows(row + i));
}

/* |x - y|^2 of |x|^2, |y|^2 and x . y; never below zero */
static inline f8 apart(float norm_a, f8 norm_b, f8 dot)
{
    return f8_max(f8_fma(f8_splat(-2.0f), dot, norm_a + norm_b), f8_splat(0.0f));
}

void KERNEL(attention_relate)(float *distance, const float *norm_a, size_t n_a, const float *norm_b,
                              size_t n_b, float *nearest_a, float *nearest_b)
{
    assert(n_a && n_a <= ATTENTION_LANES && n_b && n_b <= ATTENTION_LANES);
    const f8 zero = f8_splat(0.0f);
    size_t s_b = TILE_ROUND(n_b);
    f8 row[ATTENTION_LANES], column[ATTENTION_LANES / 8];
    for (size_t j = 0; j < s_b; j += 8)
        column[j / 8] = zero;
    for (size_t i = 0; i < n_a; i++) {
        row[i] = zero;
        for (size_t j = 0; j < s_b; j += 8) {
            f8 far = apart(norm_a[i], f8_load(norm_b + j), f8_load(distance + i * s_b + j));
            f8_store(distance + i * s_b + j, far);
            f8 like = f8_select(lane_mask(j, n_b), f8_exp(-8.0f * far), zero);
            row[i] = f8_max(row[i], like);
            column[j / 8] = f8_max(column[j / 8], like);
        }
    }
    most_of_rows(nearest_a, row, n_a);
    memcpy(nearest_b, column, s_b * sizeof(float));
}

void KERNEL(attention_meet)(float *similarity, const float *dot, const float *code, float tau,
                            const struct attention_side *a, const struct attention_side *b)
{
    assert(a->n <= ATTENTION_LANES && b->n <= ATTENTION_LANES);
    const f8 zero = f8_splat(0.0f);
    size_t s_b = TILE_ROUND(b->n);
    f8 row_best[ATTENTION_LANES], row_sum[ATTENTION_LANES];
    for (size_t j = 0; j < s_b; j += 8) {
        f8 norm = f8_load(b->norm + j), said = f8_load(b->said + j);
        f8 column_best = zero, column_sum = zero;
        said = f8_select(lane_mask(j, b->n), said, zero);
        for (size_t i = 0; i < a->n; i++) {
            f8 far = apart(a->norm[i], norm, f8_load(dot + i * s_b + j));
            f8 near = f8_exp(-tau * (far + f8_load(code + i * s_b + j))) * (a->said[i] * said);
            f8_store(similarity + i * s_b + j, near);
            row_best[i] = j ? f8_max(row_best[i], near) : near;
            row_sum[i] = j ? row_sum[i] + near : near;
            column_best = f8_max(column_best, near);
            column_sum += near;
        }
        f8_store(b->best + j, column_best);
        f8_store(b->sum + j, column_sum);
    }
    most_of_rows(a->best, row_best, a->n);
    sum_of_rows(a->sum, row_sum, a->n);
}

static void lengths_of(const struct attention_named *x, float length[ATTENTION_LANES])
{
    assert(x->n <= ATTENTION_LANES);
    memset(length, 0, ATTENTION_LANES * sizeof(*length));
    for (size_t l = 0; l < x->n; l++)
        length[l] = sqrtf(x->norm[l]);
}

/* Eight columns' cosines with one row; 0 where a length is 0 or a column has no name. */
static inline f8 cosines(f8 dot, float row_length, f8 column_length, i8 said)
{
    f8 lengths = row_length * column_length;
    return f8_select((lengths > f8_splat(1e-12f)) & said, dot / lengths, f8_splat(0.0f));
}

void KERNEL(attention_twins)(const float *dot, const struct attention_named *a,
                             const struct attention_named *b)
{
    const f8 zero = f8_splat(0.0f);
    size_t s_b = TILE_ROUND(b->n);
    float length[2][ATTENTION_LANES];
    f8 row[ATTENTION_LANES], row_anyhow[ATTENTION_LANES];
    lengths_of(a, length[0]);
    lengths_of(b, length[1]);
    for (size_t i = 0; i < TILE_ROUND(a->n); i++)
        row[i] = row_anyhow[i] = zero;
    for (size_t j = 0; j < s_b; j += 8) {
        f8 column = zero, column_anyhow = zero;
        i8 said = f8_load(b->said + j) != zero, named;
        memcpy(&named, b->named + j, sizeof(named));
        for (size_t i = 0; i < a->n; i++) {
            if (a->said[i] == 0.0f)
                continue;
            f8 near =
                cosines(f8_load(dot + i * s_b + j), length[0][i], f8_load(length[1] + j), said);
            i8 same = named == (i8){0} + (int32_t)a->named[i];
            f8 near_by_relation = f8_select(same, near, zero);
            row[i] = f8_max(near_by_relation, row[i]);
            row_anyhow[i] = f8_max(near, row_anyhow[i]);
            column = f8_max(near_by_relation, column);
            column_anyhow = f8_max(near, column_anyhow);
        }
        f8_store(b->twin + j, column);
        f8_store(b->anyhow + j, column_anyhow);
    }
    most_of_rows(a->twin, row, a->n);
    most_of_rows(a->anyhow, row_anyhow, a->n);
}

void KERNEL(attention_look)(float *agree, float *disagree, float *count,
                            const struct attention_seen *kinds, size_t n_kinds, size_t heads)
{
    assert(heads <= 8);
    f8 agrees[8], disagrees[8], counts[8];
    for (size_t g = 0; g < 8; g++)
        agrees[g] = disagrees[g] = counts[g] = f8_splat(0.0f);
    for (size_t k = 0; k < n_kinds; k++) {
        const struct attention_seen *x = &kinds[k];
        for (size_t l = 0; l < x->s; l += 8) {
            f8 best = f8_load(x->best + l);
            f8 differs = f8_load(x->comparable + l) * (1.0f - best);
            for (size_t g = 0; g < heads; g++) {
                f8 weight = f8_load(x->beta + g * x->s + l);
                agrees[g] = f8_fma(weight, best, agrees[g]);
                disagrees[g] = f8_fma(weight, differs, disagrees[g]);
                counts[g] = f8_fma(f8_load(x->gate + g * x->s + l), best, counts[g]);
            }
        }
    }
    f8_store(agree, f8_sum_rows(agrees));
    f8_store(disagree, f8_sum_rows(disagrees));
    f8_store(count, f8_sum_rows(counts));
}

float KERNEL(attention_bilinear)(const float *matrix, size_t stride, const float *left, size_t n,
                                 const float *right, size_t s)
{
    assert(s % 8 == 0 && stride >= s);
    f8 sum = f8_splat(0.0f);
    for (size_t i = 0; i < n; i++) {
        f8 row = f8_splat(0.0f);
        for (size_t j = 0; j < s; j += 8)
            row = f8_fma(f8_load(matrix + i * stride + j), f8_load(right + j), row);
        sum = f8_fma(f8_splat(left[i]), row, sum);
    }
    return f8_sum(sum);
}

float KERNEL(attention_total)(const float *x, size_t s)
{
    assert(s % 8 == 0);
    f8 sum = f8_splat(0.0f);
    for (size_t l = 0; l < s; l += 8)
        sum += f8_load(x + l);
    return f8_sum(sum);
}

void KERNEL(attention_gates)(float *gate, const float *logit, size_t n)
{
    for (size_t l = 0; l < n; l += 8)
        f8_store(gate + l, 1.0f / (1.0f + f8_exp(-f8_load(logit + l))));
}

static float most_of(const float *x, size_t n, float most)
{
    for (size_t l = 0; l < n; l++)
        most = x[l] > most ? x[l] : most;
    return most;
}

/* x = e^(x - most), zero past n; returns the sum */
static float exponentials(float *x, size_t n, float most)
{
    assert(n <= ATTENTION_LANES);
    f8 sum = f8_splat(0.0f);
    for (size_t l = 0; l < n; l += 8) {
        f8 e = f8_select(lane_mask(l, n), f8_exp(f8_load(x + l) - most), f8_splat(0.0f));
        f8_store(x + l, e);
        sum += e;
    }
    return f8_sum(sum);
}

void KERNEL(attention_softmax)(float *a, size_t n_a, float *b, size_t n_b)
{
    assert(n_a <= ATTENTION_LANES && n_b <= ATTENTION_LANES);
    float most = most_of(b, n_b, most_of(a, n_a, 0.0f));
    f8 absent = f8_exp(f8_splat(-most));
    float total = exponentials(a, n_a, most);
    total += exponentials(b, n_b, most);
    float scale = 1.0f / (total + absent[0]);
    for (size_t l = 0; l < n_a; l++)
        a[l] *= scale;
    for (size_t l = 0; l < n_b; l++)
        b[l] *= scale;
}

void KERNEL(attention_gather)(float *sum, size_t d, const struct attention_heap *a,
                              const struct attention_heap *b)
{
    assert(a->n <= a->stride || !a->n);
    assert(b->n <= b->stride || !b->n);
    for (size_t k = 0; k < d; k++) {
        f8 part = f8_splat(0.0f);
        for (size_t l = 0; l < a->n; l += 8)
            part = f8_fma(f8_load(a->message + k * a->stride + l), f8_load(a->beta + l), part);
        for (size_t l = 0; l < b->n; l += 8)
            part = f8_fma(f8_load(b->message + k * b->stride + l), f8_load(b->beta + l), part);
        sum[k] = f8_sum(part);
    }
}

void KERNEL(attention_exp)(float x[8])
{
    f8_store(x, f8_exp(f8_load(x)));
}
