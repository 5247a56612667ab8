/*
 * intake.c - two lots between two threads: one is read into while the engine has the other.
 * A lot that waits for the engine is topped up until the engine comes, so that a busy engine
 * finds larger batches, and an idle one finds the first message without delay.
 *
 * Offsets that move without messages (the markers of transactions) make a batch too, now and
 * then, or the group would seem to lag behind for ever.
 *
 *  (1), (2): intake.h.
 *  (3) A lot is with the thread, ready, or lent: never two of them.
 */
#include "intake_internal.h"

#include "alignd/base/arena.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define WAIT_MS 100    /* for a first message; also how fast a pause is noticed */
#define TOP_UP_MS 5    /* how often a batch that waits for the engine is topped up */
#define OFFSETS_MS 500 /* how often offsets alone make a batch */
#define BACKLOG 1000   /* records behind from which a batch waits to be filled */

struct intake {
    const struct config *config;
    struct source *source;
    struct metrics *metrics;
    struct intake_decoder decoder; /* of the thread alone */
    struct intake_lot lots[2];
    pthread_t thread;
    /* of the thread alone */
    bool paused;
    int64_t *told; /* offsets of the last batch handed over, partition by partition */
    size_t told_count;
    uint64_t offsets_due_us;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct intake_lot *ready; /* waits for the engine */
    struct intake_lot *lent;  /* with the engine */
    bool drained; /* the last look at the topics found nothing, and they are at their ends */
    bool stop, pause, wanted;
    int status;
    struct intake_limits limits;
};

/* ---- offsets ---- */

static bool offsets_moved(struct intake *in, const struct intake_lot *lot)
{
    assert(in->told || !in->told_count);
    if (lot->face.turn.offset_count != in->told_count)
        return true;
    for (size_t i = 0; i < in->told_count; i++)
        if (lot->offsets[i].next != in->told[i])
            return true;
    return false;
}

static void note_told(struct intake *in, const struct intake_lot *lot)
{
    size_t count = lot->face.turn.offset_count, before = in->told_count;
    assert(lot->offsets || !count);
    in->told = memory_realloc(in->told, (count ? count : 1) * sizeof(*in->told));
    in->told_count = count;
    for (size_t i = 0; i < count; i++) {
        assert(i >= before || lot->offsets[i].next >= in->told[i]); /* they only go on */
        in->told[i] = lot->offsets[i].next;
    }
}

/* ---- the thread ---- */

static int apply_pause(struct intake *in)
{
    pthread_mutex_lock(&in->lock);
    bool pause = in->pause;
    pthread_mutex_unlock(&in->lock);
    if (pause == in->paused)
        return ERR_OK;
    in->paused = pause;
    return source_pause(in->source, pause);
}

/* Reads what there is, unless paused, into the lot and decodes it. */
static int read_more(struct intake *in, struct intake_lot *lot, const struct intake_limits *limits)
{
    assert(lot->decoded <= lot->source->count);
    size_t before = lot->source->count;
    struct source_limits poll = {.max_messages = limits->max_messages,
                                 .max_bytes = limits->max_bytes,
                                 .wait_ms = before ? 0 : WAIT_MS,
                                 .fill_ms = source_lag(in->source) > BACKLOG ? limits->fill_ms : 0};
    int rc;
    if ((rc = apply_pause(in)) || (rc = source_poll(in->source, &poll, lot->source)))
        goto done;
    if (!before && lot->source->count)
        lot->face.since_us = clock_mono_us();
    while (lot->decoded < lot->source->count)
        if ((rc = intake_lot_decode_next(&in->decoder, lot)))
            goto done;
done:
    lot->face.messages = lot->decoded;
    intake_lot_put_offsets(&in->decoder, lot);
    assert(lot->decoded <= lot->source->count && lot->face.messages == lot->decoded);
    return rc;
}

static bool is_full(const struct intake_lot *lot, const struct intake_limits *limits)
{
    assert(limits->max_messages && limits->max_bytes);
    return lot->source->count >= limits->max_messages || lot->source->bytes >= limits->max_bytes;
}

static void wait_changed(struct intake *in, int ms)
{
    assert(ms > 0);
    struct timespec at = clock_mono_timespec(clock_mono_ms() + ms);
    pthread_cond_timedwait(&in->changed, &in->lock, &at);
}

/*
 * The lot to read into, once there is reason to: the one that waits for the
 * engine while it has room, topped up now and then, else the free one.  NULL at the
 * end.
 */
static struct intake_lot *next_lot(struct intake *in)
{
    struct intake_lot *lot = NULL;
    pthread_mutex_lock(&in->lock);
    while (!in->stop && in->ready && (in->wanted || is_full(in->ready, &in->limits)))
        wait_changed(in, WAIT_MS);
    if (!in->stop && in->ready) {
        wait_changed(in, TOP_UP_MS);
        while (!in->stop && in->ready && in->wanted)
            wait_changed(in, WAIT_MS);
    }
    if (!in->stop) {
        lot = in->ready ? in->ready : in->lent == &in->lots[0] ? &in->lots[1] : &in->lots[0];
        assert(lot == &in->lots[0] || lot == &in->lots[1]);
        in->ready = NULL;
        assert(lot != in->lent); /* (3) */
    }
    pthread_mutex_unlock(&in->lock);
    return lot;
}

