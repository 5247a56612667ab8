/*
 * topic_end.c - the end of each partition, asked for in two ways: as a reader of all sees it and as
 * a reader of what is committed does.  They are the same where nothing is undecided.
 */
#include "alignd/stream/topic_end.h"

#include "kafka_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/deadline.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/stream/topic_admin.h"

#include <assert.h>
#include <inttypes.h>

#define ASK_MS 5000
#define PAUSE_MS 20
#define TELL_MS 1000 /* nobody waits in silence for longer */

static int ask(struct kafka_client *client, const char *topic, int32_t partition,
               struct deadline until, int64_t *ret_end)
{
    int64_t low;
    rd_kafka_resp_err_t err;
    while ((err = rd_kafka_query_watermark_offsets(client->rk, topic, partition, &low, ret_end,
                                                   ASK_MS)) &&
           kafka_client_error(err) == ERR_BROKER && !deadline_passed(until))
        clock_sleep_ms(PAUSE_MS);
    if (err)
        log_error("kafka: topic '%s' [%" PRId32 "]: cannot ask for its end: %s", topic, partition,
                  rd_kafka_err2str(err));
    return err ? kafka_client_error(err) : ERR_OK;
}

/* One partition, up to the end that it has now. */
static int await_partition(struct kafka_client *all, struct kafka_client *committed,
                           const char *topic, int32_t partition, struct deadline until)
{
    struct deadline tell = deadline_in_ms(TELL_MS);
    int64_t end, decided;
    bool told = false;
    int rc;
    if ((rc = ask(all, topic, partition, until, &end)))
        return rc;
    while (!(rc = ask(committed, topic, partition, until, &decided)) && decided < end) {
        if (deadline_passed(until)) {
            log_error("kafka: topic '%s' [%" PRId32 "]: a transaction stays open on it; "
                      "`kafka-transactions.sh find-hanging` tells whose",
                      topic, partition);
            return ERR_BROKER;
        }
        if (!told && deadline_passed(tell)) {
            told = true;
            log_info("waiting for a transaction that is open on topic '%s' [%" PRId32 "]", topic,
                     partition);
        }
        clock_sleep_ms(PAUSE_MS);
    }
    return rc;
}

int topic_end_await(const struct kafka_conf *kafka, const char *group, const char *topic,
                    int wait_ms)
{
    assert(*topic && wait_ms > 0);
    struct kafka_client all = {0}, committed = {0};
    struct deadline until = deadline_in_ms(wait_ms);
    const struct rd_kafka_metadata *m = NULL;
    int rc;
    if ((rc = kafka_client_open(&all, kafka, KAFKA_ROLE_WATCHER, group)) ||
        (rc = kafka_client_open(&committed, kafka, KAFKA_ROLE_READER, group)) ||
        (rc = kafka_client_metadata(&all, topic, wait_ms, &m))) {
        rc = rc == ERR_NOT_FOUND ? topic_admin_missing(topic) : rc;
        goto done;
    }
    for (int32_t i = 0; !rc && i < m->topics[0].partition_cnt; i++)
        rc = await_partition(&all, &committed, topic, i, until);
done:
    if (m)
        rd_kafka_metadata_destroy(m);
    kafka_client_close(&committed);
    kafka_client_close(&all);
    return rc;
}
