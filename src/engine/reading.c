/*
 * reading.c - a state, caches and a turn for one answer.  What they cost is little beside it:
 * memory is asked for when it is first needed.
 */
#include "reading.h"

#include <assert.h>

#define CACHE_BYTES ((size_t)1 << 20)

int reading_open(struct reading *r, const struct engine *e, const struct state *s)
{
    assert(s->graph_count == e->options.graph_count);
    *r = (struct reading){.options = e->options};
    r->options.profile_cache_bytes = CACHE_BYTES;
    r->options.threads = 1;
    int rc = state_copy(s, r->options.mapping, CACHE_BYTES, &r->state);
    r->pool = pool_new(1);
    r->profiles = profiles_new(&r->options, 1);
    turn_init(&r->turn, &r->state, &r->options, e->threshold, r->pool, r->profiles, &r->queue,
              &r->settle);
    return rc;
}

void reading_close(struct reading *r)
{
    assert(!r->turn.input);
    turn_fini(&r->turn);
    rescore_queue_fini(&r->queue);
    settle_fini(&r->settle);
    pool_free(r->pool);
    profiles_free(r->profiles);
    state_fini(&r->state);
}