static void hand_over(struct intake *in, struct intake_lot *lot, int status)
{
    assert(lot == &in->lots[0] || lot == &in->lots[1]);
    /* messages, or offsets that moved by themselves: past the markers of a transaction */
    bool moved = offsets_moved(in, lot);
    bool due = lot->decoded || (moved && clock_mono_us() >= in->offsets_due_us);
    if (due) {
        in->offsets_due_us = clock_mono_us() + OFFSETS_MS * 1000;
        note_told(in, lot);
    } else {
        intake_lot_clear(lot);
    }
    pthread_mutex_lock(&in->lock);
    assert(!in->ready && in->lent != lot); /* (3) */
    if (due)
        in->ready = lot;
    in->drained = !due && !moved && source_at_end(in->source);
    in->status = status;
    pthread_cond_broadcast(&in->changed);
    pthread_mutex_unlock(&in->lock);
}

static void *run(void *arg)
{
    struct intake *in = arg;
    struct intake_lot *lot;
    int rc = ERR_OK;
    while (!rc && (lot = next_lot(in))) {
        pthread_mutex_lock(&in->lock);
        struct intake_limits limits = in->limits;
        pthread_mutex_unlock(&in->lock);
        rc = read_more(in, lot, &limits);
        hand_over(in, lot, rc);
    }
    return NULL;
}

/* ---- the engine's side ---- */

static void free_intake(struct intake *in)
{
    assert(!in->ready || in->ready != in->lent); /* (3) */
    for (int i = 0; i < 2; i++)
        intake_lot_fini(&in->lots[i]);
    message_decoder_free(in->decoder.messages);
    free(in->told);
    pthread_cond_destroy(&in->changed);
    pthread_mutex_destroy(&in->lock);
    free(in);
}

int intake_start(const struct config *config, const struct mapping *mapping, struct source *source,
                 struct metrics *metrics, struct intake **ret_intake)
{
    assert(ret_intake && config->graph_count <= ENGINE_MAX_GRAPHS);
    struct intake *in = memory_calloc(1, sizeof(*in));
    in->config = config;
    in->source = source;
    in->metrics = metrics;
    in->decoder = (struct intake_decoder){
        .config = config, .metrics = metrics, .messages = message_decoder_new(config, mapping)};
    in->limits = (struct intake_limits){(size_t)config->turn_messages, (size_t)config->turn_bytes,
                                        (int)config->turn_fill_ms};
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&in->lock, NULL);
    pthread_cond_init(&in->changed, &attr);
    pthread_condattr_destroy(&attr);
    for (int i = 0; i < 2; i++)
        intake_lot_init(&in->lots[i]);
    int failed = pthread_create(&in->thread, NULL, run, in);
    if (failed) {
        log_error("the thread that reads the input cannot be started: %s", strerror(failed));
        free_intake(in);
        return ERR_INTERNAL;
    }
    assert(in->limits.max_messages && in->limits.max_bytes);
    *ret_intake = in;
    return ERR_OK;
}

void intake_stop(struct intake *in)
{
    if (!in)
        return;
    assert(!in->stop);
    pthread_mutex_lock(&in->lock);
    in->stop = true;
    pthread_cond_broadcast(&in->changed);
    pthread_mutex_unlock(&in->lock);
    pthread_join(in->thread, NULL);
    free_intake(in);
}

const struct intake_batch *intake_take(struct intake *in, int wait_ms)
{
    assert(wait_ms >= 0);
    pthread_mutex_lock(&in->lock);
    in->wanted = true;
    pthread_cond_broadcast(&in->changed);
    if (!in->ready && wait_ms > 0)
        wait_changed(in, wait_ms);
    struct intake_lot *lot = in->ready;
    assert(!in->lent); /* (3): one at a time */
    if (lot) {
        in->lent = lot;
        in->ready = NULL;
    }
    in->wanted = false;
    pthread_cond_broadcast(&in->changed);
    pthread_mutex_unlock(&in->lock);
    return lot ? &lot->face : NULL;
}

void intake_release(struct intake *in, const struct intake_batch *batch)
{
    assert(batch == &in->lots[0].face || batch == &in->lots[1].face);
    struct intake_lot *lot = batch == &in->lots[0].face ? &in->lots[0] : &in->lots[1];
    intake_lot_clear(lot);
    pthread_mutex_lock(&in->lock);
    assert(in->lent == lot);
    in->lent = NULL;
    pthread_cond_broadcast(&in->changed);
    pthread_mutex_unlock(&in->lock);
}

int intake_status(struct intake *in)
{
    pthread_mutex_lock(&in->lock);
    int status = in->ready ? ERR_OK : in->status;
    pthread_mutex_unlock(&in->lock);
    return status;
}

bool intake_is_drained(struct intake *in)
{
    pthread_mutex_lock(&in->lock);
    bool drained = in->drained && !in->ready && !in->lent;
    pthread_mutex_unlock(&in->lock);
    return drained;
}

void intake_pause(struct intake *in, bool pause)
{
    pthread_mutex_lock(&in->lock);
    in->pause = pause;
    pthread_mutex_unlock(&in->lock);
}

void intake_set_limits(struct intake *in, const struct intake_limits *limits)
{
    assert(limits->fill_ms >= 0);
    assert(limits->max_messages && limits->max_bytes);
    pthread_mutex_lock(&in->lock);
    in->limits = *limits;
    pthread_mutex_unlock(&in->lock);
}
