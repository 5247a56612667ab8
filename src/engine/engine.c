#include "engine_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/store/layout.h"

#include <stdio.h>
#include <stdlib.h>

struct engine_options engine_options_default(void)
{
    return (struct engine_options){
        .neighbours = 12,
        .values = 8,
        .inverse_limit = 12,
        .block_limit = 200,
        .theta = 0.44,
        .shared_keys = 2,
        .threshold = -1,
        .epsilon = 0.01,
        .policy = POLICY_ONE_TO_ONE,
        .dirty_budget = 128,
        .hub_chunk = 1024,
        .profile_cache_bytes = (size_t)256 << 20,
        .row_cache_bytes = (size_t)256 << 20,
        .explain = true,
        .sync = true,
        .threads = 2,
        .cut_offs = true,
    };
}

static int check_options(const struct engine_options *o)
{
    if (o->graph_count < 1 || o->graph_count > ENGINE_MAX_GRAPHS) {
        log_error("a store has 1 to %d graphs, not %zu", ENGINE_MAX_GRAPHS, o->graph_count);
        return ERR_CONFIG;
    }
    for (size_t i = 0; i < o->graph_count; i++)
        for (size_t k = 0; k < i; k++)
            if (id_graph_tag(slice_of(o->graphs[i])) == id_graph_tag(slice_of(o->graphs[k]))) {
                log_error("graphs '%s' and '%s' cannot be told apart: rename one of them",
                          o->graphs[k], o->graphs[i]);
                return ERR_CONFIG;
            }
    if (o->neighbours < 1 || o->neighbours > 32 || o->values < 0 || o->values > 32 ||
        o->block_limit < 1 || o->hub_chunk < 1 || o->dirty_budget < 1) {
        log_error("neighbours and values go up to 32; block_limit, hub_chunk and dirty_budget "
                  "start at 1");
        return ERR_CONFIG;
    }
    return ERR_OK;
}

static int set_up(struct engine *e)
{
    const struct engine_options *o = &e->options;
    for (size_t i = 0; i < o->graph_count; i++) {
        e->names[i] = slice_of(o->graphs[i]);
        e->tags[i] = id_graph_tag(e->names[i]);
    }
    for (size_t i = 0; i < o->graph_count; i++)
        for (size_t k = 0; k < o->graph_count; k++)
            e->ranks[i] += slice_compare(e->names[k], e->names[i]) < 0;
    unsigned threads = o->threads < 1 ? 1 : o->threads;
    if (threads > ENGINE_MAX_THREADS)
        threads = ENGINE_MAX_THREADS;
    e->z0_floats = model_z0_floats(o->model);
    e->z1_floats = model_z1_floats(o->model);
    e->threshold = (float)(o->threshold < 0 ? model_threshold(o->model) : o->threshold);
    e->predicates = predicates_new(o->mapping);
    e->profiles = profile_cache_new(o->profile_cache_bytes, profile_max_floats(e));
    e->rows = row_cache_new(o->row_cache_bytes);
    e->pool = pool_new(threads);
    e->arena = arena_new();
    e->batch = kv_batch_new();
    if (!e->predicates || !e->profiles || !e->rows || !e->pool || !e->arena || !e->batch)
        return ERR_NO_MEMORY;
    for (unsigned i = 0; i < threads; i++)
        if (!(e->worker_arenas[i] = arena_new()) || !(e->values[i] = value_cache_new()))
            return ERR_NO_MEMORY;
    return ERR_OK;
}

