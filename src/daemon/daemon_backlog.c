/*
 * daemon_backlog.c - a backlog that is large beside the store is not worked off by turns: the
 * store is built anew (beside.h) of its own triples and of all that the topics hold by now, takes
 * the place of the old one, and goes on by turns from there.
 *
 *  (1) Of each partition everything from the store's offset to the offsets that are written is
 *      in the build, once and in its order, behind the store's own triples: so the last
 *      change of a triple counts, as by turns.  The messages come from the intake, which judges and
 *      counts the bad ones as ever, and goes on behind them.
 *  (2) Until the old store is exchanged nothing of it changes, but for what the publisher has
 *      published meanwhile, which the group knows.
 */
#include "beside.h"
#include "daemon_internal.h"

#include "alignd/base/array.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/daemon/supervisor.h"
#include "alignd/engine/build_beside.h"
#include "alignd/stream/crash_point.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#define WAIT_MS 100
#define READING 0.3      /* of the time, before the passes */
#define IDLE_US 10000000 /* nothing comes although there is more: a transaction is open */

struct backlog {
    struct daemon *d;
    int (*between)(void *arg);
    void *arg;
    struct beside *beside;
    struct goal {
        struct slice topic;
        int32_t partition;
        int64_t high; /* when it began */
    } * goals;
    size_t goal_count, goal_room;
    struct state_offset *offsets; /* behind what was read */
    size_t offset_count, offset_room;
    uint64_t expected, stored; /* triples: of the topics, about; of the store */
    uint64_t messages, changes, begun_us;
    struct progress progress;
};

/* --- is it worth it? --- */

/* Triples that wait in the topics, if all messages are like those of the batch. */
static uint64_t estimate(struct daemon *d, const struct intake_batch *batch)
{
    assert(source_lag(d->source) >= 0);
    uint64_t changes = 0, behind = (uint64_t)source_lag(d->source) + batch->messages;
    for (size_t i = 0; i < batch->turn.input_count; i++)
        changes += batch->turn.inputs[i].count;
    return batch->messages ? (uint64_t)((double)changes * (double)behind / (double)batch->messages)
                           : 0;
}

bool daemon_backlog_is_large(struct daemon *d, const struct intake_batch *first)
{
    const struct config *c = d->config;
    assert(c->build_share >= 0 && c->build_triples > 0);
    uint64_t expected = estimate(d, first);
    uint64_t stored = state_triples(engine_state(d->engine));
    return c->build_share > 0 && expected >= (uint64_t)c->build_triples &&
           (double)expected > c->build_share * (double)stored;
}

/* --- reading --- */

static int show(void *arg, double done, const char *pass)
{
    struct backlog *b = arg;
    assert(done >= 0 && done <= 1);
    double all = READING + (1 - READING) * done;
    b->d->metrics.build_permille = (uint64_t)(1000 * all);
    progress_update(&b->progress, all, b->stored + b->changes, pass);
    return b->between(b->arg);
}

static int show_reading(void *arg, double done, const char *pass)
{
    struct backlog *b = arg;
    (void)done;
    if (strcmp(pass, BUILD_BESIDE_READING) != 0)
        return show(arg, done, pass);
    progress_update(&b->progress, 0, 0, pass);
    return b->between(b->arg);
}

static void set_goals(struct backlog *b)
{
    assert(!b->goal_count);
    struct daemon *d = b->d;
    for (size_t i = 0, n = source_partition_count(d->source); i < n; i++) {
        struct source_partition part;
        source_get_partition(d->source, i, &part);
        assert(part.topic < d->config->topic_count && part.partition >= 0);
        struct goal goal = {slice_of(d->config->topics[part.topic].name), part.partition,
                            part.high};
        ARRAY_PUSH(b->goals, b->goal_count, b->goal_room, goal);
    }
}

static int64_t offset_at(const struct backlog *b, struct slice topic, int32_t partition)
{
    assert(topic.len && partition >= 0);
    for (size_t i = 0; i < b->offset_count; i++)
        if (b->offsets[i].partition == partition && slice_equal(b->offsets[i].topic, topic))
            return b->offsets[i].next;
    return -1;
}

static bool is_reached(const struct backlog *b)
{
    for (size_t i = 0; i < b->goal_count; i++)
        if (offset_at(b, b->goals[i].topic, b->goals[i].partition) < b->goals[i].high)
            return false;
    return true;
}

