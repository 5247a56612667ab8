/*
 * turn_tell.c - differences of the matches to events in the outbox, and the
 * rows of published: the confidence readers know of each matched pair.
 *
 * While events are held (engine.h) nothing is told and published stays empty;
 * what readers know then comes from the topic itself, pair by pair.
 */
#include "engine_internal.h"

#include "alignd/align/event.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/state/nodes.h"
#include "alignd/state/published.h"

#include <math.h>
#include <stdio.h>

/* --- events --- */

int turn_tell_append(struct engine *e, struct outbox_record *record)
{
    record->seq = e->state.head + ++e->change.records;
    return outbox_put(e->state.kv, e->batch, record);
}

/* An entity that is gone is still called what it was. */
static int node_for_event(struct engine *e, struct work *w, struct node *ret_node)
{
    int rc = work_load_nodes(&e->works, &w, 1);
    *ret_node = w->node;
    if (!rc && !work_alive(w) && w->node_row.data)
        rc = node_decode(w->node_row, e->arena, ret_node);
    return rc;
}

static void tell_cause(const struct engine *e, const struct difference *d, struct event *event)
{
    uint32_t cause = d->a->cause;
    if (cause == NO_CAUSE || (d->b->cause != NO_CAUSE && d->b->cause > cause))
        cause = d->b->cause;
    if (cause == NO_CAUSE || cause >= e->turn->input_count)
        return;
    const struct engine_cause *c = &e->turn->inputs[cause].cause;
    event->event_time_ms = c->event_time_ms;
    if (!c->topic.len)
        return;
    event->cause_topic = c->topic;
    event->cause_partition = c->partition;
    event->cause_offset = c->offset;
}

/* Who and what of the pair, as the store knows it. */
static int describe(struct engine *e, const struct difference *d, struct event *event)
{
    struct node a, b;
    int rc = node_for_event(e, d->a, &a);
    if (!rc)
        rc = node_for_event(e, d->b, &b);
    if (rc)
        return rc;
    rc = nodes_write_term(&a, e->arena, &event->subject);
    if (!rc)
        rc = nodes_write_term(&b, e->arena, &event->object);
    event->subject_source = e->state.graphs[state_graph_of(&e->state, d->a->id)].name;
    event->object_source = e->state.graphs[state_graph_of(&e->state, d->b->id)].name;
    event->subject_label = a.has_label ? a.label : (struct slice){NULL, 0};
    event->object_label = b.has_label ? b.label : (struct slice){NULL, 0};
    event->model_digest = rescore_scored_by(e, d->a->id, d->b->id);
    tell_cause(e, d, event);
    return rc;
}

/* The event into the outbox; of an unmatch also the tombstone that follows it. */
static int append_event(struct engine *e, struct event *event)
{
    struct buf key = {0}, value = {0}, id = {0};
    char stamp[CLOCK_TEXT_BYTES], ce_type[32];
    event->epoch = e->state.epoch;
    event->seq = e->state.head + e->change.records + 1;
    event->threshold = e->threshold;
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
        {slice_of("ce_source"), slice_of(e->source)},
        {slice_of("ce_time"), slice_of(stamp)},
    };
    struct outbox_record record = {.destination = OUTBOX_EVENTS,
                                   .has_key = true,
                                   .key = buf_slice(&key),
                                   .value = buf_slice(&value),
                                   .timestamp_ms = event->process_time_ms,
                                   .headers = headers,
                                   .header_count = sizeof(headers) / sizeof(*headers)};
    int rc = buf_failed(&key) || buf_failed(&value) || buf_failed(&id)
                 ? ERR_NO_MEMORY
                 : turn_tell_append(e, &record);
    if (!rc && event->type == EVENT_UNMATCH) {
        struct outbox_record tombstone = {.destination = OUTBOX_EVENTS,
                                          .has_key = true,
                                          .tombstone = true,
                                          .key = buf_slice(&key),
                                          .timestamp_ms = event->process_time_ms};
        rc = turn_tell_append(e, &tombstone);
    }
    buf_fini(&key);
    buf_fini(&value);
    buf_fini(&id);
    return rc;
}

