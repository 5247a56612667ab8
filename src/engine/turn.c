/*
 * turn.c - one turn: changes to events, and one synced write batch.
 */
#include "engine_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/store/layout.h"

/* Runs a stage and books its time. */
static int timed(struct engine *e, int (*stage)(struct engine *), uint64_t *us)
{
    uint64_t before = clock_mono_us();
    int rc = stage(e);
    *us += clock_mono_us() - before;
    return rc;
}

static int put_offsets(struct engine *e)
{
    struct buf key = {0};
    for (size_t i = 0; i < e->turn->offset_count; i++) {
        const struct engine_offset *o = &e->turn->offsets[i];
        char next[8];
        put_be64(next, (uint64_t)o->next);
        buf_clear(&key);
        layout_put_offset_key(&key, o->topic, o->partition);
        kv_batch_put(e->kv, e->batch, KV_OFFSETS, buf_slice(&key), (struct slice){next, 8});
    }
    int rc = buf_failed(&key) ? ERR_NO_MEMORY : ERR_OK;
    buf_fini(&key);
    return rc;
}

static int put_predicates(struct engine *e, struct predicate *changed)
{
    struct buf row = {0}, old = {0};
    for (struct predicate *p = changed; p; p = p->next_changed) {
        char key[LAYOUT_PREDICATE_KEY_BYTES] = {(char)(p->graph_tag >> 8), (char)p->graph_tag};
        struct slice none = {NULL, 0};
        put_be64(key + 2, p->hash);
        buf_clear(&row);
        buf_clear(&old);
        buf_append_varint(&row, p->triples);
        buf_append_slice(&row, p->iri);
        buf_append_varint(&old, p->stored);
        buf_append_slice(&old, p->iri);
        work_put_row(e, KV_PREDICATES, (struct slice){key, sizeof(key)},
                     p->stored ? buf_slice(&old) : none, p->triples ? buf_slice(&row) : none);
    }
    int rc = buf_failed(&row) || buf_failed(&old) ? ERR_NO_MEMORY : ERR_OK;
    buf_fini(&row);
    buf_fini(&old);
    return rc;
}

static void count_entities(struct engine *e)
{
    for (size_t i = 0; i < e->count; i++) {
        const struct work *w = e->list[i];
        if (!w->node_changed || w->existed == work_alive(w))
            continue;
        e->totals.entities[work_graph(e, w->id)] += w->existed ? (uint64_t)-1 : 1;
    }
}

/* Everything into one batch, and the batch onto the disk. */
static int commit(struct engine *e)
{
    struct predicate *changed = predicates_take_changed(e->predicates);
    count_entities(e);
    int rc = work_write(e);
    if (!rc)
        rc = put_predicates(e, changed);
    if (!rc)
        rc = put_offsets(e);
    if (!rc)
        rc = dirty_write(e);
    if (!rc && e->turn->release)
        kv_batch_delete(e->kv, e->batch, KV_META, slice_of("held"));
    if (!rc && kv_batch_rows(e->batch))
        rc = meta_write_state(e);
    e->report->rows_written = kv_batch_rows(e->batch);
    if (!rc && kv_batch_rows(e->batch))
        rc = kv_write(e->kv, e->batch, e->options.sync);
    e->held = e->held && (rc || !e->turn->release);
    for (struct predicate *p = changed; p; p = p->next_changed)
        if (rc)
            p->triples = p->stored;
        else
            p->stored = p->triples;
    return rc;
}

static int sample_stage(struct engine *e)
{
    int rc = turn_apply_entity_edges(e);
    if (!rc)
        rc = dirty_run_rekeys(e);
    return rc ? rc : turn_sample(e);
}

static int vector_stage(struct engine *e)
{
    int rc = turn_vector(e);
    return rc ? rc : dirty_run_spreads(e);
}

static int run(struct engine *e, struct engine_report *r)
{
    int rc = timed(e, turn_apply, &r->apply_us);
    if (!rc)
        rc = timed(e, turn_label, &r->apply_us);
    if (!rc)
        rc = timed(e, sample_stage, &r->sample_us);
    r->entities_touched = e->count;
    if (!rc)
        rc = timed(e, vector_stage, &r->vector_us);
    if (!rc)
        rc = timed(e, turn_block, &r->block_us);
    if (!rc)
        rc = timed(e, turn_score, &r->score_us);
    if (!rc)
        rc = timed(e, turn_decide, &r->decide_us);
    return rc ? rc : timed(e, commit, &r->commit_us);
}

/* What the turn took, besides the caches as they are configured. */
static uint64_t turn_bytes(const struct engine *e)
{
    uint64_t sum = arena_used_bytes(e->arena) + turn_score_bytes(e) + kv_batch_bytes(e->batch) +
                   row_cache_excess(e->rows);
    for (unsigned i = 0; i < pool_threads(e->pool); i++)
        sum += arena_used_bytes(e->worker_arenas[i]);

    return sum;
}

/* What a turn counts along in the engine, as it was before. */
struct before {
    struct engine_totals totals;
    uint64_t digests[KV_FAMILIES], head;
};

static struct before note_before(const struct engine *e)
{
    struct before b = {.totals = e->totals, .head = e->head};
    memcpy(b.digests, e->digests, sizeof(b.digests));
    return b;
}

/* Nothing was written: back to what the store says.  Where it cannot be asked, the engine
 * knows less than the store and must not go on: what waits would be lost. */
static int go_back(struct engine *e, const struct before *b)
{
    e->totals = b->totals;
    e->head = b->head;
    memcpy(e->digests, b->digests, sizeof(e->digests));
    predicates_forget_changes(e->predicates);
    profile_cache_clear(e->profiles);
    row_cache_clear(e->rows);
    int rc = dirty_load(e);
    return rc ? rc : rescore_load(e);
}

static void end_turn(struct engine *e)
{
    e->report->dirty_left = engine_dirty_count(e);
    e->report->head = e->head;
    e->report->memory = turn_bytes(e);
    for (unsigned i = 0; i < pool_threads(e->pool); i++)
        arena_reset(e->worker_arenas[i]);
    turn_score_trim(e);
    work_reset(e);
    e->turn = NULL;
    e->report = NULL;
}

int engine_run_turn(struct engine *e, const struct engine_turn *turn, struct engine_report *report)
{
    *report = (struct engine_report){0};
    if (e->failed) {
        log_error("an earlier turn failed and the engine is not what the store says: no further "
                  "turn until the store is opened again");
        return ERR_STORE;
    }
    struct before before = note_before(e);
    e->turn = turn;
    e->report = report;
    int rc = run(e, report);
    if (rc)
        e->failed = go_back(e, &before) != ERR_OK || rc == ERR_STORE;
    end_turn(e);
    return rc;
}
