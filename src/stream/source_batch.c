#include "source_internal.h"

#include "alignd/base/arena.h"
#include "alignd/base/err.h"

#include <stdlib.h>
#include <strings.h>
#include <time.h>

struct batch {
    struct source_batch face; /* first: what callers see */
    struct source_message *messages;
    rd_kafka_message_t **records; /* what the messages point into */
    size_t size;
    struct source_position *positions;
    size_t position_size;
    struct arena *arena; /* header lists */
};

struct source_batch *source_batch_new(void)
{
    struct batch *b = calloc(1, sizeof(*b));
    if (b && !(b->arena = arena_new())) {
        free(b);
        return NULL;
    }
    return b ? &b->face : NULL;
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

static int grow(struct batch *b)
{
    if (b->face.count < b->size)
        return ERR_OK;
    size_t size = b->size ? 2 * b->size : 256;
    struct source_message *messages = realloc(b->messages, size * sizeof(*messages));
    if (messages)
        b->face.messages = b->messages = messages;
    rd_kafka_message_t **records = realloc(b->records, size * sizeof(*records));
    if (records)
        b->records = records;
    if (!messages || !records)
        return ERR_NO_MEMORY;
    b->size = size;
    return ERR_OK;
}

/* n digits as a number, or -1 */
static int digits(const char *at, const char *end, int n)
{
    int v = 0;
    if (end - at < n)
        return -1;
    for (int i = 0; i < n; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -1;
        v = v * 10 + (at[i] - '0');
    }
    return v;
}

/* RFC 3339 (2026-01-31T12:00:00.123+01:00) as milliseconds since 1970; 0 when it is not one. */
static int64_t parse_time(struct slice text)
{
    const char *at = text.data, *end = text.data + text.len;
    if (text.len < 20 || at[4] != '-' || at[7] != '-' || at[13] != ':' || at[16] != ':')
        return 0;
    struct tm tm = {.tm_year = digits(at, end, 4) - 1900,
                    .tm_mon = digits(at + 5, end, 2) - 1,
                    .tm_mday = digits(at + 8, end, 2),
                    .tm_hour = digits(at + 11, end, 2),
                    .tm_min = digits(at + 14, end, 2),
                    .tm_sec = digits(at + 17, end, 2)};
    if (tm.tm_year < -1900 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ||
        tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 ||
        tm.tm_sec < 0 || tm.tm_sec > 60)
        return 0;
    int64_t ms = (int64_t)timegm(&tm) * 1000;
    at += 19;
    if (at < end && *at == '.') {
        int scale = 100;
        for (at++; at < end && *at >= '0' && *at <= '9'; at++, scale /= 10)
            ms += (*at - '0') * scale;
    }
    if (at < end && (*at == '+' || *at == '-')) {
        int h = digits(at + 1, end, 2), m = end - at >= 6 ? digits(at + 4, end, 2) : -1;
        if (h < 0 || m < 0)
            return 0;
        ms -= (*at == '+' ? 1 : -1) * (int64_t)(h * 60 + m) * 60000;
    }
    return ms;
}

static bool is_named(struct slice name, const char *text)
{
    return name.len == strlen(text) && strncasecmp(name.data, text, name.len) == 0;
}

static int add_headers(struct batch *b, struct source_message *to, const rd_kafka_message_t *rkm)
{
    rd_kafka_headers_t *headers;
    if (rd_kafka_message_headers(rkm, &headers))
        return ERR_OK;
    size_t count = rd_kafka_header_cnt(headers);
    struct source_header *list = arena_alloc(b->arena, (count ? count : 1) * sizeof(*list));
    if (!list)
        return ERR_NO_MEMORY;
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
            to->event_time_ms = parse_time(list[i].value);
    }
    to->headers = list;
    return ERR_OK;
}

int source_batch_add(struct source_batch *batch, rd_kafka_message_t *rkm, size_t topic,
                     size_t graph)
{
    struct batch *b = (struct batch *)batch;
    rd_kafka_timestamp_type_t kind;
    int rc = grow(b);
    if (rc) {
        rd_kafka_message_destroy(rkm);
        return rc;
    }
    b->records[batch->count] = rkm;
    struct source_message *m = &b->messages[batch->count++];
    *m = (struct source_message){.topic = topic,
                                 .graph = graph,
                                 .partition = rkm->partition,
                                 .offset = rkm->offset,
                                 .timestamp_ms = rd_kafka_message_timestamp(rkm, &kind),
                                 .has_key = rkm->key != NULL,
                                 .tombstone = rkm->payload == NULL,
                                 .key = {rkm->key, rkm->key_len},
                                 .payload = {rkm->payload, rkm->len}};
    batch->bytes += rkm->len + rkm->key_len;
    rc = add_headers(b, m, rkm);
    if (!m->event_time_ms && m->timestamp_ms > 0)
        m->event_time_ms = m->timestamp_ms;
    return rc;
}

struct source_position *source_batch_positions(struct source_batch *batch, size_t count)
{
    struct batch *b = (struct batch *)batch;
    if (count > b->position_size) {
        struct source_position *grown = realloc(b->positions, count * sizeof(*grown));
        if (!grown)
            return NULL;
        b->positions = grown;
        b->position_size = count;
    }
    batch->positions = b->positions;
    batch->position_count = 0; /* the caller counts them as it fills them in */
    return b->positions;
}
