/*
 * engine.c - an engine between turns: it runs one after the other, and knows what the last
 * one committed.
 *
 * A turn that fails is dropped: what it made goes with it, and what it left in caches, which
 * who explains a pair still reads, is forgotten, for they may know what never was.  Nothing is
 * undone, nothing asked of the store, so dropping cannot fail.
 *
 * Invariant: (1) between turns the engine is what the store says.
 */
#include "engine_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/pool.h"
#include "alignd/model/model.h"
#include "alignd/state/meta.h"
#include "alignd/state/offsets.h"

#include <assert.h>
#include <stdlib.h>

void engine_close(struct engine *e)
{
    if (!e)
        return;
    turn_fini(&e->turn);
    dirty_free(&e->dirty);
    rescore_queue_fini(&e->queue);
    settle_fini(&e->settle);
    pool_free(e->pool);
    profiles_free(e->profiles);
    state_fini(&e->state);
    free(e);
}

/* --- turns --- */

/* What was put off is what the committed turn says (1). */
static void take_over(struct engine *e, struct turn *t)
{
    assert(t != NULL && t->dirty.count <= t->dirty.room);
    dirty_free(&e->dirty);
    e->dirty = t->dirty;
    t->dirty = (struct dirty){0};
    e->rescore = t->rescore;
}

/* What a turn that was dropped may have left in them. */
static void forget_caches(struct engine *e)
{
    profiles_clear(e->profiles);
    row_cache_clear(e->state.rows);
    rescore_queue_forget(&e->queue);
}

int engine_run_turn(struct engine *e, const struct engine_turn *input, struct engine_report *report)
{
    struct turn *t = &e->turn;
    *report = (struct engine_report){0};
    if (e->failed) {
        log_error("an earlier turn failed and nobody knows what the store is: no further turn "
                  "until it is opened again");
        return ERR_STORE;
    }
    assert(!t->input); /* the one before has ended */
    turn_begin(t, input, &e->dirty, &e->rescore);
    uint64_t head = e->state.head;
    int rc = turn_run(t);
    assert(rc ? e->state.head == head : e->state.head == head + t->change.records);
    if (rc == ERR_OK) /* else it is dropped */
        take_over(e, t);
    turn_settle_end(t, rc == ERR_OK);
    *report = t->report;
    report->dirty_left = engine_dirty_count(e);
    report->head = e->state.head;
    report->memory = turn_bytes(t);
    turn_end(t);
    if (rc)
        forget_caches(e);
    e->failed = rc == ERR_STORE;
    return rc;
}

const char *engine_stage_name(size_t stage)
{
    return turn_stage_name(stage);
}

double engine_turn_share(double share, uint64_t memory, uint64_t most)
{
    assert(share > 0 && share <= 1 && most > 0);
    double fits = memory ? (double)most / (double)memory : 1.25;
    double next = share * (fits < 1.25 ? fits : fits < 3 ? 1.25 : 2);
    return next > 1 ? 1 : next < 1e-3 ? 1e-3 : next;
}

/* --- between them --- */

uint64_t engine_dirty_count(const struct engine *e)
{
    return dirty_count(&e->dirty) + rescore_left(&e->rescore, &e->state);
}

uint64_t engine_rescore_left(const struct engine *e)
{
    return rescore_left(&e->rescore, &e->state);
}

int64_t engine_settles_at(const struct engine *e)
{
    return e->settle.count && !e->state.held ? e->settle.all[0].due_ms : INT64_MAX;
}

uint64_t engine_model_digest(const struct engine *e)
{
    return model_digest(e->options.model);
}

uint64_t engine_settings_digest(const struct engine *e)
{
    struct buf text = {0};
    engine_options_write(&e->options, &text);
    uint64_t digest = hash_bytes(buf_slice(&text), 0);
    buf_fini(&text);
    return digest;
}

float engine_threshold(const struct engine *e)
{
    return e->threshold;
}

uint64_t engine_settling_count(const struct engine *e)
{
    return e->settle.waiting;
}

bool engine_review_moved(const struct engine *e)
{
    /* of a new store nobody was told anything by another one */
    bool told = e->told_review >= 0 || e->told_before;
    return told && (float)e->told_review != (float)e->options.review;
}

int engine_note_review(struct engine *e)
{
    struct buf row = {0};
    int rc = ERR_OK;
    assert(!e->turn.input && kv_batch_rows(e->turn.batch) == 0); /* between turns */
    if ((float)e->told_review == (float)e->options.review)
        return ERR_OK;
    buf_append_format(&row, "%.9g", e->options.review);
    meta_put(e->state.kv, e->turn.batch, ENGINE_REVIEW_ROW, buf_slice(&row));
    if ((rc = kv_write(e->state.kv, e->turn.batch, true)))
        goto done;
    e->told_review = e->options.review;
done:
    kv_batch_clear(e->turn.batch);
    buf_fini(&row);
    return rc;
}

const struct state *engine_state(const struct engine *e)
{
    return &e->state;
}

void engine_get_totals(const struct engine *e, struct state_totals *totals)
{
    *totals = e->state.totals;
}

uint64_t engine_head(const struct engine *e)
{
    return e->state.head;
}

uint64_t engine_epoch(const struct engine *e)
{
    return e->state.epoch;
}

const char *engine_uuid(const struct engine *e)
{
    return e->state.uuid;
}

uint64_t engine_digest(const struct engine *e, enum kv_family family)
{
    assert(family < KV_FAMILIES);
    return e->state.digests[family];
}

bool engine_holds_events(const struct engine *e)
{
    return e->state.held;
}

int engine_new_epoch(struct engine *e, uint64_t at_least)
{
    return engine_new_epoch_of(e, at_least, NULL);
}

int engine_new_epoch_of(struct engine *e, uint64_t at_least, const struct state_letters *which)
{
    assert(!e->turn.input); /* between turns */
    int rc = state_begin_epoch(&e->state, e->turn.batch, at_least, which);
    if (rc == ERR_OK)
        settle_fini(&e->settle); /* nothing is published, and nothing waits */
    return rc;
}

int engine_get_offset(struct engine *e, struct slice topic, int32_t partition, int64_t *ret_next)
{
    return offsets_get(e->state.kv, topic, partition, ret_next);
}
