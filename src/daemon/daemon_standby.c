/*
 * daemon_standby.c - of several daemons of one group one is active, the others stand by: they read
 * the same topics into stores of their own, hold their events, and watch the group (lease.h).
 *
 * Turns of two daemons do not take the same messages, so neither do their events have the same
 * numbers, and what is in one's outbox says nothing to another.  Taking over therefore is:
 *
 *   fence     a producer under the same transactional id: the one before commits nothing more
 *   ask       what the group holds now is the last word of it
 *   epoch     a new one of the store, above all there were; letters that are out go
 *   claim     a commit of the same offsets, with a mark of this store: it owns the group from here
 *   catch up  to where the topics end, at least to where the one before was: else events
 *             would be told back and forth
 *   reconcile what differs from the events topic is told, and events are held no more
 *
 * Invariants:
 *  (1) A daemon that stands by holds its events and has no publisher: it cannot publish.
 *  (2) Between the fence and the claim the one before, if it lives, may take the group back; it
 *      waits a moment before it asks (publisher.c), so the claim comes first.  If it does not, the
 *      claim fails and nothing has happened.
 *  (3) An epoch is begun after the fence, so two that take over at once begin the same one, and one
 *      of them alone claims the group with it.
 *  (4) The group's offsets never go back: what they say is out stays so, and of letters nothing
 *      else is known (letter_sieve.h).
 *  (5) Killed anywhere it starts as what the group says it is: its own mark makes it the active
 *      one, which goes on catching up, any other lets it stand by.
 */
#include "daemon_standby.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/daemon/letter_sieve.h"
#include "alignd/daemon/supervisor.h"
#include "alignd/stream/crash_point.h"
#include "alignd/stream/group_watch.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define LEASE_LEAST_MS 500
#define AGAIN_MS 1000 /* between two attempts to take over */
#define ATTEMPTS 5    /* when told; by the lease as long as it is gone */
#define PRUNE_MS 1000
#define PRUNE_RECORDS 1000
#define PRUNE_BYTES ((size_t)1 << 20)
#define LOOK_MS 50
#define FASTER_MS 3000 /* the group is asked once a second */

struct standby {
    struct group_watch *watch;     /* NULL: it is the active one */
    struct letter_sieve *sieve;    /* NULL once that is all there is to it */
    struct outbox_record *letters; /* scratch, of a turn */
    struct standby_goal {
        struct slice topic;
        int32_t partition;
        int64_t least, high; /* where the one before was; where the topic ended */
    } * goals;
    size_t goal_count;
    bool takes;
    enum lease_state told; /* in the log */
    int attempts;
    int64_t not_before_ms, prune_due_ms, began_ms;
};

int64_t daemon_standby_lease_ms(const struct config *c)
{
    assert(c->standby_lease_ms >= 0);
    return c->standby_lease_ms && c->standby_lease_ms < LEASE_LEAST_MS ? LEASE_LEAST_MS
                                                                       : c->standby_lease_ms;
}

bool daemon_standby_takes(const struct daemon *d)
{
    return d->standby && d->standby->takes;
}

/* ---- who owns the group ---- */

static int watch(struct daemon *d)
{
    struct standby *s = d->standby;
    size_t count = source_partition_count(d->source);
    struct group_offsets_partition *partitions = memory_calloc(count + 1, sizeof(*partitions));
    assert(!s->watch);
    for (size_t i = 0; i < count; i++) {
        struct source_partition part;
        source_get_partition(d->source, i, &part);
        partitions[i] =
            (struct group_offsets_partition){d->config->topics[part.topic].name, part.partition};
    }
    const struct group_watch_options o = {.kafka = d->config->kafka,
                                          .group = d->config->group,
                                          .partitions = partitions,
                                          .count = count,
                                          .lease_ms = daemon_standby_lease_ms(d->config)};
    int rc = group_watch_start(&o, &s->watch);
    if (!rc)
        rc = group_watch_wait(s->watch, (int)d->config->start_timeout_ms);
    free(partitions);
    return rc;
}

struct ownership {
    struct daemon *d;
    struct commit_mark_found *found;
    size_t count;
    bool marked;
};

static int take_found(void *arg, const struct group_offsets_partition *partition, int64_t offset,
                      struct slice metadata)
{
    struct ownership *o = arg;
    struct slice topic = slice_of(partition->topic);
    struct commit_mark mark;
    int64_t stored;
    int rc = engine_get_offset(o->d->engine, topic, partition->partition, &stored);
    if (rc)
        return rc;
    o->marked |= commit_mark_parse(metadata, &mark);
    o->found[o->count++] =
        (struct commit_mark_found){topic, partition->partition, offset, metadata, stored};
    return ERR_OK;
}

