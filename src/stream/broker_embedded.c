/*
 * broker_embedded.c - librdkafka's mock cluster, which lives in the threads of a client: a
 * producer that never produces is opened for it and closed after it.
 */
#include "alignd/stream/broker_embedded.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdlib.h>

struct broker_embedded {
    rd_kafka_t *rk; /* the mock cluster lives in its threads */
    rd_kafka_mock_cluster_t *cluster;
};

int broker_embedded_start(struct broker_embedded **ret_broker)
{
    char why[512] = "";
    struct broker_embedded *b = memory_calloc(1, sizeof(*b));
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "client.id", "alignd-embedded-broker", NULL, 0);
    rd_kafka_conf_set(conf, "log_level", "3", NULL, 0);
    b->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    if (!b->rk)
        rd_kafka_conf_destroy(conf);
    else
        b->cluster = rd_kafka_mock_cluster_new(b->rk, 1);
    if (!b->cluster) {
        log_error("kafka: no embedded broker: %s", why);
        broker_embedded_stop(b);
        return ERR_BROKER;
    }
    *ret_broker = b;
    return ERR_OK;
}

void broker_embedded_stop(struct broker_embedded *b)
{
    if (!b)
        return;
    if (b->cluster)
        rd_kafka_mock_cluster_destroy(b->cluster);
    if (b->rk)
        rd_kafka_destroy(b->rk);
    free(b);
}

const char *broker_embedded_bootstrap(const struct broker_embedded *b)
{
    return rd_kafka_mock_cluster_bootstraps(b->cluster);
}

int broker_embedded_create_topic(struct broker_embedded *b, const char *name, int partitions)
{
    assert(partitions > 0);
    rd_kafka_resp_err_t err = rd_kafka_mock_topic_create(b->cluster, name, partitions, 1);
    if (!err || err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        return ERR_OK;
    log_error("kafka: embedded broker: topic '%s': %s", name, rd_kafka_err2str(err));
    return ERR_BROKER;
}
