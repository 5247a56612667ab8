/*
 * What reads a store outside the turns, where memory runs out: it says so, gives no
 * half answer and keeps nothing of what it took.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/engine/explain.h"
#include "alignd/state/identity.h"
#include "alignd/state/match_list.h"
#include "alignd/state/triples.h"
#include "alignd/engine/verify.h"
#include "alignd/graph/mapping.h"
#include "alignd/model/model.h"
#include "memory_fault.h"

#include <criterion/criterion.h>
#include <inttypes.h>

#define PATH "/out-of-memory"

static struct model *model;
static struct kv *kv;
static struct mapping *mapping;
static struct engine_options options;

static void set_up(void)
{
    struct kv_options k = kv_options_default();
    k.in_memory = true;
    k.cache_bytes = k.write_buffer_bytes = 1 << 20;
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    cr_assert_eq(model_new_default(1, &model), ERR_OK);
    options = engine_options_default();
    options.graphs[0] = "left";
    options.graphs[1] = "right";
    options.graph_count = 2;
    options.model = model;
    options.model_path = "a/model";
    cr_assert_eq(mapping_parse(slice_of("left\thttp://v/city\tplace\n"), "mapping", &mapping),
                 ERR_OK);
    options.mapping = mapping;
    options.sync = false;
    options.threads = 1; /* so that allocations come in one order */
    options.row_cache_bytes = options.profile_cache_bytes = 1 << 16;
}

static void tear_down(void)
{
    kv_close(kv);
    kv_destroy(PATH, true);
    model_free(model);
    mapping_close(mapping);
}

TestSuite(out_of_memory, .init = set_up, .fini = tear_down, .timeout = 600);

static struct engine *open_engine(void)
{
    struct engine *e;
    cr_assert_eq(engine_open(kv, &options, &e), ERR_OK);
    return e;
}

static struct term iri(const char *text)
{
    return (struct term){.kind = TERM_IRI, .text = slice_of(text)};
}

static struct term literal(const char *text, const char *datatype, const char *lang)
{
    return (struct term){.kind = TERM_LITERAL,
                         .text = slice_of(text),
                         .datatype = slice_of(datatype),
                         .lang = slice_of(lang)};
}

static struct term blank(const char *label)
{
    return (struct term){.kind = TERM_BLANK, .text = slice_of(label)};
}

#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"
#define TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
#define YEAR "http://www.w3.org/2001/XMLSchema#gYear"

/* Every kind of term, and values enough that the second of them finds its text begun. */
static void load(void)
{
    struct engine *e = open_engine();
    const struct change film[] = {
        {CHANGE_INSERT, iri("http://l/1"), iri(LABEL), literal("The Third Man", "", "en")},
        {CHANGE_INSERT, iri("http://l/1"), iri(TYPE), iri("http://v/Film")},
        {CHANGE_INSERT, iri("http://l/1"), iri("http://v/director"), iri("http://l/2")},
        {CHANGE_INSERT, iri("http://l/1"), iri("http://v/year"), literal("1949", YEAR, "")},
        {CHANGE_INSERT, iri("http://l/1"), iri("http://v/city"), literal("Vienna", "", "")},
        {CHANGE_INSERT, iri("http://l/1"), iri("http://v/tool"), literal("The Zither", "", "")},
        {CHANGE_INSERT, iri("http://l/2"), iri(LABEL), literal("Carol Reed", "", "")},
        {CHANGE_INSERT, blank("b"), iri(LABEL), literal("Night Train to Oulu", "", "")},
    };
    const struct engine_input inputs[] = {{.graph = 0, .changes = film, .count = 8},
                                          {.graph = 1, .changes = film, .count = 8}};
    struct engine_turn turn = {.inputs = inputs, .input_count = 2}, rest = {0};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(e, &turn, &report), ERR_OK);
    while (engine_dirty_count(e))
        cr_assert_eq(engine_run_turn(e, &rest, &report), ERR_OK);
    engine_close(e);
}

/* --- the readers; each writes what it found --- */

typedef int reader(struct engine *e, size_t after, bool *ret_hit, struct buf *out);

static void say(struct buf *out, struct slice s)
{
    buf_append_format(out, "[%.*s]", (int)s.len, s.data ? s.data : "");
}

static int read_explanation(struct engine *e, size_t after, bool *ret_hit, struct buf *out)
{
    struct term film = iri("http://l/1");
    struct arena *arena = arena_new();
    struct explanation x;
    int missing;
    memory_fault_arm(after, false);
    int rc = engine_explain(e, 0, &film, 1, &film, arena, &x, &missing);
    *ret_hit = memory_fault_disarm();
    for (int side = 0; side < 2 && !rc; side++) {
        const struct explain_side *s = &x.side[side];
        say(out, s->iri);
        say(out, s->label);
        say(out, s->type);
        for (size_t i = 0; i < s->neighbour_count; i++)
            say(out, s->neighbours[i].name);
    }
    for (size_t i = 0; !rc && i < x.block_count; i++) {
        buf_append_format(out, "\n%s", x.blocks[i].kind);
        say(out, x.blocks[i].relation);
        say(out, x.blocks[i].text);
    }
    arena_free(arena);
    return rc;
}

