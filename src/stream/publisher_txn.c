/*
 * publisher_txn.c - one transaction with one producer: begin, records, offsets, commit.  Each
 * call says what is to be done about its error (verdict): the same call again, abort, or a
 * new producer.  Calls return every few seconds to look whether they should stop.
 *
 *  (1) Only a commit that said yes is TXN_COMMITTED, and only an abort that said yes, before
 *      any commit was tried, is TXN_ABORTED.  Everything else is unknown here.
 */
#include "publisher_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/deadline.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/stream/crash_point.h"
#include "alignd/stream/topic_admin.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* A call returns this often to look whether it should stop; then it is made again. */
#define CALL_MS 5000
#define TELL_MS 10000 /* between two words that it is tried again */

struct publisher_txn {
    struct kafka_client client;
    const struct publisher_options *options;
    const _Atomic bool *stop;
    rd_kafka_topic_t *events, *dead_letters;
    rd_kafka_consumer_group_metadata_t *group;
};

/* Also fetches the metadata: a first produce without it costs a second. */
static int open_topic(struct publisher_txn *t, const char *name, int wait_ms,
                      rd_kafka_topic_t **ret)
{
    assert(!*ret);
    const struct rd_kafka_metadata *m;
    int rc = kafka_client_metadata(&t->client, name, wait_ms, &m);
    if (rc == ERR_NOT_FOUND)
        return topic_admin_missing(name);
    if (rc)
        return rc;
    rd_kafka_metadata_destroy(m);
    *ret = rd_kafka_topic_new(t->client.rk, name, NULL);
    return *ret ? ERR_OK : ERR_CONFIG;
}

static int init_transactions(struct publisher_txn *t, int wait_ms)
{
    assert(!t->group); /* the first of its calls */
    struct deadline until = deadline_in_ms(wait_ms), tell = deadline_in_ms(TELL_MS);
    for (;;) {
        int left = deadline_left_ms(until);
        int step = left < 100 ? 100 : left > CALL_MS ? CALL_MS : left;
        rd_kafka_error_t *error = rd_kafka_init_transactions(t->client.rk, step);
        if (!error)
            return ERR_OK;
        rd_kafka_resp_err_t code = rd_kafka_error_code(error);
        bool again = rd_kafka_error_is_retriable(error) && !*t->stop &&
                     !kafka_client_auth(&t->client) && !deadline_passed(until);
        if (!again)
            log_error("kafka: init_transactions: %s", rd_kafka_error_string(error));
        else if (deadline_passed(tell)) {
            tell = deadline_in_ms(TELL_MS);
            log_warn("kafka: init_transactions: %s; trying again", rd_kafka_error_string(error));
        }
        rd_kafka_error_destroy(error);
        if (!again)
            return kafka_client_auth(&t->client) ? ERR_AUTH : kafka_client_error(code);
        clock_sleep_ms(50);
    }
}

int publisher_txn_open(const struct publisher_options *options, int wait_ms,
                       const _Atomic bool *stop, struct publisher_txn **ret_txn)
{
    struct publisher_txn *t = memory_calloc(1, sizeof(*t));
    t->options = options;
    t->stop = stop;
    int rc;
    if ((rc = kafka_client_open(&t->client, options->kafka, KAFKA_ROLE_PUBLISHER,
                                options->transactional_id)) ||
        (rc = open_topic(t, options->events_topic, wait_ms, &t->events)) ||
        (options->dead_letter_topic &&
         (rc = open_topic(t, options->dead_letter_topic, wait_ms, &t->dead_letters))) ||
        (rc = init_transactions(t, wait_ms)))
        goto done;
    t->group = rd_kafka_consumer_group_metadata_new(options->group);
    assert(t->events && t->group);
    *ret_txn = t;
    t = NULL;
done:
    publisher_txn_close(t);
    return rc;
}

