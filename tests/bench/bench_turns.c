/*
 * bench_turns.c - how long small turns take against a large store, the engine
 * alone, each turn synced:
 *
 *     bench_turns titles --store DIR --graph NAME --file FILE --prefix IRI [--count N]
 *         [--cut-offs 0]
 *             N entities whose IRIs begin with IRI are taken out; then each comes back as one
 *             turn of all its triples, goes again as one turn, and in the end all are there as
 *             before, which the digests prove
 *     bench_turns triples --store DIR --graph NAME --file FILE [--count N]
 *             N triples, one a turn: out, in
 *     bench_turns feed --store DIR --graph NAME --file FILE [--count N] [--batch B]
 *             plays N blocks of a feed (SIDE.changes.rdfp of `alignd synth --arrivals`), B a turn,
 *             and tells of each stage and each sort of change; the store stays as it is then
 *     bench_turns hub --store DIR --neighbours N [--count N]
 *             makes the store: an entity with N neighbours; then newcomers link to it and to
 *             an ordinary one in turns, it is renamed, and others go on meanwhile
 *
 * FILE: what the graph was loaded from, as N-Triples.
 */
#include "bench.h"

#include "alignd/base/err.h"
#include "alignd/cli/offline.h"
#include "alignd/model/model.h"
#include "alignd/stream/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench {
    struct offline store;
    size_t graph;
    size_t count;
    struct engine_report sum;
    double cpu;    /* of the turns in sum */
    uint64_t left; /* turns that left work for later */
};

/* The settings a daemon has: the budget is the default, events are explained. */
static void reopen(struct bench *b, bool cut_offs)
{
    engine_close(b->store.engine);
    b->store.engine = NULL;
    b->store.options.dirty_budget =
        cut_offs ? engine_options_default().dirty_budget : SIZE_MAX; /* else it would only wait */
    b->store.options.explain = b->store.options.sync = true;
    b->store.options.cut_offs = cut_offs;
    bench_check(engine_open(b->store.kv, &b->store.options, &b->store.engine), "open");
}

/* Milliseconds of one turn. */
static double run_turn(struct bench *b, size_t graph, const struct change *changes, size_t count)
{
    struct engine_input input = {.graph = graph, .changes = changes, .count = count};
    struct engine_turn turn = {.inputs = &input, .input_count = count ? 1 : 0};
    struct engine_report r;
    double begun = bench_seconds(), cpu = bench_cpu();
    bench_check(engine_run_turn(b->store.engine, &turn, &r), "turn");
    double ms = (bench_seconds() - begun) * 1e3;
    b->cpu += bench_cpu() - cpu;
    b->sum.pairs_scored += r.pairs_scored;
    b->sum.pairs_changed += r.pairs_changed;
    b->sum.rows_written += r.rows_written;
    b->sum.matches += r.matches;
    b->left += r.dirty_left != 0;
    return ms;
}

/* What was put off, until nothing is; milliseconds. */
static double settle(struct bench *b)
{
    double ms = 0;
    while (engine_dirty_count(b->store.engine))
        ms += run_turn(b, 0, NULL, 0);
    return ms;
}

/* The same triples the other way round. */
static void set_op(struct change *changes, size_t count, enum change_op op)
{
    for (size_t i = 0; i < count; i++)
        changes[i].op = op;
}

static void read_digests(struct bench *b, uint64_t digests[KV_FAMILIES])
{
    for (int f = 0; f < KV_FAMILIES; f++)
        digests[f] = engine_digest(b->store.engine, (enum kv_family)f);
}

static void check_digests(struct bench *b, const uint64_t before[KV_FAMILIES])
{
    uint64_t now[KV_FAMILIES];
    read_digests(b, now);
    if (memcmp(now, before, sizeof(now)) != 0) {
        fprintf(stderr, "bench_turns: the store is not what it was\n");
        exit(1);
    }
}

static void forget(struct bench *b)
{
    b->sum = (struct engine_report){0};
    b->cpu = 0;
    b->left = 0;
}

