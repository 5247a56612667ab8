/*
 * metrics.c - counting, and the page in Prometheus' text format.  Names and help of the counters
 * of a turn come from one list (METRICS_TURN_COUNTERS), so a counter cannot be left off
 * the page.  Nothing is locked: a page may show one number of a moment later than another.
 */
#include "alignd/daemon/metrics.h"

#include "alignd/base/clock.h"
#include "alignd/base/json.h"
#include "alignd/daemon/metrics_process.h"
#include "alignd/kernel/kernel.h"
#include "alignd/state/meta.h"
#include "alignd/store/folder.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Upper bounds; microseconds and counts. */
static const uint64_t time_bounds[METRICS_BUCKETS] = {
    250,    500,    1000,   2500,    5000,    10000,   25000,    50000,
    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 60000000};
static const uint64_t count_bounds[METRICS_BUCKETS] = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000};

static void observe(struct metrics_histogram *h, const uint64_t *bounds, uint64_t value)
{
    assert(bounds == time_bounds || bounds == count_bounds);
    size_t i = 0;
    while (i < METRICS_BUCKETS && value > bounds[i])
        i++;
    assert(i <= METRICS_BUCKETS);
    h->buckets[i]++;
    h->sum += value;
}

void metrics_observe_us(struct metrics_histogram *h, uint64_t us)
{
    observe(h, time_bounds, us);
}

bool metrics_quantile_us(const struct metrics_histogram *h, double share, uint64_t *ret_us)
{
    uint64_t all = 0, below = 0;
    assert(share > 0 && share <= 1);
    for (size_t i = 0; i <= METRICS_BUCKETS; i++)
        all += h->buckets[i];
    size_t i = 0;
    while (i < METRICS_BUCKETS && (double)(below += h->buckets[i]) < share * (double)all)
        i++;
    *ret_us = time_bounds[i < METRICS_BUCKETS ? i : METRICS_BUCKETS - 1];
    return all > 0;
}

void metrics_add_error(struct metrics *m, const char *code)
{
    struct metrics_error *e = m->errors, *last = &m->errors[METRICS_ERRORS - 1];
    assert(strlen(code) < sizeof(e->code));
    if (!*code)
        code = "other";
    while (e < last && e->count && strcmp(e->code, code) != 0)
        e++;
    if (!e->count)
        memcpy(e->code, code, strlen(code) + 1);
    e->count++;
}

static void observe_count(struct metrics_histogram *h, uint64_t count)
{
    observe(h, count_bounds, count);
}

void metrics_add_turn(struct metrics *m, const struct engine_report *report, uint64_t turn_us,
                      size_t messages)
{
#define ADD(name, metric, help) m->name += report->name;
    METRICS_TURN_COUNTERS(ADD)
#undef ADD
    for (size_t i = 0; i < ENGINE_STAGES; i++)
        metrics_observe_us(&m->stages[i], report->stage_us[i]);
    m->turns++;
    m->matched += report->matches;
    m->unmatched += report->unmatches;
    m->updated += report->updates;
    metrics_observe_us(&m->turn, turn_us);
    if (messages)
        observe_count(&m->batch, messages);
}

void metrics_set_totals(struct metrics *m, const struct state_totals *totals, size_t graphs,
                        uint64_t dirty)
{
    assert(graphs <= ENGINE_MAX_GRAPHS);
    for (size_t i = 0; i < graphs; i++) {
        m->graphs[i].triples = totals->triples[i];
        m->graphs[i].entities = totals->entities[i];
    }
    m->pairs = totals->pairs;
    m->matches = totals->matches;
    m->pinned = totals->decided.pinned / 2;
    m->barred = totals->decided.barred / 2;
    m->contradicted = totals->decided.contradicted / 2;
    m->dirty = dirty;
    if (!dirty)
        m->dirty_since_us = 0;
    else if (!m->dirty_since_us)
        m->dirty_since_us = clock_mono_us();
}

static void take_number(const struct json *json, const char *key, _Atomic uint64_t *to)
{
    int64_t value;
    if (json_read_integer(json_get(json, key), &value) && value >= 0)
        *to = (uint64_t)value;
}

void metrics_take_kafka(void *arg, const char *role, struct slice text)
{
    assert(strcmp(role, "producer") == 0 || strcmp(role, "consumer") == 0);
    struct metrics *m = arg;
    struct json_error error;
    struct json *json = json_parse(text, &error);
    struct metrics_kafka *k = &m->kafka[strcmp(role, "producer") == 0];
    take_number(json, "tx", &k->tx);
    take_number(json, "rx", &k->rx);
    take_number(json, "tx_bytes", &k->tx_bytes);
    take_number(json, "rx_bytes", &k->rx_bytes);
    take_number(json, "msg_cnt", &k->queued);
    json_free(json);
}

