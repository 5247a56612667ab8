/*
 * match_sample.c - one walk over the entities of each graph, in the order of their ids, and the
 * rows of pairs and matches beside it.
 */
#include "alignd/state/match_sample.h"

#include "alignd/align/decoy.h"
#include "alignd/align/pair_list.h"
#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/graph/id_map.h"
#include "alignd/graph/node.h"
#include "alignd/state/match_list.h"
#include "alignd/state/nodes.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define HASH_SPACE 281474976710656.0 /* 2^48: of an id behind the tag of its graph */

struct walk {
    const struct state *s;
    struct arena *types; /* of the caller */
    struct arena *arena; /* of one entity */
    struct id_map kinds; /* hash of graph and type -> number + 1 */
    struct kv_iter *nodes, *matches;
    struct match_sample *to;
};

static uint32_t kind_of(struct walk *w, size_t graph, struct slice type)
{
    struct hash128 h = hash_bytes_128(type, graph);
    void **place = id_map_place(&w->kinds, (struct id){h.hi, h.lo});
    assert(graph < w->s->graph_count);
    if (!*place) {
        struct match_sample *m = w->to;
        struct match_kind kind = {.type = arena_copy(w->types, type), .graph = graph};
        ARRAY_PUSH(m->kinds, m->kind_count, m->kind_room, kind);
        *place = (void *)(uintptr_t)m->kind_count;
    }
    return (uint32_t)((uintptr_t)*place - 1);
}

/* The score of what an entity is matched to in a graph; -1: to nothing. */
static int own_score(const struct state *s, struct id id, uint16_t tag, struct arena *arena,
                     float *ret)
{
    struct pair_list partners;
    int rc = match_list_partners(s->kv, id, arena, &partners);
    const struct pair_entry *own = rc ? NULL : pair_list_of_graph(&partners, tag);
    *ret = own ? own->score : -1;
    assert(rc || *ret >= -1);
    return rc;
}

static int best_first(const void *x, const void *y)
{
    const struct pair_entry *a = x, *b = y;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return id_compare(a->other, b->other);
}

int match_runner(const struct state *s, struct id id, const struct pair_list *pairs,
                 struct id partner, struct arena *arena, struct pair_entry *ret)
{
    const uint16_t tag = id_graph(partner);
    const struct pair_entry *of_graph = pair_list_of_graph(pairs, tag);
    size_t n = 0;
    *ret = (struct pair_entry){.score = 0};
    if (!of_graph)
        return ERR_OK;
    size_t left = pairs->count - (size_t)(of_graph - pairs->entries);
    struct pair_entry *rivals = arena_alloc(arena, left * sizeof(*rivals));
    for (size_t i = 0; i < left && id_graph(of_graph[i].other) == tag; i++)
        if (of_graph[i].score > 0 && !id_equal(of_graph[i].other, partner))
            rivals[n++] = of_graph[i];
    qsort(rivals, n, sizeof(*rivals), best_first);
    for (size_t i = 0; i < n; i++) {
        float own;
        int rc = own_score(s, rivals[i].other, id_graph(id), arena, &own);
        if (rc)
            return rc;
        if (decoy_is_runner(rivals[i].score, own)) {
            *ret = rivals[i];
            break;
        }
    }
    return ERR_OK;
}

static int see_match(struct walk *w, struct id id, uint32_t kind, const struct pair_list *pairs,
                     const struct pair_entry *match)
{
    struct node other;
    size_t graph = state_graph_of(w->s, match->other);
    struct match_seen seen = {
        .score = match->score, .kind = kind, .id = id, .partner = match->other};
    if (match->score < 0 || graph == w->s->graph_count)
        return ERR_OK; /* its pair went between two reads */
    int rc = nodes_read(w->s->kv, match->other, w->arena, &other);
    if (rc)
        return rc == ERR_NOT_FOUND ? ERR_OK : rc;
    seen.other = kind_of(w, graph, other.type);
    struct pair_entry runner;
    if ((rc = match_runner(w->s, id, pairs, match->other, w->arena, &runner)))
        return rc;
    seen.runner = runner.score;
    ARRAY_PUSH(w->to->all, w->to->count, w->to->room, seen);
    return ERR_OK;
}

