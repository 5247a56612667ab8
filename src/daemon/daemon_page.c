/*
 * daemon_page.c - the pages, served by the HTTP threads while turns run.  They read atomics,
 * what never changes once it is open, and the store, whose rows are whole at any time.
 *
 *  (1) Before `open` is set, and after it is taken back, nothing but the numbers, the
 *      configuration and statistics of the store is touched: the rest may not be there.
 *  (2) Whether it lives and is ready is told of atomics and the source, which is there as long as
 *      HTTP is, so nobody waits for a lock to hear it.
 */
#include "daemon_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/daemon/page_files.h"
#include "alignd/state/identity.h"
#include "alignd/state/state_view.h"

#include <assert.h>
#include <inttypes.h>

const char *const daemon_posts[] = {"/verdicts", "/promote", "/reconcile", "/reconcile/", NULL};

/* A loop that has not come round for this long is stuck: no turn takes that. */
#define STUCK_US 120000000

static unsigned livez(struct daemon *d, struct buf *body)
{
    uint64_t tick = d->metrics.tick_us, now = clock_mono_us();
    assert(tick <= now);
    if (tick && now > tick + STUCK_US) {
        buf_append_format(body, "the loop has not come round for %" PRIu64 " seconds\n",
                          (now - tick) / 1000000);
        return 503;
    }
    buf_append_text(body, "ok\n");
    return 200;
}

static unsigned readyz(struct daemon *d, struct buf *body)
{
    if (d->open && d->metrics.ready) {
        buf_append_text(body, d->stands_by ? "standby\n" : "ok\n");
        return 200;
    }
    if (d->metrics.building)
        buf_append_format(body, "building the store: %" PRIu64 " %% done\n",
                          (uint64_t)d->metrics.build_permille / 10);
    else if (d->open)
        buf_append_format(body, "catching up: %" PRId64 " records behind\n", source_lag(d->source));
    else
        buf_append_text(body, "starting\n");
    return 503;
}

/* For who sends to the active one alone. */
static unsigned active(struct daemon *d, struct buf *body)
{
    bool is = d->open && !d->stands_by;
    buf_append_text(body, is ? "active\n" : d->open ? "standby\n" : "starting\n");
    return is ? 200 : 503;
}

struct match_stats_options daemon_stats_options(const struct config *c)
{
    return (struct match_stats_options){.review = (float)c->engine.review,
                                        .entities = (uint64_t)c->http_stats_entities,
                                        .one_to_one = c->engine.policy != POLICY_THRESHOLD};
}

/* What is read of the store takes no lock that a turn asks for; where it cannot be read, the
 * turns say so. */
static void match_gauges(struct daemon *d, struct buf *body)
{
    const struct config *c = d->config;
    const struct match_stats_options options = daemon_stats_options(c);
    struct state view;
    assert(d->engine && c->http_stats_s > 0); /* (1) */
    if (state_view_open(engine_state(d->engine), &view))
        return;
    (void)match_gauges_write(&d->gauges, &view, &options, (uint64_t)c->http_stats_s * 1000000,
                             body);
    state_view_close(&view);
}

/* Of 64 bits the lower 52: so many a double holds, as which Prometheus reads it. */
static void digest_gauge(struct daemon *d, struct buf *body)
{
    struct state view;
    struct identity id = {.epoch = 0};
    assert(d->engine); /* (1) */
    if (state_view_open(engine_state(d->engine), &view))
        return;
    memcpy(id.digests, view.digests, sizeof(id.digests));
    state_view_close(&view);
    buf_append_format(body,
                      "# HELP alignd_state_digest Hash of all that follows from the triples, lower "
                      "52 bits (GET /digest has all).\n# TYPE alignd_state_digest gauge\n"
                      "alignd_state_digest %" PRIu64 "\n",
                      identity_digest(&id) & ((UINT64_C(1) << 52) - 1));
}

static unsigned metrics(struct daemon *d, struct http_answer *answer)
{
    struct buf *body = answer->body;
    assert(!d->open || (d->engine && d->source)); /* (1) */
    struct metrics_sources sources = {.graphs = d->graphs,
                                      .graph_count = d->config->graph_count,
                                      .topics = d->topics,
                                      .source = d->open ? d->source : NULL,
                                      .publisher = d->open ? d->publisher : NULL,
                                      .kv = d->kv,
                                      .store_path = d->config->store_path,
                                      .engine = d->open ? d->engine : NULL};
    metrics_write(body, &d->metrics, &sources);
    if (d->open)
        digest_gauge(d, body);
    if (d->open && d->config->http_stats_s)
        match_gauges(d, body);
    answer->type = "text/plain; version=0.0.4; charset=utf-8";
    return 200;
}

static unsigned version(struct daemon *d, struct http_answer *answer)
{
    struct buf *body = answer->body;
    assert(!d->open || d->engine); /* (1) */
    struct json_writer w = json_writer_of(body);
    json_writer_begin_object(&w);
    json_writer_key(&w, "version");
    json_writer_text(&w, ALIGND_VERSION);
    json_writer_key(&w, "name");
    json_writer_text(&w, d->config->name);
    if (d->open) {
        json_writer_key(&w, "store");
        json_writer_text(&w, engine_uuid(d->engine));
        json_writer_key(&w, "epoch");
        json_writer_unsigned(&w, engine_epoch(d->engine));
    }
    json_writer_end_object(&w);
    buf_append_char(body, '\n');
    answer->type = "application/json";
    return 200;
}

static unsigned make_page(struct daemon *d, const struct http_request *request,
                          struct http_answer *answer)
{
    assert(request->path && !answer->body->len);
    if (strcmp(request->path, "/metrics") == 0)
        return metrics(d, answer);
    if (strcmp(request->path, "/version") == 0)
        return version(d, answer);
    unsigned status = query_answer(d, request, answer);
    if (status)
        return status;
    buf_append_text(answer->body,
                    "there is no such page; there are / /livez /readyz /metrics /version "
                    "/match?iri=IRI /entity?iri=IRI /candidates?iri=IRI /explain?a=IRI&b=IRI "
                    "/search?q=WORDS /types /review /matches /verdicts /stats /status /events "
                    "/reconcile /digest /active\n");
    return 404;
}

unsigned daemon_page(void *arg, const struct http_request *request, struct http_answer *answer)
{
    struct daemon *d = arg;
    if (strcmp(request->path, "/livez") == 0)
        return livez(d, answer->body); /* (2) */
    if (strcmp(request->path, "/readyz") == 0)
        return readyz(d, answer->body);
    if (strcmp(request->path, "/active") == 0)
        return active(d, answer->body);
    unsigned status = page_files_answer(request, answer);
    if (status)
        return status; /* whatever the store is at */
    if (pthread_rwlock_tryrdlock(&d->exchange)) {
        buf_append_text(answer->body,
                        "the store is about to be replaced by one that was built anew\n");
        return 503;
    }
    status = make_page(d, request, answer);
    pthread_rwlock_unlock(&d->exchange);
    assert(answer->body->len); /* a page is never empty */
    return status;
}
