#include "alignd/kernel/tile.h"

#include "f8.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

static float uniform(uint32_t *rng)
{
    *rng = *rng * 1664525u + 1013904223u;
    return (float)(*rng >> 8) * 0x1p-23f - 1.0f;
}

static void fill(float *x, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++)
        x[i] = uniform(&seed);
}

Test(tile, a_product_by_hand)
{
    float a[] = {1, 2, 3, 4}, b[2 * 8] = {5, 6, 0, 0, 0, 0, 0, 0, 7, 8}, c[2 * 8];
    tile_multiply(c, 8, a, 2, 1, b, 8, 2, 2, 2);
    cr_expect_eq(c[0], 19.0f);
    cr_expect_eq(c[1], 22.0f);
    cr_expect_eq(c[8], 43.0f);
    cr_expect_eq(c[9], 50.0f);
}

Test(tile, products_agree_with_a_naive_one)
{
    enum { DEPTH = 72 };
    static float a[40 * DEPTH], b[DEPTH * 32], c[40 * 32];
    fill(a, 40 * DEPTH, 1);
    fill(b, DEPTH * 32, 2);
    for (size_t rows = 0; rows <= 40; rows += 3) {
        for (size_t lanes = 1; lanes <= 32; lanes++) {
            tile_multiply(c, 32, a, DEPTH, 1, b, 32, rows, DEPTH, lanes);
            for (size_t i = 0; i < rows; i++)
                for (size_t l = 0; l < lanes; l++) {
                    double sum = 0;
                    for (size_t k = 0; k < DEPTH; k++)
                        sum += (double)a[i * DEPTH + k] * b[k * 32 + l];
                    cr_assert_float_eq(c[i * 32 + l], sum, 1e-5);
                }
        }
    }
}

Test(tile, bits_do_not_depend_on_place_or_company)
{
    enum { DEPTH = 128 };
    static float a[33 * DEPTH], x[32 * DEPTH], all[DEPTH * 32], few[DEPTH * 32];
    static float c[33 * 32], one[8 * 8];
    const float *row[32];
    fill(a, 33 * DEPTH, 3);
    fill(x, 32 * DEPTH, 4);
    for (size_t l = 0; l < 32; l++)
        row[l] = x + l * DEPTH;
    tile_from_rows(all, 32, row, DEPTH, 32);
    tile_multiply(c, 32, a, DEPTH, 1, all, 32, 33, DEPTH, 32);
    for (size_t l = 0; l < 32; l++) {
        /* alone in lane l % 5 of another matrix, another row count */
        const float *again[5] = {x, x, x, x, x};
        again[l % 5] = x + l * DEPTH;
        tile_from_rows(few, 8, again, DEPTH, 5);
        for (size_t i = 0; i < 33; i++) {
            tile_multiply(one, 8, a + i * DEPTH, DEPTH, 1, few, 8, 1, DEPTH, 5);
            cr_assert_eq(one[l % 5], c[i * 32 + l], "row %zu lane %zu", i, l);
        }
    }
}

Test(tile, products_of_two_sides_are_symmetric_bit_for_bit)
{
    enum { DEPTH = 40, N = 11, M = 7 };
    static float p[DEPTH * N + 8], q[DEPTH * M + 8], pq[N * 8], qp[M * 16], norm[16], pp[N * 16];
    fill(p, DEPTH * N, 5);
    fill(q, DEPTH * M, 6);
    tile_multiply(pq, 8, p, 1, N, q, M, N, DEPTH, M);
    tile_multiply(qp, 16, q, 1, M, p, N, M, DEPTH, N);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < M; j++)
            cr_assert_eq(pq[i * 8 + j], qp[j * 16 + i]);
    tile_multiply(pp, 16, p, 1, N, p, N, N, DEPTH, N);
    tile_norms(norm, p, N, DEPTH, N);
    for (size_t i = 0; i < N; i++)
        cr_assert_eq(pp[i * 16 + i], norm[i], "so the distance of equal vectors is exactly 0");
}

