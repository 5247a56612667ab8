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
#include "turn_parts.h"

#include "alignd/base/err.h"
#include "alignd/base/byte_order.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/state/meta.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum { VECTORS_AT_ONCE = 2048, QUEUE = 16384, ROW_BYTES = 1 + ID_BYTES + 16 };

static const char row_name[] = "rescore";

static void put_row(const struct rescore *r, struct kv *kv, struct kv_batch *batch)
{
    assert(r->stage <= RESCORE_PAIRS);
    if (r->stage == RESCORE_NONE) {
        meta_delete(kv, batch, row_name);
        return;
    }
    char row[ROW_BYTES];
    row[0] = (char)r->stage;
    id_put(row + 1, r->next);
    put_be64(row + 1 + ID_BYTES, r->done);
    put_be64(row + 9 + ID_BYTES, r->previous);
    meta_put(kv, batch, row_name, (struct slice){row, sizeof(row)});
}

static int take_row(struct rescore *r, struct slice row)
{
    if (row.len != ROW_BYTES || row.data[0] < RESCORE_LEVEL0 || row.data[0] > RESCORE_PAIRS)
        return ERR_STORE;
    r->stage = (enum rescore_stage)row.data[0];
    r->next = id_get(row.data + 1);
    r->done = get_be64(row.data + 1 + ID_BYTES);
    r->previous = get_be64(row.data + 9 + ID_BYTES);
    assert(r->stage != RESCORE_NONE);
    return ERR_OK;
}

int rescore_load(struct rescore *r, struct kv *kv)
{
    struct kv_value pin = {0};
    struct slice row;
    r->stage = RESCORE_NONE;
    int rc = meta_get(kv, row_name, &row, &pin);
    if (rc)
        return rc;
    if (row.data)
        rc = take_row(r, row);
    kv_value_release(&pin);
    return rc;
}

int rescore_begin(struct kv *kv, struct kv_batch *batch, bool model_too, uint64_t previous)
{
    struct rescore r;
    int rc = rescore_load(&r, kv); /* one may be under way */
    if (rc)
        return rc;
    if (model_too || r.stage == RESCORE_NONE)
        r.stage = model_too ? RESCORE_LEVEL0 : RESCORE_PAIRS;
    r.next = (struct id){0, 0};
    r.done = 0;
    r.previous = previous;
    assert(r.stage != RESCORE_NONE);
    put_row(&r, kv, batch);
    return ERR_OK;
}

uint64_t rescore_left(const struct rescore *r, const struct state *s)
{
    if (r->stage == RESCORE_NONE)
        return 0;
    uint64_t all = state_entities(s);
    return all > r->done ? all - r->done : 1;
}

/* --- the entities, in the order of their ids --- */

void rescore_queue_fini(struct rescore_queue *q)
{
    free(q->ids);
    *q = (struct rescore_queue){0};
}

void rescore_queue_forget(struct rescore_queue *q)
{
    q->count = q->at = 0;
}

/* Ids of the rows of a family from `next` on into the queue: a walk over a family whose
 * newest rows are hashed sorts them first, so it is not begun for a few. */
static int fill_queue(struct rescore_queue *q, struct kv *kv, enum kv_family family, struct id next)
{
    assert(q->at == q->count); /* all of it is taken */
    char from[ID_BYTES];
    if (!q->ids)
        q->ids = memory_malloc(QUEUE * sizeof(*q->ids));
    struct kv_iter *it = kv_iter_new(kv, family);
    rescore_queue_forget(q);
    id_put(from, next);
    kv_iter_seek(it, (struct slice){from, sizeof(from)});
    for (; kv_iter_valid(it) && q->count < QUEUE; kv_iter_next(it))
        q->ids[q->count++] = id_get(kv_iter_key(it).data);
    int rc = kv_iter_status(it);
    kv_iter_free(it);
    assert(q->at == 0 && q->count <= QUEUE);
    return rc;
}

static struct id after(struct id id)
{
    id.lo++;
    id.hi += id.lo == 0;
    return id;
}

