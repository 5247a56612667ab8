#include "alignd/base/hash.h"
#include "alignd/kernel/half.h"
#include "alignd/kernel/kernel.h"
#include "alignd/model/network.h"
#include "alignd/model/network_pass.h"
#include "alignd/model/text_vector.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Made by scripts/reference_network.py, in double precision. */

struct entity {
    int n_e, n_v;
    float *z0, *z1; /* z1: what network_vector1 must give */
    struct network_neighbour neighbours[64];
    float *bytes;
};

static void *read_array(FILE *file, size_t size, size_t n)
{
    void *x = malloc(size * n + 1);
    cr_assert_eq(fread(x, size, n, file), n);
    return x;
}

static struct entity read_entity(FILE *file, size_t d, size_t h)
{
    struct entity e = {0};
    cr_assert_eq(fread(&e.n_e, 4, 1, file) + fread(&e.n_v, 4, 1, file), 2);
    size_t n_e = (size_t)e.n_e, n_v = (size_t)e.n_v;
    int *relation = read_array(file, sizeof(int), n_e + n_v);
    size_t floats = d + (n_e + n_v) * d + n_e * 2 * h;
    e.bytes = read_array(file, sizeof(float), floats);
    e.z0 = e.bytes;
    const float *z0 = e.bytes + d, *z1 = z0 + (n_e + n_v) * d;
    for (size_t i = 0; i < n_e + n_v; i++)
        e.neighbours[i] = (struct network_neighbour){.relation = relation[i],
                                                     .text = slice_of(""),
                                                     .z0 = z0 + i * d,
                                                     .z1 = i < n_e ? z1 + i * 2 * h : NULL};
    e.z1 = read_array(file, sizeof(float), 2 * h);
    free(relation);
    return e;
}

static void free_entity(struct entity *e)
{
    free(e->bytes);
    free(e->z1);
}

static float *profile_of(const struct model *m, struct slice label, const float *z0,
                         const struct network_neighbour *neighbours, size_t n)
{
    float *p = malloc(network_profile_floats_of(m, neighbours, n) * sizeof(float));
    network_profile_build(m, &(struct network_self){.label = label, .z0 = z0}, neighbours, n, p);
    return p;
}

Test(network, agrees_with_the_reference)
{
    struct model *m;
    cr_assert_eq(model_load(TEST_DATA "/network.safetensors", &m), 0);
    FILE *file = fopen(TEST_DATA "/network.cases", "rb");
    cr_assert(file);
    int head[4]; /* cases, d, h, features */
    cr_assert_eq(fread(head, 4, 4, file), 4);
    size_t d = (size_t)head[1], h = (size_t)head[2], features = (size_t)head[3];
    cr_assert_eq(model_z0_floats(m), d);
    cr_assert_eq(model_z1_floats(m), 2 * h);
    for (int c = 0; c < head[0]; c++) {
        struct entity side[2];
        float *profile[2], expected[NETWORK_MAX_FEATURES], last[2];
        for (int i = 0; i < 2; i++) {
            struct entity *e = &side[i];
            *e = read_entity(file, d, h);
            float z1[256];
            network_vector1(m, e->z0, e->neighbours, (size_t)(e->n_e + e->n_v), z1);
            for (size_t k = 0; k < 2 * h; k++)
                cr_expect_float_eq(z1[k], e->z1[k], 2e-5, "case %d side %d z1[%zu]", c, i, k);
            profile[i] =
                profile_of(m, slice_of(""), e->z0, e->neighbours, (size_t)(e->n_e + e->n_v));
        }
        cr_assert_eq(fread(expected, 4, features, file), features);
        cr_assert_eq(fread(last, 4, 2, file), 2);
        struct network_trace trace;
        float score = network_score(m, profile[0], profile[1], &trace);
        cr_expect_eq(trace.n_features, features);
        for (size_t k = 0; k < features; k++)
            cr_expect_float_eq(trace.feature[k], expected[k], 2e-5, "case %d feature %zu", c, k);
        cr_expect_float_eq(trace.logit, last[0], 1e-4, "case %d", c);
        cr_expect_float_eq(score, last[1], 2e-5, "case %d", c);
        for (int i = 0; i < 2; i++) {
            free(profile[i]);
            free_entity(&side[i]);
        }
    }
    fclose(file);
    model_free(m);
}

