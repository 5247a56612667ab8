#include "alignd/daemon/intake.h"

#include "alignd/base/err.h"
#include "alignd/stream/broker_embedded.h"
#include "alignd/stream/producer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(intake, .timeout = 60);

static struct metrics metrics;

/* An embedded broker with a topic, and an intake that reads it. */
struct bench {
    struct broker_embedded *broker;
    struct config *config;
    struct source *source;
    struct intake *intake;
};

static struct bench bench_start(const char *on_error)
{
    struct bench b;
    char setting[64], path[64];
    cr_assert_eq(broker_embedded_start(&b.broker), 0);
    cr_assert_eq(broker_embedded_create_topic(b.broker, "in", 1), 0);
    snprintf(setting, sizeof(setting), "input.on_error=%s", on_error);
    snprintf(path, sizeof(path), "/tmp/alignd-test-%d.conf", (int)getpid());
    FILE *f = fopen(path, "w");
    fputs("[log]\nlevel = error\n[graph.g]\ntopics = in\n[output]\ndead_letter_topic = dead\n", f);
    fclose(f);
    const char *const settings[] = {setting};
    struct config_arguments arguments = {.path = path,
                                         .settings = settings,
                                         .setting_count = 1,
                                         .bootstrap = broker_embedded_bootstrap(b.broker)};
    cr_assert_eq(config_load(&arguments, &b.config), 0);
    unlink(path);
    struct source_options options = {.kafka = b.config->kafka,
                                     .group = "g",
                                     .topics = b.config->topics,
                                     .topic_count = 1,
                                     .start_timeout_ms = 15000,
                                     .metadata_interval_ms = 60000};
    cr_assert_eq(source_open(&options, source_from_beginning, NULL, &b.source), 0);
    return b;
}

static void bench_send(struct bench *b, const char *const *values, size_t count)
{
    struct producer *p;
    cr_assert_eq(producer_open(b->config->kafka, "in", 15000, &p), 0);
    for (size_t i = 0; i < count; i++) {
        struct producer_record r = {.partition = 0,
                                    .tombstone = values[i] == NULL,
                                    .value = slice_of(values[i] ? values[i] : "")};
        cr_assert_eq(producer_send(p, &r), 0);
    }
    cr_assert_eq(producer_flush(p, 15000), 0);
    producer_close(p);
}

static void bench_read(struct bench *b)
{
    cr_assert_eq(source_assign(b->source), 0);
    cr_assert_eq(intake_start(b->config, NULL, b->source, &metrics, &b->intake), 0);
}

static void bench_stop(struct bench *b)
{
    intake_stop(b->intake);
    source_close(b->source);
    config_free(b->config);
    broker_embedded_stop(b->broker);
}

/* The next batch, at most ten seconds away. */
static const struct intake_batch *next_batch(struct bench *b)
{
    const struct intake_batch *batch = NULL;
    for (int i = 0; i < 100 && !batch; i++)
        batch = intake_take(b->intake, 100);
    cr_assert(batch, "no batch came, status %d", intake_status(b->intake));
    return batch;
}

/* Takes batches until they end behind offset `end`; adds up what they hold. */
static void take_until(struct bench *b, int64_t end, size_t *inputs, size_t *changes, size_t *dead)
{
    int64_t at = 0;
    *inputs = *changes = *dead = 0;
    while (at < end) {
        const struct intake_batch *batch = next_batch(b);
        *inputs += batch->turn.input_count;
        *dead += batch->turn.extra_count;
        for (size_t i = 0; i < batch->turn.input_count; i++)
            *changes += batch->turn.inputs[i].count;
        if (batch->turn.offset_count)
            at = batch->turn.offsets[0].next;
        intake_release(b->intake, batch);
    }
    cr_assert_eq(at, end);
}

#define GOOD "<http://a> <http://p> \"x\" .\n"
#define BAD "<http://a> <http://p> \"x\n"

Test(intake, hands_over_each_message_once_with_the_offset_behind_it)
{
    static const char *const values[] = {GOOD,
                                         GOOD GOOD,
                                         NULL,
                                         "",
                                         "A <http://a> <http://p> 1 .",
                                         "{\"op\":\"delete\",\"s\":\"http://a\",\"p\":\"http://p\","
                                         "\"o\":{\"value\":\"x\"}}"};
    struct bench b = bench_start("stop");
    size_t inputs, changes, dead;
    bench_send(&b, values, 6);
    bench_read(&b);
    take_until(&b, 6, &inputs, &changes, &dead);
    cr_expect_eq(inputs, 4); /* neither the tombstone nor the empty one is an input */
    cr_expect_eq(changes, 5);
    cr_expect_eq(dead, 0);
    cr_expect_eq(metrics.graphs[0].records, 6);
    cr_expect_eq(metrics.graphs[0].tombstones, 1);
    bench_stop(&b);
}

