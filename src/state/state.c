/*
 * state.c - the state of a store in memory, from the rows of meta and predicates, and its
 * change.
 *
 * Invariants: (1) totals, digests and head are what the row `state` of the store says.
 * (2) A predicate's triples are what its row says, 0 where there is none.
 */
#include "alignd/state/state.h"

#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/graph/verdict.h"
#include "alignd/state/meta.h"
#include "alignd/state/settings.h"
#include "alignd/state/walk.h"
#include "alignd/store/layout.h"

#include <assert.h>
#include <string.h>

void state_init(struct state *s, struct kv *kv, const char *const *graphs, size_t graph_count,
                const struct mapping *mapping, size_t row_cache_bytes)
{
    assert(graph_count >= 1 && graph_count <= STATE_MAX_GRAPHS);
    *s = (struct state){.kv = kv, .graph_count = graph_count};
    for (size_t i = 0; i < graph_count; i++) {
        struct slice name = slice_of(graphs[i]);
        s->graphs[i] = (struct state_graph){.name = name, .tag = id_graph_tag(name)};
        if (slice_equal(name, slice_of(VERDICT_GRAPH)))
            s->verdict_tag = s->graphs[i].tag;
    }
    for (size_t i = 0; i < graph_count; i++)
        for (size_t k = 0; k < graph_count; k++) {
            assert(i == k || s->graphs[i].tag != s->graphs[k].tag);
            s->graphs[i].rank += slice_compare(s->graphs[k].name, s->graphs[i].name) < 0;
        }
    s->predicates = predicates_new(mapping);
    s->rows = row_cache_new(row_cache_bytes);
}

void state_fini(struct state *s)
{
    row_cache_free(s->rows);
    predicates_free(s->predicates);
}

static size_t graph_of_tag(const struct state *s, uint64_t tag)
{
    size_t g = 0;
    while (g < s->graph_count && s->graphs[g].tag != tag)
        g++;
    return g;
}

size_t state_graph_of(const struct state *s, struct id id)
{
    return graph_of_tag(s, id_graph(id));
}

bool state_first(const struct state *s, struct id a, struct id b)
{
    size_t of_a = state_graph_of(s, a), of_b = state_graph_of(s, b);
    return of_a < s->graph_count && of_b < s->graph_count &&
           s->graphs[of_a].rank < s->graphs[of_b].rank;
}

size_t state_verdict_graph(const struct state *s)
{
    return s->verdict_tag ? graph_of_tag(s, s->verdict_tag) : s->graph_count;
}

bool state_has_verdicts(const struct state *s)
{
    return s->verdict_tag && s->totals.triples[state_verdict_graph(s)] != 0;
}

struct decided_counts state_decided(const struct state *s)
{
    return (struct decided_counts){s->totals.decided.pinned / 2, s->totals.decided.barred / 2,
                                   s->totals.decided.contradicted / 2};
}

size_t state_catalogs(const struct state *s)
{
    return s->graph_count - (s->verdict_tag != 0);
}

uint64_t state_entities(const struct state *s)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < s->graph_count; i++)
        sum += s->totals.entities[i];
    return sum;
}

uint64_t state_triples(const struct state *s)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < s->graph_count; i++)
        sum += s->totals.triples[i];
    return sum;
}

/* --- reading --- */

static void tell_unknown(struct slice graph)
{
    assert(graph.len);
    if (slice_equal(graph, slice_of(VERDICT_GRAPH)))
        log_error("the store holds verdicts, and the configuration has no section [verdicts]: add "
                  "it, if only with an empty 'topics ='");
    else
        log_error("the store holds a graph '%.*s' that is not configured", (int)graph.len,
                  graph.data);
}

/* Graphs of the store must be among ours; new ones are noted. */
static int check_graphs(const struct state *s, struct kv_batch *batch)
{
    struct kv_value pin = {0};
    struct slice stored;
    struct buf all = {0};
    int rc = meta_get(s->kv, "graphs", &stored, &pin);
    if (rc)
        goto done;
    for (struct slice rest = stored; rest.len;) {
        struct slice name = settings_next_line(&rest);
        if (graph_of_tag(s, id_graph_tag(name)) == s->graph_count) {
            tell_unknown(name);
            rc = ERR_MISMATCH;
            goto done;
        }
    }
    for (size_t rank = 0; rank < s->graph_count; rank++)
        for (size_t i = 0; i < s->graph_count; i++)
            if (s->graphs[i].rank == rank) {
                buf_append_slice(&all, s->graphs[i].name);
                buf_append_text(&all, "\n");
            }
    if (!slice_equal(stored, buf_slice(&all)))
        meta_put(s->kv, batch, "graphs", buf_slice(&all));
done:
    kv_value_release(&pin);
    buf_fini(&all);
    return rc;
}

