/*
 * bench_latency.c - from a change written to an input topic to its event at a
 * reader (committed records only), at given rates of changes a second:
 *
 *     bench_latency --broker HOST:PORT --input TOPIC --events TOPIC --file FILE
 *         [--rate R] [--seconds S] [--bar MS]
 *
 * FILE: triples that a running daemon holds; each is taken out and put back, one a
 * message, so choose such that decide matches.  First at R; then at more and more
 * until the 99th percentile passes the bar, and once between: the highest rate below the bar.
 * The clock is the machine's, the resolution a millisecond.
 */
#include "bench.h"

#include "alignd/base/buf.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/stream/producer.h"
#include "alignd/stream/source.h"
#include "alignd/stream/term_write.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bench {
    struct kafka_conf *conf;
    const char *events;
    struct producer *producer;
    struct bench_changes changes;
    size_t next; /* change to be sent; the first half of a pass takes out, the other puts back */
    pthread_t reader;
    pthread_mutex_t lock;
    struct bench_sample ms; /* under the lock */
    double seen;            /* events, of whatever cause; under the lock */
    atomic_bool done, ready;
    atomic_llong begun_ms; /* events of older changes are not counted */
};

/* --- the reader --- */

static int from_end(void *arg, struct slice topic, int32_t partition, int64_t *ret_next)
{
    (void)arg, (void)topic, (void)partition;
    *ret_next = SOURCE_END;
    return ERR_OK;
}

/* 2026-01-31T12:00:00.123Z; 0 when it is not. */
static int64_t milliseconds(struct slice text)
{
    struct tm t = {0};
    int ms;
    char copy[32] = "";
    memcpy(copy, text.data, text.len < 31 ? text.len : 31);
    if (sscanf(copy, "%d-%d-%dT%d:%d:%d.%dZ", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
               &t.tm_min, &t.tm_sec, &ms) != 7)
        return 0;
    t.tm_year -= 1900;
    t.tm_mon--;
    return (int64_t)timegm(&t) * 1000 + ms;
}

static void take_event(struct bench *b, const struct source_message *m, int64_t now)
{
    struct json_error error;
    struct slice text = {"", 0};
    struct json *json = json_parse(m->payload, &error);
    json_read_string(json_get(json, "event_time"), &text);
    int64_t at = milliseconds(text);
    json_free(json);
    pthread_mutex_lock(&b->lock);
    b->seen++;
    if (at && at >= atomic_load(&b->begun_ms))
        bench_add(&b->ms, (double)(now - at));
    pthread_mutex_unlock(&b->lock);
}

static void *read_events(void *arg)
{
    static const struct source_limits limits = {1000, 8 << 20, 20, 0};
    struct bench *b = arg;
    struct source_topic topic = {b->events, 0};
    struct source_options o = {.kafka = b->conf,
                               .group = "bench-latency",
                               .topics = &topic,
                               .topic_count = 1,
                               .start_timeout_ms = 30000,
                               .metadata_interval_ms = 30000};
    struct source *s;
    struct source_batch *batch = source_batch_new();
    bench_check(source_open(&o, from_end, NULL, &s), "events");
    bench_check(source_assign(s), "events");
    while (!atomic_load(&b->done)) {
        source_batch_clear(batch);
        bench_check(source_poll(s, &limits, batch), "events");
        if (source_at_end(s))
            atomic_store(&b->ready, true);
        int64_t now = clock_now_ms();
        for (size_t i = 0; i < batch->count; i++)
            if (!batch->messages[i].tombstone)
                take_event(b, &batch->messages[i], now);
    }
    source_batch_free(batch);
    source_close(s);
    return NULL;
}

/* --- the writer --- */

static void send_next(struct bench *b)
{
    size_t pass = b->next / b->changes.count, i = b->next % b->changes.count;
    struct change *c = &b->changes.all[i];
    struct buf text = {0};
    struct producer_header header = {"content-type", slice_of("application/rdf-patch")};
    c->op = pass % 2 ? CHANGE_INSERT : CHANGE_DELETE;
    term_write_change(&text, c);
    struct producer_record r = {.partition = -1,
                                .has_key = true,
                                .key = c->subject.text,
                                .value = buf_slice(&text),
                                .headers = &header,
                                .header_count = 1};
    bench_check(producer_send(b->producer, &r), "send");
    buf_fini(&text);
    b->next++;
}