/* What the turns since the last forget() took. */
static void say(struct bench *b, struct bench_sample *s, const char *name)
{
    bench_say(bench_mean(s), "ms", "%s.mean", name);
    bench_say_sample(s, "ms", name);
    bench_say(b->cpu / (double)s->count * 1e3, "ms", "%s.cpu", name);
    bench_say((double)b->sum.pairs_scored / (double)s->count, "", "%s.pairs_scored", name);
    bench_say((double)b->sum.rows_written / (double)s->count, "", "%s.rows", name);
    bench_say((double)b->left, "", "%s.turns_that_left_work", name);
    forget(b);
    bench_free(s);
}

/* --- titles --- */

struct title {
    struct change *changes;
    size_t count;
};

static int by_subject(const void *a, const void *b)
{
    const struct change *x = a, *y = b;
    return slice_compare(x->subject.text, y->subject.text);
}

/* Entities with enough to say, spread over all there are. */
static struct title *find_titles(struct bench_changes *all, const char *prefix, size_t *count)
{
    struct title *titles = bench_alloc((all->count + 1) * sizeof(*titles));
    size_t n = 0, length = strlen(prefix), kept = 0;
    qsort(all->all, all->count, sizeof(*all->all), by_subject);
    for (size_t i = 0, end; i < all->count; i = end) {
        struct slice subject = all->all[i].subject.text;
        for (end = i + 1; end < all->count && slice_equal(all->all[end].subject.text, subject);
             end++)
            ;
        if (end - i >= 14 && end - i <= 40 && subject.len > length &&
            memcmp(subject.data, prefix, length) == 0)
            titles[n++] = (struct title){all->all + i, end - i};
    }
    size_t step = n > *count ? n / *count : 1;
    for (size_t i = 0; i < n && kept < *count; i += step)
        titles[kept++] = titles[i];
    *count = kept;
    return titles;
}

static void run_titles(struct bench *b, int argc, char **argv)
{
    struct arena *arena = arena_new();
    struct bench_changes all = bench_read_file(bench_option(argc, argv, "file", NULL), arena);
    struct title *titles = find_titles(&all, bench_option(argc, argv, "prefix", NULL), &b->count);
    struct bench_sample in = {0}, out = {0}, done = {0};
    double triples = 0;
    bool cut_offs = bench_number(argc, argv, "cut-offs", 1) != 0;
    const char *name = cut_offs ? "title" : "title_whole";
    char text[64];
    uint64_t digests[KV_FAMILIES];
    if (!b->count) {
        fprintf(stderr, "bench_turns: no such entity with 14 to 40 triples\n");
        exit(1);
    }
    reopen(b, cut_offs);
    settle(b);
    read_digests(b, digests);
    for (size_t i = 0; i < b->count; i++) {
        set_op(titles[i].changes, titles[i].count, CHANGE_DELETE);
        run_turn(b, b->graph, titles[i].changes, titles[i].count);
        triples += (double)titles[i].count;
    }
    settle(b);
    forget(b);
    for (size_t i = 0; i < b->count; i++) {
        set_op(titles[i].changes, titles[i].count, CHANGE_INSERT);
        double ms = run_turn(b, b->graph, titles[i].changes, titles[i].count);
        bench_add(&in, ms);
        bench_add(&done, ms + settle(b)); /* with what it put off to idle turns */
    }
    bench_say(triples / (double)b->count, "", "%s.triples", name);
    bench_say((double)b->count, "", "%s.count", name);
    snprintf(text, sizeof(text), "%s.insert", name);
    say(b, &in, text);
    snprintf(text, sizeof(text), "%s.insert_done", name);
    bench_say_sample(&done, "ms", text);
    bench_free(&done);
    for (size_t i = 0; i < b->count; i++) {
        set_op(titles[i].changes, titles[i].count, CHANGE_DELETE);
        bench_add(&out, run_turn(b, b->graph, titles[i].changes, titles[i].count));
        settle(b);
    }
    snprintf(text, sizeof(text), "%s.delete", name);
    say(b, &out, text);
    for (size_t i = 0; i < b->count; i++) {
        set_op(titles[i].changes, titles[i].count, CHANGE_INSERT);
        run_turn(b, b->graph, titles[i].changes, titles[i].count);
    }
    settle(b);
    check_digests(b, digests);
    free(titles);
    free(all.all);
    arena_free(arena);
}