/* Everything a case gives, as bytes: vectors, profiles, features, scores; and of texts. */
static uint64_t bits_of_all(void)
{
    static const char *const texts[] = {
        "Don't Stop Dreaming",           "1994-03-02", "3.75", "PT1H58.5M",
        "\xd0\x9c\xd0\xb8\xd1\x80 1971", "-12",        "!!!",  ""};
    struct model *m;
    cr_assert_eq(model_load(TEST_DATA "/network.safetensors", &m), 0);
    FILE *file = fopen(TEST_DATA "/network.cases", "rb");
    cr_assert(file);
    int head[4];
    cr_assert_eq(fread(head, 4, 4, file), 4);
    size_t d = (size_t)head[1], h = (size_t)head[2], features = (size_t)head[3];
    uint64_t bits = 0;
    for (int c = 0; c < head[0]; c++) {
        struct entity side[2];
        float *profile[2], expected[NETWORK_MAX_FEATURES + 2];
        for (int i = 0; i < 2; i++) {
            side[i] = read_entity(file, d, h);
            const struct entity *e = &side[i];
            size_t n = (size_t)(e->n_e + e->n_v);
            float z1[256];
            network_vector1(m, e->z0, e->neighbours, n, z1);
            bits = hash_bytes((struct slice){(char *)z1, 2 * h * sizeof(float)}, bits);
            profile[i] = profile_of(m, slice_of("a film"), e->z0, e->neighbours, n);
            size_t bytes = network_profile_floats_of(m, e->neighbours, n) * sizeof(float);
            bits = hash_bytes((struct slice){(char *)profile[i], bytes}, bits);
        }
        struct network_trace trace;
        cr_assert_eq(fread(expected, 4, features + 2, file), features + 2);
        float judged[2] = {network_score(m, profile[0], profile[1], &trace), trace.logit};
        bits = hash_bytes((struct slice){(char *)judged, sizeof(judged)}, bits);
        bits = hash_bytes((struct slice){(char *)trace.feature, features * sizeof(float)}, bits);
        for (int i = 0; i < 2; i++) {
            free(profile[i]);
            free_entity(&side[i]);
        }
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        float z0[256];
        text_vector(m, slice_of(texts[i]), (struct slice){"", 0}, z0);
        bits = hash_bytes((struct slice){(char *)z0, d * sizeof(float)}, bits);
    }
    fclose(file);
    model_free(m);
    return bits;
}

/* By whichever compiler, of whichever kind of processor: stores are compared by what comes of it.
 * Who changes what the network calculates changes this number, and NETWORK_ROW_VERSION or what
 * else makes older stores another's. */
Test(network, its_bits_are_the_same_by_every_kernel_compiler_and_processor)
{
    for (size_t k = 0; k < kernel_count(); k++)
        if (kernel_runs(k)) {
            kernel_choose(k);
            uint64_t bits = bits_of_all();
            cr_expect_eq(bits, UINT64_C(0xc9cecf9013a2546f), "%s: 0x%016" PRIx64, kernel_name(k),
                         bits);
        }
}

/* From here on: the default model, on small neighbourhoods made of words. */

struct words {
    const char *label;
    struct {
        const char *relation, *text;
        bool value;
    } neighbour[24];
};

struct small {
    struct slice label;
    struct network_neighbour neighbours[24];
    float z0[256], around0[24][256], around1[24][256];
    size_t n;
    float *profile;
};

static struct model *model;