/* Is every mark of the group this store's, and the store not behind them? */
static int is_own(struct daemon *d, bool *ret_own)
{
    char why[512];
    uint64_t head;
    struct ownership o = {.d = d};
    const struct commit_mark_store store = {engine_uuid(d->engine), engine_epoch(d->engine),
                                            engine_head(d->engine), 0};
    o.found = memory_calloc(source_partition_count(d->source) + 1, sizeof(*o.found));
    int rc = group_watch_each(d->standby->watch, take_found, &o);
    if (!rc)
        *ret_own = o.marked &&
                   commit_mark_judge(&store, o.found, o.count, &head, why, sizeof(why)) == ERR_OK;
    free(o.found);
    return rc;
}

/*
 * A mark of this store's own: it was killed, or it is a copy of a store whose daemon lives, and
 * then that one beats.  So half a lease decides.
 */
static bool is_silent(struct daemon *d)
{
    struct lease lease;
    for (;;) {
        group_watch_get(d->standby->watch, &lease);
        if (lease_state(&lease) != LEASE_HELD || lease.quiet_ms * 2 >= lease_limit_ms(&lease))
            return true;
        uint64_t hash = lease.sight.hash;
        clock_sleep_ms(LOOK_MS);
        group_watch_get(d->standby->watch, &lease);
        if (lease.sight.hash != hash)
            return false;
    }
}

static void set_goals(struct daemon *d)
{
    struct standby *s = d->standby;
    s->goal_count = source_partition_count(d->source);
    s->goals = memory_realloc(s->goals, (s->goal_count + 1) * sizeof(*s->goals));
    for (size_t i = 0; i < s->goal_count; i++) {
        struct source_partition part;
        source_get_partition(d->source, i, &part);
        assert(part.topic < d->config->topic_count);
        s->goals[i] = (struct standby_goal){slice_of(d->config->topics[part.topic].name),
                                            part.partition, -1, part.high};
    }
}

/* ---- standing by ---- */

/* (1): whatever the store was about to publish is for others to tell, or was told. */
static int demote(struct daemon *d)
{
    struct lease lease;
    int rc = ERR_OK;
    assert(!d->publisher);
    group_watch_get(d->standby->watch, &lease);
    if (!engine_holds_events(d->engine) &&
        (rc = engine_new_epoch(d->engine, lease.sight.newest.epoch + 1)))
        return rc;
    crash_point_pass("demoted");
    assert(engine_holds_events(d->engine));
    d->stands_by = true;
    d->metrics.standby = true;
    d->standby->told = LEASE_UNKNOWN;
    log_info("standing by: store %s owns group '%s' in epoch %" PRIu64 "; this one reads on, and "
             "takes over when that one is gone, or told to: kill -USR1 %d, or POST /promote",
             lease.sight.newest.uuid, d->config->group, lease.sight.newest.epoch, (int)getpid());
    return ERR_OK;
}

/* As without --standby; what is told over again there is here, once the backlog is read. */
static int be_active(struct daemon *d)
{
    struct standby *s = d->standby;
    int rc = daemon_open_publisher(d, false);
    if (rc)
        return rc;
    group_watch_stop(s->watch);
    s->watch = NULL;
    s->takes = engine_holds_events(d->engine); /* killed while it took over: (5) */
    s->began_ms = clock_mono_ms();
    log_info("active: nobody else owns group '%s'; others may stand by", d->config->group);
    return ERR_OK;
}

static int decide(struct daemon *d)
{
    struct lease lease;
    bool own = false;
    int rc = is_own(d, &own);
    if (rc)
        return rc;
    group_watch_get(d->standby->watch, &lease);
    if (lease_state(&lease) == LEASE_NOBODY || (own && is_silent(d))) {
        rc = be_active(d);
        if (rc != ERR_FENCED && rc != ERR_MISMATCH)
            return rc;
        clock_sleep_ms(FASTER_MS); /* another one was faster, perhaps */
        group_watch_get(d->standby->watch, &lease);
        if (lease_state(&lease) == LEASE_NOBODY)
            return rc;
    }
    return demote(d);
}

int daemon_standby_open(struct daemon *d)
{
    assert(d->engine && d->source && !d->publisher && !d->standby);
    d->standby = memory_calloc(1, sizeof(*d->standby));
    d->standby->sieve = letter_sieve_new(d->config);
    set_goals(d);
    int rc = watch(d);
    if (!rc)
        rc = decide(d);
    return rc;
}

