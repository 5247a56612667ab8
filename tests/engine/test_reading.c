/* An explanation beside turns: of the view it was asked of, whatever turns do meanwhile. */
#include "alignd/base/err.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/explain.h"
#include "alignd/model/model.h"
#include "alignd/state/state_view.h"

#include <criterion/criterion.h>

#define PATH "/reading"
#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"

static struct model *model;
static struct kv *kv;
static struct engine *engine;

static void set_up(void)
{
    struct kv_options k = kv_options_default();
    struct engine_options o = engine_options_default();
    k.in_memory = true;
    cr_assert_eq(model_load(TEST_DATA "/../../config/default.safetensors", &model), ERR_OK);
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    o.graphs[0] = "left";
    o.graphs[1] = "right";
    o.graph_count = 2;
    o.model = model;
    o.sync = false;
    cr_assert_eq(engine_open(kv, &o, &engine), ERR_OK);
}

static void tear_down(void)
{
    engine_close(engine);
    kv_close(kv);
    kv_destroy(PATH, true);
    model_free(model);
}

TestSuite(reading, .init = set_up, .fini = tear_down);

static struct term iri(const char *text)
{
    return (struct term){TERM_IRI, slice_of(text), {0}, {0}};
}

static void say(size_t graph, const char *s, const char *p, struct term object)
{
    struct change change = {CHANGE_INSERT, iri(s), iri(p), object};
    struct engine_input in = {.graph = graph, .changes = &change, .count = 1};
    struct engine_turn turn = {.inputs = &in, .input_count = 1};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(engine, &turn, &report), ERR_OK);
}

static struct term text(const char *words)
{
    return (struct term){TERM_LITERAL, slice_of(words), {0}, {0}};
}

/* The pair of http://l/1 and http://r/1, wherever they are. */
static int ask(const struct state *s, struct arena *arena, struct explanation *x)
{
    struct term a = iri("http://l/1"), b = iri("http://r/1");
    int missing = -1;
    int rc = explain_pair(engine, s, s->graph_count, &a, s->graph_count, &b, arena, x, &missing);
    cr_assert(rc == ERR_OK || (rc == ERR_NOT_FOUND && missing == 1));
    return rc;
}

Test(reading, a_view_is_explained_as_it_was)
{
    struct arena *arena = arena_new();
    struct state before, then;
    struct explanation x, y;
    say(0, "http://l/1", LABEL, text("Seven Kites over Oulu"));
    cr_assert_eq(state_view_open(engine_state(engine), &before), ERR_OK);
    say(1, "http://r/1", LABEL, text("Seven Kites over Oulu"));
    cr_assert_eq(state_view_open(engine_state(engine), &then), ERR_OK);
    say(0, "http://l/1", "http://x/by", iri("http://l/2"));
    say(0, "http://l/2", LABEL, text("Ada Marsh"));

    cr_expect_eq(ask(&before, arena, &x), ERR_NOT_FOUND, "its partner was not there");
    cr_assert_eq(ask(&then, arena, &x), ERR_OK);
    cr_expect(x.matched);
    cr_expect_eq(x.side[0].neighbour_count, 0, "nor was its author");
    cr_assert_eq(ask(engine_state(engine), arena, &y), ERR_OK);
    cr_assert_eq(y.side[0].neighbour_count, 1);
    cr_expect(slice_equal(y.side[0].neighbours[0].relation, slice_of("by")),
              "a predicate that came after the view");
    cr_expect(slice_equal(y.side[0].neighbours[0].name, slice_of("Ada Marsh")));
    state_view_close(&before);
    state_view_close(&then);
    arena_free(arena);
}

Test(reading, turns_go_on_as_if_nobody_had_asked)
{
    struct arena *arena = arena_new();
    struct explanation x, y;
    say(0, "http://l/1", LABEL, text("Seven Kites over Oulu"));
    say(1, "http://r/1", LABEL, text("Seven Kites over Oulu"));
    uint64_t digest = engine_digest(engine, KV_PAIRS);
    cr_assert_eq(ask(engine_state(engine), arena, &x), ERR_OK);
    cr_expect_eq(engine_digest(engine, KV_PAIRS), digest);
    say(1, "http://r/1", "http://x/year", text("2009"));
    cr_assert_eq(ask(engine_state(engine), arena, &y), ERR_OK);
    cr_expect_eq(y.side[1].neighbour_count, 1, "what was read before is not kept");
    arena_free(arena);
}
