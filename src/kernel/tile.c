/*
 * tile.c - one loop, block(), of a few rows by a few eights of lanes, written out for the
 * sizes that keep the processor busy: how many sums go at once is a matter of speed alone.
 *
 *  (1) Each sum is one chain over k in ascending order, whatever the size of its block: so
 *      all of them, the wide one too, give the same bits.
 */
#include "alignd/kernel/tile.h"

#include "build.h"
#include "f8.h"

#include <assert.h>
#include <stdbool.h>

/* R rows against W eights of lanes, R * W sums at once: eight of them hide the
 * latency of the multiply-add.  R and W are constants after inlining. */
static inline __attribute__((always_inline)) void block(float *c, size_t c_stride, const float *a,
                                                        size_t a_row, size_t a_depth,
                                                        const float *b, size_t b_stride,
                                                        size_t depth, size_t R, size_t W)
{
    assert(R <= 8 && W <= 4);
    f8 sum[8][4];
    for (size_t i = 0; i < R; i++)
        for (size_t w = 0; w < W; w++)
            sum[i][w] = f8_splat(0.0f);
    for (size_t k = 0; k < depth; k++) {
        f8 right[4];
        for (size_t w = 0; w < W; w++)
            right[w] = f8_load(b + k * b_stride + 8 * w);
        for (size_t i = 0; i < R; i++) {
            f8 left = f8_splat(a[i * a_row + k * a_depth]);
            for (size_t w = 0; w < W; w++)
                sum[i][w] = f8_fma(left, right[w], sum[i][w]);
        }
    }
    for (size_t i = 0; i < R; i++)
        for (size_t w = 0; w < W; w++)
            f8_store(c + i * c_stride + 8 * w, sum[i][w]);
}

#ifdef __AVX512F__
/*
 * The same sums, sixteen lanes at a time, where the processor has registers for
 * them: each lane still adds up in the order of depth, so the bits are those of
 * the narrow way.
 */
enum { HAS_WIDE = true };

static inline __attribute__((always_inline)) void
wide_block(float *c, size_t c_stride, const float *a, size_t a_row, size_t a_depth, const float *b,
           size_t b_stride, size_t depth, size_t R)
{
    assert(R <= 8);
    __m512 sum[8];
    for (size_t i = 0; i < R; i++)
        sum[i] = _mm512_setzero_ps();
    for (size_t k = 0; k < depth; k++) {
        __m512 right = _mm512_loadu_ps(b + k * b_stride);
        for (size_t i = 0; i < R; i++)
            sum[i] = _mm512_fmadd_ps(_mm512_set1_ps(a[i * a_row + k * a_depth]), right, sum[i]);
    }
    for (size_t i = 0; i < R; i++)
        _mm512_storeu_ps(c + i * c_stride, sum[i]);
}

static void wide(float *c, size_t c_stride, const float *a, size_t a_row, size_t a_depth,
                 const float *b, size_t b_stride, size_t rows, size_t depth)
{
    assert(c_stride >= 16 && b_stride > 8);
    size_t i = 0;
#define BLOCKS(R)                                                                                  \
    for (; i + (R) <= rows; i += (R))                                                              \
    wide_block(c + i * c_stride, c_stride, a + i * a_row, a_row, a_depth, b, b_stride, depth, (R))
    BLOCKS(8);
    BLOCKS(4);
    BLOCKS(1);
#undef BLOCKS
}
#else
enum { HAS_WIDE = false };

static void wide(float *c, size_t c_stride, const float *a, size_t a_row, size_t a_depth,
                 const float *b, size_t b_stride, size_t rows, size_t depth)
{
    (void)c, (void)c_stride, (void)a, (void)a_row, (void)a_depth;
    (void)b, (void)b_stride, (void)rows, (void)depth;
}
#endif

void KERNEL(tile_multiply)(float *c, size_t c_stride, const float *a, size_t a_row, size_t a_depth,
                           const float *b, size_t b_stride, size_t rows, size_t depth, size_t lanes)
{
    assert(lanes <= 32 && c_stride >= TILE_ROUND(lanes));
    assert(b_stride >= lanes);
#define BLOCKS(R, W)                                                                               \
    for (; i + (R) <= rows; i += (R))                                                              \
    block(c + i * c_stride + l, c_stride, a + i * a_row, a_row, a_depth, b + l, b_stride, depth,   \
          (R), (W))
    for (size_t l = 0, w; l < lanes; l += 8 * w) {
        size_t eights = TILE_ROUND(lanes - l) / 8, i = 0;
        if (eights == 1) {
            w = 1;
            BLOCKS(8, 1);
            BLOCKS(4, 1);
            BLOCKS(1, 1);
        } else if (HAS_WIDE) {
            w = 2;
            wide(c + l, c_stride, a, a_row, a_depth, b + l, b_stride, rows, depth);
        } else if (eights == 4 && rows < 4) {
            w = 4;
            BLOCKS(1, 4);
        } else {
            w = 2;
            BLOCKS(4, 2);
            BLOCKS(2, 2);
            BLOCKS(1, 2);
        }
    }
#undef BLOCKS
}

void KERNEL(tile_norms)(float *norm, const float *b, size_t b_stride, size_t depth, size_t lanes)
{
    assert(b_stride >= lanes);
    for (size_t l = 0; l < lanes; l += 8) {
        f8 sum = f8_splat(0.0f);
        for (size_t k = 0; k < depth; k++) {
            f8 x = f8_load(b + k * b_stride + l);
            sum = f8_fma(x, x, sum);
        }
        f8_store(norm + l, sum);
    }
}

void KERNEL(tile_from_rows)(float *b, size_t b_stride, const float *const *x, size_t depth,
                            size_t lanes)
{
    assert(depth % 8 == 0 && b_stride >= TILE_ROUND(lanes));
    for (size_t l = 0; l < lanes; l += 8)
        for (size_t k = 0; k < depth; k += 8) {
            f8 r[8];
            for (size_t i = 0; i < 8; i++)
                r[i] = l + i < lanes ? f8_load(x[l + i] + k) : f8_splat(0.0f);
            f8_transpose(r);
            for (size_t i = 0; i < 8; i++)
                f8_store(b + (k + i) * b_stride + l, r[i]);
        }
}

float KERNEL(tile_dot)(const float *a, const float *b, size_t n)
{
    assert(n % 8 == 0);
    f8 even = f8_splat(0.0f), odd = f8_splat(0.0f);
    size_t k = 0;
    for (; k + 16 <= n; k += 16) {
        even = f8_fma(f8_load(a + k), f8_load(b + k), even);
        odd = f8_fma(f8_load(a + k + 8), f8_load(b + k + 8), odd);
    }
    if (k < n)
        even = f8_fma(f8_load(a + k), f8_load(b + k), even);
    return f8_sum(even + odd);
}

void KERNEL(tile_vector)(float *y, const float *a, const float *x, size_t rows, size_t n)
{
    for (size_t i = 0; i < rows; i++)
        y[i] = KERNEL(tile_dot)(a + i * n, x, n);
}

void KERNEL(tile_add_scaled)(float *y, float scale, const float *x, size_t n)
{
    assert((y && x) || !n);
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        f8_store(y + i, f8_fma(f8_splat(scale), f8_load(x + i), f8_load(y + i)));
    if (i == n)
        return;
    f8 left = f8_splat(0.0f), right = left;
    memcpy(&left, x + i, (n - i) * sizeof(float));
    memcpy(&right, y + i, (n - i) * sizeof(float));
    left = f8_fma(f8_splat(scale), left, right);
    memcpy(y + i, &left, (n - i) * sizeof(float));
}
