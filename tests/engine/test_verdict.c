/* What somebody decided of pairs, through the engine's own door: what it changes, at once, and that
 * it is all gone with the verdict. */
#include "alignd/align/event.h"
#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/explain.h"
#include "alignd/engine/verify.h"
#include "alignd/graph/verdict.h"
#include "alignd/model/model.h"
#include "alignd/state/match_list.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PATH "/verdict"
#define LABEL "http://www.w3.org/2000/01/rdf-schema#label"
#define TYPE "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

enum { LEFT, RIGHT, VERDICTS };

static struct model *model;
static struct kv *kv;
static struct engine *engine;
static struct engine_options options;
static struct engine_report report;
static uint64_t read_up_to;

static void open_engine(void)
{
    struct kv_options k = kv_options_default();
    k.in_memory = true;
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    cr_assert_eq(engine_open(kv, &options, &engine), ERR_OK);
}

static void set_up(void)
{
    cr_assert_eq(model_load(TEST_DATA "/../../config/default.safetensors", &model), ERR_OK);
    options = engine_options_default();
    options.graphs[LEFT] = "left";
    options.graphs[RIGHT] = "right";
    options.graphs[VERDICTS] = VERDICT_GRAPH;
    options.graph_count = 3;
    options.model = model;
    options.sync = false;
    read_up_to = 0;
    open_engine();
}

static void tear_down(void)
{
    engine_close(engine);
    kv_close(kv);
    kv_destroy(PATH, true);
    model_free(model);
}

TestSuite(verdict, .init = set_up, .fini = tear_down);

static struct term term(const char *text)
{
    bool is_iri = strncmp(text, "http://", 7) == 0;
    return (struct term){.kind = is_iri ? TERM_IRI : TERM_LITERAL, .text = slice_of(text)};
}

static void say(size_t graph, enum change_op op, const char *s, const char *p, const char *o)
{
    struct change change = {op, term(s), term(p), term(o)};
    struct engine_input input = {.graph = graph,
                                 .changes = &change,
                                 .count = 1,
                                 .cause = {.topic = slice_of(graph == VERDICTS ? "v" : "c")}};
    struct engine_turn t = {.inputs = &input, .input_count = 1};
    cr_assert_eq(engine_run_turn(engine, &t, &report), ERR_OK);
}

static void film(size_t graph, const char *iri, const char *title, const char *director)
{
    say(graph, CHANGE_INSERT, iri, LABEL, title);
    say(graph, CHANGE_INSERT, iri, TYPE, "http://v/Film");
    say(graph, CHANGE_INSERT, iri, "http://v/director", director);
}

/* The partner of an entity; NULL: none.  *ret_pinned: by a verdict. */
struct sought {
    const char *subject;
    char found[64];
    bool pinned;
};

static int look(void *arg, const struct match *m)
{
    struct sought *s = arg;
    if (slice_equal(m->subject, slice_of(s->subject))) {
        snprintf(s->found, sizeof(s->found), "%.*s", (int)m->object.len, m->object.data);
        s->pinned = m->pinned;
        cr_expect(m->confidence >= 0 && m->confidence <= 1);
    }
    return ERR_OK;
}

static struct sought partner(const char *subject)
{
    struct sought s = {.subject = subject};
    cr_assert_eq(match_list_each(engine_state(engine), look, &s), ERR_OK);
    return s;
}

static void digests(uint64_t out[KV_FAMILIES])
{
    for (int f = 0; f < KV_FAMILIES; f++)
        out[f] = engine_digest(engine, (enum kv_family)f);
}

static void expect_digests(const uint64_t before[KV_FAMILIES])
{
    for (int f = 0; f < KV_FAMILIES; f++)
        cr_expect_eq(engine_digest(engine, (enum kv_family)f), before[f], "%s",
                     kv_family_name((enum kv_family)f));
}

/* The last event told of a pair with this subject since this was last asked. */
struct told {
    char type[16], justification[40], topic[8], object[64];
    double confidence;
};

