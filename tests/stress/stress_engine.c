/*
 * stress_engine.c - the threads around the engine, without Kafka and without a
 * test framework, so that it runs under ThreadSanitizer: one thread runs turns
 * on a pool of four, another publishes from the outbox and drops what it took,
 * two more explain pairs and look for names in views of the store, as the HTTP pages do.
 *
 *     cmake --preset tsan && ninja -C build/tsan stress_engine
 *     build/tsan/stress_engine [seconds]
 *
 * Status 0: the state is what one thread gives, every outbox record was
 * taken once and in order, and a view tells one story.
 */
#include "../engine/history.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/engine/engine.h"
#include "alignd/engine/explain.h"
#include "alignd/engine/search.h"
#include "alignd/model/model.h"
#include "alignd/state/match_list.h"
#include "alignd/state/state_view.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Debian's RocksDB is not built for ThreadSanitizer, which therefore does not
 * see how it hands memory from one thread to another. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "called_from_lib:librocksdb.so\ncalled_from_lib:libstdc++.so\n";
}

struct world {
    struct kv *kv;
    struct engine *engine;
    atomic_bool done;
    atomic_ullong head; /* what the engine has committed */
    unsigned long long taken, wrong;
    const struct history *history;
    const struct model *model;
    atomic_ullong explained, untrue;
};

static void die(const char *what, int rc)
{
    fprintf(stderr, "stress_engine: %s: %s\n", what, err_text(rc));
    exit(1);
}

static struct world open_world(const char *path, const struct model *model, unsigned threads)
{
    struct world w = {0};
    struct kv_options k = kv_options_default();
    struct engine_options o = engine_options_default();
    k.in_memory = true;
    o.graphs[0] = "one";
    o.graphs[1] = "two";
    o.graphs[2] = "verdicts";
    o.graph_count = 3;
    o.model = model;
    o.threshold = 0.3;
    o.hub_chunk = 16;
    o.inverse_limit = 40;
    o.block_limit = 100;
    o.threads = threads;
    o.profile_cache_bytes = 1 << 20;
    o.row_cache_bytes = 1 << 16;
    o.sync = false;
    int rc = kv_open(path, &k, &w.kv);
    if (!rc)
        rc = engine_open(w.kv, &o, &w.engine);
    if (rc)
        die("open", rc);
    return w;
}

static void close_world(struct world *w, const char *path)
{
    engine_close(w->engine);
    kv_close(w->kv);
    kv_destroy(path, true);
}

static void run_turn(struct world *w, const struct step *steps, size_t count)
{
    static struct engine_input inputs[256];
    struct engine_report report;
    for (size_t i = 0; i < count; i++)
        inputs[i] = (struct engine_input){
            .graph = (size_t)steps[i].graph, .changes = &steps[i].change, .count = 1};
    struct engine_turn turn = {.inputs = inputs, .input_count = count};
    int rc = engine_run_turn(w->engine, &turn, &report);
    if (rc)
        die("turn", rc);
    atomic_store(&w->head, report.head);
}

static void run_history(struct world *w, const struct history *h, uint64_t seed)
{
    for (size_t at = 0, n; at < h->count; at += n) {
        n = 1 + history_random(&seed) % 200;
        n = n < h->count - at ? n : h->count - at;
        run_turn(w, h->steps + at, n);
    }
    while (engine_dirty_count(w->engine))
        run_turn(w, NULL, 0);
}

static void *publish(void *arg)
{
    struct world *w = arg;
    struct arena *arena = arena_new();
    unsigned long long seen = 0;
    for (;;) {
        bool done = atomic_load(&w->done);
        struct outbox_record *records;
        size_t count;
        arena_reset(arena);
        int rc = outbox_read(w->kv, seen, 100, 1 << 20, arena, &records, &count);
        if (rc)
            die("outbox", rc);
        for (size_t i = 0; i < count; i++)
            w->wrong += records[i].seq != ++seen;
        w->taken += count;
        if (count && outbox_drop(w->kv, seen))
            die("drop", ERR_STORE);
        if (done && seen >= atomic_load(&w->head))
            break;
    }
    arena_free(arena);
    return NULL;
}