static void make_model(void)
{
    cr_assert_eq(model_new_default(1, &model), 0);
}
static void free_model(void)
{
    model_free(model);
}
TestSuite(default_network, .init = make_model, .fini = free_model);

static void make_small(struct small *s, const struct words *w)
{
    s->n = 0;
    text_vector(model, slice_of(w->label), slice_of(""), s->z0);
    half_round(s->z0, model_z0_floats(model));
    for (size_t i = 0; i < 24 && w->neighbour[i].relation; i++, s->n++) {
        text_vector(model, slice_of(w->neighbour[i].text), slice_of(""), s->around0[i]);
        half_round(s->around0[i], model_z0_floats(model));
        network_vector1(model, s->around0[i], NULL, 0, s->around1[i]);
        half_round(s->around1[i], model_z1_floats(model));
        struct slice relation = slice_of(w->neighbour[i].relation);
        s->neighbours[i] =
            (struct network_neighbour){.relation = model_relation_index(model, relation, false),
                                       .named = model_relation_name(relation, false),
                                       .text = slice_of(w->neighbour[i].text),
                                       .z0 = s->around0[i],
                                       .z1 = w->neighbour[i].value ? NULL : s->around1[i]};
    }
    s->label = slice_of(w->label);
    s->profile = profile_of(model, s->label, s->z0, s->neighbours, s->n);
}

static float score_words(const struct words *a, const struct words *b, struct network_trace *trace)
{
    struct small x, y;
    make_small(&x, a);
    make_small(&y, b);
    float s = network_score(model, x.profile, y.profile, trace);
    float back = network_score(model, y.profile, x.profile, NULL);
    cr_expect_eq(s, back, "symmetric bit for bit: %.9g %.9g", s, back);
    cr_expect(s >= 0 && s <= 1);
    free(x.profile);
    free(y.profile);
    return s;
}

static const struct words film = {"The Blue Bird",
                                  {{"director", "Walter Lang", false},
                                   {"actor", "Shirley Temple", false},
                                   {"actor", "Spring Byington", false},
                                   {"actor", "Nigel Bruce", false},
                                   {"date", "1940-01-15", true},
                                   {"duration", "83", true}}};
static const struct words film_again = {"Blue Bird, The",
                                        {{"actor", "Nigel Bruce", false},
                                         {"director", "Walter Lang", false},
                                         {"actor", "Shirley Temple", false},
                                         {"date", "1940", true},
                                         {"duration", "83", true}}};
static const struct words nameless = {"",
                                      {{"director", "Walter Lang", false},
                                       {"actor", "Shirley Temple", false},
                                       {"actor", "Nigel Bruce", false},
                                       {"date", "1940-01-15", true},
                                       {"duration", "83", true}}};
static const struct words remake = {"The Blue Bird",
                                    {{"director", "George Cukor", false},
                                     {"actor", "Elizabeth Taylor", false},
                                     {"actor", "Jane Fonda", false},
                                     {"actor", "Ava Gardner", false},
                                     {"date", "1976-04-05", true},
                                     {"duration", "99", true}}};
static const struct words other = {"Hell's Angels",
                                   {{"director", "Howard Hughes", false},
                                    {"actor", "Jean Harlow", false},
                                    {"date", "1930-05-27", true},
                                    {"duration", "127", true}}};
static const struct words bare = {"The Blue Bird", {{NULL, NULL, false}}};
static const struct words nothing = {"", {{NULL, NULL, false}}};

Test(default_network, score_follows_labels_and_neighbourhoods)
{
    float same = score_words(&film, &film_again, NULL), none = score_words(&bare, &bare, NULL);
    float without_name = score_words(&film, &nameless, NULL);
    float homonym = score_words(&film, &remake, NULL), unlike = score_words(&film, &other, NULL);
    cr_expect_gt(same, 0.9f, "%f", same);
    cr_expect_gt(without_name, 0.5f, "%f", without_name);
    cr_expect_lt(homonym, 0.5f, "%f", homonym);
    cr_expect_lt(unlike, 0.05f, "%f", unlike);
    cr_expect(none > homonym && none < same, "%f", none);
    cr_expect(none > 0.25f && none < 0.9f, "a label alone is middling: %f", none);
}