/* The row `state` of a state that is this one after the change. */
static void put_state(const struct state *s, struct kv_batch *batch,
                      const struct state_change *change)
{
    struct meta_state row = {.epoch = s->epoch,
                             .head = s->head + change->records,
                             .pairs = s->totals.pairs + change->totals.pairs,
                             .matches = s->totals.matches + change->totals.matches,
                             .graph_count = s->graph_count};
    for (size_t i = 0; i < s->graph_count; i++)
        row.graphs[i] =
            (struct meta_graph){.tag = s->graphs[i].tag,
                                .triples = s->totals.triples[i] + change->totals.triples[i],
                                .entities = s->totals.entities[i] + change->totals.entities[i]};
    for (int f = 0; f < KV_FAMILIES; f++)
        row.digests[f] = s->digests[f] + change->digests[f];
    assert(row.head >= s->head); /* numbers go up within an epoch */
    meta_put_state(s->kv, batch, &row);
}

static int start_store(struct state *s, struct kv_batch *batch)
{
    assert(s->epoch == 0 && s->head == 0);
    static const struct state_change none;
    int rc = meta_make_uuid(s->uuid);
    if (rc)
        return rc;
    meta_put_format(s->kv, batch);
    meta_put(s->kv, batch, "uuid", slice_of(s->uuid));
    s->epoch = 1;
    put_state(s, batch, &none);
    return ERR_OK;
}

static int take_state(struct state *s)
{
    struct meta_state row;
    int rc = meta_get_state(s->kv, &row);
    if (rc)
        return rc;
    s->epoch = row.epoch;
    assert(row.graph_count <= STATE_MAX_GRAPHS);
    s->head = row.head;
    s->totals.pairs = row.pairs;
    s->totals.matches = row.matches;
    for (size_t i = 0; i < row.graph_count; i++) {
        size_t g = graph_of_tag(s, row.graphs[i].tag);
        if (g == s->graph_count)
            return ERR_STORE;
        s->totals.triples[g] = row.graphs[i].triples;
        s->totals.entities[g] = row.graphs[i].entities;
    }
    memcpy(s->digests, row.digests, sizeof(s->digests));
    return ERR_OK;
}

static int take_predicate(void *arg, struct slice key, struct slice value)
{
    struct state *s = arg;
    struct reader r = reader_of(value);
    uint64_t triples = reader_take_varint(&r);
    struct slice iri = {r.at, (size_t)(r.end - r.at)};
    if (key.len != LAYOUT_PREDICATE_KEY_BYTES || reader_failed(&r))
        return ERR_STORE;
    uint16_t tag = get_be16(key.data);
    size_t graph = graph_of_tag(s, tag);
    if (graph == s->graph_count)
        return ERR_STORE;
    struct predicate *p = predicates_resolve(s->predicates, s->graphs[graph].name, tag, iri);
    p->triples = triples;
    return ERR_OK;
}

struct counting {
    struct state *s;
    struct arena *arena;
};

static int count_decided(void *arg, struct slice key, struct slice value)
{
    struct counting *c = arg;
    struct decided_list list;
    arena_reset(c->arena);
    int rc = decided_decode(value, c->arena, &list);
    if (rc || key.len != LAYOUT_ID_BYTES)
        return ERR_STORE;
    decided_count(&list, &c->s->totals.decided);
    return ERR_OK;
}

/* They are few beside the rest, so that they are counted and not kept. */
static int take_decided(struct state *s)
{
    struct counting c = {s, arena_new()};
    assert(s->totals.decided.pinned == 0 && s->totals.decided.barred == 0);
    int rc = walk_rows(s->kv, KV_DECIDED, count_decided, &c);
    arena_free(c.arena);
    return rc;
}

static int continue_store(struct state *s)
{
    int rc;
    if ((rc = meta_get_held(s->kv, &s->held)) || (rc = meta_get_uuid(s->kv, s->uuid)) ||
        (rc = take_state(s)) || (rc = take_decided(s)))
        return rc;
    return walk_rows(s->kv, KV_PREDICATES, take_predicate, s);
}

