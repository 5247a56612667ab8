#include "alignd/learn/network_gradient.h"

#include "alignd/model/parameters.h"
#include "alignd/model/text_feature.h"
#include "alignd/model/text_vector.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Made by scripts/reference_network.py: automatic differentiation in double precision. */

enum { MOST = 64, ROOM = 64 * 256 };

struct side {
    int n_e, n_v, relation[MOST];
    float z0[256], vectors[3][ROOM]; /* z0_e, z0_v, z1_e */
    float dz0[256], dvectors[3][ROOM];
    struct network_neighbour neighbours[MOST];
    struct network_neighbour_gradient dn[MOST];
    float *profile, *dprofile;
};

static void take(FILE *file, void *out, size_t bytes)
{
    cr_assert_eq(fread(out, 1, bytes, file), bytes);
}

static size_t n_of(const struct side *s)
{
    return (size_t)(s->n_e + s->n_v);
}

static size_t size_of(const struct side *s, int vectors, size_t d, size_t h)
{
    return (size_t)(vectors == 1 ? s->n_v : s->n_e) * (vectors == 2 ? 2 * h : d);
}

static void read_side(FILE *file, struct side *s, size_t d, size_t h)
{
    float z1[256];
    memset(s, 0, sizeof(*s));
    take(file, &s->n_e, 4);
    take(file, &s->n_v, 4);
    take(file, s->relation, 4 * n_of(s));
    take(file, s->z0, 4 * d);
    for (int v = 0; v < 3; v++)
        take(file, s->vectors[v], 4 * size_of(s, v, d, h));
    take(file, z1, 8 * h);
    for (size_t i = 0; i < n_of(s); i++) {
        bool entity = i < (size_t)s->n_e;
        size_t k = entity ? i : i - (size_t)s->n_e;
        s->neighbours[i] =
            (struct network_neighbour){.relation = s->relation[i],
                                       .text = slice_of(""),
                                       .z0 = s->vectors[!entity] + k * d,
                                       .z1 = entity ? s->vectors[2] + k * 2 * h : NULL};
        s->dn[i] = (struct network_neighbour_gradient){s->dvectors[!entity] + k * d,
                                                       entity ? s->dvectors[2] + k * 2 * h : NULL};
    }
}

static void build(const struct model *m, struct side *s)
{
    size_t floats = network_profile_floats(m, (size_t)s->n_e, (size_t)s->n_e, (size_t)s->n_v);
    s->profile = malloc(floats * sizeof(float));
    s->dprofile = calloc(floats, sizeof(float));
    network_profile_build(m, &(struct network_self){.label = slice_of(""), .z0 = s->z0},
                          s->neighbours, n_of(s), s->profile);
}

static void compare(const char *what, int c, const float *got, const float *expected, size_t n)
{
    float most = 0, worst = 0;
    size_t where = 0;
    for (size_t i = 0; i < n; i++) {
        float off = fabsf(got[i] - expected[i]);
        most = fmaxf(most, fabsf(expected[i]));
        if (!(off <= worst)) {
            worst = off;
            where = i;
        }
    }
    cr_expect(worst <= 2e-4f * (most + 0.01f), "case %d, %s[%zu]: %g, expected %g (largest %g)", c,
              what, where, (double)got[where], (double)expected[where], (double)most);
}

/* Parameters in the order of the file: all but the text's and the calibration. */
static void compare_model(const char *what, int c, const struct model *grad, FILE *file)
{
    struct model_tensor list[MODEL_N_TENSORS];
    static float expected[65536];
    char name[100];
    model_list_tensors(grad, list);
    for (size_t i = 2; i + 1 < MODEL_N_TENSORS; i++) {
        size_t n = list[i].rows * list[i].columns;
        take(file, expected, 4 * n);
        snprintf(name, sizeof(name), "%s by %s", what, list[i].name);
        compare(name, c, list[i].data, expected, n);
    }
}

static void compare_side(const char *what, int c, const struct side *s, size_t d, size_t h,
                         FILE *file, bool with_z1)
{
    static float expected[ROOM];
    take(file, expected, 4 * d);
    compare(what, c, s->dz0, expected, d);
    for (int v = 0; v < 3; v++) {
        take(file, expected, 4 * size_of(s, v, d, h));
        if (v < 2 || with_z1)
            compare(what, c, s->dvectors[v], expected, size_of(s, v, d, h));
    }
}

static struct side sides[6][2];

static void check_logit(const struct model *m, int c, FILE *file)
{
    struct model *grad;
    struct side *a = &sides[c][0], *b = &sides[c][1];
    network_gradient_new(m, &grad);
    network_score_backward(m, a->profile, b->profile, 1.0f, grad, a->dprofile, b->dprofile);
    for (int i = 0; i < 2; i++) {
        struct side *s = &sides[c][i];
        network_profile_backward(m, s->z0, s->neighbours, n_of(s), s->profile, s->dprofile, grad,
                                 s->dz0, s->dn);
    }
    compare_model("logit", c, grad, file);
    compare_side("logit by a vector of a", c, a, model_z0_floats(m), model_z1_floats(m) / 2, file,
                 true);
    compare_side("logit by a vector of b", c, b, model_z0_floats(m), model_z1_floats(m) / 2, file,
                 true);
    model_free(grad);
}