/* ---- the page ---- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    assert(*help && help[strlen(help) - 1] != '.'); /* which is put behind it here */
    buf_append_format(out, "# HELP alignd_%s %s.\n# TYPE alignd_%s %s\n", name, help, name, type);
}

static void plain(struct buf *out, const char *name, const char *type, const char *help,
                  uint64_t value)
{
    head(out, name, type, help);
    buf_append_format(out, "alignd_%s %" PRIu64 "\n", name, value);
}

static void seconds(struct buf *out, const char *name, const char *help, uint64_t us)
{
    head(out, name, "gauge", help);
    buf_append_format(out, "alignd_%s %.6f\n", name, (double)us / 1e6);
}

/* labels: "" or `stage="apply",` */
static void histogram_rows(struct buf *out, const char *name, const char *labels,
                           const struct metrics_histogram *h, bool is_time)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        sum += h->buckets[i];
        double bound = is_time ? (double)time_bounds[i] / 1e6 : (double)count_bounds[i];
        buf_append_format(out, "alignd_%s_bucket{%sle=\"%.10g\"} %" PRIu64 "\n", name, labels,
                          bound, sum);
    }
    sum += h->buckets[METRICS_BUCKETS];
    int n = (int)strlen(labels);
    buf_append_format(out, "alignd_%s_bucket{%sle=\"+Inf\"} %" PRIu64 "\n", name, labels, sum);
    assert(!n || labels[n - 1] == ',');
    const char *open = n ? "{" : "", *close = n ? "}" : "";
    n = n ? n - 1 : 0; /* without the comma */
    buf_append_format(out, "alignd_%s_sum%s%.*s%s %.10g\n", name, open, n, labels, close,
                      is_time ? (double)h->sum / 1e6 : (double)h->sum);
    buf_append_format(out, "alignd_%s_count%s%.*s%s %" PRIu64 "\n", name, open, n, labels, close,
                      sum);
}

static void histogram(struct buf *out, const char *name, const char *help,
                      const struct metrics_histogram *h, bool is_time)
{
    head(out, name, "histogram", help);
    histogram_rows(out, name, "", h, is_time);
}

static void write_graphs(struct buf *out, const struct metrics *m, const struct metrics_sources *s)
{
    assert(s->graph_count <= ENGINE_MAX_GRAPHS);
#define PER_GRAPH(field, name, type, help)                                                         \
    head(out, name, type, help);                                                                   \
    for (size_t i = 0; i < s->graph_count; i++)                                                    \
        buf_append_format(out, "alignd_%s{graph=\"%s\"} %" PRIu64 "\n", name, s->graphs[i],        \
                          (uint64_t)m->graphs[i].field);
    PER_GRAPH(records, "input_records_total", "counter", "Messages read")
    PER_GRAPH(bytes, "input_bytes_total", "counter", "Bytes of keys and values read")
    PER_GRAPH(tombstones, "input_tombstones_total", "counter", "Messages without a value, skipped")
    PER_GRAPH(changes, "input_changes_total", "counter", "Changes decoded")
    PER_GRAPH(triples, "triples", "gauge", "Triples in the graph")
    PER_GRAPH(entities, "entities", "gauge", "Entities in the graph")
#undef PER_GRAPH
    head(out, "input_errors_total", "counter", "Messages that could not be decoded");
    for (size_t i = 0; i < s->graph_count; i++) {
        const struct metrics_graph *g = &m->graphs[i];
        const struct {
            const char *action;
            uint64_t count;
        } rows[] = {{"dlq", g->errors_dlq}, {"skip", g->errors_skip}, {"stop", g->errors_stop}};
        for (size_t k = 0; k < 3; k++)
            buf_append_format(out,
                              "alignd_input_errors_total{graph=\"%s\",action=\"%s\"} %" PRIu64 "\n",
                              s->graphs[i], rows[k].action, rows[k].count);
    }
    head(out, "input_errors_by_reason_total", "counter",
         "Messages that could not be decoded, by what is wrong with them");
    for (size_t i = 0; i < METRICS_ERRORS && m->errors[i].count; i++)
        buf_append_format(out, "alignd_input_errors_by_reason_total{error=\"%s\"} %" PRIu64 "\n",
                          m->errors[i].code, (uint64_t)m->errors[i].count);
}

