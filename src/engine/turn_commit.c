/*
 * turn_commit.c - what the turn found, into rows: those that differ from before, with the
 * differences of what is counted along, in one batch.
 */
#include "turn_parts.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/state/offsets.h"

#include "edges.h"

void turn_put_row(struct turn *t, enum kv_family family, struct slice key, struct slice old_row,
                  struct slice new_row)
{
    state_put_row(t->state, t->batch, &t->change, family, key, old_row, new_row);
}

/* The row in `row`, or none, into the batch and the cache. */
static int put_encoded(struct turn *t, enum kv_family family, struct id id, struct slice key,
                       struct slice old_row, struct buf *row, bool present)
{
    if (buf_failed(row))
        return ERR_NO_MEMORY;
    struct slice new_row = present ? buf_slice(row) : (struct slice){NULL, 0};
    if (present && !new_row.data)
        new_row.data = "";
    turn_put_row(t, family, key, old_row, new_row);
    row_cache_put(t->state->rows, family, id, new_row);
    buf_clear(row);
    return ERR_OK;
}

static void put_vectors(const struct work_set *set, const struct work *w, struct buf *row)
{
    buf_append_u8(row, w->namesakes);
    buf_append_u8(row, 0);
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
    edges_sort(w);
    /* removed first: a row may be re-keyed to where another stood */
    for (size_t i = 0; i < w->removed.count; i++)
        put_edge(t, w, &w->removed.edges[i], false);
    for (size_t i = 0; i < w->added.count; i++)
        put_edge(t, w, &w->added.edges[i], true);
}

static int write_one(struct turn *t, struct work *w, struct buf *row)
{
    char id[ID_BYTES];
    id_put(id, w->id);
    struct slice key = {id, ID_BYTES};
    bool alive = work_alive(w);
    int rc = ERR_OK;
    if (w->node_changed) {
        if (alive)
            node_encode(row, &w->node);
        rc = put_encoded(t, KV_NODES, w->id, key, w->node_row, row, alive);
    }
    if (!rc && w->sample != w->old_sample) {
        if (w->sample)
            sample_encode(row, w->sample);
        rc = put_encoded(t, KV_SAMPLES, w->id, key, w->sample_row, row, w->sample != NULL);
    }
    if (!rc && w->vectors_changed) {
        if (w->vectors)
            put_vectors(&t->works, w, row);
        rc = put_encoded(t, KV_VECTORS, w->id, key, w->vector_row, row, w->vectors != NULL);
    }
    if (!rc && w->pairs_changed) {
        pair_list_encode(row, &w->pairs);
        rc = put_encoded(t, KV_PAIRS, w->id, key, w->pairs_row, row, w->pairs.count != 0);
    }
    if (!rc && w->matches_changed) {
        pair_list_encode_partners(row, &w->matches);
        rc = put_encoded(t, KV_MATCHES, w->id, key, w->matches_row, row, w->matches.count != 0);
    }
    if (!rc)
        write_edges(t, w);
    return rc;
}

static int write_block(struct turn *t, const struct work_block *b, struct buf *row)
{
    char key[BLOCK_KEY_BYTES];
    block_key_put(key, b->key);
    if (b->block.side_count)
        block_encode(row, &b->block);
    return put_encoded(t, KV_BLOCKS, work_block_slot(b->key), (struct slice){key, sizeof(key)},
                       b->row, row, b->block.side_count != 0);
}

static int write_blocks(struct turn *t, struct buf *row)
{
    struct keyed_block *changed = arena_alloc(t->arena, (t->blocks.count + 1) * sizeof(*changed));
    size_t n = 0;
    if (!changed)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < t->blocks.count; i++)
        if (t->blocks.list[i]->changed)
            changed[n++] = (struct keyed_block){t->blocks.list[i]->key, t->blocks.list[i]};
    work_block_sort(changed, n);
    int rc = ERR_OK;
    for (size_t i = 0; i < n && !rc; i++) {
        if (i + WORK_AHEAD < n)
            row_cache_prefetch(t->state->rows, KV_BLOCKS,
                               work_block_slot(changed[i + WORK_AHEAD].key));
        rc = write_block(t, changed[i].block, row);
    }
    return rc;
}

/* Rows go into the batch in key order: RocksDB's memtable then finds the place
 * of each beside that of the one before. */
int turn_commit_works(struct turn *t)
{
    struct buf row = {0};
    int rc = ERR_OK;
    work_sort(t->works.list, t->works.count);
    for (size_t i = 0; i < t->works.count && !rc; i++)
        rc = write_one(t, t->works.list[i], &row);
    rc = rc ? rc : write_blocks(t, &row);
    buf_fini(&row);
    return rc;
}

static void count_entities(struct turn *t)
{
    for (size_t i = 0; i < t->works.count; i++) {
        const struct work *w = t->works.list[i];
        if (!w->node_changed || w->existed == work_alive(w))
            continue;
        t->change.totals.entities[state_graph_of(t->state, w->id)] += w->existed ? (uint64_t)-1 : 1;
    }
}

/*
 * Reads all that was made.  Makes its rows, and with offsets and what is put off one batch of
 * them, which becomes the state.
 */
int turn_commit(struct turn *t)
{
    struct kv *kv = t->state->kv;
    count_entities(t);
    int rc = turn_apply_predicates(t->triples, t->arena, &t->change);
    if (!rc)
        rc = turn_commit_works(t);
    if (!rc)
        rc = offsets_put(kv, t->batch, t->input->offsets, t->input->offset_count);
    if (!rc)
        rc = dirty_write(&t->dirty, kv, t->batch);
    t->change.release = t->input->release;
    if (!rc)
        rc = state_commit(t->target, t->batch, &t->change, t->options->sync);
    t->report.rows_written = kv_batch_rows(t->batch);
    return rc;
}
