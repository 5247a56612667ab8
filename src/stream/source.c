/*
 * source.c - the input partitions, assigned by hand: a group that moved them about would not know
 * what the store has read.  Before the first record each is asked for its range, and the
 * store's offset must lie in it; afterwards topics are looked at now and then, for
 * partitions that came (read from their start) and topics that went.
 *
 * A broker that is away is waited for; records that are gone are fatal, at the start as
 * later, because no state can be made without them.
 *
 *  (1) Partitions are only added, at the end: an index stays that of its partition.
 */
#include "source_internal.h"

#include "kafka_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/deadline.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/stream/topic_admin.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

/* A topic may be missing from a broker that has just started: believed after so many looks. */
#define GONE_LOOKS 5
#define GONE_INTERVAL_MS 1000

struct topic {
    const char *name;
    size_t graph;
    int32_t partition_count;
    int gone; /* looks that found it missing, in a row */
};

struct source {
    struct kafka_client client;
    struct topic *topics;
    size_t topic_count;
    source_offset_fn *offset_of;
    void *arg;
    int start_timeout_ms, metadata_interval_ms;
    int64_t next_look_ms;
    bool assigned, paused;

    pthread_mutex_t lock; /* of what other threads read: */
    struct source_partition *parts;
    size_t part_count;
};

/* Asks the broker for the oldest and the newest offset, patiently at the start. */
static int query_range(struct source *s, struct source_partition *part, int wait_ms)
{
    assert(part->topic < s->topic_count);
    const char *name = s->topics[part->topic].name;
    struct deadline until = deadline_in_ms(wait_ms);
    rd_kafka_resp_err_t err;
    for (;;) {
        err = rd_kafka_query_watermark_offsets(s->client.rk, name, part->partition, &part->low,
                                               &part->high, 5000);
        if (!err)
            return ERR_OK;
        if (kafka_client_error(err) != ERR_BROKER || deadline_passed(until))
            break;
        clock_sleep_ms(100);
    }
    log_error("kafka: topic '%s' [%" PRId32 "]: cannot ask for its offsets: %s", name,
              part->partition, rd_kafka_err2str(err));
    return kafka_client_error(err);
}

/* Where to read on, or why that is not possible. */
static int resolve_start(struct source *s, struct source_partition *part)
{
    assert(part->topic < s->topic_count && part->partition >= 0);
    const char *name = s->topics[part->topic].name;
    int64_t next = SOURCE_BEGINNING;
    int rc;
    if ((rc = query_range(s, part, s->start_timeout_ms)) ||
        (rc = s->offset_of(s->arg, slice_of(name), part->partition, &next)))
        return rc;
    part->next = next == SOURCE_END ? part->high : next < 0 ? part->low : next;
    if (part->next >= part->low && part->next <= part->high)
        return ERR_OK;
    if (part->next < part->low)
        log_error("topic '%s' [%" PRId32 "]: the store left off at offset %" PRId64
                  ", but the oldest record is %" PRId64 ": the %" PRId64
                  " between were deleted unread, the state cannot be completed",
                  name, part->partition, part->next, part->low, part->low - part->next);
    else
        log_error("topic '%s' [%" PRId32 "]: the store left off at offset %" PRId64
                  ", but the topic ends at %" PRId64
                  ": it was recreated or cut, or this is another cluster",
                  name, part->partition, part->next, part->high);
    return ERR_MISMATCH;
}

/* Adds the partitions of a topic from `from` on. */
static int add_partitions(struct source *s, size_t topic, int32_t from, int32_t count)
{
    assert(from == s->topics[topic].partition_count); /* (1) */
    for (int32_t p = from; p < count; p++) {
        struct source_partition part = {.topic = topic, .partition = p};
        int rc = resolve_start(s, &part);
        if (rc)
            return rc;
        pthread_mutex_lock(&s->lock);
        s->parts = memory_realloc(s->parts, (s->part_count + 1) * sizeof(*s->parts));
        s->parts[s->part_count++] = part;
        pthread_mutex_unlock(&s->lock);
        s->topics[topic].partition_count = p + 1;
    }
    assert(s->topics[topic].partition_count >= from);
    return ERR_OK;
}

