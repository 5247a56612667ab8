#include "alignd/learn/dataset.h"

#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/engine/explain.h"
#include "alignd/learn/scorer.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Training and evaluation see what serving sees: the scores are the same bits. */

static struct kv *open_kv(void)
{
    struct kv_options o = kv_options_default();
    struct kv *kv = NULL;
    o.in_memory = true;
    o.cache_bytes = o.write_buffer_bytes = 1 << 20;
    cr_assert_eq(kv_open("/dataset", &o, &kv), ERR_OK);
    return kv;
}

static struct engine *engine_of(struct kv *kv, const struct model *m)
{
    struct engine_options o = engine_options_default();
    struct engine *e;
    o.graphs[0] = "one";
    o.graphs[1] = "two";
    o.graph_count = 2;
    o.model = m;
    o.sync = false;
    o.explain = false;
    o.threads = 1; /* so that allocations come in one order */
    cr_assert_eq(engine_open(kv, &o, &e), ERR_OK);
    return e;
}

static struct term iri(const char *text)
{
    return (struct term){.kind = TERM_IRI, .text = slice_of(text)};
}

static struct term literal(const char *text)
{
    return (struct term){.kind = TERM_LITERAL, .text = slice_of(text)};
}

#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"

static void load(struct engine *e)
{
    const struct change left[] = {
        {CHANGE_INSERT, iri("http://l/1"), iri(LABEL), literal("The Third Man")},
        {CHANGE_INSERT, iri("http://l/2"), iri(LABEL), literal("Carol Reed")},
        {CHANGE_INSERT, iri("http://l/1"), iri("http://x/director"), iri("http://l/2")},
        {CHANGE_INSERT, iri("http://l/1"), iri("http://x/year"), literal("1949")},
    };
    const struct change right[] = {
        {CHANGE_INSERT, iri("http://r/1"), iri(LABEL), literal("Third Man, The")},
        {CHANGE_INSERT, iri("http://r/2"), iri(LABEL), literal("Reed, Carol")},
        {CHANGE_INSERT, iri("http://r/1"), iri("http://y/director"), iri("http://r/2")},
        {CHANGE_INSERT, iri("http://r/1"), iri("http://y/year"), literal("1950")},
    };
    const struct engine_input inputs[] = {{.graph = 0, .changes = left, .count = 4},
                                          {.graph = 1, .changes = right, .count = 4}};
    struct engine_turn turn = {.inputs = inputs, .input_count = 2}, rest = {0};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(e, &turn, &report), ERR_OK);
    while (engine_dirty_count(e))
        cr_assert_eq(engine_run_turn(e, &rest, &report), ERR_OK);
}

Test(dataset, scores_are_those_of_serving_to_the_bit)
{
    struct model *m;
    cr_assert_eq(model_new_default(1, &m), ERR_OK);
    struct kv *kv = open_kv();
    struct engine *e = engine_of(kv, m);
    struct dataset *d;
    struct scorer *s;
    load(e);
    cr_assert_eq(dataset_open(engine_state(e), &d), ERR_OK);
    const struct catalog *c = dataset_catalog(d);
    cr_expect_eq(c->entity_count, 4);
    cr_assert_geq(c->pair_count, 2);
    float logit[16];
    cr_assert_leq(c->pair_count, 16);
    scorer_new(c, c->pairs, c->pair_count, NULL, &s);
    scorer_set_model(s, m, 0);
    scorer_logits(s, logit);
    struct arena *arena = arena_new();
    for (size_t i = 0; i < c->pair_count; i++) {
        struct term a = {.kind = TERM_IRI, .text = c->entities[c->pairs[i].a].iri};
        struct term b = {.kind = TERM_IRI, .text = c->entities[c->pairs[i].b].iri};
        struct explanation x;
        int missing;
        cr_assert_eq(explain_pair(e, engine_state(e), 0, &a, 1, &b, arena, &x, &missing), ERR_OK);
        cr_expect(x.candidate);
        cr_expect_eq(scorer_probability(m, logit[i]), x.score);
        struct network_trace trace;
        scorer_trace(s, i, &trace);
        cr_expect_eq(trace.logit, logit[i]);
        struct explain_evidence evidence;
        explain_features(m, &trace, arena, &evidence);
        cr_assert_eq(evidence.count, x.evidence.count);
        cr_expect_eq(evidence.prior, x.evidence.prior);
        for (size_t k = 0; k < evidence.count; k++)
            cr_expect_eq(evidence.features[k].adds, x.evidence.features[k].adds);
    }
    arena_free(arena);
    scorer_free(s);
    dataset_close(d);
    engine_close(e);
    kv_close(kv);
    model_free(m);
}

