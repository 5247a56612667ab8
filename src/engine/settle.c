/*
 * settle.c - a binary heap of moments.  A store in which pairs wait says so in a row of meta
 * (`settling`), so that no other is walked for them when it is opened.
 */
#include "settle.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/state/meta.h"

#include <assert.h>
#include <stdlib.h>

#define ROW "settling"

int64_t settle_due(const struct engine_options *o, const struct published *row)
{
    assert(row->waits && o->settle_ms >= 0 && o->settle_max_ms >= 0);
    int64_t quiet = row->last_ms + o->settle_ms, most = row->first_ms + o->settle_max_ms;
    return quiet < most ? quiet : most;
}

void settle_add(struct settle *s, const struct settle_pair *pair)
{
    assert(pair->due_ms >= 0);
    ARRAY_PUSH(s->all, s->count, s->room, *pair);
    size_t i = s->count - 1;
    while (i > 0 && s->all[(i - 1) / 2].due_ms > pair->due_ms) {
        s->all[i] = s->all[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    s->all[i] = *pair;
}

bool settle_take(struct settle *s, int64_t now_ms, struct settle_pair *ret)
{
    if (!s->count || s->all[0].due_ms > now_ms)
        return false;
    *ret = s->all[0];
    const struct settle_pair last = s->all[--s->count];
    size_t i = 0;
    for (size_t k = 1; k < s->count; k = 2 * i + 1) {
        k += k + 1 < s->count && s->all[k + 1].due_ms < s->all[k].due_ms;
        if (s->all[k].due_ms >= last.due_ms)
            break;
        s->all[i] = s->all[k];
        i = k;
    }
    if (s->count)
        s->all[i] = last;
    assert(!s->count || s->all[0].due_ms >= ret->due_ms);
    return true;
}

struct loading {
    struct settle *settle;
    const struct engine_options *options;
};

static int load_row(void *arg, struct id subject, struct id object, const struct published *row)
{
    const struct loading *l = arg;
    if (!row->waits)
        return ERR_OK;
    l->settle->waiting++;
    settle_add(l->settle,
               &(struct settle_pair){subject, object, settle_due(l->options, row)}); /* (1) */
    return ERR_OK;
}

int settle_load(struct settle *s, struct kv *kv, const struct engine_options *o)
{
    struct loading loading = {s, o};
    struct kv_value pin = {0};
    struct slice row;
    assert(!s->count && !s->waiting);
    int rc = meta_get(kv, ROW, &row, &pin);
    bool some = !rc && row.data;
    kv_value_release(&pin);
    return some ? published_each(kv, load_row, &loading) : rc;
}

void settle_write(struct kv *kv, struct kv_batch *batch, uint64_t before, uint64_t after)
{
    if (!before && after)
        meta_put(kv, batch, ROW, slice_of("1"));
    if (before && !after)
        meta_delete(kv, batch, ROW);
}

void settle_fini(struct settle *s)
{
    free(s->all);
    *s = (struct settle){0};
}
