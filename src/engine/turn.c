/*
 * turn.c - the stages of a turn in their order, and its memory.
 *
 * Invariants: (1) A turn begins with no work, no block, no row in its batch, and no change.
 */
#include "turn_parts.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What a turn is, in its order.  Metrics, `load -v` and the log name stages by it. */
static const struct stage {
    const char *name;
    int (*run)(struct turn *t);
} stages[] = {
    {"apply", turn_apply},         /* changes -> triples, edges of values */
    {"label", turn_label},         /* edges -> label, type, order */
    {"link", turn_link},           /* triples, orders -> edges between entities */
    {"verdict", turn_verdict},     /* verdicts -> what is decided of pairs */
    {"rekey", turn_rekey},         /* orders -> rows that point here move */
    {"sample", turn_sample},       /* edges -> samples, block keys, signatures */
    {"vector", turn_vector},       /* samples -> vectors of text and neighbourhood */
    {"spread", turn_spread},       /* vectors that moved -> who sampled them */
    {"block", turn_block},         /* block keys -> blocks */
    {"namesakes", turn_namesakes}, /* blocks of names -> how many bear them */
    {"pair", turn_pair},           /* blocks -> candidate pairs */
    {"score", turn_score},         /* profiles of both ends -> scores */
    {"decide", turn_decide},       /* scores -> matches, differences */
    {"tell", turn_tell},           /* differences -> events, what is published */
    {"letters", turn_letters},     /* dead letters -> outbox */
    {"commit", turn_commit},       /* all of it -> rows, the state */
};
static_assert(sizeof(stages) / sizeof(*stages) == ENGINE_STAGES, "each has its time in the report");

const char *turn_stage_name(size_t stage)
{
    assert(stage < ENGINE_STAGES);
    return stages[stage].name;
}

/* --- a turn's memory --- */

void turn_init(struct turn *t, struct state *state, const struct engine_options *options,
               float threshold, struct pool *pool, struct profiles *profiles,
               struct rescore_queue *queue, struct settle *settle)
{
    assert(pool_threads(pool) >= 1 && pool_threads(pool) <= ENGINE_MAX_THREADS);
    *t = (struct turn){.options = options,
                       .threshold = threshold,
                       .review = (float)options->review,
                       .pool = pool,
                       .state = state,
                       .profiles = profiles,
                       .queue = queue,
                       .settle = settle,
                       .arena = arena_new(),
                       .cluster_arena = arena_new(),
                       .batch = kv_batch_new(),
                       .target = state};
    for (unsigned i = 0; i < pool_threads(pool); i++)
        t->worker_arenas[i] = arena_new();
    t->works = (struct work_set){.state = state,
                                 .options = options,
                                 .arena = t->arena,
                                 .pool = pool,
                                 .z0_floats = model_z0_floats(options->model),
                                 .z1_floats = model_z1_floats(options->model)};
    t->blocks = (struct work_block_set){.state = state, .arena = t->arena, .pool = pool};
}

void turn_fini(struct turn *t)
{
    work_fini(&t->works);
    work_block_fini(&t->blocks);
    dirty_free(&t->dirty);
    free(t->jobs.all);
    free(t->changes.all);
    kv_batch_free(t->batch);
    arena_free(t->arena);
    arena_free(t->cluster_arena);
    for (unsigned i = 0; i < ENGINE_MAX_THREADS; i++)
        arena_free(t->worker_arenas[i]);
}

void turn_begin(struct turn *t, const struct engine_turn *input, const struct dirty *dirty,
                const struct rescore *rescore)
{
    assert(t->works.count == 0 && t->blocks.count == 0 && kv_batch_rows(t->batch) == 0); /* (1) */
    assert(t->jobs.count == 0 && t->changes.count == 0 && t->dirty.count == 0);
    t->input = input;
    t->now_ms = input->now_ms ? input->now_ms : clock_now_ms();
    t->rescore = *rescore;
    t->report = (struct engine_report){0};
    dirty_copy(&t->dirty, dirty);
}

void turn_end(struct turn *t)
{
    for (unsigned i = 0; i < pool_threads(t->pool); i++)
        arena_reset(t->worker_arenas[i]);
    turn_score_trim(t);
    t->jobs.count = 0;
    t->changes.count = 0;
    t->differences.all = NULL; /* of the arena, as all below */
    t->differences.count = t->differences.room = 0;
    memset(&t->news, 0, sizeof(t->news));
    memset(&t->settling, 0, sizeof(t->settling));
    t->renamed = t->moved = (struct work_list){0};
    t->triples = NULL;
    t->change = (struct state_change){0};
    t->input = NULL;
    work_reset(&t->works);
    work_block_reset(&t->blocks);
    dirty_free(&t->dirty);
    kv_batch_clear(t->batch);
    row_cache_end_turn(t->state->rows);
    arena_reset(t->arena);
    arena_reset(t->cluster_arena);
}

uint64_t turn_bytes(const struct turn *t)
{
    uint64_t sum = arena_used_bytes(t->arena) + turn_score_bytes(t) + kv_batch_bytes(t->batch) +
                   row_cache_excess(t->state->rows);
    for (unsigned i = 0; i < pool_threads(t->pool); i++)
        sum += arena_used_bytes(t->worker_arenas[i]);
    return sum;
}

/* --- its stages --- */

/* A turn's line of the log: its stages with what each took, and where it failed. */
static void log_stages(const struct turn *t, size_t count, int rc)
{
    assert(count <= ENGINE_STAGES);
    struct buf line = {0};
    for (size_t i = 0; i < count; i++)
        buf_append_format(&line, " %s %.2f", stages[i].name, (double)t->report.stage_us[i] / 1e3);
    log_debug("turn, ms:%.*s%s%s", (int)line.len, line.data, rc ? ": " : "",
              rc ? err_text(rc) : "");
    buf_fini(&line);
}

int turn_run(struct turn *t)
{
    assert(t->input && t->source && kv_batch_rows(t->batch) == 0); /* (1) */
    size_t count = 0;
    int rc = ERR_OK;
    while (count < ENGINE_STAGES && !rc) {
        uint64_t before = clock_mono_us();
        rc = stages[count].run(t);
        t->report.stage_us[count++] = clock_mono_us() - before;
    }
    assert(rc || count == ENGINE_STAGES);
    if (log_get_level() >= LOG_DEBUG)
        log_stages(t, count, rc);
    return rc;
}
