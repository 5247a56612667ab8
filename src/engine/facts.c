/*
 * facts.c - an entity's row tells which relations it has, of each of which the first rows are read.
 */
#include "alignd/engine/facts.h"

#include "engine_internal.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/node.h"
#include "alignd/graph/predicate.h"
#include "alignd/state/nodes.h"

#include <assert.h>
#include <stdlib.h>

struct facts {
    struct state state; /* a copy, for its predicates */
    struct kv_iter *scan;
};

int facts_open(const struct engine *e, const struct state *s, struct facts **ret_facts)
{
    struct facts *f = memory_calloc(1, sizeof(*f));
    int rc = state_copy(s, e->options.mapping, 0, &f->state);
    if (rc) {
        facts_close(f);
        return rc;
    }
    f->scan = kv_scan_new(s->kv, KV_ADJACENCY);
    *ret_facts = f;
    return ERR_OK;
}

void facts_close(struct facts *f)
{
    if (!f)
        return;
    kv_iter_free(f->scan);
    state_fini(&f->state);
    free(f);
}

/* --- which relations --- */

struct group {
    uint64_t relation;
    struct slice name;
    bool inverse;
};

static bool is_fact(uint64_t relation)
{
    return relation != RELATION_LABEL && relation != RELATION_ALIAS && relation != RELATION_TYPE &&
           relation != RELATION_IGNORED;
}

static int by_direction_and_name(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    if (x->inverse != y->inverse)
        return x->inverse ? 1 : -1;
    int order = slice_compare(x->name, y->name);
    return order ? order : (x->relation > y->relation) - (x->relation < y->relation);
}

static struct group *groups_of(const struct facts *f, const struct node *node,
                               const struct facts_query *q, struct arena *arena, size_t *ret_count)
{
    struct group *groups = arena_alloc(arena, (node->group_count + 1) * sizeof(*groups));
    size_t n = 0;
    for (size_t i = 0; i < node->group_count; i++) {
        uint64_t relation = node->groups[i].relation;
        bool inverse = relation & RELATION_INVERSE;
        struct slice name = predicates_relation_name(f->state.predicates, relation);
        if (!is_fact(relation) || !name.len ||
            (q->relation.len && (inverse != q->inverse || !slice_equal(name, q->relation))))
            continue;
        groups[n++] = (struct group){relation, name, inverse};
    }
    qsort(groups, n, sizeof(*groups), by_direction_and_name);
    *ret_count = n;
    return groups;
}

/* --- what they say --- */

struct list {
    struct fact *all;
    size_t count, room;
};

static int name_neighbour(const struct facts *f, struct id id, struct arena *arena,
                          struct fact *fact)
{
    struct node node;
    int rc = nodes_read(f->state.kv, id, arena, &node);
    if (rc) /* it has a row while an edge leads to it */
        return rc == ERR_NOT_FOUND ? ERR_STORE : rc;
    nodes_write_term(&node, arena, &fact->iri);
    fact->text = node.has_label ? node.label : (struct slice){"", 0};
    return ERR_OK;
}

static int name_value(struct slice value, struct arena *arena, struct fact *fact)
{
    struct term term;
    int rc = edge_value_decode(arena_copy(arena, value), &term);
    fact->value = true;
    fact->text = term.text;
    fact->datatype = term.datatype;
    return rc;
}

static int add_edge(const struct facts *f, const struct group *g, const struct edge *edge,
                    struct arena *arena, struct list *list)
{
    struct fact fact = {.relation = g->name,
                        .inverse = g->inverse,
                        .key = relation_is_key(g->relation),
                        .iri = {"", 0},
                        .text = {"", 0},
                        .datatype = {"", 0}};
    assert(edge->relation == g->relation);
    int rc = edge_is_value(edge) ? name_value(edge->value, arena, &fact)
                                 : name_neighbour(f, edge->neighbour, arena, &fact);
    if (!rc)
        ARRAY_PUSH_IN(arena, list->all, list->count, list->room, fact);
    return rc;
}

