/*
 * source_batch.c - records as they came from librdkafka: messages point into them, so nothing is
 * copied, and they are given back together when the batch is cleared.  The time of an event is
 * that of its CloudEvents header, else of the record.
 *
 *  (1) records[i] is what messages[i] points into.
 */
#include "source_internal.h"

#include "alignd/base/arena.h"
#include "alignd/base/array.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <strings.h>

struct batch {
    struct source_batch face; /* first: what callers see */
    struct source_message *messages;
    rd_kafka_message_t **records; /* what the messages point into */
    size_t message_room, record_room;
    struct source_position *positions;
    size_t position_room;
    struct arena *arena; /* header lists */
};
static_assert(offsetof(struct batch, face) == 0, "a source_batch is the batch it is of");

struct source_batch *source_batch_new(void)
{
    struct batch *b = memory_calloc(1, sizeof(*b));
    b->arena = arena_new();
    return &b->face;
}

void source_batch_free(struct source_batch *batch)
{
    struct batch *b = (struct batch *)batch;
    if (!b)
        return;
    source_batch_clear(batch);
    arena_free(b->arena);
    free(b->messages);
    free(b->records);
    free(b->positions);
    free(b);
}

void source_batch_clear(struct source_batch *batch)
{
    struct batch *b = (struct batch *)batch;
    for (size_t i = 0; i < batch->count; i++)
        rd_kafka_message_destroy(b->records[i]);
    batch->count = batch->bytes = batch->position_count = 0;
    arena_reset(b->arena);
}

static bool is_named(struct slice name, const char *text)
{
    return name.len == strlen(text) && strncasecmp(name.data, text, name.len) == 0;
}

static void add_headers(struct batch *b, struct source_message *to, const rd_kafka_message_t *rkm)
{
    rd_kafka_headers_t *headers;
    if (rd_kafka_message_headers(rkm, &headers))
        return;
    size_t count = rd_kafka_header_cnt(headers);
    struct source_header *list = arena_alloc(b->arena, (count ? count : 1) * sizeof(*list));
    for (size_t i = 0; i < count; i++) {
        const char *name;
        const void *value;
        size_t len;
        if (rd_kafka_header_get_all(headers, i, &name, &value, &len))
            break;
        list[i] = (struct source_header){slice_of(name), {value, value ? len : 0}};
        to->header_count = i + 1;
        if (is_named(list[i].name, "content-type"))
            to->content_type = list[i].value;
        else if (is_named(list[i].name, "ce_time") && value)
            clock_read(list[i].value, &to->event_time_ms);
    }
    assert(to->header_count <= count);
    to->headers = list;
}

void source_batch_add(struct source_batch *batch, rd_kafka_message_t *rkm, size_t topic,
                      size_t graph)
{
    struct batch *b = (struct batch *)batch;
    rd_kafka_timestamp_type_t kind;
    assert(!rkm->err);
    size_t count = batch->count;
    ARRAY_PUSH(b->records, count, b->record_room, rkm);
    struct source_message message = {.topic = topic,
                                     .graph = graph,
                                     .partition = rkm->partition,
                                     .offset = rkm->offset,
                                     .timestamp_ms = rd_kafka_message_timestamp(rkm, &kind),
                                     .has_key = rkm->key != NULL,
                                     .tombstone = rkm->payload == NULL,
                                     .key = {rkm->key, rkm->key_len},
                                     .payload = {rkm->payload, rkm->len}};
    ARRAY_PUSH(b->messages, batch->count, b->message_room, message);
    assert(batch->count == count && b->records[count - 1] == rkm); /* (1) */
    batch->messages = b->messages;
    struct source_message *m = &b->messages[count - 1];
    batch->bytes += rkm->len + rkm->key_len;
    add_headers(b, m, rkm);
    if (!m->event_time_ms && m->timestamp_ms > 0)
        m->event_time_ms = m->timestamp_ms;
}

struct source_position *source_batch_positions(struct source_batch *batch, size_t count)
{
    struct batch *b = (struct batch *)batch;
    if (count > b->position_room)
        b->positions = array_grow(b->positions, &b->position_room, count, sizeof(*b->positions));
    assert(count <= b->position_room);
    batch->positions = b->positions;
    batch->position_count = 0; /* the caller counts them as it fills them in */
    return b->positions;
}
