/*
 * turn_tell.c - differences of the matches to events in the outbox, and the
 * rows of published: the confidence readers know of each matched pair.
 *
 * First what is news is gathered, in order; then lots of it are explained at once
 * (turn_explain.c) and written, event by event.
 *
 * While events are held (engine.h) nothing is told and published stays empty;
 * what readers know then comes from the topic itself, pair by pair.
 */
#include "turn_parts.h"

#include "alignd/align/event.h"
#include "alignd/base/array.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/graph/term.h"
#include "alignd/state/nodes.h"
#include "alignd/state/published.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

/* --- events --- */

static void append(struct turn *t, struct outbox_record *record)
{
    assert(record->destination == OUTBOX_EVENTS || record->destination == OUTBOX_DEAD_LETTERS);
    record->seq = t->state->head + ++t->change.records;
    outbox_put(t->state->kv, t->batch, record);
}

/* An entity that is gone is still called what it was. */
static int node_for_event(struct work_set *set, struct work *w, struct node *ret_node)
{
    int rc = work_load_nodes(set, &w, 1);
    if (rc)
        return rc;
    if (!work_alive(w) && w->node_row.data)
        return node_decode(w->node_row, set->arena, ret_node);
    *ret_node = w->node;
    return ERR_OK;
}

static void tell_cause(const struct turn *t, const struct difference *d, struct event *event)
{
    uint32_t cause = d->a->cause;
    if (cause == NO_CAUSE || (d->b->cause != NO_CAUSE && d->b->cause > cause))
        cause = d->b->cause;
    if (cause == NO_CAUSE || cause >= t->input->input_count)
        return;
    const struct engine_cause *c = &t->input->inputs[cause].cause;
    event->event_time_ms = c->event_time_ms;
    if (!c->topic.len)
        return;
    event->cause_topic = c->topic;
    event->cause_partition = c->partition;
    event->cause_offset = c->offset;
}

/* Who and what of the pair, as the store knows it. */
static int describe(struct turn *t, const struct difference *d, struct event *event)
{
    assert(d->a && d->b && state_first(t->state, d->a->id, d->b->id));
    struct node a, b;
    int rc;
    if ((rc = node_for_event(&t->works, d->a, &a)) || (rc = node_for_event(&t->works, d->b, &b)))
        return rc;
    if (!a.term.len || !b.term.len) {
        log_error("store: a match is of an entity that has no row");
        return ERR_STORE;
    }
    nodes_write_term(&a, t->arena, &event->subject);
    nodes_write_term(&b, t->arena, &event->object);
    event->subject_source = t->state->graphs[state_graph_of(t->state, d->a->id)].name;
    event->object_source = t->state->graphs[state_graph_of(t->state, d->b->id)].name;
    event->subject_label = a.has_label ? a.label : (struct slice){NULL, 0};
    event->object_label = b.has_label ? b.label : (struct slice){NULL, 0};
    event->model_digest = rescore_scored_by(t, d->a->id, d->b->id);
    tell_cause(t, d, event);
    return ERR_OK;
}

/* The event into the outbox; of an unmatch also the tombstone that follows it. */
static void append_event(struct turn *t, struct event *event)
{
    assert(event->subject.len && event->object.len);
    struct buf key = {0}, value = {0}, id = {0};
    char stamp[CLOCK_TEXT_BYTES], ce_type[32];
    event->epoch = t->state->epoch;
    event->seq = t->state->head + t->change.records + 1;
    event->threshold = t->threshold;
    event->process_time_ms = clock_now_ms();
    event_write_key(&key, event);
    event_write_id(&id, event);
    event_write_json(&value, event);
    clock_write(stamp, event->process_time_ms);
    snprintf(ce_type, sizeof(ce_type), "alignd.%s.v1", event_type_name(event->type));
    struct outbox_header headers[] = {
        {slice_of("content-type"), slice_of("application/json")},
        {slice_of("ce_specversion"), slice_of("1.0")},
        {slice_of("ce_id"), buf_slice(&id)},
        {slice_of("ce_type"), slice_of(ce_type)},
        {slice_of("ce_source"), slice_of(t->source)},
        {slice_of("ce_time"), slice_of(stamp)},
    };
    struct outbox_record record = {.destination = OUTBOX_EVENTS,
                                   .has_key = true,
                                   .key = buf_slice(&key),
                                   .value = buf_slice(&value),
                                   .timestamp_ms = event->process_time_ms,
                                   .headers = headers,
                                   .header_count = sizeof(headers) / sizeof(*headers)};
    append(t, &record);
    assert(record.seq == event->seq);
    if (event->type == EVENT_UNMATCH) {
        struct outbox_record tombstone = {.destination = OUTBOX_EVENTS,
                                          .has_key = true,
                                          .tombstone = true,
                                          .key = buf_slice(&key),
                                          .timestamp_ms = event->process_time_ms};
        append(t, &tombstone);
    }
    buf_fini(&key);
    buf_fini(&value);
    buf_fini(&id);
}

