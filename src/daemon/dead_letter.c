/*
 * dead_letter.c - a bad message as a record for the dead letter topic, as it came: so it can be
 * sent again once what was wrong with it is mended.  It must not itself be too large for
 * the broker, or it would stop everything: headers and value are cut to limits, and
 * what was cut is told.
 *
 *  (1) At most OWN_HEADERS are added to the message's own, which come first: who reads must
 *      take the last header of a name for ours.
 */
#include "alignd/daemon/dead_letter.h"

#include "alignd/base/err.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define OWN_HEADERS 10

struct headers {
    struct outbox_header *at;
    size_t count, room;
    struct arena *arena;
};

static void add(struct headers *h, const char *name, struct slice value)
{
    struct slice copy = arena_copy(h->arena, value);
    assert(h->count < h->room); /* (1) */
    h->at[h->count++] = (struct outbox_header){slice_of(name), copy};
}

static void add_number(struct headers *h, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, value);
    add(h, name, slice_of(text));
}

static size_t header_bytes(const struct source_header *h)
{
    return h->name.len + h->value.len;
}

size_t dead_letter_header_bytes(const struct source_message *message)
{
    size_t sum = 0;
    for (size_t i = 0; i < message->header_count; i++)
        sum += header_bytes(&message->headers[i]);
    return sum;
}

void dead_letter_make(const struct source_message *message, const char *topic,
                      const struct codec_error *error, const struct dead_letter_limits *limits,
                      struct arena *arena, struct outbox_record *ret_record)
{
    struct headers h = {.room = message->header_count + OWN_HEADERS, .arena = arena};
    size_t taken = 0;
    h.at = arena_alloc(arena, h.room * sizeof(*h.at));
    for (size_t i = 0; i < message->header_count; i++) {
        const struct source_header *own = &message->headers[i];
        if (taken + header_bytes(own) > limits->header_bytes)
            break;
        taken += header_bytes(own);
        h.at[h.count++] = (struct outbox_header){own->name, own->value};
    }
    assert(h.count <= message->header_count && taken <= limits->header_bytes);
    size_t dropped = message->header_count - h.count;
    add(&h, "__alignd.errors.topic", slice_of(topic));
    add_number(&h, "__alignd.errors.partition", message->partition);
    add_number(&h, "__alignd.errors.offset", message->offset);
    add(&h, "__alignd.errors.stage", slice_of("decode"));
    add(&h, "__alignd.errors.code", slice_of(error->code));
    add(&h, "__alignd.errors.message", slice_of(error->message));
    if (error->line) {
        add_number(&h, "__alignd.errors.line", (int64_t)error->line);
        add_number(&h, "__alignd.errors.column", (int64_t)error->column);
    }
    if (dropped)
        add_number(&h, "__alignd.errors.headers_dropped", (int64_t)dropped);
    struct slice value = message->payload;
    taken += message->key.len;
    size_t left = taken < limits->bytes ? limits->bytes - taken : 0;
    if (value.len > left) {
        add_number(&h, "__alignd.errors.truncated", (int64_t)value.len);
        value.len = left;
    }
    assert(h.count <= h.room && value.len <= message->payload.len);
    *ret_record = (struct outbox_record){.destination = OUTBOX_DEAD_LETTERS,
                                         .has_key = message->has_key,
                                         .tombstone = message->tombstone,
                                         .key = message->key,
                                         .value = value,
                                         .timestamp_ms =
                                             message->timestamp_ms > 0 ? message->timestamp_ms : 0,
                                         .headers = h.at,
                                         .header_count = h.count};
}
