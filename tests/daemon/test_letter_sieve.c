#include "alignd/daemon/letter_sieve.h"

#include "alignd/base/err.h"
#include "alignd/daemon/dead_letter.h"
#include "alignd/stream/broker_embedded.h"
#include "alignd/stream/producer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(letter_sieve, .timeout = 60);

/* An embedded broker with a topic of letters, and the sieve of it. */
struct bench {
    struct broker_embedded *broker;
    struct config *config;
    struct letter_sieve *sieve;
    struct arena *arena;
};

static struct bench bench_start(void)
{
    struct bench b = {.arena = arena_new()};
    char path[64];
    cr_assert_eq(broker_embedded_start(&b.broker), 0);
    cr_assert_eq(broker_embedded_create_topic(b.broker, "dead", 1), 0);
    snprintf(path, sizeof(path), "/tmp/alignd-test-%d.conf", (int)getpid());
    FILE *f = fopen(path, "w");
    fputs("[log]\nlevel = error\n[graph.g]\ntopics = in\n[output]\ndead_letter_topic = dead\n", f);
    fclose(f);
    struct config_arguments arguments = {.path = path,
                                         .bootstrap = broker_embedded_bootstrap(b.broker)};
    cr_assert_eq(config_load(&arguments, &b.config), 0);
    unlink(path);
    b.sieve = letter_sieve_new(b.config);
    return b;
}

static void bench_stop(struct bench *b)
{
    letter_sieve_free(b->sieve);
    config_free(b->config);
    broker_embedded_stop(b->broker);
    arena_free(b->arena);
}

/* The letter of the message at that place. */
static struct outbox_record letter(struct bench *b, int32_t partition, int64_t offset,
                                   int64_t timestamp_ms)
{
    static const struct dead_letter_limits limits = {1000, 1000};
    struct codec_error error = {.code = "syntax", .message = "no dot"};
    struct source_message m = {.partition = partition,
                               .offset = offset,
                               .timestamp_ms = timestamp_ms,
                               .payload = slice_of("what came")};
    struct outbox_record r;
    dead_letter_make(&m, "in", &error, &limits, b->arena, &r);
    return r;
}

static void publish(struct bench *b, const struct outbox_record *r)
{
    struct producer *p;
    char names[16][64];
    struct producer_header headers[16];
    for (size_t i = 0; i < r->header_count; i++) {
        snprintf(names[i], sizeof(names[i]), "%.*s", (int)r->headers[i].name.len,
                 r->headers[i].name.data);
        headers[i] = (struct producer_header){names[i], r->headers[i].value};
    }
    struct producer_record record = {.value = r->value,
                                     .headers = headers,
                                     .header_count = r->header_count,
                                     .timestamp_ms = r->timestamp_ms};
    cr_assert_eq(producer_open(b->config->kafka, "dead", 15000, &p), 0);
    cr_assert_eq(producer_send(p, &record), 0);
    cr_assert_eq(producer_flush(p, 15000), 0);
    producer_close(p);
}

static bool is_out(struct bench *b, int32_t partition, int64_t offset, int64_t timestamp_ms)
{
    struct outbox_record r = letter(b, partition, offset, timestamp_ms);
    bool out;
    cr_assert_eq(letter_sieve_is_out(b->sieve, &r, &out), 0);
    return out;
}

Test(letter_sieve, what_is_before_the_groups_offset_is_out)
{
    struct bench b = bench_start();
    struct outbox_record before = letter(&b, 1, 41, 5), at = letter(&b, 1, 42, 5),
                         of_other = letter(&b, 0, 41, 5), event = {.seq = 1};
    cr_expect_not(letter_sieve_is_before(b.sieve, &before), "nothing is known");
    letter_sieve_set(b.sieve, slice_of("in"), 1, 42);
    cr_expect(letter_sieve_is_before(b.sieve, &before));
    cr_expect_not(letter_sieve_is_before(b.sieve, &at));
    cr_expect_not(letter_sieve_is_before(b.sieve, &of_other));
    cr_expect_not(letter_sieve_is_before(b.sieve, &event));
    letter_sieve_set(b.sieve, slice_of("in"), 1, 40);
    cr_expect(letter_sieve_is_before(b.sieve, &before), "offsets only go on");
    bench_stop(&b);
}

Test(letter_sieve, of_what_is_behind_it_the_topic_tells)
{
    struct bench b = bench_start();
    struct outbox_record out = letter(&b, 0, 7, 1000), event = {.seq = 1};
    bool is;
    publish(&b, &out);
    letter_sieve_set(b.sieve, slice_of("in"), 0, 5);
    cr_expect(is_out(&b, 0, 4, 1000));
    cr_expect(is_out(&b, 0, 7, 1000));
    cr_expect_not(is_out(&b, 0, 6, 1000));
    cr_expect_not(is_out(&b, 1, 7, 1000));
    cr_expect(is_out(&b, 0, 7, 900), "where the broker sets the time it is a later one");
    cr_expect_not(is_out(&b, 0, 7, 2000), "the topic was made again, and has another one there");
    cr_assert_eq(letter_sieve_is_out(b.sieve, &event, &is), 0);
    cr_expect_not(is);
    bench_stop(&b);
}