static struct told last_told(const char *subject)
{
    struct told told = {.confidence = -1};
    struct arena *arena = arena_new();
    struct outbox_record *r;
    size_t count;
    cr_assert_eq(outbox_read(kv, read_up_to, 1000, 1 << 22, arena, &r, &count), ERR_OK);
    for (size_t i = 0; i < count; i++) {
        struct json_error error;
        struct slice s, type, how, object, topic = {"", 0};
        read_up_to = r[i].seq;
        if (r[i].tombstone)
            continue;
        struct json *json = json_parse(r[i].value, &error);
        cr_assert(json_read_string(json_get(json, "subject_id"), &s) &&
                  json_read_string(json_get(json, "object_id"), &object) &&
                  json_read_string(json_get(json, "type"), &type) &&
                  json_read_string(json_get(json, "mapping_justification"), &how) &&
                  json_read_number(json_get(json, "confidence"), &told.confidence));
        json_read_string(json_get(json_get(json, "cause"), "topic"), &topic);
        if (slice_equal(s, slice_of(subject))) {
            snprintf(told.type, sizeof(told.type), "%.*s", (int)type.len, type.data);
            snprintf(told.justification, sizeof(told.justification), "%.*s", (int)how.len,
                     how.data);
            snprintf(told.topic, sizeof(told.topic), "%.*s", (int)topic.len, topic.data);
            snprintf(told.object, sizeof(told.object), "%.*s", (int)object.len, object.data);
        }
        json_free(json);
    }
    arena_free(arena);
    return told;
}

static void verify(void)
{
    struct verify_options o = {0};
    struct verify_report r = {0};
    cr_expect_eq(verify_store(engine, &o, &r), ERR_OK);
}

#define SAME VERDICT_SAME_IRI
#define DIFFERENT VERDICT_DIFFERENT_IRI

static void two_films(void)
{
    film(LEFT, "http://l/1", "The Blue River", "http://l/ada");
    say(LEFT, CHANGE_INSERT, "http://l/ada", LABEL, "Ada Marsh");
    film(RIGHT, "http://r/1", "The Blue River", "http://r/ada");
    say(RIGHT, CHANGE_INSERT, "http://r/ada", LABEL, "Ada Marsh");
    film(RIGHT, "http://r/2", "Blue River", "http://r/ada");
}

Test(verdict, a_barred_pair_is_unmatched_at_once_and_the_next_best_takes_its_place)
{
    two_films();
    cr_assert_str_eq(partner("http://l/1").found, "http://r/1");
    uint64_t before[KV_FAMILIES];
    digests(before);
    last_told("");
    say(VERDICTS, CHANGE_INSERT, "http://r/1", DIFFERENT, "http://l/1"); /* either way round */
    cr_expect_str_eq(partner("http://l/1").found, "http://r/2");
    cr_expect_eq(report.unmatches, 1);
    cr_expect_eq(report.matches, 1);
    struct told told = last_told("http://l/1");
    cr_expect_str_eq(told.type, "match");
    cr_expect_str_eq(told.topic, "v", "the verdict is the cause");
    say(RIGHT, CHANGE_INSERT, "http://r/1", "http://v/director", "http://r/bob");
    say(RIGHT, CHANGE_DELETE, "http://r/1", "http://v/director", "http://r/bob");
    cr_expect_str_eq(partner("http://l/1").found, "http://r/2", "whatever arrives");
    verify();
    say(VERDICTS, CHANGE_DELETE, "http://r/1", DIFFERENT, "http://l/1");
    cr_expect_str_eq(partner("http://l/1").found, "http://r/1");
    expect_digests(before);
}

Test(verdict, an_unmatch_says_that_somebody_decided_so)
{
    film(LEFT, "http://l/1", "The Blue River", "http://l/ada");
    film(RIGHT, "http://r/1", "The Blue River", "http://r/ada");
    cr_assert_str_eq(partner("http://l/1").found, "http://r/1");
    last_told("");
    say(VERDICTS, CHANGE_INSERT, "http://l/1", DIFFERENT, "http://r/1");
    struct told told = last_told("http://l/1");
    cr_expect_str_eq(told.type, "unmatch");
    cr_expect_str_eq(told.justification, EVENT_BY_VERDICT);
    cr_expect_str_eq(told.topic, "v");
}

