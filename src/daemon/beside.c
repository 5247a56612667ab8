/*
 * beside.c - around a build beside the store what it knows nothing of: offsets and dead letters.
 *
 *  (1) Dead letters are written as they come, numbered on from the newest record of the other
 *      store, since there may be more of them than memory holds.
 *  (2) A topic that is configured no more has no offset: were it read again one day, it
 *      would be from its beginning, for its triples are gone.
 */
#include "beside.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/engine/build_beside.h"
#include "alignd/store/layout.h"
#include "alignd/stream/crash_point.h"

#include <assert.h>
#include <stdlib.h>

struct beside {
    struct beside_options options;
    struct build_beside *build;
    struct kv_batch *batch;
    uint64_t letters;
};

static int note_progress(void *arg, double done, const char *pass)
{
    struct beside *b = arg;
    assert(done >= 0 && done <= 1);
    if (strcmp(pass, BUILD_BESIDE_READING) == 0) {
        crash_point_pass("build-batch");
    } else {
        crash_point_pass("build-bucket");
        crash_point_pass(pass);
    }
    return b->options.progress(b->options.arg, done, pass);
}

int beside_open(const struct beside_options *options, struct beside **ret_beside)
{
    const struct config *c = options->config;
    struct beside *b = memory_calloc(1, sizeof(*b));
    struct build_beside_options o = {.store = c->store_path,
                                     .kv = kv_options_default(),
                                     .engine = options->engine,
                                     .continues = options->continues,
                                     .build = {.memory_bytes = (size_t)c->build_memory,
                                               .expected_triples = options->expected_triples,
                                               .progress = note_progress,
                                               .arg = b}};
    assert(options->progress && options->continues);
    assert(options->engine->graph_count == c->graph_count);
    o.kv.background_threads = (int)c->store_threads;
    b->options = *options;
    b->batch = kv_batch_new();
    int rc = build_beside_open(&o, &b->build);
    if (rc)
        goto done;
    *ret_beside = b;
    b = NULL;
done:
    beside_close(b);
    return rc;
}

void beside_close(struct beside *b)
{
    if (!b)
        return;
    build_beside_close(b->build);
    kv_batch_free(b->batch);
    free(b);
}

/* --- what it is made of --- */

int beside_add(struct beside *b, size_t graph, const struct change *changes, size_t count)
{
    assert(graph < b->options.config->graph_count);
    return build_beside_add(b->build, graph, changes, count);
}

int beside_add_store(struct beside *b)
{
    assert(!b->letters); /* what is behind comes behind */
    return build_beside_add_store(b->build);
}

/* (1) */
int beside_add_letters(struct beside *b, const struct outbox_record *letters, size_t count)
{
    struct kv *kv = build_beside_kv(b->build);
    assert(letters || !count);
    for (size_t i = 0; i < count; i++) {
        struct outbox_record letter = letters[i];
        assert(letter.destination == OUTBOX_DEAD_LETTERS);
        letter.seq = b->options.continues->head + ++b->letters;
        outbox_put(kv, b->batch, &letter);
    }
    int rc = count ? kv_write(kv, b->batch, false) : ERR_OK;
    kv_batch_clear(b->batch);
    return rc;
}

/* --- the end --- */

/* (2) */
static int drop_foreign(void *arg, const struct state_offset *offset)
{
    struct beside *b = arg;
    const struct config *c = b->options.config;
    struct buf key = {0};
    for (size_t i = 0; i < c->topic_count; i++)
        if (slice_equal(offset->topic, slice_of(c->topics[i].name)))
            return ERR_OK;
    layout_put_offset_key(&key, offset->topic, offset->partition);
    kv_batch_delete(build_beside_kv(b->build), b->batch, KV_OFFSETS, buf_slice(&key));
    buf_fini(&key);
    return ERR_OK;
}

int beside_finish(struct beside *b, const struct state_offset *offsets, size_t count)
{
    struct kv *kv = build_beside_kv(b->build);
    int rc;
    assert(offsets || !count);
    build_beside_append(b->build, b->letters);
    if ((rc = build_beside_run(b->build)) || (rc = offsets_each(kv, drop_foreign, b)))
        goto done;
    offsets_put(kv, b->batch, offsets, count);
    if ((kv_batch_rows(b->batch) && (rc = kv_write(kv, b->batch, true))) || (rc = kv_flush(kv)))
        goto done;
    build_beside_keep(b->build);
done:
    kv_batch_clear(b->batch);
    return rc;
}