Test(dataset, entities_are_found_by_iri_with_what_they_sample)
{
    struct model *m;
    cr_assert_eq(model_new_default(1, &m), ERR_OK);
    struct kv *kv = open_kv();
    struct engine *e = engine_of(kv, m);
    struct dataset *d;
    load(e);
    cr_assert_eq(dataset_open(engine_state(e), &d), ERR_OK);
    const struct catalog *c = dataset_catalog(d);
    int64_t film = dataset_find(d, slice_of("http://l/1"));
    int64_t director = dataset_find(d, slice_of("http://l/2"));
    cr_assert(film >= 0 && director >= 0);
    cr_expect_eq(dataset_find(d, slice_of("http://l/3")), -1);
    const struct catalog_entity *x = &c->entities[film];
    cr_assert_eq(x->neighbour_count, 1);
    cr_assert_eq(x->value_count, 1);
    cr_expect_eq(x->neighbours[0].target, (uint32_t)director);
    cr_expect(slice_equal(c->texts[x->values[0].target].text, slice_of("1949")));
    cr_expect(slice_equal(c->texts[x->label].text, slice_of("The Third Man")));
    cr_expect_not(c->relations[x->neighbours[0].relation].inverse);
    cr_expect(c->relations[c->entities[director].neighbours[0].relation].inverse);
    dataset_close(d);
    engine_close(e);
    kv_close(kv);
    model_free(m);
}

Test(dataset, samples_drawn_anew_as_served_are_those_of_the_store)
{
    struct model *m;
    cr_assert_eq(model_new_default(1, &m), ERR_OK);
    struct kv *kv = open_kv();
    struct engine *e = engine_of(kv, m);
    struct engine_options o = engine_options_default();
    struct dataset *d;
    load(e);
    cr_assert_eq(dataset_open(engine_state(e), &d), ERR_OK);
    const struct catalog *c = dataset_catalog(d);
    struct catalog_entity before[4];
    memcpy(before, c->entities, sizeof(before));
    cr_assert_eq(dataset_resample(d, engine_state(e), SAMPLING_COORDINATED, (size_t)o.neighbours,
                                  (size_t)o.values, o.inverse_limit),
                 ERR_OK);
    for (size_t i = 0; i < 4; i++) {
        const struct catalog_entity *x = &c->entities[i], *y = &before[i];
        cr_assert_eq(x->neighbour_count, y->neighbour_count);
        cr_assert_eq(x->value_count, y->value_count);
        for (uint32_t k = 0; k < x->neighbour_count; k++)
            cr_expect(x->neighbours[k].relation == y->neighbours[k].relation &&
                      x->neighbours[k].target == y->neighbours[k].target);
        for (uint32_t k = 0; k < x->value_count; k++)
            cr_expect(x->values[k].relation == y->values[k].relation &&
                      x->values[k].target == y->values[k].target);
    }
    cr_assert_eq(dataset_resample(d, engine_state(e), SAMPLING_UNIFORM, 1, 0, o.inverse_limit),
                 ERR_OK);
    int64_t film = dataset_find(d, slice_of("http://l/1"));
    cr_expect_eq(c->entities[film].neighbour_count, 1);
    cr_expect_eq(c->entities[film].value_count, 0);
    dataset_close(d);
    engine_close(e);
    kv_close(kv);
    model_free(m);
}
