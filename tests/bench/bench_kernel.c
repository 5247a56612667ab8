/*
 * bench_kernel.c - the kernels beside their naive oracles, and beside the most
 * this processor's sgemm does, one thread.  What an oracle gives and what the
 * kernel gives must agree, or the program fails.
 *
 *     bench_kernel
 */
#include "bench.h"
#include "half_one.h"

#include "alignd/kernel/half.h"
#include "alignd/kernel/tile.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SECONDS 0.15 /* a measurement */
#define LARGE 384    /* of the sgemm that tells the peak */

static float noise[1 << 18], out[1 << 18], expected[1 << 18];

static void fill(void)
{
    uint64_t rng = 1;
    for (size_t i = 0; i < sizeof(noise) / sizeof(*noise); i++)
        noise[i] = (float)(bench_random(&rng) >> 40) * 0x1p-23f - 1.0f;
}

struct shape {
    size_t rows, depth, lanes;
};

/* Calls of work a second, the best of five rounds: the machine may be busy. */
static double rate(void (*work)(const struct shape *), const struct shape *s)
{
    double best = 0;
    size_t calls = 1;
    for (int round = 0; round < 5;) {
        double begun = bench_core();
        for (size_t i = 0; i < calls; i++)
            work(s);
        double took = bench_core() - begun;
        if (took < SECONDS / 5) {
            calls *= 2;
            continue;
        }
        best = fmax(best, (double)calls / took);
        round++;
    }
    return best;
}

static void same(const char *what, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!(fabsf(out[i] - expected[i]) <= 1e-4f * (1 + fabsf(expected[i])))) {
            fprintf(stderr, "bench_kernel: %s differs from its oracle at %zu: %g, not %g\n", what,
                    i, (double)out[i], (double)expected[i]);
            exit(1);
        }
}

/* --- sgemm --- */

static void gemm(const struct shape *s)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)s->rows, (int)s->lanes,
                (int)s->depth, 1, noise, (int)s->depth, noise + 7, (int)s->lanes, 0, out,
                (int)s->lanes);
}

/* --- tile_multiply: c[rows, lanes] = a[rows, depth] b[depth, lanes] --- */

static void multiply(const struct shape *s)
{
    tile_multiply(out, TILE_ROUND(s->lanes), noise, s->depth, 1, noise + 7, TILE_ROUND(s->lanes),
                  s->rows, s->depth, s->lanes);
}

static void multiply_naive(const struct shape *s)
{
    size_t stride = TILE_ROUND(s->lanes);
    for (size_t i = 0; i < s->rows; i++)
        for (size_t l = 0; l < stride; l++) {
            float sum = 0;
            for (size_t k = 0; k < s->depth; k++)
                sum += noise[i * s->depth + k] * noise[7 + k * stride + l];
            expected[i * stride + l] = sum;
        }
}

/* --- tile_vector: y[rows] = a[rows, depth] x[depth] --- */

static void vector(const struct shape *s)
{
    tile_vector(out, noise, noise + 7, s->rows, s->depth);
}

static void vector_naive(const struct shape *s)
{
    for (size_t i = 0; i < s->rows; i++) {
        float sum = 0;
        for (size_t k = 0; k < s->depth; k++)
            sum += noise[i * s->depth + k] * noise[7 + k];
        expected[i] = sum;
    }
}

/* --- half precision --- */

static uint16_t halves[1 << 16];

static void half(const struct shape *s)
{
    half_from_float(halves, noise, s->lanes);
    half_to_float(out, halves, s->lanes);
}

static void half_naive(const struct shape *s)
{
    for (size_t i = 0; i < s->lanes; i++)
        expected[i] = half_one_to_float(half_one_from_float(noise[i]));
}

static void report(const char *name, const struct shape *s, double peak,
                   void (*kernel)(const struct shape *), void (*naive)(const struct shape *))
{
    double work = 2.0 * (double)s->rows * (double)s->depth * (double)s->lanes / 1e9;
    double fast = rate(kernel, s) * work, slow = rate(naive, s) * work;
    bench_say(fast, "GFLOP/s", "kernel.%s.%zux%zux%zu", name, s->rows, s->depth, s->lanes);
    bench_say(slow, "GFLOP/s", "kernel.%s.%zux%zux%zu.naive", name, s->rows, s->depth, s->lanes);
    bench_say(fast / peak, "of sgemm", "kernel.%s.%zux%zux%zu.share", name, s->rows, s->depth,
              s->lanes);
}

int main(void)
{
    /* rows: neighbours or outputs; depth: a vector; lanes: neighbours of the other side */
    static const struct shape shapes[] = {{12, 64, 12}, {20, 64, 20}, {32, 64, 32}, {16, 128, 16}};
    static const struct shape large = {LARGE, LARGE, LARGE}, vectors = {64, 64, 1},
                              hidden = {32, 96, 1}, rounding = {1, 1, 4096};
    openblas_set_num_threads(1);
    fill();
    double peak = rate(gemm, &large) * 2.0 * LARGE * LARGE * LARGE / 1e9;
    bench_say(peak, "GFLOP/s", "kernel.sgemm");
    for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
        multiply(&shapes[i]);
        multiply_naive(&shapes[i]);
        same("tile_multiply", shapes[i].rows * TILE_ROUND(shapes[i].lanes));
        report("tile_multiply", &shapes[i], peak, multiply, multiply_naive);
    }
    vector(&vectors);
    vector_naive(&vectors);
    same("tile_vector", vectors.rows);
    report("tile_vector", &vectors, peak, vector, vector_naive);
    report("tile_vector", &hidden, peak, vector, vector_naive);
    half(&rounding);
    half_naive(&rounding);
    same("half", rounding.lanes);
    bench_say(rate(half, &rounding) * (double)rounding.lanes / 1e9, "G/s", "kernel.half");
    bench_say(rate(half_naive, &rounding) * (double)rounding.lanes / 1e9, "G/s",
              "kernel.half.naive");
    return 0;
}