/* --- single triples --- */

/* All of them, one a turn. */
static void run_each(struct bench *b, struct change *changes, size_t count, enum change_op op,
                     struct bench_sample *s)
{
    set_op(changes, count, op);
    for (size_t i = 0; i < count; i++) {
        double ms = run_turn(b, b->graph, &changes[i], 1);
        if (s)
            bench_add(s, ms);
        settle(b);
    }
}

static void run_triples(struct bench *b, int argc, char **argv)
{
    struct arena *arena = arena_new();
    struct bench_changes all = bench_read_file(bench_option(argc, argv, "file", NULL), arena);
    struct bench_sample in = {0}, out = {0};
    uint64_t digests[KV_FAMILIES];
    reopen(b, true);
    settle(b);
    read_digests(b, digests);
    size_t step = all.count > b->count ? all.count / b->count : 1, n = 0;
    for (size_t i = 0; i < all.count && n < b->count; i += step)
        all.all[n++] = all.all[i];
    run_each(b, all.all, n, CHANGE_DELETE, NULL); /* what they need is at hand from here on */
    forget(b);
    run_each(b, all.all, n, CHANGE_INSERT, &in);
    double in_mean = bench_mean(&in), in_cpu = b->cpu;
    say(b, &in, "triple.insert");
    run_each(b, all.all, n, CHANGE_DELETE, &out);
    bench_say(bench_mean(&out) / in_mean, "times", "triple.delete_over_insert");
    bench_say(b->cpu / in_cpu, "times", "triple.delete_over_insert.cpu");
    say(b, &out, "triple.delete");
    run_each(b, all.all, n, CHANGE_INSERT, NULL);
    check_digests(b, digests);
    free(all.all);
    arena_free(arena);
}

/* --- a feed --- */

enum sort_of_change { TITLE, RENAMED, VALUE, GONE, SORTS };
static const char *const sorts[SORTS] = {"title", "renamed", "value", "gone"};

static enum sort_of_change sort_of(const struct change *changes, size_t count)
{
    size_t deleted = 0;
    for (size_t i = 0; i < count; i++)
        deleted += changes[i].op == CHANGE_DELETE;
    if (!deleted)
        return TITLE;
    if (deleted == count)
        return GONE;
    return memmem(changes[0].predicate.text.data, changes[0].predicate.text.len, "label", 5)
               ? RENAMED
               : VALUE;
}

/* Blocks [at, end) as one turn. */
static void play(struct bench *b, const struct slice *blocks, size_t count, struct arena *arena,
                 struct bench_sample samples[SORTS], double stages[ENGINE_STAGES])
{
    struct codec_limits limits = {0};
    struct engine_input *inputs = arena_alloc(arena, count * sizeof(*inputs));
    struct engine_turn turn = {.inputs = inputs, .input_count = count};
    struct engine_report r;
    enum sort_of_change sort = TITLE;
    for (size_t i = 0; i < count; i++) {
        struct codec_error error;
        struct change *changes;
        size_t n;
        bench_check(codec_decode(CODEC_RDF_PATCH, blocks[i], &limits, arena, &changes, &n, &error),
                    "block");
        inputs[i] = (struct engine_input){.graph = b->graph, .changes = changes, .count = n};
        sort = sort_of(changes, n);
    }
    double begun = bench_seconds(), cpu = bench_cpu();
    bench_check(engine_run_turn(b->store.engine, &turn, &r), "turn");
    bench_add(&samples[count > 1 ? TITLE : sort], (bench_seconds() - begun) * 1e3);
    b->cpu += bench_cpu() - cpu;
    b->sum.pairs_scored += r.pairs_scored;
    b->sum.rows_written += r.rows_written;
    b->sum.matches += r.matches;
    b->left += r.dirty_left != 0;
    for (size_t i = 0; i < ENGINE_STAGES; i++)
        stages[i] += (double)r.stage_us[i];
}

