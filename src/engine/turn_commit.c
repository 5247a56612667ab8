/*
 * turn_commit.c - what the turn found, into rows: those that differ from before, with the
 * differences of what is counted along, in one batch.
 */
#include "engine_internal.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/state/offsets.h"

void turn_put_row(struct engine *e, enum kv_family family, struct slice key, struct slice old_row,
                  struct slice new_row)
{
    state_put_row(&e->state, e->batch, &e->change, family, key, old_row, new_row);
}

/* The row in `row`, or none, into the batch and the cache. */
static int put_encoded(struct engine *e, enum kv_family family, struct id id, struct slice key,
                       struct slice old_row, struct buf *row, bool present)
{
    if (buf_failed(row))
        return ERR_NO_MEMORY;
    struct slice new_row = present ? buf_slice(row) : (struct slice){NULL, 0};
    if (present && !new_row.data)
        new_row.data = "";
    turn_put_row(e, family, key, old_row, new_row);
    row_cache_put(e->state.rows, family, id, new_row);
    buf_clear(row);
    return ERR_OK;
}

static void put_vectors(const struct engine *e, const struct work *w, struct buf *row)
{
    buf_append_u8(row, w->namesakes);
    buf_append_u8(row, 0);
    buf_append(row, w->vectors, work_vector_bytes(&e->works, w));
    buf_append_slice(row, w->said);
}

static void put_edge(struct engine *e, const struct work *w, const struct edge *edge, bool present)
{
    char key[EDGE_KEY_BYTES];
    edge_key(key, w->id, edge);
    struct slice row = edge->value.len ? edge->value : (struct slice){"", 0};
    struct slice none = {NULL, 0};
    turn_put_row(e, KV_ADJACENCY, (struct slice){key, sizeof(key)}, present ? none : row,
                 present ? row : none);
}

static void write_edges(struct engine *e, struct work *w)
{
    edges_sort(w);
    /* removed first: a row may be re-keyed to where another stood */
    for (size_t i = 0; i < w->removed.count; i++)
        put_edge(e, w, &w->removed.edges[i], false);
    for (size_t i = 0; i < w->added.count; i++)
        put_edge(e, w, &w->added.edges[i], true);
}

static int write_one(struct engine *e, struct work *w, struct buf *row)
{
    char id[ID_BYTES];
    id_put(id, w->id);
    struct slice key = {id, ID_BYTES};
    bool alive = work_alive(w);
    int rc = ERR_OK;
    if (w->node_changed) {
        if (alive)
            node_encode(row, &w->node);
        rc = put_encoded(e, KV_NODES, w->id, key, w->node_row, row, alive);
    }
    if (!rc && w->sample != w->old_sample) {
        if (w->sample)
            sample_encode(row, w->sample);
        rc = put_encoded(e, KV_SAMPLES, w->id, key, w->sample_row, row, w->sample != NULL);
    }
    if (!rc && w->vectors_changed) {
        if (w->vectors)
            put_vectors(e, w, row);
        rc = put_encoded(e, KV_VECTORS, w->id, key, w->vector_row, row, w->vectors != NULL);
    }
    if (!rc && w->pairs_changed) {
        pair_list_encode(row, &w->pairs);
        rc = put_encoded(e, KV_PAIRS, w->id, key, w->pairs_row, row, w->pairs.count != 0);
    }
    if (!rc && w->matches_changed) {
        pair_list_encode_partners(row, &w->matches);
        rc = put_encoded(e, KV_MATCHES, w->id, key, w->matches_row, row, w->matches.count != 0);
    }
    if (!rc)
        write_edges(e, w);
    return rc;
}

static int write_block(struct engine *e, const struct work_block *b, struct buf *row)
{
    char key[BLOCK_KEY_BYTES];
    block_key_put(key, b->key);
    if (b->block.side_count)
        block_encode(row, &b->block);
    return put_encoded(e, KV_BLOCKS, work_block_slot(b->key), (struct slice){key, sizeof(key)},
                       b->row, row, b->block.side_count != 0);
}

static int write_blocks(struct engine *e, struct buf *row)
{
    struct keyed_block *changed = arena_alloc(e->arena, (e->blocks.count + 1) * sizeof(*changed));
    size_t n = 0;
    if (!changed)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < e->blocks.count; i++)
        if (e->blocks.list[i]->changed)
            changed[n++] = (struct keyed_block){e->blocks.list[i]->key, e->blocks.list[i]};
    work_block_sort(changed, n);
    int rc = ERR_OK;
    for (size_t i = 0; i < n && !rc; i++) {
        if (i + WORK_AHEAD < n)
            row_cache_prefetch(e->state.rows, KV_BLOCKS, work_block_slot(changed[i + WORK_AHEAD].key));
        rc = write_block(e, changed[i].block, row);
    }
    return rc;
}

/* Rows go into the batch in key order: RocksDB's memtable then finds the place
 * of each beside that of the one before. */
int turn_commit_works(struct engine *e)
{
    struct buf row = {0};
    int rc = ERR_OK;
    work_sort(e->works.list, e->works.count);
    for (size_t i = 0; i < e->works.count && !rc; i++)
        rc = write_one(e, e->works.list[i], &row);
    rc = rc ? rc : write_blocks(e, &row);
    buf_fini(&row);
    return rc;
}

static void count_entities(struct engine *e)
{
    for (size_t i = 0; i < e->works.count; i++) {
        const struct work *w = e->works.list[i];
        if (!w->node_changed || w->existed == work_alive(w))
            continue;
        e->change.totals.entities[state_graph_of(&e->state, w->id)] += w->existed ? (uint64_t)-1 : 1;
    }
}

/* Everything into one batch, and the batch onto the disk. */
int turn_commit(struct engine *e)
{
    const struct engine_turn *turn = e->turn;
    count_entities(e);
    int rc = turn_apply_predicates(e);
    if (!rc)
        rc = turn_commit_works(e);
    if (!rc)
        rc = offsets_put(e->state.kv, e->batch, turn->offsets, turn->offset_count);
    if (!rc)
        rc = dirty_write(e);
    e->change.release = turn->release;
    if (!rc)
        rc = state_commit(&e->state, e->batch, &e->change, e->options.sync);
    e->report->rows_written = kv_batch_rows(e->batch);
    return rc;
}
