/*
 * publisher.c - decides when a transaction is made and what its outcome means; publisher_txn.c
 * makes it, publisher_group.c knows what the group is told.  The numbers (1) to (4) are those
 * of publisher.h.
 *
 * Opening asks the group how far the outbox is out, then claims it.  After that the thread
 * alone sends: it reads the outbox behind `published` and moves that when a commit is known
 * to have happened.  The lock holds what turns and statistics share with it; it is never
 * held while Kafka or the store is asked.
 *
 * A second failure in a row ends the thread rather than the process: the loop sees its
 * status, and whoever supervises the process starts it anew.
 */
#include "group_offsets_internal.h"
#include "publisher_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/deadline.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/stream/commit_mark.h"
#include "alignd/stream/crash_point.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define TURN_RING 1024     /* turns whose latency is followed; more are folded together */
#define IDLE_MS 200        /* how often an idle publisher serves the client's callbacks */
#define REFRESH_MS 3600000 /* a group without commits loses its offsets after some days */
#define RECREATE_PAUSE_MS 1000
#define CLAIM_PAUSE_MS 250
#define FENCED_ASK_MS 3000
#define FENCED_PAUSE_MS 1000 /* who fenced us has to claim the group yet */
#define IN_A_LEASE 3         /* commits, at least */
#define ABORTS_MAX 20        /* in a row, then the supervisor may try */
/* published rows leave the outbox so often: each time is a range tombstone for the store */
#define DROP_RECORDS 5000
#define DROP_MS 5000

struct turn {
    uint64_t head, since_us;
};

struct publisher {
    struct publisher_options options;
    struct publisher_txn *txn; /* of the thread, once it runs */
    char instance[COMMIT_MARK_INSTANCE + 1];
    struct arena *arena;
    uint64_t dropped; /* newest seq deleted from the outbox */
    int64_t drop_due_ms;
    pthread_t thread;
    bool started;
    _Atomic bool stop; /* calls on their way give up at their next look */

    pthread_mutex_t lock; /* of all below */
    pthread_cond_t wake;  /* to the thread */
    pthread_cond_t done;  /* from the thread */
    struct publisher_group group;
    bool flushing, releasing, released;
    uint64_t beat; /* commits tried; told in the mark of each */
    uint64_t head, published;
    struct turn turns[TURN_RING];
    size_t turn_first, turn_count;
    int status;
    struct publisher_stats stats;
    int64_t offsets_due_ms, refresh_due_ms, beat_due_ms, not_before_ms;
};

struct publisher_options publisher_options_default(void)
{
    return (struct publisher_options){.max_records = 10000,
                                      .max_bytes = 8 << 20,
                                      .commit_interval_ms = 5,
                                      .offsets_interval_ms = 1000,
                                      .start_timeout_ms = 30000};
}

/* ---- what the group says ---- */

/* The newest seq that left the outbox, so was published: the outbox counts from 1 without a gap. */
static int find_dropped(struct publisher *p, uint64_t head, uint64_t *ret_dropped)
{
    struct outbox_record *records;
    size_t count;
    arena_reset(p->arena);
    int rc = outbox_read(p->options.kv, 0, 1, 1, p->arena, &records, &count);
    if (rc)
        return rc;
    assert(count <= 1);
    *ret_dropped = count ? records[0].seq - 1 : head;
    return ERR_OK;
}

static struct commit_mark mark_of(struct publisher *p, uint64_t head)
{
    struct commit_mark mark = {.epoch = p->options.epoch, .head = head};
    mark.beats = p->options.lease_ms > 0;
    if (mark.beats) {
        mark.beat = ++p->beat;
        mark.lease_ms = p->releasing ? 0 : (uint64_t)p->options.lease_ms;
    }
    snprintf(mark.uuid, sizeof(mark.uuid), "%s", p->options.uuid);
    snprintf(mark.instance, sizeof(mark.instance), "%s", p->instance);
    return mark;
}