static int emit(struct engine *e, const struct difference *d, enum event_type type)
{
    struct buf explain = {0};
    struct event event = {.type = type, .confidence = d->score, .previous = d->published};
    int rc = describe(e, d, &event);
    if (!rc && e->options.explain && type != EVENT_UNMATCH)
        rc = explain_write_json(e, d->a, d->b, &explain);
    event.explain = buf_slice(&explain);
    if (!rc)
        rc = append_event(e, &event);
    buf_fini(&explain);
    return rc;
}

/* A pair that matches now: its event, if it is worth one. */
static int emit_match(struct engine *e, const struct difference *d)
{
    double moved = fabs((double)d->score - (double)d->published);
    if (d->was && (moved == 0 || moved < e->options.epsilon))
        return ERR_OK;
    *(d->was ? &e->report->updates : &e->report->matches) += 1;
    published_put(e->state.kv, e->batch, d->a->id, d->b->id, d->score);
    return emit(e, d, d->was ? EVENT_UPDATE : EVENT_MATCH);
}

int turn_tell(struct engine *e, struct difference *d)
{
    e->change.totals.matches += (uint64_t)d->is - (uint64_t)d->was;
    if (e->state.held)
        return ERR_OK;
    int rc = d->was ? published_get(e->state.kv, d->a->id, d->b->id, &d->published) : ERR_OK;
    if (rc || d->is)
        return rc ? rc : emit_match(e, d);
    e->report->unmatches++;
    published_delete(e->state.kv, e->batch, d->a->id, d->b->id);
    return emit(e, d, EVENT_UNMATCH);
}

/* --- what readers hold, against what is --- */

/* The work of an entity as an event names it; NULL where the graph is not ours. */
static int find_told(struct engine *e, struct slice source, struct slice text, struct work **ret)
{
    struct term term = nodes_read_term(text);
    size_t g = 0;
    *ret = NULL;
    while (g < e->options.graph_count && !slice_equal(e->state.graphs[g].name, source))
        g++;
    if (g == e->options.graph_count)
        return ERR_OK;
    *ret = work_get(&e->works, id_of_entity(e->state.graphs[g].tag, &term));
    return *ret ? ERR_OK : ERR_NO_MEMORY;
}

/* Readers hold a pair that is none: by the words they know it under, for the
 * entities, even the graphs, may be unknown here. */
static int withdraw(struct engine *e, const struct engine_told *told, float score)
{
    struct event event = {.type = EVENT_UNMATCH,
                          .subject = told->subject,
                          .object = told->object,
                          .subject_source = told->subject_source,
                          .object_source = told->object_source,
                          .confidence = score,
                          .previous = told->confidence};
    e->report->unmatches++;
    return append_event(e, &event);
}

int turn_tell_told(struct engine *e, const struct engine_told *told)
{
    struct difference d = {.was = told->confidence >= 0, .published = told->confidence};
    int rc = find_told(e, told->subject_source, told->subject, &d.a);
    if (!rc)
        rc = find_told(e, told->object_source, told->object, &d.b);
    if (!rc && d.a && d.b) {
        struct work *both[] = {d.a, d.b};
        rc = work_load_pairs(&e->works, both, 2);
        if (!rc)
            rc = work_load_matches(&e->works, both, 2);
        const struct pair_entry *pair = rc ? NULL : pair_list_find(&d.a->pairs, d.b->id);
        d.is = !rc && state_first(&e->state, d.a->id, d.b->id) && pair_list_find(&d.a->matches, d.b->id);
        d.score = pair && pair->score > 0 ? pair->score : 0;
    }
    if (rc || (!d.is && !d.was))
        return rc;
    if (d.a && d.b && d.was && d.is)
        /* and over it what emit_match tells */
        published_put(e->state.kv, e->batch, d.a->id, d.b->id, d.published);
    if (d.is)
        return emit_match(e, &d);
    if (d.a && d.b)
        published_delete(e->state.kv, e->batch, d.a->id, d.b->id);
    return withdraw(e, told, d.score);
}
