/* How a store's triples and its mapping meet (state/coverage.h), of one that an engine made. */
#include "alignd/state/coverage.h"

#include "alignd/base/err.h"
#include "alignd/engine/engine.h"
#include "alignd/model/model.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PATH "/coverage"

static struct model *model;
static struct mapping *mapping;
static struct kv *kv;
static struct engine *engine;
static struct arena *arena;

static void set_up(void)
{
    struct kv_options k = kv_options_default();
    struct engine_options options = engine_options_default();
    k.in_memory = true;
    arena = arena_new();
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    cr_assert_eq(model_load_default(&model), ERR_OK);
    cr_assert_eq(
        mapping_parse(slice_of("a\thttp://a/title\tlabel\na\thttp://a/titel\tlabel\n"
                               "a\thttp://a/Film\ttype:film\na\thttp://a/Movie\ttype:film\n"
                               "a\thttp://a/Flim\ttype:film\na\tyear\tdate\n"
                               "b\thttp://b/name\tlabel\nb\thttp://b/Film\ttype:film\n"
                               "b\tmaker\tref:maker:firm\nb\tfirm\ttype:company\n"),
                      "mapping", &mapping),
        ERR_OK);
    options.graphs[0] = "a";
    options.graphs[1] = "b";
    options.graph_count = 2;
    options.model = model;
    options.mapping = mapping;
    options.sync = false;
    cr_assert_eq(engine_open(kv, &options, &engine), ERR_OK);
}

static void tear_down(void)
{
    engine_close(engine);
    kv_close(kv);
    kv_destroy(PATH, true);
    model_free(model);
    mapping_close(mapping);
    arena_free(arena);
}

TestSuite(coverage, .init = set_up, .fini = tear_down);

static struct term term(enum term_kind kind, const char *text)
{
    return (struct term){.kind = kind, .text = slice_of(text)};
}

static void insert(size_t graph, const char *s, const char *p, enum term_kind kind, const char *o)
{
    struct change change = {CHANGE_INSERT, term(TERM_IRI, s), term(TERM_IRI, p), term(kind, o)};
    struct engine_input input = {.graph = graph, .changes = &change, .count = 1};
    struct engine_turn turn = {.inputs = &input, .input_count = 1};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(engine, &turn, &report), ERR_OK);
}

#define TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

static void fill(void)
{
    insert(0, "http://a/1", TYPE, TERM_IRI, "http://a/Film");
    insert(0, "http://a/1", "http://a/title", TERM_LITERAL, "Night Train");
    insert(0, "http://a/1", "http://a/year", TERM_LITERAL, "1999");
    insert(0, "http://a/2", TYPE, TERM_IRI, "http://a/Movie");
    insert(0, "http://a/2", "http://a/budget", TERM_LITERAL, "7");
    insert(0, "http://a/3", TYPE, TERM_IRI, "http://a/Studio");
    insert(1, "http://b/1", TYPE, TERM_IRI, "http://b/Film");
    insert(1, "http://b/1", "http://b/caption", TERM_LITERAL, "Harbour Patrol");
    insert(1, "http://b/1", "http://b/country", TERM_LITERAL, "UK");
    insert(1, "http://b/2", "http://b/caption", TERM_LITERAL, "Slow Junction");
    insert(1, "http://b/2", "http://b/country", TERM_LITERAL, "UK");
}

Test(coverage, rows_types_and_predicates_are_told_that_met_nothing)
{
    struct coverage c;
    struct coverage_options options = {.entities = 1000};
    fill();
    cr_assert_eq(coverage_read(engine_state(engine), mapping, &options, arena, &c), ERR_OK);
    const bool met[] = {true, false, true, true, false, true, false, true};
    for (size_t i = 0; i < sizeof(met) / sizeof(*met); i++)
        cr_expect_eq(c.met[i], met[i], "row %zu", i + 1);
    const struct coverage_graph *a = &c.graphs[0];
    cr_expect(a->whole);
    cr_assert_eq(a->type_count, 2);
    cr_expect(slice_equal(a->types[0].name, slice_of("film")));
    cr_expect_eq(a->types[0].entities, 2);
    cr_expect_eq(a->types[0].labelled, 1);
    cr_expect_eq(a->types[0].others, 1);
    cr_expect(slice_equal(a->types[1].name, slice_of("Studio")));
    cr_expect_eq(a->types[1].others, 0);
    for (size_t i = 0; i < a->predicate_count; i++) {
        bool budget = slice_equal(a->predicates[i].predicate->iri, slice_of("http://a/budget"));
        bool year = slice_equal(a->predicates[i].predicate->iri, slice_of("http://a/year"));
        cr_expect_eq(a->predicates[i].corresponds, !budget && !year);
        cr_expect(!budget || !a->predicates[i].has_row);
    }
}

Test(coverage, who_is_called_by_its_name_has_a_label_and_a_type)
{
    struct coverage c;
    struct coverage_options options = {.entities = 1000};
    insert(1, "http://b/1", "http://b/maker", TERM_IRI, "http://b/firm/name:Kestrel%20%26%20Otter");
    cr_assert_eq(coverage_read(engine_state(engine), mapping, &options, arena, &c), ERR_OK);
    cr_expect(c.met[8] && c.met[9]);
    const struct coverage_graph *b = &c.graphs[1];
    for (size_t i = 0; i < b->type_count; i++)
        if (slice_equal(b->types[i].name, slice_of("company")))
            cr_expect_eq(b->types[i].labelled, 1);
    cr_expect_eq(b->type_count, 2);
    cr_expect_eq(b->labelled, 1);
}

Test(coverage, a_graph_without_labels_is_told_and_what_a_label_may_be)
{
    bool has_label;
    struct coverage_name names[2];
    size_t count;
    const struct state *s = engine_state(engine);
    cr_assert_eq(coverage_has_label(s, 1, &has_label), ERR_OK);
    cr_expect(has_label, "an empty graph is no fault");
    fill();
    cr_assert_eq(coverage_has_label(s, 0, &has_label), ERR_OK);
    cr_expect(has_label);
    cr_assert_eq(coverage_has_label(s, 1, &has_label), ERR_OK);
    cr_expect_not(has_label);
    cr_assert_eq(coverage_find_names(s, 1, arena, names, 2, &count), ERR_OK);
    cr_assert_eq(count, 2);
    cr_expect(slice_equal(names[0].predicate->iri, slice_of("http://b/caption")));
    cr_expect_eq(names[0].texts, 2);
}
