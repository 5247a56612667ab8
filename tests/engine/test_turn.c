/* Turns through the engine's own door: what a turn does, tells and keeps. */
#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/base/log.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/verify.h"
#include "alignd/engine/explain.h"
#include "alignd/graph/mapping.h"
#include "alignd/state/identity.h"
#include "alignd/state/match_list.h"
#include "alignd/state/triples.h"
#include "alignd/model/model.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define PATH "/turn"

static struct model *model;
static struct kv *kv;
static struct engine *engine;
static struct engine_options options;
static struct engine_report report;

static int open_engine(void)
{
    struct kv_options k = kv_options_default();
    k.in_memory = true;
    cr_assert_eq(kv_open(PATH, &k, &kv), ERR_OK);
    return engine_open(kv, &options, &engine);
}

static void close_engine(void)
{
    engine_close(engine);
    kv_close(kv);
    engine = NULL;
    kv = NULL;
}

static void set_up(void)
{
    cr_assert_eq(model_new_default(1, &model), ERR_OK);
    options = engine_options_default();
    options.graphs[0] = "left";
    options.graphs[1] = "right";
    options.graph_count = 2;
    options.model = model;
    options.sync = false;
    cr_assert_eq(open_engine(), ERR_OK);
}

static void tear_down(void)
{
    close_engine();
    kv_destroy(PATH, true);
    model_free(model);
}

TestSuite(turn, .init = set_up, .fini = tear_down);

static struct term iri(const char *text)
{
    return (struct term){.kind = TERM_IRI, .text = slice_of(text)};
}

static struct term text(const char *words)
{
    return (struct term){.kind = TERM_LITERAL, .text = slice_of(words)};
}

#define LABEL iri("http://www.w3.org/2000/01/rdf-schema#label")

static struct change insert(struct term s, struct term p, struct term o)
{
    return (struct change){CHANGE_INSERT, s, p, o};
}

static struct change delete (struct term s, struct term p, struct term o)
{
    return (struct change){CHANGE_DELETE, s, p, o};
}

static int run(size_t graph, const struct change *changes, size_t count)
{
    struct engine_input input = {
        .graph = graph,
        .changes = changes,
        .count = count,
        .cause = {.topic = slice_of("t"), .partition = 3, .offset = 9, .event_time_ms = 1000}};
    struct engine_turn t = {.inputs = &input, .input_count = 1};
    return engine_run_turn(engine, &t, &report);
}

/* A film and its director in a graph. */
static void film(size_t graph, const char *base, const char *title, const char *director)
{
    char film_iri[64], person_iri[64];
    snprintf(film_iri, sizeof(film_iri), "http://%s/1001", base);
    snprintf(person_iri, sizeof(person_iri), "http://%s/2001", base);
    struct change changes[] = {
        insert(iri(film_iri), LABEL, text(title)),
        insert(iri(person_iri), LABEL, text(director)),
        insert(iri(film_iri), iri("http://v/director"), iri(person_iri)),
    };
    cr_assert_eq(run(graph, changes, 3), ERR_OK);
}

static size_t outbox(struct arena *arena, struct outbox_record **records)
{
    size_t count;
    cr_assert_eq(outbox_read(kv, 0, 100, 1 << 20, arena, records, &count), ERR_OK);
    return count;
}

static struct slice member(const struct json *object, const char *key)
{
    struct slice s = {NULL, 0};
    const struct json *value = json_get(object, key);
    cr_assert(value, "member %s", key);
    json_read_string(value, &s);
    return s;
}

Test(turn, a_match_is_told_with_its_cause_and_why)
{
    struct arena *arena = arena_new();
    struct outbox_record *r;
    film(0, "l", "The Blue River", "Ada Marsh");
    cr_expect_eq(report.inserted, 3);
    cr_expect_eq(report.matches, 0);
    film(1, "r", "The Blue River", "Ada Marsh");
    cr_expect_eq(report.matches, 2);
    cr_assert_eq(outbox(arena, &r), 2);
    for (uint64_t i = 0; i < 2; i++)
        cr_expect_eq(r[i].seq, i + 1);
    size_t which = memmem(r[0].key.data, r[0].key.len, "1001", 4) ? 0 : 1;
    cr_expect(slice_equal(r[which].key, slice_of("<http://l/1001> <http://r/1001>")));
    struct json_error error;
    struct json *event = json_parse(r[which].value, &error);
    cr_assert(event, "%s", error.message);
    cr_expect(slice_equal(member(event, "type"), slice_of("match")));
    cr_expect(slice_equal(member(event, "subject_source"), slice_of("left")));
    cr_expect_null(json_get(event, "cluster"), "two graphs have none");
    cr_expect(slice_equal(member(event, "event_time"), slice_of("1970-01-01T00:00:01.000Z")));
    int64_t offset;
    cr_assert(json_read_integer(json_get(json_get(event, "cause"), "offset"), &offset));
    cr_expect_eq(offset, 9);
    const struct json *why = json_get(json_get(event, "explain"), "neighbours");
    cr_assert_eq(json_size(why), 1);
    cr_expect(slice_equal(member(json_at(why, 0), "subject"), slice_of("Ada Marsh")));
    json_free(event);
    arena_free(arena);
}

/* A catalog whose triples cost more and more memory: turns stay near what is wanted. */
Test(turn, the_next_one_is_as_large_as_its_memory_allows)
{
    const uint64_t most = 100000;
    double share = ENGINE_FIRST_SHARE, cost = 50000; /* bytes of a whole turn */
    for (int i = 0; i < 100; i++, cost *= 1.05) {
        uint64_t memory = (uint64_t)(share * cost);
        share = engine_turn_share(share, memory, most);
        cr_expect(share > 0 && share <= 1);
        if (i > 10)
            cr_expect_leq((double)memory, 1.06 * (double)most, "turn %d", i);
        if (i > 40)
            cr_expect_geq((double)memory, 0.9 * (double)most, "turn %d", i);
    }
    cr_expect_eq(engine_turn_share(1, 0, most), 1);
    cr_expect_float_eq(engine_turn_share(0.4, 10, most), 0.8, 1e-9);
    cr_expect_float_eq(engine_turn_share(0.4, most / 2, most), 0.5, 1e-9);
}

