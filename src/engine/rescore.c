/*
 * rescore.c - another model, or another threshold, for a store that is there.
 *
 * Vectors first, all of them, before anything else is done: level 0 of every
 * entity, then level 1, which reads the level 0 of neighbours.  Nothing is
 * scored meanwhile, so no score ever mixes two models.  Then the pairs, in the
 * background of the turns: of one entity after the other in the order of their
 * ids, as many as the budget of a turn leaves; each is decided anew, whether
 * its score moved or not, since the threshold may be another one.  Where this
 * stands is the row `rescore` of meta (store/layout.h).
 */
#include "engine_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/state/meta.h"

#include <inttypes.h>
#include <stdlib.h>

enum { VECTORS_AT_ONCE = 2048, QUEUE = 16384 };

static const char row_name[] = "rescore";

static void put_row(struct engine *e)
{
    const struct rescore *r = &e->rescore;
    struct slice name = {row_name, sizeof(row_name) - 1};
    if (r->stage == RESCORE_NONE) {
        kv_batch_delete(e->state.kv, e->batch, KV_META, name);
        return;
    }
    char row[1 + ID_BYTES + 16];
    row[0] = (char)r->stage;
    id_put(row + 1, r->next);
    put_be64(row + 1 + ID_BYTES, r->done);
    put_be64(row + 9 + ID_BYTES, r->previous);
    kv_batch_put(e->state.kv, e->batch, KV_META, name, (struct slice){row, sizeof(row)});
}

int rescore_load(struct engine *e)
{
    struct rescore *r = &e->rescore;
    struct kv_value pin = {0};
    struct slice row;
    r->stage = RESCORE_NONE;
    r->queued = r->at = 0;
    int rc = meta_get(e->state.kv, row_name, &row, &pin);
    if (!rc && row.data && (row.len != 1 + ID_BYTES + 16 || row.data[0] < RESCORE_LEVEL0 ||
                            row.data[0] > RESCORE_PAIRS))
        rc = ERR_STORE;
    if (!rc && row.data) {
        r->stage = (enum rescore_stage)row.data[0];
        r->next = id_get(row.data + 1);
        r->done = get_be64(row.data + 1 + ID_BYTES);
        r->previous = get_be64(row.data + 9 + ID_BYTES);
    }
    kv_value_release(&pin);
    return rc;
}

int rescore_begin(struct engine *e, bool model_too, uint64_t previous)
{
    struct rescore *r = &e->rescore;
    int rc = rescore_load(e); /* one may be under way */
    if (model_too || r->stage == RESCORE_NONE)
        r->stage = model_too ? RESCORE_LEVEL0 : RESCORE_PAIRS;
    r->next = (struct id){0, 0};
    r->done = 0;
    r->previous = previous;
    put_row(e);
    return rc;
}

void rescore_free(struct engine *e)
{
    free(e->rescore.queue);
    e->rescore.queue = NULL;
}

uint64_t rescore_left(const struct engine *e)
{
    if (e->rescore.stage == RESCORE_NONE)
        return 0;
    uint64_t all = state_entities(&e->state);
    return all > e->rescore.done ? all - e->rescore.done : 1;
}

/* Ids of the next rows of a family into the queue: a walk over a family whose
 * newest rows are hashed sorts them first, so it is not begun for a few. */
static int fill_queue(struct engine *e, enum kv_family family)
{
    struct rescore *r = &e->rescore;
    char from[ID_BYTES];
    if (!r->queue && !(r->queue = malloc(QUEUE * sizeof(*r->queue))))
        return ERR_NO_MEMORY;
    struct kv_iter *it = kv_iter_new(e->state.kv, family);
    if (!it)
        return ERR_NO_MEMORY;
    r->queued = r->at = 0;
    id_put(from, r->next);
    kv_iter_seek(it, (struct slice){from, sizeof(from)});
    for (; kv_iter_valid(it) && r->queued < QUEUE; kv_iter_next(it))
        r->queue[r->queued++] = id_get(kv_iter_key(it).data);
    int rc = kv_iter_status(it);
    kv_iter_free(it);
    return rc;
}