static void check_vector1(const struct model *m, int c, const float *weights, FILE *file)
{
    struct model *grad;
    struct side *a = &sides[c][0];
    network_gradient_new(m, &grad);
    memset(a->dz0, 0, sizeof(a->dz0));
    memset(a->dvectors, 0, sizeof(a->dvectors));
    network_vector1_backward(m, a->z0, a->neighbours, n_of(a), weights, grad, a->dz0, a->dn);
    compare_model("level 1", c, grad, file);
    compare_side("level 1 by a vector", c, a, model_z0_floats(m), model_z1_floats(m) / 2, file,
                 false);
    model_free(grad);
}

Test(network_gradient, agrees_with_automatic_differentiation)
{
    struct model *m;
    cr_assert_eq(model_load(TEST_DATA "/network.safetensors", &m), 0);
    size_t d = model_z0_floats(m), h = model_z1_floats(m) / 2;
    FILE *file = fopen(TEST_DATA "/network.cases", "rb");
    int head[4];
    take(file, head, sizeof(head));
    for (int c = 0; c < head[0]; c++) {
        float rest[NETWORK_MAX_FEATURES + 2];
        for (int i = 0; i < 2; i++) {
            read_side(file, &sides[c][i], d, h);
            build(m, &sides[c][i]);
        }
        take(file, rest, 4 * ((size_t)head[3] + 2));
    }
    fclose(file);
    file = fopen(TEST_DATA "/network.gradients", "rb");
    cr_assert(file);
    for (int k = 0; k < 3; k++) {
        int c;
        float weights[256];
        take(file, &c, 4);
        take(file, weights, 8 * h);
        check_logit(m, c, file);
        check_vector1(m, c, weights, file);
    }
    fclose(file);
    for (int c = 0; c < head[0]; c++)
        for (int i = 0; i < 2; i++) {
            free(sides[c][i].profile);
            free(sides[c][i].dprofile);
        }
    model_free(m);
}

/* --- some neighbours without names: only these are at level 1 --- */

static double logit_of(const struct model *m, struct side *s)
{
    struct network_trace trace;
    for (int i = 0; i < 2; i++) {
        free(s[i].profile);
        free(s[i].dprofile);
        build(m, &s[i]);
    }
    network_score(m, s[0].profile, s[1].profile, &trace);
    return (double)trace.logit;
}

/* The change of the logit along a direction, by differences and by the gradient. */
static void check_along(const struct model *m, struct side *s, float *x, const float *gradient,
                        size_t n, const char *what)
{
    double along = 0, step = 2e-3, length = 0;
    float *was = malloc(n * sizeof(float));
    memcpy(was, x, n * sizeof(float));
    for (size_t i = 0; i < n; i++)
        length += (double)gradient[i] * (double)gradient[i];
    length = sqrt(length);
    cr_assert_gt(length, 1e-6, "%s: no gradient", what);
    double of[2];
    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; i < n; i++)
            x[i] = was[i] + (float)((k ? step : -step) * (double)gradient[i] / length);
        of[k] = logit_of(m, s);
    }
    memcpy(x, was, n * sizeof(float));
    along = (of[1] - of[0]) / (2 * step);
    cr_expect_float_eq(along, length, 0.03 * length + 1e-3, "%s: %g, by differences %g", what,
                       length, along);
    free(was);
}

