/*
 * tile.h - products of small matrices, eight lanes at a time.
 *
 * A matrix of vectors lies "in lanes": row k holds component k of every
 * vector, one lane a vector.  Each result is one chain of multiply-adds over
 * k = 0, 1, 2 ..., so its bits depend on its own row and lane alone: never on
 * how many rows and lanes there are, nor on its place among them.  And as a
 * product is commutative, a . b and b . a agree bit for bit.
 */
#ifndef ALIGND_KERNEL_TILE_H
#define ALIGND_KERNEL_TILE_H

#include <stddef.h>

/* Lanes are computed in eights. */
#define TILE_ROUND(lanes) (((lanes) + 7) & ~(size_t)7)

/*
 * c[i, l] = sum_k a[i, k] * b[k, l]     i < rows, l < TILE_ROUND(lanes)
 *
 *   c  out  at c + i * c_stride + l; c_stride >= TILE_ROUND(lanes)
 *   a  in   at a + i * a_row + k * a_depth
 *   b  in   at b + k * b_stride + l, read up to TILE_ROUND(lanes): the lanes past
 *           the last give numbers without meaning, but must be readable
 *
 * lanes <= 32, asserted.
 */
void tile_multiply(float *c, size_t c_stride, const float *a, size_t a_row, size_t a_depth,
                   const float *b, size_t b_stride, size_t rows, size_t depth, size_t lanes);

/* norm[l] = sum_k b[k, l]^2, the same bits as the diagonal of tile_multiply of b with itself. */
void tile_norms(float *norm, const float *b, size_t b_stride, size_t depth, size_t lanes);

/* lanes from rows: b[k, l] = x[l][k], zero from lane `lanes` to TILE_ROUND(lanes);
 * b_stride >= TILE_ROUND(lanes), depth a multiple of 8, both asserted. */
void tile_from_rows(float *b, size_t b_stride, const float *const *x, size_t depth, size_t lanes);

/* sum_k a[k] * b[k], eight partial sums in a fixed order; n a multiple of 8, asserted. */
float tile_dot(const float *a, const float *b, size_t n);

/* y[i] = sum_k a[i * n + k] * x[k] by tile_dot. */
void tile_vector(float *y, const float *a, const float *x, size_t rows, size_t n);

/* y[i] += scale * x[i], each rounded once */
void tile_add_scaled(float *y, float scale, const float *x, size_t n);
#endif
