/* Matches that wait until they have been quiet ([decide] settle_ms), by a clock of ours. */
#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/verify.h"
#include "alignd/model/model.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PATH "/settle"
#define QUIET 1000
#define MOST 5000
#define START INT64_C(1700000000000)

static struct model *model;
static struct kv *kv;
static struct engine *engine;
static struct engine_options options;
static struct engine_report report;
static int64_t now;
static uint64_t matches, unmatches, updates; /* events, since it began */

static void open_engine(void)
{
    struct kv_options k = kv_options_default();
    k.in_memory = true;
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    cr_assert_eq(engine_open(kv, &options, &engine), ERR_OK);
}

static void close_engine(void)
{
    engine_close(engine);
    kv_close(kv);
}

static void set_up(void)
{
    cr_assert_eq(model_new_default(1, &model), ERR_OK);
    options = engine_options_default();
    options.graphs[0] = "left";
    options.graphs[1] = "right";
    options.graph_count = 2;
    options.model = model;
    options.sync = false;
    options.settle_ms = QUIET;
    options.settle_max_ms = MOST;
    now = START;
    matches = unmatches = updates = 0;
    open_engine();
}

static void tear_down(void)
{
    close_engine();
    kv_destroy(PATH, true);
    model_free(model);
}

TestSuite(settle, .init = set_up, .fini = tear_down);

static void run(struct engine_turn *turn)
{
    turn->now_ms = now;
    cr_assert_eq(engine_run_turn(engine, turn, &report), ERR_OK);
    matches += report.matches;
    unmatches += report.unmatches;
    updates += report.updates;
}

static void idle(int64_t later_ms)
{
    struct engine_turn turn = {0};
    now += later_ms;
    run(&turn);
}

static void say(enum change_op op, size_t graph, const char *s, const char *p, const char *o,
                bool literal)
{
    struct change change = {op,
                            {.kind = TERM_IRI, .text = slice_of(s)},
                            {.kind = TERM_IRI, .text = slice_of(p)},
                            {.kind = literal ? TERM_LITERAL : TERM_IRI, .text = slice_of(o)}};
    struct engine_input input = {.graph = graph, .changes = &change, .count = 1};
    struct engine_turn turn = {.inputs = &input, .input_count = 1};
    run(&turn);
}

#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"

/* A film and its director, of a graph; a triple every so many milliseconds. */
static void film(size_t graph, int64_t every_ms)
{
    const char *f = graph ? "http://r/f" : "http://l/f", *d = graph ? "http://r/d" : "http://l/d";
    say(CHANGE_INSERT, graph, f, LABEL, "The Blue River", true);
    now += every_ms;
    say(CHANGE_INSERT, graph, d, LABEL, "Ada Marsh", true);
    now += every_ms;
    say(CHANGE_INSERT, graph, f, "http://v/director", d, false);
    now += every_ms;
    say(CHANGE_INSERT, graph, f, "http://v/year", "1987", true);
}

static uint64_t events(void)
{
    return matches + unmatches + updates;
}

static uint64_t matched(void)
{
    struct state_totals totals;
    engine_get_totals(engine, &totals);
    return totals.matches;
}

static void expect_verified(void)
{
    struct verify_options v = {0};
    struct verify_report r;
    cr_assert_eq(verify_store(engine, &v, &r), ERR_OK);
    cr_expect_eq(r.differences, 0);
}

Test(settle, a_match_is_told_once_it_has_been_quiet_and_only_as_it_then_is)
{
    film(0, 10);
    film(1, 10);
    cr_expect_eq(matched(), 2, "they match at once");
    cr_expect_eq(engine_settling_count(engine), 2);
    cr_expect_eq(events(), 0);
    expect_verified();
    int64_t due = engine_settles_at(engine);
    cr_expect(due > now && due <= now + QUIET);
    idle(due - now - 1);
    cr_expect_eq(events(), 0, "a millisecond is missing");
    idle(QUIET);
    cr_expect_eq(matches, 2);
    cr_expect_eq(events(), 2, "no update, no unmatch");
    cr_expect_eq(engine_settling_count(engine), 0);
    cr_expect_eq(engine_settles_at(engine), INT64_MAX);
    idle(10 * MOST);
    cr_expect_eq(events(), 2, "nor again");
    expect_verified();
}

Test(settle, told_once_it_is_as_ever)
{
    film(0, 10);
    film(1, 10);
    idle(QUIET);
    idle(QUIET);
    cr_assert_eq(events(), 2);
    say(CHANGE_DELETE, 1, "http://r/f", LABEL, "The Blue River", true);
    cr_expect_geq(unmatches, 1, "who was told is told at once that it ended");
}

/* The year of the film comes and goes: its confidence is never as long the same. */
Test(settle, one_that_changes_on_and_on_is_told_all_the_same)
{
    film(0, 10);
    film(1, 10);
    const int64_t began = now;
    cr_assert_eq(engine_settling_count(engine), 2);
    for (int i = 0; engine_settling_count(engine) && i < 100; i++) {
        now += QUIET / 2;
        say(i % 2 ? CHANGE_INSERT : CHANGE_DELETE, 1, "http://r/f", "http://v/year", "1987", true);
    }
    cr_expect_eq(matches, 2);
    cr_expect(now - began >= MOST - 30 && now - began <= MOST + QUIET, "%d ms", (int)(now - began));
}

