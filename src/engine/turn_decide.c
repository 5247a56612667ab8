/*
 * turn_decide.c - scores to matches, and matches to events in the outbox.
 */
#include "engine_internal.h"

#include "alignd/align/assign.h"
#include "alignd/align/event.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct decision {
    struct engine *e;
    struct work_list touched;
};

static int find(void *arg, struct id id, struct assign_entity *ret_entity)
{
    struct engine *e = ((struct decision *)arg)->e;
    struct work *w = work_get(e, id);
    if (!w)
        return ERR_NO_MEMORY;
    int rc = work_load_pairs(e, &w, 1);
    if (!rc)
        rc = work_load_matches(e, &w, 1);
    *ret_entity = (struct assign_entity){id, &w->pairs, &w->matches};
    return rc;
}

static void touched(void *arg, struct id id)
{
    struct decision *d = arg;
    struct work *w = id_map_get(&d->e->works, id);
    if (!w->matches_changed)
        work_list_add(d->e, &d->touched, w);
    w->matches_changed = true;
}

/* --- events --- */

/* A pair that is matched differently, or with another score. */
struct difference {
    struct work *a, *b; /* a: of the first graph */
    bool was, is;
    float score; /* now; of an unmatch: as a candidate, 0 for none */
    float published; /* < 0: never */
};

struct differences {
    struct difference *all;
    size_t count, room;
};

static int add_difference(struct engine *e, struct differences *d, struct work *a, struct work *b,
                          bool was, bool is)
{
    if (d->count == d->room) {
        size_t room = d->room ? d->room * 2 : 64;
        struct difference *all = arena_alloc(e->arena, room * sizeof(*all));
        if (!all)
            return ERR_NO_MEMORY;
        if (d->count)
            memcpy(all, d->all, d->count * sizeof(*all));
        d->all = all;
        d->room = room;
    }
    const struct pair_entry *pair = pair_list_find(&a->pairs, b->id);
    d->all[d->count++] =
        (struct difference){a, b, was, is, pair && pair->score > 0 ? pair->score : 0, -1};
    return ERR_OK;
}

/* Partners of a before and after, where a is the subject. */
static int diff_partners(struct engine *e, struct differences *d, struct work *a)
{
    struct pair_list was;
    int rc = pair_list_decode(a->matches_row, e->arena, &was);
    size_t i = 0, k = 0;
    while (!rc && (i < was.count || k < a->matches.count)) {
        int c = i == was.count ? 1
                : k == a->matches.count
                    ? -1
                    : id_compare(was.entries[i].other, a->matches.entries[k].other);
        struct id other = c <= 0 ? was.entries[i].other : a->matches.entries[k].other;
        if (work_first(e, a->id, other)) {
            struct work *b = work_get(e, other);
            rc = b ? add_difference(e, d, a, b, c <= 0, c >= 0) : ERR_NO_MEMORY;
        }
        i += c <= 0;
        k += c >= 0;
    }
    return rc;
}

static int compare_differences(const void *a, const void *b)
{
    const struct difference *x = a, *y = b;
    if (x->is != y->is)
        return x->is ? 1 : -1; /* what ends first */
    int c = id_compare(x->a->id, y->a->id);
    return c ? c : id_compare(x->b->id, y->b->id);
}

static void published_key(char out[2 * ID_BYTES], const struct difference *d)
{
    id_put(out, d->a->id);
    id_put(out + ID_BYTES, d->b->id);
}

static int load_published(struct engine *e, struct difference *d)
{
    char key[2 * ID_BYTES];
    struct kv_value value;
    bool found;
    published_key(key, d);
    int rc = kv_get(e->kv, KV_PUBLISHED, (struct slice){key, sizeof(key)}, &value, &found);
    if (!rc && found) {
        if (value.bytes.len == sizeof(float))
            memcpy(&d->published, value.bytes.data, sizeof(float));
        kv_value_release(&value);
    }
    return rc;
}

static int outbox_append(struct engine *e, struct outbox_record *record)
{
    char key[8];
    struct buf row = {0};
    record->seq = ++e->head;
    put_be64(key, record->seq);
    outbox_encode(&row, record);
    int rc = buf_failed(&row) ? ERR_NO_MEMORY : ERR_OK;
    if (!rc)
        kv_batch_put(e->kv, e->batch, KV_OUTBOX, (struct slice){key, 8}, buf_slice(&row));
    buf_fini(&row);
    return rc;
}

static struct slice written_term(struct engine *e, const struct node *n)
{
    if (n->kind != TERM_BLANK)
        return n->term;
    char *text = arena_alloc(e->arena, n->term.len + 2);
    if (!text)
        return n->term;
    memcpy(text, "_:", 2);
    memcpy(text + 2, n->term.data, n->term.len);
    return (struct slice){text, n->term.len + 2};
}

