/*
 * event_ring.h - the newest events that were published since the start, for who looks on.  For any
 * thread.
 */
#ifndef ALIGND_DAEMON_EVENT_RING_H
#define ALIGND_DAEMON_EVENT_RING_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_RING_PAGE_MOST 1000 /* events of a page */

struct event_ring {
    pthread_mutex_t lock;
    struct buf *events; /* JSON; by number, modulo size */
    size_t size;        /* 0: none is kept */
    uint64_t last;      /* number of the newest, from 1; 0: none came yet */
};

void event_ring_init(struct event_ring *r, size_t size);
void event_ring_fini(struct event_ring *r);

/* event: an object of JSON; copied. */
void event_ring_add(struct event_ring *r, struct slice event);

/*
 * Appends {"events":[{"number":..,"event":{..}}],"next":N,"missed":..}: the oldest behind number
 * `after` first, at most limit (1 to EVENT_RING_PAGE_MOST).  next: what `after` is for those behind
 * them.  missed: some behind `after` are kept no more.
 */
void event_ring_write(struct event_ring *r, uint64_t after, size_t limit, struct buf *out);
/* The same of the newest. */
void event_ring_write_newest(struct event_ring *r, size_t limit, struct buf *out);
#endif
