/*
 * cmd_load.c - `alignd load`: files of triples into a store, without Kafka: a new store is built
 * (build_store.h), one that nobody was told of yet is built anew when much comes to it, and any
 * other takes them by turns, through the same engine as the daemon.
 *
 *  (1) Of two batches one is taken while the other is read: never the same.
 */
#include "alignd/base/array.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/cli/build_store.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/coverage_report.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/cli/record_arguments.h"
#include "alignd/graph/verdict.h"
#include "alignd/model/model.h"
#include "alignd/state/offsets.h"
#include "alignd/state/triple_difference.h"
#include "alignd/store/building.h"
#include "alignd/stream/change_file.h"
#include "alignd/stream/crash_point.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* What one turn takes from a file; the next is read while it runs. */
struct batch {
    struct change_file *file;
    size_t most; /* changes */
    struct arena *arena;
    struct change *changes;
    size_t count;
    uint64_t done, total; /* bytes of the file */
    int rc;
};

struct load {
    struct offline store;
    struct build_store *build;            /* NULL: by turns */
    struct triple_difference *difference; /* of --replace, while the dump is read; else NULL */
    struct triple_difference_counts counts;
    const char *first_file;
    bool replaced; /* counts are what came of it, */
    bool dry;      /* or would come: turns are not run */
    struct record_map *records;
    const char *encoding; /* NULL: UTF-8 */
    struct change_file_rejects rejects;
    size_t file, file_count; /* the one at hand */
    const char *graph_name;
    struct batch batches[2];
    struct engine_report sum;
    uint64_t changes;
    size_t turns;
    bool verdicts; /* the files are of these alone */
    size_t graph, turn_changes;
    double share;    /* of turn_changes, for the next batch to be read */
    uint64_t memory; /* what a turn may take */
    struct progress progress;
    uint64_t *turn_us; /* how long each turn took */
    size_t turn_room;
};

/* Of the largest turn, before it is known what a change takes. */
#define FIRST_SHARE 0.1
#define BULK_CHANGES 5000 /* a turn: fewer are not worth files of their own, and use the log */

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static void add_up(struct engine_report *sum, const struct engine_report *r)
{
    sum->inserted += r->inserted;
    sum->deleted += r->deleted;
    sum->no_ops += r->no_ops;
    sum->pairs_scored += r->pairs_scored;
    sum->matches += r->matches;
    sum->unmatches += r->unmatches;
    sum->updates += r->updates;
    sum->rows_written += r->rows_written;
    for (size_t i = 0; i < ENGINE_STAGES; i++)
        sum->stage_us[i] += r->stage_us[i];
}

/* For --verbose. */
static void note_turn(struct load *l, uint64_t us)
{
    assert(l->turns <= l->turn_room);
    ARRAY_PUSH(l->turn_us, l->turns, l->turn_room, us);
}