/* An entity that is gone is still called what it was. */
static int node_for_event(struct engine *e, struct work *w, struct node *ret_node)
{
    int rc = work_load_nodes(e, &w, 1);
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

static int emit(struct engine *e, const struct difference *d, enum event_type type)
{
    struct node a, b;
    struct buf key = {0}, value = {0}, id = {0}, explain = {0};
    int rc = node_for_event(e, d->a, &a);
    if (!rc)
        rc = node_for_event(e, d->b, &b);
    if (!rc && e->options.explain && type != EVENT_UNMATCH)
        rc = explain_write_json(e, d->a, d->b, &explain);
    if (rc)
        goto done;
    struct event event = {.type = type,
                          .epoch = e->epoch,
                          .seq = e->head + 1,
                          .subject = written_term(e, &a),
                          .object = written_term(e, &b),
                          .subject_source = e->names[work_graph(e, d->a->id)],
                          .object_source = e->names[work_graph(e, d->b->id)],
                          .subject_label = a.has_label ? a.label : (struct slice){NULL, 0},
                          .object_label = b.has_label ? b.label : (struct slice){NULL, 0},
                          .confidence = d->score,
                          .previous = d->published,
                          .threshold = e->threshold,
                          .model_digest = model_digest(e->options.model),
                          .process_time_ms = clock_now_ms(),
                          .explain = buf_slice(&explain)};
    tell_cause(e, d, &event);
    event_write_key(&key, &event);
    event_write_id(&id, &event);
    event_write_json(&value, &event);
    char stamp[CLOCK_TEXT_BYTES];
    clock_write(stamp, event.process_time_ms);
    char ce_type[32];
    snprintf(ce_type, sizeof(ce_type), "alignd.%s.v1", event_type_name(type));
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
                                   .timestamp_ms = event.process_time_ms,
                                   .headers = headers,
                                   .header_count = sizeof(headers) / sizeof(*headers)};
    rc = buf_failed(&key) || buf_failed(&value) || buf_failed(&id) ? ERR_NO_MEMORY
                                                                   : outbox_append(e, &record);
    if (!rc && type == EVENT_UNMATCH) {
        struct outbox_record tombstone = {.destination = OUTBOX_EVENTS,
                                          .has_key = true,
                                          .tombstone = true,
                                          .key = buf_slice(&key),
                                          .timestamp_ms = event.process_time_ms};
        rc = outbox_append(e, &tombstone);
    }
done:
    buf_fini(&key);
    buf_fini(&value);
    buf_fini(&id);
    buf_fini(&explain);
    return rc;
}

/* The event of a difference, if it is worth one, and what is published from now on. */
static int tell(struct engine *e, struct difference *d)
{
    char key[2 * ID_BYTES], row[sizeof(float)];
    published_key(key, d);
    struct slice row_key = {key, sizeof(key)};
    int rc = d->was ? load_published(e, d) : ERR_OK;
    if (rc)
        return rc;
    if (!d->is) {
        e->report->unmatches++;
        e->totals.matches--;
        kv_batch_delete(e->kv, e->batch, KV_PUBLISHED, row_key);
        return emit(e, d, EVENT_UNMATCH);
    }
    if (d->was && fabs((double)d->score - (double)d->published) < e->options.epsilon)
        return ERR_OK;
    e->totals.matches += !d->was;
    *(d->was ? &e->report->updates : &e->report->matches) += 1;
    memcpy(row, &d->score, sizeof(row));
    kv_batch_put(e->kv, e->batch, KV_PUBLISHED, row_key, (struct slice){row, sizeof(row)});
    return emit(e, d, d->was ? EVENT_UPDATE : EVENT_MATCH);
}

int turn_decide(struct engine *e)
{
    struct decision d = {.e = e};
    struct assign_context context = {.policy = (enum assign_policy)e->options.policy,
                                     .threshold = e->threshold,
                                     .arena = e->arena,
                                     .find = find,
                                     .touched = touched,
                                     .arg = &d};

    /* the ends of all changes at once; what repairing reaches beyond comes one by one */
    struct work_list ends = {0};
    int rc = ERR_OK;
    for (size_t i = 0; i < e->change_count && !rc; i++) {
        struct work *a = work_get(e, e->changes[i].a), *b = work_get(e, e->changes[i].b);
        rc = !a || !b || work_list_add(e, &ends, a) ? ERR_NO_MEMORY : work_list_add(e, &ends, b);
    }
    if (!rc)
        rc = work_load_matches(e, ends.works, ends.count);
    if (!rc)
        rc = assign_repair(&context, e->changes, e->change_count);

    struct differences differences = {0};
    for (size_t i = 0; i < d.touched.count && !rc; i++)
        rc = diff_partners(e, &differences, d.touched.works[i]);
    if (!rc && differences.count)
        qsort(differences.all, differences.count, sizeof(*differences.all), compare_differences);
    for (size_t i = 0; i < differences.count && !rc; i++)
        rc = tell(e, &differences.all[i]);
    for (size_t i = 0; i < e->turn->extra_count && !rc; i++) {
        struct outbox_record extra = e->turn->extra[i];
        rc = outbox_append(e, &extra);
    }
    return rc;
}
