#include "alignd/base/err.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/facts.h"
#include "alignd/model/model.h"
#include "alignd/state/state_view.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PATH "/facts"
#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"
#define TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
#define GYEAR "http://www.w3.org/2001/XMLSchema#gYear"

static struct model *model;
static struct kv *kv;
static struct engine *engine;
static struct arena *arena;
static struct mapping *mapping;

static void set_up(void)
{
    static const char text[] = "left\thttp://l/made\tby\nleft\thttp://l/isbn\tkey:isbn\n"
                               "left\thttp://l/note\tignore\nleft\thttp://l/also\talias\n";
    struct kv_options k = kv_options_default();
    struct engine_options o = engine_options_default();
    k.in_memory = true;
    cr_assert_eq(model_load(TEST_DATA "/../../config/default.safetensors", &model), ERR_OK);
    cr_assert_eq(mapping_parse(slice_of(text), "test", &mapping), ERR_OK);
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    o.graphs[0] = "left";
    o.graphs[1] = "right";
    o.graph_count = 2;
    o.model = model;
    o.mapping = mapping;
    o.sync = false;
    cr_assert_eq(engine_open(kv, &o, &engine), ERR_OK);
    arena = arena_new();
}

static void tear_down(void)
{
    arena_free(arena);
    engine_close(engine);
    kv_close(kv);
    kv_destroy(PATH, true);
    mapping_close(mapping);
    model_free(model);
}

TestSuite(facts, .init = set_up, .fini = tear_down);

static struct term iri(const char *text)
{
    return (struct term){TERM_IRI, slice_of(text), {0}, {0}};
}

static struct term literal(const char *text, const char *datatype)
{
    return (struct term){TERM_LITERAL, slice_of(text), slice_of(datatype), {0}};
}

static void say(size_t graph, const char *s, const char *p, struct term object)
{
    struct change change = {CHANGE_INSERT, iri(s), iri(p), object};
    struct engine_input in = {.graph = graph, .changes = &change, .count = 1};
    struct engine_turn turn = {.inputs = &in, .input_count = 1};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(engine, &turn, &report), ERR_OK);
}

static struct id id_of(size_t graph, const char *text)
{
    struct term t = iri(text);
    return id_of_entity(engine_state(engine)->graphs[graph].tag, &t);
}

static struct fact *facts;
static size_t count;

static int ask(const struct state *s, const char *entity, struct facts_query q)
{
    struct facts *f;
    facts = NULL;
    count = 0;
    cr_assert_eq(facts_open(engine, s, &f), ERR_OK);
    int rc = facts_read(f, id_of(0, entity), &q, arena, &facts, &count);
    for (size_t i = 0; i < count; i++) /* lent from the reader */
        facts[i].relation = arena_copy(arena, facts[i].relation);
    facts_close(f);
    return rc;
}

static void expect(size_t i, const char *relation, bool inverse, const char *entity,
                   const char *text)
{
    cr_assert_lt(i, count);
    cr_expect(slice_equal(facts[i].relation, slice_of(relation)), "%zu: %.*s", i,
              (int)facts[i].relation.len, facts[i].relation.data);
    cr_expect_eq(facts[i].inverse, inverse);
    cr_expect_eq(facts[i].value, !*entity);
    cr_expect(slice_equal(facts[i].iri, slice_of(entity)));
    cr_expect(slice_equal(facts[i].text, slice_of(text)), "%zu: %.*s", i, (int)facts[i].text.len,
              facts[i].text.data);
}

static const struct facts_query all = {.each = 10, .most = 100};

