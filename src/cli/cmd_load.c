/*
 * cmd_load.c - `alignd load`: files of triples into a store, through the same
 * engine as the daemon, without Kafka.
 */
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/offline.h"
#include "alignd/model/model.h"
#include "alignd/stream/change_file.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

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
    struct batch batches[2];
    struct engine_report sum;
    uint64_t changes;
    size_t turns;
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

/* For --verbose; a turn that finds no room is not told. */
static void note_turn(struct load *l, uint64_t us)
{
    if (l->turns == l->turn_room) {
        size_t room = l->turn_room ? l->turn_room * 2 : 1024;
        uint64_t *more = realloc(l->turn_us, room * sizeof(*more));
        if (!more)
            return;
        l->turn_us = more;
        l->turn_room = room;
    }
    l->turn_us[l->turns++] = us;
}

static int compare_us(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int run_turn(struct load *l, const char *path, struct change *changes, size_t count)
{
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
    log_debug("%zu changes: %.1f MiB, %.1f ms, %" PRIu64 " rows", count,
              (double)report.memory / 1048576.0, (double)(clock_mono_us() - begun) / 1e3,
              report.rows_written);
    l->changes += count;
    return rc;
}

/* A file that cannot be opened is told before there is a store. */
static int look_at_files(char **files, int count, enum codec_format format)
{
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
    arena_reset(b->arena);
    b->count = 0;
    b->rc = change_file_next(b->file, b->arena, b->most, &b->changes, &b->count);
    change_file_progress(b->file, &b->done, &b->total);
    return NULL;
}

/* Changes of the next turn. */
static size_t turn_most(const struct load *l)
{
    size_t most = (size_t)((double)l->turn_changes * l->share);
    return most + (most == 0);
}

#define WORTH_A_THREAD 1000 /* changes a turn */

/* A turn with one batch while the next is read. */
static int run_and_read(struct load *l, const char *path, const struct batch *now,
                        struct batch *next)
{
    pthread_t reader;
    next->most = turn_most(l);
    bool beside = next->most >= WORTH_A_THREAD && !pthread_create(&reader, NULL, read_batch, next);
    int rc = run_turn(l, path, now->changes, now->count);
    if (beside)
        pthread_join(reader, NULL);
    else
        read_batch(next);
    return rc;
}

static int load_file(struct load *l, const char *path, enum codec_format format)
{
    struct change_file *f = NULL;
    static const struct codec_limits limits = {.relative_iris = true};
    int rc = change_file_open(path, format, &limits, &f);
    char what[64];
    uint64_t before = l->changes;
    const char *slash = strrchr(path, '/');
    snprintf(what, sizeof(what), "load %.50s", slash ? slash + 1 : path);
    if (!rc)
        progress_begin(&l->progress, what, "triples");
    for (int i = 0; i < 2; i++) {
        l->batches[i].file = f;
        l->batches[i].most = turn_most(l);
    }
    if (!rc)
        read_batch(&l->batches[0]);
    for (int i = 0; !rc && !stopped; i = !i) {
        const struct batch *now = &l->batches[i];
        rc = now->rc;
        if (rc || !now->count)
            break;
        rc = run_and_read(l, path, now, &l->batches[!i]);
        progress_update(&l->progress, now->total ? (double)now->done / (double)now->total : -1,
                        l->changes - before, NULL);
    }
    if (f)
        progress_end(&l->progress);
    change_file_close(f);
    if (rc == ERR_FORMAT || rc == ERR_LIMIT)
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
    if (!buf_failed(&line))
        log_debug("seconds:%.*s", (int)line.len, line.data);
    buf_fini(&line);
}

static void print_summary(struct load *l, const char *store, uint64_t us)
{
    const struct engine_report *s = &l->sum;
    struct state_totals t;
    engine_get_totals(l->store.engine, &t);
    uint64_t triples = 0, entities = 0;
    for (size_t i = 0; i < l->store.options.graph_count; i++) {
        triples += t.triples[i];
        entities += t.entities[i];
    }
    fprintf(stderr,
            "%" PRIu64 " change%s in %.1f s (%.0f/s): %" PRIu64 " inserted, %" PRIu64
            " deleted, %" PRIu64 " no-ops; %" PRIu64 " pairs scored; %" PRIu64 " matched, %" PRIu64
            " unmatched, %" PRIu64 " updated\n"
            "the store holds %" PRIu64 " triples, %" PRIu64 " entities, %" PRIu64
            " candidate pairs, %" PRIu64 " matches\n",
            l->changes, l->changes == 1 ? "" : "s", (double)us / 1e6,
            us ? (double)l->changes * 1e6 / (double)us : 0.0, s->inserted, s->deleted, s->no_ops,
            s->pairs_scored, s->matches, s->unmatches, s->updates, triples, entities, t.pairs,
            t.matches);
    if (t.matches)
        tell_model(l, store);
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

/* What the command line asks for, besides the store. */
struct wish {
    char **files;
    int count;
    enum codec_format format;
    int64_t turn_changes, memory_mib;
    bool verbose, compact;
};

static int load_files(const struct wish *w, struct offline_options *o)
{
    struct load l = {.turn_changes = (size_t)w->turn_changes,
                     .share = FIRST_SHARE,
                     .memory = (uint64_t)w->memory_mib << 20};
    for (int i = 0; i < 2; i++)
        l.batches[i].arena = arena_new();
    uint64_t begun = clock_mono_us();
    o->small_turns = w->turn_changes < 1000;
    o->bulk = w->turn_changes >= BULK_CHANGES;
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    int rc = l.batches[0].arena && l.batches[1].arena ? look_at_files(w->files, w->count, w->format)
                                                      : ERR_NO_MEMORY;
    if (!rc)
        rc = offline_open(o, &l.store);
    if (!rc)
        l.graph = (size_t)offline_graph(&l.store, o->graph);
    for (int i = 0; i < w->count && !rc; i++)
        rc = load_file(&l, w->files[i], w->format);
    if (!rc)
        rc = offline_settle(&l.store);
    if (l.store.engine && o->bulk && kv_flush(l.store.kv) && !rc)
        rc = ERR_STORE;
    uint64_t us = clock_mono_us() - begun;
    if (!rc && w->compact)
        rc = kv_compact(l.store.kv);
    if (l.store.engine && !o->quiet)
        print_summary(&l, o->store, us);
    if (!rc && w->compact && w->verbose)
        print_families(&l);
    offline_close(&l.store);
    for (int i = 0; i < 2; i++)
        arena_free(l.batches[i].arena);
    free(l.turn_us);
    return rc;
}

int cmd_load(int argc, char **argv)
{
    struct offline_options o = {.create = true};
    const char *format_name = "auto";
    struct wish w = {.turn_changes = 100000, .memory_mib = 192};
    const struct arg table[] = {
        ARG(.name = "store", .letter = 's', .type = ARG_TEXT, .to = &o.store, .value = "DIR",
            .help = "the store; made when there is none"),
        ARG(.name = "graph", .letter = 'g', .type = ARG_TEXT, .to = &o.graph, .value = "NAME",
            .help = "the graph the files belong to"),
        ARG(.name = "mapping", .letter = 'm', .type = ARG_TEXT, .to = &o.mapping, .value = "FILE",
            .help = "TSV of graph, IRI, shared name"),
        ARG(.name = "model", .type = ARG_TEXT, .to = &o.model, .value = "FILE",
            .help = "model (safetensors); without: the default one"),
        ARG(.name = "format", .letter = 'f', .type = ARG_TEXT, .to = &format_name, .value = "NAME",
            .help = "auto, n-quads, rdf-patch or json"),
        ARG(.name = "batch", .was = 'b', .type = ARG_INT, .to = &w.turn_changes, .value = "N",
            .min = 1, .max = 10000000, .help = "changes a turn, fewer where they concern much"),
        ARG(.name = "memory", .type = ARG_INT, .to = &w.memory_mib, .value = "MIB", .min = 1,
            .max = 1 << 20,
            .help = "what a turn may take, besides the caches: larger turns are faster"),
        ARG(.name = "set", .type = ARG_LIST, .to = &o.set, .value = "KEY=VALUE",
            .help = "a setting of a new store (config/alignd.conf, [align])"),
        ARG(.name = "compact", .type = ARG_FLAG, .to = &w.compact,
            .help = "compact the store at the end: smaller, and faster to read"),
        ARG(.name = "no-explain", .type = ARG_FLAG, .to = &o.unexplained,
            .help = "events do not say why"),
        ARG(.name = "quiet", .letter = 'q', .type = ARG_FLAG, .to = &o.quiet,
            .help = "no progress, no summary"),
        ARG(.name = "verbose", .letter = 'v', .type = ARG_FLAG, .to = &w.verbose,
            .help = "say where the time went"),
    };
    const struct args args = {"alignd load --store DIR --graph NAME [OPTION]... FILE...",
                              "Loads triples from N-Triples, N-Quads, RDF Patch or JSON files "
                              "(plain, .gz or .xz; '-' is standard input). A load that is "
                              "killed leaves the store as it was after one of its turns, or "
                              "before the first: load the files again, what is there stays.",
                              table, sizeof(table) / sizeof(*table)};
    int rc = args_parse(&args, argc, argv, &w.files, &w.count);
    if (rc)
        return rc == ARGS_HELP ? 0 : err_exit_status(rc);
    if (!codec_format_from_name(slice_of(format_name), &w.format)) {
        log_error("load: '%s' is no format: auto, n-quads, rdf-patch or json", format_name);
        return err_exit_status(ERR_USAGE);
    }
    if (!o.store || !o.graph || w.count == 0) {
        log_error("load: %s", !o.store   ? "--store DIR is missing"
                              : !o.graph ? "--graph NAME is missing"
                                         : "which files?");
        return err_exit_status(ERR_USAGE);
    }
    progress_set_enabled(!o.quiet);
    if (w.verbose)
        log_set_level(LOG_DEBUG);
    return offline_status(load_files(&w, &o));
}
