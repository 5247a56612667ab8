/*
 * decided_pairs.c - the rows of decided from one end of each pair, with the nodes of both.
 */
#include "alignd/state/decided_pairs.h"

#include "alignd/base/err.h"
#include "alignd/state/nodes.h"
#include "alignd/state/walk.h"

#include <assert.h>

struct walk {
    const struct state *s;
    uint8_t what;
    int (*visit)(void *arg, const struct decided_pair *pair);
    void *arg;
    struct arena *arena;
};

static int describe(const struct walk *w, struct id id, struct slice *ret_term,
                    struct slice *ret_label, size_t *ret_graph)
{
    struct node node;
    *ret_graph = state_graph_of(w->s, id);
    if (*ret_graph == w->s->graph_count)
        return ERR_STORE;
    int rc = nodes_read(w->s->kv, id, w->arena, &node);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_STORE : rc;
    nodes_write_term(&node, w->arena, ret_term);
    *ret_label = node.has_label ? node.label : (struct slice){NULL, 0};
    assert(ret_term->len > 0);
    return ERR_OK;
}

static int visit_row(void *arg, struct slice key, struct slice value)
{
    struct walk *w = arg;
    struct decided_list list;
    arena_reset(w->arena);
    if (key.len != ID_BYTES || decided_decode(value, w->arena, &list))
        return ERR_STORE;
    struct id subject = id_get(key.data);
    for (size_t i = 0; i < list.count; i++) {
        struct decided_pair pair = {.what = list.entries[i].what};
        int rc;
        if (!(pair.what & w->what) || !state_first(w->s, subject, list.entries[i].other))
            continue;
        if ((rc = describe(w, subject, &pair.subject, &pair.subject_label, &pair.subject_graph)) ||
            (rc = describe(w, list.entries[i].other, &pair.object, &pair.object_label,
                           &pair.object_graph)) ||
            (rc = w->visit(w->arg, &pair)))
            return rc;
    }
    return ERR_OK;
}

int decided_pairs_each(const struct state *s, uint8_t what,
                       int (*visit)(void *arg, const struct decided_pair *pair), void *arg)
{
    struct walk w = {s, what, visit, arg, arena_new()};
    assert(what && visit);
    int rc = walk_rows(s->kv, KV_DECIDED, visit_row, &w);
    arena_free(w.arena);
    return rc;
}
