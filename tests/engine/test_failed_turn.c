/*
 * What a turn leaves behind that ran out of memory, wherever it did: nothing.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/engine/engine.h"
#include "alignd/state/outbox.h"
#include "alignd/graph/id.h"
#include "alignd/model/model.h"
#include "memory_fault.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PATH "/failed-turn"

/* Under a sanitizer everything takes ten times as long. */
#ifdef __SANITIZE_ADDRESS__
#define STEP 23
#else
#define STEP 1
#endif

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
    cr_assert_eq(model_with_level1(of_nameless, MODEL_LEVEL1_ALL, &model), ERR_OK);
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
    memory_fault_disarm();
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

static const struct change outcast[] = {
    {CHANGE_INSERT,
     {.kind = TERM_IRI, .text = {"http://r/9", 10}},
     {.kind = TERM_IRI, .text = {LABEL, sizeof(LABEL) - 1}},
     {.kind = TERM_LITERAL, .text = {"Outcast of the Islands", 22}}},
};

/* --- what is compared --- */

struct outcome {
    uint64_t digests[KV_FAMILIES], head, events, inserted, deleted;
    struct state_totals totals;
};

static struct outcome outcome_of_store(void)
{
    struct outcome o = {.head = engine_head(engine)};
    for (int f = 0; f < KV_FAMILIES; f++)
        o.digests[f] = engine_digest(engine, (enum kv_family)f);
    engine_get_totals(engine, &o.totals);
    return o;
}

static void expect_same_store(const struct outcome *a, const struct outcome *b, size_t after)
{
    for (int f = 0; f < KV_FAMILIES; f++)
        cr_assert_eq(a->digests[f], b->digests[f], "allocation %zu: %s differs", after,
                     kv_family_name((enum kv_family)f));
    cr_assert_eq(memcmp(&a->totals, &b->totals, sizeof(a->totals)), 0, "allocation %zu", after);
}

/* A turn, again when it failed: then the store is what it was before. */
static void run_anyhow(const struct engine_turn *turn, size_t after, struct outcome *sum)
{
    struct engine_report r;
    struct outcome before = outcome_of_store();
    int rc = engine_run_turn(engine, turn, &r);
    if (rc) {
        cr_assert_eq(rc, ERR_NO_MEMORY, "allocation %zu: %s", after, err_text(rc));
        struct outcome now = outcome_of_store();
        expect_same_store(&before, &now, after);
        cr_assert_eq(now.head, before.head);
        cr_assert_eq(engine_run_turn(engine, turn, &r), ERR_OK, "allocation %zu", after);
    }
    sum->events += r.matches + r.unmatches + r.updates;
    sum->inserted += r.inserted;
    sum->deleted += r.deleted;
}

/* The changes and all that follows from them; ret_hit: memory ran out on the way. */
static struct outcome change_and_settle(enum change_op there, enum change_op back, size_t after,
                                        bool *ret_hit)
{
    struct change changes[16];
    struct outcome sum = {0};
    uint64_t head = engine_head(engine);
    struct engine_input input = {.changes = changes, .count = make_changes(there, back, changes)};
    struct engine_turn turn = {.inputs = &input, .input_count = 1}, nothing = {0};
    if (ret_hit)
        memory_fault_arm(after, false);
    run_anyhow(&turn, after, &sum);
    while (engine_dirty_count(engine))
        run_anyhow(&nothing, after, &sum);
    if (ret_hit)
        *ret_hit = memory_fault_disarm();
    struct outcome o = outcome_of_store();
    o.head -= head;
    o.events = sum.events;
    o.inserted = sum.inserted;
    o.deleted = sum.deleted;
    return o;
}

Test(failed_turn, wherever_memory_runs_out_nothing_is_lost_and_nothing_told_twice)
{
    load_catalogs();
    run(1, outcast, 1);
    struct outcome there = change_and_settle(CHANGE_INSERT, CHANGE_DELETE, 0, NULL);
    struct outcome back = change_and_settle(CHANGE_DELETE, CHANGE_INSERT, 0, NULL);
    cr_assert_gt(there.events, 1);
    bool hit = true;
    size_t after = 0;
    for (; hit; after += STEP) {
        struct outcome o = change_and_settle(CHANGE_INSERT, CHANGE_DELETE, after, &hit);
        expect_same_store(&o, &there, after);
        cr_assert_eq(o.events, there.events, "allocation %zu: %llu events, not %llu", after,
                     (unsigned long long)o.events, (unsigned long long)there.events);
        cr_assert_eq(o.head, there.head, "allocation %zu", after);
        cr_assert_eq(o.inserted, there.inserted);
        cr_assert_eq(o.deleted, there.deleted);
        o = change_and_settle(CHANGE_DELETE, CHANGE_INSERT, after, NULL);
        expect_same_store(&o, &back, after);
    }
    cr_expect_gt(after, 100); /* what never runs out proves nothing */
}

static int fail_turn(bool lasting, int expected)
{
    struct change changes[16];
    struct engine_input input = {.changes = changes,
                                 .count = make_changes(CHANGE_INSERT, CHANGE_DELETE, changes)};
    struct engine_turn turn = {.inputs = &input, .input_count = 1};
    struct engine_report report;
    log_set_level((enum log_level) - 1);
    memory_fault_arm(0, lasting);
    cr_assert_eq(engine_run_turn(engine, &turn, &report), expected);
    memory_fault_disarm();
    return engine_run_turn(engine, &turn, &report);
}

static void put_bytes(enum kv_family family, struct slice key, struct slice value)
{
    struct kv_batch *batch = kv_batch_new();
    kv_batch_put(kv, batch, family, key, value);
    cr_assert_eq(kv_write(kv, batch, false), ERR_OK);
    kv_batch_free(batch);
}

static void put_row(enum kv_family family, const char *key, const char *value)
{
    put_bytes(family, slice_of(key), slice_of(value));
}

Test(failed_turn, memory_that_lacks_for_long_keeps_no_turn_from_being_dropped)
{
    load_catalogs();
    cr_expect_eq(fail_turn(true, ERR_NO_MEMORY), ERR_OK);
}

Test(failed_turn, what_is_dropped_asks_nothing_of_the_store)
{
    load_catalogs();
    put_row(KV_DIRTY, "no key of it", "");
    put_row(KV_META, "rescore", "no such row");
    cr_expect_eq(fail_turn(false, ERR_NO_MEMORY), ERR_OK);
}

Test(failed_turn, after_a_row_that_cannot_be_read_there_is_no_further_turn)
{
    struct engine_turn nothing = {0};
    struct engine_report report;
    load_catalogs();
    engine_close(engine); /* its caches know the rows */
    cr_assert_eq(engine_open(kv, &options, &engine), ERR_OK);
    struct term director = iri("http://l/reed");
    char key[ID_BYTES];
    id_put(key, id_of_entity(id_graph_tag(slice_of("left")), &director));
    put_bytes(KV_NODES, (struct slice){key, sizeof(key)}, slice_of("no node"));
    cr_expect_eq(fail_turn(false, ERR_NO_MEMORY), ERR_STORE);
    cr_expect_eq(engine_run_turn(engine, &nothing, &report), ERR_STORE);
}
