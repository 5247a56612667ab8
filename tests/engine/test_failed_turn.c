/*
 * A turn that meets a damaged row.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/engine/engine.h"
#include "alignd/graph/id.h"
#include "alignd/model/model.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PATH "/failed-turn"

static struct model *model;
static struct kv *kv;
static struct engine *engine;
static struct engine_options options;

static void set_up(void)
{
    struct kv_options k = kv_options_default();
    k.in_memory = true;
    k.cache_bytes = k.write_buffer_bytes = 1 << 20;
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    struct model *of_nameless;
    cr_assert_eq(model_new_default(1, &of_nameless), ERR_OK);
    /* who looks at everybody's neighbourhood has more to put off */
    model_with_level1(of_nameless, MODEL_LEVEL1_ALL, &model);
    model_free(of_nameless);
    options = engine_options_default();
    options.graphs[0] = "left";
    options.graphs[1] = "right";
    options.graph_count = 2;
    options.model = model;
    options.sync = false;
    options.threads = 1; /* so that allocations come in one order */
    options.hub_chunk = 3;
    options.dirty_budget = 2; /* some of it is put off */
    options.row_cache_bytes = options.profile_cache_bytes = 1 << 20;
    cr_assert_eq(engine_open(kv, &options, &engine), ERR_OK);
}

static void tear_down(void)
{
    engine_close(engine);
    kv_close(kv);
    kv_destroy(PATH, true);
    model_free(model);
}

TestSuite(failed_turn, .init = set_up, .fini = tear_down, .timeout = 600);

/* --- a catalog of films, of which each turn changes the same things to and fro --- */

#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"

static struct term iri(const char *text)
{
    return (struct term){.kind = TERM_IRI, .text = slice_of(text)};
}

static struct term text(const char *words)
{
    return (struct term){.kind = TERM_LITERAL, .text = slice_of(words)};
}

static struct term blank(const char *label)
{
    return (struct term){.kind = TERM_BLANK, .text = slice_of(label)};
}

/* Both graphs know the director, of so many films that he is visited in chunks. */
static const char *const titles[] = {"The Third Man", "Night Train to Oulu", "Odd Man Out",
                                     "The Fallen Idol", "Our Man in Havana"};
#define FILMS 5

static void run(size_t graph, const struct change *changes, size_t count)
{
    struct engine_input input = {.graph = graph, .changes = changes, .count = count};
    struct engine_turn turn = {.inputs = &input, .input_count = 1};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(engine, &turn, &report), ERR_OK);
}

static void load_catalogs(void)
{
    for (size_t graph = 0; graph < 2; graph++) {
        struct term director = iri(graph ? "http://r/reed" : "http://l/reed");
        struct change named = {CHANGE_INSERT, director, iri(LABEL), text("Carol Reed")};
        run(graph, &named, 1);
        for (size_t i = 0; i < FILMS; i++) {
            char name[32];
            snprintf(name, sizeof(name), "http://%c/%zu", graph ? 'r' : 'l', i);
            const struct change film[] = {
                {CHANGE_INSERT, iri(name), iri(LABEL), text(titles[i])},
                {CHANGE_INSERT, iri(name), iri("http://v/director"), director},
            };
            run(graph, film, 2);
        }
    }
}

/* Matches, an unmatch, a blank node, a value, and a hub that is called otherwise. */
static size_t make_changes(enum change_op there, enum change_op back, struct change *out)
{
    const struct change changes[] = {
        {back, iri("http://l/0"), iri(LABEL), text(titles[0])},
        {there, iri("http://l/0"), iri(LABEL), text("Rififi")},
        {back, iri("http://l/reed"), iri(LABEL), text("Carol Reed")},
        {there, iri("http://l/reed"), iri(LABEL), text("Sir Carol Reed")},
        {there, iri("http://l/1"), iri("http://v/year"), text("1949")},
        {there, blank("b"), iri(LABEL), text("Outcast of the Islands")},
        {there, blank("b"), iri("http://v/director"), iri("http://l/reed")},
    };
    memcpy(out, changes, sizeof(changes));
    return sizeof(changes) / sizeof(*changes);
}

static void put_bytes(enum kv_family family, struct slice key, struct slice value)
{
    struct kv_batch *batch = kv_batch_new();
    kv_batch_put(kv, batch, family, key, value);
    cr_assert_eq(kv_write(kv, batch, false), ERR_OK);
    kv_batch_free(batch);
}

Test(failed_turn, after_a_row_that_cannot_be_read_there_is_no_further_turn)
{
    struct change changes[16];
    struct engine_input input = {.changes = changes,
                                 .count = make_changes(CHANGE_INSERT, CHANGE_DELETE, changes)};
    struct engine_turn turn = {.inputs = &input, .input_count = 1}, nothing = {0};
    struct engine_report report;
    load_catalogs();
    engine_close(engine); /* its caches know the rows */
    cr_assert_eq(engine_open(kv, &options, &engine), ERR_OK);
    struct term director = iri("http://l/reed");
    char key[ID_BYTES];
    id_put(key, id_of_entity(id_graph_tag(slice_of("left")), &director));
    put_bytes(KV_NODES, (struct slice){key, sizeof(key)}, slice_of("no node"));
    log_set_level((enum log_level) - 1);
    cr_expect_eq(engine_run_turn(engine, &turn, &report), ERR_STORE);
    cr_expect_eq(engine_run_turn(engine, &nothing, &report), ERR_STORE);
}
