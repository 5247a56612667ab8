/*
 * bench_score.c - candidate pairs of a store scored on one core: with both
 * profiles at hand; with one of them (missed), or both, to be made from the rows of the
 * store: its sample, its neighbours' vectors in one multi-get, its values from their
 * text, the profile.
 *
 *     bench_score --store DIR [--pairs N]
 */
#include "bench.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/cli/offline.h"
#include "alignd/graph/sample.h"
#include "alignd/kernel/half.h"
#include "alignd/learn/dataset.h"
#include "alignd/model/network.h"
#include "alignd/model/text_vector.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX = NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES,
    FLOATS = 512,
    VALUE_SLOTS = 4096,
    RUN = 16
};

struct bench {
    struct offline store;
    const struct model *model;
    const struct catalog *catalog;
    struct id *ids;      /* of the catalog's entities */
    int *relations;      /* of the catalog's, in the model */
    uint32_t *named;     /* and by name */
    size_t z0, z1, room; /* floats */
    struct arena *arena;
    struct value { /* vectors of texts met lately, as the engine keeps them */
        uint64_t key;
        float z0[FLOATS];
    } * values;
};

static void find_ids(struct bench *b)
{
    const struct catalog *c = b->catalog;
    b->ids = bench_alloc(c->entity_count * sizeof(*b->ids));
    b->relations = bench_alloc(c->relation_count * sizeof(*b->relations));
    b->named = bench_alloc(c->relation_count * sizeof(*b->named));
    for (size_t i = 0; i < c->entity_count; i++) {
        struct slice text = c->entities[i].iri;
        bool blank = text.len > 1 && text.data[0] == '_' && text.data[1] == ':';
        struct term term = {.kind = blank ? TERM_BLANK : TERM_IRI,
                            .text = {text.data + 2 * blank, text.len - 2u * blank}};
        const char *graph = b->store.options.graphs[c->entities[i].graph];
        b->ids[i] = id_of_entity(id_graph_tag(slice_of(graph)), &term);
    }
    for (size_t i = 0; i < c->relation_count; i++) {
        b->relations[i] =
            model_relation_index(b->model, c->relations[i].name, c->relations[i].inverse);
        b->named[i] = model_relation_name(c->relations[i].name, c->relations[i].inverse);
    }
}

static const float *value_of(struct bench *b, const struct catalog_text *t)
{
    uint64_t key = hash_bytes(t->text, hash_bytes(t->datatype, 1)) | 1;
    struct value *v = &b->values[key / 2 % VALUE_SLOTS];
    if (v->key != key) {
        text_vector(b->model, t->text, t->datatype, v->z0);
        half_round(v->z0, b->z0);
        v->key = key;
    }
    return v->z0;
}

/* The row of an entity's vectors, in b's arena; returns its label. */
static struct slice take_vectors(struct bench *b, struct slice row, float *to)
{
    struct slice copy = arena_copy(b->arena, row);
    const uint16_t *halves = (const uint16_t *)(const void *)(copy.data + LAYOUT_VECTORS_AT);
    half_to_float(to, halves, b->z0);
    size_t n = b->z0 + (network_has_level1(b->model, to) ? b->z1 : 0);
    half_to_float(to, halves, n);
    size_t used = LAYOUT_VECTORS_AT + n * sizeof(*halves);
    return (struct slice){copy.data + used, copy.len - used};
}

/* One sample row, one multi-get. */
static void build(struct bench *b, uint32_t entity, float *profile)
{
    const struct catalog_entity *x = &b->catalog->entities[entity];
    char keys[MAX + 1][ID_BYTES];
    struct slice slices[MAX + 1];
    struct kv_value sample_row, rows[MAX + 1];
    struct network_neighbour neighbours[MAX];
    static float floats[(MAX + 1) * FLOATS];
    struct sample sample;
    struct slice label = {"", 0};
    bool found;
    size_t n = 0;
    arena_reset(b->arena);
    id_put(keys[n], b->ids[entity]);
    slices[0] = (struct slice){keys[0], ID_BYTES};
    bench_check(kv_get(b->store.kv, KV_SAMPLES, slices[0], &sample_row, &found), "sample");
    bench_check(found ? sample_decode(sample_row.bytes, b->arena, &sample) : ERR_NOT_FOUND,
                "sample");
    for (n = 1; n <= sample.neighbour_count; n++) {
        id_put(keys[n], sample.neighbours[n - 1].id);
        slices[n] = (struct slice){keys[n], ID_BYTES};
    }
    bench_check(kv_get_many(b->store.kv, KV_VECTORS, slices, n, rows), "vectors");
    for (size_t i = 0; i < n; i++) {
        float *to = floats + i * FLOATS;
        struct slice said = take_vectors(b, rows[i].bytes, to);
        if (i > 0)
            neighbours[i - 1] =
                (struct network_neighbour){.relation = b->relations[x->neighbours[i - 1].relation],
                                           .named = b->named[x->neighbours[i - 1].relation],
                                           .text = said,
                                           .z0 = to,
                                           .z1 = to + b->z0};
        else
            label = said;
        kv_value_release(&rows[i]);
    }
    for (size_t i = 0; i < x->value_count; i++) {
        const struct catalog_text *t = &b->catalog->texts[x->values[i].target];
        memcpy(floats + (n + i) * FLOATS, value_of(b, t), b->z0 * sizeof(float));
        neighbours[n - 1 + i] =
            (struct network_neighbour){.relation = b->relations[x->values[i].relation],
                                       .named = b->named[x->values[i].relation],
                                       .text = t->text,
                                       .datatype = t->datatype,
                                       .z0 = floats + (n + i) * FLOATS};
    }
    kv_value_release(&sample_row);
    struct network_self self = {.label = label, .namesakes = x->namesakes, .z0 = floats};
    network_profile_build(b->model, &self, neighbours, n - 1 + x->value_count, profile);
}

