/*
 * topic_admin.h - topics made and looked at through Kafka's Admin API.
 */
#ifndef ALIGND_STREAM_TOPIC_ADMIN_H
#define ALIGND_STREAM_TOPIC_ADMIN_H

#include "alignd/stream/kafka_conf.h"

#include <stdbool.h>
#include <stdint.h>

struct topic_admin;

/* ERR_CONFIG: librdkafka refuses the properties. */
int topic_admin_open(const struct kafka_conf *kafka, struct topic_admin **ret_admin);
void topic_admin_close(struct topic_admin *a);

/*
 * Does any broker answer?  Says why none does as soon as that is known: what is not there, or has
 * no name, need not be waited for.  ERR_BROKER, ERR_AUTH, logged.
 */
int topic_admin_reach(struct topic_admin *a, int timeout_ms);

struct topic_admin_spec {
    const char *name;
    int partitions;
    int replication; /* -1: the broker's default */
    bool compacted;
    int64_t retention_ms; /* -1 for ever, 0: the broker's default */
};

/* *ret_created (may be NULL) is false when the topic was there already, which
 * is no error.  Waits until it has leaders.  Logs the broker's words. */
int topic_admin_create(struct topic_admin *a, const struct topic_admin_spec *spec, int timeout_ms,
                       bool *ret_created);

/* Says in the log that it does not exist, and what makes it; ERR_CONFIG. */
int topic_admin_missing(const char *name);

/* A topic that is not there is no error. */
int topic_admin_delete(struct topic_admin *a, const char *name, int timeout_ms);

struct topic_admin_info {
    bool exists;
    int partitions;
    bool config_known;    /* false: not allowed to ask, or a broker without the call */
    bool compacted;       /* cleanup.policy contains compact */
    bool deletes;         /* cleanup.policy contains delete */
    int64_t retention_ms; /* -1: for ever */
    int64_t max_message_bytes;
};

/* How many partitions it has, without asking for its settings, for which a broker without that call
 * lets wait; 0: there is no such topic.  ERR_BROKER, ERR_AUTH. */
int topic_admin_partitions(struct topic_admin *a, const char *name, int timeout_ms,
                           int *ret_partitions);

/* ERR_BROKER, ERR_AUTH. */
int topic_admin_describe(struct topic_admin *a, const char *name, int timeout_ms,
                         struct topic_admin_info *ret_info);
#endif
