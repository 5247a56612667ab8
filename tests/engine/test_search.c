#include "alignd/base/err.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/facts.h"
#include "alignd/engine/search.h"
#include "alignd/model/model.h"
#include "alignd/state/state_view.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PATH "/search"
#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"
#define TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
#define PREF "http://www.w3.org/2004/02/skos/core#prefLabel"

static struct model *model;
static struct kv *kv;
static struct engine *engine;
static struct arena *arena;

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
    o.block_limit = 20;
    cr_assert_eq(engine_open(kv, &o, &engine), ERR_OK);
    arena = arena_new();
}

static void tear_down(void)
{
    arena_free(arena);
    engine_close(engine);
    kv_close(kv);
    kv_destroy(PATH, true);
    model_free(model);
}

TestSuite(search, .init = set_up, .fini = tear_down);

static void say(size_t graph, const char *s, const char *p, const char *text, bool iri)
{
    struct change change = {CHANGE_INSERT,
                            {TERM_IRI, slice_of(s), {0}, {0}},
                            {TERM_IRI, slice_of(p), {0}, {0}},
                            {iri ? TERM_IRI : TERM_LITERAL, slice_of(text), {0}, {0}}};
    struct engine_input in = {.graph = graph, .changes = &change, .count = 1};
    struct engine_turn turn = {.inputs = &in, .input_count = 1};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(engine, &turn, &report), ERR_OK);
}

static struct search_hit *hits;

/* How many are found, of films and of what has no type. */
static size_t look(const char *text, size_t graph, size_t limit)
{
    static const struct slice types[] = {{"Film", 4}, {"", 0}};
    struct search_query q = {.text = slice_of(text),
                             .types = types,
                             .type_count = 2,
                             .graph = graph,
                             .limit = limit,
                             .rows = 10};
    struct state view;
    size_t count;
    cr_assert_eq(state_view_open(engine_state(engine), &view), ERR_OK);
    cr_assert_eq(search_names(model, &view, &q, arena, &hits, &count), ERR_OK);
    state_view_close(&view);
    return count;
}

static void expect_hit(size_t i, const char *iri)
{
    cr_expect(slice_equal(hits[i].iri, slice_of(iri)), "%.*s", (int)hits[i].iri.len,
              hits[i].iri.data);
}

Test(search, finds_by_any_word_the_most_alike_first)
{
    say(0, "http://l/1", LABEL, "Seven Kites over Oulu", false);
    say(1, "http://r/1", LABEL, "The seven kites", false);
    say(1, "http://r/2", LABEL, "Kites", false);
    say(1, "http://r/3", LABEL, "Winter", false);
    cr_assert_eq(look("SEVEN   kites", 2, 10), 3);
    expect_hit(0, "http://r/1");
    cr_expect_eq(hits[0].graph, 1);
    cr_expect_gt(hits[0].score, hits[2].score);
    cr_expect_eq(look("seven kites", 0, 10), 1);
    expect_hit(0, "http://l/1");
    cr_expect_eq(look("seven kites", 2, 2), 2);
    cr_expect_eq(look("kite", 2, 10), 0, "whole words alone");
    cr_expect_eq(look("", 2, 10), 0);
    cr_expect_eq(look("!?", 2, 10), 0);
}

Test(search, finds_further_names_and_types)
{
    say(0, "http://l/1", TYPE, "http://x/Film", true);
    say(0, "http://l/1", LABEL, "Nanatsu no tako", false);
    say(0, "http://l/1", PREF, "Seven Kites", false);
    cr_assert_eq(look("seven kites", 2, 10), 1);
    cr_expect(slice_equal(hits[0].name, slice_of("Seven Kites")));
    cr_expect(slice_equal(hits[0].type, slice_of("Film")));
    cr_expect_float_eq(hits[0].score, 1, 1e-3);
    cr_assert_eq(look("tako", 2, 10), 1);
    cr_expect_eq(hits[0].name.len, 0, "by its label");
}

#define BY "http://x/by"
#define YEAR "http://x/year"