static int open_topic(struct source *s, size_t i)
{
    assert(i < s->topic_count);
    const struct rd_kafka_metadata *m;
    int rc = kafka_client_metadata(&s->client, s->topics[i].name, s->start_timeout_ms, &m);
    if (rc == ERR_NOT_FOUND)
        return topic_admin_missing(s->topics[i].name);
    if (rc)
        return rc;
    int32_t count = m->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(m);
    return add_partitions(s, i, 0, count);
}

int source_from_beginning(void *arg, struct slice topic, int32_t partition, int64_t *ret_next)
{
    (void)arg, (void)topic, (void)partition;
    *ret_next = SOURCE_BEGINNING;
    return ERR_OK;
}

int source_open(const struct source_options *options, source_offset_fn *offset_of, void *arg,
                struct source **ret_source)
{
    assert(options->topics || !options->topic_count);
    struct source *s = memory_calloc(1, sizeof(*s));
    pthread_mutex_init(&s->lock, NULL);
    s->offset_of = offset_of;
    s->arg = arg;
    s->start_timeout_ms = options->start_timeout_ms;
    s->metadata_interval_ms = options->metadata_interval_ms;
    s->topic_count = options->topic_count;
    s->topics = memory_calloc(options->topic_count ? options->topic_count : 1, sizeof(*s->topics));
    int rc =
        kafka_client_open(&s->client, options->kafka,
                          options->whole ? KAFKA_ROLE_READER : KAFKA_ROLE_SOURCE, options->group);
    for (size_t i = 0; !rc && i < s->topic_count; i++) {
        s->topics[i].name = options->topics[i].name;
        s->topics[i].graph = options->topics[i].graph;
        rc = open_topic(s, i);
    }
    if (rc)
        source_close(s);
    else
        *ret_source = s;
    return rc;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    kafka_client_close(&s->client);
    pthread_mutex_destroy(&s->lock);
    free(s->topics);
    free(s->parts);
    free(s);
}

static rd_kafka_topic_partition_list_t *list_partitions(const struct source *s)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)s->part_count);
    for (size_t i = 0; i < s->part_count; i++) {
        const struct source_partition *part = &s->parts[i];
        rd_kafka_topic_partition_list_add(list, s->topics[part->topic].name, part->partition)
            ->offset = part->next;
    }
    assert((size_t)list->cnt == s->part_count);
    return list;
}