static void write_turns(struct buf *out, const struct metrics *m)
{
    uint64_t dirty_since = m->dirty_since_us;
    plain(out, "turns_total", "counter", "Turns", m->turns);
#define PLAIN(name, metric, help) plain(out, metric, "counter", help, m->name);
    METRICS_TURN_COUNTERS(PLAIN)
#undef PLAIN
    head(out, "events_total", "counter", "Events decided");
    buf_append_format(out,
                      "alignd_events_total{type=\"match\"} %" PRIu64
                      "\nalignd_events_total{type=\"unmatch\"} %" PRIu64
                      "\nalignd_events_total{type=\"update\"} %" PRIu64 "\n",
                      (uint64_t)m->matched, (uint64_t)m->unmatched, (uint64_t)m->updated);
    plain(out, "candidate_pairs", "gauge", "Candidate pairs", m->pairs);
    plain(out, "matches", "gauge", "Matched pairs", m->matches);
    head(out, "decided_pairs", "gauge",
         "Pairs that somebody decided, by what came of it; contradicted ones are not pinned");
    buf_append_format(out,
                      "alignd_decided_pairs{decided=\"pinned\"} %" PRIu64
                      "\nalignd_decided_pairs{decided=\"barred\"} %" PRIu64
                      "\nalignd_decided_pairs{decided=\"contradicted\"} %" PRIu64 "\n",
                      (uint64_t)m->pinned, (uint64_t)m->barred, (uint64_t)m->contradicted);
    plain(out, "settling_pairs", "gauge", "Matched pairs that wait to be told", m->settling);
    plain(out, "dirty_entities", "gauge", "Entities deferred to later turns", m->dirty);
    seconds(out, "dirty_age_seconds", "How long some entity has been deferred",
            dirty_since ? clock_mono_us() - dirty_since : 0);
    histogram(out, "turn_duration_seconds", "Duration of a turn", &m->turn, true);
    head(out, "stage_duration_seconds", "histogram", "Duration of a turn's stages");
    for (size_t i = 0; i < ENGINE_STAGES; i++) {
        char label[64];
        snprintf(label, sizeof(label), "stage=\"%s\",", engine_stage_name(i));
        histogram_rows(out, "stage_duration_seconds", label, &m->stages[i], true);
    }
    histogram(out, "turn_messages", "Messages in a turn", &m->batch, false);
    histogram(out, "end_to_end_latency_seconds",
              "From the arrival of a message to the commit of its events", &m->latency, true);
}

static void write_publisher(struct buf *out, struct publisher *p)
{
    struct publisher_stats st;
    publisher_get_stats(p, &st);
    assert(st.published <= st.head);
    plain(out, "outbox_records", "gauge", "Records not published yet", st.head - st.published);
    seconds(out, "outbox_age_seconds", "Age of the oldest turn not published yet",
            st.oldest_wait_us);
    head(out, "transactions_total", "counter", "Kafka transactions by result");
    buf_append_format(out,
                      "alignd_transactions_total{result=\"committed\"} %" PRIu64
                      "\nalignd_transactions_total{result=\"aborted\"} %" PRIu64 "\n",
                      st.committed, st.aborted);
    plain(out, "producers_recreated_total", "counter", "Producers made anew after an error",
          st.recreated);
    plain(out, "published_records_total", "counter", "Records committed to Kafka", st.records);
    plain(out, "published_bytes_total", "counter", "Bytes committed to Kafka", st.bytes);
}

static void write_lag(struct buf *out, const struct metrics_sources *s)
{
    assert(s->topics);
    size_t count = source_partition_count(s->source);
    head(out, "input_lag_records", "gauge", "Records of a partition not read yet");
    for (size_t i = 0; i < count; i++) {
        struct source_partition p;
        source_get_partition(s->source, i, &p);
        buf_append_format(
            out, "alignd_input_lag_records{topic=\"%s\",partition=\"%" PRId32 "\"} %" PRId64 "\n",
            s->topics[p.topic], p.partition, p.high > p.next ? p.high - p.next : 0);
    }
}