Test(default_network, a_named_neighbour_is_compared_by_its_name_a_nameless_one_by_its_neighbourhood)
{
    struct small x, y;
    make_small(&x, &film);
    make_small(&y, &film_again);
    size_t d = model_z0_floats(model);
    float named = network_score(model, x.profile, y.profile, NULL);
    memset(x.around1[1], 0x7f, sizeof(x.around1[1])); /* of a name: never looked at */
    float *same = profile_of(model, x.label, x.z0, x.neighbours, x.n);
    cr_expect_eq(network_score(model, same, y.profile, NULL), named);

    /* without the names of the one actor both know, its neighbourhood speaks: the third of
     * the film, the first of the other */
    memset(x.around0[3], 0, d * sizeof(float));
    memset(y.around0[0], 0, d * sizeof(float));
    float *one = profile_of(model, x.label, x.z0, x.neighbours, x.n);
    float *two = profile_of(model, y.label, y.z0, y.neighbours, y.n);
    float alike = network_score(model, one, two, NULL);
    cr_expect_eq(alike, network_score(model, two, one, NULL));
    for (size_t k = 0; k < model_z1_floats(model); k++)
        x.around1[3][k] = -x.around1[3][k];
    float *unlike = profile_of(model, x.label, x.z0, x.neighbours, x.n);
    cr_expect_gt(alike, network_score(model, unlike, two, NULL));

    float *all[] = {x.profile, y.profile, same, one, two, unlike};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        free(all[i]);
}

Test(default_network, nothing_to_compare_is_defined)
{
    float empty = score_words(&nothing, &nothing, NULL);
    cr_expect_lt(empty, 0.2f, "%f", empty);
    cr_expect_lt(score_words(&nothing, &film, NULL), 0.2f);
    cr_expect_lt(score_words(&bare, &nothing, NULL), 0.2f);
    cr_expect_lt(score_words(&bare, &other, NULL), 0.2f);
    float z1[256], zero[256] = {0};
    network_vector1(model, zero, NULL, 0, z1);
    for (size_t k = 0; k < model_z1_floats(model); k++)
        cr_assert_eq(z1[k], 0.0f);
}

Test(default_network, unlabelled_neighbours_are_no_twins)
{
    const struct words a = {"", {{"p", "", false}, {"p", "", false}}};
    struct network_trace trace;
    float s = score_words(&a, &a, &trace);
    cr_expect_lt(s, 0.2f, "two unknowns are not known to be the same: %f", s);
    cr_expect_eq(trace.side[0][0].twin, -1);
}

Test(default_network, trace_names_the_twins_in_the_callers_order)
{
    struct network_trace trace, back;
    struct small x, y;
    make_small(&x, &film);
    make_small(&y, &film_again);
    network_score(model, x.profile, y.profile, &trace);
    network_score(model, y.profile, x.profile, &back);
    cr_assert_eq(trace.n[0], 6);
    cr_assert_eq(trace.n[1], 5);
    cr_expect_eq(trace.side[0][0].twin, 1, "Walter Lang");
    cr_expect_eq(trace.side[0][3].twin, 0, "Nigel Bruce");
    cr_expect_eq(trace.side[0][5].twin, 4, "83");
    cr_expect_eq(trace.side[1][0].twin, 3);
    cr_expect_float_eq(trace.side[0][0].twin_similarity, 1.0f, 1e-4);
    cr_expect_gt(trace.side[0][0].alpha, trace.side[0][2].alpha);
    for (int side = 0; side < 2; side++) {
        float sum = 0;
        for (size_t i = 0; i < trace.n[side]; i++) {
            sum += trace.side[side][i].w;
            cr_expect_eq(trace.side[side][i].twin, back.side[1 - side][i].twin);
            cr_expect_eq(trace.side[side][i].beta, back.side[1 - side][i].beta);
        }
        cr_expect_float_eq(sum, 1.0f, 1e-5);
    }
    free(x.profile);
    free(y.profile);
}

