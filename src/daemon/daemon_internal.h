/*
 * daemon_internal.h - the parts of the daemon as daemon_open.c wires them,
 * daemon.c runs them and daemon_page.c shows them.
 */
#ifndef ALIGND_DAEMON_DAEMON_INTERNAL_H
#define ALIGND_DAEMON_DAEMON_INTERNAL_H

#include "alignd/daemon/daemon.h"
#include "alignd/daemon/event_ring.h"
#include "alignd/daemon/http.h"
#include "alignd/daemon/intake.h"
#include "alignd/daemon/match_gauges.h"
#include "alignd/daemon/metrics.h"
#include "alignd/daemon/review.h"
#include "alignd/daemon/verdict_writer.h"
#include "alignd/engine/engine.h"
#include "alignd/stream/broker_embedded.h"
#include "alignd/stream/publisher.h"
#include "alignd/stream/source.h"

#include <pthread.h>
#include <stdatomic.h>

struct daemon {
    const struct config *config;
    const struct daemon_options *options;
    bool replays; /* the store was deleted: it takes over whatever the group says */
    const char *graphs[ENGINE_MAX_GRAPHS];
    const char **topics;
    struct metrics metrics;
    struct match_gauges gauges; /* of the HTTP threads */
    struct review review;       /* of the HTTP threads */
    struct review first_types;  /* of fewer entities, until that is read */
    struct event_ring events;   /* of the publisher's thread to those */
    struct verdict_writer writer;
    struct buf token;   /* who may write verdicts; empty: nobody */
    uint64_t opened_us; /* clock_mono_us */

    struct broker_embedded *broker;
    char address_path[4100]; /* where the embedded broker's address stands; empty: nowhere */
    struct kv *kv;
    struct model *model;
    struct mapping *mapping;
    struct engine *engine;
    struct source *source;
    struct publisher *publisher;
    struct intake *intake;
    struct http *http;
    struct standby *standby;   /* daemon_standby.c; NULL: it is the only one */
    _Atomic bool stands_by;    /* there is no publisher */
    _Atomic bool promotes;     /* it was told to take over */
    _Atomic bool open;         /* the HTTP threads may use source, publisher and store */
    pthread_rwlock_t exchange; /* of the store; held to read while a page is made of it */
    int64_t outbox_limit, dirty_limit;
};

/* Opens all of it, up to the moment before the first record is read. */
int daemon_open(struct daemon *d);
/* Closes what is open; takes a half-open one. */
void daemon_close(struct daemon *d);

/* What the configuration asks of an engine. */
struct engine_options daemon_engine_options(const struct daemon *d);

/* The store that was finished beside (store/building.h) takes the place of the one that is open:
 * the database, and the engine and the publisher if they were open before.  After a failure
 * they may be closed. */
int daemon_swap_store(struct daemon *d);

/* Claims the group; take_over: in a new epoch, whatever the group says.  Codes of publisher_open.
 */
int daemon_open_publisher(struct daemon *d, bool take_over);

/* daemon_records.c */
/* Are the messages of each graph read as the store's were?  Notes how, where nothing was read yet.
 * ERR_MISMATCH (logged). */
int daemon_records_check(struct daemon *d);

/* daemon_rebuild.c */
/* The store anew from its own triples, under these settings; the database alone is open, before
 * and after.  ERR_NOT_FOUND: there is nothing in it. */
int daemon_rebuild(struct daemon *d, const struct engine_options *engine);
/* Do all input topics begin at offset 0?  ERR_MISMATCH (logged): no. */
int daemon_rebuild_may_replay(const struct config *c);

/* daemon_backlog.c */
/* Is what waits in the topics, by the first batch of it, so much that the store is better built
 * anew? */
bool daemon_backlog_is_large(struct daemon *d, const struct intake_batch *first);
/*
 * Builds it, up to where the topics end now, and swaps it in; the publisher is to be started
 * again.  The batch is released.  between: called now and then, what it returns other than 0 ends
 * it, and the store is as it was.
 */
int daemon_backlog_build(struct daemon *d, const struct intake_batch *first,
                         int (*between)(void *arg), void *arg);

/* How the pages read statistics of the matches. */
struct match_stats_options daemon_stats_options(const struct config *c);

/* query.c */
/* A page that tells what the store holds: the status and the answer, or 0 where the path is of
 * none.  While d->exchange is held. */
unsigned query_answer(struct daemon *d, const struct http_request *request,
                      struct http_answer *answer);

/* query_verdict.c */
/* The token of a file.  ERR_CONFIG (logged): it is none. */
int query_read_token(const char *path, struct buf *token);

/* The paths that take POST, and NULL. */
extern const char *const daemon_posts[];

/* The HTTP handler; arg is the struct daemon. */
unsigned daemon_page(void *arg, const struct http_request *request, struct http_answer *answer);
#endif