static void write_kafka(struct buf *out, const struct metrics *m)
{
    static const char *const roles[] = {"consumer", "producer"};
#define PER_CLIENT(field, name, type, help)                                                        \
    head(out, name, type, help);                                                                   \
    for (int i = 0; i < 2; i++)                                                                    \
        buf_append_format(out, "alignd_%s{client=\"%s\"} %" PRIu64 "\n", name, roles[i],           \
                          (uint64_t)m->kafka[i].field);
    PER_CLIENT(tx, "kafka_requests_total", "counter", "Requests sent to brokers")
    PER_CLIENT(rx, "kafka_responses_total", "counter", "Responses from brokers")
    PER_CLIENT(tx_bytes, "kafka_sent_bytes_total", "counter", "Bytes sent to brokers")
    PER_CLIENT(rx_bytes, "kafka_received_bytes_total", "counter", "Bytes from brokers")
    PER_CLIENT(queued, "kafka_queued_messages", "gauge", "Messages in the client's queues")
#undef PER_CLIENT
}

static void write_store(struct buf *out, struct kv *kv, const char *path)
{
    assert(kv && path);
    static const struct {
        const char *property, *name, *help;
        bool shared; /* one number of the database, which each family tells again */
    } rows[] = {
        {"rocksdb.total-sst-files-size", "store_file_bytes", "Size of the store's sorted files",
         false},
        {"rocksdb.live-sst-files-size", "store_live_bytes", "Size of the files in use", false},
        {"rocksdb.cur-size-all-mem-tables", "store_memtable_bytes", "Writes not in files yet",
         false},
        {"rocksdb.block-cache-usage", "store_cache_bytes", "Block cache in use", true},
        {"rocksdb.estimate-pending-compaction-bytes", "store_pending_compaction_bytes",
         "Bytes that wait for compaction, estimated", false},
        {"rocksdb.estimate-num-keys", "store_rows", "Rows in the store, estimated", false},
        {"rocksdb.actual-delayed-write-rate", "store_delayed_write_rate_bytes",
         "Write rate RocksDB holds us to, 0 when it does not", true},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        plain(out, rows[i].name, "gauge", rows[i].help,
              kv_property(kv, rows[i].property) / (rows[i].shared ? KV_FAMILIES : 1));
    plain(out, "store_disk_bytes", "gauge", "All files of the store, its log among them",
          folder_bytes(path));
}

static void write_build(struct buf *out, const struct metrics *m)
{
    plain(out, "building", "gauge", "1 while a large backlog is built instead of worked off",
          m->building);
    head(out, "build_progress_ratio", "gauge", "How much of that is done");
    buf_append_format(out, "alignd_build_progress_ratio %.3f\n",
                      m->building ? (double)m->build_permille / 1000 : 0);
    plain(out, "builds_total", "counter", "Stores built so", m->builds);
}

static void write_standby(struct buf *out, const struct metrics *m)
{
    plain(out, "standby", "gauge", "1 while another instance is the active one", m->standby);
    if (!m->several)
        return;
    head(out, "lease_quiet_seconds", "gauge",
         "Of a standby: for how long the active instance was not heard of");
    buf_append_format(out, "alignd_lease_quiet_seconds %.3f\n",
                      m->standby ? (double)m->lease_quiet_ms / 1000 : 0);
    plain(out, "takeovers_total", "counter", "Times that this instance took over", m->takeovers);
}

/* As events name the model; settings: two stores that agree in them are made alike. */
static void write_build_info(struct buf *out, const struct engine *e)
{
    head(out, "build_info", "gauge", "Version, and what the store is made by");
    buf_append_format(
        out, "alignd_build_info{version=\"" ALIGND_VERSION "\",store_format=\"%d\",kernel=\"%s\"",
        META_FORMAT, kernel_chosen());
    if (e) {
        char model[17], settings[17];
        snprintf(model, sizeof(model), "%016" PRIx64, engine_model_digest(e));
        snprintf(settings, sizeof(settings), "%016" PRIx64, engine_settings_digest(e));
        buf_append_format(out, ",model=\"%.12s\",settings=\"%.12s\"", model, settings);
    }
    buf_append_text(out, "} 1\n");
}

void metrics_write(struct buf *out, const struct metrics *m, const struct metrics_sources *s)
{
    assert(s->graphs || !s->graph_count);
    assert(s->graph_count <= ENGINE_MAX_GRAPHS);
    write_build_info(out, s->engine);
    metrics_process_write(out);
    plain(out, "ready", "gauge", "1 once the backlog of the start has been read", m->ready);
    plain(out, "input_paused", "gauge", "1 while outbox or dirty set are over their limit",
          m->paused);
    write_standby(out, m);
    write_build(out, m);
    write_graphs(out, m, s);
    write_turns(out, m);
    if (s->source)
        write_lag(out, s);
    if (s->publisher)
        write_publisher(out, s->publisher);
    write_kafka(out, m);
    if (s->kv)
        write_store(out, s->kv, s->store_path);
}
