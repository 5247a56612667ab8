/*
 * build_store.c - a build beside a store (engine/build_beside.h) as a command makes it: under the
 * settings of its line, or those of the store that it replaces, with a bar.
 */
#include "alignd/cli/build_store.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/base/progress.h"
#include "alignd/engine/build_beside.h"
#include "alignd/store/building.h"
#include "alignd/stream/crash_point.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#define READING 0.12 /* of the time, before the passes */

struct build_store {
    struct build_store_options options;
    struct offline settings; /* where nothing is replaced */
    struct build_beside *beside;
    struct progress progress;
    bool showing;
    uint64_t changes; /* besides those of a store */
};

static int note_progress(void *arg, double done, const char *pass)
{
    struct build_store *s = arg;
    uint64_t all = s->changes + build_beside_stored(s->beside);
    assert(done >= 0 && done <= 1);
    if (strcmp(pass, BUILD_BESIDE_READING) == 0) {
        progress_update(&s->progress, 0, all, pass);
    } else {
        crash_point_pass("build-bucket");
        progress_update(&s->progress, READING + (1 - READING) * done, all, pass);
    }
    return s->options.stopped && *s->options.stopped ? ERR_STOPPED : ERR_OK;
}

static const struct engine_options *settings_of(const struct build_store *s)
{
    return s->options.replaces ? &s->options.replaces->options : &s->settings.options;
}

const struct mapping *build_store_mapping(const struct build_store *s)
{
    return settings_of(s)->mapping;
}

static int open_beside(struct build_store *s)
{
    const struct build_store_options *o = &s->options;
    struct build_beside_options beside = {.store = o->offline->store,
                                          .kv = kv_options_default(),
                                          .engine = settings_of(s),
                                          .build = {.memory_bytes = o->memory_bytes,
                                                    .expected_triples = o->expected_triples,
                                                    .progress = note_progress,
                                                    .arg = s}};
    int rc;
    assert(!s->beside && o->offline->store);
    if (o->replaces)
        beside.continues = engine_state(o->replaces->engine);
    else if ((rc = offline_settings(o->offline, &s->settings, &beside.kv)))
        return rc;
    return build_beside_open(&beside, &s->beside);
}

int build_store_open(const struct build_store_options *options, struct build_store **ret)
{
    struct build_store *s = memory_calloc(1, sizeof(*s));
    s->options = *options;
    int rc = open_beside(s);
    if (rc)
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
    const struct engine_options *o = settings_of(s);
    size_t g = 0;
    while (g < o->graph_count && strcmp(o->graphs[g], graph) != 0)
        g++;
    assert(g < o->graph_count); /* the caller saw to it that it is one of them */
    s->changes += count;
    crash_point_pass("build-batch");
    progress_update(&s->progress, READING * done, s->changes + build_beside_stored(s->beside),
                    "reading");
    return build_beside_add(s->beside, g, changes, count);
}

int build_store_add_replaced(struct build_store *s)
{
    assert(s->options.replaces);
    return build_beside_add_store(s->beside);
}

/* Is it what was wanted? */
static int ask(const struct build_store *s)
{
    assert(s->options.accept);
    const struct engine_options *o = settings_of(s);
    struct kv_batch *batch = kv_batch_new();
    struct state built;
    state_init(&built, build_beside_kv(s->beside), o->graphs, o->graph_count, o->mapping, 1 << 20);
    int rc = state_load(&built, batch);
    if (rc)
        goto done;
    rc = s->options.accept(s->options.accept_arg, &built);
done:
    state_fini(&built);
    kv_batch_free(batch);
    return rc;
}

int build_store_finish(struct build_store *s)
{
    int rc = build_beside_run(s->beside);
    if (rc || (s->options.accept && (rc = ask(s))))
        return rc;
    build_beside_keep(s->beside);
    if (s->options.replaces)
        offline_close(s->options.replaces);
    crash_point_pass("build-run");
    if ((rc = building_finish(s->options.offline->store))) {
        (void)building_discard(s->options.offline->store);
        return rc;
    }
    crash_point_pass("build-finished");
    return ERR_OK;
}

void build_store_close(struct build_store *s)
{
    if (!s)
        return;
    if (s->showing)
        progress_end(&s->progress);
    build_beside_close(s->beside);
    offline_close(&s->settings);
    free(s);
}