Test(turn, what_is_there_is_not_inserted_again)
{
    struct change c[] = {insert(iri("http://l/1"), LABEL, text("x")),
                         insert(iri("http://l/1"), LABEL, text("x")),
                         delete (iri("http://l/1"), LABEL, text("y"))};
    cr_assert_eq(run(0, c, 3), ERR_OK);
    cr_expect_eq(report.inserted, 1);
    cr_expect_eq(report.no_ops, 2);
    cr_assert_eq(run(0, c, 1), ERR_OK);
    cr_expect_eq(report.no_ops, 1);
    cr_expect_eq(report.rows_written, 0, "nothing changed, nothing is written");
    struct state_totals t;
    engine_get_totals(engine, &t);
    cr_expect_eq(t.triples[0], 1);
    cr_expect_eq(t.entities[0], 1);
}

Test(turn, inserted_and_deleted_in_one_turn_is_nothing)
{
    struct change c[] = {insert(iri("http://l/1"), LABEL, text("x")),
                         delete (iri("http://l/1"), LABEL, text("x"))};
    cr_assert_eq(run(0, c, 2), ERR_OK);
    cr_expect_eq(report.inserted, 1);
    cr_expect_eq(report.deleted, 1);
    cr_expect_eq(report.rows_written, 0);
}

static size_t rows(enum kv_family family)
{
    struct kv_iter *it = kv_iter_new(kv, family);
    size_t n = 0;
    for (kv_iter_seek(it, slice_of("")); kv_iter_valid(it); kv_iter_next(it))
        n++;
    kv_iter_free(it);
    return n;
}

static struct change clear(struct term s)
{
    return (struct change){.op = CHANGE_CLEAR, .subject = s};
}

static uint64_t triples_left(size_t graph)
{
    struct state_totals t;
    engine_get_totals(engine, &t);
    return t.triples[graph];
}

#define FILM iri("http://l/1001")
#define PERSON iri("http://l/2001")

Test(turn, a_replace_that_says_nothing_new_writes_nothing)
{
    struct change again[] = {clear(FILM), insert(FILM, LABEL, text("The Blue River")),
                             insert(FILM, iri("http://v/director"), PERSON)};
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    cr_assert_eq(run(0, again, 3), ERR_OK);
    cr_expect_eq(report.rows_written, 0);
    cr_expect_eq(report.no_ops, 2);
    cr_expect_eq(report.inserted + report.deleted, 0);
    cr_expect_eq(report.matches + report.unmatches + report.updates, 0);
}

Test(turn, a_replace_passes_on_the_difference_alone)
{
    struct change now[] = {clear(FILM), insert(FILM, LABEL, text("The Blue River")),
                           insert(FILM, iri("http://v/year"), text("1999"))};
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    cr_assert_eq(run(0, now, 3), ERR_OK);
    cr_expect_eq(report.inserted, 1);
    cr_expect_eq(report.deleted, 1);
    cr_expect_eq(report.no_ops, 1);
    cr_expect_eq(triples_left(0), 3);
}

Test(turn, what_others_hold_towards_a_replaced_entity_stays)
{
    struct change gone = clear(PERSON), both[] = {clear(FILM), gone};
    film(0, "l", "The Blue River", "Ada Marsh");
    cr_assert_eq(run(0, &gone, 1), ERR_OK);
    cr_expect_eq(report.deleted, 1);
    cr_expect_eq(triples_left(0), 2);
    cr_assert_eq(run(0, both, 2), ERR_OK);
    cr_expect_eq(report.deleted, 2);
    cr_expect_eq(triples_left(0), 0);
    cr_assert_eq(run(0, both, 2), ERR_OK);
    cr_expect_eq(report.rows_written, 0);
}

/* It has label and type by its IRI: of neither there is a triple that could outlive them. */
Test(turn, who_is_called_by_its_name_goes_with_the_last_who_refers_to_it)
{
    struct mapping *mapping;
    struct explanation x;
    struct arena *arena = arena_new();
    struct term other = iri("http://l/1002"), like = iri("http://v/like");
    struct term a = iri("urn:l:stage%20person/name:Ada%20B_Marsh"), b = iri("http://r/1");
    cr_assert_eq(mapping_parse(slice_of("left\tlike\tref:like:stage person\n"
                                        "left\tstage person\ttype:person\n"),
                               "mapping", &mapping),
                 ERR_OK);
    close_engine();
    options.mapping = mapping;
    kv_destroy(PATH, true);
    cr_assert_eq(open_engine(), ERR_OK);
    struct change all[] = {insert(FILM, like, a), insert(other, like, a)},
                  there = insert(b, LABEL, text("x"));
    struct change gone[] = {clear(FILM), clear(other)};
    cr_assert_eq(run(0, all, 2), ERR_OK);
    cr_assert_eq(run(1, &there, 1), ERR_OK);
    int missing;
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(explain_pair(engine, engine_state(engine), 0, &a, 1, &b, arena, &x, &missing),
                     ERR_OK);
        cr_expect(slice_equal(x.side[0].label, slice_of("Ada B_Marsh")));
        cr_expect(slice_equal(x.side[0].type, slice_of("person")));
        cr_assert_eq(run(0, &gone[i], 1), ERR_OK);
    }
    cr_expect_eq(explain_pair(engine, engine_state(engine), 0, &a, 1, &b, arena, &x, &missing),
                 ERR_NOT_FOUND);
    cr_expect_eq(triples_left(0), 0);
    close_engine();
    options.mapping = NULL;
    kv_destroy(PATH, true);
    cr_assert_eq(open_engine(), ERR_OK);
    mapping_close(mapping);
    arena_free(arena);
}

