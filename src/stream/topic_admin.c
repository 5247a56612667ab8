/*
 * topic_admin.c - requests to the Admin API, which are asynchronous and take lists: here one
 * topic at a time, each answer awaited on a queue of its own.  What is there already or gone
 * already is no error, so a command that was cut short can be given again.  Who may not read
 * the settings of a topic goes without knowing them.
 */
#include "alignd/stream/topic_admin.h"

#include "kafka_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct topic_admin {
    struct kafka_client client;
};

int topic_admin_open(const struct kafka_conf *kafka, struct topic_admin **ret_admin)
{
    struct topic_admin *a = memory_calloc(1, sizeof(*a));
    int rc = kafka_client_open(&a->client, kafka, KAFKA_ROLE_ADMIN, NULL);
    if (rc) {
        free(a);
        return rc;
    }
    *ret_admin = a;
    return ERR_OK;
}

void topic_admin_close(struct topic_admin *a)
{
    if (!a)
        return;
    kafka_client_close(&a->client);
    free(a);
}

int topic_admin_reach(struct topic_admin *a, int timeout_ms)
{
    assert(timeout_ms > 0);
    enum { STEP_MS = 500, TRIES_ONCE_REFUSED = 4 }; /* another of several may answer yet */
    char why[sizeof(a->client.watch->reason)] = "no answer";
    for (int waited = 0, refused = 0; waited < timeout_ms; waited += STEP_MS) {
        const struct rd_kafka_metadata *m;
        if (!rd_kafka_metadata(a->client.rk, 0, NULL, &m, STEP_MS)) {
            rd_kafka_metadata_destroy(m);
            return ERR_OK;
        }
        if (kafka_client_auth(&a->client))
            return ERR_AUTH;
        pthread_mutex_lock(&a->client.watch->lock);
        bool told = *a->client.watch->reason;
        if (told)
            snprintf(why, sizeof(why), "%s", a->client.watch->reason);
        pthread_mutex_unlock(&a->client.watch->lock);
        if (told && ++refused == TRIES_ONCE_REFUSED)
            break;
    }
    struct kafka_client_advice advice = kafka_client_advice(&a->client);
    log_error("kafka: no broker can be reached: %s%s%s", why, advice.colon, advice.words);
    return ERR_BROKER;
}

static rd_kafka_AdminOptions_t *options_new(struct topic_admin *a, rd_kafka_admin_op_t op,
                                            int timeout_ms)
{
    assert(timeout_ms > 0);
    char why[256];
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(a->client.rk, op);
    rd_kafka_AdminOptions_set_request_timeout(options, timeout_ms, why, sizeof(why));
    if (op == RD_KAFKA_ADMIN_OP_CREATETOPICS || op == RD_KAFKA_ADMIN_OP_DELETETOPICS)
        rd_kafka_AdminOptions_set_operation_timeout(options, timeout_ms, why, sizeof(why));
    return options;
}

/* The one result of a request on one topic. */
static rd_kafka_resp_err_t topic_result(const rd_kafka_topic_result_t **results, size_t count,
                                        rd_kafka_event_t *event, char *words, size_t size)
{
    assert(size > 0 && count <= 1);
    rd_kafka_resp_err_t err = rd_kafka_event_error(event);
    const char *text = err ? rd_kafka_event_error_string(event) : NULL;
    if (!err && count) {
        err = rd_kafka_topic_result_error(results[0]);
        text = rd_kafka_topic_result_error_string(results[0]);
    }
    snprintf(words, size, "%s", text ? text : rd_kafka_err2str(err));
    return err;
}

static rd_kafka_NewTopic_t *new_topic(const struct topic_admin_spec *spec)
{
    assert(spec->partitions > 0 && spec->replication != 0); /* -1: as the broker has it */
    char why[512], number[32];
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(spec->name, spec->partitions, spec->replication, why, sizeof(why));
    if (!topic) {
        log_error("kafka: topic '%s': %s", spec->name, why);
        return NULL;
    }
    if (spec->compacted)
        rd_kafka_NewTopic_set_config(topic, "cleanup.policy", "compact");
    if (spec->retention_ms) {
        snprintf(number, sizeof(number), "%" PRId64, spec->retention_ms);
        rd_kafka_NewTopic_set_config(topic, "retention.ms", number);
    }
    return topic;
}

/* The leaders of a new topic, and word of it, may come a moment later. */
static int wait_for_leaders(struct topic_admin *a, const char *name, int timeout_ms)
{
    const struct rd_kafka_metadata *m;
    for (int tries = 0;; tries++) {
        int rc = kafka_client_metadata(&a->client, name, timeout_ms, &m);
        if (rc == ERR_OK)
            rd_kafka_metadata_destroy(m);
        if (rc != ERR_NOT_FOUND || tries == 50)
            return rc;
        clock_sleep_ms(100);
    }
}

