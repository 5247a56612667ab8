#include "alignd/learn/trainer.h"

#include "alignd/base/err.h"
#include "alignd/base/pool.h"
#include "alignd/kernel/half.h"
#include "alignd/learn/ablation.h"
#include "alignd/learn/scorer.h"
#include "alignd/model/network.h"
#include "alignd/model/text_vector.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_MODEL TEST_DATA "/../../config/default.safetensors"

/*
 * Two graphs of films, each with one director and a year.  Titles say nothing
 * (ten films share each); only the director tells which is which, and the year
 * misleads: what an untrained model gets wrong and a trained one right.
 */
enum { FILMS = 120, TEXTS = 1 + 12 + FILMS + 40, ENTITIES = 4 * FILMS };

static char words[TEXTS][40];
static struct catalog_text texts[TEXTS];
static struct catalog_relation relations[] = {
    {{"director", 8}, false}, {{"year", 4}, false}, {{"director", 8}, true}};
static struct catalog_entity entities[ENTITIES];
static struct catalog_neighbour neighbours[ENTITIES], values[ENTITIES];
static struct catalog_pair pairs[FILMS * 12];
static struct trainer_pair train[FILMS * 12], valid[FILMS * 12];
static struct catalog catalog;
static size_t train_count, valid_count;

static void make_texts(void)
{
    for (int i = 1; i < TEXTS; i++) {
        if (i <= 12)
            snprintf(words[i], sizeof(words[i]), "Return of number %c", 'a' + i);
        else if (i <= 12 + FILMS)
            snprintf(words[i], sizeof(words[i]), "%c%c%c%c %d", 'a' + i % 23, 'a' + i % 19,
                     'a' + i % 17, 'a' + i % 13, i);
        else
            snprintf(words[i], sizeof(words[i]), "%d", 1900 + i);
        texts[i] = (struct catalog_text){slice_of(words[i]), {NULL, 0}};
    }
}

static void add_pair(uint32_t a, uint32_t b)
{
    struct trainer_pair p = {{a, b}, b == a + FILMS, 1.0f};
    pairs[catalog.pair_count++] = p.pair;
    if (a % 4 == 0)
        valid[valid_count++] = p;
    else
        train[train_count++] = p;
}

static void make(void)
{
    make_texts();
    for (uint32_t i = 0; i < 2 * FILMS; i++) { /* films, then directors behind them */
        uint32_t film = i % FILMS, right = i / FILMS, director = 2 * FILMS + i;
        neighbours[i] = (struct catalog_neighbour){0, director};
        values[i] = (struct catalog_neighbour){1, 13 + FILMS + (film + right * 7) % 38};
        entities[i] = (struct catalog_entity){.graph = right,
                                              .label = 1 + film % 12,
                                              .neighbours = &neighbours[i],
                                              .values = &values[i],
                                              .neighbour_count = 1,
                                              .value_count = 1};
        neighbours[director] = (struct catalog_neighbour){2, i};
        entities[director] = (struct catalog_entity){.graph = right,
                                                     .label = 13 + film,
                                                     .neighbours = &neighbours[director],
                                                     .neighbour_count = 1};
    }
    catalog = (struct catalog){.texts = texts,
                               .text_count = TEXTS,
                               .relations = relations,
                               .relation_count = 3,
                               .entities = entities,
                               .entity_count = ENTITIES,
                               .pairs = pairs};
    train_count = valid_count = 0;
    for (uint32_t a = 0; a < FILMS; a++)
        for (uint32_t b = a % 12; b < FILMS; b += 12) /* those that share its title */
            add_pair(a, b + FILMS);
}

static struct model *run(uint64_t seed, unsigned threads, struct trainer_report *report)
{
    struct trainer_options o = trainer_options_default();
    struct pool *pool = pool_new(threads);
    struct model *m = NULL;
    o.seed = seed;
    o.epochs = 4;
    o.forget = 0;
    make();
    cr_assert_eq(
        trainer_run(&catalog, train, train_count, valid, valid_count, 0, &o, pool, &m, report), 0);
    pool_free(pool);
    threshold_curve_fini(&report->expected);
    return m;
}

Test(trainer, learns_whom_to_trust)
{
    struct trainer_report report;
    struct model *m = run(1, 2, &report);
    cr_expect_gt(report.valid.prauc, 0.98, "%g", report.valid.prauc);
    cr_expect_gt(report.valid.f1, 0.95, "%g", report.valid.f1);
    cr_expect_lt(report.calibration_error, 0.1, "%g", report.calibration_error);
    model_free(m);
}

