/*
 * triples.c - the rows of adjacency that lead from subject to object, as changes again: in
 * batches, since the entities they name are read many at a time.
 */
#include "alignd/state/triples.h"

#include "alignd/base/arena.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/node.h"
#include "alignd/state/walk.h"

#include <assert.h>
#include <stdlib.h>

#define BATCH 1024

/* Rows of one graph gathered for a visit. */
struct batch {
    struct arena *arena;
    struct id subjects[BATCH];
    struct edge edges[BATCH];
    size_t count;
    struct slice keys[2 * BATCH];
    char key_bytes[2 * BATCH][ID_BYTES];
    struct kv_value values[2 * BATCH];
    struct change changes[BATCH];
};

static int term_of(struct slice row, struct term *ret_term)
{
    return row.data ? node_decode_term(row, ret_term) : ERR_STORE;
}

/* The rows of the entities that a batch names, in its order: of a subject once, however many
 * triples it has, since its row grows with its predicates. */
static size_t list_keys(struct batch *b)
{
    assert(b->count <= BATCH);
    size_t n = 0;
    for (size_t i = 0; i < b->count; i++) {
        if (i == 0 || !id_equal(b->subjects[i], b->subjects[i - 1]))
            id_put(b->key_bytes[n++], b->subjects[i]);
        if (!edge_is_value(&b->edges[i]))
            id_put(b->key_bytes[n++], b->edges[i].neighbour);
    }
    for (size_t i = 0; i < n; i++)
        b->keys[i] = (struct slice){b->key_bytes[i], ID_BYTES};
    assert(n <= 2 * b->count);
    return n;
}

static int resolve(const struct state *s, struct batch *b)
{
    assert(b->count > 0);
    size_t n = list_keys(b), at = 0;
    int rc = kv_get_many(s->kv, KV_NODES, b->keys, n, b->values);
    if (rc)
        return rc;
    for (size_t i = 0; i < b->count; i++) {
        const struct edge *edge = &b->edges[i];
        struct change *c = &b->changes[i];
        const struct predicate *p =
            predicates_find(s->predicates, id_graph(b->subjects[i]), edge->predicate);
        if (!p)
            return ERR_STORE;
        *c = (struct change){.op = CHANGE_INSERT, .predicate = {.kind = TERM_IRI, .text = p->iri}};
        if (i && id_equal(b->subjects[i], b->subjects[i - 1]))
            c->subject = b->changes[i - 1].subject;
        else if ((rc = term_of(b->values[at++].bytes, &c->subject)))
            return rc;
        if ((rc = edge_is_value(edge) ? edge_value_decode(edge->value, &c->object)
                                      : term_of(b->values[at++].bytes, &c->object)))
            return rc;
    }
    assert(at == n); /* every row that was asked for has its place */
    return ERR_OK;
}

static int hand_over(const struct state *s, struct batch *b,
                     int (*visit)(void *, size_t, const struct change *, size_t), void *arg)
{
    assert(b->count <= BATCH);
    if (!b->count)
        return ERR_OK;
    int rc = resolve(s, b);
    if (rc == ERR_STORE)
        log_error("store: a triple names an entity or a predicate that has no row");
    if (rc)
        goto done;
    rc = visit(arg, state_graph_of(s, b->subjects[0]), b->changes, b->count);
done:
    for (size_t i = 0; i < 2 * BATCH; i++)
        kv_value_release(&b->values[i]);
    b->count = 0;
    arena_reset(b->arena);
    return rc;
}

struct each {
    const struct state *s;
    struct batch *batch;
    int (*visit)(void *arg, size_t graph, const struct change *changes, size_t count);
    void *arg;
};

static int take_row(void *arg, struct slice key, struct slice value)
{
    const struct each *each = arg;
    struct batch *b = each->batch;
    struct id subject;
    struct edge edge;
    int rc = edge_decode(key, value, &subject, &edge);
    if (rc || (edge.relation & RELATION_INVERSE))
        return rc;
    bool full = b->count == BATCH || (b->count && id_graph(b->subjects[0]) != id_graph(subject));
    if (full && (rc = hand_over(each->s, b, each->visit, each->arg)))
        return rc;
    if (edge.value.len)
        edge.value = arena_copy(b->arena, edge.value);
    assert(b->count < BATCH);
    b->subjects[b->count] = subject;
    b->edges[b->count++] = edge;
    return ERR_OK;
}

int triples_each(const struct state *s,
                 int (*visit)(void *arg, size_t graph, const struct change *changes, size_t count),
                 void *arg)
{
    struct batch *b = memory_calloc(1, sizeof(*b));
    struct each each = {s, b, visit, arg};
    b->arena = arena_new();
    int rc = walk_rows(s->kv, KV_ADJACENCY, take_row, &each);
    if (rc)
        goto done;
    rc = hand_over(s, b, visit, arg);
done:
    assert(rc || b->count == 0);
    arena_free(b->arena);
    free(b);
    return rc;
}