static void next_stage(struct turn *t)
{
    assert(t->rescore.stage != RESCORE_NONE);
    struct rescore *r = &t->rescore;
    r->stage = r->stage == RESCORE_PAIRS ? RESCORE_NONE : r->stage + 1;
    r->next = (struct id){0, 0};
    r->done = 0;
    rescore_queue_forget(t->queue);
}

/* The next entities of the queue as works, at most so many; none: the stage is over. */
static int take_works(struct turn *t, enum kv_family family, size_t most,
                      struct work_list *ret_list)
{
    assert(most > 0 && t->queue->at <= t->queue->count);
    struct rescore *r = &t->rescore;
    struct rescore_queue *q = t->queue;
    struct work_list list = {0};
    int rc;
    do { /* those that verdicts speak of have none of what is made anew */
        if (q->at == q->count && (rc = fill_queue(q, t->state->kv, family, r->next)))
            return rc;
        while (q->at < q->count && list.count < most) {
            struct id id = q->ids[q->at++];
            if (state_of_catalog(t->state, id))
                work_list_add(t->arena, &list, work_get(&t->works, id));
            r->next = after(id);
            r->done++;
        }
    } while (!list.count && q->count);
    assert(list.count <= most);
    assert(q->at <= q->count);
    *ret_list = list;
    return ERR_OK;
}

/* --- vectors --- */

/* Those of the next entities, committed. */
static int vectors_chunk(struct turn *t)
{
    assert(t->rescore.stage == RESCORE_LEVEL0 || t->rescore.stage == RESCORE_LEVEL1);
    struct work_list list;
    int rc;
    t->works.vectors_are_foreign = t->rescore.stage == RESCORE_LEVEL0;
    assert(kv_batch_rows(t->batch) == 0);
    if ((rc = take_works(t, KV_NODES, VECTORS_AT_ONCE, &list)) ||
        (rc = turn_vector_anew(t, &list, t->rescore.stage == RESCORE_LEVEL1)))
        goto done;
    if (!list.count)
        next_stage(t);
    turn_commit_works(t);
    put_row(&t->rescore, t->state->kv, t->batch);
    /* may be done twice, in order only */
    rc = state_commit(t->target, t->batch, &t->change, list.count == 0);
done:
    turn_end(t);
    return rc;
}

int rescore_vectors(struct turn *t)
{
    const struct rescore *r = &t->rescore;
    int rc = ERR_OK;
    uint64_t said = 0, all = state_entities(t->state);
    if (r->stage == RESCORE_NONE || r->stage == RESCORE_PAIRS)
        return ERR_OK;
    log_info("vectors of %" PRIu64 " entities are computed for the new model", all);
    while (!rc && r->stage != RESCORE_PAIRS) {
        rc = vectors_chunk(t);
        if (r->done < said) /* the next stage */
            said = 0;
        if (r->done - said >= 200000) {
            said = r->done;
            log_info("level %d: %" PRIu64 " of %" PRIu64, r->stage == RESCORE_LEVEL1, r->done, all);
        }
    }
    assert(rc || r->stage == RESCORE_PAIRS);
    t->works.vectors_are_foreign = false;
    row_cache_clear(t->state->rows);
    return rc;
}

/* --- pairs --- */

int rescore_pairs(struct turn *t, size_t budget, struct work_list *ret_list)
{
    struct rescore *r = &t->rescore;
    *ret_list = (struct work_list){0};
    if (r->stage != RESCORE_PAIRS || !budget)
        return ERR_OK;
    int rc = take_works(t, KV_PAIRS, budget, ret_list);
    if (rc)
        return rc;
    if (!ret_list->count) {
        log_info("all pairs are scored by model %012" PRIx64,
                 model_digest(t->options->model) >> 16);
        next_stage(t);
    }
    assert(ret_list->count <= budget);
    put_row(r, t->state->kv, t->batch);
    return ERR_OK;
}

uint64_t rescore_scored_by(const struct turn *t, struct id a, struct id b)
{
    assert(!id_equal(a, b));
    const struct rescore *r = &t->rescore;
    struct id low = id_compare(a, b) < 0 ? a : b;
    bool reached = r->stage != RESCORE_PAIRS || id_compare(low, r->next) < 0;
    return reached || turn_score_did(t, a, b) ? model_digest(t->options->model) : r->previous;
}
