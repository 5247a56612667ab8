#include "alignd/daemon/metrics.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static struct metrics metrics;

/* The page as a C string; to be freed. */
static char *page(void)
{
    static const char *const graphs[] = {"imdb", "tmdb"};
    static const char *const topics[] = {"t"};
    struct buf out = {0};
    struct kv *kv;
    struct kv_options options = kv_options_default();
    options.create = options.in_memory = true;
    cr_assert_eq(kv_open("/metrics", &options, &kv), 0);
    struct metrics_sources sources = {
        .graphs = graphs, .graph_count = 2, .topics = topics, .kv = kv, .store_path = "/nowhere"};
    metrics_write(&out, &metrics, &sources);
    buf_append_char(&out, '\0');
    kv_close(kv);
    return out.data;
}

static double value(const char *text, const char *name)
{
    char line[200];
    snprintf(line, sizeof(line), "\n%s ", name);
    const char *at = strstr(text, line);
    cr_assert(at, "no %s", name);
    return strtod(at + strlen(line), NULL);
}

Test(metrics, buckets_add_up)
{
    metrics_observe_us(&metrics.latency, 200);      /* <= 250 us */
    metrics_observe_us(&metrics.latency, 10000);    /* <= 10 ms */
    metrics_observe_us(&metrics.latency, 10001);    /* <= 25 ms */
    metrics_observe_us(&metrics.latency, 99000000); /* beyond all */
    char *text = page();
#define BUCKET(le) value(text, "alignd_end_to_end_latency_seconds_bucket{le=\"" le "\"}")
    cr_expect_eq(BUCKET("0.00025"), 1);
    cr_expect_eq(BUCKET("0.005"), 1);
    cr_expect_eq(BUCKET("0.01"), 2);
    cr_expect_eq(BUCKET("0.025"), 3);
    cr_expect_eq(BUCKET("60"), 3);
    cr_expect_eq(BUCKET("+Inf"), 4);
    cr_expect_eq(value(text, "alignd_end_to_end_latency_seconds_count"), 4);
    cr_expect_float_eq(value(text, "alignd_end_to_end_latency_seconds_sum"), 99.020201, 1e-6);
    free(text);
}

Test(metrics, a_turn_counts_in_all_its_places)
{
    struct engine_report report = {.inserted = 5,
                                   .deleted = 2,
                                   .matches = 3,
                                   .unmatches = 1,
                                   .pairs_scored = 70,
                                   .stage_us = {1000}};
    metrics_add_turn(&metrics, &report, 2000, 4);
    metrics_add_turn(&metrics, &report, 2000, 0);
    metrics.graphs[1].errors_dlq = 6;
    metrics_add_error(&metrics, "utf8");
    metrics_add_error(&metrics, "json");
    metrics_add_error(&metrics, "utf8");
    char *text = page();
    cr_expect_eq(value(text, "alignd_turns_total"), 2);
    cr_expect_eq(value(text, "alignd_triples_inserted_total"), 10);
    cr_expect_eq(value(text, "alignd_pairs_scored_total"), 140);
    cr_expect_eq(value(text, "alignd_events_total{type=\"unmatch\"}"), 2);
    cr_expect_eq(value(text, "alignd_turn_messages_count"), 1);
    for (size_t i = 0; i < ENGINE_STAGES; i++) {
        char row[100];
        snprintf(row, sizeof(row), "alignd_stage_duration_seconds_count{stage=\"%s\"}",
                 engine_stage_name(i));
        cr_expect_eq(value(text, row), 2, "%s", row);
    }
    cr_expect_eq(value(text, "alignd_stage_duration_seconds_count{stage=\"score\"}"), 2);
    cr_expect_eq(value(text, "alignd_input_errors_total{graph=\"tmdb\",action=\"dlq\"}"), 6);
    cr_expect_eq(value(text, "alignd_input_errors_by_reason_total{error=\"utf8\"}"), 2);
    cr_expect_eq(value(text, "alignd_input_errors_by_reason_total{error=\"json\"}"), 1);
    free(text);
}

Test(metrics, every_row_has_its_type_and_help)
{
    char *text = page(), *line, *rest = text, last[200] = "";
    while ((line = strsep(&rest, "\n"))) {
        char name[200];
        if (sscanf(line, "# TYPE %199s", name) == 1)
            snprintf(last, sizeof(last), "%s", name);
        else if (*line && *line != '#')
            cr_expect(strncmp(line, last, strlen(last)) == 0, "'%s' under '%s'", line, last);
    }
    free(text);
}

Test(metrics, takes_what_librdkafka_tells)
{
    metrics_take_kafka(&metrics, "producer", slice_of("{\"tx\":7,\"rx_bytes\":100,\"x\":{}}"));
    metrics_take_kafka(&metrics, "consumer", slice_of("not json"));
    char *text = page();
    cr_expect_eq(value(text, "alignd_kafka_requests_total{client=\"producer\"}"), 7);
    cr_expect_eq(value(text, "alignd_kafka_received_bytes_total{client=\"producer\"}"), 100);
    cr_expect_eq(value(text, "alignd_kafka_requests_total{client=\"consumer\"}"), 0);
    free(text);
}