Test(turn, parts_go_with_the_entity_that_is_cleared)
{
    struct term part = iri("http://l/1001#offer~00000"),
                deep = iri("http://l/1001#offer~00001/tax~00000");
    struct term other = iri("http://l/1001#offer"), of_other = iri("http://l/100#offer~00000");
    struct term price = iri("http://v/price");
    struct change all[] = {insert(FILM, iri("http://v/offer"), part),
                           insert(part, price, text("7")), insert(deep, price, text("8")),
                           insert(other, price, text("9")), insert(of_other, price, text("6"))};
    struct change again[] = {insert(deep, price, text("3")), clear(FILM),
                             insert(FILM, LABEL, text("The Blue River")),
                             insert(part, price, text("2"))};
    cr_assert_eq(run(0, all, 5), ERR_OK);
    cr_expect_eq(triples_left(0), 5);
    cr_assert_eq(run(0, again, 4), ERR_OK); /* those of the turn too, if they come before */
    cr_expect_eq(report.deleted, 3);
    cr_expect_eq(report.inserted, 2);
    cr_expect_eq(triples_left(0), 4);
    struct change rest[] = {clear(iri("http://l/1001")), clear(other), clear(iri("http://l/100"))};
    cr_assert_eq(run(0, rest, 3), ERR_OK);
    cr_expect_eq(triples_left(0), 0);
    for (int f = 0; f < KV_FAMILIES; f++)
        cr_expect_eq(engine_digest(engine, (enum kv_family)f), 0, "%s",
                     kv_family_name((enum kv_family)f));
}

