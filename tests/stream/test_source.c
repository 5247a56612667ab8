#include "alignd/stream/source.h"

#include "alignd/base/err.h"

#include "broker_fixture.h"

#include <librdkafka/rdkafka.h> /* for what an operator does from outside */

TestSuite(source, .timeout = 60);

/* Stored offsets of the test: partition i at stored[i]. */
static int stored_offset(void *arg, struct slice topic, int32_t partition, int64_t *ret_next)
{
    (void)topic;
    const int64_t *stored = arg;
    *ret_next = stored ? stored[partition] : SOURCE_BEGINNING;
    return ERR_OK;
}

static int open_source(struct broker_fixture *f, const char *topic, int64_t *stored,
                       struct source **ret)
{
    static struct source_topic topics[1];
    topics[0] = (struct source_topic){topic, 7};
    struct source_options options = {.kafka = f->conf,
                                     .group = "test-source",
                                     .topics = topics,
                                     .topic_count = 1,
                                     .start_timeout_ms = 15000,
                                     .metadata_interval_ms = 300};
    return source_open(&options, stored_offset, stored, ret);
}

static void fill(struct broker_fixture *f, const char *topic, int32_t partition, int count)
{
    struct producer *p;
    char value[32];
    cr_assert_eq(producer_open(f->conf, topic, 15000, &p), 0);
    for (int i = 0; i < count; i++) {
        snprintf(value, sizeof(value), "value %d", i);
        broker_fixture_send(p, partition, "k", value);
    }
    cr_assert_eq(producer_flush(p, 15000), 0);
    producer_close(p);
}

Test(source, hands_out_every_record_in_order_and_the_position_behind_it)
{
    struct broker_fixture f = broker_fixture_start();
    struct source *s;
    struct source_batch *batch = source_batch_new();
    char topic[64], value[32];
    broker_fixture_topic(&f, topic, 1);
    fill(&f, topic, 0, 1000);

    cr_assert_eq(open_source(&f, topic, NULL, &s), 0);
    cr_assert_eq(source_assign(s), 0);
    broker_fixture_poll(s, batch, 1000);
    for (size_t i = 0; i < batch->count; i++) {
        const struct source_message *m = &batch->messages[i];
        snprintf(value, sizeof(value), "value %zu", i);
        cr_assert(slice_equal(m->payload, slice_of(value)));
        cr_assert(slice_equal(m->key, slice_of("k")));
        cr_assert_eq(m->offset, (int64_t)i);
        cr_assert_eq(m->graph, 7);
        cr_assert(m->has_key && !m->tombstone);
    }
    cr_expect_eq(batch->position_count, 1);
    cr_expect_eq(batch->positions[0].next, 1000);
    cr_expect_eq(source_lag(s), 0);

    source_batch_free(batch);
    source_close(s);
    broker_fixture_stop(&f);
}

Test(source, begins_where_the_store_left_off)
{
    struct broker_fixture f = broker_fixture_start();
    struct source *s;
    struct source_batch *batch = source_batch_new();
    int64_t stored[2] = {6, SOURCE_BEGINNING};
    char topic[64];
    broker_fixture_topic(&f, topic, 2);
    fill(&f, topic, 0, 10);
    fill(&f, topic, 1, 3);

    cr_assert_eq(open_source(&f, topic, stored, &s), 0);
    cr_assert_eq(source_partition_count(s), 2);
    cr_expect_eq(source_lag(s), 4 + 3);
    cr_assert_eq(source_assign(s), 0);
    broker_fixture_poll(s, batch, 7);
    size_t first = 0;
    while (batch->messages[first].partition != 0)
        first++;
    cr_expect_eq(batch->messages[first].offset, 6);
    for (size_t i = 0; i < batch->position_count; i++)
        cr_expect_eq(batch->positions[i].next, batch->positions[i].partition == 0 ? 10 : 3);

    source_batch_free(batch);
    source_close(s);
    broker_fixture_stop(&f);
}

Test(source, refuses_an_offset_that_the_topic_does_not_hold)
{
    struct broker_fixture f = broker_fixture_start();
    struct source *s;
    int64_t stored[1] = {11};
    char topic[64];
    broker_fixture_topic(&f, topic, 1);
    fill(&f, topic, 0, 10);
    log_set_level((enum log_level) - 1);
    cr_expect_eq(open_source(&f, topic, stored, &s), ERR_MISMATCH);
    broker_fixture_stop(&f);
}