Test(default_network, results_do_not_depend_on_what_was_computed_before_or_where)
{
    struct small x, y, z;
    make_small(&x, &film);
    make_small(&y, &film_again);
    make_small(&z, &other);
    size_t floats = network_profile_floats(model, 0, 4, 2); /* all are named */
    float *moved = malloc((floats + 3) * sizeof(float));
    memcpy(moved + 3, x.profile, floats * sizeof(float));
    float s = network_score(model, x.profile, y.profile, NULL);
    network_score(model, z.profile, y.profile, NULL);
    cr_expect_eq(network_score(model, moved + 3, y.profile, NULL), s);
    struct network_trace trace;
    cr_expect_eq(network_score(model, x.profile, y.profile, &trace), s);
    network_profile_build(model, &(struct network_self){.label = x.label, .z0 = x.z0}, x.neighbours,
                          x.n, moved + 1);
    cr_expect_eq(memcmp(moved + 1, x.profile, floats * sizeof(float)), 0);
    free(moved);
    free(x.profile);
    free(y.profile);
    free(z.profile);
}

Test(default_network, largest_neighbourhoods_work)
{
    enum { N = NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES };
    static float z0[N][256], z1[N][256];
    struct network_neighbour all[N];
    for (size_t i = 0; i < N; i++) {
        char text[32];
        snprintf(text, sizeof(text), "name %zu of %zu", i * 77, i);
        text_vector(model, slice_of(text), slice_of(""), z0[i]);
        network_vector1(model, z0[i], NULL, 0, z1[i]);
        all[i] = (struct network_neighbour){.relation = (int)(i * 2) % model_relation_count(model),
                                            .named = (uint32_t)i * 2,
                                            .text = slice_of("a name"),
                                            .z0 = z0[i],
                                            .z1 = i % 2 ? z1[i] : NULL};
    }
    struct slice label = slice_of("name");
    float *p = profile_of(model, label, z0[0], all, N),
          *q = profile_of(model, label, z0[0], all, N - 1);
    float s = network_score(model, p, q, NULL);
    cr_expect_gt(s, 0.9f);
    cr_expect_eq(s, network_score(model, q, p, NULL));
    network_vector1(model, z0[0], all, N, z1[0]);
    for (size_t k = 0; k < model_z1_floats(model); k++)
        cr_assert(isfinite(z1[0][k]));
    free(p);
    free(q);
}

/* --- names --- */

static float *profile_named(const struct small *s, const struct network_name *names, size_t count)
{
    struct network_self self = {
        .label = s->label, .z0 = s->z0, .names = names, .name_count = count};
    size_t floats = network_profile_floats_of(model, s->neighbours, s->n) +
                    network_profile_further_floats(model, count, 0, 0);
    float *p = malloc(floats * sizeof(float));
    network_profile_build(model, &self, s->neighbours, s->n, p);
    return p;
}

/* The same either way, and with a trace; frees the profiles. */
static float judge(float *a, float *b, struct network_trace *trace)
{
    struct network_trace back;
    float s = network_score(model, a, b, trace);
    cr_expect_eq(s, network_score(model, b, a, &back));
    cr_expect_eq(s, network_score(model, a, b, NULL));
    cr_expect_eq(trace->name[0], back.name[1]);
    cr_expect_eq(trace->name[1], back.name[0]);
    cr_expect_eq(trace->text_cosine, back.text_cosine);
    free(a);
    free(b);
    return s;
}

