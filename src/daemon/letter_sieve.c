/*
 * letter_sieve.c - places of messages, against the group's offsets and against those that the
 * letters of the topic name.  The numbers are those of letter_sieve.h.
 *
 *  (3) A letter is of the same message if it names the same place and is not older: an input topic
 *      that was made again has other messages at the places of before.  (A letter bears the time
 *      of its message, or a later one where the broker sets it.)
 */
#include "alignd/daemon/letter_sieve.h"

#include "alignd/base/arena.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/daemon/letter.h"
#include "alignd/daemon/topic_fold.h"

#include <assert.h>
#include <stdlib.h>

struct letter_sieve {
    const struct config *config;
    struct sieve_offset {
        char *topic;
        int32_t partition;
        int64_t next;
    } * offsets;
    size_t count;
    struct topic_fold *out; /* of places, the newest time at each; NULL: not read yet */
};

struct letter_sieve *letter_sieve_new(const struct config *config)
{
    struct letter_sieve *s = memory_calloc(1, sizeof(*s));
    s->config = config;
    return s;
}

void letter_sieve_free(struct letter_sieve *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++)
        free(s->offsets[i].topic);
    free(s->offsets);
    topic_fold_free(s->out);
    free(s);
}

static struct sieve_offset *find(const struct letter_sieve *s, struct slice topic,
                                 int32_t partition)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->offsets[i].partition == partition &&
            slice_equal(slice_of(s->offsets[i].topic), topic))
            return &s->offsets[i];
    return NULL;
}

void letter_sieve_set(struct letter_sieve *s, struct slice topic, int32_t partition, int64_t offset)
{
    assert(topic.len && partition >= 0);
    struct sieve_offset *known = find(s, topic, partition);
    if (known) {
        known->next = offset > known->next ? offset : known->next;
        return;
    }
    s->offsets = memory_realloc(s->offsets, (s->count + 1) * sizeof(*s->offsets));
    s->offsets[s->count++] =
        (struct sieve_offset){memory_strndup(topic.data, topic.len), partition, offset};
}

/* Of which message it is; false: it is no letter.  Lent from the letter. */
static bool source_of(const struct outbox_record *r, struct letter_source *ret)
{
    struct arena *arena = arena_new();
    struct letter letter;
    struct source_header *headers = arena_alloc(arena, (r->header_count + 1) * sizeof(*headers));
    for (size_t i = 0; i < r->header_count; i++)
        headers[i] = (struct source_header){r->headers[i].name, r->headers[i].value};
    struct source_message as_read = {
        .headers = headers, .header_count = r->header_count, .timestamp_ms = r->timestamp_ms};
    bool is = r->destination == OUTBOX_DEAD_LETTERS && letter_read(&as_read, &letter);
    if (is)
        *ret = letter.source;
    arena_free(arena);
    return is;
}

static bool is_before(const struct letter_sieve *s, const struct letter_source *source)
{
    const struct sieve_offset *known = find(s, source->topic, source->partition);
    return known && source->offset < known->next; /* (1) */
}

bool letter_sieve_is_before(const struct letter_sieve *s, const struct outbox_record *letter)
{
    struct letter_source source;
    return source_of(letter, &source) && is_before(s, &source);
}

/* ---- the topic ---- */

static void write_place(struct buf *out, const struct letter_source *source)
{
    assert(source->partition >= 0 && source->offset >= 0);
    buf_clear(out);
    buf_append_slice(out, source->topic);
    buf_append_format(out, " %d %lld", (int)source->partition, (long long)source->offset);
}

static void take(struct letter_sieve *s, const struct source_message *m, struct buf *place)
{
    struct letter letter;
    if (!letter_read(m, &letter))
        return;
    write_place(place, &letter.source);
    int64_t at_ms = m->timestamp_ms;
    struct slice before;
    if (topic_fold_find(s->out, buf_slice(place), &before)) {
        int64_t other;
        assert(before.len == sizeof(other));
        memcpy(&other, before.data, sizeof(other));
        at_ms = other > at_ms ? other : at_ms;
    }
    const struct source_message entry = {.key = buf_slice(place),
                                         .payload = {(const char *)&at_ms, sizeof(at_ms)}};
    topic_fold_take(s->out, &entry);
}

static int read_topic(struct letter_sieve *s)
{
    static const struct source_limits limits = {10000, 8 << 20, 200, 0};
    const struct source_topic topic = {s->config->dead_letter_topic, 0};
    struct source_options options = config_source_options(s->config);
    struct source_batch *batch = source_batch_new();
    struct source *from = NULL;
    struct buf place = {0};
    assert(!s->out && *s->config->dead_letter_topic);
    options.topics = &topic;
    options.topic_count = 1;
    options.whole = true;
    s->out = topic_fold_new(true);
    int rc;
    if ((rc = source_open(&options, source_from_beginning, NULL, &from)) ||
        (rc = source_assign(from)))
        goto done;
    while (!source_at_end(from)) {
        source_batch_clear(batch);
        if ((rc = source_poll(from, &limits, batch)))
            goto done;
        for (size_t i = 0; i < batch->count; i++)
            take(s, &batch->messages[i], &place);
    }
done:
    if (rc) {
        topic_fold_free(s->out);
        s->out = NULL;
    }
    buf_fini(&place);
    source_batch_free(batch);
    source_close(from);
    return rc;
}

/* (2) and (3) */
static bool is_in_topic(const struct letter_sieve *s, const struct letter_source *source)
{
    struct buf place = {0};
    struct slice value;
    int64_t at_ms = 0;
    write_place(&place, source);
    bool found = topic_fold_find(s->out, buf_slice(&place), &value);
    if (found)
        memcpy(&at_ms, value.data, sizeof(at_ms));
    buf_fini(&place);
    return found && at_ms >= source->timestamp_ms;
}

int letter_sieve_is_out(struct letter_sieve *s, const struct outbox_record *letter, bool *ret_out)
{
    struct letter_source source;
    int rc = ERR_OK;
    *ret_out = false;
    if (!source_of(letter, &source))
        return ERR_OK;
    if (is_before(s, &source)) {
        *ret_out = true;
        return ERR_OK;
    }
    if (!*s->config->dead_letter_topic)
        return ERR_OK; /* there was one once */
    if (!s->out && (rc = read_topic(s)))
        return rc;
    *ret_out = is_in_topic(s, &source);
    return rc;
}
