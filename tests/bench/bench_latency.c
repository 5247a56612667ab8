/*
 * bench_latency.c - from a title written to an input topic to its match event at a reader
 * (committed records only), while a feed goes on at a given rate of changes a second:
 *
 *     bench_latency --broker HOST:PORT --input TOPIC --events TOPIC --feed FILE
 *         [--rate R] [--seconds S] [--bar MS] [--fetch-wait MS]
 *
 * FILE: SIDE.changes.rdfp of `alignd synth --arrivals`, whose SIDE.nt a running daemon holds beside
 * all of the other side.  Each block is a message.  First at R; then at more and more until the
 * 99th percentile passes the bar, and once between: the highest rate below the bar.  What is left
 * of the feed then follows at once, so that the daemon ends with SIDE.after.nt.
 *
 * Measured are new titles, the last subjects of blocks without a deletion, from just before
 * they are sent to the first match event that names them.  Those that the other side does not
 * know, and those that do not match it, have none.  --fetch-wait: of the reader; the embedded
 * broker answers an empty fetch no sooner, a Kafka when something comes.
 */
#include "bench.h"

#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/stream/producer.h"
#include "alignd/stream/source.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct message {
    struct slice text;
    struct slice about; /* the last subject, with its <> */
    bool title;         /* a new one */
    double sent, took;  /* under the lock; 0: not yet */
};

struct bench {
    struct kafka_conf *conf;
    const char *events;
    struct producer *producer;
    struct message *feed;
    size_t count, next;
    struct message **titles; /* by name */
    size_t title_count;
    pthread_t reader;
    pthread_mutex_t lock;
    double seen; /* events, of whatever cause; under the lock */
    atomic_bool done, ready;
};

/* --- the feed --- */

/* What it is about. */
static void read_message(struct message *m)
{
    const char *end = m->text.data + m->text.len;
    m->title = true;
    for (const char *line = m->text.data; line < end; line += strcspn(line, "\n") + 1) {
        bool row = (line[0] == 'A' || line[0] == 'D') && line[1] == ' ';
        if (row)
            m->about = (struct slice){line + 2, strcspn(line + 2, " ")};
        m->title = m->title && (!row || line[0] == 'A');
    }
}

static int by_name(const void *a, const void *b)
{
    const struct message *x = *(struct message *const *)a, *y = *(struct message *const *)b;
    return slice_compare(x->about, y->about);
}

static void read_feed(struct bench *b, const char *path)
{
    struct bench_blocks blocks = bench_read_blocks(path);
    b->count = blocks.count;
    b->feed = bench_alloc(b->count * sizeof(*b->feed));
    b->titles = bench_alloc(b->count * sizeof(struct message *));
    for (size_t i = 0; i < b->count; i++) {
        b->feed[i].text = blocks.all[i];
        read_message(&b->feed[i]);
        if (b->feed[i].title)
            b->titles[b->title_count++] = &b->feed[i];
    }
    free(blocks.all);
    qsort(b->titles, b->title_count, sizeof(*b->titles), by_name);
}

/* --- the reader --- */

static int from_end(void *arg, struct slice topic, int32_t partition, int64_t *ret_next)
{
    (void)arg, (void)topic, (void)partition;
    *ret_next = SOURCE_END;
    return ERR_OK;
}

/* The title of that name was matched; under the lock. */
static void note_match(struct bench *b, struct slice iri, double now)
{
    struct message key = {.about = iri}, *wanted = &key, **found;
    found = bsearch(&wanted, b->titles, b->title_count, sizeof(*b->titles), by_name);
    if (found && (*found)->sent > 0 && !((*found)->took > 0))
        (*found)->took = now - (*found)->sent;
}

