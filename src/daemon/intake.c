#include "alignd/daemon/intake.h"

#include "alignd/base/arena.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/daemon/dead_letter.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WAIT_MS 100    /* for a first message; also how fast a pause is noticed */
#define TOP_UP_MS 5    /* how often a batch that waits for the engine is topped up */
#define OFFSETS_MS 500 /* how often offsets alone make a batch */
#define BACKLOG 1000   /* records behind from which a batch waits to be filled */
#define ERROR_LOG_US 1000000

/* A batch on its way: read by the thread, then lent to the engine. */
struct lot {
    struct intake_batch face; /* first */
    struct source_batch *source;
    struct arena *arena;
    size_t decoded; /* messages of source looked at */
    struct engine_input *inputs;
    size_t input_size;
    struct engine_offset *offsets;
    size_t offset_size;
    struct outbox_record *dead_letters;
    size_t dead_size;
};

struct intake {
    const struct config *config;
    struct source *source;
    struct metrics *metrics;
    struct codec_limits codec_limits;
    struct lot lots[2];
    pthread_t thread;
    /* of the thread alone */
    bool paused;
    int64_t *told; /* offsets of the last batch handed over, partition by partition */
    size_t told_count;
    uint64_t offsets_due_us, error_logged_us;
    uint64_t errors_unlogged;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct lot *ready; /* waits for the engine */
    struct lot *lent;  /* with the engine */
    bool drained;      /* the last look at the topics found nothing, and they are at their ends */
    bool stop, pause, wanted;
    int status;
    struct intake_limits limits;
};

/* ---- a lot ---- */

static void clear_lot(struct lot *lot)
{
    source_batch_clear(lot->source);
    arena_reset(lot->arena);
    lot->face = (struct intake_batch){0};
    lot->decoded = 0;
}

/* Room for one more of what is counted; doubles. */
static int grow(void *list, size_t *size, size_t count, size_t item)
{
    void **at = list;
    if (count < *size)
        return ERR_OK;
    size_t more = *size ? 2 * *size : 64;
    void *grown = realloc(*at, more * item);
    if (!grown)
        return ERR_NO_MEMORY;
    *at = grown;
    *size = more;
    return ERR_OK;
}

/* ---- decoding ---- */

static void log_bad_message(struct intake *in, const struct source_message *m,
                            const struct codec_error *error, const char *action)
{
    uint64_t now = clock_mono_us();
    const char *topic = in->config->topics[m->topic].name;
    char place[64] = "";
    /* a flood of bad messages is one line a second */
    if (strcmp(action, "stop") != 0 && now - in->error_logged_us < ERROR_LOG_US) {
        in->errors_unlogged++;
        return;
    }
    if (error->line)
        snprintf(place, sizeof(place), " at line %" PRIu64 ", column %" PRIu64, error->line,
                 error->column);
    log_write(strcmp(action, "stop") == 0 ? LOG_ERROR : LOG_WARN,
              "topic '%s' [%" PRId32 "] offset %" PRId64 ": %s: %s%s (%s)", topic, m->partition,
              m->offset, error->code, error->message, place, action);
    if (in->errors_unlogged)
        log_warn("%" PRIu64 " more messages could not be decoded", in->errors_unlogged);
    in->errors_unlogged = 0;
    in->error_logged_us = now;
}

static int add_dead_letter(struct intake *in, struct lot *lot, const struct source_message *m,
                           const struct codec_error *error)
{
    int rc = grow(&lot->dead_letters, &lot->dead_size, lot->face.turn.extra_count,
                  sizeof(*lot->dead_letters));
    if (!rc)
        rc = dead_letter_make(m, in->config->topics[m->topic].name, error,
                              (size_t)in->config->dead_letter_bytes, lot->arena,
                              &lot->dead_letters[lot->face.turn.extra_count]);
    if (rc)
        return rc;
    lot->face.turn.extra = lot->dead_letters;
    lot->face.turn.extra_count++;
    return ERR_OK;
}

static int refuse(struct intake *in, struct lot *lot, const struct source_message *m,
                  const struct codec_error *error)
{
    struct metrics_graph *counts = &in->metrics->graphs[m->graph];
    switch (in->config->graphs[m->graph].on_error) {
    case CONFIG_ON_ERROR_SKIP:
        counts->errors_skip++;
        log_bad_message(in, m, error, "skipped");
        return ERR_OK;
    case CONFIG_ON_ERROR_DLQ:
        counts->errors_dlq++;
        log_bad_message(in, m, error, "dead letter");
        return add_dead_letter(in, lot, m, error);
    default:
        counts->errors_stop++;
        log_bad_message(in, m, error, "stop");
        return ERR_FORMAT;
    }
}

