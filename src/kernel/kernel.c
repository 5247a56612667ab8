/*
 * kernel.c - which build of the arithmetic serves, and the way to it: one table of functions a
 * build, one jump a call.
 *
 *  (1) Chosen before main begins, so that nobody who calculates has to ask: no lock, no branch.
 */
#include "alignd/kernel/kernel.h"

#include "build.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#endif

#define MEMBER(name) __typeof__(name) *name;
struct functions {
    KERNEL_FUNCTIONS(MEMBER)
};

#define BASELINE(name) .name = name##_baseline,
#define DECLARE_BASELINE(name) __typeof__(name) name##_baseline;
KERNEL_FUNCTIONS(DECLARE_BASELINE)
static const struct functions baseline = {KERNEL_FUNCTIONS(BASELINE)};

static bool always(void)
{
    return true;
}

#ifdef __x86_64__
#define AVX2(name) .name = name##_avx2,
#define DECLARE_AVX2(name) __typeof__(name) name##_avx2;
KERNEL_FUNCTIONS(DECLARE_AVX2)
static const struct functions avx2 = {KERNEL_FUNCTIONS(AVX2)};

#define AVX512(name) .name = name##_avx512,
#define DECLARE_AVX512(name) __typeof__(name) name##_avx512;
KERNEL_FUNCTIONS(DECLARE_AVX512)
static const struct functions avx512 = {KERNEL_FUNCTIONS(AVX512)};

/* clang 14's __builtin_cpu_supports does not know it. */
static bool has_f16c(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("popcnt") && has_f16c();
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f");
}
#endif

static const struct build {
    const char *name;
    bool (*runs)(void);
    const struct functions *functions;
} builds[] = {
#ifdef __x86_64__
    {"avx512", has_avx512, &avx512},
    {"avx2", has_avx2, &avx2},
#endif
    {"baseline", always, &baseline},
};

#define BUILDS (sizeof(builds) / sizeof(*builds))

static const struct functions *chosen = &baseline;
static const char *refused;

size_t kernel_count(void)
{
    return BUILDS;
}

const char *kernel_name(size_t i)
{
    assert(i < BUILDS);
    return builds[i].name;
}

bool kernel_runs(size_t i)
{
    assert(i < BUILDS);
    return builds[i].runs();
}

const char *kernel_chosen(void)
{
    size_t i = 0;
    while (builds[i].functions != chosen)
        i++;
    return builds[i].name;
}

void kernel_choose(size_t i)
{
    assert(i < BUILDS && builds[i].runs());
    chosen = builds[i].functions;
}

const char *kernel_refused(void)
{
    return refused;
}

/* (1) */
__attribute__((constructor)) static void choose_at_start(void)
{
    const char *wanted = getenv("ALIGND_KERNEL");
    size_t best = 0, i = 0;
#ifdef __x86_64__
    __builtin_cpu_init();
#endif
    while (!builds[best].runs())
        best++;
    if (!wanted || !*wanted) {
        kernel_choose(best);
        return;
    }
    while (i < BUILDS && (strcmp(builds[i].name, wanted) != 0 || !builds[i].runs()))
        i++;
    refused = i < BUILDS ? NULL : wanted;
    kernel_choose(i < BUILDS ? i : best);
}

/* The plain names. */
#define DOES(name, takes, passes)                                                                  \
    void name takes                                                                                \
    {                                                                                              \
        chosen->name passes;                                                                       \
    }
#define GIVES(type, name, takes, passes)                                                           \
    type name takes                                                                                \
    {                                                                                              \
        return chosen->name passes;                                                                \
    }

/* clang-format off */
DOES(tile_multiply,
     (float *c, size_t c_stride, const float *a, size_t a_row, size_t a_depth, const float *b,
      size_t b_stride, size_t rows, size_t depth, size_t lanes),
     (c, c_stride, a, a_row, a_depth, b, b_stride, rows, depth, lanes))
DOES(tile_norms, (float *norm, const float *b, size_t b_stride, size_t depth, size_t lanes),
     (norm, b, b_stride, depth, lanes))
DOES(tile_from_rows,
     (float *b, size_t b_stride, const float *const *x, size_t depth, size_t lanes),
     (b, b_stride, x, depth, lanes))
GIVES(float, tile_dot, (const float *a, const float *b, size_t n), (a, b, n))
DOES(tile_vector, (float *y, const float *a, const float *x, size_t rows, size_t n),
     (y, a, x, rows, n))
DOES(tile_add_scaled, (float *y, float scale, const float *x, size_t n), (y, scale, x, n))
DOES(half_from_float, (uint16_t *ret, const float *x, size_t n), (ret, x, n))
DOES(half_to_float, (float *ret, const uint16_t *x, size_t n), (ret, x, n))
DOES(half_round, (float *x, size_t n), (x, n))
DOES(attention_relate,
     (float *distance, const float *norm_a, size_t n_a, const float *norm_b, size_t n_b,
      float *nearest_a, float *nearest_b),
     (distance, norm_a, n_a, norm_b, n_b, nearest_a, nearest_b))
DOES(attention_meet,
     (float *similarity, const float *dot, const float *code, float tau,
      const struct attention_side *a, const struct attention_side *b),
     (similarity, dot, code, tau, a, b))
DOES(attention_twins,
     (const float *dot, const struct attention_named *a, const struct attention_named *b),
     (dot, a, b))
DOES(attention_look,
     (float *agree, float *disagree, float *count, const struct attention_seen *kinds,
      size_t n_kinds, size_t heads),
     (agree, disagree, count, kinds, n_kinds, heads))
GIVES(float, attention_bilinear,
      (const float *matrix, size_t stride, const float *left, size_t n, const float *right,
       size_t s),
      (matrix, stride, left, n, right, s))
GIVES(float, attention_total, (const float *x, size_t s), (x, s))
DOES(attention_gates, (float *gate, const float *logit, size_t n), (gate, logit, n))
DOES(attention_softmax, (float *a, size_t n_a, float *b, size_t n_b), (a, n_a, b, n_b))
DOES(attention_gather,
     (float *sum, size_t d, const struct attention_heap *a, const struct attention_heap *b),
     (sum, d, a, b))
DOES(attention_exp, (float x[8]), (x))
DOES(signs_add, (float *sum, size_t d, uint64_t seed, uint64_t hash, float weight),
     (sum, d, seed, hash, weight))
GIVES(float, signs_along, (const float *x, size_t d, uint64_t seed, uint64_t hash),
      (x, d, seed, hash))
GIVES(unsigned, signs_apart, (const uint64_t a[2], const uint64_t b[2]), (a, b))
