#include "alignd/daemon/dead_letter.h"

#include "alignd/base/err.h"

#include <inttypes.h>
#include <stdio.h>

#define OWN_HEADERS 9

struct headers {
    struct outbox_header *at;
    size_t count;
    struct arena *arena;
    bool failed;
};

static void add(struct headers *h, const char *name, struct slice value)
{
    struct slice copy = arena_copy(h->arena, value);
    h->failed |= !copy.data;
    h->at[h->count++] = (struct outbox_header){slice_of(name), copy};
}

static void add_number(struct headers *h, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof(text), "%" PRId64, value);
    add(h, name, slice_of(text));
}

int dead_letter_make(const struct source_message *message, const char *topic,
                     const struct codec_error *error, size_t max_bytes, struct arena *arena,
                     struct outbox_record *ret_record)
{
    struct headers h = {.arena = arena};
    h.at = arena_alloc(arena, (message->header_count + OWN_HEADERS) * sizeof(*h.at));
    if (!h.at)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < message->header_count; i++)
        h.at[h.count++] =
            (struct outbox_header){message->headers[i].name, message->headers[i].value};
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
    struct slice value = message->payload;
    if (value.len > max_bytes) {
        add_number(&h, "__alignd.errors.truncated", (int64_t)value.len);
        value.len = max_bytes;
    }
    if (h.failed)
        return ERR_NO_MEMORY;
    *ret_record = (struct outbox_record){.destination = OUTBOX_DEAD_LETTERS,
                                         .has_key = message->has_key,
                                         .tombstone = message->tombstone,
                                         .key = message->key,
                                         .value = value,
                                         .timestamp_ms =
                                             message->timestamp_ms > 0 ? message->timestamp_ms : 0,
                                         .headers = h.at,
                                         .header_count = h.count};
    return ERR_OK;
}
