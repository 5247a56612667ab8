/*
 * producer.c - records into one topic for commands: sends are copied and wait in librdkafka, and
 * a full queue makes the caller wait, so a file of any size goes through.  The first record
 * that cannot be delivered is told at the next send or flush, and ends the command.
 */
#include "alignd/stream/producer.h"

#include "kafka_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/stream/topic_admin.h"

#include <assert.h>
#include <stdlib.h>

struct producer {
    struct kafka_client client;
    rd_kafka_topic_t *topic;
};

int producer_open(const struct kafka_conf *kafka, const char *topic, int timeout_ms,
                  struct producer **ret_producer)
{
    const struct rd_kafka_metadata *m;
    struct producer *p = memory_calloc(1, sizeof(*p));
    int rc;
    if ((rc = kafka_client_open(&p->client, kafka, KAFKA_ROLE_PRODUCER, NULL)) ||
        (rc = kafka_client_metadata(&p->client, topic, timeout_ms, &m))) {
        if (rc == ERR_NOT_FOUND)
            rc = topic_admin_missing(topic);
        goto done;
    }
    rd_kafka_metadata_destroy(m);
    if (!(p->topic = rd_kafka_topic_new(p->client.rk, topic, NULL))) {
        rc = ERR_CONFIG;
        goto done;
    }
    *ret_producer = p;
    p = NULL;
done:
    producer_close(p);
    return rc;
}

void producer_close(struct producer *p)
{
    if (!p)
        return;
    if (p->topic)
        rd_kafka_topic_destroy(p->topic);
    kafka_client_close(&p->client);
    free(p);
}

/* The first record that failed for good, if one did. */
static int failed(struct producer *p)
{
    char words[256];
    rd_kafka_resp_err_t err = kafka_client_take_delivery(&p->client, words, sizeof(words));
    if (!err)
        return kafka_client_auth(&p->client);
    log_error("kafka: not delivered: %s", words);
    return kafka_client_error(err);
}

static void *lend(bool there, struct slice s)
{
    return (void *)(uintptr_t)(!there ? NULL : s.data ? s.data : "");
}

static rd_kafka_resp_err_t send_once(struct producer *p, const struct producer_record *record)
{
    assert(p->topic);
    rd_kafka_headers_t *headers =
        record->header_count ? rd_kafka_headers_new(record->header_count) : NULL;
    for (size_t i = 0; headers && i < record->header_count; i++)
        rd_kafka_header_add(headers, record->headers[i].name, -1, record->headers[i].value.data,
                            (ssize_t)record->headers[i].value.len);
    rd_kafka_resp_err_t err = rd_kafka_producev(
        p->client.rk, RD_KAFKA_V_RKT(p->topic), RD_KAFKA_V_PARTITION(record->partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_VALUE(lend(!record->tombstone, record->value),
                         record->tombstone ? 0 : record->value.len),
        RD_KAFKA_V_KEY(lend(record->has_key, record->key), record->has_key ? record->key.len : 0),
        RD_KAFKA_V_TIMESTAMP(record->timestamp_ms), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (err && headers)
        rd_kafka_headers_destroy(headers);
    return err;
}

int producer_send(struct producer *p, const struct producer_record *record)
{
    rd_kafka_resp_err_t err;
    assert(record->header_count == 0 || record->headers);
    rd_kafka_poll(p->client.rk, 0);
    while ((err = send_once(p, record)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        rd_kafka_poll(p->client.rk, 100);
    if (err) {
        log_error("kafka: cannot send to '%s': %s", rd_kafka_topic_name(p->topic),
                  rd_kafka_err2str(err));
        return kafka_client_error(err);
    }
    return failed(p);
}

int producer_flush(struct producer *p, int timeout_ms)
{
    rd_kafka_resp_err_t err = rd_kafka_flush(p->client.rk, timeout_ms);
    int rc = failed(p);
    if (rc)
        return rc;
    if (err) {
        log_error("kafka: %d records not acknowledged: %s", rd_kafka_outq_len(p->client.rk),
                  rd_kafka_err2str(err));
        return kafka_client_error(err);
    }
    return ERR_OK;
}

size_t producer_pending(struct producer *p)
{
    return (size_t)rd_kafka_outq_len(p->client.rk);
}