int engine_open(struct kv *kv, const struct engine_options *options, struct engine **ret_engine)
{
    int rc = check_options(options);
    if (rc)
        return rc;
    struct engine *e = calloc(1, sizeof(*e));
    if (!e)
        return ERR_NO_MEMORY;
    e->kv = kv;
    e->options = *options;
    rc = set_up(e);
    if (!rc)
        rc = meta_load(e);
    if (!rc)
        rc = dirty_load(e);
    if (!rc)
        rc = rescore_load(e);
    if (!rc && options->rescore)
        rc = rescore_vectors(e);
    if (!rc && e->rescore.stage != RESCORE_NONE && e->rescore.stage != RESCORE_PAIRS) {
        log_error("the store is on its way to another model: let the daemon, or load, finish it");
        rc = ERR_RETRY;
    }
    if (rc) {
        engine_close(e);
        return rc;
    }
    snprintf(e->source, sizeof(e->source), "/alignd/%s", e->uuid);
    *ret_engine = e;
    return ERR_OK;
}

void engine_close(struct engine *e)
{
    if (!e)
        return;
    kv_iter_free(e->scan);
    id_map_fini(&e->works);
    id_map_fini(&e->blocks);
    id_map_fini(&e->relations);
    dirty_free(e);
    rescore_free(e);
    free(e->list);
    free(e->block_list);
    free(e->changes);
    free(e->jobs);
    kv_batch_free(e->batch);
    arena_free(e->arena);
    for (unsigned i = 0; i < ENGINE_MAX_THREADS; i++) {
        arena_free(e->worker_arenas[i]);
        free(e->values[i]);
    }
    pool_free(e->pool);
    profile_cache_free(e->profiles);
    row_cache_free(e->rows);
    predicates_free(e->predicates);
    free(e);
}

double engine_turn_share(double share, uint64_t memory, uint64_t most)
{
    double fits = memory ? (double)most / (double)memory : 1.25;
    double next = share * (fits < 1.25 ? fits : fits < 3 ? 1.25 : 2);
    return next > 1 ? 1 : next < 1e-3 ? 1e-3 : next;
}

uint64_t engine_dirty_count(const struct engine *e)
{
    return e->rescores + e->hub_count + rescore_left(e);
}

uint64_t engine_rescore_left(const struct engine *e)
{
    return rescore_left(e);
}

void engine_get_totals(const struct engine *e, struct engine_totals *totals)
{
    *totals = e->totals;
}

uint64_t engine_head(const struct engine *e)
{
    return e->head;
}

uint64_t engine_epoch(const struct engine *e)
{
    return e->epoch;
}

const char *engine_uuid(const struct engine *e)
{
    return e->uuid;
}

uint64_t engine_digest(const struct engine *e, enum kv_family family)
{
    return e->digests[family];
}

bool engine_holds_events(const struct engine *e)
{
    return e->held;
}

int engine_new_epoch(struct engine *e, uint64_t at_least)
{
    uint64_t head = e->head, epoch = e->epoch;
    kv_batch_clear(e->batch);
    int rc = meta_begin_epoch(e->kv, e->batch, &e->head);
    e->epoch = epoch + 1 > at_least ? epoch + 1 : at_least;
    if (!rc)
        rc = meta_write_state(e);
    if (!rc)
        rc = kv_write(e->kv, e->batch, true);
    kv_batch_clear(e->batch);
    if (rc) {
        e->head = head;
        e->epoch = epoch;
        return rc;
    }
    e->held = true;
    return ERR_OK;
}

int engine_get_offset(struct engine *e, struct slice topic, int32_t partition, int64_t *ret_next)
{
    struct buf key = {0};
    struct kv_value value = {0};
    bool found = false;
    layout_put_offset_key(&key, topic, partition);
    int rc = buf_failed(&key) ? ERR_NO_MEMORY
                              : kv_get(e->kv, KV_OFFSETS, buf_slice(&key), &value, &found);
    if (!rc)
        *ret_next = found && value.bytes.len == 8 ? (int64_t)get_be64(value.bytes.data) : -1;
    kv_value_release(&value);
    buf_fini(&key);
    return rc;
}

struct engine_lent engine_lend(const struct engine *e)
{
    return (struct engine_lent){.kv = e->kv,
                                .predicates = e->predicates,
                                .graph_count = e->options.graph_count,
                                .tags = e->tags,
                                .ranks = e->ranks,
                                .inverse_limit = (uint64_t)e->options.inverse_limit};
}