Test(tile, dot_and_vector_agree_with_a_naive_sum)
{
    static float a[3 * 136], x[136], y[3];
    fill(a, 3 * 136, 7);
    fill(x, 136, 8);
    tile_vector(y, a, x, 3, 136);
    for (size_t i = 0; i < 3; i++) {
        double sum = 0;
        for (size_t k = 0; k < 136; k++)
            sum += (double)a[i * 136 + k] * x[k];
        cr_expect_float_eq(y[i], sum, 1e-5);
        cr_expect_eq(y[i], tile_dot(a + i * 136, x, 136));
    }
}

Test(f8, exponential_is_within_three_units_in_the_last_place)
{
    double worst = 0;
    for (float x = -86.9f; x < 87.9f; x += 0.0037f) {
        double got = f8_exp(f8_splat(x))[3], want = exp((double)x);
        double error = fabs(got - want) / want;
        worst = error > worst ? error : worst;
    }
    cr_expect_lt(worst, 3 * 0x1p-24, "%g", worst / 0x1p-24);
    cr_expect_eq(f8_exp(f8_splat(0.0f))[0], 1.0f);
    cr_expect_gt(f8_exp(f8_splat(-1e30f))[0], 0.0f);
    cr_expect(isfinite(f8_exp(f8_splat(1e30f))[0]));
}

static float any_float(uint64_t *rng)
{
    *rng = *rng * 6364136223846793005u + 1442695040888963407u;
    uint32_t bits = (uint32_t)(*rng >> 32);
    if (*rng & 0x10000) /* exponents near each other, so that sums cancel and tie */
        bits = (bits & 0x807fffffu) | (120u + (bits >> 23) % 16) << 23;
    if (*rng & 0x20000) /* few bits */
        bits &= 0xfff80000u;
    float x;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

Test(f8, a_product_is_added_with_one_rounding)
{
    uint64_t rng = 1;
    for (size_t i = 0; i < 400000; i++) {
        float a[8], b[8], c[8], got[8];
        for (size_t l = 0; l < 8; l++) {
            a[l] = any_float(&rng);
            b[l] = any_float(&rng);
            c[l] = l % 4 ? any_float(&rng) : -a[l] * b[l];
        }
        f8_store(got, f8_fma(f8_load(a), f8_load(b), f8_load(c)));
        for (size_t l = 0; l < 8; l++) {
            float want = fmaf(a[l], b[l], c[l]);
            cr_assert((isnan(want) && isnan(got[l])) || memcmp(&want, &got[l], sizeof(want)) == 0,
                      "%a * %a + %a: %a, not %a", a[l], b[l], c[l], got[l], want);
        }
    }
}

Test(f8, reductions_by_hand)
{
    f8 v = {1, 2, 3, 4, 5, 6, 7, -8};
    cr_expect_eq(f8_sum(v), 20.0f);
    cr_expect_eq(f8_most(v), 7.0f);
    cr_expect_eq(f8_max(v, f8_splat(4.5f))[0], 4.5f);
    cr_expect_eq(f8_min(v, f8_splat(4.5f))[7], -8.0f);
}

Test(tile, a_product_is_one_sum_in_order_whatever_the_registers)
{
    float a[20 * 64], b[64 * 32], c[20 * 32];
    for (size_t i = 0; i < 20 * 64; i++)
        a[i] = sinf((float)i) * 3;
    for (size_t i = 0; i < 64 * 32; i++)
        b[i] = cosf((float)i * 0.7f);
    for (size_t lanes = 1; lanes <= 32; lanes++)
        for (size_t rows = 1; rows <= 20; rows += 3) {
            size_t s = TILE_ROUND(lanes);
            tile_multiply(c, s, a, 64, 1, b, 32, rows, 64, lanes);
            for (size_t i = 0; i < rows; i++)
                for (size_t l = 0; l < lanes; l++) {
                    float sum = 0;
                    for (size_t k = 0; k < 64; k++)
                        sum = fmaf(a[i * 64 + k], b[k * 32 + l], sum);
                    cr_assert_eq(c[i * s + l], sum, "%zu rows, %zu lanes", rows, lanes);
                }
        }
}