/* What is told of a pair, once it is explained. */
static int emit(struct turn *t, const struct turn_news *news)
{
    const struct difference *d = news->d;
    assert(d->is == (news->type != EVENT_UNMATCH));
    struct event event = {.type = news->type,
                          .confidence = pair_score_told(d->score),
                          .previous = d->published > 1 ? 1 : d->published,
                          .explain = buf_slice(&news->explain)};
    event.band = d->is ? band_of(d->score, t->review) : d->band;
    event.decided = d->is ? d->score == PAIR_PINNED
                          : (decided_find(&d->a->decided, d->b->id) & DECIDED_BARRED) != 0;
    int rc;
    if ((rc = describe(t, d, &event)) || (d->is && (rc = turn_cluster_tell(t, d->a, d->b, &event))))
        return rc;
    append_event(t, &event);
    return ERR_OK;
}

/* Readers hold a pair that is none: by the words they know it under, for the
 * entities, even the graphs, may be unknown here. */
static void withdraw(struct turn *t, const struct engine_told *told, float score)
{
    assert(told->confidence >= 0); /* they hold it */
    struct event event = {.type = EVENT_UNMATCH,
                          .subject = told->subject,
                          .object = told->object,
                          .subject_source = told->subject_source,
                          .object_source = told->object_source,
                          .band = told->band,
                          .confidence = pair_score_told(score),
                          .previous = pair_score_told(told->confidence)};
    append_event(t, &event);
}

/* --- what is news, gathered --- */

static void add_news(struct turn *t, const struct difference *d, enum event_type type,
                     const struct engine_told *withdrawn)
{
    assert(d->is == (type != EVENT_UNMATCH));
    uint64_t *counts[] = {[EVENT_UNMATCH] = &t->report.unmatches,
                          [EVENT_MATCH] = &t->report.matches,
                          [EVENT_UPDATE] = &t->report.updates};
    *counts[type] += 1;
    ARRAY_PUSH_IN(t->arena, t->news.all, t->news.count, t->news.room,
                  (struct turn_news){.type = type, .d = d, .withdrawn = withdrawn});
}

/* Is a match one that readers do not know, or not so? */
static bool is_news(const struct turn *t, const struct difference *d)
{
    double moved = fabs((double)d->score - (double)d->published);
    return d->is && (!d->was || band_of(d->score, t->review) != d->band ||
                     (moved != 0 && moved >= t->options->epsilon));
}

/* A pair that matches now, if it is worth an event. */
static void add_match(struct turn *t, const struct difference *d)
{
    assert(d->is && d->a && d->b);
    if (!is_news(t, d))
        return;
    published_put(t->state->kv, t->batch, d->a->id, d->b->id, d->score);
    add_news(t, d, d->was ? EVENT_UPDATE : EVENT_MATCH, NULL);
}

static int tell_difference(struct turn *t, struct difference *d)
{
    assert(d->a != d->b);
    assert(d->was || d->is);
    t->change.totals.matches += (uint64_t)d->is - (uint64_t)d->was;
    if (t->state->held)
        return ERR_OK;
    struct published was = {.confidence = -1};
    int rc;
    if (d->was && (rc = published_get(t->state->kv, d->a->id, d->b->id, &was)))
        return rc;
    if (d->is && turn_settle_waits(t, d, &was))
        return ERR_OK;
    d->published = was.confidence;
    d->band = band_of(d->published, t->review);
    d->was &= !was.waits;
    t->settling.less += was.waits;
    if (d->is) {
        add_match(t, d);
        return ERR_OK;
    }
    published_delete(t->state->kv, t->batch, d->a->id, d->b->id);
    if (d->was) /* else nobody was told that it began */
        add_news(t, d, EVENT_UNMATCH, NULL);
    return ERR_OK;
}

/* --- what readers hold, against what is --- */

/* The work of an entity as an event names it; NULL where the graph is not ours. */
static void find_told(struct turn *t, struct slice source, struct slice text, struct work **ret)
{
    struct term term = term_of_written(text);
    size_t g = 0;
    *ret = NULL;
    while (g < t->options->graph_count && !slice_equal(t->state->graphs[g].name, source))
        g++;
    if (g == t->options->graph_count)
        return;
    *ret = work_get(&t->works, id_of_entity(t->state->graphs[g].tag, &term));
}