Test(source, keeps_what_a_record_carries)
{
    struct broker_fixture f = broker_fixture_start();
    struct source *s;
    struct producer *p;
    struct source_batch *batch = source_batch_new();
    char topic[64];
    broker_fixture_topic(&f, topic, 1);
    cr_assert_eq(producer_open(f.conf, topic, 15000, &p), 0);
    struct producer_header headers[] = {{"Content-Type", slice_of("application/n-triples")},
                                        {"ce_time", slice_of("2026-01-31T12:00:00.5+01:00")},
                                        {"empty", {NULL, 0}}};
    struct producer_record full = {.partition = 0,
                                   .value = slice_of("x"),
                                   .headers = headers,
                                   .header_count = 3,
                                   .timestamp_ms = 1700000000123};
    struct producer_record tombstone = {.partition = 0,
                                        .has_key = true,
                                        .tombstone = true,
                                        .key = slice_of("gone"),
                                        .timestamp_ms = 5};
    struct producer_record empty = {
        .partition = 0, .has_key = true, .key = slice_of(""), .value = slice_of("")};
    cr_assert_eq(producer_send(p, &full), 0);
    cr_assert_eq(producer_send(p, &tombstone), 0);
    cr_assert_eq(producer_send(p, &empty), 0);
    cr_assert_eq(producer_flush(p, 15000), 0);
    producer_close(p);

    cr_assert_eq(open_source(&f, topic, NULL, &s), 0);
    cr_assert_eq(source_assign(s), 0);
    broker_fixture_poll(s, batch, 3);
    const struct source_message *m = batch->messages;
    cr_expect(slice_equal(m[0].content_type, slice_of("application/n-triples")));
    cr_expect_eq(m[0].event_time_ms, 1769857200500); /* 11:00:00.5 UTC */
    cr_expect_eq(m[0].timestamp_ms, 1700000000123);
    cr_expect_eq(m[0].header_count, 3);
    cr_expect(slice_equal(m[0].headers[2].name, slice_of("empty")));
    cr_expect_not(m[0].has_key);
    cr_expect(m[1].tombstone && slice_equal(m[1].key, slice_of("gone")));
    cr_expect_eq(m[1].event_time_ms, 5);
    cr_expect(m[2].has_key && !m[2].tombstone && m[2].payload.len == 0);

    source_batch_free(batch);
    source_close(s);
    broker_fixture_stop(&f);
}

Test(source, adds_up_polls_into_one_batch_within_its_limits)
{
    struct broker_fixture f = broker_fixture_start();
    struct source *s;
    struct source_batch *batch = source_batch_new();
    char topic[64];
    broker_fixture_topic(&f, topic, 1);
    fill(&f, topic, 0, 100);
    cr_assert_eq(open_source(&f, topic, NULL, &s), 0);
    cr_assert_eq(source_assign(s), 0);
    broker_fixture_poll(s, batch, 10);
    cr_expect_eq(batch->positions[0].next, 10);
    broker_fixture_poll(s, batch, 25);
    cr_expect_eq(batch->positions[0].next, 25);
    cr_expect_eq(source_lag(s), 75);
    source_batch_clear(batch);
    broker_fixture_poll(s, batch, 75);
    cr_expect_eq(batch->messages[0].offset, 25);

    source_batch_free(batch);
    source_close(s);
    broker_fixture_stop(&f);
}

Test(source, a_pause_loses_and_repeats_nothing)
{
    struct broker_fixture f = broker_fixture_start();
    struct source *s;
    struct source_batch *batch = source_batch_new();
    struct source_limits limits = {100, SIZE_MAX, 300, 0};
    char topic[64];
    broker_fixture_topic(&f, topic, 1);
    fill(&f, topic, 0, 50);
    cr_assert_eq(open_source(&f, topic, NULL, &s), 0);
    cr_assert_eq(source_assign(s), 0);
    broker_fixture_poll(s, batch, 20);
    cr_assert_eq(source_pause(s, true), 0);
    cr_assert_eq(source_poll(s, &limits, batch), 0);
    cr_expect_eq(batch->count, 20);
    cr_assert_eq(source_pause(s, false), 0);
    broker_fixture_poll(s, batch, 50);
    for (size_t i = 0; i < 50; i++)
        cr_expect_eq(batch->messages[i].offset, (int64_t)i);

    source_batch_free(batch);
    source_close(s);
    broker_fixture_stop(&f);
}

