/*
 * state_view.c - a snapshot of the rows, and the totals that its own row `state` tells.  Of the
 * live state only what never changes is read: its database and graphs.
 */
#include "alignd/state/state_view.h"

#include "alignd/base/err.h"
#include "alignd/state/meta.h"

#include <assert.h>
#include <string.h>

static void take_graph(struct state *view, const struct meta_graph *g)
{
    size_t i = 0;
    while (i < view->graph_count && view->graphs[i].tag != g->tag)
        i++;
    if (i == view->graph_count)
        return;
    view->totals.triples[i] = g->triples;
    view->totals.entities[i] = g->entities;
}

int state_view_open(const struct state *s, struct state *ret_view)
{
    assert(s->kv && s->graph_count <= STATE_MAX_GRAPHS);
    struct meta_state row;
    struct state view = {
        .kv = kv_view_new(s->kv), .graph_count = s->graph_count, .verdict_tag = s->verdict_tag};
    memcpy(view.graphs, s->graphs, sizeof(view.graphs));
    memcpy(view.uuid, s->uuid, sizeof(view.uuid));
    int rc = meta_get_state(view.kv, &row);
    if (rc) {
        state_view_close(&view);
        return rc;
    }
    view.epoch = row.epoch;
    view.head = row.head;
    view.totals.pairs = row.pairs;
    view.totals.matches = row.matches;
    for (size_t i = 0; i < row.graph_count; i++)
        take_graph(&view, &row.graphs[i]);
    memcpy(view.digests, row.digests, sizeof(view.digests));
    *ret_view = view;
    return ERR_OK;
}

void state_view_close(struct state *view)
{
    assert(!view->predicates && !view->rows);
    kv_view_free(view->kv);
    view->kv = NULL;
}
