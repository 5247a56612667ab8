/*
 * publisher_internal.h - one transactional producer and what can be done with
 * it; publisher.c decides when, and what an outcome means.
 */
#ifndef ALIGND_STREAM_PUBLISHER_INTERNAL_H
#define ALIGND_STREAM_PUBLISHER_INTERNAL_H

#include "alignd/base/buf.h"
#include "alignd/engine/outbox.h"
#include "alignd/stream/publisher.h"
#include "kafka_internal.h"

enum publisher_txn_outcome {
    TXN_COMMITTED,
    TXN_ABORTED, /* nothing of it is out; the producer can go on */
    TXN_UNKNOWN  /* the producer is done for; only the group knows what happened */
};

struct publisher_txn;

/*
 * Opens the producer and ends whatever its predecessor left.  Waits for the
 * broker up to wait_ms or until *stop.  topics must exist: ERR_CONFIG.
 */
int publisher_txn_open(const struct publisher_options *options, int wait_ms,
                       const _Atomic bool *stop, struct publisher_txn **ret_txn);
void publisher_txn_close(struct publisher_txn *t);

/*
 * One transaction: records, and offsets unless NULL.  *ret_cause says why when it is
 * not TXN_COMMITTED; the words are in the log.
 */
enum publisher_txn_outcome publisher_txn_send(struct publisher_txn *t,
                                              const struct outbox_record *records, size_t count,
                                              const rd_kafka_topic_partition_list_t *offsets,
                                              rd_kafka_resp_err_t *ret_cause);

/* Serves callbacks; ERR_AUTH once the broker refuses us. */
int publisher_txn_poll(struct publisher_txn *t);
#endif
