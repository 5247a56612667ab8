/* Matches by type and band (state/match_stats.h), of a store that an engine made. */
#include "alignd/state/match_stats.h"

#include "alignd/base/err.h"
#include "alignd/engine/engine.h"
#include "alignd/model/model.h"
#include "alignd/state/match_list.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PATH "/match-stats"
enum { FILMS = 300 };

static struct model *model;
static struct kv *kv;
static struct engine *engine;
static struct arena *arena;
static char texts[8 * FILMS][48];
static size_t text_count;

/* Two words around a number. */
static struct slice say(const char *before, int i, const char *after)
{
    int n = snprintf(texts[text_count], sizeof(texts[0]), "%s%x%s", before, (unsigned)i, after);
    return (struct slice){texts[text_count++], (size_t)n};
}

/* Films with a director each, in both graphs; those of the right begin a third later. */
static void load(size_t graph, const char *film, const char *person, int from, int to)
{
    struct term label = {
        TERM_IRI, slice_of("http://www.w3.org/2000/01/rdf-schema#label"), {0}, {0}};
    struct term by = {TERM_IRI, slice_of("http://v/director"), {0}, {0}};
    struct change *changes = arena_alloc(arena, 3 * FILMS * sizeof(*changes));
    size_t n = 0;
    for (int i = from; i < to; i++) {
        struct term f = {TERM_IRI, say(film, i, ""), {0}, {0}},
                    p = {TERM_IRI, say(person, i, ""), {0}, {0}};
        struct term title = {TERM_LITERAL, say("Tale of ", i * 7919, " rivers"), {0}, {0}};
        struct term name = {TERM_LITERAL, say("Ada Mar", i * 104729, "sh"), {0}, {0}};
        changes[n++] = (struct change){CHANGE_INSERT, f, label, title};
        changes[n++] = (struct change){CHANGE_INSERT, p, label, name};
        changes[n++] = (struct change){CHANGE_INSERT, f, by, p};
    }
    struct engine_input input = {.graph = graph, .changes = changes, .count = n};
    struct engine_turn turn = {.inputs = &input, .input_count = 1};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(engine, &turn, &report), ERR_OK);
}

static void set_up(void)
{
    struct kv_options k = kv_options_default();
    struct engine_options o = engine_options_default();
    struct engine_turn nothing = {0};
    struct engine_report report;
    k.create = k.in_memory = true;
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    cr_assert_eq(model_new_default(1, &model), ERR_OK);
    o.graphs[0] = "left";
    o.graphs[1] = "right";
    o.graph_count = 2;
    o.model = model;
    o.sync = false;
    cr_assert_eq(engine_open(kv, &o, &engine), ERR_OK);
    arena = arena_new();
    load(0, "http://l/f", "http://l/p", 0, 200);
    load(1, "http://r/f", "http://r/p", 100, 300);
    while (engine_dirty_count(engine))
        cr_assert_eq(engine_run_turn(engine, &nothing, &report), ERR_OK);
}

static void tear_down(void)
{
    engine_close(engine);
    arena_free(arena);
    kv_close(kv);
    kv_destroy(PATH, true);
    model_free(model);
}

TestSuite(match_stats, .init = set_up, .fini = tear_down);

struct counted {
    float review;
    uint64_t bands[BANDS], histogram[MATCH_STATS_BUCKETS];
};

static int count(void *arg, const struct match *m)
{
    struct counted *c = arg;
    size_t bucket = (size_t)(m->confidence * MATCH_STATS_BUCKETS);
    c->bands[band_of(m->confidence, c->review)]++;
    c->histogram[bucket < MATCH_STATS_BUCKETS ? bucket : MATCH_STATS_BUCKETS - 1]++;
    return ERR_OK;
}

static struct match_stats read(float review, uint64_t entities, bool one_to_one)
{
    struct match_stats stats;
    const struct match_stats_options o = {review, entities, one_to_one};
    cr_assert_eq(match_stats_read(engine_state(engine), &o, arena, &stats), ERR_OK);
    return stats;
}

Test(match_stats, every_match_is_counted_once_in_its_band)
{
    static const float reviews[] = {0, 0.5f, 0.9f, 1};
    for (size_t i = 0; i < 4; i++) {
        struct counted c = {.review = reviews[i]};
        cr_assert_eq(match_list_each(engine_state(engine), count, &c), ERR_OK);
        cr_assert_gt(c.bands[0] + c.bands[1], 100);
        struct match_stats s = read(reviews[i], UINT64_MAX, true);
        cr_expect(s.whole);
        cr_expect_eq(s.entities, state_entities(engine_state(engine)));
        for (size_t b = 0; b < BANDS; b++)
            cr_expect_eq(s.all.bands[b].matches, c.bands[b]);
        for (size_t k = 0; k < MATCH_STATS_BUCKETS; k++)
            cr_expect_eq(s.all.histogram[k], c.histogram[k]);
        cr_expect_eq(s.all.both.matches, c.bands[0] + c.bands[1]);
        cr_expect(s.all.both.precision >= 0 && s.all.both.precision <= 1);
        cr_assert_eq(s.count, 1);
        cr_expect_eq(s.types[0].type.len, 0, "they are untyped");
    }
}

Test(match_stats, a_sample_stands_for_all)
{
    struct match_stats whole = read(0.5f, UINT64_MAX, true), part = read(0.5f, 200, true);
    cr_expect_not(part.whole);
    cr_expect_eq(part.entities, 400);
    double of = (double)part.all.both.matches / (double)whole.all.both.matches;
    cr_expect(of > 0.75 && of < 1.25, "%g", of);
    cr_expect_float_eq(part.all.both.precision, whole.all.both.precision, 0.1);
}

Test(match_stats, where_an_entity_may_have_many_nothing_is_estimated)
{
    struct match_stats s = read(0.5f, UINT64_MAX, false);
    cr_expect_gt(s.all.both.matches, 0);
    cr_expect_lt(s.all.both.precision, 0);
}
