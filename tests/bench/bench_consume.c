/*
 * bench_consume.c - what librdkafka alone takes to hand over the messages of
 * some topics: read to their ends through the daemon's source, not decoded.
 *
 *     bench_consume --broker HOST:PORT TOPIC...
 */
#include "bench.h"

#include "alignd/base/err.h"
#include "alignd/stream/source.h"

#include <string.h>

int main(int argc, char **argv)
{
    static const struct source_limits limits = {100000, 64 << 20, 100, 0};
    struct source_topic topics[16];
    struct source_options o = {.group = "bench-consume",
                               .topics = topics,
                               .start_timeout_ms = 30000,
                               .metadata_interval_ms = 30000};
    struct kafka_conf *conf = kafka_conf_new(false);
    bench_check(kafka_conf_add(conf, KAFKA_CONF_COMMON, "bootstrap.servers",
                               bench_option(argc, argv, "broker", NULL), NULL),
                "broker");
    o.kafka = conf;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--broker") == 0)
            i++;
        else if (o.topic_count < 16)
            topics[o.topic_count++] = (struct source_topic){argv[i], 0};

    struct source *s;
    struct source_batch *batch = source_batch_new();
    double messages = 0, bytes = 0;
    bench_check(source_open(&o, source_from_beginning, NULL, &s), "open");
    double begun = bench_seconds(), cpu = bench_cpu();
    bench_check(source_assign(s), "assign");
    while (!source_at_end(s)) {
        source_batch_clear(batch);
        bench_check(source_poll(s, &limits, batch), "poll");
        messages += (double)batch->count;
        for (size_t i = 0; i < batch->count; i++)
            bytes += (double)batch->messages[i].payload.len;
    }
    bench_say(bench_seconds() - begun, "s", "raw_stream.seconds");
    bench_say(bench_cpu() - cpu, "s", "raw_stream.cpu");
    bench_say(messages, "", "raw_stream.messages");
    bench_say(bytes, "", "raw_stream.bytes");
    source_batch_free(batch);
    source_close(s);
    kafka_conf_free(conf);
    return 0;
}
