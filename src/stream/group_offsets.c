/*
 * group_offsets.c - asks a group for its offsets, again and again until each partition has an
 * answer: while a transaction is open on one, the broker gives none, and that of its
 * neighbours alone would be half the truth.  With a client of its own, opened for the one
 * question: a producer belongs to no group and cannot ask.
 */
#include "alignd/stream/group_offsets.h"

#include "group_offsets_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/deadline.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>

#define CALL_MS 5000
#define PAUSE_MS 100

/* Whether each partition has an answer; a pending transaction's offset is none. */
static rd_kafka_resp_err_t list_error(const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++)
        if (list->elems[i].err)
            return list->elems[i].err;
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

int group_offsets_fetch(const struct kafka_conf *kafka, const char *group,
                        rd_kafka_topic_partition_list_t *list, int wait_ms,
                        const _Atomic bool *stop)
{
    struct kafka_client client;
    rd_kafka_resp_err_t err;
    struct deadline until = deadline_in_ms(wait_ms);
    int rc = kafka_client_open(&client, kafka, KAFKA_ROLE_READER, group);
    if (rc)
        return rc;
    for (;;) {
        err = rd_kafka_committed(client.rk, list, wait_ms < CALL_MS ? wait_ms : CALL_MS);
        if (!err)
            err = list_error(list);
        if (kafka_client_error(err) != ERR_BROKER || (stop && *stop) || deadline_passed(until))
            break;
        log_debug("kafka: offsets of group '%s': %s; again", group, rd_kafka_err2str(err));
        clock_sleep_ms(PAUSE_MS);
    }
    kafka_client_close(&client);
    if (err)
        log_error("kafka: cannot ask for the offsets of group '%s': %s", group,
                  rd_kafka_err2str(err));
    return kafka_client_error(err);
}

int group_offsets_read(const struct kafka_conf *kafka, const char *group,
                       const struct group_offsets_partition *partitions, size_t count,
                       int timeout_ms, group_offsets_visit *visit, void *arg)
{
    assert(partitions || !count);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, partitions[i].topic, partitions[i].partition);
    int rc = group_offsets_fetch(kafka, group, list, timeout_ms, NULL);
    assert((size_t)list->cnt == count);
    for (size_t i = 0; !rc && i < count; i++) {
        const rd_kafka_topic_partition_t *e = &list->elems[i];
        struct slice metadata = {e->metadata, e->metadata ? e->metadata_size : 0};
        rc = visit(arg, &partitions[i], e->offset >= 0 ? e->offset : -1, metadata);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}