Test(settle, what_ends_before_it_is_told_was_never_there)
{
    film(0, 10);
    film(1, 10);
    cr_assert_eq(engine_settling_count(engine), 2);
    say(CHANGE_DELETE, 1, "http://r/f", LABEL, "The Blue River", true);
    say(CHANGE_DELETE, 1, "http://r/d", LABEL, "Ada Marsh", true);
    cr_expect_eq(matched(), 0);
    cr_expect_eq(engine_settling_count(engine), 0);
    idle(MOST);
    cr_expect_eq(events(), 0);
    expect_verified();
}

Test(settle, who_waits_does_so_across_a_crash_and_by_its_own_time)
{
    film(0, 10);
    film(1, 10);
    int64_t due = engine_settles_at(engine);
    uint64_t waiting = engine_settling_count(engine);
    close_engine();
    open_engine();
    cr_expect_eq(engine_settling_count(engine), waiting);
    cr_expect_eq(engine_settles_at(engine), due);
    idle(due - now - 1);
    cr_expect_eq(events(), 0);
    idle(QUIET);
    cr_expect_eq(matches, 2);
    close_engine();
    open_engine();
    cr_expect_eq(engine_settling_count(engine), 0);
    idle(MOST);
    cr_expect_eq(events(), 2, "it is told once");
}

Test(settle, without_a_time_to_wait_what_waits_is_told_by_the_next_turn)
{
    film(0, 10);
    film(1, 10);
    cr_assert_eq(events(), 0);
    close_engine();
    options.settle_ms = 0;
    open_engine();
    cr_expect(engine_settles_at(engine) <= now);
    idle(1);
    cr_expect_eq(matches, 2);
}

Test(settle, a_clock_that_was_set_back_makes_none_wait)
{
    film(0, 10);
    film(1, 10);
    now -= 3600000;
    say(CHANGE_INSERT, 1, "http://r/f", "http://v/year", "1988", true);
    idle(QUIET + 1);
    idle(MOST);
    cr_expect_eq(engine_settling_count(engine) + matches, 2);
    now = START + MOST;
    idle(QUIET);
    cr_expect_eq(matches, 2);
}

Test(settle, a_new_epoch_lets_none_wait_and_the_comparison_tells)
{
    film(0, 10);
    film(1, 10);
    cr_assert_eq(engine_new_epoch(engine, 0), ERR_OK);
    cr_expect_eq(engine_settling_count(engine), 0);
    idle(MOST);
    cr_expect_eq(events(), 0, "events are held");
    struct engine_told told = {slice_of("http://l/f"),
                               slice_of("http://r/f"),
                               slice_of("left"),
                               slice_of("right"),
                               -1,
                               BAND_MATCH};
    struct engine_turn turn = {.told = &told, .told_count = 1, .release = true};
    run(&turn);
    cr_expect_eq(matches, 1);
    cr_expect_eq(engine_settling_count(engine), 0);
}

Test(settle, compared_with_what_readers_hold_it_waits_no_more)
{
    film(0, 10);
    film(1, 10);
    struct engine_told told = {slice_of("http://l/f"),
                               slice_of("http://r/f"),
                               slice_of("left"),
                               slice_of("right"),
                               -1,
                               BAND_MATCH};
    struct engine_turn turn = {.told = &told, .told_count = 1};
    run(&turn);
    cr_expect_eq(matches, 1, "not there: told now");
    cr_expect_eq(engine_settling_count(engine), 1, "the directors still wait");
    idle(MOST);
    cr_expect_eq(matches, 2, "and no pair is told twice");
    expect_verified();
}

/* More than a turn tells at once. */
Test(settle, many_that_are_due_take_several_turns)
{
    enum { FILMS = 700 };
    char s[FILMS * 2][2][32];
    struct change changes[2][FILMS];
    struct engine_input inputs[2];
    for (size_t g = 0; g < 2; g++) {
        for (size_t i = 0; i < FILMS; i++) {
            char *text = s[g * FILMS + i][0], *name = s[g * FILMS + i][1];
            snprintf(text, 32, "http://%zu/%zu", g, i);
            snprintf(name, 32, "Tale %zx of River %zx", i * 7919, i * 104729);
            changes[g][i] = (struct change){CHANGE_INSERT,
                                            {.kind = TERM_IRI, .text = slice_of(text)},
                                            {.kind = TERM_IRI, .text = slice_of(LABEL)},
                                            {.kind = TERM_LITERAL, .text = slice_of(name)}};
        }
        inputs[g] = (struct engine_input){.graph = g, .changes = changes[g], .count = FILMS};
    }
    options.threshold = 0.05; /* names alone */
    close_engine();
    kv_destroy(PATH, true);
    open_engine();
    struct engine_turn turn = {.inputs = inputs, .input_count = 2};
    run(&turn);
    while (engine_dirty_count(engine))
        idle(0);
    uint64_t waiting = engine_settling_count(engine);
    cr_assert_gt(waiting, 520);
    idle(MOST);
    cr_expect_eq(matches, 512);
    cr_expect(engine_settles_at(engine) <= now, "the rest is due");
    idle(0);
    cr_expect_eq(matches, waiting);
}