/* What readers hold of some pairs, and what is, of all at once. */
static int compare_told(struct turn *t, struct difference *all, size_t count)
{
    struct work_list ends = {0};
    int rc;
    for (size_t i = 0; i < count; i++) {
        const struct engine_told *told = &t->input->told[i];
        all[i] = (struct difference){
            .was = told->confidence >= 0, .published = told->confidence, .band = told->band};
        find_told(t, told->subject_source, told->subject, &all[i].a);
        find_told(t, told->object_source, told->object, &all[i].b);
        if (all[i].a && all[i].b) {
            work_list_add(t->arena, &ends, all[i].a);
            work_list_add(t->arena, &ends, all[i].b);
        }
    }
    if ((rc = work_load_matches(&t->works, ends.works, ends.count)) ||
        (rc = work_load_nodes(&t->works, ends.works, ends.count)))
        return rc;
    for (size_t i = 0; i < count; i++) {
        struct difference *d = &all[i];
        if (!d->a || !d->b)
            continue;
        const struct pair_entry *pair = pair_list_find(&d->a->pairs, d->b->id);
        d->is =
            state_first(t->state, d->a->id, d->b->id) && pair_list_find(&d->a->matches, d->b->id);
        d->score = pair && pair->score > 0 ? pair->score : 0;
    }
    return ERR_OK;
}

/* A pair that waits is told, or known, by the comparison. */
static int end_waiting(struct turn *t, const struct difference *d)
{
    struct published row;
    if (!d->is || !t->settle->waiting)
        return ERR_OK;
    int rc = published_get(t->state->kv, d->a->id, d->b->id, &row);
    t->settling.less += !rc && row.waits;
    return rc;
}

static int tell_told(struct turn *t, const struct engine_told *told, const struct difference *d)
{
    if (!d->is && !d->was)
        return ERR_OK;
    int rc = end_waiting(t, d);
    if (rc)
        return rc;
    if (d->a && d->b && d->was && d->is)
        /* and over it what add_match tells */
        published_put(t->state->kv, t->batch, d->a->id, d->b->id, d->published);
    if (d->is) {
        add_match(t, d);
        return ERR_OK;
    }
    if (d->a && d->b)
        published_delete(t->state->kv, t->batch, d->a->id, d->b->id);
    assert(d->was);
    add_news(t, d, EVENT_UNMATCH, told);
    return ERR_OK;
}

static int tell_all_told(struct turn *t)
{
    size_t count = t->input->told_count;
    struct difference *all = arena_alloc(t->arena, (count + 1) * sizeof(*all));
    int rc = compare_told(t, all, count);
    for (size_t i = 0; i < count && !rc; i++)
        rc = tell_told(t, &t->input->told[i], &all[i]);
    return rc;
}

static int tell_due(struct turn *t)
{
    struct difference *all;
    size_t count;
    int rc = turn_settle_due(t, &all, &count);
    for (size_t i = 0; i < count && !rc; i++) {
        assert(!all[i].was);
        if (!all[i].is) {
            log_error("store: a pair that waits to be told is no match");
            return ERR_STORE;
        }
        t->settling.less++;
        add_match(t, &all[i]);
    }
    return rc;
}

/* --- and told --- */

#define LOT 512 /* events that are in memory at once */

/* The nodes of both ends, which most events name. */
static int load_ends(struct turn *t, const struct turn_news *news, size_t count)
{
    struct work_list ends = {0};
    for (size_t i = 0; i < count; i++) {
        if (news[i].withdrawn)
            continue;
        work_list_add(t->arena, &ends, news[i].d->a);
        work_list_add(t->arena, &ends, news[i].d->b);
    }
    return work_load_nodes(&t->works, ends.works, ends.count);
}

/* What fits into a lot: explained at once, then told in order. */
static int tell_lot(struct turn *t, struct turn_news *news, size_t count)
{
    assert(count <= LOT);
    int rc;
    if ((rc = turn_explain(t, news, count)) || (rc = load_ends(t, news, count)))
        goto done;
    for (size_t i = 0; i < count && !rc; i++) {
        if (news[i].withdrawn)
            withdraw(t, news[i].withdrawn, news[i].d->score);
        else
            rc = emit(t, &news[i]);
    }
done:
    for (size_t i = 0; i < count; i++)
        buf_fini(&news[i].explain);
    return rc;
}

static int tell_news(struct turn *t)
{
    int rc = ERR_OK;
    for (size_t from = 0; from < t->news.count && !rc; from += LOT)
        rc = tell_lot(t, t->news.all + from,
                      t->news.count - from < LOT ? t->news.count - from : LOT);
    return rc;
}

/*
 * Reads differences, what is published or waits to be, and what readers hold (told).  Makes the
 * events of those that are worth one, and what is published from now on.
 */
int turn_tell(struct turn *t)
{
    int rc = ERR_OK;
    for (size_t i = 0; i < t->differences.count && !rc; i++)
        rc = tell_difference(t, &t->differences.all[i]);
    if (rc || (rc = tell_due(t)) || (t->input->told_count && (rc = tell_all_told(t))) ||
        (rc = tell_news(t)))
        return rc;
    turn_settle_write(t);
    return ERR_OK;
}

/*
 * Reads the dead letters of the input.  Makes records of the outbox of them, as they are.
 */
int turn_letters(struct turn *t)
{
    for (size_t i = 0; i < t->input->extra_count; i++) {
        struct outbox_record letter = t->input->extra[i];
        append(t, &letter);
    }
    return ERR_OK;
}