static struct id after(struct id id)
{
    id.lo++;
    id.hi += id.lo == 0;
    return id;
}

static void next_stage(struct rescore *r)
{
    r->stage = r->stage == RESCORE_PAIRS ? RESCORE_NONE : r->stage + 1;
    r->next = (struct id){0, 0};
    r->done = 0;
    r->queued = r->at = 0;
}

/* The next entities of the queue as works, at most so many; none: the stage is over. */
static int take_works(struct engine *e, enum kv_family family, size_t most,
                      struct work_list *ret_list)
{
    struct rescore *r = &e->rescore;
    struct work_list list = {0};
    int rc = r->at == r->queued ? fill_queue(e, family) : ERR_OK;
    while (!rc && r->at < r->queued && list.count < most) {
        struct id id = r->queue[r->at++];
        struct work *w = work_get(&e->works, id);
        rc = w ? work_list_add(e->arena, &list, w) : ERR_NO_MEMORY;
        r->next = after(id);
        r->done++;
    }
    *ret_list = list;
    return rc;
}

/* --- vectors --- */

static int vectors_chunk(struct engine *e)
{
    struct work_list list;
    e->works.vectors_are_foreign = e->rescore.stage == RESCORE_LEVEL0;
    int rc = take_works(e, KV_NODES, VECTORS_AT_ONCE, &list);
    if (!rc && list.count)
        rc = turn_vector_anew(e, &list, e->rescore.stage == RESCORE_LEVEL1);
    if (!rc && !list.count)
        next_stage(&e->rescore);
    if (!rc)
        rc = turn_commit_works(e);
    put_row(e);
    if (!rc) /* may be done twice, in order only */
        rc = state_commit(&e->state, e->batch, &e->change, list.count == 0);
    for (unsigned i = 0; i < pool_threads(e->pool); i++)
        arena_reset(e->worker_arenas[i]);
    turn_reset(e);
    return rc;
}

int rescore_vectors(struct engine *e)
{
    struct rescore *r = &e->rescore;
    int rc = ERR_OK;
    uint64_t said = 0;
    if (r->stage == RESCORE_NONE || r->stage == RESCORE_PAIRS)
        return ERR_OK;
    log_info("vectors of %" PRIu64 " entities are computed for the new model", state_entities(&e->state));
    while (!rc && r->stage != RESCORE_PAIRS) {
        rc = vectors_chunk(e);
        if (r->done < said) /* the next stage */
            said = 0;
        if (r->done - said >= 200000) {
            said = r->done;
            log_info("level %d: %" PRIu64 " of %" PRIu64, r->stage == RESCORE_LEVEL1, r->done,
                     state_entities(&e->state));
        }
    }
    e->works.vectors_are_foreign = false;
    row_cache_clear(e->state.rows);
    return rc;
}

/* --- pairs --- */

int rescore_run(struct engine *e, size_t budget, struct work_list *ret_list)
{
    struct rescore *r = &e->rescore;
    *ret_list = (struct work_list){0};
    if (r->stage != RESCORE_PAIRS || !budget)
        return ERR_OK;
    int rc = take_works(e, KV_PAIRS, budget, ret_list);
    if (!rc && !ret_list->count) {
        log_info("all pairs are scored by model %012" PRIx64, model_digest(e->options.model) >> 16);
        next_stage(r);
    }
    put_row(e);
    return rc;
}

uint64_t rescore_scored_by(const struct engine *e, struct id a, struct id b)
{
    const struct rescore *r = &e->rescore;
    struct id low = id_compare(a, b) < 0 ? a : b;
    bool reached = r->stage != RESCORE_PAIRS || id_compare(low, r->next) < 0;
    return reached || turn_score_did(e, a, b) ? model_digest(e->options.model) : r->previous;
}