Test(verdict, a_pinned_pair_matches_whatever_it_is_and_before_all_others)
{
    two_films();
    say(RIGHT, CHANGE_INSERT, "http://r/9", LABEL, "Nothing like it");
    say(RIGHT, CHANGE_INSERT, "http://r/9", TYPE, "http://v/Person");
    uint64_t before[KV_FAMILIES];
    digests(before);
    last_told("");
    say(VERDICTS, CHANGE_INSERT, "http://l/1", SAME, "http://r/9");
    struct sought found = partner("http://l/1");
    cr_expect_str_eq(found.found, "http://r/9");
    cr_expect(found.pinned);
    struct told told = last_told("http://l/1");
    cr_expect_str_eq(told.type, "match");
    cr_expect_str_eq(told.justification, EVENT_BY_VERDICT);
    cr_expect_eq(told.confidence, 1);
    say(RIGHT, CHANGE_INSERT, "http://r/9", LABEL, "A second name");
    cr_expect_str_eq(partner("http://l/1").found, "http://r/9");
    verify();
    say(RIGHT, CHANGE_DELETE, "http://r/9", LABEL, "A second name");
    say(VERDICTS, CHANGE_DELETE, "http://l/1", SAME, "http://r/9");
    cr_expect_str_eq(partner("http://l/1").found, "http://r/1");
    cr_expect_not(partner("http://l/1").pinned);
    expect_digests(before);
}

Test(verdict, it_may_come_before_its_entities_and_stay_behind_them)
{
    say(VERDICTS, CHANGE_INSERT, "http://l/1", SAME, "http://r/9");
    say(LEFT, CHANGE_INSERT, "http://l/1", LABEL, "One");
    cr_expect_str_eq(partner("http://l/1").found, "");
    say(RIGHT, CHANGE_INSERT, "http://r/9", LABEL, "Other");
    cr_expect_str_eq(partner("http://l/1").found, "http://r/9");
    say(RIGHT, CHANGE_DELETE, "http://r/9", LABEL, "Other");
    cr_expect_str_eq(partner("http://l/1").found, "");
    verify();
    say(RIGHT, CHANGE_INSERT, "http://r/9", LABEL, "Another");
    cr_expect_str_eq(partner("http://l/1").found, "http://r/9");
}

static uint8_t decided(const char *a, const char *b)
{
    struct arena *arena = arena_new();
    struct explanation x;
    struct term s = term(a), o = term(b);
    int missing;
    cr_assert_eq(
        explain_pair(engine, engine_state(engine), LEFT, &s, RIGHT, &o, arena, &x, &missing),
        ERR_OK);
    arena_free(arena);
    return x.decided;
}

Test(verdict, pins_that_contradict_are_none_until_one_is_withdrawn)
{
    two_films();
    say(VERDICTS, CHANGE_INSERT, "http://l/1", SAME, "http://r/2");
    cr_expect_eq(decided("http://l/1", "http://r/2"), DECIDED_PINNED);
    say(VERDICTS, CHANGE_INSERT, "http://r/1", SAME, "http://l/1");
    cr_expect_eq(decided("http://l/1", "http://r/2"), DECIDED_CONTRADICTED);
    cr_expect_eq(decided("http://l/1", "http://r/1"), DECIDED_CONTRADICTED);
    cr_expect_str_eq(partner("http://l/1").found, "http://r/1", "by its score");
    verify();
    say(VERDICTS, CHANGE_INSERT, "http://l/1", DIFFERENT, "http://r/1");
    cr_expect_eq(decided("http://l/1", "http://r/1"), DECIDED_BARRED | DECIDED_CONTRADICTED);
    cr_expect_eq(decided("http://l/1", "http://r/2"), DECIDED_PINNED, "nothing else holds it");
    say(VERDICTS, CHANGE_DELETE, "http://l/1", SAME, "http://r/2");
    cr_expect_eq(decided("http://l/1", "http://r/2"), 0);
    cr_expect_str_eq(partner("http://l/1").found, "http://r/2");
    verify();
}

