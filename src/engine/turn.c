/*
 * turn.c - one turn: changes to events, and one synced write batch.
 */
#include "engine_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"

/* Runs a stage and books its time. */
static int timed(struct engine *e, int (*stage)(struct engine *), uint64_t *us)
{
    uint64_t before = clock_mono_us();
    int rc = stage(e);
    *us += clock_mono_us() - before;
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
    r->entities_touched = e->works.count;
    if (!rc)
        rc = timed(e, vector_stage, &r->vector_us);
    if (!rc)
        rc = timed(e, turn_block, &r->block_us);
    if (!rc)
        rc = timed(e, turn_score, &r->score_us);
    if (!rc)
        rc = timed(e, turn_decide, &r->decide_us);
    return rc ? rc : timed(e, turn_commit, &r->commit_us);
}

/* What the turn took, besides the caches as they are configured. */
static uint64_t turn_bytes(const struct engine *e)
{
    uint64_t sum = arena_used_bytes(e->arena) + turn_score_bytes(e) + kv_batch_bytes(e->batch) +
                   row_cache_excess(e->state.rows);
    for (unsigned i = 0; i < pool_threads(e->pool); i++)
        sum += arena_used_bytes(e->worker_arenas[i]);

    return sum;
}

/* Nothing was written: back to what the store says.  Where it cannot be asked, the engine
 * knows less than the store and must not go on: what waits would be lost. */
static int go_back(struct engine *e)
{
    profiles_clear(e->profiles);
    row_cache_clear(e->state.rows);
    int rc = dirty_load(e);
    return rc ? rc : rescore_load(e);
}

void turn_reset(struct engine *e)
{
    work_reset(&e->works);
    work_block_reset(&e->blocks);
    e->change_count = 0;
    e->job_count = 0;
    kv_batch_clear(e->batch);
    e->change = (struct state_change){0};
    row_cache_end_turn(e->state.rows);
    arena_reset(e->arena);
}

static void end_turn(struct engine *e)
{
    e->report->dirty_left = engine_dirty_count(e);
    e->report->head = e->state.head;
    e->report->memory = turn_bytes(e);
    for (unsigned i = 0; i < pool_threads(e->pool); i++)
        arena_reset(e->worker_arenas[i]);
    turn_score_trim(e);
    turn_reset(e);
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
    e->turn = turn;
    e->report = report;
    int rc = run(e, report);
    if (rc)
        e->failed = go_back(e) != ERR_OK || rc == ERR_STORE;
    end_turn(e);
    return rc;
}
