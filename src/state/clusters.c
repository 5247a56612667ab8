/*
 * clusters.c - rows of matches and pairs, walked along.
 */
#include "alignd/state/clusters.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/state/match_list.h"
#include "alignd/state/nodes.h"
#include "alignd/state/walk.h"

#include <assert.h>

static_assert(STATE_MAX_GRAPHS <= CLUSTER_MAX_GRAPHS, "every graph has a bit");

struct reading {
    const struct state *s;
    struct arena *arena;
    size_t most;
    int (*visit)(void *arg, struct arena *arena, const struct cluster_group *group);
    void *arg;
};

int clusters_graph(const struct state *s, struct id id, unsigned *ret_graph)
{
    size_t graph = state_graph_of(s, id);
    if (graph == s->graph_count) {
        log_error("store: a match is of an entity whose graph it does not have");
        return ERR_STORE;
    }
    *ret_graph = (unsigned)s->graphs[graph].rank;
    return ERR_OK;
}

static int read_matches(void *arg, struct id id, struct pair_list *ret)
{
    const struct reading *r = arg;
    return match_list_partners(r->s->kv, id, r->arena, ret);
}

void clusters_bars(const struct decided_list *decided, struct arena *arena, const struct id **ret,
                   size_t *ret_count)
{
    struct id *others = arena_alloc(arena, (decided->count + 1) * sizeof *others);
    size_t n = 0;
    for (size_t i = 0; i < decided->count; i++)
        if (decided->entries[i].what & DECIDED_BARRED)
            others[n++] = decided->entries[i].other;
    assert(n <= decided->count);
    *ret = others;
    *ret_count = n;
}

static int read_bars(void *arg, struct id id, const struct id **ret, size_t *ret_count)
{
    const struct reading *r = arg;
    char key[ID_BYTES];
    struct kv_value row = {0};
    struct decided_list decided = {0};
    bool found;
    id_put(key, id);
    int rc = kv_get(r->s->kv, KV_DECIDED, (struct slice){key, sizeof key}, &row, &found);
    if (rc || (rc = decided_decode(row.bytes, r->arena, &decided)))
        goto done;
    clusters_bars(&decided, r->arena, ret, ret_count);
done:
    kv_value_release(&row);
    return rc;
}

static int read_graph(void *arg, struct id id, unsigned *ret)
{
    const struct reading *r = arg;
    return clusters_graph(r->s, id, ret);
}

static int read_group(struct reading *r, struct id id, bool least, struct cluster_group *ret)
{
    const struct cluster_source source = {.matches = read_matches,
                                          .barred = state_has_verdicts(r->s) ? read_bars : NULL,
                                          .graph = read_graph,
                                          .arg = r,
                                          .most = r->most};
    return cluster_walk(&source, id, least, r->arena, ret);
}

static int group_of(const struct state *s, struct id id, size_t most, struct arena *arena,
                    struct cluster_group *ret_group)
{
    struct reading r = {.s = s, .arena = arena, .most = most};
    return read_group(&r, id, false, ret_group);
}

/* Most rows are of entities with a partner of a lower id, whose group was told with that. */
static int visit_row(void *arg, struct slice key, struct slice row)
{
    struct reading *r = arg;
    struct cluster_group group;
    if (key.len != ID_BYTES || row.len < ID_BYTES)
        return ERR_STORE;
    struct id id = id_get(key.data);
    if (id_compare(id_get(row.data), id) < 0)
        return ERR_OK;
    int rc = read_group(r, id, true, &group);
    if (!rc && group.count > 1)
        rc = r->visit(r->arg, r->arena, &group);
    arena_reset(r->arena);
    return rc;
}

int clusters_each(const struct state *s, size_t most,
                  int (*visit)(void *arg, struct arena *arena, const struct cluster_group *group),
                  void *arg)
{
    assert(most >= 1);
    struct reading r = {s, arena_new(), most, visit, arg};
    int rc = walk_rows(s->kv, KV_MATCHES, visit_row, &r);
    arena_free(r.arena);
    return rc;
}

void clusters_reader_init(struct clusters_reader *r, const struct state *s, size_t most)
{
    assert(most >= 1);
    *r = (struct clusters_reader){.s = s, .most = most, .arena = arena_new()};
}

void clusters_reader_fini(struct clusters_reader *r)
{
    arena_free(r->arena);
    *r = (struct clusters_reader){0};
}

/* Matches of one entity come one after the other, and are of one group. */
static bool is_of_last(const struct clusters_reader *r, struct id id)
{
    for (size_t i = 0; i < r->group.count && !r->group.too_large; i++)
        if (id_equal(r->group.entities[i].id, id))
            return true;
    return false;
}

int clusters_read(struct clusters_reader *r, struct id a, struct id b, struct clusters_told *ret)
{
    struct clusters_told told = {.cluster = {"", 0}};
    int rc;
    if (!is_of_last(r, a)) {
        r->group = (struct cluster_group){0};
        arena_reset(r->arena);
        if ((rc = group_of(r->s, a, r->most, r->arena, &r->group)))
            return rc;
    }
    const struct cluster_link *link = cluster_find_link(&r->group, a, b);
    told.too_large = r->group.too_large;
    if (!link && !told.too_large)
        return ERR_STORE;
    told.left_out = link && link->fate != CLUSTER_KEPT;
    if (link && !told.left_out) {
        const struct cluster_group *g = &r->group;
        struct node node;
        struct id name = g->entities[g->entities[link->a].cluster].id;
        if ((rc = nodes_read(r->s->kv, name, r->arena, &node)))
            return rc == ERR_NOT_FOUND ? ERR_STORE : rc;
        nodes_write_term(&node, r->arena, &told.cluster);
    }
    assert(!told.left_out || !told.cluster.len);
    *ret = told;
    return ERR_OK;
}