static void run_feed(struct bench *b, int argc, char **argv)
{
    struct bench_blocks blocks = bench_read_blocks(bench_option(argc, argv, "file", NULL));
    size_t batch = (size_t)bench_number(argc, argv, "batch", 1), n = 0;
    struct arena *arena = arena_new();
    struct bench_sample samples[SORTS] = {{0}};
    double stages[ENGINE_STAGES] = {0};
    reopen(b, true);
    settle(b);
    forget(b);
    for (size_t i = 0; i < blocks.count && i < b->count; i += batch, n++) {
        size_t left = blocks.count - i;
        play(b, blocks.all + i, left < batch ? left : batch, arena, samples, stages);
        arena_reset(arena);
    }
    double turns = (double)n;
    bench_say(b->cpu / turns * 1e3, "ms", "feed.cpu");
    bench_say((double)b->sum.pairs_scored / turns, "", "feed.pairs_scored");
    bench_say((double)b->sum.rows_written / turns, "", "feed.rows");
    bench_say((double)b->sum.matches / turns, "", "feed.matches");
    bench_say((double)b->left / turns, "", "feed.turns_that_left_work");
    for (size_t i = 0; i < ENGINE_STAGES; i++)
        bench_say(stages[i] / turns, "us", "feed.stage.%s", engine_stage_name(i));
    for (int k = 0; k < SORTS; k++) {
        char name[64];
        snprintf(name, sizeof(name), "feed.%s", sorts[k]);
        if (samples[k].count)
            bench_say_sample(&samples[k], "ms", name);
        bench_free(&samples[k]);
    }
    free(blocks.all);
    arena_free(arena);
}

/* --- a hub --- */

static struct term iri(struct arena *a, const char *what, uint64_t number)
{
    char text[80];
    int n = snprintf(text, sizeof(text), "http://hub.example/%s/%llu", what,
                     (unsigned long long)number);
    return (struct term){.kind = TERM_IRI, .text = arena_copy(a, (struct slice){text, (size_t)n})};
}

static struct change link_to(struct arena *a, enum change_op op, uint64_t work, uint64_t genre)
{
    return (struct change){op, iri(a, "work", work), iri(a, "genre", 0), iri(a, "place", genre)};
}

static struct change label_of(struct arena *a, enum change_op op, const char *what, uint64_t number,
                              const char *name)
{
    char text[80];
    int n = snprintf(text, sizeof(text), "%s %llu", name, (unsigned long long)number);
    return (struct change){
        op,
        iri(a, what, number),
        {.kind = TERM_IRI, .text = slice_of("http://www.w3.org/2000/01/rdf-schema#label")},
        {.kind = TERM_LITERAL, .text = arena_copy(a, (struct slice){text, (size_t)n})}};
}

#define ORDINARY 12 /* neighbours of an ordinary place */
#define BATCH 20000

/* Place 0 with n works, the places after it with a dozen each. */
static void make_hub(struct bench *b, uint64_t n)
{
    struct arena *arena = arena_new();
    struct change *changes = bench_alloc(BATCH * sizeof(*changes));
    size_t count = 0;
    double begun = bench_seconds();
    changes[count++] = label_of(arena, CHANGE_INSERT, "place", 0, "Crowded place");
    for (uint64_t i = 0; i < n; i++) {
        changes[count++] = link_to(arena, CHANGE_INSERT, i, 0);
        if (i < b->count * ORDINARY)
            changes[count++] = link_to(arena, CHANGE_INSERT, i, 1 + i / ORDINARY);
        if (count + 2 > BATCH || i + 1 == n) {
            run_turn(b, 0, changes, count);
            arena_reset(arena);
            count = 0;
        }
    }
    settle(b);
    bench_say(bench_seconds() - begun, "s", "hub.build");
    free(changes);
    arena_free(arena);
}