static void pause_until(double when)
{
    double left = when - bench_seconds();
    if (left <= 0)
        return;
    struct timespec t = {(time_t)left, (long)((left - floor(left)) * 1e9)};
    nanosleep(&t, NULL);
}

static double events_seen(struct bench *b)
{
    pthread_mutex_lock(&b->lock);
    double n = b->seen;
    pthread_mutex_unlock(&b->lock);
    return n;
}

/* Until no event has come for a second and a half. */
static void wait_quiet(struct bench *b)
{
    for (double before = -1, now = events_seen(b); now != before; now = events_seen(b)) {
        before = now;
        pause_until(bench_seconds() + 1.5);
    }
}

/* The 99th percentile at a rate. */
static double measure(struct bench *b, double rate, double seconds, const char *name)
{
    pthread_mutex_lock(&b->lock);
    b->ms.count = 0;
    pthread_mutex_unlock(&b->lock);
    atomic_store(&b->begun_ms, clock_now_ms());
    double begun = bench_seconds(), sent = 0;
    while (bench_seconds() - begun < seconds) {
        pause_until(begun + sent / rate);
        send_next(b);
        sent++;
    }
    double took = bench_seconds() - begun;
    bench_check(producer_flush(b->producer, 30000), "send");
    wait_quiet(b);
    pthread_mutex_lock(&b->lock);
    double p99 = b->ms.count ? bench_quantile(&b->ms, 0.99) : INFINITY;
    bench_say(sent / took, "changes/s", "%s.rate", name);
    bench_say((double)b->ms.count / sent, "", "%s.events_a_change", name);
    bench_say(bench_quantile(&b->ms, 0.9), "ms", "%s.p90", name);
    bench_say_sample(&b->ms, "ms", name);
    pthread_mutex_unlock(&b->lock);
    return p99;
}

static void find_highest(struct bench *b, double rate, double seconds, double bar)
{
    double good = 0, bad = 0;
    char name[64];
    for (int i = 0; i < 12 && (bad == 0 || bad > 1.3 * good) && rate > 5; i++) {
        snprintf(name, sizeof(name), "latency.at.%.0f", rate);
        if (measure(b, rate, seconds, name) < bar)
            good = rate;
        else
            bad = rate;
        rate = bad == 0 ? 2 * good : good == 0 ? bad / 2 : (good + bad) / 2;
    }
    bench_say(good, "changes/s", "latency.highest_rate");
    bench_say(bar, "ms", "latency.bar");
}

int main(int argc, char **argv)
{
    struct bench b = {.conf = kafka_conf_new(false),
                      .events = bench_option(argc, argv, "events", NULL),
                      .lock = PTHREAD_MUTEX_INITIALIZER};
    struct arena *arena = arena_new();
    double rate = bench_number(argc, argv, "rate", 300);
    double seconds = bench_number(argc, argv, "seconds", 10);
    const char *broker = bench_option(argc, argv, "broker", NULL);
    bench_check(kafka_conf_add(b.conf, KAFKA_CONF_COMMON, "bootstrap.servers", broker, NULL),
                "broker");
    bench_check(kafka_conf_add(b.conf, KAFKA_CONF_PRODUCER, "linger.ms", "0", NULL), "broker");
    b.changes = bench_read_file(bench_option(argc, argv, "file", NULL), arena);
    if (!b.changes.count)
        bench_check(ERR_NOT_FOUND, "changes");
    bench_check(producer_open(b.conf, bench_option(argc, argv, "input", NULL), 30000, &b.producer),
                "input");
    bench_check(-pthread_create(&b.reader, NULL, read_events, &b), "thread");
    while (!atomic_load(&b.ready))
        pause_until(bench_seconds() + 0.05);

    measure(&b, 50, 2, "latency.warm_up");
    measure(&b, rate, seconds, "latency");
    find_highest(&b, rate, seconds / 2, bench_number(argc, argv, "bar", 100));
    b.next = b.changes.count; /* all is put back: what is there is a no-op */
    while (b.next < 2 * b.changes.count)
        send_next(&b);
    bench_check(producer_flush(b.producer, 30000), "send");
    wait_quiet(&b);
    atomic_store(&b.done, true);
    pthread_join(b.reader, NULL);
    producer_close(b.producer);
    kafka_conf_free(b.conf);
    free(b.changes.all);
    arena_free(arena);
    return 0;
}
