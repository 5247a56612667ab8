/*
 * publisher.h - the thread that takes what waits in the outbox to Kafka, in
 * transactions that also carry the input offsets and how far the outbox is
 * published (commit_mark.h).  Runs beside the turns; never holds a transaction
 * open longer than it takes to send it.
 *
 * Invariants:
 *   (1) A transaction carries outbox records (S, H] without a gap, S being what
 *       the last committed transaction said.
 *   (2) Its offsets are those stored with a turn whose newest record is >= H:
 *       never ahead of the store.
 *   (3) After any error of a commit the producer is made anew and the group asked
 *       how far the outbox is published, before anything else is sent: whether
 *       an indefinite commit happened is known to the group alone (KIP-890;
 *       librdkafka issue 5423).
 *   (4) It goes on only while the newest mark of the group is its own.  Each
 *       publisher claims the group under a random name when it is opened; a mark
 *       under another name means that one has taken over, whatever it published:
 *       ERR_FENCED.
 *
 * Errors: what asks for an abort is aborted and sent again from the outbox;
 * what can be retried is the same call with the same arguments; all else makes
 * the producer anew, once with a pause, and a second failure in a row ends the
 * publisher with the code that publisher_status gives.
 */
#ifndef ALIGND_STREAM_PUBLISHER_H
#define ALIGND_STREAM_PUBLISHER_H

#include "alignd/base/slice.h"
#include "alignd/state/outbox.h"
#include "alignd/store/kv.h"
#include "alignd/stream/kafka_conf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct publisher_offset {
    struct slice topic;
    int32_t partition;
    int64_t next;  /* to be committed */
    bool in_store; /* false: where reading begins, nothing of it stored yet */
};

/* Called from the publisher's thread after each commit: how long a turn's
 * records took from publisher_notify's since_us to the commit. */
typedef void publisher_latency_fn(void *arg, uint64_t latency_us);

/* Called from the publisher's thread after each commit with what was published; lent. */
typedef void publisher_published_fn(void *arg, const struct outbox_record *records, size_t count);

/*
 * Called by publisher_open with take_over once whoever published before can commit no more: what
 * the group holds of each partition (next: -1 for none; lent), and the highest epoch of its marks.
 * The epoch and head to go on with are set when it returns; what it returns other than 0 ends the
 * opening.
 */
struct publisher_heir {
    const struct publisher_offset *offsets;
    size_t offset_count;
    uint64_t newest_epoch; /* 0: there is no mark */
    uint64_t epoch, head;  /* out */
};
typedef int publisher_fenced_fn(void *arg, struct publisher_heir *heir);

struct publisher_options {
    const struct kafka_conf *kafka;
    struct kv *kv;
    const char *transactional_id, *group;
    const char *events_topic;
    const char *dead_letter_topic; /* NULL: there is none */
    const char *uuid;              /* of the store */
    uint64_t epoch;
    uint64_t head; /* newest outbox seq of the store */
    /* the input partitions, all of them, and where they stand; copied */
    const struct publisher_offset *offsets;
    size_t offset_count;

    size_t max_records, max_bytes; /* of a transaction */
    int commit_interval_ms;        /* pause between transactions */
    int offsets_interval_ms;       /* offsets alone, when there are no events */
    int start_timeout_ms;
    /* true: no offsets within the transactions, so no guarantee (the embedded broker cannot) */
    bool embedded;
    /* true: whatever the group says, this store takes over at the newest seq it
     * knows to be published */
    bool take_over;
    publisher_fenced_fn *on_fenced; /* may be NULL */
    /* with take_over and on_fenced: the group's offsets are never told to be less than they were,
     * although the store is behind them for a while */
    bool keep_offsets;
    /* one of several (lease.h): a commit so often in this time that others see it alive, and
     * publisher_release at the end; 0: not */
    int64_t lease_ms;
    publisher_latency_fn *on_latency;     /* may be NULL */
    publisher_published_fn *on_published; /* may be NULL */
    void *arg;
};

struct publisher_options publisher_options_default(void);

struct publisher;

/*
 * Ends a predecessor's open transaction, fences a zombie, asks the group how
 * far the outbox is published, claims the group for this store.
 * ERR_MISMATCH: see commit_mark.h; the reason is in the log.  ERR_BROKER,
 * ERR_AUTH, ERR_CONFIG (a topic does not exist).
 */
int publisher_open(const struct publisher_options *options, struct publisher **ret_publisher);

/* Starts the thread. */
int publisher_start(struct publisher *p);

/*
 * A turn was committed: head is its newest record and offsets are what it
 * stored (partitions it did not move may be left out; unknown ones are added).
 * since_us: when its first record came (CLOCK_MONOTONIC), 0 for unknown.
 */
void publisher_notify(struct publisher *p, uint64_t head, const struct publisher_offset *offsets,
                      size_t offset_count, uint64_t since_us);

/* 0 while it works; the code it ended with once it gave up. */
int publisher_status(struct publisher *p);

/* Waits until everything notified is published, offsets included; ERR_RETRY
 * when it takes longer. */
int publisher_flush(struct publisher *p, int timeout_ms);

/* Tells the group that this publisher has ended, after publisher_flush; does nothing without a
 * lease.  ERR_RETRY when it takes longer. */
int publisher_release(struct publisher *p, int timeout_ms);

/* Ends the thread after the transaction it is in (at most a few seconds when the
 * broker is away); what is not published stays in the outbox.  Takes NULL. */
void publisher_close(struct publisher *p);

struct publisher_stats {
    uint64_t head, published;    /* newest seq in the store, newest committed */
    uint64_t oldest_wait_us;     /* age of the oldest turn not published, 0: none */
    uint64_t committed, aborted; /* transactions */
    uint64_t recreated;          /* producers made anew */
    uint64_t records, bytes;     /* committed */
};
void publisher_get_stats(struct publisher *p, struct publisher_stats *ret);
#endif
