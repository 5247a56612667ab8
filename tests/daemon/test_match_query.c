#include "alignd/daemon/match_query.h"

#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/engine/engine.h"
#include "alignd/model/model.h"

#include <criterion/criterion.h>

static const char *const graphs[] = {"a", "b"};
static struct kv *kv;
static struct model *model;
static struct engine *engine;

/* Two graphs that both know a film of one title. */
static void set_up(void)
{
    struct kv_options options = kv_options_default();
    struct engine_options eo = engine_options_default();
    struct engine_report report;
    options.create = options.in_memory = true;
    cr_assert_eq(kv_open("/match-query", &options, &kv), 0);
    cr_assert_eq(model_new_default(1, &model), 0);
    eo.graphs[0] = graphs[0];
    eo.graphs[1] = graphs[1];
    eo.graph_count = 2;
    eo.model = model;
    cr_assert_eq(engine_open(kv, &eo, &engine), 0);
    struct term label = {
        TERM_IRI, slice_of("http://www.w3.org/2000/01/rdf-schema#label"), {0}, {0}};
    struct term by = {TERM_IRI, slice_of("http://x/director"), {0}, {0}};
    struct term title = {TERM_LITERAL, slice_of("Spirited \"Away\""), {0}, {0}};
    struct term name = {TERM_LITERAL, slice_of("Hayao Miyazaki"), {0}, {0}};
    struct term film = {TERM_IRI, slice_of("http://a/1"), {0}, {0}};
    struct term twin = {TERM_BLANK, slice_of("n1"), {0}, {0}};
    struct term who = {TERM_IRI, slice_of("http://a/2"), {0}, {0}};
    struct change of_a[] = {{CHANGE_INSERT, film, label, title},
                            {CHANGE_INSERT, film, by, who},
                            {CHANGE_INSERT, who, label, name}};
    struct change of_b[] = {{CHANGE_INSERT, twin, label, title},
                            {CHANGE_INSERT, twin, by, who},
                            {CHANGE_INSERT, who, label, name}};
    struct engine_input inputs[] = {{.graph = 0, .changes = of_a, .count = 3},
                                    {.graph = 1, .changes = of_b, .count = 3}};
    struct engine_turn turn = {.inputs = inputs, .input_count = 2};
    cr_assert_eq(engine_run_turn(engine, &turn, &report), 0);
}

static void tear_down(void)
{
    engine_close(engine);
    model_free(model);
    kv_close(kv);
}

TestSuite(match_query, .init = set_up, .fini = tear_down);

/* The match of an entity as JSON; checks that it is known to one graph. */
static struct json *ask(const char *entity, const struct json **ret_graph)
{
    struct buf out = {0};
    struct json_error error;
    cr_assert_eq(match_query_write(&out, engine_state(engine), 0.5f, slice_of(entity)), 0);
    struct json *json = json_parse(buf_slice(&out), &error);
    cr_assert(json, "%s", error.message);
    cr_assert_eq(json_size(json_get(json, "graphs")), 1);
    *ret_graph = json_at(json_get(json, "graphs"), 0);
    buf_fini(&out);
    return json;
}

static void expect_text(const struct json *json, const char *key, const char *want)
{
    struct slice text;
    cr_assert(json_read_string(json_get(json, key), &text), "no %s", key);
    cr_expect(slice_equal(text, slice_of(want)), "%s is '%.*s'", key, (int)text.len, text.data);
}

Test(match_query, tells_the_partner_from_either_side)
{
    const struct json *graph;
    struct json *json = ask("http://a/1", &graph);
    expect_text(graph, "graph", "a");
    expect_text(graph, "label", "Spirited \"Away\"");
    const struct json *partner = json_at(json_get(graph, "matches"), 0);
    expect_text(partner, "id", "_:n1");
    expect_text(partner, "graph", "b");
    json_free(json);

    json = ask("_:n1", &graph);
    expect_text(graph, "graph", "b");
    expect_text(json_at(json_get(graph, "matches"), 0), "id", "http://a/1");
    json_free(json);
}

Test(match_query, an_unknown_entity_is_not_found)
{
    struct buf out = {0};
    cr_expect_eq(match_query_write(&out, engine_state(engine), 0.5f, slice_of("http://a/3")),
                 ERR_NOT_FOUND);
    cr_expect_eq(match_query_write(&out, engine_state(engine), 0.5f, slice_of("")), ERR_NOT_FOUND);
    cr_expect_eq(match_query_write(&out, engine_state(engine), 0.5f, slice_of("_:")),
                 ERR_NOT_FOUND);
    cr_expect_eq(out.len, 0);
    buf_fini(&out);
}

Test(match_query, an_entity_is_told_with_its_counts_names_and_standing)
{
    struct buf out = {0};
    struct json_error error;
    int64_t n;
    bool pinned = true;
    cr_assert_eq(match_query_write_entity(&out, engine_state(engine), 0.5f, 100, NULL,
                                          slice_of("http://a/1")),
                 0);
    struct json *json = json_parse(buf_slice(&out), &error);
    cr_assert(json, "%s", error.message);
    const struct json *graph = json_at(json_get(json, "graphs"), 0);
    cr_expect(json_read_integer(json_get(graph, "triples"), &n) && n == 2);
    cr_expect(json_read_integer(json_get(graph, "mentions"), &n) && n == 0);
    cr_expect(json_get(graph, "names") && json_size(json_get(graph, "names")) == 0);
    const struct json *partner = json_at(json_get(graph, "matches"), 0);
    expect_text(partner, "id", "_:n1");
    cr_expect(json_read_bool(json_get(partner, "pinned"), &pinned) && !pinned);
    cr_expect_null(json_get(partner, "cluster"), "of two catalogs that says nothing");
    json_free(json);
    buf_clear(&out);
    cr_expect_eq(match_query_write_entity(&out, engine_state(engine), 0.5f, 100, NULL,
                                          slice_of("http://a/3")),
                 ERR_NOT_FOUND);
    buf_fini(&out);
}