/* (1) */
static int take(struct backlog *b, const struct intake_batch *batch)
{
    assert(b->beside);
    const struct engine_turn *t = &batch->turn;
    int rc;
    crash_point_pass("build-batch");
    for (size_t i = 0; i < t->input_count; i++) {
        const struct engine_input *in = &t->inputs[i];
        if ((rc = beside_add(b->beside, in->graph, in->changes, in->count)))
            return rc;
        b->changes += in->count;
    }
    if ((rc = beside_add_letters(b->beside, t->extra, t->extra_count)))
        return rc;
    b->offset_count = 0;
    for (size_t i = 0; i < t->offset_count; i++)
        ARRAY_PUSH(b->offsets, b->offset_count, b->offset_room, t->offsets[i]);
    b->messages += batch->messages;
    double share = b->expected ? (double)b->changes / (double)b->expected : 1;
    share = share < 1 ? share : 1;
    b->d->metrics.build_permille = (uint64_t)(1000 * READING * share);
    progress_update(&b->progress, READING * share, b->stored + b->changes, "reading");
    return ERR_OK;
}

/*
 * From behind the first batch to the goals.  A message that stops the intake ends the reading
 * too: what is before it is built, then the loop ends with it.
 */
static int read_topics(struct backlog *b)
{
    assert(b->beside && b->goal_count);
    struct intake *in = b->d->intake;
    uint64_t last_us = clock_mono_us();
    int rc;
    while (!is_reached(b) && clock_mono_us() - last_us < IDLE_US) {
        if ((rc = b->between(b->arg)))
            return rc;
        const struct intake_batch *batch = intake_take(in, WAIT_MS);
        if (batch) {
            rc = take(b, batch);
            intake_release(in, batch);
            last_us = clock_mono_us();
        } else if ((rc = intake_status(in))) {
            return rc == ERR_FORMAT ? ERR_OK : rc;
        }
        if (rc)
            return rc;
    }
    return ERR_OK;
}

/* --- all of it --- */

/* The store's own triples, then those of the first batch. */
static int begin(struct backlog *b, const struct beside_options *o,
                 const struct intake_batch *first)
{
    assert(!b->beside);
    int rc;
    if ((rc = beside_open(o, &b->beside)) || (rc = beside_add_store(b->beside)))
        return rc;
    return take(b, first);
}

static int build(struct backlog *b, const struct intake_batch *first)
{
    struct daemon *d = b->d;
    struct engine_options engine = daemon_engine_options(d);
    struct beside_options o = {.config = d->config,
                               .engine = &engine,
                               .continues = engine_state(d->engine),
                               .expected_triples = b->stored + b->expected + b->expected / 4,
                               .progress = show_reading,
                               .arg = b};
    int rc = begin(b, &o, first);
    intake_release(d->intake, first);
    if (rc || (rc = read_topics(b)))
        return rc;
    log_info("%" PRIu64 " changes of %" PRIu64 " messages read in %.1f s; now the passes",
             b->changes, b->messages, (double)(clock_mono_us() - b->begun_us) / 1e6);
    assert(b->messages > 0); /* the first batch, at least */
    return beside_finish(b->beside, b->offsets, b->offset_count);
}

int daemon_backlog_build(struct daemon *d, const struct intake_batch *first,
                         int (*between)(void *arg), void *arg)
{
    assert(between && !d->metrics.building);
    struct backlog b = {.d = d,
                        .between = between,
                        .arg = arg,
                        .expected = estimate(d, first),
                        .stored = state_triples(engine_state(d->engine)),
                        .begun_us = clock_mono_us()};
    log_info("about %" PRIu64 " changes behind, %" PRIu64
             " triples in the store: it is built anew, "
             "beside '%s'",
             b.expected, b.stored, d->config->store_path);
    supervisor_notify("STATUS=building the store");
    d->metrics.building = true;
    progress_begin(&b.progress, "building", "triples");
    set_goals(&b);
    int rc = build(&b, first);
    beside_close(b.beside);
    progress_end(&b.progress);
    if (rc && rc != ERR_STOPPED)
        log_error("the store could not be built and is as it was; by turns it goes on with "
                  "[build] share = 0");
    if (rc || (rc = daemon_swap_store(d)))
        goto done;
    log_info("the store is built: %" PRIu64 " triples, %" PRIu64 " matches in %.1f s",
             state_triples(engine_state(d->engine)), engine_state(d->engine)->totals.matches,
             (double)(clock_mono_us() - b.begun_us) / 1e6);
    assert(d->open && d->engine && !d->publisher == d->stands_by);
    d->metrics.builds++;
done:
    d->metrics.building = false;
    free(b.goals);
    free(b.offsets);
    return rc;
}
