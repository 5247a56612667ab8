/*
 * event.c - an event as JSON.  What is not known is left out rather than null, members come in
 * one order, and a confidence is the shortest text of its float, so equal
 * events are equal bytes.  The version (v) is that of this shape.
 */
#include "alignd/align/event.h"

#include "alignd/base/clock.h"
#include "alignd/base/json_writer.h"
#include "alignd/graph/term.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

const char *event_type_name(enum event_type type)
{
    static const char *const names[] = {"unmatch", "match", "update"};
    assert(type <= EVENT_UPDATE);
    return names[type];
}

const char *event_justification(bool decided)
{
    return decided ? EVENT_BY_VERDICT : EVENT_BY_MODEL;
}

void event_write_key(struct buf *out, const struct event *e)
{
    assert(e->subject.len && e->object.len);
    term_append_bracketed(out, e->subject);
    buf_append_char(out, ' ');
    term_append_bracketed(out, e->object);
}

void event_write_id(struct buf *out, const struct event *e)
{
    buf_append_format(out, "%" PRIu64 "-%" PRIu64, e->epoch, e->seq);
}

static void text(struct json_writer *w, const char *key, struct slice value)
{
    json_writer_key(w, key);
    json_writer_string(w, value);
}

static void stamp(struct json_writer *w, const char *key, int64_t ms)
{
    if (ms <= 0)
        return;
    char at[CLOCK_TEXT_BYTES];
    clock_write(at, ms);
    text(w, key, slice_of(at));
}

static void cause(struct json_writer *w, const struct event *e)
{
    assert(e->cause_partition >= 0 || !e->cause_topic.data);
    if (!e->cause_topic.data)
        return;
    json_writer_key(w, "cause");
    json_writer_begin_object(w);
    text(w, "topic", e->cause_topic);
    json_writer_key(w, "partition");
    json_writer_integer(w, e->cause_partition);
    json_writer_key(w, "offset");
    json_writer_integer(w, e->cause_offset);
    json_writer_end_object(w);
}

void event_write_json(struct buf *out, const struct event *e)
{
    assert(e->subject.len && e->object.len);
    assert(e->type == EVENT_UNMATCH || (e->confidence >= 0 && e->confidence <= 1));
    assert(e->threshold >= 0 && e->threshold <= 1);
    struct json_writer w = json_writer_of(out);
    char id[48], model[17];
    snprintf(id, sizeof(id), "%" PRIu64 "-%" PRIu64, e->epoch, e->seq);
    snprintf(model, sizeof(model), "%016" PRIx64, e->model_digest);

    json_writer_begin_object(&w);
    json_writer_key(&w, "v");
    json_writer_integer(&w, 1);
    text(&w, "event_id", slice_of(id));
    text(&w, "type", slice_of(event_type_name(e->type)));
    text(&w, "subject_id", e->subject);
    text(&w, "object_id", e->object);
    text(&w, "predicate_id", slice_of(band_predicate(e->band)));
    text(&w, "band", slice_of(band_name(e->band)));
    json_writer_key(&w, "confidence");
    json_writer_float(&w, e->confidence);
    if (e->previous >= 0) {
        json_writer_key(&w, "previous_confidence");
        json_writer_float(&w, e->previous);
    }
    json_writer_key(&w, "threshold");
    json_writer_float(&w, e->threshold);
    text(&w, "mapping_justification", slice_of(event_justification(e->decided)));
    text(&w, "mapping_tool", slice_of("alignd"));
    text(&w, "mapping_tool_version", slice_of(ALIGND_VERSION));
    text(&w, "subject_source", e->subject_source);
    text(&w, "object_source", e->object_source);
    if (e->subject_label.data)
        text(&w, "subject_label", e->subject_label);
    if (e->object_label.data)
        text(&w, "object_label", e->object_label);
    if (e->cluster.data)
        text(&w, "cluster", e->cluster);
    if (e->left_out)
        json_writer_add_bool(&w, "left_out", true);
    text(&w, "model", (struct slice){model, 12});
    stamp(&w, "event_time", e->event_time_ms);
    stamp(&w, "process_time", e->process_time_ms);
    cause(&w, e);
    if (e->explain.data) {
        json_writer_key(&w, "explain");
        json_writer_raw(&w, e->explain);
    }
    json_writer_end_object(&w);
}