/* (4) */
static int refuse_foreign(const struct publisher *p, const rd_kafka_topic_partition_list_t *answer)
{
    for (int i = 0; i < answer->cnt; i++) {
        const rd_kafka_topic_partition_t *e = &answer->elems[i];
        struct slice text = {e->metadata, e->metadata ? e->metadata_size : 0};
        if (!commit_mark_is_foreign(text, p->instance))
            continue;
        log_error("group '%s' was taken over by another instance: '%.*s' was not committed here",
                  p->options.group, (int)text.len, text.data);
        return ERR_FENCED;
    }
    return ERR_OK;
}

/* How far the outbox is published, by the group's word.  claimed: once it was ours. */
static int ask_group(struct publisher *p, bool claimed, uint64_t dropped, int wait_ms,
                     uint64_t *ret_published)
{
    pthread_mutex_lock(&p->lock);
    struct commit_mark_store store = {p->options.uuid, p->options.epoch, p->head, dropped};
    rd_kafka_topic_partition_list_t *list = publisher_group_list(&p->group);
    pthread_mutex_unlock(&p->lock);
    int rc;
    if ((rc = group_offsets_fetch(p->options.kafka, p->options.group, list, wait_ms, &p->stop)) ||
        (claimed && (rc = refuse_foreign(p, list))))
        goto done;
    pthread_mutex_lock(&p->lock);
    rc = publisher_group_judge(&p->group, p->options.group, &store, list, ret_published);
    pthread_mutex_unlock(&p->lock);
    assert(rc || *ret_published <= store.head);
done:
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

/* Until it is done the rows are there once more after a crash; the group knows better. */
static int drop_published(struct publisher *p, bool now)
{
    assert(p->dropped <= p->published);
    if (p->published == p->dropped ||
        (!now && p->published - p->dropped < DROP_RECORDS && clock_mono_ms() < p->drop_due_ms))
        return ERR_OK;
    int rc = outbox_drop(p->options.kv, p->published);
    p->dropped = p->published;
    p->drop_due_ms = clock_mono_ms() + DROP_MS;
    crash_point_pass("outbox-dropped");
    return rc;
}

/* ---- opening ---- */

/* One attempt at it; *ret_again: a broker that has just started may not be ready yet. */
static int try_claim(struct publisher *p, bool *ret_again)
{
    assert(!p->started && p->published <= p->head);
    rd_kafka_resp_err_t cause = RD_KAFKA_RESP_ERR_NO_ERROR;
    struct commit_mark mark = mark_of(p, p->published);
    rd_kafka_topic_partition_list_t *list;
    *ret_again = false;
    publisher_group_offsets(&p->group, &mark, p->options.keep_offsets, &list);
    enum publisher_txn_outcome outcome = publisher_txn_send(p->txn, NULL, 0, list, &cause);
    if (outcome == TXN_COMMITTED)
        publisher_group_note_sent(&p->group, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (outcome == TXN_COMMITTED)
        return ERR_OK;
    if (cause == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID) {
        log_error("group '%s' has a member: another consumer uses it: end that one "
                  "(kafka-consumer-groups.sh --describe --members --group %s names it), or set "
                  "[input] group",
                  p->options.group, p->options.group);
        return ERR_MISMATCH;
    }
    int rc = kafka_client_error(cause);
    *ret_again = rc == ERR_BROKER && !p->stop;
    if (!*ret_again)
        log_error("kafka: cannot commit offsets of group '%s': %s", p->options.group,
                  rd_kafka_err2str(cause));
    if (*ret_again && outcome == TXN_UNKNOWN) { /* whether it came through makes no difference */
        publisher_txn_close(p->txn);
        p->txn = NULL;
        rc = publisher_txn_open(&p->options, p->options.start_timeout_ms, &p->stop, &p->txn);
        *ret_again = !rc;
    }
    return rc;
}

/* A first transaction without records: the group is ours from here, and what the
 * broker does not allow comes out now. */
static int claim_group(struct publisher *p)
{
    assert(!p->options.embedded);
    struct deadline until = deadline_in_ms(p->options.start_timeout_ms);
    bool again;
    for (;;) {
        int rc = try_claim(p, &again);
        bool late = deadline_passed(until);
        if (again && late)
            log_error("kafka: offsets of group '%s' cannot be committed: the broker is not ready",
                      p->options.group);
        if (!again || late)
            return rc;
        clock_sleep_ms(CLAIM_PAUSE_MS);
    }
}

/* What the group holds, as those want to know it who go on in its place. */
static int tell_heir(struct publisher *p, const rd_kafka_topic_partition_list_t *list)
{
    struct publisher_offset *offsets = memory_calloc((size_t)list->cnt + 1, sizeof(*offsets));
    struct publisher_heir heir = {.offsets = offsets, .offset_count = (size_t)list->cnt};
    bool any = false; /* else there would be nowhere to put the mark */
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *e = &list->elems[i];
        struct commit_mark mark;
        struct slice text = {e->metadata, e->metadata ? e->metadata_size : 0};
        offsets[i] = (struct publisher_offset){slice_of(e->topic), e->partition,
                                               e->offset >= 0 ? e->offset : -1, false};
        any |= e->offset >= 0;
        if (commit_mark_parse(text, &mark) && mark.epoch > heir.newest_epoch)
            heir.newest_epoch = mark.epoch;
    }
    for (int i = 0; p->options.keep_offsets && any && i < list->cnt; i++)
        publisher_group_keep(&p->group, &offsets[i]);
    int rc = p->options.on_fenced(p->options.arg, &heir);
    free(offsets);
    if (rc)
        return rc;
    assert(heir.epoch > heir.newest_epoch);
    p->options.epoch = heir.epoch;
    p->head = p->options.head = heir.head;
    return ERR_OK;
}

/* Whoever published before is fenced by now, so what the group says is the last word. */
static int ask_heir(struct publisher *p)
{
    assert(p->txn && p->options.take_over);
    rd_kafka_topic_partition_list_t *list = p->options.embedded
                                                ? rd_kafka_topic_partition_list_new(0)
                                                : publisher_group_list(&p->group);
    int rc = p->options.embedded ? ERR_OK
                                 : group_offsets_fetch(p->options.kafka, p->options.group, list,
                                                       p->options.start_timeout_ms, &p->stop);
    crash_point_pass("fenced");
    if (!rc)
        rc = tell_heir(p, list);
    rd_kafka_topic_partition_list_destroy(list);
    return rc;
}

static int open_and_compare(struct publisher *p)
{
    assert(!p->started && !p->txn);
    uint64_t dropped;
    int wait_ms = p->options.start_timeout_ms;
    bool asks = !p->options.embedded && !p->options.take_over;
    int rc;
    if ((rc = publisher_txn_open(&p->options, wait_ms, &p->stop, &p->txn)) ||
        (p->options.take_over && p->options.on_fenced && (rc = ask_heir(p))) ||
        (rc = find_dropped(p, p->options.head, &dropped)))
        return rc;
    p->published = p->dropped = dropped;
    if ((asks && (rc = ask_group(p, false, dropped, wait_ms, &p->published))) ||
        (!p->options.embedded && (rc = claim_group(p))))
        return rc;
    return drop_published(p, true);
}

static void init_locks(struct publisher *p)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, &attr);
    pthread_cond_init(&p->done, &attr);
    pthread_condattr_destroy(&attr);
}