/* The entity at which the walk over the nodes stands. */
static int see_entity(struct walk *w, size_t graph, struct id id)
{
    struct node node;
    int rc = node_decode(kv_iter_value(w->nodes), w->arena, &node);
    if (rc)
        return rc;
    uint32_t kind = kind_of(w, graph, node.type);
    w->to->kinds[kind].entities++;
    struct slice key = kv_iter_key(w->nodes);
    while (kv_iter_valid(w->matches) && slice_compare(kv_iter_key(w->matches), key) < 0)
        kv_iter_next(w->matches);
    if (!kv_iter_valid(w->matches) || !slice_equal(kv_iter_key(w->matches), key))
        return kv_iter_status(w->matches);
    struct kv_value row = {0};
    struct pair_list pairs, partners;
    bool found;
    if ((rc = kv_get(w->s->kv, KV_PAIRS, key, &row, &found)) ||
        (rc = pair_list_decode(row.bytes, w->arena, &pairs)) ||
        (rc = pair_list_decode_partners(kv_iter_value(w->matches), &pairs, w->arena, &partners)))
        goto done;
    for (size_t i = 0; i < partners.count && !rc; i++)
        rc = see_match(w, id, kind, &pairs, &partners.entries[i]);
done:
    kv_value_release(&row);
    return rc;
}

static int walk_graph(struct walk *w, size_t graph, uint64_t most)
{
    const uint16_t tag = w->s->graphs[graph].tag;
    char first[ID_BYTES];
    uint64_t seen = 0;
    id_put(first, (struct id){(uint64_t)tag << 48, 0});
    kv_iter_seek(w->nodes, (struct slice){first, sizeof(first)});
    kv_iter_seek(w->matches, (struct slice){first, sizeof(first)});
    for (; kv_iter_valid(w->nodes); kv_iter_next(w->nodes)) {
        if (kv_iter_key(w->nodes).len != ID_BYTES)
            return ERR_STORE;
        struct id id = id_get(kv_iter_key(w->nodes).data);
        if (id_graph(id) != tag)
            break;
        if (seen++ == most) { /* so much of the hashes lies before it */
            w->to->share[graph] = ((double)(id.hi & ~(UINT64_C(0xffff) << 48)) + 1) / HASH_SPACE;
            break;
        }
        int rc = see_entity(w, graph, id);
        arena_reset(w->arena);
        if (rc)
            return rc;
    }
    assert(w->to->share[graph] > 0 && w->to->share[graph] <= 1);
    return kv_iter_status(w->nodes);
}

int match_sample_take(const struct state *s, uint64_t most, struct arena *arena,
                      struct match_sample *ret)
{
    assert(most > 0 && s->graph_count <= STATE_MAX_GRAPHS);
    struct match_sample m = {0};
    for (size_t g = 0; g < s->graph_count; g++)
        m.share[g] = 1;
    struct walk w = {.s = s,
                     .types = arena,
                     .arena = arena_new(),
                     .nodes = kv_iter_new(s->kv, KV_NODES),
                     .matches = kv_iter_new(s->kv, KV_MATCHES),
                     .to = &m};
    int rc = ERR_OK;
    for (size_t g = 0; g < s->graph_count && !rc; g++)
        rc = state_is_catalog(s, g) ? walk_graph(&w, g, most) : ERR_OK;
    kv_iter_free(w.nodes);
    kv_iter_free(w.matches);
    id_map_fini(&w.kinds);
    arena_free(w.arena);
    if (rc)
        match_sample_fini(&m);
    *ret = m;
    return rc;
}

void match_sample_fini(struct match_sample *m)
{
    free(m->kinds);
    free(m->all);
    *m = (struct match_sample){0};
}
