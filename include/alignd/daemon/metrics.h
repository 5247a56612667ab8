/*
 * metrics.h - what the daemon counts, and the page Prometheus reads.  Every
 * number is an atomic: the threads add, the HTTP thread reads.
 */
#ifndef ALIGND_DAEMON_METRICS_H
#define ALIGND_DAEMON_METRICS_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"
#include "alignd/engine/engine.h"
#include "alignd/stream/publisher.h"
#include "alignd/stream/source.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define METRICS_BUCKETS 16

/* Seconds, or plain counts; buckets are fixed per kind. */
struct metrics_histogram {
    _Atomic uint64_t buckets[METRICS_BUCKETS + 1]; /* not cumulative; the last: beyond all */
    _Atomic uint64_t sum;                          /* microseconds, or counts */
};

/*                name             help */
#define METRICS_TURN_COUNTERS(X)                                                                   \
    X(inserted, "triples_inserted_total", "Triples inserted")                                      \
    X(deleted, "triples_deleted_total", "Triples deleted")                                         \
    X(no_ops, "triples_no_op_total", "Inserts of present and deletes of absent triples")           \
    X(entities_touched, "entities_touched_total", "Entities whose triples changed")                \
    X(samples_changed, "samples_changed_total", "Neighbourhood samples that came out different")   \
    X(vectors_changed, "vectors_changed_total", "Vectors that came out different")                 \
    X(candidates_refreshed, "candidates_refreshed_total", "Entities whose candidates were sought") \
    X(pairs_scored, "pairs_scored_total", "Pairs scored")                                          \
    X(pairs_changed, "pairs_changed_total", "Pairs whose score came out different")                \
    X(rows_written, "store_rows_written_total", "Rows written to the store")

struct metrics_graph {
    _Atomic uint64_t records, bytes, tombstones, changes;
    _Atomic uint64_t errors_dlq, errors_skip, errors_stop;
    _Atomic uint64_t triples, entities; /* gauges */
};

/* The codes of codec.h are fewer; what came beyond would count under the last one. */
#define METRICS_ERRORS 48

struct metrics_error {
    char code[24]; /* written before count, and not again */
    _Atomic uint64_t count;
};

struct metrics {
    struct metrics_graph graphs[ENGINE_MAX_GRAPHS];
    struct metrics_error errors[METRICS_ERRORS]; /* those that there were, the first one first */
#define METRICS_FIELD(name, metric, help) _Atomic uint64_t name;
    METRICS_TURN_COUNTERS(METRICS_FIELD)
#undef METRICS_FIELD
    _Atomic uint64_t turns, matched, unmatched, updated;
    _Atomic uint64_t pairs, matches, dirty, settling; /* gauges */
    _Atomic uint64_t pinned, barred, contradicted;    /* pairs, by verdicts */
    _Atomic uint64_t dirty_since_us;                  /* 0: clean */
    _Atomic uint64_t tick_us;                         /* when the loop last came round */
    _Atomic bool ready, paused;
    _Atomic bool building; /* the store is made by sorting */
    _Atomic uint64_t builds, build_permille;
    _Atomic bool several, standby; /* one of several instances; one that stands by */
    _Atomic uint64_t lease_quiet_ms, takeovers;
    struct metrics_histogram turn, latency, batch;
    struct metrics_histogram stages[ENGINE_STAGES]; /* engine_stage_name */
    /* librdkafka's statistics: consumer, producer */
    struct metrics_kafka {
        _Atomic uint64_t tx, rx, tx_bytes, rx_bytes, queued;
    } kafka[2];
};

/* A duration of microseconds, in buckets of seconds. */
void metrics_observe_us(struct metrics_histogram *h, uint64_t us);

/* The upper bound of the bucket with the share of the durations below it; false: there were none.
 */
bool metrics_quantile_us(const struct metrics_histogram *h, double share, uint64_t *ret_us);

/* Adds what a turn did. */
void metrics_add_turn(struct metrics *m, const struct engine_report *report, uint64_t turn_us,
                      size_t messages);
/* A message could not be decoded, for that reason; from one thread. */
void metrics_add_error(struct metrics *m, const char *code);
void metrics_set_totals(struct metrics *m, const struct state_totals *totals, size_t graphs,
                        uint64_t dirty);
/* A kafka_conf_stats_fn; arg is the struct metrics. */
void metrics_take_kafka(void *arg, const char *role, struct slice json);

/* What is asked for when the page is written; source, publisher, kv and engine may be NULL;
 * store_path: where kv is. */
struct metrics_sources {
    const char *const *graphs;
    size_t graph_count;
    const char *const *topics;
    struct source *source;
    struct publisher *publisher;
    struct kv *kv;
    const char *store_path;
    const struct engine *engine;
};

void metrics_write(struct buf *out, const struct metrics *m, const struct metrics_sources *s);
#endif