static int name_instance(struct publisher *p)
{
    uint64_t word;
    if (getrandom(&word, sizeof(word), 0) != sizeof(word))
        return ERR_IO;
    snprintf(p->instance, sizeof(p->instance), "%016" PRIx64, word);
    assert(strlen(p->instance) == COMMIT_MARK_INSTANCE);
    return ERR_OK;
}

int publisher_open(const struct publisher_options *options, struct publisher **ret_publisher)
{
    assert(options->offsets || !options->offset_count);
    struct publisher *p = memory_calloc(1, sizeof(*p));
    init_locks(p);
    p->options = *options;
    p->options.offsets = NULL; /* copied, not kept */
    p->head = options->head;
    p->arena = arena_new();
    for (size_t i = 0; i < options->offset_count; i++)
        publisher_group_set(&p->group, &options->offsets[i]);
    int rc;
    if ((rc = name_instance(p)) || (rc = open_and_compare(p)))
        goto done;
    *ret_publisher = p;
    p = NULL;
done:
    publisher_close(p);
    return rc;
}

/* ---- the thread ---- */

static void wait_until(struct publisher *p, pthread_cond_t *cond, int64_t at_ms)
{
    struct timespec at = clock_mono_timespec(at_ms);
    pthread_cond_timedwait(cond, &p->lock, &at);
}