/* Pairs spread over all candidates; those of one entity after each other, as turns score them. */
static const struct catalog_pair *pair_of(const struct bench *b, size_t i, size_t count)
{
    size_t run = i / RUN * RUN;
    return &b->catalog->pairs[run * (b->catalog->pair_count / count) + i % RUN];
}

static void score_missed(struct bench *b, size_t count, struct bench_sample *one,
                         struct bench_sample *both)
{
    float *a = bench_alloc(2 * b->room * sizeof(float)), *other = a + b->room, worst = 0;
    for (size_t i = 0; i < count; i++) {
        const struct catalog_pair *p = pair_of(b, i, count);
        double begun = bench_core();
        build(b, p->a, a);
        double half = bench_core();
        build(b, p->b, other);
        worst = fmaxf(worst, network_score(b->model, a, other, NULL));
        double done = bench_core();
        bench_add(one, (done - half) * 1e6);
        bench_add(both, (done - begun) * 1e6);
    }
    bench_say((double)worst, "", "score.best");
    free(a);
}

static void score_cached(struct bench *b, size_t count, struct bench_sample *cached)
{
    float *profiles = bench_alloc(2 * count * b->room * sizeof(float)), worst = 0;
    const float **first = bench_alloc(count * sizeof(*first));
    for (size_t i = 0; i < count; i++) {
        const struct catalog_pair *p = pair_of(b, i, count);
        float *at = profiles + 2 * i * b->room;
        bool again = i > 0 && pair_of(b, i - 1, count)->a == p->a;
        if (!again)
            build(b, p->a, at);
        first[i] = again ? first[i - 1] : at;
        build(b, p->b, at + b->room);
    }
    for (int round = 0; round < 5; round++) {
        double begun = bench_core();
        for (size_t i = 0; i < count; i++)
            worst = fmaxf(
                worst, network_score(b->model, first[i], profiles + (2 * i + 1) * b->room, NULL));
        bench_add(cached, (bench_core() - begun) * 1e6 / (double)count);
    }
    bench_say((double)worst, "", "score.best_cached");
    free(profiles);
    free(first);
}

static void run(struct bench *b, size_t count)
{
    struct bench_sample cached = {0}, missed = {0}, both = {0}, text = {0};
    score_missed(b, count, &missed, &both);
    score_cached(b, count, &cached);
    for (size_t i = 1; i < 20000 && i < b->catalog->text_count; i++) {
        float z0[FLOATS];
        double begun = bench_core();
        text_vector(b->model, b->catalog->texts[i].text, b->catalog->texts[i].datatype, z0);
        bench_add(&text, (bench_core() - begun) * 1e6);
    }
    bench_say(bench_quantile(&cached, 0), "us", "score.cached");
    bench_say(bench_mean(&missed), "us", "score.missed");
    bench_say(bench_quantile(&missed, 0.5), "us", "score.missed.median");
    bench_say(bench_mean(&both), "us", "score.missed_both");
    bench_say(bench_mean(&text), "us", "score.text_vector");
    bench_say((double)(b->room * sizeof(float)), "bytes", "score.profile_bytes_at_most");
    bench_free(&cached);
    bench_free(&missed);
    bench_free(&both);
    bench_free(&text);
}

int main(int argc, char **argv)
{
    struct bench b = {.arena = arena_new()};
    struct offline_options o = {.store = bench_option(argc, argv, "store", NULL)};
    struct dataset *d;
    size_t count = (size_t)bench_number(argc, argv, "pairs", 20000);
    bench_check(offline_open(&o, &b.store), "open");
    bench_check(dataset_open(engine_state(b.store.engine), &d), "read");
    b.model = b.store.model;
    b.catalog = dataset_catalog(d);
    b.z0 = model_z0_floats(b.model);
    b.z1 = model_z1_floats(b.model);
    size_t n = (size_t)b.store.options.neighbours;
    b.room = network_profile_floats(b.model, n, n, (size_t)b.store.options.values);
    b.values = bench_alloc(VALUE_SLOTS * sizeof(*b.values));
    if (b.z0 + b.z1 > FLOATS || !b.catalog->pair_count) {
        fprintf(stderr, "bench_score: no pairs, or vectors too large\n");
        return 1;
    }
    find_ids(&b);
    run(&b, count < b.catalog->pair_count ? count : b.catalog->pair_count);
    free(b.ids);
    free(b.relations);
    free(b.named);
    free(b.values);
    dataset_close(d);
    offline_close(&b.store);
    arena_free(b.arena);
    return 0;
}
