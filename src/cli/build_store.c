/*
 * build_store.c - the life of a store that is built: a folder beside its place, a build in it, and
 * the step into place.
 *
 *  (1) The builder is there from the opening to the one finish.
 */
#include "alignd/cli/build_store.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/progress.h"
#include "alignd/state/triples.h"
#include "alignd/store/building.h"
#include "alignd/stream/crash_point.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#define READING 0.12 /* of the time, before the passes */

struct build_store {
    struct build_store_options options;
    struct offline offline; /* the folder beside; no engine */
    bool mine;              /* what is in it is ours to delete */
    struct buf path;
    struct build *build;
    struct progress progress;
    bool showing;
    uint64_t changes;
};

static int note_pass(void *arg, double done, const char *pass)
{
    struct build_store *s = arg;
    assert(done >= 0 && done <= 1);
    crash_point_pass("build-bucket");
    progress_update(&s->progress, READING + (1 - READING) * done, s->changes, pass);
    return s->options.stopped && *s->options.stopped ? ERR_STOPPED : ERR_OK;
}

/* The database beside, and the settings where they are not those of another store. */
static int open_beside(struct build_store *s)
{
    assert(!s->offline.kv);
    struct offline_options offline = *s->options.offline;
    struct kv_options kv = kv_options_default();
    offline.store = s->path.data;
    offline.create = true;
    offline.engineless = true;
    offline.bulk = false;
    return s->options.replaces ? kv_open(s->path.data, &kv, &s->offline.kv)
                               : offline_open(&offline, &s->offline);
}

static const struct engine_options *settings_of(const struct build_store *s)
{
    return s->options.replaces ? &s->options.replaces->options : &s->offline.options;
}

const struct mapping *build_store_mapping(const struct build_store *s)
{
    return settings_of(s)->mapping;
}

static int open_build(struct build_store *s)
{
    assert(!s->build && s->mine);
    const struct build_store_options *o = &s->options;
    struct build_options build = {.folder = s->path.data,
                                  .memory_bytes = o->memory_bytes,
                                  .expected_triples = o->expected_triples,
                                  .progress = note_pass,
                                  .arg = s};
    int rc;
    if ((rc = open_beside(s)) || (rc = build_new(s->offline.kv, settings_of(s), &build, &s->build)))
        return rc;
    if (o->replaces)
        build_continue(s->build, engine_state(o->replaces->engine));
    return ERR_OK;
}

int build_store_open(const struct build_store_options *options, struct build_store **ret)
{
    assert(options->offline->store && options->what);
    struct build_store *s = memory_calloc(1, sizeof(*s));
    s->options = *options;
    building_path(options->offline->store, &s->path);
    int rc = building_discard(options->offline->store);
    s->mine = !rc;
    if (rc || (rc = open_build(s)))
        goto done;
    progress_begin(&s->progress, options->what, "triples");
    s->showing = true;
    *ret = s;
    s = NULL;
done:
    build_store_close(s);
    return rc;
}

int build_store_add(struct build_store *s, const char *graph, const struct change *changes,
                    size_t count, double done)
{
    assert(s->build); /* (1) */
    const struct engine_options *o = settings_of(s);
    size_t g = 0;
    while (g < o->graph_count && strcmp(o->graphs[g], graph) != 0)
        g++;
    assert(g < o->graph_count); /* the caller saw to it that it is one of them */
    s->changes += count;
    crash_point_pass("build-batch");
    progress_update(&s->progress, READING * done, s->changes, "reading");
    return build_add(s->build, g, changes, count);
}

static int add_replaced(void *arg, size_t graph, const struct change *changes, size_t count)
{
    struct build_store *s = arg;
    assert(graph < settings_of(s)->graph_count);
    s->changes += count;
    progress_update(&s->progress, 0, s->changes, "reading the store");
    if (s->options.stopped && *s->options.stopped)
        return ERR_STOPPED;
    return build_add(s->build, graph, changes, count);
}

int build_store_add_replaced(struct build_store *s)
{
    assert(s->options.replaces);
    return triples_each(engine_state(s->options.replaces->engine), add_replaced, s);
}

/* For --verbose. */
static void tell_passes(const struct build *b)
{
    const char *name;
    double seconds;
    uint64_t bytes;
    for (size_t i = 0; (name = build_pass(b, i, &seconds, &bytes)); i++)
        log_debug("%s: %.2f s, %.1f MiB for later passes", name, seconds,
                  (double)bytes / 1048576.0);
}

/* Is it what was wanted? */
static int ask(const struct build_store *s)
{
    assert(s->options.accept && !s->build);
    const struct engine_options *o = settings_of(s);
    struct kv_batch *batch = kv_batch_new();
    struct state built;
    state_init(&built, s->offline.kv, o->graphs, o->graph_count, o->mapping, 1 << 20);
    int rc = state_load(&built, batch);
    if (rc)
        goto done;
    rc = s->options.accept(s->options.accept_arg, &built);
done:
    state_fini(&built);
    kv_batch_free(batch);
    return rc;
}

/* The database beside is closed then. */
static int run_build(struct build_store *s)
{
    assert(s->offline.kv);
    int rc = build_run(s->build);
    if (rc)
        goto done;
    tell_passes(s->build);
    build_free(s->build);
    s->build = NULL;
    if (s->options.accept)
        rc = ask(s);
done:
    build_free(s->build);
    s->build = NULL;
    offline_close(&s->offline);
    return rc;
}

int build_store_finish(struct build_store *s)
{
    assert(s->build); /* (1) */
    int rc = run_build(s);
    if (rc)
        return rc;
    if (s->options.replaces)
        offline_close(s->options.replaces);
    crash_point_pass("build-run");
    if ((rc = building_finish(s->options.offline->store)))
        return rc;
    crash_point_pass("build-finished");
    assert(!s->build && !s->offline.kv);
    s->mine = false;
    return ERR_OK;
}

void build_store_close(struct build_store *s)
{
    if (!s)
        return;
    if (s->showing)
        progress_end(&s->progress);
    assert(s->path.len);
    build_free(s->build);
    offline_close(&s->offline);
    if (s->mine)
        (void)building_discard(s->options.offline->store);
    buf_fini(&s->path);
    free(s);
}