static int say_triples(void *arg, size_t graph, const struct change *changes, size_t count)
{
    struct buf *out = arg;
    for (size_t i = 0; i < count; i++) {
        buf_append_format(out, "\n%zu", graph);
        say(out, changes[i].subject.text);
        say(out, changes[i].predicate.text);
        say(out, changes[i].object.text);
        say(out, changes[i].object.datatype);
        say(out, changes[i].object.lang);
    }
    return ERR_OK;
}

static int read_triples(struct engine *e, size_t after, bool *ret_hit, struct buf *out)
{
    buf_extend(out, 1 << 16); /* what is written needs no more */
    buf_clear(out);
    memory_fault_arm(after, false);
    int rc = triples_each(engine_state(e), say_triples, out);
    *ret_hit = memory_fault_disarm();
    return rc;
}

static int say_match(void *arg, const struct match *m)
{
    say(arg, m->subject);
    say(arg, m->object);
    say(arg, m->subject_label);
    say(arg, m->type);
    return ERR_OK;
}

static int read_matches(struct engine *e, size_t after, bool *ret_hit, struct buf *out)
{
    buf_extend(out, 1 << 16);
    buf_clear(out);
    memory_fault_arm(after, false);
    int rc = match_list_each(engine_state(e), say_match, out);
    *ret_hit = memory_fault_disarm();
    return rc;
}

static int read_settings(struct engine *e, size_t after, bool *ret_hit, struct buf *out)
{
    (void)e;
    struct arena *arena = arena_new();
    struct engine_options o = {0};
    struct slice text, lines;
    memory_fault_arm(after, false);
    int rc = engine_read_settings(kv, arena, &o, &text);
    if (!rc)
        rc = identity_read_settings(kv, arena, &lines);
    *ret_hit = memory_fault_disarm();
    if (!rc) {
        buf_append_format(out, "%s, %s and %s", o.model_path, o.graphs[0], o.graphs[1]);
        say(out, text);
        say(out, lines);
    }
    arena_free(arena);
    return rc;
}

static int verified(struct engine *e, size_t after, bool *ret_hit, struct buf *out, bool by_turns)
{
    struct verify_options o = {.by_turns = by_turns};
    struct verify_report report;
    memory_fault_arm(after, false);
    int rc = verify_store(e, &o, &report);
    *ret_hit = memory_fault_disarm();
    buf_append_format(out, "%" PRIu64 " triples", report.triples);
    return rc;
}

static int read_verified_by_turns(struct engine *e, size_t after, bool *ret_hit, struct buf *out)
{
    return verified(e, after, ret_hit, out, true);
}

/* --- */

static void run_short_of_memory(reader *read, size_t step)
{
    struct buf whole = {0};
    bool hit;
    load();
    log_set_level((enum log_level) - 1);
    struct engine *e = open_engine();
    cr_assert_eq(read(e, SIZE_MAX, &hit, &whole), ERR_OK);
    engine_close(e);
    size_t live = memory_fault_live();
    hit = true;
    for (size_t after = 0; hit; after += step) {
        struct buf out = {0};
        e = open_engine();
        int rc = read(e, after, &hit, &out);
        if (rc)
            cr_assert_eq(rc, ERR_NO_MEMORY, "allocation %zu: %s", after, err_text(rc));
        else
            cr_assert(slice_equal(buf_slice(&out), buf_slice(&whole)), "allocation %zu: %.*s",
                      after, (int)out.len, out.data);
        engine_close(e);
        buf_fini(&out);
        cr_assert_eq(memory_fault_live(), live, "allocation %zu: %zu are left", after,
                     memory_fault_live() - live);
    }
    buf_fini(&whole);
}

Test(out_of_memory, an_explanation_is_whole_or_none)
{
    run_short_of_memory(read_explanation, 1);
}

Test(out_of_memory, a_triple_is_not_taken_for_another)
{
    run_short_of_memory(read_triples, 1);
}

Test(out_of_memory, a_match_is_named_or_not_told)
{
    run_short_of_memory(read_matches, 1);
}

Test(out_of_memory, settings_are_not_taken_for_the_defaults)
{
    run_short_of_memory(read_settings, 1);
}

Test(out_of_memory, a_store_is_not_said_to_differ)
{
    run_short_of_memory(read_verified_by_turns, 11);
}