void daemon_standby_close(struct daemon *d)
{
    struct standby *s = d->standby;
    if (!s)
        return;
    group_watch_stop(s->watch);
    letter_sieve_free(s->sieve);
    free(s->letters);
    free(s->goals);
    free(s);
    d->standby = NULL;
}

/* ---- dead letters ---- */

static int note_offset(void *arg, const struct group_offsets_partition *partition, int64_t offset,
                       struct slice metadata)
{
    struct standby *s = arg;
    (void)metadata;
    if (offset >= 0)
        letter_sieve_set(s->sieve, slice_of(partition->topic), partition->partition, offset);
    return ERR_OK;
}

static int is_out(struct daemon *d, const struct outbox_record *letter, bool *ret_out)
{
    struct standby *s = d->standby;
    assert(s->sieve);
    if (!d->stands_by)
        return letter_sieve_is_out(s->sieve, letter, ret_out);
    *ret_out = letter_sieve_is_before(s->sieve, letter);
    return ERR_OK;
}

int daemon_standby_sieve(struct daemon *d, const struct engine_turn *turn,
                         struct engine_turn *ret_turn)
{
    struct standby *s = d->standby;
    size_t count = 0;
    int rc;
    *ret_turn = *turn;
    if (!s || !turn->extra_count || !(d->stands_by || s->takes))
        return ERR_OK;
    if (d->stands_by && (rc = group_watch_each(s->watch, note_offset, s)))
        return rc;
    s->letters = memory_realloc(s->letters, turn->extra_count * sizeof(*s->letters));
    for (size_t i = 0; i < turn->extra_count; i++) {
        bool out;
        if ((rc = is_out(d, &turn->extra[i], &out)))
            return rc;
        if (!out)
            s->letters[count++] = turn->extra[i];
    }
    assert(count <= turn->extra_count);
    ret_turn->extra = s->letters;
    ret_turn->extra_count = count;
    return ERR_OK;
}

/* Of the outbox what is out meanwhile, from its beginning on; events in it are void (1). */
static int prune(struct daemon *d)
{
    struct standby *s = d->standby;
    struct arena *arena;
    struct outbox_record *records;
    size_t count, out = 0;
    int64_t now = clock_mono_ms();
    if (now < s->prune_due_ms || !engine_head(d->engine))
        return ERR_OK;
    s->prune_due_ms = now + PRUNE_MS;
    int rc = group_watch_each(s->watch, note_offset, s);
    arena = arena_new();
    if (rc || (rc = outbox_read(d->kv, 0, PRUNE_RECORDS, PRUNE_BYTES, arena, &records, &count)))
        goto done;
    while (out < count && (records[out].destination == OUTBOX_EVENTS ||
                           letter_sieve_is_before(s->sieve, &records[out])))
        out++;
    if (out)
        rc = outbox_drop(d->kv, records[out - 1].seq);
done:
    arena_free(arena);
    return rc;
}

/* ---- taking over ---- */

static bool keep(void *arg, const struct outbox_record *letter)
{
    bool out = false;
    int rc = letter_sieve_is_out(arg, letter, &out);
    assert(!rc); /* ask_letters was before */
    (void)rc;
    return !out;
}

/* Has the topic read if a letter needs it, so that later questions cannot fail. */
static int ask_letters(struct daemon *d)
{
    struct arena *arena = arena_new();
    struct outbox_record *records;
    size_t count = 1;
    uint64_t after = 0;
    int rc = ERR_OK;
    while (!rc && count) {
        arena_reset(arena);
        rc = outbox_read(d->kv, after, PRUNE_RECORDS, PRUNE_BYTES, arena, &records, &count);
        for (size_t i = 0; !rc && i < count; i++) {
            bool out;
            after = records[i].seq;
            rc = letter_sieve_is_out(d->standby->sieve, &records[i], &out);
        }
    }
    arena_free(arena);
    return rc;
}

int daemon_standby_inherit(struct daemon *d, struct publisher_heir *heir)
{
    struct standby *s = d->standby;
    const struct state_letters which = {keep, s->sieve};
    int rc;
    assert(s && s->sieve && engine_holds_events(d->engine));
    for (size_t i = 0; i < heir->offset_count; i++) {
        const struct publisher_offset *o = &heir->offsets[i];
        if (o->next >= 0)
            letter_sieve_set(s->sieve, o->topic, o->partition, o->next);
    }
    if ((rc = ask_letters(d)) ||
        (rc = engine_new_epoch_of(d->engine, heir->newest_epoch + 1, &which)))
        return rc;
    for (size_t i = 0; i < s->goal_count; i++)
        for (size_t j = 0; j < heir->offset_count; j++)
            if (heir->offsets[j].partition == s->goals[i].partition &&
                slice_equal(heir->offsets[j].topic, s->goals[i].topic))
                s->goals[i].least = heir->offsets[j].next;
    return ERR_OK;
}

