/*
 * outbox.h - messages that are committed with the state and wait to be
 * published: row outbox/<seq>, seq counting from 1 within an epoch, no gap.
 * The engine appends within its turn; the publisher reads from another thread
 * and drops what a Kafka transaction has taken.  Any thread may call these.
 */
#ifndef ALIGND_STATE_OUTBOX_H
#define ALIGND_STATE_OUTBOX_H

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/base/slice.h"
#include "alignd/store/kv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum outbox_destination { OUTBOX_EVENTS = 0, OUTBOX_DEAD_LETTERS = 1 };

struct outbox_header {
    struct slice name, value;
};

struct outbox_record {
    uint64_t seq; /* set on append */
    enum outbox_destination destination;
    bool has_key;
    bool tombstone; /* no value (null) */
    struct slice key, value;
    int64_t timestamp_ms; /* of the Kafka record; 0: the time of producing */
    const struct outbox_header *headers;
    size_t header_count;
};

/* The row of a record (without seq, which is its key). */
void outbox_encode(struct buf *out, const struct outbox_record *record);

/* Into the batch, under its seq. */
void outbox_put(struct kv *kv, struct kv_batch *batch, const struct outbox_record *record);

/*
 * The records after seq `after`, at most max_records and about max_bytes of
 * them (at least one), in order; memory of the arena.
 */
int outbox_read(struct kv *kv, uint64_t after, size_t max_records, size_t max_bytes,
                struct arena *arena, struct outbox_record **ret_records, size_t *ret_count);

/* Deletes the records up to and including seq; not synced: doing it again does no harm. */
int outbox_drop(struct kv *kv, uint64_t upto);
#endif