Test(verdict, who_asks_why_is_told_of_it)
{
    two_films();
    struct arena *arena = arena_new();
    struct explain_entity x;
    struct term s = term("http://l/1");
    say(VERDICTS, CHANGE_INSERT, "http://l/1", DIFFERENT, "http://r/1");
    cr_assert_eq(explain_entity(engine, engine_state(engine), LEFT, &s, 10, arena, &x), ERR_OK);
    cr_assert_eq(x.graph_count, 1, "verdicts are no catalog");
    bool told = false;
    for (size_t i = 0; i < x.graphs[0].count; i++) {
        const struct explain_candidate *c = &x.graphs[0].candidates[i];
        bool barred = slice_equal(c->iri, slice_of("http://r/1"));
        cr_expect_eq(c->why.reason == EXPLAIN_BARRED, barred);
        told = told || barred;
    }
    cr_expect(told, "it is no candidate, and told all the same");
    cr_assert_eq(explain_entity(engine, engine_state(engine), LEFT, &s, 1, arena, &x), ERR_OK);
    cr_expect_eq(x.graphs[0].count, 1);
    arena_free(arena);
}

/* Nobody's name says anything; their author is known to be one. */
Test(verdict, who_is_pinned_speaks_for_its_neighbours)
{
    film(LEFT, "http://l/1", "蒼い川", "http://l/7");
    film(RIGHT, "http://r/1", "Blue River", "http://r/8");
    say(LEFT, CHANGE_INSERT, "http://l/7", LABEL, "沼田綾");
    say(RIGHT, CHANGE_INSERT, "http://r/8", LABEL, "Ada Marsh");
    struct explanation x;
    struct arena *arena = arena_new();
    struct term a = term("http://l/1"), b = term("http://r/1");
    int missing;
    cr_assert_eq(
        explain_pair(engine, engine_state(engine), LEFT, &a, RIGHT, &b, arena, &x, &missing),
        ERR_OK);
    cr_expect_not(x.candidate, "they have nothing in common");
    float without = x.evidence.logit;
    say(VERDICTS, CHANGE_INSERT, "http://l/7", SAME, "http://r/8");
    cr_assert_eq(
        explain_pair(engine, engine_state(engine), LEFT, &a, RIGHT, &b, arena, &x, &missing),
        ERR_OK);
    cr_expect(x.candidate);
    cr_expect_gt(x.evidence.logit, without);
    cr_assert_eq(x.side[0].neighbours[0].twin, 0);
    cr_expect_eq(x.side[0].neighbours[0].twin_similarity, 1);
    cr_assert_eq(x.block_count, 1);
    cr_expect_str_eq(x.blocks[0].kind, "pinned neighbour");
    verify();
    say(VERDICTS, CHANGE_DELETE, "http://l/7", SAME, "http://r/8");
    cr_assert_eq(
        explain_pair(engine, engine_state(engine), LEFT, &a, RIGHT, &b, arena, &x, &missing),
        ERR_OK);
    cr_expect_not(x.candidate);
    cr_expect_eq(x.evidence.logit, without);
    arena_free(arena);
}

/* A store made before anybody could decide anything has no such graph; it is added. */
Test(verdict, the_graph_of_verdicts_may_join_later)
{
    tear_down();
    cr_assert_eq(model_load(TEST_DATA "/../../config/default.safetensors", &model), ERR_OK);
    options.model = model;
    options.graph_count = 2;
    open_engine();
    two_films();
    engine_close(engine);
    kv_close(kv);
    options.graph_count = 3;
    open_engine();
    say(VERDICTS, CHANGE_INSERT, "http://l/1", DIFFERENT, "http://r/1");
    cr_expect_str_eq(partner("http://l/1").found, "http://r/2");
    verify();
}
