/*
 * build_beside.c - the life of a store that is built beside another: a folder, a database and a
 * build in it, and in the end a database that stays or a folder that goes.
 *
 *  (1) The build is there from the opening to the end of the passes, the database until it is kept.
 */
#include "alignd/engine/build_beside.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/state/triples.h"
#include "alignd/store/building.h"
#include "alignd/store/folder.h"

#include <assert.h>
#include <stdlib.h>

struct build_beside {
    struct build_beside_options options;
    struct buf path;
    struct kv *kv;
    struct build *build;
    uint64_t stored; /* triples of the other store */
    bool mine;       /* what is in the folder is ours to delete */
};

static int open_build(struct build_beside *b)
{
    assert(!b->kv && !b->build && b->mine);
    struct build_options build = b->options.build;
    bool fresh;
    int rc;
    build.folder = b->path.data;
    if ((rc = folder_look(b->path.data, true, &fresh)) ||
        (rc = kv_open(b->path.data, &b->options.kv, &b->kv)) ||
        (rc = build_new(b->kv, b->options.engine, &build, &b->build)))
        return rc;
    if (b->options.continues)
        build_continue(b->build, b->options.continues);
    return ERR_OK;
}

int build_beside_open(const struct build_beside_options *options, struct build_beside **ret_beside)
{
    assert(options->engine && options->build.progress && !options->build.folder);
    struct build_beside *b = memory_calloc(1, sizeof(*b));
    b->options = *options;
    building_path(options->store, &b->path);
    int rc = building_discard(options->store);
    b->mine = !rc;
    if (rc || (rc = open_build(b)))
        goto done;
    assert(b->kv && b->build && b->mine); /* (1) */
    *ret_beside = b;
    b = NULL;
done:
    build_beside_close(b);
    return rc;
}

void build_beside_close(struct build_beside *b)
{
    if (!b)
        return;
    build_free(b->build);
    kv_close(b->kv);
    if (b->mine)
        (void)building_discard(b->options.store);
    buf_fini(&b->path);
    free(b);
}

int build_beside_add(struct build_beside *b, size_t graph, const struct change *changes,
                     size_t count)
{
    assert(b->build && graph < b->options.engine->graph_count); /* (1) */
    return build_add(b->build, graph, changes, count);
}

/* graph: of the other store, which may have others, in another order. */
static int add_stored(void *arg, size_t graph, const struct change *changes, size_t count)
{
    struct build_beside *b = arg;
    const struct engine_options *o = b->options.engine;
    assert(graph < b->options.continues->graph_count);
    struct slice name = b->options.continues->graphs[graph].name;
    size_t g = 0;
    while (g < o->graph_count && !slice_equal(name, slice_of(o->graphs[g])))
        g++;
    b->stored += count;
    int rc = b->options.build.progress(b->options.build.arg, 0, BUILD_BESIDE_READING);
    if (rc || g == o->graph_count)
        return rc;
    return build_beside_add(b, g, changes, count);
}

int build_beside_add_store(struct build_beside *b)
{
    assert(b->stored == 0);
    assert(b->build && b->options.continues); /* (1) */
    return triples_each(b->options.continues, add_stored, b);
}

uint64_t build_beside_stored(const struct build_beside *b)
{
    return b->stored;
}

void build_beside_append(struct build_beside *b, uint64_t records)
{
    assert(b->build && (b->options.continues || !records)); /* (1) */
    build_append(b->build, records);
}

static void tell_passes(const struct build *b)
{
    const char *name;
    double seconds;
    uint64_t bytes;
    for (size_t i = 0; (name = build_pass(b, i, &seconds, &bytes)); i++) {
        assert(seconds >= 0);
        log_debug("%s: %.2f s, %.1f MiB for later passes", name, seconds,
                  (double)bytes / 1048576.0);
    }
}

int build_beside_run(struct build_beside *b)
{
    assert(b->build); /* (1): once */
    int rc = build_run(b->build);
    if (rc)
        goto done;
    tell_passes(b->build);
done:
    build_free(b->build);
    b->build = NULL;
    return rc;
}

struct kv *build_beside_kv(const struct build_beside *b)
{
    assert(b->kv); /* (1) */
    return b->kv;
}

void build_beside_keep(struct build_beside *b)
{
    assert(b->kv && !b->build); /* (1): the passes are through */
    kv_close(b->kv);
    b->kv = NULL;
    b->mine = false;
}
