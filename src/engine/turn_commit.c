/*
 * turn_commit.c - what the turn found, into rows: those that differ from before, with the
 * differences of what is counted along, in one batch.
 */
#include "turn_parts.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/state/offsets.h"

#include "edges.h"

#include <assert.h>

void turn_put_row(struct turn *t, enum kv_family family, struct slice key, struct slice old_row,
                  struct slice new_row)
{
    state_put_row(t->state, t->batch, &t->change, family, key, old_row, new_row);
}

/* The row in `row`, or none, into the batch and the cache. */
static void put_encoded(struct turn *t, enum kv_family family, struct id id, struct slice key,
                        struct slice old_row, struct buf *row, bool present)
{
    assert(present || row->len == 0);
    struct slice new_row = present ? buf_slice(row) : (struct slice){NULL, 0};
    if (present && !new_row.data)
        new_row.data = "";
    turn_put_row(t, family, key, old_row, new_row);
    row_cache_put(t->state->rows, family, id, new_row);
    buf_clear(row);
}

static void put_vectors(const struct work_set *set, const struct work *w, struct buf *row)
{
    assert(w->vectors && work_alive(w));
    buf_append_u64(row, w->namesakes);
    buf_append(row, w->vectors, work_vector_bytes(set, w));
    buf_append_slice(row, w->said);
}

static void put_edge(struct turn *t, const struct work *w, const struct edge *edge, bool present)
{
    char key[EDGE_KEY_BYTES];
    edge_key(key, w->id, edge);
    struct slice row = edge->value.len ? edge->value : (struct slice){"", 0};
    struct slice none = {NULL, 0};
    turn_put_row(t, KV_ADJACENCY, (struct slice){key, sizeof(key)}, present ? none : row,
                 present ? row : none);
}

static void write_edges(struct turn *t, struct work *w)
{
    assert(work_alive(w) || w->added.count == 0);
    edges_sort(w);
    /* removed first: a row may be re-keyed to where another stood */
    for (size_t i = 0; i < w->removed.count; i++)
        put_edge(t, w, &w->removed.edges[i], false);
    for (size_t i = 0; i < w->added.count; i++)
        put_edge(t, w, &w->added.edges[i], true);
}

static void write_one(struct turn *t, struct work *w, struct buf *row)
{
    char id[ID_BYTES];
    id_put(id, w->id);
    struct slice key = {id, ID_BYTES};
    bool alive = work_alive(w), gone = (w->loaded & LOADED_NODE) && !alive;
    assert(!w->node_changed || (w->loaded & LOADED_NODE));
    if (w->node_changed) {
        if (alive)
            node_encode(row, &w->node);
        put_encoded(t, KV_NODES, w->id, key, w->node_row, row, alive);
    }
    if (w->sample != w->old_sample) {
        assert((w->loaded & LOADED_SAMPLE) && (!gone || !w->sample));
        if (w->sample)
            sample_encode(row, w->sample);
        put_encoded(t, KV_SAMPLES, w->id, key, w->sample_row, row, w->sample != NULL);
    }
    if (w->vectors_changed) {
        assert((w->loaded & LOADED_VECTORS) && (!gone || !w->vectors));
        if (w->vectors)
            put_vectors(&t->works, w, row);
        put_encoded(t, KV_VECTORS, w->id, key, w->vector_row, row, w->vectors != NULL);
    }
    if (w->pairs_changed) {
        assert((w->loaded & LOADED_PAIRS) && (!gone || w->pairs.count == 0));
        pair_list_encode(row, &w->pairs);
        put_encoded(t, KV_PAIRS, w->id, key, w->pairs_row, row, w->pairs.count != 0);
    }
    if (w->matches_changed) {
        assert((w->loaded & LOADED_MATCHES) && (!gone || w->matches.count == 0));
        pair_list_encode_partners(row, &w->matches);
        put_encoded(t, KV_MATCHES, w->id, key, w->matches_row, row, w->matches.count != 0);
    }
    if (w->decided_changed) {
        decided_encode(row, &w->decided);
        put_encoded(t, KV_DECIDED, w->id, key, w->decided_row, row, w->decided.count != 0);
    }
    write_edges(t, w);
}

static void write_block(struct turn *t, const struct work_block *b, struct buf *row)
{
    assert(b->changed);
    char key[BLOCK_KEY_BYTES];
    block_key_put(key, b->key);
    if (b->block.side_count)
        block_encode(row, &b->block);
    put_encoded(t, KV_BLOCKS, work_block_slot(b->key), (struct slice){key, sizeof(key)}, b->row,
                row, b->block.side_count != 0);
}

static void write_blocks(struct turn *t, struct buf *row)
{
    struct keyed_block *changed = arena_alloc(t->arena, (t->blocks.count + 1) * sizeof(*changed));
    size_t n = 0;
    for (size_t i = 0; i < t->blocks.count; i++)
        if (t->blocks.list[i]->changed)
            changed[n++] = (struct keyed_block){t->blocks.list[i]->key, t->blocks.list[i]};
    work_block_sort(changed, n);
    for (size_t i = 0; i < n; i++) {
        if (i + WORK_AHEAD < n)
            row_cache_prefetch(t->state->rows, KV_BLOCKS,
                               work_block_slot(changed[i + WORK_AHEAD].key));
        write_block(t, changed[i].block, row);
    }
}

/* Rows go into the batch in key order: RocksDB's memtable then finds the place
 * of each beside that of the one before. */
void turn_commit_works(struct turn *t)
{
    struct buf row = {0};
    work_sort(t->works.list, t->works.count);
    for (size_t i = 0; i < t->works.count; i++)
        write_one(t, t->works.list[i], &row);
    write_blocks(t, &row);
    buf_fini(&row);
}

static void count_entities(struct turn *t)
{
    for (size_t i = 0; i < t->works.count; i++) {
        const struct work *w = t->works.list[i];
        if (!w->node_changed || w->existed == work_alive(w))
            continue;
        size_t graph = state_graph_of(t->state, w->id);
        assert(graph < t->state->graph_count);
        t->change.totals.entities[graph] += w->existed ? (uint64_t)-1 : 1;
    }
}

/*
 * Reads all that was made.  Makes its rows, and with offsets and what is put off one batch of
 * them, which becomes the state.
 */
int turn_commit(struct turn *t)
{
    assert(t->triples && t->change.predicate_count == 0); /* not yet committed */
    struct kv *kv = t->state->kv;
    count_entities(t);
    turn_apply_predicates(t->triples, t->arena, &t->change);
    turn_commit_works(t);
    offsets_put(kv, t->batch, t->input->offsets, t->input->offset_count);
    dirty_write(&t->dirty, kv, t->batch);
    t->change.release = t->input->release;
    int rc = state_commit(t->target, t->batch, &t->change, t->options->sync);
    t->report.rows_written = kv_batch_rows(t->batch);
    return rc;
}
