/*
 * beside.c - a folder beside the store, a build in it, and around the build what it knows nothing
 * of: offsets and dead letters.
 *
 *  (1) Dead letters are written as they come, numbered on from the newest record of the other
 *      store, since there may be more of them than memory holds.
 *  (2) A topic that is configured no more has no offset: were it read again one day, it
 *      would be from its beginning, for its triples are gone.
 */
#include "beside.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/state/triples.h"
#include "alignd/store/building.h"
#include "alignd/store/layout.h"
#include "alignd/stream/crash_point.h"

#include <assert.h>
#include <stdlib.h>

struct beside {
    struct beside_options options;
    struct buf path;
    struct kv *kv;
    struct kv_batch *batch;
    struct build *build;
    uint64_t letters;
    bool mine; /* what is in the folder is ours to delete */
};

static int note_pass(void *arg, double done, const char *pass)
{
    struct beside *b = arg;
    assert(done >= 0 && done <= 1);
    crash_point_pass("build-bucket");
    crash_point_pass(pass);
    return b->options.progress(b->options.arg, done, pass);
}

static int open_build(struct beside *b)
{
    assert(!b->kv && !b->build);
    const struct config *c = b->options.config;
    struct build_options o = {.folder = b->path.data,
                              .memory_bytes = (size_t)c->build_memory,
                              .expected_triples = b->options.expected_triples,
                              .progress = note_pass,
                              .arg = b};
    struct kv_options kv = kv_options_default();
    kv.background_threads = (int)c->store_threads;
    int rc;
    if ((rc = kv_open(b->path.data, &kv, &b->kv)) ||
        (rc = build_new(b->kv, b->options.engine, &o, &b->build)))
        return rc;
    build_continue(b->build, b->options.continues);
    return ERR_OK;
}

int beside_open(const struct beside_options *options, struct beside **ret_beside)
{
    assert(ret_beside && *options->config->store_path);
    struct beside *b = memory_calloc(1, sizeof(*b));
    assert(options->progress && options->continues);
    b->options = *options;
    b->batch = kv_batch_new();
    building_path(options->config->store_path, &b->path);
    int rc = building_discard(options->config->store_path);
    b->mine = !rc;
    if (rc || (rc = open_build(b)))
        goto done;
    *ret_beside = b;
    b = NULL;
done:
    beside_close(b);
    return rc;
}

static void close_database(struct beside *b)
{
    build_free(b->build);
    b->build = NULL;
    kv_close(b->kv);
    b->kv = NULL;
}

void beside_close(struct beside *b)
{
    if (!b)
        return;
    close_database(b);
    kv_batch_free(b->batch);
    if (b->mine)
        (void)building_discard(b->options.config->store_path);
    buf_fini(&b->path);
    free(b);
}

/* --- what it is made of --- */

int beside_add(struct beside *b, size_t graph, const struct change *changes, size_t count)
{
    assert(b->build && (changes || !count));
    assert(graph < b->options.config->graph_count);
    return build_add(b->build, graph, changes, count);
}

/* graph: of the other store, which may have others, in another order. */
static int add_stored(void *arg, size_t graph, const struct change *changes, size_t count)
{
    struct beside *b = arg;
    assert(graph < b->options.continues->graph_count);
    const struct config *c = b->options.config;
    struct slice name = b->options.continues->graphs[graph].name;
    size_t g = 0;
    while (g < c->graph_count && !slice_equal(name, slice_of(c->graphs[g].name)))
        g++;
    crash_point_pass("build-batch");
    int rc = b->options.progress(b->options.arg, 0, "reading the store");
    if (rc || g == c->graph_count)
        return rc;
    return beside_add(b, g, changes, count);
}

int beside_add_store(struct beside *b)
{
    assert(b->build && !b->letters); /* what is behind comes behind */
    return triples_each(b->options.continues, add_stored, b);
}

/* (1) */
int beside_add_letters(struct beside *b, const struct outbox_record *letters, size_t count)
{
    assert(b->kv && (letters || !count));
    for (size_t i = 0; i < count; i++) {
        struct outbox_record letter = letters[i];
        assert(letter.destination == OUTBOX_DEAD_LETTERS);
        letter.seq = b->options.continues->head + ++b->letters;
        assert(letter.seq > b->options.continues->head);
        outbox_put(b->kv, b->batch, &letter);
    }
    int rc = count ? kv_write(b->kv, b->batch, false) : ERR_OK;
    kv_batch_clear(b->batch);
    return rc;
}

/* --- the end --- */

/* (2) */
static int drop_foreign(void *arg, const struct state_offset *offset)
{
    struct beside *b = arg;
    assert(b->kv);
    const struct config *c = b->options.config;
    struct buf key = {0};
    for (size_t i = 0; i < c->topic_count; i++)
        if (slice_equal(offset->topic, slice_of(c->topics[i].name)))
            return ERR_OK;
    layout_put_offset_key(&key, offset->topic, offset->partition);
    kv_batch_delete(b->kv, b->batch, KV_OFFSETS, buf_slice(&key));
    buf_fini(&key);
    return ERR_OK;
}

int beside_finish(struct beside *b, const struct state_offset *offsets, size_t count)
{
    assert(b->build && (offsets || !count));
    build_append(b->build, b->letters);
    int rc;
    if ((rc = build_run(b->build)) || (rc = offsets_each(b->kv, drop_foreign, b)))
        goto done;
    offsets_put(b->kv, b->batch, offsets, count);
    if (kv_batch_rows(b->batch) && (rc = kv_write(b->kv, b->batch, true)))
        goto done;
    rc = kv_flush(b->kv);
done:
    kv_batch_clear(b->batch);
    close_database(b);
    b->mine = rc != ERR_OK;
    return rc;
}