/* By what they say, whatever the relation's predicate. */
Test(search, who_says_what_is_known_comes_first)
{
    struct arena *relations = arena_new();
    struct facts *facts;
    struct facts_relation *all;
    size_t count, n = 0;
    for (int i = 0; i < 3; i++) {
        char iri[32], year[8];
        snprintf(iri, sizeof(iri), "http://l/%d", i);
        snprintf(year, sizeof(year), "%d", 2001 + i);
        say(0, iri, LABEL, "Kites", false);
        say(0, iri, YEAR, year, false);
    }
    say(0, "http://l/2", BY, "http://l/ada", true);
    say(0, "http://l/ada", LABEL, "Ada Marsh", false);
    cr_assert_eq(facts_open(engine, engine_state(engine), &facts), ERR_OK);
    facts_relations(facts, 0, relations, &all, &count);
    cr_assert_eq(count, 2);
    cr_expect(slice_equal(all[0].name, slice_of("year")) && all[0].triples == 3);
    static const struct slice none = {"", 0};
    struct search_said said = {all[0].code, slice_of("2002")};
    struct search_query q = {.text = slice_of("kites"),
                             .said = &said,
                             .said_count = 1,
                             .types = &none,
                             .type_count = 1,
                             .graph = 2,
                             .limit = 10,
                             .rows = 10};
    cr_assert_eq(search_names(model, engine_state(engine), &q, arena, &hits, &n), ERR_OK);
    cr_assert_eq(n, 4, "and Ada, of whom a film called so speaks");
    expect_hit(0, "http://l/1");
    cr_expect_gt(hits[0].weight, hits[1].weight);
    q.reads = 1;
    cr_assert_eq(search_names(model, engine_state(engine), &q, arena, &hits, &n), ERR_OK);
    cr_assert_eq(n, 1);
    expect_hit(0, "http://l/1");
    q.reads = 0;
    said = (struct search_said){all[1].code, slice_of("ada  MARSH")};
    q.text = (struct slice){"", 0};
    cr_assert_eq(search_names(model, engine_state(engine), &q, arena, &hits, &n), ERR_OK);
    cr_assert_geq(n, 1);
    expect_hit(0, "http://l/2");
    cr_expect_eq(hits[0].score, 0, "nobody asked for a name");
    facts_close(facts);
    arena_free(relations);
}

/* More bear the word than a block may have. */
Test(search, of_a_common_word_some_are_found_and_the_whole_name_surely)
{
    for (int i = 0; i < 60; i++) {
        char iri[32], label[32];
        snprintf(iri, sizeof(iri), "http://l/%d", i);
        snprintf(label, sizeof(label), "Night number%d", i);
        say(0, iri, LABEL, label, false);
    }
    size_t some = look("night", 2, 100);
    cr_expect(some >= 1 && some <= 10, "%zu", some);
    cr_assert_geq(look("night number42", 2, 100), 1);
    expect_hit(0, "http://l/42");
}

/* Of each type the words have blocks of their own. */
Test(search, looks_among_all_types_there_are)
{
    enum { TYPES = 300 };
    static char names[TYPES][16];
    static struct slice types[TYPES];
    struct search_query q = {.text = slice_of("seven kites of the northern wind"),
                             .types = types,
                             .type_count = TYPES,
                             .graph = 2,
                             .limit = 10,
                             .rows = 10};
    struct state view;
    size_t count;
    for (size_t i = 0; i < TYPES; i++) {
        snprintf(names[i], sizeof(names[i]), "Kind%zu", i);
        types[i] = slice_of(names[i]);
    }
    say(0, "http://l/1", TYPE, "http://x/Kind299", true);
    say(0, "http://l/1", LABEL, "Seven kites of the northern wind", false);
    cr_assert_eq(state_view_open(engine_state(engine), &view), ERR_OK);
    cr_assert_eq(search_names(model, &view, &q, arena, &hits, &count), ERR_OK);
    state_view_close(&view);
    cr_assert_eq(count, 1);
    expect_hit(0, "http://l/1");
}