int source_assign(struct source *s)
{
    rd_kafka_topic_partition_list_t *list = list_partitions(s);
    rd_kafka_resp_err_t err = rd_kafka_assign(s->client.rk, list);
    s->client.consuming = true;
    if (!err && s->paused)
        err = rd_kafka_pause_partitions(s->client.rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (err)
        log_error("kafka: cannot assign %zu partitions: %s", s->part_count, rd_kafka_err2str(err));
    s->assigned = !err;
    s->next_look_ms = clock_mono_ms() + s->metadata_interval_ms;
    return kafka_client_error(err);
}

int source_pause(struct source *s, bool pause)
{
    if (pause == s->paused)
        return ERR_OK;
    rd_kafka_topic_partition_list_t *list = list_partitions(s);
    rd_kafka_resp_err_t err = pause ? rd_kafka_pause_partitions(s->client.rk, list)
                                    : rd_kafka_resume_partitions(s->client.rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (err) {
        log_error("kafka: cannot %s: %s", pause ? "pause" : "resume", rd_kafka_err2str(err));
        return kafka_client_error(err);
    }
    s->paused = pause;
    return ERR_OK;
}

/*
 * One look at a topic: new partitions are read from their start, since
 * nothing in them was ever applied.  A topic that stays away is fatal.
 */
static int look_at_topic(struct source *s, size_t i, bool *grown)
{
    assert(i < s->topic_count);
    struct topic *t = &s->topics[i];
    const struct rd_kafka_metadata *m;
    int rc = kafka_client_error(kafka_client_try_metadata(&s->client, t->name, 1000, &m));
    if (rc == ERR_NOT_FOUND) {
        log_warn("topic '%s' is not there (look %d of %d)", t->name, ++t->gone, GONE_LOOKS);
        if (t->gone < GONE_LOOKS)
            return ERR_OK;
        log_error("topic '%s' was deleted while it was read", t->name);
        return ERR_MISMATCH;
    }
    if (rc)
        return rc == ERR_AUTH ? rc : ERR_OK; /* a broker that is away comes back */
    int32_t count = m->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(m);
    t->gone = 0;
    if (count <= t->partition_count)
        return ERR_OK;
    log_info("topic '%s' has %" PRId32 " partitions now, %" PRId32 " before", t->name, count,
             t->partition_count);
    *grown = true;
    return add_partitions(s, i, t->partition_count, count);
}

static int look_at_topics(struct source *s)
{
    bool grown = false, missing = false;
    int rc = ERR_OK;
    if (clock_mono_ms() < s->next_look_ms)
        return ERR_OK;
    for (size_t i = 0; !rc && i < s->topic_count; i++) {
        rc = look_at_topic(s, i, &grown);
        missing |= s->topics[i].gone > 0;
    }
    s->next_look_ms = clock_mono_ms() + (missing ? GONE_INTERVAL_MS : s->metadata_interval_ms);
    return !rc && grown ? source_assign(s) : rc;
}

/* An error in place of a record. */
static int judge_error(struct source *s, const rd_kafka_message_t *rkm)
{
    assert(rkm->err);
    const char *topic = rkm->rkt ? rd_kafka_topic_name(rkm->rkt) : "";
    const char *words = rd_kafka_message_errstr(rkm);
    switch (rkm->err) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        log_error("topic '%s' [%" PRId32 "]: offset %" PRId64
                  " is gone from the topic: it was cut while it was read (%s)",
                  topic, rkm->partition, rkm->offset, words);
        return ERR_MISMATCH;
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
        log_error("topic '%s' [%" PRId32 "]: damaged record at offset %" PRId64 ": %s", topic,
                  rkm->partition, rkm->offset, words);
        return ERR_IO;
    default:
        break;
    }
    int rc = kafka_client_error(rkm->err);
    if (rc == ERR_AUTH) {
        log_error("kafka: '%s': %s", topic, words);
        return rc;
    }
    if (rc == ERR_NOT_FOUND)
        s->next_look_ms = clock_mono_ms(); /* let the metadata decide */
    else
        log_warn("kafka: '%s' [%" PRId32 "]: %s", topic, rkm->partition, words);
    return ERR_OK;
}

/* Takes rkm over. */
static int take(struct source *s, rd_kafka_message_t *rkm, struct source_batch *batch)
{
    if (rkm->err) {
        int rc = judge_error(s, rkm);
        rd_kafka_message_destroy(rkm);
        return rc;
    }
    const char *name = rd_kafka_topic_name(rkm->rkt);
    for (size_t i = 0; i < s->topic_count; i++)
        if (strcmp(name, s->topics[i].name) == 0) {
            source_batch_add(batch, rkm, i, s->topics[i].graph);
            return ERR_OK;
        }
    rd_kafka_message_destroy(rkm); /* cannot be: only our topics are assigned */
    return ERR_INTERNAL;
}

/*
 * The positions behind what was handed out.  Asked of the client rather than
 * counted as offset + 1: where a transaction's markers end a partition, only
 * the client knows that there is nothing behind the last record.
 */
static int update_positions(struct source *s, struct source_batch *batch)
{
    rd_kafka_topic_partition_list_t *list = list_partitions(s);
    rd_kafka_resp_err_t err = rd_kafka_position(s->client.rk, list);
    struct source_position *out = source_batch_positions(batch, s->part_count);
    if (err || !out) {
        rd_kafka_topic_partition_list_destroy(list);
        return kafka_client_error(err);
    }
    assert((size_t)list->cnt == s->part_count); /* (1) */
    pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->part_count; i++) {
        struct source_partition *part = &s->parts[i];
        assert(part->topic < s->topic_count);
        int64_t low, high;
        if (list->elems[i].offset >= 0) /* nothing handed out since the assignment: unknown */
            part->next = list->elems[i].offset;
        if (!rd_kafka_get_watermark_offsets(s->client.rk, s->topics[part->topic].name,
                                            part->partition, &low, &high)) {
            part->low = low >= 0 ? low : part->low;
            part->high = high >= 0 ? high : part->high;
        }
        out[i] = (struct source_position){part->topic, part->partition, part->next};
    }
    pthread_mutex_unlock(&s->lock);
    batch->position_count = s->part_count;
    rd_kafka_topic_partition_list_destroy(list);
    return ERR_OK;
}