static void take_event(struct bench *b, const struct source_message *m, double now)
{
    struct json_error error;
    struct slice type = {"", 0}, ends[2] = {{"", 0}, {"", 0}};
    struct json *json = json_parse(m->payload, &error);
    json_read_string(json_get(json, "type"), &type);
    json_read_string(json_get(json, "subject_id"), &ends[0]);
    json_read_string(json_get(json, "object_id"), &ends[1]);
    pthread_mutex_lock(&b->lock);
    b->seen++;
    for (int i = 0; i < 2 && slice_equal(type, slice_of("match")); i++) {
        char name[4096];
        int n = snprintf(name, sizeof(name), "<%.*s>", (int)ends[i].len, ends[i].data);
        note_match(b, (struct slice){name, (size_t)n < sizeof(name) ? (size_t)n : 0}, now);
    }
    pthread_mutex_unlock(&b->lock);
    json_free(json);
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
        double now = bench_seconds();
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
    struct message *m = &b->feed[b->next++];
    struct producer_header header = {"content-type", slice_of("application/rdf-patch")};
    struct producer_record r = {.partition = -1,
                                .has_key = true,
                                .key = m->about,
                                .value = m->text,
                                .headers = &header,
                                .header_count = 1};
    pthread_mutex_lock(&b->lock);
    m->sent = bench_seconds();
    pthread_mutex_unlock(&b->lock);
    bench_check(producer_send(b->producer, &r), "send");
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

/* The 99th percentile at a rate; the feed ends it early. */
static double measure(struct bench *b, double rate, double seconds, const char *name)
{
    struct bench_sample ms = {0};
    size_t first = b->next;
    double begun = bench_seconds(), sent = 0, titles = 0, events = events_seen(b);
    while (bench_seconds() - begun < seconds && b->next < b->count) {
        pause_until(begun + sent / rate);
        send_next(b);
        sent++;
    }
    double took = bench_seconds() - begun;
    bench_check(producer_flush(b->producer, 30000), "send");
    wait_quiet(b);
    pthread_mutex_lock(&b->lock);
    for (size_t i = first; i < b->next; i++) {
        titles += b->feed[i].title;
        if (b->feed[i].took > 0)
            bench_add(&ms, b->feed[i].took * 1e3);
    }
    events = b->seen - events;
    pthread_mutex_unlock(&b->lock);
    double p99 = ms.count ? bench_quantile(&ms, 0.99) : INFINITY;
    bench_say(sent / took, "changes/s", "%s.rate", name);
    bench_say(events / sent, "", "%s.events_a_change", name);
    bench_say((double)ms.count / titles, "", "%s.matched", name);
    bench_say(bench_quantile(&ms, 0.9), "ms", "%s.p90", name);
    bench_say_sample(&ms, "ms", name);
    bench_free(&ms);
    return p99;
}

static void find_highest(struct bench *b, double rate, double seconds, double bar)
{
    double good = 0, bad = 0;
    char name[64];
    for (int i = 0; i < 12 && (bad == 0 || bad > 1.3 * good) && rate > 5; i++) {
        if (b->next + (size_t)(rate * seconds) > b->count) {
            fprintf(stderr, "bench_latency: the feed is at its end\n");
            break;
        }
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
    double rate = bench_number(argc, argv, "rate", 300);
    double seconds = bench_number(argc, argv, "seconds", 10);
    const char *broker = bench_option(argc, argv, "broker", NULL);
    bench_check(kafka_conf_add(b.conf, KAFKA_CONF_COMMON, "bootstrap.servers", broker, NULL),
                "broker");
    bench_check(kafka_conf_add(b.conf, KAFKA_CONF_PRODUCER, "linger.ms", "0", NULL), "broker");
    bench_check(kafka_conf_add(b.conf, KAFKA_CONF_CONSUMER, "fetch.wait.max.ms",
                               bench_option(argc, argv, "fetch-wait", "500"), NULL),
                "broker");
    read_feed(&b, bench_option(argc, argv, "feed", NULL));
    bench_check(producer_open(b.conf, bench_option(argc, argv, "input", NULL), 30000, &b.producer),
                "input");
    bench_check(-pthread_create(&b.reader, NULL, read_events, &b), "thread");
    while (!atomic_load(&b.ready))
        pause_until(bench_seconds() + 0.05);

    measure(&b, 50, 2, "latency.warm_up");
    measure(&b, rate, seconds, "latency");
    find_highest(&b, rate, seconds / 2, bench_number(argc, argv, "bar", 100));
    while (b.next < b.count)
        send_next(&b);
    bench_check(producer_flush(b.producer, 30000), "send");
    wait_quiet(&b);
    atomic_store(&b.done, true);
    pthread_join(b.reader, NULL);
    producer_close(b.producer);
    kafka_conf_free(b.conf);
    return 0;
}
