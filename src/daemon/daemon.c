/*
 * daemon.c - the loop of `alignd run`.  Once round it is a turn, or a moment of waiting, and
 * after it what must not be done within one: the store looked after, input held back while
 * its consequences are behind, the supervisor told that we live.
 *
 * Signals only set flags, which are looked at between turns; before the loop, and at the
 * second time, they end the process, for the store is ready for an end at any moment.
 *
 * The end is in this order: no more input, then what is in the outbox to Kafka as long as
 * stop_timeout allows, then all is closed.  What is left is published after the next start.
 *
 * Ready is what was there at the start being worked off; a replay is compared with the events
 * topic before that (reconcile.c), so nobody is told what he knows.
 *
 *  (1) A turn takes a share of the limits, never none of them.
 *  (2) While the outbox goes out at the end, nothing new comes in.
 */
#include "daemon_internal.h"
#include "daemon_standby.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/progress.h"
#include "alignd/daemon/backup.h"
#include "alignd/daemon/reconcile.h"
#include "alignd/daemon/supervisor.h"
#include "alignd/model/model.h"
#include "alignd/stream/crash_point.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define IDLE_MS 100
#define SUMMARY_US 60000000
#define STORE_US 200000 /* how often the store's folder is looked at */
#define RECONCILE_MS 600000
#define PROGRESS_FROM 5000 /* records behind at the start that are worth a bar */

/* ---- signals ---- */

static volatile sig_atomic_t stop_signals, reload_signals, promote_signals, running;

static void on_stop(int signal_number)
{
    /* before the loop there is nothing to finish, and a second time somebody means it:
     * the store is always ready for an end */
    if (!running || stop_signals++)
        _exit(running ? 128 + signal_number : 0);
}

static void on_reload(int signal_number)
{
    (void)signal_number;
    reload_signals = 1;
}

static void on_promote(int signal_number)
{
    (void)signal_number;
    promote_signals = 1;
}

