/* Pages of matches and verdicts, of two catalogs that know the same films. */
#include "alignd/daemon/match_pages.h"

#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/engine/engine.h"
#include "alignd/model/model.h"
#include "alignd/state/state_view.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define FILMS 7

static const char *const graphs[] = {"a", "b"};
static struct kv *kv;
static struct model *model;
static struct engine *engine;

static void add_film(int n, enum change_op kind)
{
    static const char *const titles[] = {"Spirited Away", "Ran",     "Metropolis", "Vertigo",
                                         "Playtime",      "Solaris", "Stalker",    "Rashomon"};
    static const char *const people[] = {"Hayao Miyazaki",   "Akira Kurosawa", "Fritz Lang",
                                         "Alfred Hitchcock", "Jacques Tati",   "Steven Soderbergh",
                                         "Andrei Tarkovsky", "Toshiro Mifune"};
    char name[32], by[32];
    snprintf(name, sizeof(name), "http://x/%d", n);
    snprintf(by, sizeof(by), "http://x/by/%d", n);
    struct term label = {
        TERM_IRI, slice_of("http://www.w3.org/2000/01/rdf-schema#label"), {0}, {0}};
    struct term is_a = {
        TERM_IRI, slice_of("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), {0}, {0}};
    struct term type = {TERM_IRI, slice_of(n % 2 ? "http://x/film" : "http://x/work"), {0}, {0}};
    struct term film = {TERM_IRI, slice_of(name), {0}, {0}};
    struct term title = {TERM_LITERAL, slice_of(titles[n]), {0}, {0}};
    struct term made = {TERM_IRI, slice_of("http://x/director"), {0}, {0}};
    struct term who = {TERM_IRI, slice_of(by), {0}, {0}};
    struct term called = {TERM_LITERAL, slice_of(people[n]), {0}, {0}};
    struct change all[] = {{kind, film, label, title},
                           {kind, film, is_a, type},
                           {kind, film, made, who},
                           {kind, who, label, called}};
    struct engine_input inputs[] = {{.graph = 0, .changes = all, .count = 4},
                                    {.graph = 1, .changes = all, .count = 4}};
    struct engine_turn turn = {.inputs = inputs, .input_count = 2};
    struct engine_report report;
    cr_assert_eq(engine_run_turn(engine, &turn, &report), 0);
}

static void set_up(void)
{
    struct kv_options options = kv_options_default();
    struct engine_options eo = engine_options_default();
    options.create = options.in_memory = true;
    cr_assert_eq(kv_open("/match-pages", &options, &kv), 0);
    cr_assert_eq(model_new_default(1, &model), 0);
    eo.graphs[0] = graphs[0];
    eo.graphs[1] = graphs[1];
    eo.graph_count = 2;
    eo.model = model;
    cr_assert_eq(engine_open(kv, &eo, &engine), 0);
    for (int i = 0; i < FILMS; i++)
        add_film(i, CHANGE_INSERT);
}

static void tear_down(void)
{
    engine_close(engine);
    model_free(model);
    kv_close(kv);
}

/* Of films, and people maybe. */
static size_t matches(void)
{
    size_t n = (size_t)engine_state(engine)->totals.matches;
    cr_assert_geq(n, FILMS);
    return n;
}

TestSuite(match_pages, .init = set_up, .fini = tear_down);

static char next[100];

/* How many a page tells; where it ends, in `next`. */
static size_t page(const struct match_pages_query *q)
{
    struct buf out = {0};
    struct json_error error;
    struct slice text = {"", 0}, last = {"", 0};
    struct state view;
    cr_assert_eq(state_view_open(engine_state(engine), &view), 0);
    cr_assert_eq(match_pages_write_matches(&out, &view, q), 0);
    state_view_close(&view);
    struct json *json = json_parse(buf_slice(&out), &error);
    cr_assert(json, "%s", error.message);
    const struct json *all = json_get(json, "matches");
    for (size_t i = 0; i < json_size(all); i++) {
        cr_assert(json_read_string(json_get(json_at(all, i), "subject_id"), &text));
        cr_expect(!slice_equal(text, last), "told twice");
        last = text;
        cr_assert(json_read_string(json_get(json_at(all, i), "object_source"), &text));
        cr_expect(slice_equal(text, slice_of("b")));
    }
    size_t count = json_size(all);
    next[0] = '\0';
    if (json_read_string(json_get(json, "next"), &text))
        snprintf(next, sizeof(next), "%.*s", (int)text.len, text.data);
    json_free(json);
    buf_fini(&out);
    return count;
}

/* All pages; the number of matches. */
static size_t walk(struct match_pages_query q)
{
    size_t sum = 0, pages = 0;
    char after[100];
    do {
        size_t n = page(&q);
        cr_assert(n <= q.limit && ++pages < 100);
        sum += n;
        memcpy(after, next, sizeof(after));
        q.after = slice_of(after);
    } while (*after);
    return sum;
}

Test(match_pages, tell_every_match_once_whatever_a_page_may_have)
{
    for (size_t limit = 1; limit <= matches() + 1; limit++)
        for (size_t rows = 1; rows <= 5; rows++) {
            struct match_pages_query q = match_pages_query_default(engine_state(engine));
            q.limit = limit;
            q.rows = rows;
            cr_expect_eq(walk(q), matches(), "%zu, %zu", limit, rows);
        }
}

Test(match_pages, go_on_behind_a_match_that_has_gone)
{
    struct match_pages_query q = match_pages_query_default(engine_state(engine));
    q.limit = 3;
    cr_assert_eq(page(&q), 3);
    char after[100];
    memcpy(after, next, sizeof(after));
    for (int i = 0; i < FILMS; i++)
        add_film(i, CHANGE_DELETE);
    add_film(FILMS, CHANGE_INSERT);
    q.after = slice_of(after);
    size_t left = (size_t)engine_state(engine)->totals.matches;
    cr_assert_gt(left, 0);
    cr_expect(walk(q) <= left);
    q.after = slice_of("");
    cr_expect_eq(walk(q), left);
}

Test(match_pages, tell_what_is_asked_for)
{
    const struct match_pages_query whole = match_pages_query_default(engine_state(engine));
    struct match_pages_query q = whole;
    q.graph = 1;
    cr_expect_eq(walk(q), matches());
    q = whole;
    q.typed = true;
    q.type = slice_of("film");
    size_t films = walk(q);
    q.type = slice_of("work");
    cr_expect_eq(films, FILMS / 2);
    cr_expect_eq(walk(q), FILMS - FILMS / 2);
    q.type = slice_of("");
    cr_expect_eq(walk(q), matches() - FILMS, "people");
    q = whole;
    q.banded = true;
    q.band = BAND_MATCH;
    cr_expect_eq(walk(q), matches(), "of all, as the review line is at 0");
    q.review = 1.1f;
    cr_expect_eq(walk(q), 0);
    q.band = BAND_POSSIBLE;
    cr_expect_eq(walk(q), matches());
    q = whole;
    q.max = 0.01f;
    cr_expect_eq(walk(q), 0);
}

Test(match_pages, refuse_what_is_the_end_of_no_page)
{
    struct match_pages_query q = match_pages_query_default(engine_state(engine));
    struct buf out = {0};
    static const char *const bad[] = {
        "x", "00", "000000000000000000000000000000000000000000000000000000000000000G"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        q.after = slice_of(bad[i]);
        cr_expect_eq(match_pages_write_matches(&out, engine_state(engine), &q), ERR_USAGE);
    }
    cr_expect_eq(out.len, 0);
    q.after = slice_of("");
    cr_expect_eq(match_pages_write_verdicts(&out, engine_state(engine), &q), 0);
    cr_expect(slice_equal(buf_slice(&out), slice_of("{\"verdicts\":[]}")));
    buf_fini(&out);
}