Test(default_network, two_readings_are_not_compared)
{
    static const struct words written = {"林浩然", {{"year", "1961", true}}};
    static const struct words homophone = {"林皓然", {{"year", "1961", true}}};
    static const struct words latin = {"lin haoran", {{"year", "1961", true}}};
    const struct network_name reading[] = {{slice_of("lin hao ran"), 0}};
    static const struct words apart = {"otto", {{"year", "1961", true}}};
    struct small x, y, z, w;
    struct network_trace trace;
    make_small(&x, &written);
    make_small(&y, &homophone);
    make_small(&z, &latin);
    make_small(&w, &apart);
    float labels = judge(profile_named(&x, NULL, 0), profile_named(&y, NULL, 0), &trace);
    float read = judge(profile_named(&x, reading, 1), profile_named(&y, reading, 1), &trace);
    cr_expect_eq(labels, read);
    cr_expect_eq(trace.name[0] + trace.name[1], 0);
    judge(profile_named(&x, reading, 1), profile_named(&z, NULL, 0), &trace);
    cr_expect_eq(trace.name[0], 1, "but one with what is written so");
    judge(profile_named(&x, reading, 1), profile_named(&w, reading, 1), &trace);
    cr_expect_eq(trace.name[1], 1, "and with a name that is the reading of no other");
    free(x.profile);
    free(y.profile);
    free(z.profile);
    free(w.profile);
}

Test(default_network, of_two_sides_the_best_two_names_are_judged)
{
    static const struct words meadow = {"low meadow", {{"year", "2012", true}}};
    static const struct words alpine = {"alpine bas", {{"year", "2012", true}}};
    static const struct words again = {"tiefe wiese", {{"year", "2012", true}}};
    const struct network_name of_alpine[] = {{slice_of("Basse prairie"), 1},
                                             {slice_of("LOW Meadow"), 0}};
    const struct network_name of_again[] = {{slice_of("basse Prairie"), 0}, {slice_of("low"), 0}};
    struct small x, y, z;
    struct network_trace trace;
    make_small(&x, &meadow);
    make_small(&y, &alpine);
    make_small(&z, &again);

    float same = judge(profile_named(&x, NULL, 0), profile_named(&x, NULL, 0), &trace);
    float apart = judge(profile_named(&x, NULL, 0), profile_named(&y, NULL, 0), &trace);
    cr_expect_eq(trace.name[0] + trace.name[1], 0);
    float best = judge(profile_named(&x, NULL, 0), profile_named(&y, of_alpine, 2), &trace);
    cr_expect_eq(trace.name[0], 0);
    cr_expect_eq(trace.name[1], 2);
    cr_expect_float_eq(trace.text_cosine, 1, 1e-3);
    cr_expect_gt(best, apart);
    cr_expect_float_eq(best, same, 0.1);

    judge(profile_named(&y, of_alpine, 2), profile_named(&z, of_again, 2), &trace);
    cr_expect_eq(trace.name[0], 1, "what is equal comes before what is alike");
    cr_expect_eq(trace.name[1], 1);
    judge(profile_named(&y, of_alpine, 2), profile_named(&y, of_alpine, 2), &trace);
    cr_expect_eq(trace.name[0], trace.name[1]);
    free(x.profile);
    free(y.profile);
    free(z.profile);
}

Test(default_network, a_side_without_a_label_is_judged_by_its_further_name)
{
    static const struct words meadow = {"low meadow", {{"year", "2012", true}}};
    static const struct words unnamed = {"", {{"year", "2012", true}}};
    const struct network_name name = {slice_of("Low meadow"), 0};
    struct small x, y;
    struct network_trace trace;
    make_small(&x, &meadow);
    make_small(&y, &unnamed);
    float without = judge(profile_named(&x, NULL, 0), profile_named(&y, NULL, 0), &trace);
    cr_expect_gt(judge(profile_named(&x, NULL, 0), profile_named(&y, &name, 1), &trace), without);
    cr_expect_eq(trace.name[1], 1);
    free(x.profile);
    free(y.profile);
}

