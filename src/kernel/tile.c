#include "alignd/kernel/tile.h"

#include "alignd/kernel/f8.h"

#include <assert.h>

/* Four rows against W eights of lanes: at W = 2 the eight sums hide the
 * latency of the multiply-add.  W is a constant after inlining. */
static inline __attribute__((always_inline)) void four_rows(float *c, size_t c_stride,
                                                            const float *a, size_t a_row,
                                                            size_t a_depth, const float *b,
                                                            size_t b_stride, size_t depth, size_t W)
{
    f8 sum[4][2];
    for (size_t i = 0; i < 4; i++)
        for (size_t w = 0; w < W; w++)
            sum[i][w] = f8_splat(0.0f);
    for (size_t k = 0; k < depth; k++) {
        f8 right[2];
        for (size_t w = 0; w < W; w++)
            right[w] = f8_load(b + k * b_stride + 8 * w);
        for (size_t i = 0; i < 4; i++) {
            float left = a[i * a_row + k * a_depth];
            for (size_t w = 0; w < W; w++)
                sum[i][w] += left * right[w];
        }
    }
    for (size_t i = 0; i < 4; i++)
        for (size_t w = 0; w < W; w++)
            f8_store(c + i * c_stride + 8 * w, sum[i][w]);
}

static inline __attribute__((always_inline)) void one_row(float *c, const float *a, size_t a_depth,
                                                          const float *b, size_t b_stride,
                                                          size_t depth)
{
    f8 sum = f8_splat(0.0f);
    for (size_t k = 0; k < depth; k++)
        sum += a[k * a_depth] * f8_load(b + k * b_stride);
    f8_store(c, sum);
}

void tile_multiply(float *c, size_t c_stride, const float *a, size_t a_row, size_t a_depth,
                   const float *b, size_t b_stride, size_t rows, size_t depth, size_t lanes)
{
    assert(lanes <= 32 && c_stride >= TILE_ROUND(lanes));
    size_t i = 0;
    for (; i + 4 <= rows; i += 4) {
        size_t l = 0;
        for (; l + 8 < lanes; l += 16)
            four_rows(c + i * c_stride + l, c_stride, a + i * a_row, a_row, a_depth, b + l,
                      b_stride, depth, 2);
        if (l < lanes)
            four_rows(c + i * c_stride + l, c_stride, a + i * a_row, a_row, a_depth, b + l,
                      b_stride, depth, 1);
    }
    for (; i < rows; i++)
        for (size_t l = 0; l < lanes; l += 8)
            one_row(c + i * c_stride + l, a + i * a_row, a_depth, b + l, b_stride, depth);
}

void tile_norms(float *norm, const float *b, size_t b_stride, size_t depth, size_t lanes)
{
    for (size_t l = 0; l < lanes; l += 8) {
        f8 sum = f8_splat(0.0f);
        for (size_t k = 0; k < depth; k++) {
            f8 x = f8_load(b + k * b_stride + l);
            sum += x * x;
        }
        f8_store(norm + l, sum);
    }
}

void tile_from_rows(float *b, size_t b_stride, const float *const *x, size_t depth, size_t lanes)
{
    for (size_t l = 0; l < lanes; l++)
        for (size_t k = 0; k < depth; k++)
            b[k * b_stride + l] = x[l][k];
}

float tile_dot(const float *a, const float *b, size_t n)
{
    assert(n % 8 == 0);
    f8 even = f8_splat(0.0f), odd = f8_splat(0.0f);
    size_t k = 0;
    for (; k + 16 <= n; k += 16) {
        even += f8_load(a + k) * f8_load(b + k);
        odd += f8_load(a + k + 8) * f8_load(b + k + 8);
    }
    if (k < n)
        even += f8_load(a + k) * f8_load(b + k);
    return f8_sum(even + odd);
}

void tile_vector(float *y, const float *a, const float *x, size_t rows, size_t n)
{
    for (size_t i = 0; i < rows; i++)
        y[i] = tile_dot(a + i * n, x, n);
}