Test(intake, a_bad_message_stops_it_and_stays_behind_the_offset)
{
    static const char *const values[] = {GOOD, GOOD, BAD, GOOD};
    struct bench b = bench_start("stop");
    size_t inputs, changes, dead;
    log_set_level((enum log_level) - 1);
    bench_send(&b, values, 4);
    bench_read(&b);
    take_until(&b, 2, &inputs, &changes, &dead);
    cr_expect_eq(inputs, 2);
    cr_expect_null(intake_take(b.intake, 300));
    cr_expect_eq(intake_status(b.intake), ERR_FORMAT);
    bench_stop(&b);
}

Test(intake, a_bad_message_becomes_a_dead_letter)
{
    static const char *const values[] = {GOOD, BAD, GOOD, BAD};
    struct bench b = bench_start("dlq");
    size_t inputs, changes, dead;
    log_set_level((enum log_level) - 1);
    bench_send(&b, values, 4);
    bench_read(&b);
    take_until(&b, 4, &inputs, &changes, &dead);
    cr_expect_eq(inputs, 2);
    cr_expect_eq(dead, 2);
    cr_expect_eq(metrics.graphs[0].errors_dlq, 2);
    cr_expect_str_eq(metrics.errors[0].code, "syntax");
    cr_expect_eq(metrics.errors[0].count, 2);
    bench_stop(&b);
}

Test(intake, too_many_headers_make_a_bad_message)
{
    struct bench b = bench_start("dlq");
    size_t inputs, changes, dead;
    struct producer *p;
    char *value = calloc(1, 70000);
    memset(value, 'x', 69999);
    struct producer_header small = {"trace", slice_of("abc")};
    struct producer_header large = {"trace", {value, 69999}};
    struct producer_record r = {.value = slice_of(GOOD), .headers = &small, .header_count = 1};
    log_set_level((enum log_level) - 1);
    cr_assert_eq(producer_open(b.config->kafka, "in", 15000, &p), 0);
    cr_assert_eq(producer_send(p, &r), 0);
    r.headers = &large;
    cr_assert_eq(producer_send(p, &r), 0);
    cr_assert_eq(producer_flush(p, 15000), 0);
    producer_close(p);
    free(value);
    bench_read(&b);
    take_until(&b, 2, &inputs, &changes, &dead);
    cr_expect_eq(inputs, 1);
    cr_expect_eq(dead, 1);
    bench_stop(&b);
}

Test(intake, a_bad_message_is_skipped)
{
    static const char *const values[] = {BAD, GOOD, BAD};
    struct bench b = bench_start("skip");
    size_t inputs, changes, dead;
    log_set_level((enum log_level) - 1);
    bench_send(&b, values, 3);
    bench_read(&b);
    take_until(&b, 3, &inputs, &changes, &dead);
    cr_expect_eq(inputs, 1);
    cr_expect_eq(dead, 0);
    cr_expect_eq(metrics.graphs[0].errors_skip, 2);
    bench_stop(&b);
}

Test(intake, what_arrives_meanwhile_is_one_batch)
{
    static const char *values[500];
    struct bench b = bench_start("stop");
    struct intake_limits limits = {300, SIZE_MAX, 0};
    for (size_t i = 0; i < 500; i++)
        values[i] = GOOD;
    bench_send(&b, values, 1);
    bench_read(&b);
    intake_set_limits(b.intake, &limits);
    const struct intake_batch *first = next_batch(&b);
    cr_expect_eq(first->messages, 1);
    bench_send(&b, values, 500); /* while the engine works on the first */
    usleep(500000);
    intake_release(b.intake, first);
    const struct intake_batch *second = next_batch(&b);
    cr_expect_eq(second->messages, 300, "%zu messages", second->messages);
    intake_release(b.intake, second);
    bench_stop(&b);
}

Test(intake, is_drained_when_all_was_taken)
{
    static const char *const values[] = {GOOD};
    struct bench b = bench_start("stop");
    size_t inputs, changes, dead;
    bench_send(&b, values, 1);
    bench_read(&b);
    take_until(&b, 1, &inputs, &changes, &dead);
    bool drained = false;
    for (int i = 0; i < 50 && !(drained = intake_is_drained(b.intake)); i++)
        usleep(100000);
    cr_expect(drained);
    bench_send(&b, values, 1);
    const struct intake_batch *batch = next_batch(&b);
    cr_expect_not(intake_is_drained(b.intake));
    intake_release(b.intake, batch);
    bench_stop(&b);
}
