/*
 * event_ring.c - a ring of texts.
 */
#include "alignd/daemon/event_ring.h"

#include "alignd/base/json_writer.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>

void event_ring_init(struct event_ring *r, size_t size)
{
    *r = (struct event_ring){.lock = PTHREAD_MUTEX_INITIALIZER, .size = size};
    r->events = size ? memory_calloc(size, sizeof(*r->events)) : NULL;
}

void event_ring_fini(struct event_ring *r)
{
    for (size_t i = 0; i < r->size; i++)
        buf_fini(&r->events[i]);
    free(r->events);
    *r = (struct event_ring){0};
}

void event_ring_add(struct event_ring *r, struct slice event)
{
    assert(event.len && event.data[0] == '{');
    pthread_mutex_lock(&r->lock);
    r->last++;
    if (r->size) {
        struct buf *place = &r->events[r->last % r->size];
        buf_clear(place);
        buf_append_slice(place, event);
    }
    pthread_mutex_unlock(&r->lock);
}

static void write_events(const struct event_ring *r, uint64_t after, size_t limit, struct buf *out)
{
    struct json_writer w = json_writer_of(out);
    uint64_t oldest = r->last > r->size ? r->last - r->size : 0; /* none up to here is kept */
    uint64_t from = after > r->last ? 0 : after; /* of another run: from the start */
    uint64_t next = from > oldest ? from : oldest;
    assert(next <= r->last);
    json_writer_begin_object(&w);
    json_writer_key(&w, "events");
    json_writer_begin_array(&w);
    for (size_t n = 0; n < limit && next < r->last; n++) {
        next++;
        json_writer_begin_object(&w);
        json_writer_add_unsigned(&w, "number", next);
        json_writer_key(&w, "event");
        json_writer_raw(&w, buf_slice(&r->events[next % r->size]));
        json_writer_end_object(&w);
    }
    json_writer_end_array(&w);
    json_writer_add_unsigned(&w, "next", next);
    json_writer_add_bool(&w, "missed", after > r->last || from < oldest);
    json_writer_end_object(&w);
}

void event_ring_write(struct event_ring *r, uint64_t after, size_t limit, struct buf *out)
{
    assert(limit >= 1 && limit <= EVENT_RING_PAGE_MOST);
    pthread_mutex_lock(&r->lock);
    write_events(r, after, limit, out);
    pthread_mutex_unlock(&r->lock);
}

void event_ring_write_newest(struct event_ring *r, size_t limit, struct buf *out)
{
    assert(limit >= 1 && limit <= EVENT_RING_PAGE_MOST);
    pthread_mutex_lock(&r->lock);
    uint64_t kept = r->last < r->size ? r->last : r->size;
    write_events(r, r->last - (kept < limit ? kept : limit), limit, out);
    pthread_mutex_unlock(&r->lock);
}
