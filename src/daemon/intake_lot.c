/*
 * intake_lot.c - messages decoded into what a turn takes: changes, dead letters, offsets.  The
 * numbers are those of intake.h.
 *
 * A flood of bad messages must not become a flood of lines: of those that are skipped or set
 * aside one a second is told, the others are counted.  The one that stops the daemon
 * always is.
 */
#include "intake_internal.h"

#include "alignd/base/array.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/daemon/dead_letter.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define ERROR_LOG_US 1000000

void intake_lot_init(struct intake_lot *lot)
{
    assert(!lot->source && !lot->arena);
    lot->source = source_batch_new();
    lot->arena = arena_new();
}

void intake_lot_fini(struct intake_lot *lot)
{
    source_batch_free(lot->source);
    arena_free(lot->arena);
    free(lot->inputs);
    free(lot->offsets);
    free(lot->dead_letters);
}

void intake_lot_clear(struct intake_lot *lot)
{
    source_batch_clear(lot->source);
    arena_reset(lot->arena);
    lot->face = (struct intake_batch){0};
    lot->decoded = 0;
}

/* ---- decoding ---- */

/* Once, with the first: the line before says what is wrong with a message, this one what an
 * operator can have done with such. */
static void tell_what_to_do(const struct intake_decoder *in, size_t graph)
{
    const char *letters = in->config->dead_letter_topic;
    switch (in->config->graphs[graph].on_error) {
    case CONFIG_ON_ERROR_DLQ:
        log_warn("such messages are set aside in topic '%s' ([input] on_error = dlq): 'alignd "
                 "letters list' tells which there are, 'alignd letters resend' sends them again "
                 "once they are mended",
                 letters);
        return;
    case CONFIG_ON_ERROR_SKIP:
        log_warn("such messages are dropped ([input] on_error = skip): with dlq and [output] "
                 "dead_letter_topic they would be set aside, for 'alignd letters list' and "
                 "'resend'");
        return;
    default:
        log_warn("[input] on_error = stop ends alignd before such a message, at each start: skip "
                 "would drop it; dlq%s would set it aside, for 'alignd letters list' and "
                 "'resend', and go on",
                 *letters ? "" : " (with [output] dead_letter_topic)");
    }
}

static void log_bad_message(struct intake_decoder *in, const struct source_message *m,
                            const struct codec_error *error, const char *action)
{
    assert(m->topic < in->config->topic_count && m->partition >= 0);
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
    if (!in->told)
        tell_what_to_do(in, m->graph);
    in->told = true;
}

static void add_dead_letter(struct intake_decoder *in, struct intake_lot *lot,
                            const struct source_message *m, const struct codec_error *error)
{
    const struct dead_letter_limits limits = {(size_t)in->config->dead_letter_bytes,
                                              (size_t)in->config->header_bytes};
    struct outbox_record letter;
    dead_letter_make(m, in->config->topics[m->topic].name, error, &limits, lot->arena, &letter);
    ARRAY_PUSH(lot->dead_letters, lot->face.turn.extra_count, lot->dead_size, letter);
    assert(lot->face.turn.extra_count <= lot->dead_size);
    lot->face.turn.extra = lot->dead_letters;
}

static int refuse(struct intake_decoder *in, struct intake_lot *lot, const struct source_message *m,
                  const struct codec_error *error)
{
    assert(m->graph < in->config->graph_count);
    struct metrics_graph *counts = &in->metrics->graphs[m->graph];
    metrics_add_error(in->metrics, error->code);
    switch (in->config->graphs[m->graph].on_error) {
    case CONFIG_ON_ERROR_SKIP:
        counts->errors_skip++;
        log_bad_message(in, m, error, "skipped");
        return ERR_OK;
    case CONFIG_ON_ERROR_DLQ:
        counts->errors_dlq++;
        log_bad_message(in, m, error, "dead letter");
        add_dead_letter(in, lot, m, error);
        return ERR_OK;
    default:
        counts->errors_stop++;
        log_bad_message(in, m, error, "stop");
        return ERR_FORMAT;
    }
}

static void add_input(struct intake_decoder *in, struct intake_lot *lot,
                      const struct source_message *m, const struct change *changes, size_t count)
{
    assert(count); /* what changes nothing is no input */
    struct engine_input input = {.graph = m->graph,
                                 .changes = changes,
                                 .count = count,
                                 .cause = {.topic = slice_of(in->config->topics[m->topic].name),
                                           .partition = m->partition,
                                           .offset = m->offset,
                                           .event_time_ms = m->event_time_ms}};
    ARRAY_PUSH(lot->inputs, lot->face.turn.input_count, lot->input_size, input);
    lot->face.turn.inputs = lot->inputs;
    in->metrics->graphs[m->graph].changes += count;
}

static int decode(struct intake_decoder *in, struct intake_lot *lot, const struct source_message *m)
{
    assert(m->graph < in->config->graph_count && m->topic < in->config->topic_count);
    struct metrics_graph *counts = &in->metrics->graphs[m->graph];
    struct codec_error error;
    struct change *changes;
    size_t count;
    counts->records++;
    counts->bytes += m->key.len + m->payload.len;
    counts->tombstones += m->tombstone;
    int rc = message_decoder_decode(in->messages, m, lot->arena, &changes, &count, &error);
    if (rc == ERR_FORMAT || rc == ERR_LIMIT)
        return refuse(in, lot, m, &error);
    if (rc)
        return rc;
    if (count)
        add_input(in, lot, m, changes, count);
    return ERR_OK;
}

int intake_lot_decode_next(struct intake_decoder *in, struct intake_lot *lot)
{
    assert(lot->decoded < lot->source->count);
    int rc = decode(in, lot, &lot->source->messages[lot->decoded]);
    lot->decoded += !rc;
    return rc;
}

static void put_offset(struct intake_decoder *in, struct intake_lot *lot, size_t topic,
                       int32_t partition, int64_t next)
{
    assert(partition >= 0);
    assert(topic < in->config->topic_count && next >= 0);
    struct state_offset offset = {slice_of(in->config->topics[topic].name), partition, next};
    ARRAY_PUSH(lot->offsets, lot->face.turn.offset_count, lot->offset_size, offset);
    lot->face.turn.offsets = lot->offsets;
}

/*
 * (1): behind the messages decoded so far.  Where decoding stopped early, a
 * partition goes on at its first message that was not decoded.
 */
void intake_lot_put_offsets(struct intake_decoder *in, struct intake_lot *lot)
{
    assert(lot->decoded <= lot->source->count);
    lot->face.turn.offset_count = 0;
    for (size_t i = 0; i < lot->source->position_count; i++) {
        const struct source_position *p = &lot->source->positions[i];
        int64_t next = p->next;
        for (size_t k = lot->source->count; k-- > lot->decoded;) {
            const struct source_message *m = &lot->source->messages[k];
            if (m->topic == p->topic && m->partition == p->partition)
                next = m->offset;
        }
        assert(next <= p->next); /* (1) */
        put_offset(in, lot, p->topic, p->partition, next);
    }
}
