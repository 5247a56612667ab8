/*
 * group_watch.c - the question, put about five times in a lease and at least once a second.  Of
 * an offset on which a transaction is open the last one that was committed is told, so an owner
 * that died in the midst of one is as silent as any.
 */
#include "alignd/stream/group_watch.h"

#include "kafka_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/deadline.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_MS 1000 /* between two questions, and for an answer */
#define LEAST_MS 100
#define IN_A_LEASE 5

struct group_watch {
    struct kafka_client client;
    const char *group;
    rd_kafka_topic_partition_list_t *asked; /* of the thread */
    int64_t every_ms;
    pthread_t thread;
    bool started;

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    bool stop, warned;
    int status;
    struct lease lease;
    rd_kafka_topic_partition_list_t *held; /* the last answer; NULL: none yet */
};

static rd_kafka_resp_err_t ask(struct group_watch *w, rd_kafka_topic_partition_list_t **ret)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_copy(w->asked);
    rd_kafka_resp_err_t err = rd_kafka_committed(w->client.rk, list, MOST_MS);
    for (int i = 0; !err && i < list->cnt; i++)
        err = list->elems[i].err;
    if (!err) {
        *ret = list;
        return err;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return err;
}

static struct slice metadata_of(const rd_kafka_topic_partition_t *e)
{
    return (struct slice){e->metadata, e->metadata ? e->metadata_size : 0};
}

/* Locked. */
static void take(struct group_watch *w, rd_kafka_topic_partition_list_t *list)
{
    struct lease_sight sight = {0};
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *e = &list->elems[i];
        lease_sight_add(&sight, slice_of(e->topic), e->partition, e->offset, metadata_of(e));
    }
    lease_take(&w->lease, &sight, clock_mono_ms());
    if (w->held)
        rd_kafka_topic_partition_list_destroy(w->held);
    w->held = list;
    w->warned = false;
}

/* What cannot be asked is no silence of the owner's; once in a row it is told. */
static void note(struct group_watch *w, rd_kafka_resp_err_t err)
{
    int code = kafka_client_error(err), auth = kafka_client_auth(&w->client);
    if (!w->warned)
        log_warn("kafka: group '%s' cannot be asked for its offsets: %s; its owner counts as "
                 "alive meanwhile",
                 w->group, rd_kafka_err2str(err));
    w->warned = true;
    if (code == ERR_AUTH || auth)
        w->status = ERR_AUTH;
}

static void *run(void *arg)
{
    struct group_watch *w = arg;
    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        rd_kafka_topic_partition_list_t *list = NULL;
        int64_t next_ms = clock_mono_ms() + w->every_ms;
        pthread_mutex_unlock(&w->lock);
        rd_kafka_resp_err_t err = ask(w, &list);
        pthread_mutex_lock(&w->lock);
        if (err)
            note(w, err);
        else
            take(w, list);
        pthread_cond_broadcast(&w->changed);
        struct timespec at = clock_mono_timespec(next_ms);
        while (!w->stop && clock_mono_ms() < next_ms)
            pthread_cond_timedwait(&w->changed, &w->lock, &at);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

static void init_locks(struct group_watch *w)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, &attr);
    pthread_condattr_destroy(&attr);
}

int group_watch_start(const struct group_watch_options *o, struct group_watch **ret_watch)
{
    assert(o->partitions || !o->count);
    struct group_watch *w = memory_calloc(1, sizeof(*w));
    init_locks(w);
    w->group = o->group;
    w->every_ms = o->lease_ms / IN_A_LEASE;
    if (w->every_ms > MOST_MS || !o->lease_ms)
        w->every_ms = MOST_MS;
    if (w->every_ms < LEAST_MS)
        w->every_ms = LEAST_MS;
    w->lease = (struct lease){.least_ms = o->lease_ms, .longest_ms = 2 * w->every_ms};
    w->asked = rd_kafka_topic_partition_list_new((int)o->count);
    for (size_t i = 0; i < o->count; i++)
        rd_kafka_topic_partition_list_add(w->asked, o->partitions[i].topic,
                                          o->partitions[i].partition);
    int rc = kafka_client_open(&w->client, o->kafka, KAFKA_ROLE_WATCHER, o->group);
    if (rc)
        goto done;
    int failed = pthread_create(&w->thread, NULL, run, w);
    if (failed) {
        log_error("the thread that watches the group cannot be started: %s", strerror(failed));
        rc = ERR_INTERNAL;
        goto done;
    }
    w->started = true;
    *ret_watch = w;
    w = NULL;
done:
    group_watch_stop(w);
    return rc;
}

void group_watch_stop(struct group_watch *w)
{
    if (!w)
        return;
    if (w->started) {
        pthread_mutex_lock(&w->lock);
        w->stop = true;
        pthread_cond_broadcast(&w->changed);
        pthread_mutex_unlock(&w->lock);
        pthread_join(w->thread, NULL);
    }
    kafka_client_close(&w->client);
    rd_kafka_topic_partition_list_destroy(w->asked);
    if (w->held)
        rd_kafka_topic_partition_list_destroy(w->held);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

void group_watch_get(struct group_watch *w, struct lease *ret_lease)
{
    pthread_mutex_lock(&w->lock);
    *ret_lease = w->lease;
    pthread_mutex_unlock(&w->lock);
}

int group_watch_wait(struct group_watch *w, int wait_ms)
{
    int64_t until = clock_mono_ms() + wait_ms;
    struct timespec at = clock_mono_timespec(until);
    pthread_mutex_lock(&w->lock);
    while (!w->lease.seen && !w->status && clock_mono_ms() < until)
        pthread_cond_timedwait(&w->changed, &w->lock, &at);
    int rc = w->status ? w->status : w->lease.seen ? ERR_OK : ERR_BROKER;
    pthread_mutex_unlock(&w->lock);
    if (rc)
        log_error("kafka: cannot ask for the offsets of group '%s'", w->group);
    return rc;
}

int64_t group_watch_offset(struct group_watch *w, struct slice topic, int32_t partition)
{
    int64_t offset = -1;
    pthread_mutex_lock(&w->lock);
    for (int i = 0; w->held && i < w->held->cnt; i++) {
        const rd_kafka_topic_partition_t *e = &w->held->elems[i];
        if (e->partition == partition && slice_equal(slice_of(e->topic), topic))
            offset = e->offset;
    }
    pthread_mutex_unlock(&w->lock);
    return offset >= 0 ? offset : -1;
}

int group_watch_each(struct group_watch *w, group_offsets_visit *visit, void *arg)
{
    int rc = ERR_OK;
    pthread_mutex_lock(&w->lock);
    for (int i = 0; !rc && w->held && i < w->held->cnt; i++) {
        const rd_kafka_topic_partition_t *e = &w->held->elems[i];
        const struct group_offsets_partition at = {e->topic, e->partition};
        rc = visit(arg, &at, e->offset >= 0 ? e->offset : -1, metadata_of(e));
    }
    pthread_mutex_unlock(&w->lock);
    return rc;
}
