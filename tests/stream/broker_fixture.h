/*
 * broker_fixture.h - a broker for a test: the one at $ALIGND_TEST_BROKER
 * (scripts/kafka.sh start prints its address), else librdkafka's mock cluster.
 * What only a real broker can show is skipped without one.
 */
#ifndef BROKER_FIXTURE_H
#define BROKER_FIXTURE_H

#include "alignd/base/log.h"
#include "alignd/stream/broker_embedded.h"
#include "alignd/stream/kafka_conf.h"
#include "alignd/stream/producer.h"
#include "alignd/stream/source.h"
#include "alignd/stream/topic_admin.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct broker_fixture {
    struct broker_embedded *embedded; /* NULL: a real one */
    struct kafka_conf *conf;
};

static inline bool broker_fixture_real(void)
{
    return getenv("ALIGND_TEST_BROKER") != NULL;
}

static inline struct broker_fixture broker_fixture_start(void)
{
    struct broker_fixture f = {NULL, kafka_conf_new(false)};
    const char *address = getenv("ALIGND_TEST_BROKER");
    log_set_level(LOG_ERROR);
    if (!address) {
        cr_assert_eq(broker_embedded_start(&f.embedded), 0);
        address = broker_embedded_bootstrap(f.embedded);
    }
    cr_assert_eq(kafka_conf_add(f.conf, KAFKA_CONF_COMMON, "bootstrap.servers", address, NULL), 0);
    return f;
}

static inline void broker_fixture_stop(struct broker_fixture *f)
{
    kafka_conf_free(f->conf);
    broker_embedded_stop(f->embedded);
}

/* A new topic under a name of its own; static storage of the caller. */
static inline void broker_fixture_topic(struct broker_fixture *f, char name[64], int partitions)
{
    static int counter;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    snprintf(name, 64, "test-%d-%ld-%d", (int)getpid(), t.tv_nsec, counter++);
    if (f->embedded) {
        cr_assert_eq(broker_embedded_create_topic(f->embedded, name, partitions), 0);
        return;
    }
    struct topic_admin *admin;
    struct topic_admin_spec spec = {name, partitions, -1, false, 0};
    cr_assert_eq(topic_admin_open(f->conf, &admin), 0);
    cr_assert_eq(topic_admin_create(admin, &spec, 20000, NULL), 0);
    topic_admin_close(admin);
}

static inline void broker_fixture_send(struct producer *p, int32_t partition, const char *key,
                                       const char *value)
{
    struct producer_record r = {.partition = partition,
                                .has_key = key != NULL,
                                .tombstone = value == NULL,
                                .key = key ? slice_of(key) : (struct slice){NULL, 0},
                                .value = value ? slice_of(value) : (struct slice){NULL, 0}};
    cr_assert_eq(producer_send(p, &r), 0);
}

/* Polls until the batch holds count records, at most ten seconds. */
static inline void broker_fixture_poll(struct source *s, struct source_batch *batch, size_t count)
{
    struct source_limits limits = {count, SIZE_MAX, 200, 0};
    for (int i = 0; i < 50 && batch->count < count; i++)
        cr_assert_eq(source_poll(s, &limits, batch), 0);
    cr_assert_eq(batch->count, count, "%zu records of %zu came", batch->count, count);
}
#endif
