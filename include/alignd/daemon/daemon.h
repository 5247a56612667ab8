/*
 * daemon.h - `alignd run`: everything wired together, and the loop.
 *
 * Threads: the caller's runs the turns; one reads and decodes (intake.h), one
 * publishes (publisher.h), one serves HTTP, one watches the group while the daemon stands
 * by (group_watch.h); librdkafka and RocksDB have theirs.
 *
 * The way of a message: read and decoded into a batch; one turn takes the batch
 * into one synced write of state, offsets and outbox; the publisher takes the
 * outbox to Kafka in a transaction. A crash anywhere repeats nothing and loses
 * nothing: reading begins at the store's offsets, publishing behind what the
 * group says is out.
 */
#ifndef ALIGND_DAEMON_DAEMON_H
#define ALIGND_DAEMON_DAEMON_H

#include "alignd/daemon/config.h"

#include <stdbool.h>

/* When store and broker disagree. */
enum daemon_on_mismatch {
    DAEMON_REFUSE,
    /* this store goes on in a new epoch; once caught up it tells what differs from the
     * events topic (reconcile.h) */
    DAEMON_NEW_EPOCH,
    /* the store is built anew from its own triples with the configured settings, beside it,
     * and goes on; where it is the group that disagrees, as DAEMON_NEW_EPOCH */
    DAEMON_REBUILD,
    /* the store is deleted and the topics are read from their beginnings, if these are at
     * offset 0; then as DAEMON_NEW_EPOCH */
    DAEMON_REPLAY
};

struct daemon_options {
    bool embedded_broker; /* instead of the configured one: for demonstrations */
    bool once;            /* end when all that is there has been read and published */
    bool reconcile;       /* once caught up: reconcile.h; a new epoch always does */
    bool standby;         /* one of several: active if nobody else is, else it stands by */
    bool quiet;           /* nothing is said of the model that judges */
    enum daemon_on_mismatch on_mismatch;
    const struct config_arguments *arguments; /* what config came of, read again on SIGHUP; NULL:
                                                 nothing is */
};

/*
 * Runs until SIGTERM or SIGINT (a second one leaves at once), until an error, or
 * until done with `once`.  Every error is said in the log.
 */
int daemon_run(const struct config *config, const struct daemon_options *options);
#endif
