/*
 * bench_settle.c - how many events a catalog costs that arrives triple by triple, and how long
 * after its last change a match is told, by `[decide] settle_ms`:
 *
 *     bench_settle --world DIR [--rate R] [--settle MS] [--settle-max MS]
 *
 * DIR: made by `alignd synth`.  Its right.nt is loaded; then left.nt comes, a triple a turn, R a
 * second (120) by a clock of ours, until all is told.
 */
#include "bench.h"

#include "alignd/base/err.h"
#include "alignd/engine/engine.h"
#include "alignd/graph/mapping.h"
#include "alignd/model/model.h"

#include <stdio.h>

struct bench {
    struct kv *kv;
    struct engine *engine;
    int64_t now_ms;
    uint64_t matches, unmatches, updates;
    double waiting_ms; /* sum over pairs of the time that they waited */
};

static void run(struct bench *b, size_t graph, const struct change *changes, size_t count,
                int64_t later_ms)
{
    struct engine_input input = {.graph = graph, .changes = changes, .count = count};
    struct engine_turn turn = {.inputs = &input, .input_count = count ? 1 : 0};
    struct engine_report r;
    b->waiting_ms += (double)engine_settling_count(b->engine) * (double)later_ms;
    b->now_ms += later_ms;
    turn.now_ms = b->now_ms;
    bench_check(engine_run_turn(b->engine, &turn, &r), "turn");
    b->matches += r.matches;
    b->unmatches += r.unmatches;
    b->updates += r.updates;
}

static void arrive(struct bench *b, const struct bench_changes *left, double rate)
{
    double due = 0;
    for (size_t i = 0; i < left->count; i++) {
        int64_t before = (int64_t)due;
        due += 1000 / rate;
        run(b, 0, &left->all[i], 1, (int64_t)due - before);
    }
    while (engine_dirty_count(b->engine) || engine_settling_count(b->engine))
        run(b, 0, NULL, 0, 10);
}

int main(int argc, char **argv)
{
    const char *world = bench_option(argc, argv, "world", NULL);
    struct bench b = {.now_ms = 1000000};
    struct engine_options o = engine_options_default();
    struct kv_options k = kv_options_default();
    struct arena *arena = arena_new();
    struct model *model;
    struct mapping *mapping;
    struct state_totals totals;
    char path[4096];
    snprintf(path, sizeof(path), "%s/mapping.tsv", world);
    bench_check(mapping_open(path, &mapping), "mapping");
    bench_check(model_load_default(&model), "model");
    k.create = k.in_memory = true;
    bench_check(kv_open("/bench-settle", &k, &b.kv), "store");
    o.graphs[0] = "left";
    o.graphs[1] = "right";
    o.graph_count = 2;
    o.mapping = mapping;
    o.model = model;
    o.explain = o.sync = false;
    o.settle_ms = (int64_t)bench_number(argc, argv, "settle", 0);
    o.settle_max_ms = (int64_t)bench_number(argc, argv, "settle-max", 60000);
    bench_check(engine_open(b.kv, &o, &b.engine), "engine");
    snprintf(path, sizeof(path), "%s/right.nt", world);
    struct bench_changes right = bench_read_file(path, arena);
    snprintf(path, sizeof(path), "%s/left.nt", world);
    struct bench_changes left = bench_read_file(path, arena);
    run(&b, 1, right.all, right.count, 0);
    arrive(&b, &left, bench_number(argc, argv, "rate", 120));
    engine_get_totals(b.engine, &totals);
    bench_say((double)left.count, "", "settle.triples");
    bench_say((double)totals.matches, "", "settle.matches_in_the_end");
    bench_say((double)b.matches, "", "settle.events.match");
    bench_say((double)b.unmatches, "", "settle.events.unmatch");
    bench_say((double)b.updates, "", "settle.events.update");
    bench_say(b.matches ? b.waiting_ms / (double)b.matches : 0, "ms", "settle.waited");
    engine_close(b.engine);
    kv_close(b.kv);
    model_free(model);
    mapping_close(mapping);
    arena_free(arena);
    return 0;
}
