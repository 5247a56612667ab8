/*
 * Many events of one turn, explained at once: they are what one worker with a cache that holds
 * hardly any profile makes of them, in the same order, to the byte.
 */
#include "alignd/base/arena.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/engine/build.h"
#include "alignd/engine/engine.h"
#include "alignd/model/model.h"
#include "alignd/state/match_list.h"
#include "alignd/state/outbox.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PATH "/turn-explain"
#define FILMS 700 /* more than are told at once, in an order that is not theirs */
#define FILM_CHANGES 4

static struct model *model;
static struct arena *arena; /* of terms */

static void set_up(void)
{
    cr_assert_eq(model_new_default(1, &model), ERR_OK);
    arena = arena_new();
}

static void tear_down(void)
{
    arena_free(arena);
    model_free(model);
}

TestSuite(turn_explain, .init = set_up, .fini = tear_down);

/* An engine on an empty store in memory. */
struct side {
    char path[32];
    struct engine_options options;
    struct kv *kv;
    struct engine *engine;
};

static void make_side(struct side *s, unsigned threads, size_t profile_cache)
{
    struct kv_options k = kv_options_default();
    k.in_memory = true;
    s->options = engine_options_default();
    s->options.graphs[0] = "left";
    s->options.graphs[1] = "right";
    s->options.graph_count = 2;
    s->options.model = model;
    s->options.sync = false;
    s->options.threshold = 0.3;
    s->options.threads = threads;
    s->options.profile_cache_bytes = profile_cache;
    snprintf(s->path, sizeof(s->path), "%s-%u", PATH, threads);
    cr_assert_eq(kv_open(s->path, &k, &s->kv), ERR_OK);
}

static void open_side(struct side *s)
{
    cr_assert_eq(engine_open(s->kv, &s->options, &s->engine), ERR_OK);
}

static void close_side(struct side *s)
{
    engine_close(s->engine);
    kv_close(s->kv);
    kv_destroy(s->path, true);
}

__attribute__((format(printf, 2, 3))) static struct term term(enum term_kind kind,
                                                              const char *format, ...)
{
    char text[96];
    va_list rest;
    va_start(rest, format);
    vsnprintf(text, sizeof(text), format, rest);
    va_end(rest);
    return (struct term){.kind = kind, .text = arena_copy(arena, slice_of(text))};
}

/* A film and whoever made it; some made several. */
static void film(const char *base, unsigned n, const char *title, struct change *out)
{
    static const char *const colours[] = {"Red",   "Blue", "Green", "White",
                                          "Black", "Grey", "Golden"};
    static const char *const places[] = {"River", "Harbour", "Meadow", "Castle", "Island"};
    unsigned m = n % 300;
    struct term label = term(TERM_IRI, "http://www.w3.org/2000/01/rdf-schema#label");
    struct term s = term(TERM_IRI, "http://%s/%u", base, n);
    struct term maker = term(TERM_IRI, "http://%s/m%u", base, m);
    struct term words =
        term(TERM_LITERAL, "%s %s %s %u", title, colours[n % 7], places[n % 5], 1000 + n);
    out[0] = (struct change){CHANGE_INSERT, s, label, words};
    out[1] = (struct change){CHANGE_INSERT, s, term(TERM_IRI, "http://v/maker"), maker};
    out[2] = (struct change){CHANGE_INSERT, s, term(TERM_IRI, "http://v/year"),
                             term(TERM_LITERAL, "%u", 1900 + n % 90)};
    out[3] = (struct change){CHANGE_INSERT, maker, label,
                             term(TERM_LITERAL, "Maker Number %u", 77 * m + 13)};
}

static struct change *films(const char *base, const char *title)
{
    struct change *all = arena_alloc(arena, FILMS * FILM_CHANGES * sizeof(*all));
    for (unsigned i = 0; i < FILMS; i++)
        film(base, i, title, all + i * FILM_CHANGES);
    return all;
}

static struct engine_report run(struct side *s, size_t graph, const struct change *changes,
                                size_t count)
{
    struct engine_report report;
    struct engine_input input = {
        .graph = graph,
        .changes = changes,
        .count = count,
        .cause = {.topic = slice_of("t"), .partition = 3, .offset = 9, .event_time_ms = 1000}};
    struct engine_turn turn = {.inputs = &input, .input_count = 1, .now_ms = 5000};
    cr_assert_eq(engine_run_turn(s->engine, &turn, &report), ERR_OK);
    return report;
}

/* An event without the moment it was made. */
static struct slice timeless(struct slice value)
{
    static const char member[] = "\"process_time\":\"";
    if (!value.len)
        return value; /* a tombstone */
    char *copy = arena_alloc(arena, value.len);
    memcpy(copy, value.data, value.len);
    char *at = memmem(copy, value.len, member, strlen(member));
    cr_assert(at, "%.*s", (int)value.len, value.data);
    memset(at + strlen(member), '0', CLOCK_TEXT_BYTES - 1);
    return (struct slice){copy, value.len};
}

static size_t outbox(const struct side *s, struct outbox_record **ret)
{
    size_t count;
    cr_assert_eq(outbox_read(s->kv, 0, 10000, 64 << 20, arena, ret, &count), ERR_OK);
    return count;
}

