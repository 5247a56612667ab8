/*
 * sequence.h - whether every number of the outbox is in the topics once. Each record takes the
 * next number of its epoch: events (event_id), tombstones and dead letters (header
 * __alignd.id), whatever partition they are in; within a partition they ascend.  Marks of resent
 * letters (daemon/letter.h) have none, and are not counted.
 */
#ifndef ALIGND_CLI_SEQUENCE_H
#define ALIGND_CLI_SEQUENCE_H

#include "alignd/stream/source.h"

#include <stdint.h>

struct sequence;

struct sequence *sequence_new(void);
void sequence_free(struct sequence *s);

/* The next record of its partition, in the order of the offsets. */
void sequence_take(struct sequence *s, const struct source_message *message);

struct sequence_report {
    uint64_t records, events;
    uint64_t epoch, last;                 /* the newest epoch, and its highest number */
    uint64_t missing, repeated, shuffled; /* shuffled: behind a higher one of its partition */
    uint64_t unnamed;                     /* records without a number */
    uint64_t first_epoch, first_missing;  /* where the first gap is */
};
void sequence_judge(const struct sequence *s, struct sequence_report *ret_report);
#endif