static void catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_stop}, reload = {.sa_handler = on_reload},
                     promote = {.sa_handler = on_promote};
    sigemptyset(&stop.sa_mask);
    sigemptyset(&reload.sa_mask);
    sigemptyset(&promote.sa_mask);
    reload.sa_flags = promote.sa_flags = SA_RESTART;
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGHUP, &reload, NULL);
    sigaction(SIGUSR1, &promote, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* ---- the loop ---- */

struct loop {
    struct daemon *d;
    struct publisher_offset *offsets; /* scratch */
    size_t offset_size;
    bool paused;
    struct intake_limits limits; /* of the largest turn */
    uint64_t memory;             /* what a turn may take */
    double share;                /* of those limits, for the next one */
    uint64_t watchdog_us, watchdog_due_us, summary_due_us, store_due_us;
    /* the catching up at the start */
    struct progress progress;
    bool catching_up;
    bool built; /* at most once */
    int64_t behind;
    uint64_t records;
    /* since the last summary */
    uint64_t turns, messages, triples, events;
};

static void tick(struct loop *l)
{
    uint64_t now = clock_mono_us();
    l->d->metrics.tick_us = now;
    if (l->watchdog_us && now >= l->watchdog_due_us) {
        supervisor_notify("WATCHDOG=1");
        l->watchdog_due_us = now + l->watchdog_us;
    }
}

static void notify_publisher(struct loop *l, const struct intake_batch *batch)
{
    size_t count = batch ? batch->turn.offset_count : 0;
    if (!l->d->publisher)
        return; /* it stands by */
    if (count > l->offset_size) {
        l->offsets = memory_realloc(l->offsets, count * sizeof(*l->offsets));
        l->offset_size = count;
    }
    for (size_t i = 0; i < count; i++) {
        const struct state_offset *o = &batch->turn.offsets[i];
        assert(o->next >= 0 && i < l->offset_size);
        l->offsets[i] = (struct publisher_offset){o->topic, o->partition, o->next, true};
    }
    publisher_notify(l->d->publisher, engine_head(l->d->engine), l->offsets, count,
                     batch ? batch->since_us : clock_mono_us());
}

/* The intake gets its share of the limits. */
static void share_limits(struct loop *l)
{
    assert(l->share > 0 && l->share <= 1); /* (1) */
    struct intake_limits next = {(size_t)((double)l->limits.max_messages * l->share),
                                 (size_t)((double)l->limits.max_bytes * l->share),
                                 l->limits.fill_ms};
    next.max_messages += next.max_messages == 0;
    next.max_bytes += next.max_bytes == 0;
    assert(next.max_messages <= l->limits.max_messages);
    intake_set_limits(l->d->intake, &next);
}

static void take_limits(struct loop *l, const struct config *c)
{
    assert(c->turn_messages > 0 && c->turn_bytes > 0 && c->turn_memory > 0);
    l->limits = (struct intake_limits){(size_t)c->turn_messages, (size_t)c->turn_bytes,
                                       (int)c->turn_fill_ms};
    l->memory = c->turn_memory;
    share_limits(l);
}

/* The next turn takes less when this one needed too much memory. */
static void size_turns(struct loop *l, uint64_t memory)
{
    assert(l->memory);
    l->share = engine_turn_share(l->share, memory, l->memory);
    share_limits(l);
}

/* One turn: with a batch, or to work off what was deferred. */
static int run_turn(struct loop *l, const struct intake_batch *batch)
{
    struct daemon *d = l->d;
    assert(d->engine && !d->publisher == d->stands_by);
    static const struct engine_turn nothing;
    struct engine_turn turn;
    struct engine_report report;
    struct state_totals totals;
    uint64_t before = clock_mono_us();
    crash_point_pass("turn-before");
    int rc;
    if ((rc = daemon_standby_sieve(d, batch ? &batch->turn : &nothing, &turn)) ||
        (rc = engine_run_turn(d->engine, &turn, &report)))
        return rc;
    crash_point_pass(batch ? "turn-after" : "turn-dirty");
    if (batch)
        size_turns(l, report.memory);
    notify_publisher(l, batch);
    engine_get_totals(d->engine, &totals);
    metrics_add_turn(&d->metrics, &report, clock_mono_us() - before, batch ? batch->messages : 0);
    metrics_set_totals(&d->metrics, &totals, d->config->graph_count, report.dirty_left);
    d->metrics.settling = engine_settling_count(d->engine);
    l->turns++;
    l->messages += batch ? batch->messages : 0;
    l->records += batch ? batch->messages : 0;
    l->triples += report.inserted + report.deleted;
    l->events += report.matches + report.unmatches + report.updates;
    log_debug("turn: %zu messages, +%" PRIu64 " -%" PRIu64 " triples, %" PRIu64 " events, %" PRIu64
              " deferred, %.1f ms",
              batch ? batch->messages : 0, report.inserted, report.deleted,
              report.matches + report.unmatches + report.updates, report.dirty_left,
              (double)(clock_mono_us() - before) / 1000);
    return rc;
}

/* Input waits while its consequences are too far behind, with some slack between off and on. */
static void balance(struct loop *l)
{
    struct daemon *d = l->d;
    struct publisher_stats st = {0};
    if (d->publisher)
        publisher_get_stats(d->publisher, &st);
    assert(st.published <= st.head);
    int64_t waiting = (int64_t)(st.head - st.published);
    /* what only waits for another model holds nobody up: new input goes first */
    assert(engine_rescore_left(d->engine) <= engine_dirty_count(d->engine));
    int64_t dirty = (int64_t)(engine_dirty_count(d->engine) - engine_rescore_left(d->engine));
    bool over = waiting > d->outbox_limit || dirty > d->dirty_limit;
    bool under = waiting <= d->outbox_limit / 2 && dirty <= d->dirty_limit / 2;
    if ((!l->paused && over) || (l->paused && under)) {
        l->paused = over;
        intake_pause(d->intake, over);
        d->metrics.paused = over;
        log_warn("input %s: %" PRId64 " records wait to be published, %" PRId64
                 " entities are deferred",
                 over ? "pauses" : "goes on", waiting, dirty);
    }
}

static void follow_progress(struct loop *l)
{
    /* records, not lag: what is only read is not done */
    double done = l->behind ? (double)l->records / (double)l->behind : 1;
    if (!l->catching_up)
        return;
    progress_update(&l->progress, done > 1 ? 1 : done, l->records, NULL);
    if (!l->d->metrics.ready)
        return;
    progress_end(&l->progress);
    l->catching_up = false;
}

/* The topic brought into line with the store; from here on every event is told as it comes. */
static int reconcile(struct loop *l)
{
    struct daemon *d = l->d;
    struct reconcile_report r;
    int rc;
    if ((rc = publisher_flush(d->publisher, RECONCILE_MS)) ||
        (rc = reconcile_run(d->config, d->engine, &r)))
        return rc;
    crash_point_pass("reconciled");
    assert(!engine_holds_events(d->engine));
    notify_publisher(l, NULL);
    log_info("%" PRIu64 " matches compared with '%s': %" PRIu64 " were not there, %" PRIu64
             " have another confidence, %" PRIu64 " pairs in it match no longer; the rest is not "
             "told again",
             r.total, d->config->events_topic, r.matches, r.updates, r.unmatches);
    return ERR_OK;
}

static bool input_is_read(struct daemon *d)
{
    return d->stands_by || daemon_standby_takes(d) ? daemon_standby_caught_up(d)
                                                   : intake_is_drained(d->intake);
}

/* The moment everything that was there at the start has been worked off; of one that stands by
 * nobody is told, but it could take over now without a delay. */
static int become_ready(struct loop *l)
{
    struct daemon *d = l->d;
    bool due = !d->stands_by && (engine_holds_events(d->engine) || d->options->reconcile ||
                                 engine_review_moved(d->engine));
    uint64_t dirty = engine_dirty_count(d->engine);
    assert(engine_rescore_left(d->engine) <= dirty);
    if (!due)
        dirty -= engine_rescore_left(d->engine);
    if (d->metrics.ready || dirty || !input_is_read(d))
        return ERR_OK;
    int rc;
    if ((due && (rc = reconcile(l))) || (!d->stands_by && (rc = engine_note_review(d->engine))))
        return rc;
    if (daemon_standby_takes(d))
        daemon_standby_done(d);
    d->metrics.ready = true;
    supervisor_notify(d->stands_by ? "STATUS=standing by" : "STATUS=up to date");
    return ERR_OK;
}

/* A line a minute, when something happened. */
static void summarise(struct loop *l)
{
    uint64_t now = clock_mono_us();
    if (now < l->summary_due_us)
        return;
    if (l->messages)
        log_info("%" PRIu64 " messages in %" PRIu64 " turns, %" PRIu64 " triples changed, %" PRIu64
                 " events, %" PRId64 " records behind",
                 l->messages, l->turns, l->triples, l->events, source_lag(l->d->source));
    l->turns = l->messages = l->triples = l->events = 0;
    l->summary_due_us = now + SUMMARY_US;
}

/*
 * Between turns: a backup that waits for a checkpoint; and whether the folder is still there, for
 * what is written to deleted files is lost with the process.
 */
static int look_after_store(struct loop *l)
{
    uint64_t now = clock_mono_us();
    char current[4200];
    if (now < l->store_due_us)
        return ERR_OK;
    l->store_due_us = now + STORE_US;
    backup_serve(l->d->kv, l->d->config->store_path);
    assert(strlen(l->d->config->store_path) + sizeof("/CURRENT") <= sizeof(current));
    snprintf(current, sizeof(current), "%s/CURRENT", l->d->config->store_path);
    if (access(current, F_OK) == 0 || errno != ENOENT)
        return ERR_OK;
    log_error(
        "the store '%s' was deleted or moved while it is open: move it back, or put a backup "
        "back (alignd restore); a start without one reads the topics again, as `alignd reset` "
        "does",
        l->d->config->store_path);
    return ERR_STORE;
}

/* What SIGHUP reads again, under the same command line as at the start; a file that has become
 * unreadable changes nothing. */
static void reload(struct loop *l)
{
    struct daemon *d = l->d;
    struct config *fresh;
    reload_signals = 0;
    if (!d->options->arguments)
        return;
    if (config_load(d->options->arguments, &fresh)) { /* sets the log itself */
        log_error("SIGHUP: the configuration is kept as it was");
        return;
    }
    take_limits(l, fresh);
    assert(fresh->outbox_limit > 0 && fresh->dirty_limit > 0);
    d->outbox_limit = fresh->outbox_limit;
    d->dirty_limit = fresh->dirty_limit;
    config_free(fresh);
    log_info("SIGHUP: log and [turn] are read again; what else changed needs a restart");
}

/* What ended the publisher, if anything did. */
static int published_until_now(const struct daemon *d)
{
    return d->publisher ? publisher_status(d->publisher) : ERR_OK;
}

/* SIGUSR1: looked at in the next round. */
static void promote(struct daemon *d)
{
    promote_signals = 0;
    if (d->standby)
        d->promotes = true;
    else
        log_info("SIGUSR1: nobody else can be active, it was started without --standby");
}

/* Between the steps of a build, which takes minutes: what the loop does between turns. */
static int between(void *arg)
{
    struct loop *l = arg;
    tick(l);
    int rc;
    if ((rc = look_after_store(l)) || (rc = published_until_now(l->d)))
        return rc;
    return stop_signals ? ERR_STOPPED : ERR_OK;
}

/* In place of the turns of the backlog that begins with this batch. */
static int build_backlog(struct loop *l, const struct intake_batch *batch)
{
    struct daemon *d = l->d;
    struct state_totals totals;
    int rc;
    assert(!l->built && !d->metrics.ready);
    l->built = true;
    if ((rc = daemon_backlog_build(d, batch, between, l)) ||
        (d->publisher && (rc = publisher_start(d->publisher))))
        return rc == ERR_STOPPED ? ERR_OK : rc;
    engine_get_totals(d->engine, &totals);
    metrics_set_totals(&d->metrics, &totals, d->config->graph_count, 0);
    l->behind = source_lag(d->source);
    l->records = 0;
    return ERR_OK;
}

/* One of several that has read as much as it has to in order to be ready reads no more until all is
 * worked off: or it might never be, with input that does not end. */
static bool waits_for_dirty(struct daemon *d)
{
    return !d->metrics.ready && (d->stands_by || daemon_standby_takes(d)) &&
           engine_dirty_count(d->engine) > engine_rescore_left(d->engine) && input_is_read(d);
}

static int loop_once(struct loop *l)
{
    struct daemon *d = l->d;
    assert(d->engine && d->intake);
    int64_t settles_in = engine_settles_at(d->engine) - clock_now_ms();
    bool due = engine_dirty_count(d->engine) > 0 || settles_in <= 0;
    int wait_ms = due ? 0 : settles_in < IDLE_MS ? (int)settles_in : IDLE_MS;
    const struct intake_batch *batch = waits_for_dirty(d) ? NULL : intake_take(d->intake, wait_ms);
    int rc = ERR_OK;
    if (batch && !d->metrics.ready && !l->built && !daemon_standby_takes(d) &&
        daemon_backlog_is_large(d, batch)) {
        rc = build_backlog(l, batch);
    } else if (batch) {
        rc = run_turn(l, batch);
        intake_release(d->intake, batch);
    } else if (due) {
        rc = run_turn(l, NULL);
    }
    if (rc || (rc = published_until_now(d)) || (rc = intake_status(d->intake)) ||
        (d->standby && (rc = daemon_standby_look(d))))
        return rc;
    return become_ready(l);
}

static bool is_done(struct loop *l)
{
    struct daemon *d = l->d;
    return stop_signals || (d->options->once && d->metrics.ready && intake_is_drained(d->intake) &&
                            !engine_dirty_count(d->engine) && !engine_settling_count(d->engine));
}

static int loop(struct loop *l)
{
    assert(l->d->open && l->d->intake);
    int rc = ERR_OK;
    while (!is_done(l)) {
        tick(l);
        if ((rc = loop_once(l)) || (rc = look_after_store(l)))
            break; /* nothing is sure to be open any more */
        balance(l);
        follow_progress(l);
        summarise(l);
        if (reload_signals)
            reload(l);
        if (promote_signals)
            promote(l->d);
    }
    if (l->catching_up)
        progress_end(&l->progress);
    free(l->offsets);
    return rc;
}

/* ---- start and end ---- */

static int start(struct daemon *d, struct loop *l)
{
    assert(d->open && !d->intake);
    struct state_totals totals;
    *l = (struct loop){.d = d, .behind = source_lag(d->source), .share = ENGINE_FIRST_SHARE};
    engine_get_totals(d->engine, &totals);
    metrics_set_totals(&d->metrics, &totals, d->config->graph_count, engine_dirty_count(d->engine));
    d->metrics.settling = engine_settling_count(d->engine);
    int rc;
    if ((rc = source_assign(d->source)) || (d->publisher && (rc = publisher_start(d->publisher))) ||
        (rc = intake_start(d->config, d->mapping, d->source, &d->metrics, &d->intake)))
        return rc;
    take_limits(l, d->config);
    log_info("alignd " ALIGND_VERSION ": %zu graphs, %zu topics, %zu partitions, %" PRId64
             " records behind; store %s epoch %" PRIu64 ", %" PRIu64 " matches",
             d->config->graph_count, d->config->topic_count, source_partition_count(d->source),
             l->behind, engine_uuid(d->engine), engine_epoch(d->engine), totals.matches);
    if (engine_holds_events(d->engine) && !d->stands_by)
        log_info("a replay: events wait until it has caught up; then what differs from '%s' is "
                 "told",
                 d->config->events_topic);
    if (!d->options->quiet && !*d->config->model_path && model_default_is_built_in())
        log_info("the built-in model judges, which was fitted to no catalog of yours; on a stopped "
                 "daemon's store `alignd train --store %s --bootstrap --model FILE` fits one in "
                 "seconds, [model] path takes it",
                 d->config->store_path);
    if (d->http)
        log_info("http://%s:%u/metrics", d->config->http_listen, (unsigned)http_port(d->http));
    l->catching_up = l->behind >= PROGRESS_FROM;
    if (l->catching_up)
        progress_begin(&l->progress, "catching up", "records");
    l->watchdog_us = (uint64_t)supervisor_watchdog_ms() * 1000;
    l->summary_due_us = clock_mono_us() + SUMMARY_US;
    assert(d->intake && l->limits.max_messages);
    supervisor_notify("READY=1");
    return ERR_OK;
}

/* What is committed to the store is also published, if the broker lets us. */
static void finish(struct daemon *d)
{
    assert(!d->intake); /* (2) */
    struct publisher_stats st;
    if (!d->publisher || publisher_status(d->publisher))
        return;
    supervisor_notify("STOPPING=1");
    if (publisher_flush(d->publisher, (int)d->config->stop_timeout_ms)) {
        publisher_get_stats(d->publisher, &st);
        log_warn("%" PRIu64 " records are not published yet: they stay in the outbox for the next "
                 "start",
                 st.head - st.published);
    }
    if (!publisher_release(d->publisher, (int)d->config->stop_timeout_ms) && d->standby)
        log_info("group '%s' is left to who stands by", d->config->group);
}

/* While they came, one line a second told of them. */
static void tell_refused(const struct daemon *d)
{
    assert(d->config->graph_count <= ENGINE_MAX_GRAPHS);
    for (size_t i = 0; i < d->config->graph_count; i++) {
        const struct metrics_graph *g = &d->metrics.graphs[i];
        if (g->errors_skip || g->errors_dlq)
            log_warn("graph '%s': %" PRIu64 " messages could not be decoded: %" PRIu64 " skipped, "
                     "%" PRIu64 " dead letters",
                     d->config->graphs[i].name, g->errors_skip + g->errors_dlq, g->errors_skip,
                     g->errors_dlq);
    }
}

static int open_and_run(struct daemon *d)
{
    struct loop l;
    int rc;
    if ((rc = daemon_open(d)) || (rc = start(d, &l)))
        return rc;
    assert(d->open && d->intake);
    running = 1;
    rc = loop(&l);
    intake_stop(d->intake);
    d->intake = NULL;
    finish(d);
    tell_refused(d);
    if (rc)
        return rc;
    log_info("ended: %" PRIu64 " matches", (uint64_t)d->metrics.matches);
    return ERR_OK;
}

/* Pages may follow each other without a gap, and do not keep the store from being replaced. */
static void init_exchange(struct daemon *d)
{
    pthread_rwlockattr_t how;
    pthread_rwlockattr_init(&how);
    pthread_rwlockattr_setkind_np(&how, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    int failed = pthread_rwlock_init(&d->exchange, &how);
    assert(!failed);
    (void)failed;
    pthread_rwlockattr_destroy(&how);
}

/* replays: in place of a store that was deleted. */
static int run(const struct config *config, const struct daemon_options *options, bool replays)
{
    assert(!replays || options->on_mismatch == DAEMON_REPLAY);
    struct daemon *d = memory_calloc(1, sizeof(*d));
    d->config = config;
    d->options = options;
    d->replays = replays;
    d->metrics.several = options->standby;
    init_exchange(d);
    int rc = open_and_run(d);
    daemon_close(d);
    pthread_rwlock_destroy(&d->exchange);
    free(d);
    return rc;
}

int daemon_run(const struct config *config, const struct daemon_options *options)
{
    assert(config && options->on_mismatch <= DAEMON_REPLAY);
    catch_signals();
    int rc = run(config, options, false);
    if (rc != ERR_MISMATCH || options->on_mismatch != DAEMON_REPLAY || running)
        return rc;
    if ((rc = daemon_rebuild_may_replay(config)))
        return rc;
    log_warn("deleting the store '%s' to read the topics again", config->store_path);
    if ((rc = kv_destroy(config->store_path, false)))
        return rc;
    return run(config, options, true);
}