/* Events that name a neighbour on which both ends agree. */
static size_t expect_same_events(const struct side *a, const struct side *b)
{
    struct outbox_record *x, *y;
    size_t count = outbox(a, &x), named = 0;
    cr_assert_eq(count, outbox(b, &y));
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(x[i].seq, y[i].seq);
        cr_assert(slice_equal(x[i].key, y[i].key), "record %zu", i);
        cr_assert_eq(x[i].tombstone, y[i].tombstone);
        struct slice first = timeless(x[i].value), second = timeless(y[i].value);
        cr_assert(slice_equal(first, second), "record %zu:\n%.*s\n%.*s", i, (int)first.len,
                  first.data, (int)second.len, second.data);
        named += memmem(first.data, first.len, "\"neighbours\":[{", 15) != NULL;
    }
    return named;
}

Test(turn_explain, neither_workers_nor_caches_show_in_an_event)
{
    struct side one, many;
    struct side *sides[] = {&one, &many};
    const struct change *left = films("l", "The"), *right = films("r", "The"),
                        *other = films("r", "A");
    size_t count = FILMS * FILM_CHANGES;
    make_side(&one, 1, 0);
    make_side(&many, 4, (size_t)64 << 20);
    for (int i = 0; i < 2; i++) {
        open_side(sides[i]);
        run(sides[i], 0, left, count);
        struct engine_report report = run(sides[i], 1, right, count);
        cr_expect_gt(report.matches, FILMS);
        /* others match otherwise, and some no more */
        report = run(sides[i], 1, other, count / 2);
        struct change gone[FILM_CHANGES * 20];
        memcpy(gone, right, sizeof(gone));
        for (size_t k = 0; k < FILM_CHANGES * 20; k++)
            gone[k].op = CHANGE_DELETE;
        report.unmatches += run(sides[i], 1, gone, FILM_CHANGES * 20).unmatches;
        cr_expect_gt(report.unmatches, 0);
    }
    cr_expect_gt(expect_same_events(&one, &many), FILMS / 2);
    close_side(&one);
    close_side(&many);
}

/* A store that was built, whose matches readers learn from the comparison with what they hold. */
static void build(struct side *s, const struct change *left, const struct change *right)
{
    struct build_options o = {.folder = s->path,
                              .in_memory = true,
                              .memory_bytes = 1 << 20,
                              .expected_triples = 2 * FILMS * FILM_CHANGES};
    struct build *b;
    cr_assert_eq(build_new(s->kv, &s->options, &o, &b), ERR_OK);
    cr_assert_eq(build_add(b, 0, left, FILMS * FILM_CHANGES), ERR_OK);
    cr_assert_eq(build_add(b, 1, right, FILMS * FILM_CHANGES), ERR_OK);
    cr_assert_eq(build_run(b), ERR_OK);
    build_free(b);
}

struct telling {
    struct engine_told told[FILMS * 3];
    size_t count;
};

/* Every third match is held by readers already, with another confidence. */
static int add_match(void *arg, const struct match *m)
{
    struct telling *telling = arg;
    cr_assert_lt(telling->count, FILMS * 3 - 1);
    telling->told[telling->count] =
        (struct engine_told){.subject = arena_copy(arena, m->subject),
                             .object = arena_copy(arena, m->object),
                             .subject_source = slice_of("left"),
                             .object_source = slice_of("right"),
                             .confidence = telling->count % 3 ? -1 : 0.01f};
    telling->count++;
    return ERR_OK;
}

static struct engine_report tell(struct side *s)
{
    struct telling *telling = arena_calloc(arena, 1, sizeof(*telling));
    struct engine_report report;
    cr_assert_eq(match_list_each(engine_state(s->engine), add_match, telling), ERR_OK);
    telling->told[telling->count++] = (struct engine_told){.subject = slice_of("http://l/none"),
                                                           .object = slice_of("http://r/none"),
                                                           .subject_source = slice_of("left"),
                                                           .object_source = slice_of("right"),
                                                           .confidence = 0.5f};
    struct engine_turn turn = {
        .told = telling->told, .told_count = telling->count, .release = true, .now_ms = 5000};
    cr_assert_eq(engine_run_turn(s->engine, &turn, &report), ERR_OK);
    return report;
}

Test(turn_explain, what_readers_lack_after_a_build_is_told_alike)
{
    struct side one, many;
    struct side *sides[] = {&one, &many};
    const struct change *left = films("l", "The"), *right = films("r", "The");
    make_side(&one, 1, 0);
    make_side(&many, 4, (size_t)64 << 20);
    for (int i = 0; i < 2; i++) {
        build(sides[i], left, right);
        open_side(sides[i]);
        struct engine_report report = tell(sides[i]);
        cr_expect_gt(report.matches, FILMS / 2);
        cr_expect_gt(report.updates, FILMS / 4);
        cr_expect_eq(report.unmatches, 1);
    }
    cr_expect_gt(expect_same_events(&one, &many), FILMS / 2);
    close_side(&one);
    close_side(&many);
}
