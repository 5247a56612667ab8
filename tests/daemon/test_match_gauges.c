/* The rows of /metrics that tell of matches, of an empty store and of a film in two graphs. */
#include "alignd/daemon/match_gauges.h"

#include "alignd/base/json.h"
#include "alignd/engine/engine.h"
#include "alignd/model/model.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static struct kv *kv;
static struct model *model;
static struct engine *engine;
static struct match_gauges gauges;

static void set_up(void)
{
    struct kv_options options = kv_options_default();
    struct engine_options eo = engine_options_default();
    options.create = options.in_memory = true;
    cr_assert_eq(kv_open("/match-gauges", &options, &kv), 0);
    cr_assert_eq(model_new_default(1, &model), 0);
    eo.graphs[0] = "a";
    eo.graphs[1] = "b";
    eo.graph_count = 2;
    eo.model = model;
    cr_assert_eq(engine_open(kv, &eo, &engine), 0);
}

static void tear_down(void)
{
    match_gauges_fini(&gauges);
    engine_close(engine);
    model_free(model);
    kv_close(kv);
}

TestSuite(match_gauges, .init = set_up, .fini = tear_down);

static void add_film(void)
{
    struct term label = {
        TERM_IRI, slice_of("http://www.w3.org/2000/01/rdf-schema#label"), {0}, {0}};
    struct term is_a = {
        TERM_IRI, slice_of("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), {0}, {0}};
    struct term by = {TERM_IRI, slice_of("http://x/director"), {0}, {0}};
    struct term title = {TERM_LITERAL, slice_of("Spirited Away"), {0}, {0}};
    struct term name = {TERM_LITERAL, slice_of("Hayao Miyazaki"), {0}, {0}};
    struct term film = {TERM_IRI, slice_of("http://a/1"), {0}, {0}};
    struct term who = {TERM_IRI, slice_of("http://a/2"), {0}, {0}};
    struct term type = {TERM_IRI, slice_of("http://x/a\"film\""), {0}, {0}};
    struct change all[] = {{CHANGE_INSERT, film, label, title},
                           {CHANGE_INSERT, film, is_a, type},
                           {CHANGE_INSERT, film, by, who},
                           {CHANGE_INSERT, who, label, name}};
    struct engine_input inputs[] = {{.graph = 0, .changes = all, .count = 4},
                                    {.graph = 1, .changes = all, .count = 4}};
    struct engine_turn turn = {.inputs = inputs, .input_count = 2};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(engine, &turn, &report), 0);
    cr_assert_gt(report.matches, 0);
}

/* The page as a C string; to be freed. */
static char *page(uint64_t every_us)
{
    const struct match_stats_options o = {0.5f, 1000, true};
    struct buf out = {0};
    cr_assert_eq(match_gauges_write(&gauges, engine_state(engine), &o, every_us, &out), 0);
    buf_append_char(&out, '\0');
    return out.data;
}

static void expect_row(const char *text, const char *row)
{
    cr_expect(strstr(text, row), "no '%s' in\n%s", row, text);
}

Test(match_gauges, types_and_bands_have_rows_and_names_are_escaped)
{
    add_film();
    char *text = page(0);
    expect_row(text, "alignd_match_stats_entities 4\n");
    expect_row(text, "film\\\"\",band=\"match\"} ");
    expect_row(text, "film\\\"\",le=\"+Inf\"} 1\n");
    expect_row(text, "\nalignd_estimated_precision{");
    expect_row(text, "\nalignd_match_confidence_count{");
    free(text);
}

Test(match_gauges, they_are_read_again_when_they_are_old)
{
    char *text = page(0);
    expect_row(text, "alignd_match_stats_entities 0\n");
    free(text);
    add_film();
    text = page(3600 * UINT64_C(1000000));
    expect_row(text, "alignd_match_stats_entities 0\n");
    free(text);
    text = page(0);
    expect_row(text, "alignd_match_stats_entities 4\n");
    free(text);
}

Test(match_gauges, json_tells_the_same_reading)
{
    const struct match_stats_options o = {0.5f, 1000, true};
    struct buf out = {0};
    struct json_error error;
    struct slice type;
    add_film();
    cr_assert_eq(match_gauges_write_json(&gauges, engine_state(engine), &o, 0, &out), 0);
    struct json *json = json_parse(buf_slice(&out), &error);
    cr_assert(json, "%s", error.message);
    cr_expect(json_get(json, "seconds_old") && json_get(json, "entities"));
    cr_expect(json_get(json_get(json, "all"), "histogram"));
    const struct json *types = json_get(json, "types");
    cr_assert_gt(json_size(types), 0);
    cr_expect(json_read_string(json_get(json_at(types, 0), "type"), &type));
    json_free(json);
    buf_fini(&out);
}