void publisher_txn_close(struct publisher_txn *t)
{
    if (!t)
        return;
    if (t->group)
        rd_kafka_consumer_group_metadata_destroy(t->group);
    if (t->client.rk) /* records of a transaction that was given up must not hold the end up */
        rd_kafka_purge(t->client.rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    if (t->events)
        rd_kafka_topic_destroy(t->events);
    if (t->dead_letters)
        rd_kafka_topic_destroy(t->dead_letters);
    kafka_client_close(&t->client);
    free(t);
}

int publisher_txn_poll(struct publisher_txn *t)
{
    return kafka_client_auth(&t->client);
}

/* What an error of a transactional call asks for; takes the error over. */
enum verdict { VERDICT_FINE, VERDICT_AGAIN, VERDICT_ABORT, VERDICT_FATAL };

static enum verdict judge(struct publisher_txn *t, rd_kafka_error_t *error, const char *call,
                          rd_kafka_resp_err_t *cause)
{
    if (!error)
        return VERDICT_FINE;
    /* the order matters: an error can ask for an abort and look retriable */
    enum verdict verdict = rd_kafka_error_txn_requires_abort(error) ? VERDICT_ABORT
                           : rd_kafka_error_is_retriable(error)     ? VERDICT_AGAIN
                                                                    : VERDICT_FATAL;
    if (verdict == VERDICT_AGAIN && *t->stop)
        verdict = VERDICT_FATAL;
    if (verdict == VERDICT_AGAIN)
        log_debug("kafka: %s: %s; again", call, rd_kafka_error_string(error));
    else
        log_warn("kafka: %s: %s (%s)", call, rd_kafka_error_string(error),
                 verdict == VERDICT_ABORT ? "aborting" : "the producer has to go");
    *cause = rd_kafka_error_code(error);
    rd_kafka_error_destroy(error);
    return verdict;
}

/* Those of the record, and its number where it has none: of tombstones and dead letters. */
static rd_kafka_headers_t *make_headers(const struct publisher_txn *t,
                                        const struct outbox_record *record)
{
    assert(record->headers || !record->header_count);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(record->header_count + 1);
    bool named = false;
    for (size_t i = 0; headers && i < record->header_count; i++) {
        const struct outbox_header *h = &record->headers[i];
        named |= record->destination == OUTBOX_EVENTS && slice_equal(h->name, slice_of("ce_id"));
        rd_kafka_header_add(headers, h->name.data, (ssize_t)h->name.len, h->value.data,
                            (ssize_t)h->value.len);
    }
    if (headers && !named) {
        char id[48];
        int len = snprintf(id, sizeof(id), "%llu-%llu", (unsigned long long)t->options->epoch,
                           (unsigned long long)record->seq);
        rd_kafka_header_add(headers, "__alignd.id", -1, id, len);
    }
    return headers;
}

/* Null for nothing, but a pointer for an empty text; the client takes no const. */
static void *lend(bool there, struct slice s)
{
    return (void *)(uintptr_t)(!there ? NULL : s.data ? s.data : "");
}

/*
 * The value is not copied: it stays in the turn's arena until the transaction
 * has ended.  A full queue means the network is slower than we are.
 */
static rd_kafka_resp_err_t produce(struct publisher_txn *t, const struct outbox_record *record)
{
    assert(record->seq > 0); /* they count from 1 */
    rd_kafka_topic_t *topic =
        record->destination == OUTBOX_DEAD_LETTERS ? t->dead_letters : t->events;
    if (!topic) {
        log_error("a dead letter waits in the outbox, but no dead letter topic is "
                  "configured: set [output] dead_letter_topic");
        return RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    }
    for (;;) {
        rd_kafka_headers_t *headers = make_headers(t, record);
        void *key = lend(record->has_key, record->key);
        void *value = lend(!record->tombstone, record->value);
        rd_kafka_resp_err_t err =
            rd_kafka_producev(t->client.rk, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_MSGFLAGS(0),
                              RD_KAFKA_V_VALUE(value, record->tombstone ? 0 : record->value.len),
                              RD_KAFKA_V_KEY(key, record->has_key ? record->key.len : 0),
                              RD_KAFKA_V_TIMESTAMP(record->timestamp_ms),
                              RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
        if (err && headers)
            rd_kafka_headers_destroy(headers);
        if (err != RD_KAFKA_RESP_ERR__QUEUE_FULL || *t->stop)
            return err;
        rd_kafka_poll(t->client.rk, 20);
    }
}

static enum verdict produce_all(struct publisher_txn *t, const struct outbox_record *records,
                                size_t count, rd_kafka_resp_err_t *cause)
{
    for (size_t i = 0; i < count; i++) {
        rd_kafka_resp_err_t err = produce(t, &records[i]);
        if (!err)
            continue;
        log_warn("kafka: record %llu (%zu bytes): %s", (unsigned long long)records[i].seq,
                 records[i].key.len + records[i].value.len, rd_kafka_err2str(err));
        *cause = err;
        return rd_kafka_fatal_error(t->client.rk, NULL, 0) ? VERDICT_FATAL : VERDICT_ABORT;
    }
    return VERDICT_FINE;
}

/*
 * Waits for the acknowledgements here, woken by each: the commit waits for
 * them too, but looks for them every ten milliseconds only (librdkafka 2.0.2).
 */
static void wait_for_deliveries(struct publisher_txn *t)
{
    struct deadline until = deadline_in_ms(CALL_MS);
    while (rd_kafka_outq_len(t->client.rk) > 0 && !*t->stop && !deadline_passed(until))
        rd_kafka_poll(t->client.rk, 100);
}

static enum verdict send_offsets(struct publisher_txn *t,
                                 const rd_kafka_topic_partition_list_t *offsets,
                                 rd_kafka_resp_err_t *cause)
{
    assert(offsets->cnt > 0);
    enum verdict verdict;
    do
        verdict =
            judge(t, rd_kafka_send_offsets_to_transaction(t->client.rk, offsets, t->group, CALL_MS),
                  "send_offsets_to_transaction", cause);
    while (verdict == VERDICT_AGAIN);
    return verdict;
}

static enum verdict abort_transaction(struct publisher_txn *t, rd_kafka_resp_err_t *cause)
{
    enum verdict verdict;
    do
        verdict =
            judge(t, rd_kafka_abort_transaction(t->client.rk, CALL_MS), "abort_transaction", cause);
    while (verdict == VERDICT_AGAIN);
    return verdict;
}

/* The first delivery that failed tells more than the call that noticed. */
static void take_delivery_cause(struct publisher_txn *t, rd_kafka_resp_err_t *cause)
{
    char words[256];
    rd_kafka_poll(t->client.rk, 0);
    rd_kafka_resp_err_t err = kafka_client_take_delivery(&t->client, words, sizeof(words));
    if (!err)
        return;
    log_warn("kafka: not delivered: %s", words);
    *cause = err;
}

enum publisher_txn_outcome publisher_txn_send(struct publisher_txn *t,
                                              const struct outbox_record *records, size_t count,
                                              const rd_kafka_topic_partition_list_t *offsets,
                                              rd_kafka_resp_err_t *ret_cause)
{
    assert(!offsets || t->group);
    rd_kafka_resp_err_t cause = RD_KAFKA_RESP_ERR_NO_ERROR, ignored;
    assert(records || !count);
    enum verdict verdict =
        judge(t, rd_kafka_begin_transaction(t->client.rk), "begin_transaction", &cause);
    if (verdict != VERDICT_FINE) {
        *ret_cause = cause;
        return TXN_UNKNOWN;
    }
    crash_point_pass("txn-begin");
    verdict = produce_all(t, records, count, &cause);
    if (verdict == VERDICT_FINE) {
        crash_point_pass("txn-produced");
        if (offsets && offsets->cnt)
            verdict = send_offsets(t, offsets, &cause);
    }
    if (verdict == VERDICT_FINE) {
        crash_point_pass("txn-offsets");
        wait_for_deliveries(t);
        do
            verdict = judge(t, rd_kafka_commit_transaction(t->client.rk, CALL_MS),
                            "commit_transaction", &cause);
        while (verdict == VERDICT_AGAIN);
        if (verdict == VERDICT_FINE)
            return TXN_COMMITTED;
        /* abort, so that the next producer need not wait for it; but do not believe it:
         * the commit may have happened (publisher.h (3)) */
        take_delivery_cause(t, &cause);
        if (verdict == VERDICT_ABORT)
            abort_transaction(t, &ignored);
        *ret_cause = cause;
        return TXN_UNKNOWN;
    }
    take_delivery_cause(t, &cause);
    *ret_cause = cause;
    if (verdict == VERDICT_ABORT && abort_transaction(t, &ignored) == VERDICT_FINE)
        return TXN_ABORTED;
    return TXN_UNKNOWN;
}