static int add_input(struct intake *in, struct lot *lot, const struct source_message *m,
                     const struct change *changes, size_t count)
{
    int rc = grow(&lot->inputs, &lot->input_size, lot->face.turn.input_count, sizeof(*lot->inputs));
    if (rc)
        return rc;
    lot->inputs[lot->face.turn.input_count++] =
        (struct engine_input){.graph = m->graph,
                              .changes = changes,
                              .count = count,
                              .cause = {.topic = slice_of(in->config->topics[m->topic].name),
                                        .partition = m->partition,
                                        .offset = m->offset,
                                        .event_time_ms = m->event_time_ms}};
    lot->face.turn.inputs = lot->inputs;
    in->metrics->graphs[m->graph].changes += count;
    return ERR_OK;
}

static int decode(struct intake *in, struct lot *lot, const struct source_message *m)
{
    struct metrics_graph *counts = &in->metrics->graphs[m->graph];
    enum codec_format format = in->config->graphs[m->graph].format;
    struct codec_error error = {0};
    struct change *changes;
    size_t count;
    counts->records++;
    counts->bytes += m->key.len + m->payload.len;
    if (m->tombstone) {
        counts->tombstones++;
        return ERR_OK;
    }
    codec_format_from_content_type(m->content_type, &format);
    int rc =
        codec_decode(format, m->payload, &in->codec_limits, lot->arena, &changes, &count, &error);
    if (rc == ERR_FORMAT || rc == ERR_LIMIT)
        return refuse(in, lot, m, &error);
    return rc || !count ? rc : add_input(in, lot, m, changes, count);
}

/* ---- offsets ---- */

static int put_offset(struct intake *in, struct lot *lot, size_t topic, int32_t partition,
                      int64_t next)
{
    size_t i = lot->face.turn.offset_count;
    int rc = grow(&lot->offsets, &lot->offset_size, i, sizeof(*lot->offsets));
    if (rc)
        return rc;
    lot->offsets[i] =
        (struct engine_offset){slice_of(in->config->topics[topic].name), partition, next};
    lot->face.turn.offsets = lot->offsets;
    lot->face.turn.offset_count++;
    return ERR_OK;
}

/*
 * (1): behind the messages decoded so far.  Where decoding stopped early, a
 * partition goes on at its first message that was not decoded.
 */
static int put_offsets(struct intake *in, struct lot *lot)
{
    int rc = ERR_OK;
    lot->face.turn.offset_count = 0;
    for (size_t i = 0; !rc && i < lot->source->position_count; i++) {
        const struct source_position *p = &lot->source->positions[i];
        int64_t next = p->next;
        for (size_t k = lot->source->count; k-- > lot->decoded;) {
            const struct source_message *m = &lot->source->messages[k];
            if (m->topic == p->topic && m->partition == p->partition)
                next = m->offset;
        }
        rc = put_offset(in, lot, p->topic, p->partition, next);
    }
    return rc;
}

static bool offsets_moved(struct intake *in, const struct lot *lot)
{
    if (lot->face.turn.offset_count != in->told_count)
        return true;
    for (size_t i = 0; i < in->told_count; i++)
        if (lot->offsets[i].next != in->told[i])
            return true;
    return false;
}

static int note_told(struct intake *in, const struct lot *lot)
{
    size_t count = lot->face.turn.offset_count;
    int64_t *told = realloc(in->told, (count ? count : 1) * sizeof(*told));
    if (!told)
        return ERR_NO_MEMORY;
    in->told = told;
    in->told_count = count;
    for (size_t i = 0; i < count; i++)
        told[i] = lot->offsets[i].next;
    return ERR_OK;
}

/* ---- the thread ---- */

/* Reads what there is into the lot and decodes it. */
static int read_more(struct intake *in, struct lot *lot, const struct intake_limits *limits)
{
    size_t before = lot->source->count;
    struct source_limits poll = {.max_messages = limits->max_messages,
                                 .max_bytes = limits->max_bytes,
                                 .wait_ms = before ? 0 : WAIT_MS,
                                 .fill_ms = source_lag(in->source) > BACKLOG ? limits->fill_ms : 0};
    int rc = source_poll(in->source, &poll, lot->source);
    if (!rc && !before && lot->source->count)
        lot->face.since_us = clock_mono_us();
    while (!rc && lot->decoded < lot->source->count) {
        rc = decode(in, lot, &lot->source->messages[lot->decoded]);
        if (!rc)
            lot->decoded++;
    }
    lot->face.messages = lot->decoded;
    int offsets_rc = put_offsets(in, lot);
    return rc ? rc : offsets_rc;
}