Test(network_gradient, agrees_with_differences_when_some_neighbours_are_nameless)
{
    struct model *all, *m, *grad;
    cr_assert_eq(model_load(TEST_DATA "/network.safetensors", &all), 0);
    model_with_level1(all, MODEL_LEVEL1_NAMELESS, &m);
    network_gradient_new(m, &grad);
    size_t d = model_z0_floats(m), h = model_z1_floats(m) / 2;
    FILE *file = fopen(TEST_DATA "/network.cases", "rb");
    int head[4];
    take(file, head, sizeof(head));
    struct side *s = sides[0];
    for (int i = 0; i < 2; i++) {
        read_side(file, &s[i], d, h);
        cr_assert_geq(s[i].n_e, 4);
        for (int k = 0; k < s[i].n_e; k += 2)
            memset(s[i].vectors[0] + (size_t)k * d, 0, d * sizeof(float));
    }
    fclose(file);
    double all_named = logit_of(all, s), logit = logit_of(m, s);
    cr_expect_neq(all_named, logit);
    network_score_backward(m, s[0].profile, s[1].profile, 1.0f, grad, s[0].dprofile, s[1].dprofile);
    for (int i = 0; i < 2; i++)
        network_profile_backward(m, s[i].z0, s[i].neighbours, n_of(&s[i]), s[i].profile,
                                 s[i].dprofile, grad, s[i].dz0, s[i].dn);
    for (int i = 0; i < 2; i++) {
        for (int k = 1; k < s[i].n_e; k += 2) /* a named one has no part in it */
            for (size_t j = 0; j < 2 * h; j++)
                cr_assert_eq(s[i].dvectors[2][(size_t)k * 2 * h + j], 0.0f);
        check_along(m, s, s[i].vectors[2], s[i].dvectors[2], (size_t)s[i].n_e * 2 * h, "z1");
        check_along(m, s, s[i].vectors[1], s[i].dvectors[1], (size_t)s[i].n_v * d, "values");
    }
    struct model_tensor list[MODEL_N_TENSORS];
    model_list_tensors(grad, list);
    static const char *const names[] = {"relation_code",    "attend0", "attend1",
                                        "attend1_relation", "gate1",   "sharpness"};
    for (size_t t = 0; t < MODEL_N_TENSORS; t++)
        for (size_t k = 0; k < sizeof(names) / sizeof(*names); k++)
            if (strcmp(list[t].name, names[k]) == 0)
                check_along(m, s, m->slab + (list[t].data - grad->slab), list[t].data,
                            list[t].rows * list[t].columns, list[t].name);
    for (int i = 0; i < 2; i++) {
        free(s[i].profile);
        free(s[i].dprofile);
    }
    model_free(grad);
    model_free(m);
    model_free(all);
}

Test(network_gradient, empty_neighbourhoods_have_finite_gradients)
{
    struct model *m, *grad;
    cr_assert_eq(model_new_default(3, &m), 0);
    network_gradient_new(m, &grad);
    float z0[128] = {0}, dz0[128] = {0};
    size_t floats = network_profile_floats(m, 0, 0, 0);
    float *profile = malloc(floats * 4), *d = calloc(floats, 4);
    network_profile_build(m, &(struct network_self){.label = slice_of(""), .z0 = z0}, NULL, 0,
                          profile);
    network_score_backward(m, profile, profile, 1.0f, grad, d, d);
    network_profile_backward(m, z0, NULL, 0, profile, d, grad, dz0, NULL);
    cr_expect_eq(grad->direct_bias[0], 1.0f);
    for (size_t i = 0; i < grad->slab_floats; i++)
        cr_assert(isfinite(grad->slab[i]));
    free(profile);
    free(d);
    model_free(grad);
    model_free(m);
}

static struct text_feature list[TEXT_MAX_FEATURES];

Test(network_gradient, a_list_of_features_gives_the_bits_of_text_vector)
{
    struct model *m;
    cr_assert_eq(model_new_default(3, &m), 0);
    const char *const texts[] = {"Don't Stop Dreaming", "1999-03-31", "$ 12.50", "", "!!!", "3:01"};
    for (size_t i = 0; i < 6; i++) {
        float one[128], other[128];
        size_t n = text_vector_list(slice_of(texts[i]), slice_of(""), list);
        text_vector(m, slice_of(texts[i]), slice_of(""), one);
        text_vector_of_list(m, list, n, other, NULL);
        cr_expect_arr_eq(one, other, sizeof(one), "%s", texts[i]);
    }
    model_free(m);
}

/* c . z0 of a text, in double enough steps for differences */
static double along(const struct model *m, size_t n, const float *c)
{
    float z0[128];
    double sum = 0;
    text_vector_of_list(m, list, n, z0, NULL);
    for (size_t k = 0; k < 128; k++)
        sum += (double)z0[k] * (double)c[k];
    return sum;
}

Test(network_gradient, text_agrees_with_finite_differences)
{
    struct model *m, *grad;
    float c[128], z0[128], norm;
    cr_assert_eq(model_new_default(3, &m), 0);
    network_gradient_new(m, &grad);
    for (int k = 0; k < 128; k++)
        c[k] = sinf((float)k * 1.7f);
    size_t n = text_vector_list(slice_of("the third man"), slice_of(""), list);
    text_vector_of_list(m, list, n, z0, &norm);
    text_vector_backward(m, list, n, z0, norm, c, grad);
    for (size_t i = 0; i < n + TEXT_KINDS; i++) {
        bool kind = i >= n;
        size_t at = kind ? i - n : list[i].hash & (m->buckets - 1);
        float *weight = (kind ? m->kind_weight : m->bucket_weight) + at, old = *weight;
        *weight = old + 0.01f;
        double up = along(m, n, c);
        *weight = old - 0.01f;
        double difference = (up - along(m, n, c)) / 0.02;
        *weight = old;
        cr_expect_float_eq(difference, (kind ? grad->kind_weight : grad->bucket_weight)[at], 2e-4,
                           "%zu", i);
    }
    model_free(grad);
    model_free(m);
}
