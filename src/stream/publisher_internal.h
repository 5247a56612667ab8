/*
 * publisher_internal.h - one transactional producer and what can be done with
 * it (publisher_txn.c), and what is told to the group (publisher_group.c);
 * publisher.c decides when, and what an outcome means.
 */
#ifndef ALIGND_STREAM_PUBLISHER_INTERNAL_H
#define ALIGND_STREAM_PUBLISHER_INTERNAL_H

#include "alignd/base/buf.h"
#include "alignd/state/outbox.h"
#include "alignd/stream/commit_mark.h"
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

/*
 * The input partitions: where they stand by the store's word (next), and what
 * the group was last told (sent).  Without a lock of its own.
 */
struct publisher_group {
    struct publisher_group_partition {
        char *topic;
        int32_t partition;
        int64_t next, sent;
        int64_t least; /* never told to be less; -1 */
        bool in_store; /* next is the store's, not only where reading begins */
    } * partitions;
    size_t count;
    bool moved; /* some next differs from its sent */
};

void publisher_group_fini(struct publisher_group *g);
/* Updates or adds a partition. */
void publisher_group_set(struct publisher_group *g, const struct publisher_offset *offset);
/* It stands there in the group (-1: nowhere), and is never told to be less from here on. */
void publisher_group_keep(struct publisher_group *g, const struct publisher_offset *offset);
/* The partitions, in order. */
rd_kafka_topic_partition_list_t *publisher_group_list(const struct publisher_group *g);
/*
 * The offsets of a transaction that publishes up to mark->head, each with the mark that
 * says so; the caller destroys the list.  One that leaves a rest of the turn for the next
 * (partial) keeps to the offsets before it, so that who sees an offset committed also sees its
 * events.
 */
void publisher_group_offsets(const struct publisher_group *g, const struct commit_mark *mark,
                             bool partial, rd_kafka_topic_partition_list_t **ret_list);
/* The list was committed; NULL: what there is counts as told. */
void publisher_group_note_sent(struct publisher_group *g,
                               const rd_kafka_topic_partition_list_t *list);
/* commit_mark_judge on what the group answered for publisher_group_list; says why not. */
int publisher_group_judge(const struct publisher_group *g, const char *name,
                          const struct commit_mark_store *store,
                          const rd_kafka_topic_partition_list_t *answer, uint64_t *ret_head);

/* Serves callbacks; ERR_AUTH once the broker refuses us. */
int publisher_txn_poll(struct publisher_txn *t);
#endif