static int compare_us(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* What is read of all files, those before this one in full. */
static double share_read(const struct load *l, const struct batch *b)
{
    assert(l->file < l->file_count);
    double part = b->total ? (double)b->done / (double)b->total : 0;
    return ((double)l->file + part) / (double)l->file_count;
}

static int run_turn(struct load *l, const char *path, const struct change *changes, size_t count)
{
    assert(l->graph < l->store.options.graph_count && count && !l->dry);
    struct engine_input input = {.graph = l->graph,
                                 .changes = changes,
                                 .count = count,
                                 .cause = {.topic = slice_of(path), .offset = (int64_t)l->changes}};
    struct engine_turn turn = {.inputs = &input, .input_count = 1};
    struct engine_report report;
    uint64_t begun = clock_mono_us();
    int rc = engine_run_turn(l->store.engine, &turn, &report);
    note_turn(l, clock_mono_us() - begun);
    add_up(&l->sum, &report);
    l->share = engine_turn_share(l->share, report.memory, l->memory);
    assert(l->share > 0 && l->share <= 1);
    log_debug("%zu changes: %.1f MiB, %.1f ms, %" PRIu64 " rows", count,
              (double)report.memory / 1048576.0, (double)(clock_mono_us() - begun) / 1e3,
              report.rows_written);
    l->changes += count;
    return rc;
}

/* A file that cannot be opened is told before there is a store. */
static int look_at_files(char **files, int count, enum codec_format format)
{
    assert(count > 0);
    int rc = ERR_OK;
    for (int i = 0; i < count && !rc; i++) {
        struct change_file *f = NULL;
        if (strcmp(files[i], "-") != 0)
            rc = change_file_open(files[i], format, NULL, &f);
        change_file_close(f);
    }
    return rc;
}

static void *read_batch(void *arg)
{
    struct batch *b = arg;
    assert(b->file && b->most > 0);
    arena_reset(b->arena);
    b->count = 0;
    b->rc = change_file_next(b->file, b->arena, b->most, &b->changes, &b->count);
    change_file_progress(b->file, &b->done, &b->total);
    return NULL;
}

/* Changes of the next turn. */
static size_t turn_most(const struct load *l)
{
    assert(l->share > 0 && l->share <= 1);
    size_t most = (size_t)((double)l->turn_changes * l->share);
    assert(most <= l->turn_changes);
    return most + (most == 0);
}

#define WORTH_A_THREAD 1000 /* changes a turn */

/* A batch to where it goes. */
static int take_batch(struct load *l, const char *path, const struct batch *b)
{
    assert(b->count > 0);
    if (!l->build && !l->difference)
        return run_turn(l, path, b->changes, b->count);
    l->changes += b->count;
    if (l->difference)
        return triple_difference_add(l->difference, b->changes, b->count);
    return build_store_add(l->build, l->graph_name, b->changes, b->count, share_read(l, b));
}

/* One batch is taken while the next is read. */
static int run_and_read(struct load *l, const char *path, const struct batch *now,
                        struct batch *next)
{
    assert(now != next); /* (1) */
    pthread_t reader;
    next->most = turn_most(l);
    bool beside = next->most >= WORTH_A_THREAD && !pthread_create(&reader, NULL, read_batch, next);
    assert(next->most > 0 && next->file == now->file);
    int rc = take_batch(l, path, now);
    if (beside)
        pthread_join(reader, NULL);
    else
        read_batch(next);
    return rc;
}

/* All of a file, a batch after the other. */
static int take_file(struct load *l, const char *path, struct change_file *f)
{
    assert(f && l->file < l->file_count);
    uint64_t before = l->changes;
    for (int i = 0; i < 2; i++) {
        l->batches[i].file = f;
        l->batches[i].most = turn_most(l);
    }
    read_batch(&l->batches[0]);
    for (int i = 0; !stopped; i = !i) {
        const struct batch *now = &l->batches[i];
        int rc = now->rc;
        if (rc || !now->count)
            return rc;
        if ((rc = run_and_read(l, path, now, &l->batches[!i])))
            return rc;
        if (!l->build)
            progress_update(&l->progress, now->total ? (double)now->done / (double)now->total : -1,
                            l->changes - before, NULL);
    }
    return ERR_STOPPED;
}

static int load_file(struct load *l, const char *path, enum codec_format format)
{
    assert(l->file < l->file_count);
    struct change_file *f = NULL;
    struct codec_limits limits = {.relative_iris = true, .verdicts = l->verdicts};
    char what[64];
    uint64_t before = l->changes;
    const char *slash = strrchr(path, '/');
    snprintf(what, sizeof(what), "load %.50s", slash ? slash + 1 : path);
    int rc = change_file_open(path, format, &limits, &f);
    if (rc || (rc = change_file_set_encoding(f, l->encoding)))
        goto done;
    change_file_set_records(f, l->records);
    change_file_set_rejects(f, &l->rejects);
    if (!l->build)
        progress_begin(&l->progress, what, "triples");
    rc = take_file(l, path, f);
    if (!l->build)
        progress_end(&l->progress);
done:
    change_file_close(f);
    if ((rc == ERR_FORMAT || rc == ERR_LIMIT) && (l->build || l->difference))
        log_error("%s: nothing of what was to be loaded is in the store", path);
    else if (rc == ERR_FORMAT || rc == ERR_LIMIT)
        log_error("%s: the %" PRIu64 " changes before that place are in the store", path,
                  l->changes - before);
    return !rc && stopped ? ERR_STOPPED : rc;
}

/* Whose matches these are, and how they get better. */
static void tell_model(const struct load *l, const char *store)
{
    if (l->store.options.model_path || !model_default_is_built_in())
        return;
    fprintf(
        stderr,
        "these matches are those of the built-in model, which was fitted to no catalog of yours. "
        "One that is, without a link and in seconds:\n"
        "    alignd train --store %s --bootstrap --model FILE\n"
        "(with known pairs, --links TSV, it gets better); alignd load --model FILE takes it\n",
        store);
}

/* Where the time went, stage by stage. */
static void tell_stages(const struct engine_report *sum)
{
    struct buf line = {0};
    for (size_t i = 0; i < ENGINE_STAGES; i++)
        buf_append_format(&line, " %s %.2f", engine_stage_name(i), (double)sum->stage_us[i] / 1e6);
    log_debug("seconds:%.*s", (int)line.len, line.data);
    buf_fini(&line);
}

/* Of what the store holds now: triples and entities of all graphs. */
static void sum_graphs(const struct load *l, const struct state_totals *t, uint64_t *ret_triples,
                       uint64_t *ret_entities)
{
    assert(l->store.options.graph_count <= ENGINE_MAX_GRAPHS);
    *ret_triples = *ret_entities = 0;
    for (size_t i = 0; i < l->store.options.graph_count; i++) {
        *ret_triples += t->triples[i];
        *ret_entities += t->entities[i];
    }
}

static void write_replaced(struct json_writer *w, const struct load *l)
{
    json_writer_key(w, "replaced");
    json_writer_begin_object(w);
    json_writer_add_bool(w, "dry_run", l->dry);
    json_writer_add_unsigned(w, "inserted", l->counts.inserted);
    json_writer_add_unsigned(w, "deleted", l->counts.deleted);
    json_writer_add_unsigned(w, "unchanged", l->counts.same);
    json_writer_end_object(w);
}

static void write_stages(struct json_writer *w, const struct engine_report *s)
{
    json_writer_key(w, "stage_seconds");
    json_writer_begin_object(w);
    for (size_t i = 0; i < ENGINE_STAGES; i++)
        json_writer_add_number(w, engine_stage_name(i), (double)s->stage_us[i] / 1e6);
    json_writer_end_object(w);
}

/* For --json.  What turns alone count is left out of a built store. */
static void write_summary(const struct load *l, uint64_t us, bool built)
{
    assert(l->store.engine && (!built || !l->turns));
    const struct engine_report *s = &l->sum;
    struct state_totals t;
    uint64_t triples, entities;
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    engine_get_totals(l->store.engine, &t);
    sum_graphs(l, &t, &triples, &entities);
    json_writer_add_text(w, "way", built ? "build" : "turns");
    json_writer_add_unsigned(w, "changes", l->changes);
    json_writer_add_number(w, "seconds", (double)us / 1e6);
    if (!built) {
        json_writer_add_unsigned(w, "turns", l->turns);
        json_writer_add_unsigned(w, "inserted", s->inserted);
        json_writer_add_unsigned(w, "deleted", s->deleted);
        json_writer_add_unsigned(w, "no_ops", s->no_ops);
        json_writer_add_unsigned(w, "pairs_scored", s->pairs_scored);
        json_writer_add_unsigned(w, "matched", s->matches);
        json_writer_add_unsigned(w, "unmatched", s->unmatches);
        json_writer_add_unsigned(w, "updated", s->updates);
        json_writer_add_unsigned(w, "rows_written", s->rows_written);
        write_stages(w, s);
    }
    if (l->replaced)
        write_replaced(w, l);
    json_writer_add_unsigned(w, "triples", triples);
    json_writer_add_unsigned(w, "entities", entities);
    json_writer_add_unsigned(w, "candidate_pairs", t.pairs);
    json_writer_add_unsigned(w, "matches", t.matches);
    json_line_end(&line);
}

static void print_summary(struct load *l, const char *store, uint64_t us, bool built)
{
    assert(l->store.engine && (!built || !l->turns));
    const struct engine_report *s = &l->sum;
    struct state_totals t;
    uint64_t triples, entities;
    engine_get_totals(l->store.engine, &t);
    sum_graphs(l, &t, &triples, &entities);
    fprintf(stderr, "%" PRIu64 " change%s in %.1f s (%.0f/s)", l->changes,
            l->changes == 1 ? "" : "s", (double)us / 1e6,
            us ? (double)l->changes * 1e6 / (double)us : 0.0);
    if (!built)
        fprintf(stderr,
                ": %" PRIu64 " inserted, %" PRIu64 " deleted, %" PRIu64 " no-ops; %" PRIu64
                " pairs scored; %" PRIu64 " matched, %" PRIu64 " unmatched, %" PRIu64 " updated",
                s->inserted, s->deleted, s->no_ops, s->pairs_scored, s->matches, s->unmatches,
                s->updates);
    fprintf(stderr,
            "\nthe store holds %" PRIu64 " triples, %" PRIu64 " entities, %" PRIu64
            " candidate pairs, %" PRIu64 " matches\n",
            triples, entities, t.pairs, t.matches);
    if (t.matches)
        tell_model(l, store);
    if (built)
        return;
    tell_stages(s);
    log_debug("%zu turns, %" PRIu64 " rows", l->turns, s->rows_written);
    if (!l->turns)
        return;
    qsort(l->turn_us, l->turns, sizeof(*l->turn_us), compare_us);
    log_debug("a turn: median %.2f ms, 99th percentile %.2f ms, longest %.2f ms",
              (double)l->turn_us[l->turns / 2] / 1e3,
              (double)l->turn_us[l->turns - 1 - l->turns / 100] / 1e3,
              (double)l->turn_us[l->turns - 1] / 1e3);
}

/* How much of the store each kind of row takes, after it was compacted. */
static void print_families(const struct load *l)
{
    assert(l->store.kv);
    struct state_totals t;
    uint64_t triples = 0, sum = 0;
    engine_get_totals(l->store.engine, &t);
    for (size_t i = 0; i < l->store.options.graph_count; i++)
        triples += t.triples[i];
    for (int f = 0; f < KV_FAMILIES && triples; f++) {
        uint64_t bytes = kv_family_bytes(l->store.kv, (enum kv_family)f);
        sum += bytes;
        if (bytes / triples)
            log_debug("%s: %.1f bytes a triple", kv_family_name((enum kv_family)f),
                      (double)bytes / (double)triples);
    }
    log_debug("in all: %.1f bytes a triple", triples ? (double)sum / (double)triples : 0.0);
}

/* What the verdicts come to, now that all of them are there. */
static void tell_verdicts(const struct state *s)
{
    struct decided_counts n = state_decided(s);
    uint64_t said = s->totals.triples[state_verdict_graph(s)];
    fprintf(stderr,
            "%" PRIu64 " verdict%s: %" PRIu64 " pair%s pinned, %" PRIu64 " barred, %" PRIu64
            " contradicted%s\n",
            said, said == 1 ? "" : "s", n.pinned, n.pinned == 1 ? "" : "s", n.barred,
            n.contradicted,
            n.contradicted ? ", of which none is pinned: alignd verdicts --contradicted" : "");
}

/* --- one of two ways --- */

/* Triples of the files, about; 0: nobody knows. */
static uint64_t expected_triples(char **files, int count)
{
    assert(count > 0);
    enum { TRIPLE_BYTES = 90, PACKED = 12 /* times smaller */ };
    uint64_t bytes = 0;
    for (int i = 0; i < count; i++) {
        struct stat file;
        const char *dot = strrchr(files[i], '.');
        bool packed = dot && (strcmp(dot, ".gz") == 0 || strcmp(dot, ".xz") == 0);
        if (stat(files[i], &file) || !S_ISREG(file.st_mode))
            return 0;
        bytes += (uint64_t)file.st_size * (packed ? PACKED : 1);
    }
    return bytes / TRIPLE_BYTES + 1;
}

static int one_offset(void *arg, const struct state_offset *offset)
{
    (void)arg, (void)offset;
    return ERR_RETRY;
}

/* Was nobody told of the store yet, and nothing read into it from a topic?  Then all that it is
 * follows from its triples. */
static bool is_untold(const struct offline *store)
{
    assert(store->engine && store->kv);
    return engine_holds_events(store->engine) && engine_epoch(store->engine) == 1 &&
           engine_head(store->engine) == 0 && !offsets_each(store->kv, one_offset, NULL);
}

/* A turn's triple costs a multiple of a built one, and ever more in a larger store. */
static bool is_worth_building(const struct offline *store, uint64_t expected)
{
    enum { SHARE = 5 }; /* of the store that comes new: a fifth */
    return expected * SHARE > state_triples(engine_state(store->engine));
}

/* What the command line asks for. */
struct wish {
    struct offline_options offline;
    char **files;
    int count;
    enum codec_format format;
    int64_t turn_changes; /* 0: not said */
    bool by_turns, verbose, compact, unlabelled, json;
    bool replace, dry_run, allow_empty, verdicts;
    struct record_arguments records;
    struct reject_arguments rejects;
};

/* Is there anything that the files replace?  Otherwise they are loaded like any. */
static bool is_replacement(const struct load *l, const struct wish *w)
{
    assert(l->store.engine);
    struct state_totals t;
    int graph = offline_graph(&l->store, l->graph_name);
    engine_get_totals(l->store.engine, &t);
    return w->replace && (w->dry_run || (graph >= 0 && t.triples[graph]));
}

/* Opens the store where there is one, or is to be one by turns. */
static int choose_way(struct load *l, const struct wish *w, bool *ret_build)
{
    assert(!l->store.engine && w->count > 0);
    uint64_t expected = expected_triples(w->files, w->count);
    bool by_turns = w->by_turns || (w->replace && !building_has_place(w->offline.store));
    int rc = w->dry_run ? ERR_OK : building_discard(w->offline.store);
    *ret_build = !by_turns && !w->dry_run && building_has_place(w->offline.store);
    if (rc || *ret_build)
        return rc;
    if ((rc = offline_open(&w->offline, &l->store)))
        return rc;
    *ret_build =
        !by_turns && !w->dry_run && is_untold(&l->store) && is_worth_building(&l->store, expected);
    return ERR_OK;
}

static int load_files(struct load *l, const struct wish *w)
{
    assert(l->file_count == (size_t)w->count && !l->records);
    int rc = record_arguments_begin_rejects(&w->rejects, &l->rejects);
    if (rc)
        return rc;
    l->encoding = w->records.encoding;
    l->records = record_arguments_map(&w->records, l->graph_name,
                                      l->build ? build_store_mapping(l->build) : l->store.mapping);
    for (l->file = 0; l->file < l->file_count && !rc; l->file++)
        rc = load_file(l, w->files[l->file], w->format);
    record_map_free(l->records);
    l->records = NULL;
    return err_first(rc, record_arguments_end_rejects(&w->rejects, &l->rejects));
}

/* A graph without labels is hardly ever what somebody wants.  state: of the store to be. */
static int look_for_labels(void *graph_name, const struct state *state)
{
    size_t graph = 0;
    while (graph < state->graph_count &&
           !slice_equal(state->graphs[graph].name, slice_of(graph_name)))
        graph++;
    assert(graph < state->graph_count);
    int rc = coverage_report_labels(state, graph);
    if (rc == ERR_CONFIG)
        log_error("nothing of what was to be loaded is in the store");
    return rc;
}

/* The same of what turns have brought in already. */
static int look_for_labels_after(const struct load *l, const char *store)
{
    assert(l->graph < l->store.options.graph_count);
    int rc = coverage_report_labels(engine_state(l->store.engine), l->graph);
    if (rc == ERR_CONFIG)
        log_error("the triples are in the store: alignd rebuild --store %s --mapping FILE makes "
                  "it anew from them",
                  store);
    return rc;
}

static int load_and_settle(struct load *l, const struct wish *w)
{
    assert(l->store.engine && !l->build);
    int rc = load_files(l, w);
    if (rc)
        return rc;
    return offline_settle(&l->store);
}

/* Turns that were run without the log, whatever became of the one behind them. */
static int flush_turns(const struct load *l, const struct wish *w)
{
    assert(l->store.kv);
    return w->offline.bulk && !l->dry && kv_flush(l->store.kv) ? ERR_STORE : ERR_OK;
}

static int load_by_turns(struct load *l, const struct wish *w)
{
    assert(offline_graph(&l->store, l->graph_name) >= 0); /* offline_open added it */
    l->graph = (size_t)offline_graph(&l->store, l->graph_name);
    l->memory = l->store.deal.turn;
    assert(l->memory > 0 && !l->dry);
    bool first = !engine_state(l->store.engine)->totals.entities[l->graph];
    int rc = load_and_settle(l, w);
    rc = err_first(rc, flush_turns(l, w));
    if (rc || w->unlabelled || !first || !l->changes) /* later it is as the graph is */
        return rc;
    return look_for_labels_after(l, w->offline.store);
}

/* --- the files as all that the graph shall hold --- */

/* A piece of the difference, in turns as large as memory allows. */
static int take_difference(void *arg, const struct change *changes, size_t count)
{
    struct load *l = arg;
    assert(l->difference && l->first_file);
    for (size_t at = 0, n; at < count && !l->dry; at += n) {
        n = turn_most(l) < count - at ? turn_most(l) : count - at;
        assert(n > 0 && n <= count - at);
        int rc = run_turn(l, l->first_file, changes + at, n);
        if (rc)
            return rc;
        crash_point_pass("replace-turn");
        if (stopped)
            return ERR_STOPPED;
    }
    return ERR_OK;
}

/* A file that was cut to nothing on its way would delete everything. */
static int refuse_empty(const struct load *l, const struct wish *w)
{
    assert(l->difference && l->graph < l->store.options.graph_count);
    struct state_totals t;
    engine_get_totals(l->store.engine, &t);
    if (w->allow_empty || triple_difference_size(l->difference) || !t.triples[l->graph])
        return ERR_OK;
    log_error("load --replace: there is no triple in the files: all %" PRIu64
              " of graph '%s' would be deleted; say --allow-empty if that is meant",
              t.triples[l->graph], l->graph_name);
    return ERR_FORMAT;
}

/* The files, beside what the graph holds. */
static int read_difference(struct load *l, const struct wish *w)
{
    assert(!l->difference && l->memory > 0);
    struct triple_difference_options o = {.graph = l->graph,
                                          .folder = w->offline.store,
                                          .memory_bytes = (size_t)l->memory / 4 + 1,
                                          .expected_triples = expected_triples(w->files, w->count)};
    int rc;
    if ((rc = triple_difference_new(engine_state(l->store.engine), &o, &l->difference)) ||
        (rc = load_files(l, w)))
        return rc;
    return refuse_empty(l, w);
}

static int run_difference(struct load *l, const struct wish *w)
{
    int rc = read_difference(l, w);
    l->changes = 0; /* those of the turns count */
    if (rc)
        goto done;
    rc = triple_difference_run(l->difference, turn_most(l), take_difference, l, &l->counts);
done:
    triple_difference_free(l->difference);
    l->difference = NULL;
    assert(!l->difference);
    if (!rc && !l->dry)
        rc = offline_settle(&l->store);
    return rc;
}

static int load_by_replacing(struct load *l, const struct wish *w)
{
    assert(w->replace && !l->build);
    int graph = offline_graph(&l->store, l->graph_name);
    if (graph < 0) {
        log_error("load: the store has no graph '%s'", l->graph_name);
        return ERR_USAGE;
    }
    l->graph = (size_t)graph;
    l->memory = l->store.deal.turn;
    l->dry = w->dry_run;
    l->first_file = w->files[0];
    int rc = run_difference(l, w);
    if ((rc = err_first(rc, flush_turns(l, w))))
        return rc;
    assert(!l->difference);
    l->replaced = true;
    if (!w->json)
        printf("%s%" PRIu64 " inserted, %" PRIu64 " deleted, %" PRIu64 " unchanged\n",
               l->dry ? "would be: " : "", l->counts.inserted, l->counts.deleted, l->counts.same);
    return ERR_OK;
}

static int load_by_building(struct load *l, const struct wish *w)
{
    assert(!w->dry_run && !l->build);
    struct build_store_options o = {.offline = &w->offline,
                                    .replaces = l->store.engine ? &l->store : NULL,
                                    .what = "load",
                                    .memory_bytes = (size_t)(offline_memory(&w->offline) / 2),
                                    .expected_triples = expected_triples(w->files, w->count),
                                    .stopped = &stopped,
                                    .accept = w->unlabelled ? NULL : look_for_labels,
                                    .accept_arg = (void *)(uintptr_t)l->graph_name};
    if (o.replaces && o.expected_triples)
        o.expected_triples += state_triples(engine_state(o.replaces->engine));
    int rc = build_store_open(&o, &l->build);
    if (rc || (o.replaces && (rc = build_store_add_replaced(l->build))) || (rc = load_files(l, w)))
        goto done;
    rc = build_store_finish(l->build);
done:
    build_store_close(l->build);
    if (!rc)
        rc = offline_open(&w->offline, &l->store);
    return rc;
}

static int load(struct load *l, const struct wish *w, bool *ret_build)
{
    assert(!l->store.engine && !l->build);
    int rc;
    if ((rc = look_at_files(w->files, w->count, w->format)) || (rc = choose_way(l, w, ret_build)))
        return rc;
    if (*ret_build)
        return load_by_building(l, w);
    return is_replacement(l, w) ? load_by_replacing(l, w) : load_by_turns(l, w);
}

/* In words or as JSON; by turns also of those before the one that failed. */
static void tell_summary(struct load *l, const struct wish *w, uint64_t us, bool built, int rc)
{
    if (!l->store.engine)
        return;
    if (w->json && !rc)
        write_summary(l, us, built);
    else if (!w->offline.quiet && (!rc || !built) && !w->dry_run)
        print_summary(l, w->offline.store, us, built);
}

static int load_and_compact(struct load *l, const struct wish *w, bool *ret_build, uint64_t *ret_us)
{
    uint64_t begun = clock_mono_us();
    int rc = load(l, w, ret_build);
    *ret_us = clock_mono_us() - begun;
    if (rc || !w->compact || *ret_build)
        return rc;
    return kv_compact(l->store.kv);
}

static int run(struct wish *w)
{
    assert(w->count > 0 && w->offline.store);
    w->offline.read_only = w->dry_run;
    w->offline.create = !w->dry_run;
    progress_set_enabled(!w->offline.quiet);
    if (w->verbose)
        log_set_level(LOG_DEBUG);
    size_t turn_changes = w->turn_changes ? (size_t)w->turn_changes : 100000;
    struct load l = {.turn_changes = turn_changes,
                     .share = FIRST_SHARE,
                     .graph_name = w->offline.graph,
                     .verdicts = w->verdicts,
                     .file_count = (size_t)w->count};
    bool build = false;
    uint64_t us;
    for (int i = 0; i < 2; i++)
        l.batches[i].arena = arena_new();
    w->by_turns = w->by_turns || w->turn_changes;
    w->offline.small_turns = turn_changes < 1000;
    w->offline.bulk = turn_changes >= BULK_CHANGES;
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    int rc = load_and_compact(&l, w, &build, &us);
    tell_summary(&l, w, us, build, rc);
    if (rc)
        goto done;
    if (w->compact && w->verbose)
        print_families(&l);
    if (!w->offline.quiet && w->verdicts)
        tell_verdicts(engine_state(l.store.engine));
    else if (!w->offline.quiet)
        rc = coverage_report_print(engine_state(l.store.engine), l.store.mapping,
                                   COVERAGE_REPORT_ENTITIES, stderr, &(size_t){0});
done:
    assert(!l.difference && !l.records);
    offline_close(&l.store);
    for (int i = 0; i < 2; i++)
        arena_free(l.batches[i].arena);
    free(l.turn_us);
    return rc;
}

/* What becomes of a mistake in what is asked for: words, or NULL where there is none. */
static const char *what_is_missing(const struct wish *w)
{
    const struct offline_options *o = &w->offline;
    if (!o->store || !*o->store)
        return "--store DIR is missing";
    if (!o->graph)
        return "--graph NAME is missing, or --verdicts";
    return w->count ? NULL : "which files?";
}

/* Verdicts are of a graph of their own. */
static int take_verdict_graph(struct wish *w)
{
    struct offline_options *o = &w->offline;
    if (!w->verdicts && (!o->graph || strcmp(o->graph, VERDICT_GRAPH) != 0))
        return ERR_OK;
    if (!w->verdicts || o->graph) {
        log_error("load: verdicts are of a graph of their own, named '" VERDICT_GRAPH
                  "': --verdicts instead of --graph");
        return ERR_USAGE;
    }
    o->graph = VERDICT_GRAPH;
    w->unlabelled = true; /* they are none of a catalog */
    return ERR_OK;
}

static int check_wish(struct wish *w, const char *format_name)
{
    const char *missing;
    if (take_verdict_graph(w))
        return ERR_USAGE;
    missing = what_is_missing(w);
    if (!codec_format_from_name(slice_of(format_name), &w->format))
        log_error("load: '%s' is no format: auto, n-quads, rdf-patch, json, turtle, trig, csv, "
                  "tsv or sssom",
                  format_name);
    else if (missing)
        log_error("load: %s", missing);
    else if (w->replace && (w->rejects.path || w->rejects.on_error))
        log_error("load: with --replace nothing is left out: what is not in the files is deleted");
    else if ((w->dry_run || w->allow_empty) && !w->replace)
        log_error("load: --%s goes with --replace", w->dry_run ? "dry-run" : "allow-empty");
    else
        return ERR_OK;
    return ERR_USAGE;
}

int cmd_load(int argc, char **argv)
{
    const char *format_name = "auto";
    struct wish w = {.offline = {.create = true}};
    struct offline_options *o = &w.offline;
    const struct arg table[] = {
        ARG(.name = "store", .letter = 's', .type = ARG_TEXT, .to = &o->store, .value = "DIR",
            .help = "the store; made when there is none"),
        ARG(.name = "graph", .letter = 'g', .type = ARG_TEXT, .to = &o->graph, .value = "NAME",
            .help = "the graph the files belong to"),
        ARG(.name = "verdicts", .type = ARG_FLAG, .to = &w.verdicts,
            .help = "the files say which entities are the same, and which are not: owl:sameAs and "
                    "owl:differentFrom, or SSSOM"),
        ARG(.name = "mapping", .letter = 'm', .type = ARG_TEXT, .to = &o->mapping, .value = "FILE",
            .help = "TSV of graph, IRI or column, shared name"),
        ARG(.name = "model", .type = ARG_TEXT, .to = &o->model, .value = "FILE",
            .help = "model (safetensors); without: the default one"),
        ARG(.name = "format", .letter = 'f', .type = ARG_TEXT, .to = &format_name, .value = "NAME",
            .help = "auto, n-quads, rdf-patch, json, turtle, trig, csv, tsv or sssom"),
        RECORD_ARGS(&w.records),
        REJECT_ARGS(&w.rejects),
        ARG(.name = "by-turns", .type = ARG_FLAG, .to = &w.by_turns,
            .help = "as a daemon takes them, with events, however many there are"),
        ARG(.name = "batch", .was = 'b', .type = ARG_INT, .to = &w.turn_changes, .value = "N",
            .min = 1, .max = 10000000,
            .help = "changes a turn, fewer where they concern much (100000); means --by-turns"),
        OFFLINE_MEMORY_ARG(o),
        ARG(.name = "allow-unlabelled", .type = ARG_FLAG, .to = &w.unlabelled,
            .help = "take a graph none of whose entities has a label"),
        ARG(.name = "set", .type = ARG_LIST, .to = &o->set, .value = "KEY=VALUE",
            .help = "a setting of a new store (config/alignd.conf, [align])"),
        ARG(.name = "replace", .type = ARG_FLAG, .to = &w.replace,
            .help = "the files are all that the graph shall hold: what it has besides is deleted"),
        ARG(.name = "dry-run", .type = ARG_FLAG, .to = &w.dry_run,
            .help =
                "with --replace: counts what would be inserted and deleted, and changes nothing"),
        ARG(.name = "allow-empty", .type = ARG_FLAG, .to = &w.allow_empty,
            .help = "with --replace: files without a triple delete all of the graph"),
        ARG(.name = "compact", .type = ARG_FLAG, .to = &w.compact,
            .help = "compact the store at the end: smaller, and faster to read; a built one is "
                    "already"),
        ARG(.name = "no-explain", .type = ARG_FLAG, .to = &o->unexplained,
            .help = "events do not say why"),
        ARG(.name = "quiet", .letter = 'q', .type = ARG_FLAG, .to = &o->quiet,
            .help = "no progress, no summary"),
        ARG(.name = "verbose", .letter = 'v', .type = ARG_FLAG, .to = &w.verbose,
            .help = "say where the time went"),
        JSON_ARG(&w.json),
    };
    const struct args args = {
        "alignd load --store DIR --graph NAME [OPTION]... FILE...",
        "Loads triples from N-Triples, N-Quads, Turtle, TriG, RDF Patch or JSON files, and "
        "records from CSV, TSV or JSON, and mappings from SSSOM (plain, .gz or .xz; '-' is "
        "standard "
        "input). A new store is built "
        "whole: a load that is killed leaves none, and what is matched is "
        "told once a daemon runs on it. So is one that only loads have "
        "made, when much comes to it: killed, it stays as it was. Any other "
        "is left as it was after one of the turns: load the files again, "
        "what is there stays.",
        table, sizeof(table) / sizeof(*table)};
    int rc = args_parse(&args, argc, argv, &w.files, &w.count);
    if (rc)
        return args_exit_status(rc);
    if (check_wish(&w, format_name))
        return err_exit_status(ERR_USAGE);
    assert(w.offline.graph && w.count > 0);
    return offline_status(run(&w));
}