bool daemon_standby_caught_up(struct daemon *d)
{
    const struct standby *s = d->standby;
    bool ends = true;
    assert(s && d->intake);
    for (size_t i = 0; i < s->goal_count; i++) {
        int64_t next;
        const struct standby_goal *g = &s->goals[i];
        if (engine_get_offset(d->engine, g->topic, g->partition, &next) || next < g->least)
            return false;
        ends &= next >= g->high;
    }
    /* the end of a topic may be out of reach, behind a transaction that is open */
    return (ends && s->goal_count) || intake_is_drained(d->intake);
}

void daemon_standby_done(struct daemon *d)
{
    struct standby *s = d->standby;
    assert(s && s->takes && !engine_holds_events(d->engine));
    log_info("took over: all is told, %.1f s after it began",
             (double)(clock_mono_ms() - s->began_ms) / 1000);
    s->takes = false;
    letter_sieve_free(s->sieve);
    s->sieve = NULL;
}

/* It owns the group: what is left is as after any start of a store that holds its events. */
static int take(struct daemon *d)
{
    struct standby *s = d->standby;
    crash_point_pass("claimed");
    s->takes = true;
    d->stands_by = false;
    d->metrics.standby = false;
    d->metrics.ready = false;
    d->metrics.takeovers++;
    d->promotes = false;
    group_watch_stop(s->watch);
    s->watch = NULL;
    log_warn("took group '%s' over in epoch %" PRIu64 " after %.1f s; what differs from '%s' is "
             "told once the input is read",
             d->config->group, engine_epoch(d->engine),
             (double)(clock_mono_ms() - s->began_ms) / 1000, d->config->events_topic);
    supervisor_notify("STATUS=taking over");
    return publisher_start(d->publisher);
}

static int take_over(struct daemon *d, const char *why)
{
    struct standby *s = d->standby;
    log_warn("taking over group '%s': %s", d->config->group, why);
    s->began_ms = clock_mono_ms();
    crash_point_pass("takeover");
    set_goals(d);
    int rc = daemon_open_publisher(d, true);
    if (!rc)
        return take(d);
    if (rc != ERR_FENCED && rc != ERR_BROKER && rc != ERR_RETRY)
        return rc;
    assert(!d->publisher);
    s->not_before_ms = clock_mono_ms() + AGAIN_MS;
    s->attempts++;
    log_warn("not taken over (%s): standing by", err_text(rc));
    if (s->attempts >= ATTEMPTS) {
        d->promotes = false;
        s->attempts = 0;
    }
    return ERR_OK;
}

static void tell_state(struct daemon *d, enum lease_state state)
{
    struct standby *s = d->standby;
    if (state == s->told)
        return;
    s->told = state;
    if (state == LEASE_MUTE)
        log_warn("the owner of group '%s' tells no beat: it was started without --standby, or with "
                 "[standby] lease = 0. This one takes over only when told: kill -USR1 %d, or "
                 "POST /promote",
                 d->config->group, (int)getpid());
    else if (state == LEASE_NOBODY)
        log_warn("the offsets of group '%s' are gone; its owner, if it lives, sets them again. "
                 "This one takes over only when told",
                 d->config->group);
    else if (state == LEASE_GONE && !d->config->standby_lease_ms)
        log_warn("the owner of group '%s' is silent, and [standby] lease = 0: this one takes over "
                 "only when told: kill -USR1 %d, or POST /promote",
                 d->config->group, (int)getpid());
    else
        log_debug("group '%s': %s", d->config->group, lease_state_name(state));
}

int daemon_standby_look(struct daemon *d)
{
    struct standby *s = d->standby;
    struct lease lease;
    int rc;
    if (!d->stands_by) {
        if (d->promotes)
            log_info("told to take over, and active already");
        d->promotes = false;
        return ERR_OK;
    }
    assert(s && s->watch && !d->publisher); /* (1) */
    group_watch_get(s->watch, &lease);
    enum lease_state state = lease_state(&lease);
    d->metrics.lease_quiet_ms = (uint64_t)lease.quiet_ms;
    tell_state(d, state);
    if ((rc = prune(d)) || clock_mono_ms() < s->not_before_ms)
        return rc;
    if (d->promotes)
        return take_over(d, "told to");
    if (!d->config->standby_lease_ms)
        return ERR_OK;
    if (state == LEASE_RELEASED)
        return take_over(d, "its owner has ended");
    return state == LEASE_GONE ? take_over(d, "its owner was silent for a lease") : ERR_OK;
}