static int add_group(const struct facts *f, struct id id, const struct group *g, size_t most,
                     struct arena *arena, struct list *list)
{
    char from[EDGE_GROUP_BYTES];
    int rc = ERR_OK;
    edge_group_key(from, id, g->relation);
    kv_iter_seek(f->scan, (struct slice){from, sizeof(from)});
    for (size_t n = 0; n < most && kv_iter_valid(f->scan) && !rc; n++, kv_iter_next(f->scan)) {
        struct id entity;
        struct edge edge;
        if (edge_decode(kv_iter_key(f->scan), kv_iter_value(f->scan), &entity, &edge))
            return ERR_STORE;
        if (!id_equal(entity, id) || edge.relation != g->relation)
            return ERR_OK;
        rc = add_edge(f, g, &edge, arena, list);
    }
    return rc || kv_iter_valid(f->scan) ? rc : kv_iter_status(f->scan);
}

int facts_read(const struct facts *f, struct id id, const struct facts_query *q,
               struct arena *arena, struct fact **ret_facts, size_t *ret_count)
{
    assert(q->each >= 1 && q->most >= 1);
    struct node node;
    struct list list = {0};
    size_t groups;
    int rc = nodes_read(f->state.kv, id, arena, &node);
    if (rc)
        return rc;
    const struct group *all = groups_of(f, &node, q, arena, &groups);
    for (size_t i = 0; i < groups && list.count < q->most && !rc; i++) {
        size_t left = q->most - list.count;
        rc = add_group(f, id, &all[i], left < q->each ? left : q->each, arena, &list);
    }
    *ret_facts = list.all;
    *ret_count = list.count;
    return rc;
}

/* --- the relations there are --- */

struct gathering {
    const struct state *state;
    size_t graph;
    struct arena *arena;
    struct facts_relation *all;
    size_t count, room;
};

static void gather(void *arg, const struct predicate *p)
{
    struct gathering *g = arg;
    size_t graph = 0;
    while (graph < g->state->graph_count && g->state->graphs[graph].tag != p->graph_tag)
        graph++;
    if ((p->kind != PREDICATE_RELATION && p->kind != PREDICATE_KEY) || !p->triples ||
        graph == g->state->graph_count || !state_is_catalog(g->state, graph) ||
        (g->graph != graph && g->graph != g->state->graph_count))
        return;
    ARRAY_PUSH_IN(g->arena, g->all, g->count, g->room,
                  (struct facts_relation){p->name, p->relation, p->triples});
}

static int by_code(const void *a, const void *b)
{
    const struct facts_relation *x = a, *y = b;
    return (x->code > y->code) - (x->code < y->code);
}

/* Several predicates may mean one relation. */
static size_t fold(struct facts_relation *all, size_t count)
{
    size_t kept = 0;
    qsort(all, count, sizeof(*all), by_code);
    for (size_t i = 0; i < count; i++) {
        if (kept && all[kept - 1].code == all[i].code)
            all[kept - 1].triples += all[i].triples;
        else
            all[kept++] = all[i];
    }
    assert(kept <= count);
    return kept;
}

static int by_triples(const void *a, const void *b)
{
    const struct facts_relation *x = a, *y = b;
    if (x->triples != y->triples)
        return x->triples < y->triples ? 1 : -1;
    int order = slice_compare(x->name, y->name);
    return order ? order : (x->code > y->code) - (x->code < y->code);
}

void facts_relations(const struct facts *f, size_t graph, struct arena *arena,
                     struct facts_relation **ret_relations, size_t *ret_count)
{
    assert(graph <= f->state.graph_count);
    struct gathering g = {.state = &f->state, .graph = graph, .arena = arena};
    predicates_each(f->state.predicates, gather, &g);
    *ret_count = g.count ? fold(g.all, g.count) : 0;
    if (g.count)
        qsort(g.all, *ret_count, sizeof(*g.all), by_triples);
    *ret_relations = g.all;
}