/* Whether there is something to send now; else *ret_ms is when to look again.  Locked. */
static bool has_work(struct publisher *p, int64_t *ret_ms)
{
    assert(p->published <= p->head);
    int64_t now = clock_mono_ms();
    bool events = p->head > p->published;
    bool beat = p->options.lease_ms && now >= p->beat_due_ms;
    bool offsets = !p->options.embedded &&
                   ((p->group.moved && (p->flushing || now >= p->offsets_due_ms)) ||
                    now >= p->refresh_due_ms || beat || (p->releasing && !p->released));
    *ret_ms = now + IDLE_MS;
    if (p->group.moved && p->offsets_due_ms > now && p->offsets_due_ms < *ret_ms)
        *ret_ms = p->offsets_due_ms;
    if (!events && !offsets)
        return false;
    if (now >= p->not_before_ms)
        return true;
    if (p->not_before_ms < *ret_ms)
        *ret_ms = p->not_before_ms;
    return false;
}

/* Pauses before the next transaction; a stop ends it. */
static void set_pause(struct publisher *p, int ms)
{
    assert(ms > 0);
    pthread_mutex_lock(&p->lock);
    p->not_before_ms = clock_mono_ms() + ms;
    pthread_mutex_unlock(&p->lock);
}

/* The latencies of the turns that are out now; calls back without the lock. */
static void report_latency(struct publisher *p, uint64_t upto)
{
    for (;;) {
        struct turn turn = {0, 0};
        pthread_mutex_lock(&p->lock);
        assert(p->turn_count <= TURN_RING && p->turn_first < TURN_RING);
        if (p->turn_count && p->turns[p->turn_first].head <= upto) {
            turn = p->turns[p->turn_first];
            p->turn_first = (p->turn_first + 1) % TURN_RING;
            p->turn_count--;
        }
        pthread_mutex_unlock(&p->lock);
        if (!turn.head)
            return;
        if (p->options.on_latency && turn.since_us)
            p->options.on_latency(p->options.arg, clock_mono_us() - turn.since_us);
    }
}

/* A batch of the outbox on its way. */
struct job {
    struct outbox_record *records;
    size_t count;
    uint64_t head; /* the newest of them, or what is published when there are none */
    bool releases;
    rd_kafka_topic_partition_list_t *offsets;
};

/*
 * A tombstone belongs into the transaction of the record before it: readers
 * see why a key went and that it went at once.  So a cut never falls between.
 */
static int keep_pairs_whole(struct publisher *p, uint64_t after, struct job *job)
{
    assert(job->count && job->head == after + job->count);
    struct outbox_record *next;
    size_t count;
    int rc = outbox_read(p->options.kv, job->head, 1, 1, p->arena, &next, &count);
    if (rc)
        return rc;
    if (count && next->tombstone && job->count > 1)
        job->head = after + --job->count;
    assert(job->count > 0 && job->head == after + job->count);
    return ERR_OK;
}

/* The records (after, head], as many as a transaction takes, checked against (1). */
static int read_outbox(struct publisher *p, uint64_t after, uint64_t head, struct job *job)
{
    assert(after < head);
    arena_reset(p->arena);
    int rc = outbox_read(p->options.kv, after, p->options.max_records, p->options.max_bytes,
                         p->arena, &job->records, &job->count);
    if (rc)
        return rc;
    if (job->count > head - after)
        job->count = (size_t)(head - after);
    size_t whole = 0;
    while (whole < job->count && job->records[whole].seq == after + 1 + whole)
        whole++;
    if (whole < job->count || !whole) {
        log_error("outbox: record %" PRIu64 " is missing", after + 1 + whole);
        return ERR_STORE;
    }
    job->head = after + job->count;
    assert(job->head <= head);
    return job->head < head ? keep_pairs_whole(p, after, job) : ERR_OK;
}