/* --- identifiers --- */

static float *profile_identified(const struct small *s, const struct network_identifier *ids,
                                 size_t count)
{
    struct network_self self = {
        .label = s->label, .z0 = s->z0, .identifiers = ids, .identifier_count = count};
    size_t floats = network_profile_floats_of(model, s->neighbours, s->n) +
                    network_profile_further_floats(model, 0, count, 0);
    float *p = malloc(floats * sizeof(float));
    network_profile_build(model, &self, s->neighbours, s->n, p);
    return p;
}

/* What they add to the logit. */
static float added(const struct small *s, const struct network_identifier *a, size_t n_a,
                   const struct network_identifier *b, size_t n_b)
{
    struct network_trace trace, without;
    float *alone = profile_of(model, s->label, s->z0, s->neighbours, s->n);
    network_score(model, alone, alone, &without);
    free(alone);
    float score = judge(profile_identified(s, a, n_a), profile_identified(s, b, n_b), &trace);
    cr_expect_float_eq(trace.logit - without.logit, trace.agrees + trace.differ, 1e-4);
    float adds[NETWORK_MAX_ROW], prior, before;
    network_score_contributions(model, &without, adds, &before);
    network_score_contributions(model, &trace, adds, &prior);
    cr_expect_float_eq(prior, before, 1e-5);
    cr_expect_eq(score, network_score_probability(model, trace.logit));
    return trace.agrees + trace.differ;
}

Test(default_network, an_identifier_adds_what_it_is_worth_once)
{
    static const struct words meadow = {"low meadow", {{"year", "2012", true}}};
    struct network_identifier isbn = network_identifier_of(8, slice_of("9783161484100"));
    struct network_identifier isbn2 = network_identifier_of(8, slice_of("9780306406157"));
    struct network_identifier gtin = network_identifier_of(12, slice_of("9783161484100"));
    struct network_identifier gtin2 = network_identifier_of(12, slice_of("4006381333931"));
    struct network_identifier none = {0};
    struct small s;
    make_small(&s, &meadow);
    cr_expect_eq(added(&s, &isbn, 1, &isbn, 1), NETWORK_KEY_AGREES);
    cr_expect_eq(added(&s, &isbn, 1, &isbn2, 1), NETWORK_KEYS_DIFFER);
    cr_expect_eq(added(&s, &isbn, 1, &gtin, 1), 0, "of another numbering");
    cr_expect_eq(added(&s, &isbn, 1, NULL, 0), 0);
    cr_expect_eq(added(&s, &none, 1, &none, 1), 0, "too many have them");
    struct network_identifier both[] = {isbn, isbn2}, two[] = {isbn2, gtin};
    cr_expect_eq(added(&s, both, 2, &isbn2, 1), NETWORK_KEY_AGREES, "one of several is enough");
    cr_expect_eq(added(&s, two, 2, two, 2), NETWORK_KEY_AGREES, "two are no more than one");
    struct network_identifier apart[] = {isbn2, gtin2};
    cr_expect_eq(added(&s, two, 2, apart, 2), NETWORK_KEY_AGREES + NETWORK_KEYS_DIFFER);
    struct network_identifier full[NETWORK_MAX_IDENTIFIERS];
    for (size_t i = 0; i < NETWORK_MAX_IDENTIFIERS; i++)
        full[i] = network_identifier_of(8, (struct slice){"12345678", i + 1});
    cr_expect_eq(added(&s, full, NETWORK_MAX_IDENTIFIERS, &isbn, 1), 0, "it may have more");
    cr_expect_eq(added(&s, full, NETWORK_MAX_IDENTIFIERS - 1, &isbn, 1), NETWORK_KEYS_DIFFER);
    free(s.profile);
}