/* Newcomers with a link each, to the hub and to ordinary places in turns; then out again. */
static void link_newcomers(struct bench *b, struct arena *arena, uint64_t first)
{
    struct bench_sample s[2][2] = {{{0}}}; /* [hub][deleted] */
    for (size_t i = 0; i < b->count; i++)
        for (int hub = 0; hub < 2; hub++) {
            uint64_t work = first + 2 * i + (uint64_t)hub;
            for (int deleted = 0; deleted < 2; deleted++) {
                struct change c =
                    link_to(arena, deleted ? CHANGE_DELETE : CHANGE_INSERT, work, hub ? 0 : 1 + i);
                bench_add(&s[hub][deleted], run_turn(b, 0, &c, 1));
            }
        }
    bench_say(bench_quantile(&s[1][0], 0.5) / bench_quantile(&s[0][0], 0.5), "times",
              "hub.insert_over_ordinary");
    bench_say(bench_quantile(&s[1][1], 0.5) / bench_quantile(&s[0][1], 0.5), "times",
              "hub.delete_over_ordinary");
    bench_say_sample(&s[1][0], "ms", "hub.insert");
    bench_say_sample(&s[0][0], "ms", "hub.ordinary_insert");
    bench_say_sample(&s[1][1], "ms", "hub.delete");
    bench_say_sample(&s[0][1], "ms", "hub.ordinary_delete");
    for (int hub = 0; hub < 2; hub++)
        for (int deleted = 0; deleted < 2; deleted++)
            bench_free(&s[hub][deleted]);
}

/* The hub gets another name; every turn until it is worked off brings a newcomer elsewhere. */
static void rename_hub(struct bench *b, struct arena *arena, uint64_t first)
{
    struct change names[] = {label_of(arena, CHANGE_DELETE, "place", 0, "Crowded place"),
                             label_of(arena, CHANGE_INSERT, "place", 0, "Busy place")};
    struct bench_sample quiet = {0}, busy = {0};
    double begun;
    uint64_t next = first;
    for (size_t i = 0; i < b->count; i++) {
        struct change c = link_to(arena, CHANGE_INSERT, next++, 1 + i);
        bench_add(&quiet, run_turn(b, 0, &c, 1));
    }
    settle(b);
    begun = bench_seconds();
    bench_say(run_turn(b, 0, names, 2), "ms", "hub.rename.first_turn");
    forget(b);
    for (size_t i = 0; engine_dirty_count(b->store.engine); i++) {
        struct change c = link_to(arena, CHANGE_INSERT, next++, 1 + i % b->count);
        bench_add(&busy, run_turn(b, 0, &c, 1));
    }
    bench_say(bench_seconds() - begun, "s", "hub.rename.seconds");
    bench_say((double)busy.count, "", "hub.rename.turns");
    if (busy.count)
        bench_say(b->cpu / (double)busy.count * 1e3, "ms", "hub.rename.cpu");
    bench_say_sample(&busy, "ms", "hub.rename.others");
    bench_say_sample(&quiet, "ms", "hub.others_before");
    bench_free(&quiet);
    bench_free(&busy);
}

static void run_hub(struct bench *b, int argc, char **argv)
{
    uint64_t n = (uint64_t)bench_number(argc, argv, "neighbours", 100000);
    struct arena *arena = arena_new();
    b->store.options.sync = b->store.options.explain = false;
    make_hub(b, n);
    reopen(b, true);
    bench_say((double)n, "", "hub.neighbours");
    link_newcomers(b, arena, n);
    rename_hub(b, arena, 2 * n + 1000000);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    bool hub = strcmp(mode, "hub") == 0, titles = strcmp(mode, "titles") == 0,
         feed = strcmp(mode, "feed") == 0;
    if (!hub && !titles && !feed && strcmp(mode, "triples") != 0) {
        fprintf(stderr, "bench_turns titles|triples|feed|hub --store DIR ...\n");
        return 64;
    }
    struct bench b = {.count = (size_t)bench_number(argc, argv, "count", 300)};
    struct offline_options o = {.small_turns = true, /* as alignd load with such turns */
                                .store = bench_option(argc, argv, "store", NULL),
                                .graph = bench_option(argc, argv, "graph", hub ? "one" : NULL),
                                .create = hub};
    bench_check(offline_open(&o, &b.store), "open");
    b.graph = (size_t)offline_graph(&b.store, o.graph);
    if (hub)
        run_hub(&b, argc, argv);
    else if (titles)
        run_titles(&b, argc, argv);
    else if (feed)
        run_feed(&b, argc, argv);
    else
        run_triples(&b, argc, argv);
    offline_close(&b.store);
    return 0;
}