static int make_job(struct publisher *p, struct job *job)
{
    pthread_mutex_lock(&p->lock);
    uint64_t head = p->head, after = p->published;
    pthread_mutex_unlock(&p->lock);
    assert(after <= head);
    *job = (struct job){.head = after};
    int rc = head > after ? read_outbox(p, after, head, job) : ERR_OK;
    if (rc)
        return rc;
    pthread_mutex_lock(&p->lock);
    /* newer turns may have come meanwhile: then this is not all, and (2) wants the old offsets */
    struct commit_mark mark = mark_of(p, job->head);
    job->releases = p->releasing;
    if (!p->options.embedded)
        publisher_group_offsets(&p->group, &mark, job->head < p->head, &job->offsets);
    pthread_mutex_unlock(&p->lock);
    assert(job->head == after + job->count);
    return rc;
}

static void note_committed(struct publisher *p, const struct job *job)
{
    uint64_t bytes = 0;
    int64_t now = clock_mono_ms();
    for (size_t i = 0; i < job->count; i++)
        bytes += job->records[i].key.len + job->records[i].value.len;
    crash_point_pass("txn-committed");
    report_latency(p, job->head);
    if (p->options.on_published && job->count)
        p->options.on_published(p->options.arg, job->records, job->count);
    pthread_mutex_lock(&p->lock);
    assert(job->head == p->published + job->count); /* (1) */
    assert(!job->count || job->head <= p->head);
    publisher_group_note_sent(&p->group, job->offsets);
    p->published = job->head;
    p->stats.committed++;
    p->stats.records += job->count;
    p->stats.bytes += bytes;
    p->offsets_due_ms = now + p->options.offsets_interval_ms;
    p->refresh_due_ms = now + REFRESH_MS;
    p->beat_due_ms = now + p->options.lease_ms / IN_A_LEASE;
    p->released = job->releases;
    p->not_before_ms = now + p->options.commit_interval_ms;
    pthread_cond_broadcast(&p->done);
    pthread_mutex_unlock(&p->lock);
}

/*
 * A new producer in place of one that is done for.  Its start ends or fences
 * what was under way; then the group says whether the job was committed.  Any
 * other answer than yes or no means somebody else publishes for this store.
 * After a fence the group is asked before, too: who took over need not be fenced
 * in turn.  (A transaction that timed out looks like a fence, but then the mark is ours.)
 */
static int recreate(struct publisher *p, const struct job *job, bool fenced, bool *ret_committed)
{
    assert(p->txn);
    uint64_t said = p->published;
    publisher_txn_close(p->txn);
    p->txn = NULL;
    int rc = ERR_OK;
    if (fenced && p->options.lease_ms)
        clock_sleep_ms(FENCED_PAUSE_MS);
    if (fenced && !p->options.embedded)
        rc = ask_group(p, true, p->published, FENCED_ASK_MS, &said);
    if (rc == ERR_FENCED || rc == ERR_AUTH)
        return rc;
    log_warn("kafka: making the producer anew");
    rc = publisher_txn_open(&p->options, INT32_MAX, &p->stop, &p->txn);
    pthread_mutex_lock(&p->lock);
    uint64_t before = p->published;
    p->stats.recreated++;
    pthread_mutex_unlock(&p->lock);
    if (rc || (!p->options.embedded && (rc = ask_group(p, true, before, INT32_MAX, &said))))
        return rc;
    if (said != before && said != job->head) {
        log_error("group '%s' says event %" PRIu64 " is published, we know of %" PRIu64
                  ": another instance publishes for a copy of this store",
                  p->options.group, said, before);
        return ERR_FENCED;
    }
    assert(p->txn);
    *ret_committed = job->count && said == job->head;
    return ERR_OK;
}