/* Every kind of term, and a triple from the entity to itself. */
Test(turn, a_replace_without_triples_leaves_nothing_behind)
{
    struct term blank = {.kind = TERM_BLANK, .text = slice_of("x")};
    struct term date = {
        .kind = TERM_LITERAL, .text = slice_of("1999"), .datatype = slice_of("http://t/year")};
    struct term name = {.kind = TERM_LITERAL, .text = slice_of("1999"), .lang = slice_of("en")};
    struct change all[] = {
        insert(blank, LABEL, text("The Blue River")),
        insert(blank, LABEL, name),
        insert(blank, iri("http://v/year"), date),
        insert(blank, iri("http://v/year"), name),
        insert(blank, iri("http://v/year"), text("1999")),
        insert(blank, iri("http://v/year"), iri("http://l/1999")),
        insert(blank, iri("http://v/like"), blank),
        insert(blank, iri("http://v/like"), PERSON),
        insert(blank, iri("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), iri("http://l/F")),
    };
    struct change gone = clear(blank);
    cr_assert_eq(run(0, all, sizeof(all) / sizeof(*all)), ERR_OK);
    cr_assert_eq(run(0, &gone, 1), ERR_OK);
    cr_expect_eq(report.deleted, sizeof(all) / sizeof(*all));
    cr_expect_eq(triples_left(0), 0);
    for (int f = 0; f < KV_FAMILIES; f++)
        cr_expect_eq(engine_digest(engine, (enum kv_family)f), 0, "%s",
                     kv_family_name((enum kv_family)f));
}

Test(turn, of_several_changes_of_a_subject_the_last_word_counts)
{
    struct term year = iri("http://v/year");
    struct change changes[] = {
        insert(FILM, year, text("before")),
        clear(FILM),
        insert(FILM, LABEL, text("First")),
        insert(FILM, year, text("1999")),
        clear(FILM),
        insert(FILM, LABEL, text("Second")),
        insert(FILM, year, text("2001")),
        delete (FILM, year, text("2001")),
        insert(FILM, year, text("2002")),
        clear(PERSON),
        insert(PERSON, LABEL, text("Ada")),
    };
    struct change as_one[] = {insert(FILM, LABEL, text("Second")), insert(FILM, year, text("2002")),
                              insert(PERSON, LABEL, text("Ada")),
                              insert(FILM, iri("http://v/director"), PERSON)};
    struct change still = insert(FILM, iri("http://v/director"), PERSON);
    uint64_t digest;
    film(0, "l", "The Blue River", "Ada Marsh");
    cr_assert_eq(run(0, changes, sizeof(changes) / sizeof(*changes)), ERR_OK);
    cr_assert_eq(run(0, &still, 1), ERR_OK);
    cr_expect_eq(triples_left(0), 4);
    digest = engine_digest(engine, KV_ADJACENCY);
    close_engine();
    kv_destroy(PATH, true);
    cr_assert_eq(open_engine(), ERR_OK);
    cr_assert_eq(run(0, as_one, 4), ERR_OK);
    cr_expect_eq(engine_digest(engine, KV_ADJACENCY), digest);
}

/* What leads to a hub is not read when it is replaced, and its own triples are found among it. */
Test(turn, a_hub_is_replaced_by_its_own_triples)
{
    enum { MANY = 3000 };
    static struct change changes[MANY];
    static char names[MANY][32];
    struct change now[] = {clear(PERSON), insert(PERSON, LABEL, text("Ada Marsh"))};
    for (int i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof(names[i]), "http://l/f%d", i);
        changes[i] = insert(iri(names[i]), iri("http://v/director"), PERSON);
    }
    cr_assert_eq(run(0, changes, MANY), ERR_OK);
    for (int i = 0; i < MANY; i++)
        changes[i] = insert(PERSON, iri("http://v/made"), iri(names[i]));
    changes[0] = insert(PERSON, LABEL, text("Ada Moor"));
    cr_assert_eq(run(0, changes, MANY), ERR_OK);
    cr_assert_eq(run(0, now, 2), ERR_OK);
    cr_expect_eq(report.deleted, MANY);
    cr_expect_eq(report.inserted, 1);
    cr_expect_eq(triples_left(0), MANY + 1);
}

Test(turn, deletes_leave_nothing_behind)
{
    struct arena *arena = arena_new();
    struct outbox_record *r;
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    struct change c[] = {
        delete (iri("http://r/1001"), LABEL, text("The Blue River")),
        delete (iri("http://r/2001"), LABEL, text("Ada Marsh")),
        delete (iri("http://r/1001"), iri("http://v/director"), iri("http://r/2001"))};
    cr_assert_eq(run(1, c, 3), ERR_OK);
    cr_expect_eq(report.unmatches, 2);
    /* an unmatch is a record and a tombstone on the same key */
    cr_assert_eq(outbox(arena, &r), 6);
    cr_expect(r[3].tombstone && slice_equal(r[2].key, r[3].key));
    cr_expect(!r[2].tombstone && memmem(r[2].value.data, r[2].value.len, "\"unmatch\"", 9));
    cr_expect(memmem(r[2].value.data, r[2].value.len, "subject_label", 13),
              "what is gone is still called what it was");
    struct change rest[] = {
        delete (iri("http://l/1001"), LABEL, text("The Blue River")),
        delete (iri("http://l/2001"), LABEL, text("Ada Marsh")),
        delete (iri("http://l/1001"), iri("http://v/director"), iri("http://l/2001"))};
    cr_assert_eq(run(0, rest, 3), ERR_OK);
    for (int f = 0; f < KV_FAMILIES; f++)
        if (f != KV_META && f != KV_OUTBOX) {
            cr_expect_eq(rows((enum kv_family)f), 0, "%s", kv_family_name((enum kv_family)f));
            cr_expect_eq(engine_digest(engine, (enum kv_family)f), 0);
        }
    arena_free(arena);
}

Test(turn, offsets_and_dead_letters_are_committed_with_it)
{
    struct state_offset offsets[] = {
        {slice_of("a"), 0, 7}, {slice_of("a"), 1, 5}, {slice_of("b"), 0, 1}};
    struct outbox_header header = {slice_of("h"), slice_of("v")};
    struct outbox_record dead = {.destination = OUTBOX_DEAD_LETTERS,
                                 .has_key = true,
                                 .key = slice_of("k"),
                                 .value = slice_of("bad"),
                                 .headers = &header,
                                 .header_count = 1};
    struct engine_turn t = {
        .offsets = offsets, .offset_count = 3, .extra = &dead, .extra_count = 1};
    cr_assert_eq(engine_run_turn(engine, &t, &report), ERR_OK);
    char uuid[37];
    snprintf(uuid, sizeof(uuid), "%s", engine_uuid(engine));
    close_engine();
    cr_assert_eq(open_engine(), ERR_OK);
    int64_t next;
    cr_assert_eq(engine_get_offset(engine, slice_of("a"), 1, &next), ERR_OK);
    cr_expect_eq(next, 5);
    cr_assert_eq(engine_get_offset(engine, slice_of("a"), 2, &next), ERR_OK);
    cr_expect_eq(next, -1);
    cr_expect_str_eq(engine_uuid(engine), uuid);
    cr_expect_eq(engine_head(engine), 1);
    struct arena *arena = arena_new();
    struct outbox_record *r;
    cr_assert_eq(outbox(arena, &r), 1);
    cr_expect_eq(r->destination, OUTBOX_DEAD_LETTERS);
    cr_expect(slice_equal(r->headers[0].value, slice_of("v")));
    cr_assert_eq(outbox_drop(kv, 1), ERR_OK);
    cr_expect_eq(outbox(arena, &r), 0);
    cr_assert_eq(engine_new_epoch(engine, 0), ERR_OK);
    cr_expect_eq(engine_head(engine), 0);
    cr_expect_eq(engine_epoch(engine), 2);
    arena_free(arena);
}

/* What readers hold of film 1 of both graphs. */
static struct engine_told told(const char *a, const char *b, float confidence)
{
    return (struct engine_told){slice_of(a),       slice_of(b), slice_of("left"),
                                slice_of("right"), confidence,  band_of(confidence, 0.5f)};
}

Test(turn, a_new_epoch_tells_only_what_differs_from_what_readers_hold)
{
    struct state_totals totals;
    struct outbox_record *r;
    struct arena *arena = arena_new();
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    engine_get_totals(engine, &totals);
    cr_assert_gt(totals.matches, 0);
    uint64_t before = totals.matches;

    cr_assert_eq(engine_new_epoch(engine, 7), ERR_OK);
    cr_expect_eq(engine_epoch(engine), 7);
    cr_expect(engine_holds_events(engine));
    film(0, "l2", "A Winter Crossing", "Bo Lind");
    film(1, "r2", "A Winter Crossing", "Bo Lind");
    cr_expect_eq(outbox(arena, &r), 0, "nothing is told while events are held");
    close_engine();
    cr_assert_eq(open_engine(), ERR_OK);
    cr_expect(engine_holds_events(engine), "the store remembers it");
    engine_get_totals(engine, &totals);
    cr_expect_gt(totals.matches, before);

    /* a pair of the past, of entities and even a graph that are not there */
    struct engine_told gone[] = {told("x:1", "x:2", 0.9f), told("x:3", "x:4", 0.8f)};
    gone[1].object_source = slice_of("nowhere");
    struct engine_turn t = {.told = gone, .told_count = 2, .release = true};
    cr_assert_eq(engine_run_turn(engine, &t, &report), ERR_OK);
    cr_expect_eq(report.unmatches, 2);
    cr_expect_eq(outbox(arena, &r), 4);
    cr_expect(!r[0].tombstone && r[1].tombstone && !r[2].tombstone && r[3].tombstone);
    cr_expect(slice_equal(r[1].key, slice_of("<x:1> <x:2>")));
    cr_expect_not(engine_holds_events(engine));
    engine_get_totals(engine, &totals);
    cr_expect_gt(totals.matches, before, "what readers hold changes no match");
    close_engine();
    cr_assert_eq(open_engine(), ERR_OK);
    cr_expect_not(engine_holds_events(engine));
    arena_free(arena);
}

/* The confidence of the newest event of the films, of so many of theirs. */
static double newest(struct arena *arena, size_t events, const char *type, enum band band)
{
    struct outbox_record *r;
    struct json_error error;
    double confidence = -1;
    size_t n = 0, of_all = outbox(arena, &r), last = 0;
    for (size_t i = 0; i < of_all; i++)
        if (memmem(r[i].key.data, r[i].key.len, "1001", 4)) {
            n++;
            last = i;
        }
    cr_assert_eq(n, events, "%zu events", n);
    struct json *event = json_parse(r[last].value, &error);
    cr_assert(event, "%s", error.message);
    cr_expect(slice_equal(member(event, "type"), slice_of(type)));
    cr_expect(slice_equal(member(event, "predicate_id"), slice_of(band_predicate(band))));
    json_read_number(json_get(event, "confidence"), &confidence);
    json_free(event);
    return confidence;
}

static void reopen(double epsilon, double review)
{
    close_engine();
    options.epsilon = epsilon;
    options.review = review;
    cr_assert_eq(open_engine(), ERR_OK);
}

/* A line between what the films score when their names differ in a word and when not. */
Test(turn, a_pair_that_crosses_the_review_line_is_told_however_little_it_moved)
{
    struct arena *arena = arena_new();
    struct term right = iri("http://r/1001");
    struct change part[] = {delete (right, LABEL, text("The Blue River")),
                            insert(right, LABEL, text("The Blue Rivers"))};
    struct change join[] = {delete (right, LABEL, text("The Blue Rivers")),
                            insert(right, LABEL, text("The Blue River"))};
    reopen(1e-4, 0);
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    double same = newest(arena, 1, "match", BAND_MATCH);
    cr_assert_eq(run(1, part, 2), ERR_OK);
    double near = newest(arena, 2, "update", BAND_MATCH);
    cr_assert_lt(near, same);

    reopen(1, (near + same) / 2);
    cr_assert_eq(run(1, join, 2), ERR_OK);
    cr_expect_eq(newest(arena, 3, "update", BAND_MATCH), same);
    cr_assert_eq(run(1, part, 2), ERR_OK);
    cr_expect_eq(newest(arena, 4, "update", BAND_POSSIBLE), near);
    reopen(1, 0);
    cr_assert_eq(run(1, join, 2), ERR_OK);
    cr_assert_eq(run(1, part, 2), ERR_OK);
    newest(arena, 4, "update", BAND_POSSIBLE); /* no line, and nothing moved by 1 */
    arena_free(arena);
}

/* As `alignd run --reconcile` has it after the line was moved. */
Test(turn, a_pair_that_readers_hold_in_the_other_band_is_told_again)
{
    struct arena *arena = arena_new();
    reopen(1, 0);
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    float is = (float)newest(arena, 1, "match", BAND_MATCH);
    struct engine_told as_it_is = told("http://l/1001", "http://r/1001", is), other = as_it_is;
    as_it_is.band = BAND_MATCH;
    other.band = BAND_POSSIBLE;
    struct engine_turn turn = {.told = &as_it_is, .told_count = 1};
    cr_assert_eq(engine_run_turn(engine, &turn, &report), ERR_OK);
    newest(arena, 1, "match", BAND_MATCH);
    turn.told = &other;
    cr_assert_eq(engine_run_turn(engine, &turn, &report), ERR_OK);
    newest(arena, 2, "update", BAND_MATCH);
    arena_free(arena);
}

Test(turn, a_wiped_store_keeps_who_it_is_and_nothing_else)
{
    struct identity id;
    struct state_totals totals;
    char uuid[37];
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    snprintf(uuid, sizeof(uuid), "%s", engine_uuid(engine));
    cr_assert_eq(identity_read(kv, &id), ERR_OK);
    cr_expect_eq(identity_check(kv, &id), ERR_OK);
    uint64_t digest = identity_digest(&id);
    engine_close(engine);
    engine = NULL;

    /* a row that nobody wrote */
    struct kv_batch *batch = kv_batch_new();
    kv_batch_put(kv, batch, KV_NODES, slice_of("0123456789abcdef"), slice_of("row"));
    cr_assert_eq(kv_write(kv, batch, true), ERR_OK);
    log_set_level((enum log_level) - 1);
    cr_expect_eq(identity_check(kv, &id), ERR_DIFFERS);
    log_set_level(LOG_ERROR);

    cr_assert_eq(identity_wipe(kv), ERR_OK);
    cr_assert_eq(identity_read(kv, &id), ERR_OK);
    cr_expect_eq(identity_check(kv, &id), ERR_OK);
    cr_expect_str_eq(id.uuid, uuid);
    cr_expect_eq(id.epoch, 2);
    cr_expect_eq(id.head, 0);
    cr_expect_eq(id.triples, 0);
    cr_expect(id.held);
    kv_close(kv);
    options.block_limit++; /* the next to open it decides the settings */
    cr_assert_eq(open_engine(), ERR_OK);
    engine_get_totals(engine, &totals);
    cr_expect_eq(totals.matches, 0);
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    cr_assert_eq(identity_read(kv, &id), ERR_OK);
    cr_expect_eq(identity_digest(&id), digest, "the same triples give the same rows");
    kv_batch_free(batch);
}

Test(turn, a_store_of_other_settings_is_refused)
{
    film(0, "l", "The Blue River", "Ada Marsh");
    close_engine();
    options.block_limit++;
    cr_expect_eq(open_engine(), ERR_MISMATCH);
    kv_close(kv);
    options.any_settings = true;
    cr_expect_eq(open_engine(), ERR_OK, "who reads its triples alone may");
    close_engine();
    options.any_settings = false;
    options.block_limit--;
    options.graphs[1] = "other";
    cr_expect_eq(open_engine(), ERR_MISMATCH, "the store holds a graph that is not configured");
    kv_close(kv);
    options.graphs[1] = "right";
    options.graphs[2] = "third";
    options.graph_count = 3;
    cr_expect_eq(open_engine(), ERR_OK, "a graph can be added");
    close_engine();
    options.graph_count = 2;
    cr_expect_eq(open_engine(), ERR_MISMATCH);
    kv_close(kv);
    options.graph_count = 3;
    cr_assert_eq(open_engine(), ERR_OK);
    struct engine_options read = engine_options_default();
    struct arena *arena = arena_new();
    struct slice mapping;
    cr_assert_eq(engine_read_settings(kv, arena, &read, &mapping), ERR_OK);
    cr_expect_eq(read.graph_count, 3);
    cr_expect_eq(read.block_limit, options.block_limit);
    cr_expect_null(mapping.data);
    arena_free(arena);
}

static void settle(void)
{
    struct engine_turn nothing = {0};
    for (int i = 0; i < 100 && engine_dirty_count(engine); i++)
        cr_assert_eq(engine_run_turn(engine, &nothing, &report), ERR_OK);
    cr_expect_eq(engine_dirty_count(engine), 0);
}

/* Which model the newest event names. */
static void expect_model(const struct model *m)
{
    struct arena *arena = arena_new();
    struct outbox_record *r;
    struct json_error error;
    char digest[17];
    size_t n = outbox(arena, &r);
    while (n && r[n - 1].tombstone)
        n--;
    struct json *event = json_parse(r[n - 1].value, &error);
    snprintf(digest, sizeof(digest), "%016llx", (unsigned long long)model_digest(m));
    cr_assert(event);
    cr_expect(slice_equal(member(event, "model"), (struct slice){digest, 12}));
    json_free(event);
    arena_free(arena);
}

Test(turn, another_model_scores_the_store_again)
{
    const struct model *first = options.model;
    struct model *second;
    struct verify_options v = {0};
    struct verify_report verified;
    cr_assert_eq(model_new_default(7, &second), ERR_OK);
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    expect_model(first);
    close_engine();

    options.model = second;
    options.threshold = 1.0; /* so that nothing matches any more */
    cr_assert_eq(open_engine(), ERR_MISMATCH, "not unasked");
    kv_close(kv);
    options.rescore = true;
    cr_assert_eq(open_engine(), ERR_OK);
    cr_expect_gt(engine_rescore_left(engine), 0);
    cr_expect_eq(verify_store(engine, &v, &verified), ERR_RETRY);
    settle();
    struct state_totals totals;
    engine_get_totals(engine, &totals);
    cr_expect_eq(totals.matches, 0);
    expect_model(second);
    cr_expect_eq(verify_store(engine, &v, &verified), ERR_OK);
    v.by_turns = true;
    cr_expect_eq(verify_store(engine, &v, &verified), ERR_OK);
    close_engine();

    options.rescore = false; /* it is a store of the second model now */
    cr_assert_eq(open_engine(), ERR_OK);
    close_engine();
    options.model = first;
    model_free(second);
    cr_assert_eq(open_engine(), ERR_MISMATCH);
    kv_close(kv);
    options.rescore = true;
    cr_assert_eq(open_engine(), ERR_OK);
}

Test(turn, a_store_of_a_newer_format_is_refused)
{
    struct kv_batch *b = kv_batch_new();
    kv_batch_put(kv, b, KV_META, slice_of("format"), (struct slice){"\x63\0\0\0", 4});
    cr_assert_eq(kv_write(kv, b, true), ERR_OK);
    kv_batch_free(b);
    close_engine();
    cr_expect_eq(open_engine(), ERR_VERSION);
}

Test(turn, three_graphs_are_aligned_two_by_two)
{
    close_engine();
    options.graphs[2] = "third";
    options.graph_count = 3;
    cr_assert_eq(open_engine(), ERR_OK);
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    film(2, "t", "The Blue River", "Ada Marsh");
    struct state_totals t;
    engine_get_totals(engine, &t);
    cr_expect_eq(t.matches, 6, "a film and a person, three pairs of graphs");
}

Test(turn, an_explanation_names_the_twins_and_the_blocks)
{
    struct explanation x;
    struct arena *arena = arena_new();
    int missing = -1;
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    struct term a = iri("http://l/1001"), b = iri("http://r/1001"), c = iri("http://r/9");
    cr_assert_eq(explain_pair(engine, engine_state(engine), 0, &a, 1, &b, arena, &x, &missing),
                 ERR_OK);
    cr_expect(x.candidate && x.matched);
    cr_expect_gt(x.score, 0.5f);
    cr_assert_eq(x.side[0].neighbour_count, 1);
    cr_expect(slice_equal(x.side[0].neighbours[0].relation, slice_of("director")));
    cr_expect_eq(x.side[0].neighbours[0].twin, 0);
    cr_expect_gt(x.block_count, 3);
    cr_expect_eq(explain_pair(engine, engine_state(engine), 0, &a, 1, &c, arena, &x, &missing),
                 ERR_NOT_FOUND);
    cr_expect_eq(missing, 1);
    arena_free(arena);
}

/* What is said of a pair, by how either end is found, and of both together. */
static struct explain_candidate candidate_of(const char *of, const char *other, struct arena *arena)
{
    struct explain_entity x;
    struct term t = iri(of);
    size_t graph = of[7] == 'l' ? 0 : 1;
    cr_assert_eq(explain_entity(engine, engine_state(engine), graph, &t, 10, arena, &x), ERR_OK);
    cr_assert_eq(x.graph_count, 1);
    for (size_t i = 1; i < x.graphs[0].count; i++)
        cr_expect(x.graphs[0].candidates[i - 1].why.reason == EXPLAIN_MATCH ||
                  x.graphs[0].candidates[i - 1].score >= x.graphs[0].candidates[i].score);
    for (size_t i = 0; i < x.graphs[0].count; i++)
        if (slice_equal(x.graphs[0].candidates[i].iri, slice_of(other)))
            return x.graphs[0].candidates[i];
    return (struct explain_candidate){.why.reason = EXPLAIN_NO_BLOCK};
}

Test(turn, it_is_said_why_a_pair_is_no_match)
{
    struct arena *arena = arena_new();
    struct explanation x;
    struct explain_entity one;
    int missing;
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    struct change more[] = {insert(iri("http://l/2"), LABEL, text("The Blue River")),
                            insert(iri("http://l/3"), LABEL, text("Oyster"))};
    cr_assert_eq(run(0, more, 1), ERR_OK);
    cr_expect_eq(candidate_of("http://l/2", "http://r/1001", arena).why.reason, EXPLAIN_BELOW);
    close_engine();
    options.threshold = 0.1; /* a name alone may match */
    options.rescore = true;
    cr_assert_eq(open_engine(), ERR_OK);
    cr_assert_eq(run(0, more + 1, 1), ERR_OK);
    struct engine_turn nothing = {0};
    while (engine_dirty_count(engine))
        cr_assert_eq(engine_run_turn(engine, &nothing, &report), ERR_OK);
    struct explain_candidate c = candidate_of("http://l/1001", "http://r/1001", arena);
    cr_expect_eq(c.why.reason, EXPLAIN_MATCH);
    cr_expect_eq(c.why.rival_iri.len, 0);
    struct explain_candidate to = candidate_of("http://l/2", "http://r/1001", arena);
    struct explain_candidate back = candidate_of("http://r/1001", "http://l/2", arena);
    cr_expect(slice_equal(to.label, slice_of("The Blue River")));
    cr_expect_eq(to.why.reason, EXPLAIN_TAKEN);
    cr_expect(slice_equal(to.why.rival_iri, slice_of("http://l/1001")));
    cr_expect_eq(back.why.reason, EXPLAIN_BETTER);
    cr_expect(slice_equal(back.why.rival_iri, slice_of("http://l/1001")));
    cr_expect_gt(back.why.rival_score, back.score);
    struct term a = iri("http://l/3"), b = iri("http://r/1001"), d = iri("http://r/9");
    cr_assert_eq(explain_pair(engine, engine_state(engine), 0, &a, 1, &b, arena, &x, &missing),
                 ERR_OK);
    cr_expect_eq(x.why.reason, EXPLAIN_NO_BLOCK);
    cr_assert_eq(explain_entity(engine, engine_state(engine), 0, &a, 10, arena, &one), ERR_OK);
    cr_expect_eq(one.graphs[0].compared, 0);
    cr_assert_gt(one.block_count, 0);
    for (size_t i = 0; i < one.block_count; i++)
        cr_expect(one.blocks[i].live && one.blocks[i].members[0] == 1 && !one.blocks[i].members[1]);
    cr_expect_eq(explain_entity(engine, engine_state(engine), 1, &d, 10, arena, &one),
                 ERR_NOT_FOUND);
    arena_free(arena);
}

static int count_triples(void *arg, size_t graph, const struct change *changes, size_t count)
{
    size_t *n = arg;
    (void)graph;
    for (size_t i = 0; i < count; i++)
        n[changes[i].object.kind == TERM_LITERAL]++;
    return ERR_OK;
}

static int count_matches(void *arg, const struct match *m)
{
    cr_expect_gt(m->confidence, 0);
    ++*(size_t *)arg;
    return ERR_OK;
}

Test(turn, triples_and_matches_read_back)
{
    size_t n[2] = {0, 0}, matches = 0;
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    cr_assert_eq(triples_each(engine_state(engine), count_triples, n), ERR_OK);
    cr_expect_eq(n[0], 2);
    cr_expect_eq(n[1], 4);
    cr_assert_eq(match_list_each(engine_state(engine), count_matches, &matches), ERR_OK);
    cr_expect_eq(matches, 2);
}

/* --- several names --- */

#define NAME iri("http://xmlns.com/foaf/0.1/name")

static struct explanation explain_film(struct arena *arena)
{
    struct term a = iri("http://l/1001"), b = iri("http://r/1001");
    struct explanation x;
    int missing;
    cr_assert_eq(explain_pair(engine, engine_state(engine), 0, &a, 1, &b, arena, &x, &missing),
                 ERR_OK);
    return x;
}

static struct slice explained_name(struct arena *arena, const struct outbox_record *record)
{
    struct json_error error;
    struct json *event = json_parse(record->value, &error);
    cr_assert(event, "%s", error.message);
    struct slice name = member(json_get(event, "explain"), "subject_name");
    name = arena_copy(arena, name);
    json_free(event);
    return name;
}

Test(turn, a_further_label_makes_a_match_and_takes_it_away)
{
    struct arena *arena = arena_new();
    struct change more = insert(FILM, NAME, text("Low Meadow"));
    struct outbox_record *records;
    struct change left = insert(FILM, LABEL, text("Alpine Bas"));
    struct change right = insert(iri("http://r/1001"), LABEL, text("Low Meadow"));
    close_engine();
    options.threshold = 0; /* every candidate may match */
    options.rescore = true;
    cr_assert_eq(open_engine(), ERR_OK);
    cr_assert_eq(run(0, &left, 1), ERR_OK);
    cr_assert_eq(run(1, &right, 1), ERR_OK);
    cr_expect_not(explain_film(arena).candidate);
    cr_assert_eq(run(0, &more, 1), ERR_OK);
    cr_expect_eq(report.matches, 1);
    struct explanation x = explain_film(arena);
    cr_expect(x.candidate && x.matched);
    cr_expect(slice_equal(x.side[0].label, slice_of("Alpine Bas")), "the label stays");
    cr_expect(slice_equal(x.side[0].name, slice_of("Low Meadow")));
    cr_expect_eq(x.side[1].name.len, 0);
    size_t count = outbox(arena, &records);
    cr_expect(slice_equal(explained_name(arena, &records[count - 1]), slice_of("Low Meadow")));

    more.op = CHANGE_DELETE;
    cr_assert_eq(run(0, &more, 1), ERR_OK);
    cr_expect_eq(report.unmatches, 1);
    cr_expect_not(explain_film(arena).candidate);
    arena_free(arena);
}

/* A label comes into a block where a further name of its entity is already. */
Test(turn, a_label_of_the_words_of_an_alias_has_its_namesakes_counted)
{
    struct term alias = iri("http://v/alias");
    struct change before[] = {insert(FILM, alias, text("Blue River")),
                              insert(iri("http://l/1002"), LABEL, text("Blue River"))};
    struct change after = insert(FILM, LABEL, text("River Blue"));
    struct verify_options how = {0};
    struct verify_report verified;
    struct mapping *mapping;
    cr_assert_eq(mapping_parse(slice_of("left\thttp://v/alias\talias\n"), "test", &mapping),
                 ERR_OK);
    close_engine();
    kv_destroy(PATH, true);
    options.mapping = mapping;
    cr_assert_eq(open_engine(), ERR_OK);
    cr_assert_eq(run(0, before, 2), ERR_OK);
    cr_assert_eq(run(0, &after, 1), ERR_OK);
    cr_expect_eq(verify_store(engine, &how, &verified), ERR_OK);
    close_engine();
    mapping_close(mapping);
    options.mapping = NULL;
}

/* Each of them is asked for, by one entity alone in its turn. */
Test(turn, as_many_names_and_identifiers_as_there_may_be_have_their_namesakes_counted)
{
    enum { EACH = 12 };
    static char texts[2 * EACH][24];
    struct change changes[2 * EACH];
    struct verify_options how = {0};
    struct verify_report verified;
    struct mapping *mapping;
    for (size_t i = 0; i < 2 * EACH; i++) {
        snprintf(texts[i], sizeof(texts[i]), i % 2 ? "code%zu" : "name number %zu", i);
        changes[i] = insert(FILM, iri(i % 2 ? "http://v/code" : "http://v/alias"), text(texts[i]));
    }
    cr_assert_eq(mapping_parse(slice_of("left\thttp://v/alias\talias\n"
                                        "left\thttp://v/code\tkey\n"),
                               "test", &mapping),
                 ERR_OK);
    close_engine();
    kv_destroy(PATH, true);
    options.mapping = mapping;
    cr_assert_eq(open_engine(), ERR_OK);
    cr_assert_eq(run(0, changes, 2 * EACH), ERR_OK);
    cr_expect_eq(verify_store(engine, &how, &verified), ERR_OK);
    close_engine();
    mapping_close(mapping);
    options.mapping = NULL;
}

/* Of ten thousand names a few are read, and who has them is no stranger for it. */
Test(turn, of_very_many_names_some_count)
{
    enum { MANY = 10000 };
    static struct change changes[MANY];
    static char texts[MANY][24];
    struct verify_report verified;
    for (size_t i = 0; i < MANY; i++) {
        snprintf(texts[i], sizeof(texts[i]), "name number %zu", i);
        changes[i] = insert(FILM, NAME, text(texts[i]));
    }
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    cr_assert_eq(run(0, changes, MANY), ERR_OK);
    struct arena *arena = arena_new();
    cr_expect(explain_film(arena).matched);
    uint64_t memory = report.memory;
    struct change one = insert(FILM, iri("http://v/year"), text("1999"));
    cr_assert_eq(run(0, &one, 1), ERR_OK);
    cr_expect_lt(report.memory, memory / 4);
    struct verify_options how = {0};
    cr_expect_eq(verify_store(engine, &how, &verified), ERR_OK);
    arena_free(arena);
}

/* --- keys --- */

static const struct explain_feature *feature_of(const struct explanation *x, const char *name)
{
    for (size_t i = 0; i < x->evidence.count; i++)
        if (strcmp(x->evidence.features[i].name, name) == 0)
            return &x->evidence.features[i];
    return NULL;
}

static void expect_sum(const struct explanation *x)
{
    float sum = x->evidence.prior;
    for (size_t i = 0; i < x->evidence.count; i++)
        sum += x->evidence.features[i].adds;
    cr_expect_float_eq(sum, x->evidence.logit, 1e-3, "what is told adds up");
}

Test(turn, a_key_joins_what_nothing_else_does_and_parts_it)
{
    struct mapping *keys;
    struct arena *arena = arena_new();
    struct term other = iri("http://r/1001"), isbn = iri("http://v/isbn");
    struct change left[] = {insert(FILM, LABEL, text("Das stille Ufer")),
                            insert(FILM, isbn, text("978-3-16-148410-0"))};
    struct change right[] = {insert(other, LABEL, text("The Quiet Shore")),
                             insert(other, isbn, text("316148410X"))};
    cr_assert_eq(mapping_parse(slice_of("left\thttp://v/isbn\tkey:isbn\n"
                                        "right\thttp://v/isbn\tkey:isbn\n"),
                               "keys", &keys),
                 ERR_OK);
    close_engine();
    kv_destroy(PATH, true);
    options.mapping = keys;
    options.threshold = 0;
    cr_assert_eq(open_engine(), ERR_OK);
    cr_assert_eq(run(0, left, 2), ERR_OK);
    cr_assert_eq(run(1, right, 2), ERR_OK);
    cr_expect_eq(report.matches, 1);
    struct explanation x = explain_film(arena);
    cr_expect(x.matched);
    cr_expect_eq(x.block_count, 1);
    cr_expect(slice_equal(x.blocks[0].text, slice_of("9783161484100")));
    cr_assert(feature_of(&x, "a key agrees"));
    cr_expect_null(feature_of(&x, "keys differ"));
    expect_sum(&x);

    right[0] = delete (other, isbn, text("316148410X"));
    right[1] = insert(other, isbn, text("0-306-40615-2"));
    cr_assert_eq(run(1, right, 2), ERR_OK);
    cr_expect_eq(report.unmatches, 1);
    x = explain_film(arena);
    cr_expect_not(x.candidate);
    cr_assert(feature_of(&x, "keys differ"));
    expect_sum(&x);
    struct verify_report verified;
    struct verify_options how = {0};
    cr_expect_eq(verify_store(engine, &how, &verified), ERR_OK);
    mapping_close(keys);
    arena_free(arena);
}

Test(turn, a_thing_is_called_in_the_preferred_language)
{
    struct mapping *languages;
    struct arena *arena = arena_new();
    struct term de = text("Tiefe Wiese"), oc = text("Alpine Bas"), none = text("Meadow");
    de.lang = slice_of("de-AT");
    oc.lang = slice_of("oc");
    struct change labels[] = {insert(FILM, LABEL, oc), insert(FILM, LABEL, none),
                              insert(FILM, LABEL, de)};
    struct change right = insert(iri("http://r/1001"), LABEL, text("Alpine Bas"));
    cr_assert_eq(mapping_parse(slice_of("left\thttp://www.w3.org/2000/01/rdf-schema#label\t"
                                        "label:en,de\n"),
                               "languages", &languages),
                 ERR_OK);
    close_engine();
    kv_destroy(PATH, true);
    options.mapping = languages;
    cr_assert_eq(open_engine(), ERR_OK);
    cr_assert_eq(run(1, &right, 1), ERR_OK);
    cr_assert_eq(run(0, labels, 1), ERR_OK);
    cr_expect(slice_equal(explain_film(arena).side[0].label, slice_of("Alpine Bas")));
    cr_assert_eq(run(0, labels + 1, 1), ERR_OK);
    cr_expect(slice_equal(explain_film(arena).side[0].label, slice_of("Meadow")));
    cr_assert_eq(run(0, labels + 2, 1), ERR_OK);
    struct explanation x = explain_film(arena);
    cr_expect(slice_equal(x.side[0].label, slice_of("Tiefe Wiese")));
    cr_expect(slice_equal(x.side[0].name, slice_of("Alpine Bas")), "judged by all of them");
    labels[2].op = CHANGE_DELETE;
    cr_assert_eq(run(0, labels + 2, 1), ERR_OK);
    cr_expect(slice_equal(explain_film(arena).side[0].label, slice_of("Meadow")));
    mapping_close(languages);
    arena_free(arena);
}

Test(turn, a_store_knows_by_which_review_its_readers_were_told)
{
    cr_expect_not(engine_review_moved(engine), "nobody was told anything");
    film(0, "l", "The Blue River", "Ada Marsh");
    film(1, "r", "The Blue River", "Ada Marsh");
    cr_expect_not(engine_review_moved(engine), "but by this one");
    reopen(1, 0.5);
    cr_expect(engine_review_moved(engine), "and it does not say by which: an alignd of before");
    cr_assert_eq(engine_note_review(engine), ERR_OK);
    cr_expect_not(engine_review_moved(engine));
    reopen(1, 0.5);
    cr_expect_not(engine_review_moved(engine));
    reopen(1, 0.3);
    cr_expect(engine_review_moved(engine));
    cr_assert_eq(engine_note_review(engine), ERR_OK);
    reopen(1, 0.3);
    cr_expect_not(engine_review_moved(engine));
}