Test(trainer, one_seed_gives_one_model_on_any_number_of_threads)
{
    struct trainer_report report;
    struct model *one = run(5, 1, &report), *two = run(5, 2, &report), *other = run(6, 2, &report);
    cr_expect_eq(model_digest(one), model_digest(two));
    cr_expect_neq(model_digest(one), model_digest(other));
    model_free(one);
    model_free(two);
    model_free(other);
}

static const volatile sig_atomic_t stop_now = 1;

Test(trainer, a_stop_keeps_the_best_so_far)
{
    struct trainer_options o = trainer_options_default();
    struct trainer_report report;
    struct model *m = NULL;
    make();
    o.epochs = 20;
    o.stop = &stop_now;
    cr_assert_eq(
        trainer_run(&catalog, train, train_count, valid, valid_count, 0, &o, NULL, &m, &report), 0);
    threshold_curve_fini(&report.expected);
    cr_expect_eq(report.epochs, 1);
    model_free(m);
}

Test(trainer, without_a_true_pair_there_is_nothing_to_learn)
{
    struct trainer_options o = trainer_options_default();
    struct trainer_report report;
    struct model *m = NULL;
    make();
    for (size_t i = 0; i < train_count; i++)
        train[i].same = false;
    cr_expect_eq(
        trainer_run(&catalog, train, train_count, valid, valid_count, 0, &o, NULL, &m, &report),
        ERR_USAGE);
    cr_expect_null(m);
}

Test(trainer, the_scorer_gives_the_bits_of_network_score)
{
    struct model *m;
    struct scorer *s;
    static float logit[FILMS * 12], floats[2][SCORER_FLOATS];
    make();
    cr_assert_eq(model_new_default(1, &m), 0);
    scorer_new(&catalog, pairs, catalog.pair_count, NULL, &s);
    scorer_set_model(s, m, 0);
    scorer_logits(s, logit);
    for (size_t i = 0; i < catalog.pair_count; i += 7) {
        struct network_neighbour n[NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES];
        float *profile[2], z0[256];
        for (int side = 0; side < 2; side++) {
            size_t count = scorer_gather(s, side ? pairs[i].b : pairs[i].a, z0, n, floats[side]);
            cr_assert_eq(count, 2);
            profile[side] = malloc(network_profile_floats(m, 1, 1, 1) * sizeof(float));
            struct network_self self = scorer_self(s, side ? pairs[i].b : pairs[i].a, z0);
            network_profile_build(m, &self, n, count, profile[side]);
        }
        cr_expect_eq(scorer_probability(m, logit[i]),
                     network_score(m, profile[0], profile[1], NULL));
        free(profile[0]);
        free(profile[1]);
    }
    scorer_free(s);
    model_free(m);
}

Test(trainer, training_goes_on_from_another_model)
{
    struct trainer_options o = trainer_options_default();
    struct trainer_report report;
    struct model *from, *m = NULL;
    cr_assert_eq(model_load(DEFAULT_MODEL, &from), 0);
    make();
    o.epochs = 15;
    o.patience = 15;
    o.forget = 0;
    o.from = from;
    cr_assert_eq(
        trainer_run(&catalog, train, train_count, valid, valid_count, 0, &o, NULL, &m, &report), 0);
    threshold_curve_fini(&report.expected);
    cr_expect_gt(report.valid.prauc, 0.95, "%g", report.valid.prauc);
    model_free(from);
    model_free(m);
}

/* What only the neighbours tell is learnt by the trees alone, the network as it was. */
Test(trainer, without_epochs_trees_are_fitted_to_the_network_as_it_is)
{
    struct trainer_options o = trainer_options_default();
    struct trainer_report report;
    struct model *from, *m = NULL, *again = NULL;
    cr_assert_eq(model_new_default(3, &from), 0);
    make();
    o.from = from;
    cr_assert_eq(
        trainer_run(&catalog, train, train_count, valid, valid_count, 0, &o, NULL, &m, &report), 0);
    cr_expect_eq(report.epochs, 0);
    cr_expect_gt(report.valid.prauc, 0.98, "%g", report.valid.prauc);
    struct threshold_point at = threshold_at(&report.expected, model_threshold(m));
    cr_expect_gt(at.f1, 0.9, "%g", at.f1);
    threshold_curve_fini(&report.expected);
    cr_expect_neq(model_digest(m), model_digest(from));
    /* a file keeps them */
    cr_assert_eq(model_save(m, "/tmp/test_trainer.safetensors"), 0);
    cr_assert_eq(model_load("/tmp/test_trainer.safetensors", &again), 0);
    cr_expect_eq(model_digest(m), model_digest(again));
    remove("/tmp/test_trainer.safetensors");
    model_free(from);
    model_free(m);
    model_free(again);
}