/* What no repetition mends, as the code to end with; 0: try again. */
static int hopeless(struct publisher *p, rd_kafka_resp_err_t cause, int aborts)
{
    assert(aborts > 0);
    int code = kafka_client_error(cause);
    if (p->txn && publisher_txn_poll(p->txn))
        code = ERR_AUTH;
    if (code == ERR_AUTH)
        return ERR_AUTH;
    if (code == ERR_LIMIT) {
        log_error("an output record is larger than the broker takes: raise message.max.bytes in "
                  "[kafka.producer] and the topic's max.message.bytes");
        return ERR_CONFIG;
    }
    if (code == ERR_NOT_FOUND && aborts >= 5) {
        log_error("an output topic has gone: `alignd check -c FILE --create` makes it again, the "
                  "next start with --reconcile tells it all matches");
        return ERR_CONFIG;
    }
    return aborts >= ABORTS_MAX ? ERR_RETRY : ERR_OK;
}

struct luck {
    int aborts, recreated; /* since the last commit */
};

/* A transaction was not committed, as far as is known: the job is tried again after a pause, once
 * by another producer, which may find that it was. */
static int mend(struct publisher *p, const struct job *job, enum publisher_txn_outcome outcome,
                rd_kafka_resp_err_t cause, struct luck *luck, bool *ret_committed)
{
    assert(outcome != TXN_COMMITTED);
    bool fenced = kafka_client_error(cause) == ERR_FENCED;
    pthread_mutex_lock(&p->lock);
    p->stats.aborted++;
    pthread_mutex_unlock(&p->lock);
    luck->aborts++;
    int rc = hopeless(p, cause, luck->aborts);
    if (rc)
        return rc;
    if (outcome == TXN_ABORTED) {
        int shift = luck->aborts < 7 ? luck->aborts : 7;
        set_pause(p, 100 << shift > 10000 ? 10000 : 100 << shift);
        return ERR_OK;
    }
    if (luck->recreated++)
        return fenced ? ERR_FENCED : ERR_RETRY;
    set_pause(p, RECREATE_PAUSE_MS);
    return recreate(p, job, fenced, ret_committed);
}

/* One transaction, and what follows from how it went. */
static int publish(struct publisher *p, struct luck *luck)
{
    struct job job;
    rd_kafka_resp_err_t cause = RD_KAFKA_RESP_ERR_NO_ERROR;
    int rc = make_job(p, &job);
    if (rc)
        return rc;
    enum publisher_txn_outcome outcome =
        publisher_txn_send(p->txn, job.records, job.count, job.offsets, &cause);
    bool committed = outcome == TXN_COMMITTED;
    if (!committed && !p->stop)
        rc = mend(p, &job, outcome, cause, luck, &committed);
    assert(!committed || !rc);
    if (committed) {
        *luck = (struct luck){0, 0};
        note_committed(p, &job);
        rc = drop_published(p, false);
    }
    if (job.offsets)
        rd_kafka_topic_partition_list_destroy(job.offsets);
    return rc;
}

/* Waits for something to send, and sends it. */
static int look(struct publisher *p, struct luck *luck)
{
    assert(p->txn);
    int64_t look_again_ms;
    pthread_mutex_lock(&p->lock);
    bool work = has_work(p, &look_again_ms);
    if (!work && !p->stop)
        wait_until(p, &p->wake, look_again_ms);
    pthread_mutex_unlock(&p->lock);
    int rc = publisher_txn_poll(p->txn);
    if (rc)
        return rc;
    return work && !p->stop ? publish(p, luck) : drop_published(p, false);
}

static int serve(struct publisher *p)
{
    struct luck luck = {0, 0};
    int rc;
    while (!p->stop)
        if ((rc = look(p, &luck)))
            return rc;
    return drop_published(p, true);
}

static void *run(void *arg)
{
    struct publisher *p = arg;
    int rc = serve(p);
    pthread_mutex_lock(&p->lock);
    p->status = p->stop ? ERR_OK : rc;
    pthread_cond_broadcast(&p->done);
    pthread_mutex_unlock(&p->lock);
    if (rc && !p->stop)
        log_error("publisher: %s", err_text(rc));
    return NULL;
}

