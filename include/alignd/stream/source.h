/*
 * source.h - all partitions of the input topics, read by this process alone
 * from the offsets the store names.  Nothing is subscribed and nothing is
 * committed here: the store's offsets decide, the publisher tells the group.
 *
 *   open     broker reachable, topics there, start offsets resolved
 *   assign   the store's offsets checked against what the topics still hold
 *   poll     records into a batch, until the batch is released
 *
 * The offsets of the store are never replaced by a guess: one that the topic
 * no longer (or not yet) holds is ERR_MISMATCH, because the records between
 * are lost to the state (retention), or the topic is another one (recreated).
 *
 * One thread polls; the numbers may be read from any thread.
 */
#ifndef ALIGND_STREAM_SOURCE_H
#define ALIGND_STREAM_SOURCE_H

#include "alignd/base/slice.h"
#include "alignd/stream/kafka_conf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct source_topic {
    const char *name; /* lent while the source is open */
    size_t graph;     /* handed back with each message */
};

struct source_options {
    const struct kafka_conf *kafka;
    const char *group;
    const struct source_topic *topics;
    size_t topic_count;
    int start_timeout_ms;     /* an unreachable broker is ERR_BROKER after this */
    int metadata_interval_ms; /* how often new partitions and vanished topics are looked for */
    bool whole;               /* read once, to the end: more of it is fetched ahead */
};

struct source;

/*
 * Where the store left a partition: *ret_next, or where to start when it was
 * never read.  0 or an ERR_*, passed on.
 */
#define SOURCE_BEGINNING INT64_C(-1)
#define SOURCE_END INT64_C(-2)
typedef int source_offset_fn(void *arg, struct slice topic, int32_t partition, int64_t *ret_next);

/* For who reads all there is; arg is not looked at. */
source_offset_fn source_from_beginning;

/*
 * ERR_BROKER, ERR_AUTH; ERR_CONFIG: a topic does not exist; ERR_MISMATCH: an
 * offset is out of range.  All said in the log.
 */
int source_open(const struct source_options *options, source_offset_fn *offset_of, void *arg,
                struct source **ret_source);
void source_close(struct source *s);

/* Begins to read; offset_of is asked again for partitions that appear later. */
int source_assign(struct source *s);

/* A partition as it stands.  next: what a poll will give; high: behind the
 * newest record the broker told of; low: the oldest. */
struct source_partition {
    size_t topic; /* index into options.topics */
    int32_t partition;
    int64_t next, low, high;
};

/* Grows only. */
size_t source_partition_count(struct source *s);
void source_get_partition(struct source *s, size_t index, struct source_partition *ret);

/* The first record of a partition at or after a time (milliseconds since 1970), or behind the
 * last.  Before source_assign.  ERR_BROKER, ERR_AUTH. */
int source_offset_at(struct source *s, size_t index, int64_t time_ms, int64_t *ret_offset);

/* Records not polled yet, all partitions; known after the first fetch. */
int64_t source_lag(struct source *s);
/* Whether every partition has been polled up to its end at the time of its last fetch. */
bool source_at_end(struct source *s);

struct source_header {
    struct slice name, value;
};

struct source_message {
    size_t topic, graph;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;  /* of the record, -1 for none */
    int64_t event_time_ms; /* CloudEvents ce_time, else the timestamp, 0 for none */
    bool has_key;
    bool tombstone; /* no value */
    struct slice key, payload;
    struct slice content_type; /* empty for none */
    const struct source_header *headers;
    size_t header_count;
};

struct source_position {
    size_t topic;
    int32_t partition;
    int64_t next;
};

/* Records of one or more polls, valid until source_batch_clear. */
struct source_batch {
    const struct source_message *messages;
    size_t count, bytes;
    /* behind the records of the batch (and what the broker put between them):
     * to be stored together with what the records change */
    const struct source_position *positions;
    size_t position_count;
};

struct source_batch *source_batch_new(void);
void source_batch_free(struct source_batch *batch);
void source_batch_clear(struct source_batch *batch);

struct source_limits {
    size_t max_messages, max_bytes; /* the whole batch's, what it already holds included */
    int wait_ms;                    /* for the first record of this poll */
    int fill_ms;                    /* for more of them; 0: only what has already arrived */
};

/*
 * Appends to the batch.  Nothing new is no error.
 * ERR_MISMATCH: a topic has gone or an offset is out of range; ERR_AUTH;
 * ERR_IO: a damaged record.  Errors that the client gets over by itself are
 * log lines.
 */
int source_poll(struct source *s, const struct source_limits *limits, struct source_batch *batch);

/* Stops and resumes fetching; a paused poll still serves the client. */
int source_pause(struct source *s, bool pause);
#endif
