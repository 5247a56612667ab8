/*
 * kafka_internal.h - what the Kafka files of this room share: opening a client
 * with the user's properties, what befell it, and librdkafka's errors as ours.
 */
#ifndef ALIGND_STREAM_KAFKA_INTERNAL_H
#define ALIGND_STREAM_KAFKA_INTERNAL_H

#include "alignd/stream/kafka_conf.h"
#include "alignd/stream/kafka_secret.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum kafka_role {
    KAFKA_ROLE_SOURCE,    /* the daemon's consumer */
    KAFKA_ROLE_PUBLISHER, /* the daemon's transactional producer */
    KAFKA_ROLE_PRODUCER,  /* `alignd produce`: idempotent, no transactions */
    KAFKA_ROLE_READER,    /* reads what there is, and ends */
    KAFKA_ROLE_WATCHER,   /* asks a group for its offsets, without those of open transactions */
    KAFKA_ROLE_ADMIN
};

/*
 * What the callbacks of one client noticed: its opaque pointer, freed with it.  auth: ERR_AUTH once
 * the broker refused who we are, or we it.
 */
struct kafka_watch {
    _Atomic int auth;
    _Atomic int certificate;    /* OpenSSL's number for what is wrong with the broker's, last */
    const char *_Atomic advice; /* what could be done about what failed last; NULL: not known */
    struct kafka_secret_list secrets; /* never changed while there is a client */
    kafka_conf_stats_fn *stats;
    void *stats_arg;
    const char *role;
    pthread_mutex_t lock;         /* of all below */
    rd_kafka_resp_err_t delivery; /* the last one that failed, and its words */
    char text[256];
    char reason[256];   /* why a broker could not be reached, last */
    uint64_t reason_us; /* when that was said */
};

struct kafka_client {
    rd_kafka_t *rk;
    bool consuming; /* its queue holds records: nobody but the poll may take from it */
    struct kafka_watch *watch;
};

/*
 * Opens a client; identity is the group id (source, reader) or the
 * transactional id (publisher), else NULL.  ERR_CONFIG with librdkafka's words
 * in the log.
 */
int kafka_client_open(struct kafka_client *client, const struct kafka_conf *conf,
                      enum kafka_role role, const char *identity);
/* Takes one that was never opened (all zero). */
void kafka_client_close(struct kafka_client *client);

/* Serves the callbacks for a moment, then tells whether the broker refused us. */
int kafka_client_auth(struct kafka_client *client);

/* Takes and forgets the last failed delivery; "" without one. */
rd_kafka_resp_err_t kafka_client_take_delivery(struct kafka_client *client, char *text,
                                               size_t size);

/* librdkafka's code as one of ours: ERR_AUTH, ERR_BROKER, ERR_FENCED, ... */
int kafka_client_error(rd_kafka_resp_err_t err);

/*
 * The metadata of one topic if it is there and each partition has a leader.
 * *ret is freed with rd_kafka_metadata_destroy.  Logs nothing.
 */
rd_kafka_resp_err_t kafka_client_try_metadata(struct kafka_client *client, const char *topic,
                                              int timeout_ms, const struct rd_kafka_metadata **ret);

/*
 * The same, asked for until it comes or until wait_ms has passed.  A topic that is not there is
 * ERR_NOT_FOUND, without a log line; ERR_BROKER and ERR_AUTH are logged.
 */
int kafka_client_metadata(struct kafka_client *client, const char *topic, int wait_ms,
                          const struct rd_kafka_metadata **ret);

/* What could be done about what failed last, with ": " before it; "" where that is not known.
 * In words, and static. */
struct kafka_client_advice {
    const char *colon, *words;
};
struct kafka_client_advice kafka_client_advice(const struct kafka_client *client);

/* Every password and key there is, and the value of a property as it was said last, or NULL. */
void kafka_conf_secrets(const struct kafka_conf *conf, struct kafka_secret_list *to);
const char *kafka_conf_find(const struct kafka_conf *conf, const char *key);

/* Applies the user's properties of a role to conf (kafka_conf.c). */
int kafka_conf_apply(const struct kafka_conf *conf, enum kafka_role role, rd_kafka_conf_t *to);
kafka_conf_stats_fn *kafka_conf_get_stats(const struct kafka_conf *conf, void **ret_arg);
#endif