/* ---- the other threads' side ---- */

int publisher_start(struct publisher *p)
{
    assert(!p->started && p->published <= p->head);
    p->offsets_due_ms = clock_mono_ms() + p->options.offsets_interval_ms;
    p->refresh_due_ms = clock_mono_ms() + REFRESH_MS;
    p->beat_due_ms = clock_mono_ms() + p->options.lease_ms / IN_A_LEASE;
    int failed = pthread_create(&p->thread, NULL, run, p);
    if (failed) {
        log_error("publisher: its thread cannot be started: %s", strerror(failed));
        return ERR_INTERNAL;
    }
    p->started = true;
    return ERR_OK;
}

void publisher_notify(struct publisher *p, uint64_t head, const struct publisher_offset *offsets,
                      size_t offset_count, uint64_t since_us)
{
    pthread_mutex_lock(&p->lock);
    assert(p->published <= p->head && p->turn_count <= TURN_RING);
    for (size_t i = 0; i < offset_count; i++)
        publisher_group_set(&p->group, &offsets[i]);
    if (head > p->head) {
        p->head = head;
        if (p->turn_count < TURN_RING)
            p->turns[(p->turn_first + p->turn_count++) % TURN_RING] = (struct turn){head, since_us};
        else /* far behind: the newest slot stands for several turns */
            p->turns[(p->turn_first + TURN_RING - 1) % TURN_RING].head = head;
    }
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

int publisher_status(struct publisher *p)
{
    pthread_mutex_lock(&p->lock);
    int status = p->status;
    pthread_mutex_unlock(&p->lock);
    return status;
}

int publisher_flush(struct publisher *p, int timeout_ms)
{
    int64_t until = clock_mono_ms() + timeout_ms;
    int rc = ERR_OK;
    pthread_mutex_lock(&p->lock);
    p->flushing = true;
    pthread_cond_signal(&p->wake);
    while (!(rc = p->status) &&
           (p->head > p->published || (p->group.moved && !p->options.embedded))) {
        if (clock_mono_ms() >= until) {
            rc = ERR_RETRY;
            break;
        }
        wait_until(p, &p->done, until);
    }
    assert(rc || p->head == p->published);
    p->flushing = false;
    pthread_mutex_unlock(&p->lock);
    return rc;
}

int publisher_release(struct publisher *p, int timeout_ms)
{
    int64_t until = clock_mono_ms() + timeout_ms;
    int rc = ERR_OK;
    if (!p->options.lease_ms || p->options.embedded || !p->started)
        return ERR_OK;
    pthread_mutex_lock(&p->lock);
    p->releasing = true;
    pthread_cond_signal(&p->wake);
    while (!(rc = p->status) && !p->released) {
        if (clock_mono_ms() >= until) {
            rc = ERR_RETRY;
            break;
        }
        wait_until(p, &p->done, until);
    }
    pthread_mutex_unlock(&p->lock);
    return rc;
}

void publisher_close(struct publisher *p)
{
    if (!p)
        return;
    if (p->started) {
        pthread_mutex_lock(&p->lock);
        p->stop = true;
        pthread_cond_signal(&p->wake);
        pthread_mutex_unlock(&p->lock);
        pthread_join(p->thread, NULL);
    }
    publisher_txn_close(p->txn);
    publisher_group_fini(&p->group);
    arena_free(p->arena);
    pthread_cond_destroy(&p->wake);
    pthread_cond_destroy(&p->done);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void publisher_get_stats(struct publisher *p, struct publisher_stats *ret)
{
    pthread_mutex_lock(&p->lock);
    assert(p->published <= p->head);
    *ret = p->stats;
    ret->head = p->head;
    ret->published = p->published;
    ret->oldest_wait_us = 0;
    if (p->turn_count && p->turns[p->turn_first].since_us)
        ret->oldest_wait_us = clock_mono_us() - p->turns[p->turn_first].since_us;
    pthread_mutex_unlock(&p->lock);
}
