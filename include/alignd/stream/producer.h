/*
 * producer.h - records into one topic, idempotent but without transactions: for
 * `alignd produce` and the tests.  Keys are hashed as Java's clients hash them.
 */
#ifndef ALIGND_STREAM_PRODUCER_H
#define ALIGND_STREAM_PRODUCER_H

#include "alignd/base/slice.h"
#include "alignd/stream/kafka_conf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct producer;

/* ERR_BROKER after timeout_ms, ERR_AUTH; ERR_CONFIG: the topic does not exist. */
int producer_open(const struct kafka_conf *kafka, const char *topic, int timeout_ms,
                  struct producer **ret_producer);
/* What was not flushed may be lost. */
void producer_close(struct producer *p);

struct producer_header {
    const char *name;
    struct slice value;
};

struct producer_record {
    int32_t partition; /* -1: by key */
    bool has_key, tombstone;
    struct slice key, value; /* copied */
    const struct producer_header *headers;
    size_t header_count;
    int64_t timestamp_ms; /* 0: now */
};

/* Waits while the client's queue is full.  ERR_LIMIT: too large; an earlier record
 * that failed for good is reported here too. */
int producer_send(struct producer *p, const struct producer_record *record);

/* Until all are acknowledged; ERR_BROKER when some are not in time or failed. */
int producer_flush(struct producer *p, int timeout_ms);

/* Records sent and not acknowledged yet. */
size_t producer_pending(struct producer *p);
#endif