Test(trainer, without_the_last_stage_the_network_judges)
{
    struct trainer_options o = trainer_options_default();
    struct trainer_report report;
    struct model *m = NULL;
    make();
    o.epochs = 4;
    o.forget = 0;
    o.without = WITHOUT_FOREST;
    cr_assert_eq(
        trainer_run(&catalog, train, train_count, valid, valid_count, 0, &o, NULL, &m, &report), 0);
    threshold_curve_fini(&report.expected);
    cr_expect_gt(report.valid.prauc, 0.98, "%g", report.valid.prauc);
    model_free(m);
}

Test(trainer, what_is_left_out_is_not_learnt)
{
    struct trainer_options o = trainer_options_default();
    struct trainer_report report;
    struct model *m[2] = {NULL, NULL};
    o.forget = 0;
    o.without = WITHOUT_SELF | WITHOUT_FOREST;
    for (int i = 0; i < 2; i++) {
        make();
        o.epochs = 1 + i;
        cr_assert_eq(trainer_run(&catalog, train, train_count, valid, valid_count, 0, &o, NULL,
                                 &m[i], &report),
                     0);
        threshold_curve_fini(&report.expected);
    }
    size_t n = m[0]->rows * (MODEL_HEADS0 + 1), bytes = m[0]->features * sizeof(float);
    bool there = false;
    for (size_t i = 0; i < n; i++) {
        cr_assert_eq(m[0]->attend0_relation[i], m[1]->attend0_relation[i]);
        there |= m[0]->attend0_relation[i] != 0.0f;
    }
    cr_expect(there);
    cr_expect_neq(memcmp(m[0]->direct, m[1]->direct, bytes), 0);
    model_free(m[0]);
    model_free(m[1]);
}

Test(trainer, labels_can_be_left_out_where_everything_has_one)
{
    struct trainer_options o = trainer_options_default();
    struct trainer_report report;
    struct model *m = NULL;
    make();
    o.epochs = 1;
    o.without = WITHOUT_TEXT;
    cr_assert_eq(
        trainer_run(&catalog, train, train_count, valid, valid_count, 0, &o, NULL, &m, &report), 0);
    threshold_curve_fini(&report.expected);
    model_free(m);
}

/* Pairs whose logit differs when other parts are left out. */
static size_t count_changed(struct scorer *s, const struct model *m, unsigned before,
                            unsigned after)
{
    static float logit[2][FILMS * 12];
    size_t n = 0;
    for (int i = 0; i < 2; i++) {
        scorer_set_model(s, m, i ? after : before);
        scorer_logits(s, logit[i]);
    }
    for (size_t i = 0; i < catalog.pair_count; i++)
        n += logit[0][i] != logit[1][i];
    return n;
}

Test(trainer, every_part_that_is_left_out_tells)
{
    static const unsigned network[] = {WITHOUT_CROSS,  WITHOUT_SELF, WITHOUT_GRAPH,
                                       WITHOUT_VALUES, WITHOUT_TEXT, WITHOUT_COSINES};
    struct trainer_report report;
    struct scorer *s;
    struct model *m = run(1, 1, &report);
    scorer_new(&catalog, pairs, catalog.pair_count, NULL, &s);
    for (size_t i = 0; i < sizeof(network) / sizeof(*network); i++)
        cr_expect_gt(count_changed(s, m, WITHOUT_FOREST, WITHOUT_FOREST | network[i]), 0, "%u",
                     network[i]);
    cr_expect_gt(count_changed(s, m, 0, WITHOUT_FOREST), 0);
    cr_expect_gt(count_changed(s, m, 0, WITHOUT_EXACT), 0);
    cr_expect_eq(count_changed(s, m, WITHOUT_FOREST, WITHOUT_FOREST | WITHOUT_EXACT), 0,
                 "the network's own head knows no comparison");
    cr_expect_eq(count_changed(s, m, 0, 0), 0);
    scorer_free(s);
    model_free(m);
}
