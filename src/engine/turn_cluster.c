/*
 * turn_cluster.c - which cluster a match is in once the turn is over, for its event: along the
 * matches of the works, which are loaded where the turn has not met them.
 */
#include "turn_parts.h"

#include "alignd/align/cluster.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/state/clusters.h"
#include "alignd/state/nodes.h"

#include <assert.h>

static int matches_of(void *arg, struct id id, struct pair_list *ret)
{
    struct turn *t = arg;
    struct work *w = work_get(&t->works, id);
    int rc = work_load_matches(&t->works, &w, 1);
    if (rc)
        return rc;
    *ret = w->matches;
    return ERR_OK;
}

static int bars_of(void *arg, struct id id, const struct id **ret, size_t *ret_count)
{
    struct turn *t = arg;
    struct work *w = work_get(&t->works, id);
    int rc = work_load_decided(&t->works, &w, 1);
    if (rc)
        return rc;
    clusters_bars(&w->decided, t->cluster_arena, ret, ret_count);
    return ERR_OK;
}

static int graph_of(void *arg, struct id id, unsigned *ret)
{
    const struct turn *t = arg;
    return clusters_graph(t->state, id, ret);
}

static int write_name(struct turn *t, struct id id, struct slice *ret)
{
    struct work *w = work_get(&t->works, id);
    int rc = work_load_nodes(&t->works, &w, 1);
    if (rc)
        return rc;
    if (!w->node.term.len) {
        log_error("store: a match is of an entity that has no row");
        return ERR_STORE;
    }
    nodes_write_term(&w->node, t->arena, ret);
    return ERR_OK;
}

int turn_cluster_tell(struct turn *t, struct work *a, struct work *b, struct event *event)
{
    const struct cluster_source source = {
        .matches = matches_of,
        .barred = bars_of, /* the turn may be the one with the first of them */
        .graph = graph_of,
        .arg = t,
        .most = t->options->clusters};
    struct cluster_group group;
    assert(pair_list_find(&a->matches, b->id));
    if (!source.most || state_catalogs(t->state) <= 2)
        return ERR_OK;
    arena_reset(t->cluster_arena);
    int rc = cluster_walk(&source, a->id, false, t->cluster_arena, &group);
    if (rc || group.too_large)
        return rc;
    const struct cluster_link *link = cluster_find_link(&group, a->id, b->id);
    assert(link); /* it is one of a's */
    event->left_out = link->fate != CLUSTER_KEPT;
    if (event->left_out)
        return ERR_OK;
    uint32_t cluster = group.entities[link->a].cluster;
    return write_name(t, group.entities[cluster].id, &event->cluster);
}