int state_load(struct state *s, struct kv_batch *batch)
{
    assert(s->epoch == 0 && s->head == 0);           /* nothing is read yet */
    int rc = meta_check_format(s->kv, META_TRIPLES); /* its caller may have asked for more */
    bool fresh = rc == ERR_NOT_FOUND;
    if ((rc && !fresh) || (rc = check_graphs(s, batch)))
        return rc;
    return fresh ? start_store(s, batch) : continue_store(s);
}

int state_copy(const struct state *s, const struct mapping *mapping, size_t row_cache_bytes,
               struct state *ret)
{
    assert(s->kv && s->graph_count >= 1);
    *ret = *s;
    ret->predicates = predicates_new(mapping);
    ret->rows = row_cache_new(row_cache_bytes);
    return walk_rows(ret->kv, KV_PREDICATES, take_predicate, ret);
}

/* --- change --- */

uint64_t state_row_hash(enum kv_family family, struct slice key, struct slice row)
{
    return hash_bytes(row, hash_bytes(key, 0x100 + (uint64_t)family));
}

void state_put_row(const struct state *s, struct kv_batch *batch, struct state_change *change,
                   enum kv_family family, struct slice key, struct slice old_row,
                   struct slice new_row)
{
    assert(family < KV_FAMILIES);
    assert((old_row.data || !old_row.len) && (new_row.data || !new_row.len));
    if (old_row.data && new_row.data && slice_equal(old_row, new_row))
        return;
    if (old_row.data)
        change->digests[family] -= state_row_hash(family, key, old_row);
    if (new_row.data) {
        change->digests[family] += state_row_hash(family, key, new_row);
        kv_batch_put(s->kv, batch, family, key, new_row);
    } else if (old_row.data) {
        kv_batch_delete(s->kv, batch, family, key);
    }
}

/* What the store says of them may be damaged: nothing is asserted of it. */
static uint64_t triples_after(const struct state_predicate *p)
{
    return p->predicate->triples + (uint64_t)p->triples;
}

static void put_predicates(const struct state *s, struct kv_batch *batch,
                           struct state_change *change)
{
    struct buf row = {0}, old = {0};
    for (size_t i = 0; i < change->predicate_count; i++) {
        const struct predicate *p = change->predicates[i].predicate;
        assert(graph_of_tag(s, p->graph_tag) < s->graph_count);
        uint64_t triples = triples_after(&change->predicates[i]);
        char key[LAYOUT_PREDICATE_KEY_BYTES];
        struct slice none = {NULL, 0};
        put_be16(key, p->graph_tag);
        put_be64(key + 2, p->hash);
        buf_clear(&row);
        buf_clear(&old);
        buf_append_varint(&row, triples);
        buf_append_slice(&row, p->iri);
        buf_append_varint(&old, p->triples);
        buf_append_slice(&old, p->iri);
        state_put_row(s, batch, change, KV_PREDICATES, (struct slice){key, sizeof(key)},
                      p->triples ? buf_slice(&old) : none, triples ? buf_slice(&row) : none);
    }
    buf_fini(&row);
    buf_fini(&old);
}

/* (1) (2) */
static void take_change(struct state *s, const struct state_change *change)
{
    for (size_t i = 0; i < s->graph_count; i++) {
        s->totals.triples[i] += change->totals.triples[i];
        s->totals.entities[i] += change->totals.entities[i];
    }
    s->totals.pairs += change->totals.pairs;
    s->totals.matches += change->totals.matches;
    s->totals.decided.pinned += change->totals.decided.pinned;
    s->totals.decided.barred += change->totals.decided.barred;
    s->totals.decided.contradicted += change->totals.decided.contradicted;
    for (int f = 0; f < KV_FAMILIES; f++)
        s->digests[f] += change->digests[f];
    for (size_t i = 0; i < change->predicate_count; i++)
        change->predicates[i].predicate->triples = triples_after(&change->predicates[i]);
    s->head += change->records;
    s->held = (s->held && !change->release) || change->hold;
}

int state_commit(struct state *s, struct kv_batch *batch, const struct state_change *change,
                 bool sync)
{
    assert(!change->hold || !change->release);
    assert(change->predicate_count == 0 || change->predicates);
    struct state_change all = *change;
    put_predicates(s, batch, &all);
    if (all.hold || all.release)
        meta_put_held(s->kv, batch, all.hold);
    if (kv_batch_rows(batch)) {
        put_state(s, batch, &all);
        int rc = kv_write(s->kv, batch, sync);
        if (rc)
            return rc;
    }
    take_change(s, &all);
    return ERR_OK;
}