/* Does the explanation of a pair say what the rows of the same view say? */
static void explain(struct world *w, const struct state *view, struct arena *arena,
                    const struct term *a, const struct term *b)
{
    struct explanation x;
    struct pair_list partners;
    int missing, rc = explain_pair(w->engine, view, 0, a, 1, b, arena, &x, &missing);
    struct id id = id_of_entity(view->graphs[0].tag, a);
    if (rc == ERR_NOT_FOUND)
        return;
    if (rc || (rc = match_list_partners(view->kv, id, arena, &partners)))
        die("explain", rc);
    bool matched = pair_list_find(&partners, id_of_entity(view->graphs[1].tag, b)) != NULL;
    atomic_fetch_add(&w->untrue, x.matched != matched);
    atomic_fetch_add(&w->explained, 1);
}

static void search(struct world *w, const struct state *view, struct arena *arena,
                   struct slice text)
{
    static const struct slice types[] = {{"", 0}};
    struct search_query q = {
        .text = text, .types = types, .type_count = 1, .graph = 2, .limit = 10, .rows = 100};
    struct search_hit *hits;
    size_t count;
    int rc = search_names(w->model, view, &q, arena, &hits, &count);
    if (rc)
        die("search", rc);
    for (size_t i = 1; i < count; i++)
        atomic_fetch_add(&w->untrue, hits[i].score > hits[i - 1].score);
}

/* As a page does: one view, one answer. */
static void *look(void *arg)
{
    struct world *w = arg;
    struct arena *arena = arena_new();
    uint64_t seed = (uint64_t)(uintptr_t)arena;
    while (!atomic_load(&w->done)) {
        const struct step *a = &w->history->steps[history_random(&seed) % w->history->count],
                          *b = &w->history->steps[history_random(&seed) % w->history->count];
        struct state view;
        int rc = state_view_open(engine_state(w->engine), &view);
        if (rc)
            die("view", rc);
        explain(w, &view, arena, &a->change.subject, &b->change.subject);
        if (a->change.object.kind == TERM_LITERAL)
            search(w, &view, arena, a->change.object.text);
        state_view_close(&view);
        arena_reset(arena);
    }
    arena_free(arena);
    return NULL;
}

static bool same_state(const struct world *a, const struct world *b)
{
    for (int f = 0; f < KV_FAMILIES; f++)
        if (engine_digest(a->engine, (enum kv_family)f) !=
            engine_digest(b->engine, (enum kv_family)f)) {
            fprintf(stderr, "stress_engine: %s differs\n", kv_family_name((enum kv_family)f));
            return false;
        }
    return true;
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? atof(argv[1]) : 3;
    uint64_t begun = clock_mono_us();
    struct model *model;
    unsigned rounds = 0;
    unsigned long long taken = 0, explained = 0;
    int rc = model_new_default(1, &model);
    if (rc)
        die("model", rc);
    do {
        struct history h;
        pthread_t publisher, lookers[2];
        history_make(&h, 100 + rounds, 2000, 120);
        struct world many = open_world("/stress-many", model, 4);
        if (pthread_create(&publisher, NULL, publish, &many))
            die("thread", ERR_INTERNAL);
        many.history = &h;
        many.model = model;
        for (size_t i = 0; i < 2; i++)
            if (pthread_create(&lookers[i], NULL, look, &many))
                die("thread", ERR_INTERNAL);
        run_history(&many, &h, rounds);
        atomic_store(&many.done, true);
        pthread_join(publisher, NULL);
        for (size_t i = 0; i < 2; i++)
            pthread_join(lookers[i], NULL);

        struct world one = open_world("/stress-one", model, 1);
        run_history(&one, &h, rounds + 77);
        if (many.wrong || many.untrue || !many.explained || many.taken != atomic_load(&many.head) ||
            !same_state(&many, &one)) {
            fprintf(stderr,
                    "stress_engine: round %u failed: %llu records, %llu out of order; %llu pairs "
                    "explained, %llu answers untrue\n",
                    rounds, many.taken, many.wrong, (unsigned long long)many.explained,
                    (unsigned long long)many.untrue);
            return 1;
        }
        taken += many.taken;
        explained += many.explained;
        close_world(&many, "/stress-many");
        close_world(&one, "/stress-one");
        history_free(&h);
        rounds++;
    } while ((double)(clock_mono_us() - begun) < seconds * 1e6);
    model_free(model);
    printf("stress_engine: %u rounds, %llu outbox records, all in order, %llu pairs explained "
           "beside\n1 passed, 0 failed\n",
           rounds, taken, explained);
    return 0;
}
