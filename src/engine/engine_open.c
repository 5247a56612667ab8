/*
 * engine_open.c - an engine on a store: what was built with other settings is refused, or
 * taken to another model or threshold.
 */
#include "engine_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/graph/mapping_difference.h"
#include "alignd/state/meta.h"
#include "alignd/state/settings.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_up(struct engine *e)
{
    const struct engine_options *o = &e->options;
    assert(o->graph_count == e->state.graph_count);
    unsigned threads = o->threads < 1 ? 1 : o->threads;
    if (threads > ENGINE_MAX_THREADS)
        threads = ENGINE_MAX_THREADS;
    e->threshold = engine_options_threshold(o);
    e->profiles = profiles_new(o, threads);
    e->pool = pool_new(threads);
    assert(threads >= 1 && threads <= ENGINE_MAX_THREADS);
    turn_init(&e->turn, &e->state, o, e->threshold, e->pool, e->profiles, &e->queue, &e->settle);
}

/* --- the settings of the store --- */

static void put_settings(const struct engine *e, struct kv_batch *batch, struct slice wanted)
{
    assert(wanted.len > 0);
    const struct engine_options *o = &e->options;
    meta_put(e->state.kv, batch, "fingerprint", wanted);
    if (o->mapping)
        meta_put(e->state.kv, batch, "mapping", mapping_text(o->mapping));
    if (o->model_path)
        meta_put(e->state.kv, batch, "model", slice_of(o->model_path));
    else
        meta_delete(e->state.kv, batch, "model");
}