Test(source, a_missing_topic_and_a_missing_broker_are_told_apart)
{
    struct broker_fixture f = broker_fixture_start();
    struct source *s;
    log_set_level((enum log_level) - 1);
    if (!f.embedded) /* the mock makes up topics it is asked about */
        cr_expect_eq(open_source(&f, "no-such-topic", NULL, &s), ERR_CONFIG);
    struct source_topic topic = {"any", 0};
    struct kafka_conf *nowhere = kafka_conf_new(false);
    kafka_conf_add(nowhere, KAFKA_CONF_COMMON, "bootstrap.servers", "127.0.0.1:9", NULL);
    struct source_options options = {.kafka = nowhere,
                                     .group = "g",
                                     .topics = &topic,
                                     .topic_count = 1,
                                     .start_timeout_ms = 500};
    cr_expect_eq(source_open(&options, stored_offset, NULL, &s), ERR_BROKER);
    kafka_conf_free(nowhere);
    broker_fixture_stop(&f);
}

/* More partitions for a topic, as an operator adds them. */
static void grow_topic(const char *topic, size_t partitions)
{
    char why[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", getenv("ALIGND_TEST_BROKER"), NULL, 0);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_NewPartitions_t *grow = rd_kafka_NewPartitions_new(topic, partitions, NULL, 0);
    rd_kafka_CreatePartitions(rk, &grow, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 15000);
    cr_assert(event && !rd_kafka_event_error(event));
    rd_kafka_event_destroy(event);
    rd_kafka_NewPartitions_destroy(grow);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
}

Test(source, new_partitions_are_read_from_their_beginning)
{
    if (!broker_fixture_real())
        cr_skip_test("needs ALIGND_TEST_BROKER: the mock cluster has no CreatePartitions");
    struct broker_fixture f = broker_fixture_start();
    struct source *s;
    struct source_batch *batch = source_batch_new();
    char topic[64];
    broker_fixture_topic(&f, topic, 1);
    fill(&f, topic, 0, 5);
    cr_assert_eq(open_source(&f, topic, NULL, &s), 0);
    cr_assert_eq(source_assign(s), 0);
    broker_fixture_poll(s, batch, 5);
    grow_topic(topic, 3);
    for (int tries = 0; source_partition_count(s) < 3 && tries < 50; tries++) {
        struct source_limits limits = {5, SIZE_MAX, 200, 0};
        cr_assert_eq(source_poll(s, &limits, batch), 0);
        usleep(100000);
    }
    cr_assert_eq(source_partition_count(s), 3);
    fill(&f, topic, 1, 4);
    fill(&f, topic, 0, 1);
    broker_fixture_poll(s, batch, 10);
    cr_expect_eq(batch->position_count, 3);
    cr_expect_eq(batch->positions[0].next, 6);
    cr_expect_eq(batch->positions[1].next, 4);
    cr_expect_eq(batch->positions[2].next, 0);
    source_batch_free(batch);
    source_close(s);
    broker_fixture_stop(&f);
}

Test(source, a_topic_that_is_deleted_ends_it)
{
    if (!broker_fixture_real())
        cr_skip_test("needs ALIGND_TEST_BROKER: the mock cluster has no DeleteTopics");
    struct broker_fixture f = broker_fixture_start();
    struct source *s;
    struct source_batch *batch = source_batch_new();
    struct topic_admin *admin;
    struct source_limits limits = {100, SIZE_MAX, 200, 0};
    char topic[64];
    int rc = 0;
    broker_fixture_topic(&f, topic, 1);
    fill(&f, topic, 0, 5);
    cr_assert_eq(open_source(&f, topic, NULL, &s), 0);
    cr_assert_eq(source_assign(s), 0);
    broker_fixture_poll(s, batch, 5);
    cr_assert_eq(topic_admin_open(f.conf, &admin), 0);
    cr_assert_eq(topic_admin_delete(admin, topic, 15000), 0);
    topic_admin_close(admin);
    log_set_level((enum log_level) - 1);
    for (int i = 0; i < 150 && !rc; i++)
        rc = source_poll(s, &limits, batch);
    cr_expect_eq(rc, ERR_MISMATCH);
    cr_expect_eq(batch->count, 5);
    source_batch_free(batch);
    source_close(s);
    broker_fixture_stop(&f);
}