int source_poll(struct source *s, const struct source_limits *limits, struct source_batch *batch)
{
    assert(s->assigned && limits->max_messages && limits->max_bytes);
    struct deadline until = deadline_in_ms(limits->wait_ms);
    bool first = true;
    int rc = look_at_topics(s);
    while (!rc && batch->count < limits->max_messages && batch->bytes < limits->max_bytes) {
        rd_kafka_message_t *rkm = rd_kafka_consumer_poll(s->client.rk, deadline_left_ms(until));
        if (!rkm)
            break;
        if (first && !rkm->err) {
            first = false;
            until = deadline_in_ms(limits->fill_ms);
        }
        rc = take(s, rkm, batch);
    }
    if (rc)
        return rc;
    if (s->client.watch->auth)
        return ERR_AUTH;
    return update_positions(s, batch);
}

size_t source_partition_count(struct source *s)
{
    pthread_mutex_lock(&s->lock);
    size_t count = s->part_count;
    pthread_mutex_unlock(&s->lock);
    return count;
}

void source_get_partition(struct source *s, size_t index, struct source_partition *ret)
{
    pthread_mutex_lock(&s->lock);
    assert(index < s->part_count); /* (1) */
    *ret = s->parts[index];
    pthread_mutex_unlock(&s->lock);
}

int source_offset_at(struct source *s, size_t index, int64_t time_ms, int64_t *ret_offset)
{
    assert(index < s->part_count && !s->assigned);
    const struct source_partition *part = &s->parts[index];
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *e =
        rd_kafka_topic_partition_list_add(list, s->topics[part->topic].name, part->partition);
    e->offset = time_ms;
    rd_kafka_resp_err_t err = rd_kafka_offsets_for_times(s->client.rk, list, s->start_timeout_ms);
    if (!err)
        err = e->err;
    int64_t offset = e->offset >= 0 ? e->offset : part->high;
    rd_kafka_topic_partition_list_destroy(list);
    if (err) {
        log_error("kafka: topic '%s' [%" PRId32 "]: cannot ask for an offset by time: %s",
                  s->topics[part->topic].name, part->partition, rd_kafka_err2str(err));
        return kafka_client_error(err);
    }
    assert(offset >= 0);
    *ret_offset = offset;
    return ERR_OK;
}

int64_t source_lag(struct source *s)
{
    int64_t lag = 0;
    for (size_t i = 0, n = source_partition_count(s); i < n; i++) {
        struct source_partition part;
        source_get_partition(s, i, &part);
        if (part.high > part.next)
            lag += part.high - part.next;
    }
    assert(lag >= 0);
    return lag;
}

bool source_at_end(struct source *s)
{
    return source_lag(s) == 0;
}