Test(facts, tells_values_neighbours_and_who_speaks_of_it)
{
    say(0, "http://l/1", LABEL, literal("Kites", ""));
    say(0, "http://l/1", TYPE, iri("http://l/Film"));
    say(0, "http://l/1", "http://l/also", literal("The kites", ""));
    say(0, "http://l/1", "http://l/note", literal("ignored", ""));
    say(0, "http://l/1", "http://l/year", literal("2009", GYEAR));
    say(0, "http://l/1", "http://l/isbn", literal("978-3", ""));
    say(0, "http://l/1", "http://l/made", iri("http://l/ada"));
    say(0, "http://l/1", "http://l/made", iri("http://l/77"));
    say(0, "http://l/ada", LABEL, literal("Ada Marsh", ""));
    say(0, "http://l/ada", "http://l/saw", iri("http://l/1"));
    say(1, "http://l/1", "http://l/year", literal("1999", GYEAR));
    cr_assert_eq(ask(engine_state(engine), "http://l/1", all), ERR_OK);
    cr_assert_eq(count, 5, "%zu", count);
    bool ada = facts[0].text.len;
    expect(!ada, "by", false, "http://l/ada", "Ada Marsh");
    expect(ada, "by", false, "http://l/77", "");
    expect(2, "key:isbn", false, "", "978-3");
    cr_expect(facts[2].key && !facts[3].key);
    expect(3, "year", false, "", "2009");
    cr_expect(slice_equal(facts[3].datatype, slice_of(GYEAR)));
    expect(4, "saw", true, "http://l/ada", "Ada Marsh");
    cr_assert_eq(ask(engine_state(engine), "http://l/ada", all), ERR_OK);
    cr_assert_eq(count, 2);
    expect(0, "saw", false, "http://l/1", "Kites");
    expect(1, "by", true, "http://l/1", "Kites");
    cr_expect_eq(ask(engine_state(engine), "http://l/nobody", all), ERR_NOT_FOUND);
}

Test(facts, one_relation_one_way_and_so_many)
{
    for (int i = 0; i < 30; i++) {
        char film[32];
        snprintf(film, sizeof(film), "http://l/%d", i);
        say(0, film, "http://l/made", iri("http://l/ada"));
        say(0, "http://l/ada", "http://l/liked", iri(film));
    }
    say(0, "http://l/ada", "http://l/made", iri("http://l/son"));
    struct facts_query q = {.relation = slice_of("by"), .each = 7, .most = 100};
    cr_assert_eq(ask(engine_state(engine), "http://l/ada", q), ERR_OK);
    cr_assert_eq(count, 1);
    expect(0, "by", false, "http://l/son", "son");
    q.inverse = true;
    cr_assert_eq(ask(engine_state(engine), "http://l/ada", q), ERR_OK);
    cr_expect_eq(count, 7);
    cr_expect(facts[6].inverse);
    q.relation = slice_of("made");
    cr_assert_eq(ask(engine_state(engine), "http://l/ada", q), ERR_OK);
    cr_expect_eq(count, 0, "its shared name is another");
    cr_assert_eq(ask(engine_state(engine), "http://l/ada", all), ERR_OK);
    cr_expect_eq(count, 21);
    struct facts_query few = {.each = 8, .most = 10};
    cr_assert_eq(ask(engine_state(engine), "http://l/ada", few), ERR_OK);
    cr_expect_eq(count, 10);
}

Test(facts, of_a_view_as_it_was)
{
    struct state view;
    say(0, "http://l/1", "http://l/year", literal("2009", GYEAR));
    cr_assert_eq(state_view_open(engine_state(engine), &view), ERR_OK);
    say(0, "http://l/1", "http://l/country", literal("Finland", ""));
    cr_assert_eq(ask(&view, "http://l/1", all), ERR_OK);
    cr_expect_eq(count, 1);
    expect(0, "year", false, "", "2009");
    state_view_close(&view);
}

Test(facts, relations_of_a_catalog_or_of_all)
{
    struct facts *f;
    struct facts_relation *relations;
    size_t n;
    say(0, "http://l/1", "http://l/made", iri("http://l/ada"));
    say(0, "http://l/1", "http://l/by", iri("http://l/ada"));
    say(0, "http://l/1", "http://l/isbn", literal("978-3", ""));
    say(0, "http://l/1", LABEL, literal("Kites", ""));
    say(1, "http://r/1", "http://r/year", literal("1999", GYEAR));
    cr_assert_eq(facts_open(engine, engine_state(engine), &f), ERR_OK);
    facts_relations(f, 0, arena, &relations, &n);
    cr_assert_eq(n, 2);
    cr_expect(slice_equal(relations[0].name, slice_of("by")));
    cr_expect_eq(relations[0].triples, 2, "of two predicates");
    cr_expect(slice_equal(relations[1].name, slice_of("key:isbn")));
    facts_relations(f, 2, arena, &relations, &n);
    cr_expect_eq(n, 3);
    facts_relations(f, 1, arena, &relations, &n);
    cr_assert_eq(n, 1);
    cr_expect(slice_equal(relations[0].name, slice_of("year")));
    facts_close(f);
}
