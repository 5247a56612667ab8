/*
 * stress_engine.c - the threads around the engine, without Kafka and without a
 * test framework, so that it runs under ThreadSanitizer: one thread runs turns
 * on a pool of four, another publishes from the outbox and drops what it took,
 * a third reads totals of the store as the HTTP page does.
 *
 *     cmake --preset tsan && ninja -C build/tsan stress_engine
 *     build/tsan/stress_engine [seconds]
 *
 * Status 0: the state is what one thread gives, and every outbox record was
 * taken once and in order.
 */
#include "../engine/history.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/engine/engine.h"
#include "alignd/model/model.h"

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

static void *look(void *arg)
{
    struct world *w = arg;
    unsigned long long sum = 0;
    while (!atomic_load(&w->done))
        sum += kv_property(w->kv, "rocksdb.estimate-num-keys");
    return (void *)(uintptr_t)(sum == 1); /* kept from being optimised away */
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
    unsigned long long taken = 0;
    int rc = model_new_default(1, &model);
    if (rc)
        die("model", rc);
    do {
        struct history h;
        pthread_t publisher, looker;
        history_make(&h, 100 + rounds, 2000, 120);
        struct world many = open_world("/stress-many", model, 4);
        if (pthread_create(&publisher, NULL, publish, &many))
            die("thread", ERR_INTERNAL);
        if (pthread_create(&looker, NULL, look, &many))
            die("thread", ERR_INTERNAL);
        run_history(&many, &h, rounds);
        atomic_store(&many.done, true);
        pthread_join(publisher, NULL);
        pthread_join(looker, NULL);

        struct world one = open_world("/stress-one", model, 1);
        run_history(&one, &h, rounds + 77);
        if (many.wrong || many.taken != atomic_load(&many.head) || !same_state(&many, &one)) {
            fprintf(stderr, "stress_engine: round %u failed: %llu records, %llu out of order\n",
                    rounds, many.taken, many.wrong);
            return 1;
        }
        taken += many.taken;
        close_world(&many, "/stress-many");
        close_world(&one, "/stress-one");
        history_free(&h);
        rounds++;
    } while ((double)(clock_mono_us() - begun) < seconds * 1e6);
    model_free(model);
    printf("stress_engine: %u rounds, %llu outbox records, all in order\n1 passed, 0 failed\n",
           rounds, taken);
    return 0;
}
