#include "alignd/kernel/kernel.h"

#include "alignd/kernel/attention.h"
#include "alignd/kernel/half.h"
#include "alignd/kernel/signs.h"
#include "alignd/kernel/tile.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Every build that this processor runs gives the baseline's bits, on random sizes and numbers. */

enum { MOST = 1 << 14, ROUNDS = 300, L = ATTENTION_LANES };

static uint64_t rng;

static uint64_t draw(uint64_t below)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (rng >> 33) % below;
}

static void fill(float *x, size_t n, float scale)
{
    for (size_t i = 0; i < n; i++)
        x[i] = ((float)draw(1 << 24) * 0x1p-23f - 1.0f) * scale;
}

/* All that one round gives, one after the other. */
struct output {
    float x[MOST];
    size_t n;
};

static float *take(struct output *o, size_t n)
{
    cr_assert_leq(o->n + n, MOST);
    o->n += n;
    return o->x + o->n - n;
}

static void tiles(struct output *o)
{
    static float a[40 * 128], b[128 * L];
    size_t rows = 1 + draw(40), depth = 8 * (1 + draw(16)), lanes = 1 + draw(L);
    size_t s = TILE_ROUND(lanes), n = 8 * draw(17);
    fill(a, 40 * 128, 1.5f);
    fill(b, 128 * L, 1.5f);
    tile_multiply(take(o, rows * s), s, a, depth, 1, b, L, rows, depth, lanes);
    tile_norms(take(o, s), b, L, depth, lanes);
    const float *x[L];
    for (size_t l = 0; l < lanes; l++)
        x[l] = a + 128 * l;
    tile_from_rows(take(o, depth * s), s, x, depth, lanes);
    *take(o, 1) = tile_dot(a, b, n);
    tile_vector(take(o, 16), a, b, 16, n);
    tile_add_scaled(memcpy(take(o, n + 5), b, (n + 5) * sizeof(float)), a[7], a, n + 5);
}

static void halves(struct output *o)
{
    static float x[300];
    uint16_t half[300];
    size_t n = draw(300);
    fill(x, 300, draw(2) ? 1e-5f : 70000.0f);
    half_from_float(half, x, n);
    half_to_float(take(o, n), half, n);
    half_round(memcpy(take(o, n), x, n * sizeof(float)), n);
}

static void attention_across(struct output *o)
{
    static float matrix[L * L], code[L * L], norm[2][L], said[2][L], head[4][8 * L];
    uint32_t named[2][L];
    size_t n[2] = {1 + draw(L), 1 + draw(L)}, s[2] = {TILE_ROUND(n[0]), TILE_ROUND(n[1])};
    fill(matrix, L * L, 1);
    fill(code, L * L, 1);
    for (size_t i = 0; i < 4; i++)
        fill(head[i], 8 * L, 1);
    for (size_t i = 0; i < 2 * L; i++) {
        norm[i / L][i % L] = (float)draw(1000) * 0.002f;
        said[i / L][i % L] = (float)draw(2);
        named[i / L][i % L] = (uint32_t)draw(3);
    }
    float *distance = memcpy(take(o, n[0] * s[1]), code, n[0] * s[1] * sizeof(float));
    attention_relate(distance, norm[0], n[0], norm[1], n[1], take(o, s[0]), take(o, s[1]));
    struct attention_side side[2];
    struct attention_named name[2];
    for (size_t i = 0; i < 2; i++) {
        side[i] = (struct attention_side){norm[i], said[i], n[i], take(o, s[i]), take(o, s[i])};
        name[i] = (struct attention_named){norm[i], said[i],       named[i],
                                           n[i],    take(o, s[i]), take(o, s[i])};
    }
    attention_meet(take(o, n[0] * s[1]), matrix, distance, 1.5f, &side[0], &side[1]);
    attention_twins(matrix, &name[0], &name[1]);
    struct attention_seen seen[2] = {{head[0], head[1], head[2], head[3], s[0]},
                                     {head[1], head[2], head[3], head[0], s[1]}};
    float *eights = take(o, 24);
    attention_look(eights, eights + 8, eights + 16, seen, draw(3), 1 + draw(8));
    *take(o, 1) = attention_bilinear(matrix, s[1], head[0], n[0], head[1], s[1]);
    *take(o, 1) = attention_total(matrix, 8 * draw(L));
}

static void attention_within(struct output *o)
{
    static float a[64 * L], b[64 * L];
    size_t n[2] = {draw(L + 1), draw(L + 1)};
    fill(a, 64 * L, 12);
    fill(b, 64 * L, 12);
    attention_gates(take(o, TILE_ROUND(n[0])), a, n[0]);
    float *beta[2] = {memcpy(take(o, L), a, L * sizeof(float)),
                      memcpy(take(o, L), b, L * sizeof(float))};
    attention_softmax(beta[0], n[0], beta[1], n[1]);
    attention_gather(take(o, 64), 64, &(struct attention_heap){a, beta[0], L, n[0]},
                     &(struct attention_heap){b, beta[1], L, n[1]});
    attention_exp(memcpy(take(o, 8), draw(8) ? a : (float[8]){1e9f, -1e9f, 88.5f, -87.5f}, 32));
}

static void signs(struct output *o)
{
    size_t d = 64 * (1 + draw(3));
    uint64_t a[2] = {draw(UINT32_MAX) << 32 | draw(UINT32_MAX), draw(UINT32_MAX)};
    float *sum = take(o, d);
    fill(sum, d, 1);
    signs_add(sum, d, a[0], a[1], 0.7f);
    *take(o, 1) = signs_along(sum, d, a[1], a[0]);
    *take(o, 1) = (float)signs_apart(a, (uint64_t[2]){a[1], a[0]});
}

static void all_of(struct output *o, uint64_t seed)
{
    memset(o, 0, sizeof(*o));
    rng = seed;
    tiles(o);
    halves(o);
    attention_across(o);
    attention_within(o);
    signs(o);
}

Test(kernel, every_build_gives_the_bits_of_the_baseline)
{
    static struct output expected, got;
    size_t last = kernel_count() - 1;
    cr_assert_str_eq(kernel_name(last), "baseline");
    cr_assert(kernel_runs(last));
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        kernel_choose(last);
        all_of(&expected, seed);
        for (size_t k = 0; k < last; k++) {
            if (!kernel_runs(k))
                continue;
            kernel_choose(k);
            all_of(&got, seed);
            cr_assert_eq(got.n, expected.n);
            for (size_t i = 0; i < got.n; i++)
                cr_assert_eq(memcmp(&got.x[i], &expected.x[i], sizeof(float)), 0,
                             "%s, seed %d, number %zu: %a, not %a", kernel_name(k), (int)seed, i,
                             (double)got.x[i], (double)expected.x[i]);
        }
    }
}

Test(kernel, the_best_one_serves_unless_another_is_asked_for)
{
    size_t best = 0;
    while (!kernel_runs(best))
        best++;
    const char *wanted = getenv("ALIGND_KERNEL");
    cr_expect_str_eq(kernel_chosen(), wanted && *wanted ? wanted : kernel_name(best));
    cr_expect_null(kernel_refused());
    for (size_t k = best; k < kernel_count(); k++)
        if (kernel_runs(k)) {
            kernel_choose(k);
            cr_expect_str_eq(kernel_chosen(), kernel_name(k));
        }
}
