/*
 * query_status.c - /status and /events: how the daemon does, for who looks on; Prometheus has
 * /metrics.
 */
#include "query.h"
#include "query_arguments.h"

#include "alignd/base/clock.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/number.h"

#include <assert.h>

enum { EVENTS = 50 };

static void write_graphs(struct json_writer *w, const struct state *s)
{
    json_writer_key(w, "graphs");
    json_writer_begin_array(w);
    for (size_t i = 0; i < s->graph_count; i++) {
        json_writer_begin_object(w);
        json_writer_add_string(w, "name", s->graphs[i].name);
        json_writer_add_bool(w, "catalog", state_is_catalog(s, i));
        json_writer_add_unsigned(w, "triples", s->totals.triples[i]);
        json_writer_add_unsigned(w, "entities", s->totals.entities[i]);
        json_writer_end_object(w);
    }
    json_writer_end_array(w);
}

static void write_counts(struct json_writer *w, const struct metrics *m)
{
    json_writer_add_unsigned(w, "pinned", m->pinned);
    json_writer_add_unsigned(w, "barred", m->barred);
    json_writer_add_unsigned(w, "contradicted", m->contradicted);
    json_writer_add_unsigned(w, "turns", m->turns);
    json_writer_add_unsigned(w, "inserted", m->inserted);
    json_writer_add_unsigned(w, "deleted", m->deleted);
    json_writer_key(w, "events");
    json_writer_begin_object(w);
    json_writer_add_unsigned(w, "match", m->matched);
    json_writer_add_unsigned(w, "update", m->updated);
    json_writer_add_unsigned(w, "unmatch", m->unmatched);
    json_writer_end_object(w);
}

/* From change to committed event; upper bounds of the buckets. */
static void write_latency(struct json_writer *w, const struct metrics *m)
{
    uint64_t p50, p99;
    if (!metrics_quantile_us(&m->latency, 0.5, &p50) ||
        !metrics_quantile_us(&m->latency, 0.99, &p99))
        return;
    json_writer_key(w, "latency_ms");
    json_writer_begin_object(w);
    json_writer_add_number(w, "p50", (double)p50 / 1e3);
    json_writer_add_number(w, "p99", (double)p99 / 1e3);
    json_writer_end_object(w);
}

unsigned query_status_page(struct query *q)
{
    static const char *const known[] = {NULL};
    struct daemon *d = q->d;
    const struct metrics *m = &d->metrics;
    unsigned status = query_check(q->request, known, q->body);
    if (status)
        return status;
    struct json_writer w = json_writer_of(q->body);
    json_writer_begin_object(&w);
    json_writer_add_text(&w, "name", d->config->name);
    json_writer_add_text(&w, "version", ALIGND_VERSION);
    json_writer_add_text(&w, "store", q->s->uuid);
    json_writer_add_unsigned(&w, "epoch", q->s->epoch);
    json_writer_add_text(&w, "state",
                         m->building                ? "building"
                         : m->ready && d->stands_by ? "standby"
                         : m->ready                 ? "ready"
                                                    : "catching up");
    json_writer_add_integer(&w, "behind", source_lag(d->source));
    json_writer_add_unsigned(&w, "uptime_s", (clock_mono_us() - d->opened_us) / 1000000);
    write_graphs(&w, q->s);
    json_writer_add_unsigned(&w, "pairs", q->s->totals.pairs);
    json_writer_add_unsigned(&w, "matches", q->s->totals.matches);
    write_counts(&w, m);
    write_latency(&w, m);
    json_writer_add_float(&w, "threshold", engine_threshold(d->engine));
    json_writer_add_number(&w, "review", d->config->engine.review);
    json_writer_add_bool(&w, "verdicts_writable", d->token.len && d->writer.topic);
    json_writer_end_object(&w);
    return 200;
}

unsigned query_events(struct query *q)
{
    static const char *const known[] = {"after", "limit", NULL};
    const char *text = http_argument(q->request, "after");
    size_t limit = EVENTS;
    int64_t after;
    unsigned status;
    if ((status = query_check(q->request, known, q->body)) ||
        (status = query_count(q->request, "limit", EVENT_RING_PAGE_MOST, &limit, q->body)))
        return status;
    if (!text) {
        event_ring_write_newest(&q->d->events, limit, q->body);
        return 200;
    }
    if (!number_read_integer(slice_of(text), &after) || after < 0) {
        buf_append_format(q->body, "after: '%s' is not what a page before gave as \"next\"", text);
        return 400;
    }
    event_ring_write(&q->d->events, (uint64_t)after, limit, q->body);
    return 200;
}