static bool is_full(const struct lot *lot, const struct intake_limits *limits)
{
    return lot->source->count >= limits->max_messages || lot->source->bytes >= limits->max_bytes;
}

static void wait_changed(struct intake *in, int ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += (long)ms * 1000000;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&in->changed, &in->lock, &at);
}

/*
 * The lot to read into, once there is reason to: the one that waits for the
 * engine while it has room, topped up now and then, else the free one.  NULL at the
 * end.
 */
static struct lot *next_lot(struct intake *in)
{
    struct lot *lot = NULL;
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
        in->ready = NULL;
    }
    pthread_mutex_unlock(&in->lock);
    return lot;
}

static void hand_over(struct intake *in, struct lot *lot, int status)
{
    /* messages, or offsets that moved by themselves: past the markers of a transaction */
    bool moved = offsets_moved(in, lot);
    bool due = lot->decoded || (moved && clock_mono_us() >= in->offsets_due_us);
    if (due) {
        in->offsets_due_us = clock_mono_us() + OFFSETS_MS * 1000;
        if (note_told(in, lot))
            status = status ? status : ERR_NO_MEMORY;
    } else {
        clear_lot(lot);
    }
    pthread_mutex_lock(&in->lock);
    if (due)
        in->ready = lot;
    in->drained = !due && !moved && source_at_end(in->source);
    in->status = status;
    pthread_cond_broadcast(&in->changed);
    pthread_mutex_unlock(&in->lock);
}

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

static void *run(void *arg)
{
    struct intake *in = arg;
    struct lot *lot;
    int rc = ERR_OK;
    while (!rc && (lot = next_lot(in))) {
        pthread_mutex_lock(&in->lock);
        struct intake_limits limits = in->limits;
        pthread_mutex_unlock(&in->lock);
        rc = apply_pause(in);
        if (!rc)
            rc = read_more(in, lot, &limits);
        hand_over(in, lot, rc);
    }
    return NULL;
}

/* ---- the engine's side ---- */

static void free_intake(struct intake *in)
{
    for (int i = 0; i < 2; i++) {
        struct lot *lot = &in->lots[i];
        source_batch_free(lot->source);
        arena_free(lot->arena);
        free(lot->inputs);
        free(lot->offsets);
        free(lot->dead_letters);
    }
    free(in->told);
    pthread_cond_destroy(&in->changed);
    pthread_mutex_destroy(&in->lock);
    free(in);
}

int intake_start(const struct config *config, struct source *source, struct metrics *metrics,
                 struct intake **ret_intake)
{
    struct intake *in = calloc(1, sizeof(*in));
    if (!in)
        return ERR_NO_MEMORY;
    in->config = config;
    in->source = source;
    in->metrics = metrics;
    in->codec_limits = config_codec_limits(config);
    in->limits = (struct intake_limits){(size_t)config->turn_messages, (size_t)config->turn_bytes,
                                        (int)config->turn_fill_ms};
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&in->lock, NULL);
    pthread_cond_init(&in->changed, &attr);
    pthread_condattr_destroy(&attr);
    int rc = ERR_OK;
    for (int i = 0; i < 2; i++) {
        in->lots[i].source = source_batch_new();
        in->lots[i].arena = arena_new();
        if (!in->lots[i].source || !in->lots[i].arena)
            rc = ERR_NO_MEMORY;
    }
    if (!rc && pthread_create(&in->thread, NULL, run, in))
        rc = ERR_NO_MEMORY;
    if (rc) {
        free_intake(in);
        return rc;
    }
    *ret_intake = in;
    return ERR_OK;
}

void intake_stop(struct intake *in)
{
    if (!in)
        return;
    pthread_mutex_lock(&in->lock);
    in->stop = true;
    pthread_cond_broadcast(&in->changed);
    pthread_mutex_unlock(&in->lock);
    pthread_join(in->thread, NULL);
    free_intake(in);
}

const struct intake_batch *intake_take(struct intake *in, int wait_ms)
{
    pthread_mutex_lock(&in->lock);
    in->wanted = true;
    pthread_cond_broadcast(&in->changed);
    if (!in->ready && wait_ms > 0)
        wait_changed(in, wait_ms);
    struct lot *lot = in->ready;
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
    struct lot *lot = batch == &in->lots[0].face ? &in->lots[0] : &in->lots[1];
    clear_lot(lot);
    pthread_mutex_lock(&in->lock);
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
    pthread_mutex_lock(&in->lock);
    in->limits = *limits;
    pthread_mutex_unlock(&in->lock);
}