/* Another model or threshold: the store is taken there. */
static int begin_rescore(const struct engine *e, struct kv_batch *batch, struct slice stored,
                         struct slice wanted)
{
    assert(stored.len > 0 && wanted.len > 0);
    assert(e->options.rescore);
    struct slice was = settings_find_line(stored, slice_of("model="));
    uint64_t previous = 0;
    for (size_t i = 6; i < was.len; i++) {
        unsigned char c = (unsigned char)was.data[i];
        previous = previous << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    bool model_too = !slice_equal(was, settings_find_line(wanted, was));
    log_info("%s: the store is scored again", model_too ? "another model" : "another threshold");
    put_settings(e, batch, wanted);
    return rescore_begin(e->state.kv, batch, model_too, previous);
}

#define ROWS_TOLD 10

/* Which rows of the mapping differ, where it does. */
static int tell_mapping(const struct engine *e, struct slice stored, struct slice wanted)
{
    struct slice line = settings_find_line(stored, slice_of("mapping="));
    struct kv_value pin = {0};
    struct mapping *was = NULL;
    struct slice text;
    if (slice_equal(line, settings_find_line(wanted, slice_of("mapping="))))
        return ERR_OK;
    int rc;
    if ((rc = meta_get(e->state.kv, "mapping", &text, &pin)) ||
        (text.data && (rc = mapping_parse(text, "mapping of the store", &was))))
        goto done;
    mapping_difference_tell(was, e->options.mapping, ROWS_TOLD);
done:
    kv_value_release(&pin);
    mapping_close(was);
    return rc;
}

/* Those of the store against the options; what is to be written of them into the batch. */
static int check_settings(const struct engine *e, struct kv_batch *batch)
{
    static const char *const scoring[] = {"model=", "threshold="};
    struct kv_value pin = {0};
    struct slice stored;
    struct buf row = {0};
    int rc = meta_get(e->state.kv, "fingerprint", &stored, &pin);
    engine_options_write(&e->options, &row);
    struct slice wanted = buf_slice(&row);
    if (rc)
        goto done;
    if (!stored.data) {
        put_settings(e, batch, wanted);
    } else if (e->options.rescore && settings_differ_only_in(stored, wanted, scoring, 2)) {
        rc = begin_rescore(e, batch, stored, wanted);
    } else if (!e->options.any_settings && settings_differ(stored, wanted)) {
        rc = tell_mapping(e, stored, wanted);
        if (settings_differ_only_in(stored, wanted, scoring, 2))
            log_error("alignd run and alignd load take the store to another model or threshold as "
                      "they begin; a command that only reads does not");
        log_error("use the settings of the store; or build it anew with these: alignd rebuild "
                  "--mapping FILE (from its own triples; without --mapping where only the program "
                  "is another), alignd run --on-mismatch=rebuild or alignd reset (which reads its "
                  "topics), or load its triples into a new store");
        rc = rc == ERR_OK ? ERR_MISMATCH : rc;
    }
done:
    kv_value_release(&pin);
    buf_fini(&row);
    return rc;
}

/* What the store says of itself; what is new to it is written. */
static int load_state(struct engine *e, struct kv_batch *batch)
{
    assert(kv_batch_rows(batch) == 0);
    int rc = meta_check_format(e->state.kv, e->options.any_settings ? META_TRIPLES : META_ALL);
    bool fresh = rc == ERR_NOT_FOUND; /* the settings are ours to say */
    if ((rc && !fresh) || (rc = check_settings(e, batch)) || (rc = state_load(&e->state, batch))) {
        if (rc == ERR_STORE)
            log_error("store: what it says of itself cannot be read");
        goto done;
    }
    if (kv_batch_rows(batch))
        rc = kv_write(e->state.kv, batch, true);
done:
    kv_batch_clear(batch);
    return rc;
}

/* All vectors of the new model before the first turn, if that is asked for. */
static int finish_vectors(struct engine *e)
{
    int rc;
    e->turn.rescore = e->rescore;
    if (e->options.rescore && (rc = rescore_vectors(&e->turn)))
        return rc;
    e->rescore = e->turn.rescore;
    if (e->rescore.stage != RESCORE_NONE && e->rescore.stage != RESCORE_PAIRS) {
        log_error("the store is on its way to another model: let the daemon, or load, finish it");
        return ERR_RETRY;
    }
    assert(e->rescore.stage == e->turn.rescore.stage);
    return ERR_OK;
}

/* By which review readers were told. */
static int load_review(struct engine *e)
{
    struct kv_value pin = {0};
    struct slice row;
    int rc = meta_get(e->state.kv, ENGINE_REVIEW_ROW, &row, &pin);
    if (rc)
        return rc;
    char text[32];
    e->told_review = -1;
    e->told_before = e->state.head > 0;
    if (row.data && row.len < sizeof(text)) {
        memcpy(text, row.data, row.len);
        text[row.len] = '\0';
        e->told_review = strtod(text, NULL);
    }
    kv_value_release(&pin);
    return ERR_OK;
}

int engine_open(struct kv *kv, const struct engine_options *options, struct engine **ret_engine)
{
    assert(kv && ret_engine);
    int rc = engine_options_check(options);
    if (rc)
        return rc;
    struct engine *e = memory_calloc(1, sizeof(*e));
    e->options = *options;
    if (!e->options.profile_cache_bytes)
        e->options.profile_cache_bytes = ENGINE_CACHE_BYTES;
    if (!e->options.row_cache_bytes)
        e->options.row_cache_bytes = ENGINE_CACHE_BYTES;
    state_init(&e->state, kv, options->graphs, options->graph_count, options->mapping,
               e->options.row_cache_bytes);
    set_up(e);
    if ((rc = load_state(e, e->turn.batch)) || (rc = dirty_load(&e->dirty, kv)) ||
        (rc = rescore_load(&e->rescore, kv)) || (rc = settle_load(&e->settle, kv, &e->options)) ||
        (rc = load_review(e)) || (rc = finish_vectors(e)))
        goto done;
    assert(e->rescore.stage == RESCORE_NONE || e->rescore.stage == RESCORE_PAIRS);
    snprintf(e->source, sizeof(e->source), "/alignd/%s", e->state.uuid);
    e->turn.source = e->source;
    *ret_engine = e;
    e = NULL;
done:
    engine_close(e);
    return rc;
}