int topic_admin_create(struct topic_admin *a, const struct topic_admin_spec *spec, int timeout_ms,
                       bool *ret_created)
{
    char words[512] = "timed out";
    rd_kafka_NewTopic_t *topic = new_topic(spec);
    if (!topic)
        return ERR_CONFIG;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(a->client.rk);
    rd_kafka_AdminOptions_t *options = options_new(a, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_ms);
    rd_kafka_CreateTopics(a->client.rk, &topic, 1, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms + 5000);
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (event) {
        size_t count = 0;
        const rd_kafka_topic_result_t **results =
            rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
        err = topic_result(results, count, event, words, sizeof(words));
        rd_kafka_event_destroy(event);
    }
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy(topic);

    bool exists = err == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS;
    if (err && !exists) {
        log_error("kafka: cannot create topic '%s': %s", spec->name, words);
        return kafka_client_auth(&a->client) ? ERR_AUTH : kafka_client_error(err);
    }
    int rc = wait_for_leaders(a, spec->name, timeout_ms);
    if (rc)
        return rc;
    if (ret_created)
        *ret_created = !exists;
    return ERR_OK;
}

int topic_admin_delete(struct topic_admin *a, const char *name, int timeout_ms)
{
    assert(*name && timeout_ms > 0);
    char words[512] = "timed out";
    rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(name);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(a->client.rk);
    rd_kafka_AdminOptions_t *options = options_new(a, RD_KAFKA_ADMIN_OP_DELETETOPICS, timeout_ms);
    rd_kafka_DeleteTopics(a->client.rk, &topic, 1, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms + 5000);
    rd_kafka_resp_err_t err = RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (event) {
        size_t count = 0;
        const rd_kafka_topic_result_t **results =
            rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
        err = topic_result(results, count, event, words, sizeof(words));
        rd_kafka_event_destroy(event);
    }
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteTopic_destroy(topic);
    if (!err || kafka_client_error(err) == ERR_NOT_FOUND)
        return ERR_OK;
    log_error("kafka: cannot delete topic '%s': %s", name, words);
    return kafka_client_error(err);
}

static void read_entries(const rd_kafka_ConfigResource_t *resource, struct topic_admin_info *info)
{
    size_t count;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &count);
    for (size_t i = 0; i < count; i++) {
        const char *name = rd_kafka_ConfigEntry_name(entries[i]);
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        if (!value)
            continue;
        if (strcmp(name, "cleanup.policy") == 0) {
            info->config_known = true;
            info->compacted = strstr(value, "compact") != NULL;
            info->deletes = strstr(value, "delete") != NULL;
        } else if (strcmp(name, "retention.ms") == 0) {
            info->retention_ms = strtoll(value, NULL, 10);
        } else if (strcmp(name, "max.message.bytes") == 0) {
            info->max_message_bytes = strtoll(value, NULL, 10);
        }
    }
}

/* Leaves config_known false when the broker does not answer: not everyone may ask. */
static void describe_config(struct topic_admin *a, const char *name, int timeout_ms,
                            struct topic_admin_info *info)
{
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(a->client.rk);
    rd_kafka_AdminOptions_t *options =
        options_new(a, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms);
    rd_kafka_DescribeConfigs(a->client.rk, &resource, 1, options, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, timeout_ms + 5000);
    if (event && !rd_kafka_event_error(event)) {
        size_t count;
        const rd_kafka_ConfigResource_t **resources = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count);
        if (count && !rd_kafka_ConfigResource_error(resources[0]))
            read_entries(resources[0], info);
    }
    if (event)
        rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy(resource);
}

int topic_admin_partitions(struct topic_admin *a, const char *name, int timeout_ms,
                           int *ret_partitions)
{
    const struct rd_kafka_metadata *m;
    int rc = kafka_client_metadata(&a->client, name, timeout_ms, &m);
    *ret_partitions = 0;
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    *ret_partitions = m->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(m);
    assert(*ret_partitions > 0);
    return ERR_OK;
}

int topic_admin_describe(struct topic_admin *a, const char *name, int timeout_ms,
                         struct topic_admin_info *ret_info)
{
    struct topic_admin_info info = {0};
    int partitions, rc = topic_admin_partitions(a, name, timeout_ms, &partitions);
    if (rc)
        return rc;
    if (partitions) {
        info.exists = true;
        info.partitions = partitions;
        describe_config(a, name, timeout_ms, &info);
    }
    *ret_info = info;
    return ERR_OK;
}

int topic_admin_missing(const char *name)
{
    assert(name && *name);
    log_error("topic '%s' does not exist; `alignd check -c FILE --create` makes those that are "
              "missing",
              name);
    return ERR_CONFIG;
}
