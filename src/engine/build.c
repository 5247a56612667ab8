/*
 * build.c - the order of the passes, the files they write, and the store in the end.
 *
 * A pass takes the buckets of one spool, one after the other, and deals what it finds to the
 * buckets of later ones; rows go into one sorted file a family and bucket.  Nothing of the
 * database changes before all files are there; then it takes them family by family, and one
 * synced batch says what it holds.
 */
#include "build_internal.h"
#include "turn_rules.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <stdio.h>
#include <stdlib.h>

/* --- the passes --- */

static const struct pass {
    const char *name;
    int from;     /* the spool whose buckets it takes, gone afterwards; BUILD_SPOOLS: none */
    double share; /* of the time, about */
    int (*bucket)(struct build *b, size_t bucket);
} passes[] = {
    {"entities", BUILD_HALVES, .15, build_entity_describe},
    {"neighbourhoods", BUILD_EDGES, .28, build_entity_sample},
    {"blocks", BUILD_KEYS, .14, build_block_meet},
    {"vectors", BUILD_SPOOLS, .05, build_vector_write},
    {"scores", BUILD_HINTS, .33, build_pair_score},
    {"pairs", BUILD_SCORES, .03, build_pair_write},
    {"choice", BUILD_OFFERS, .01, build_match_choose},
    {"matches", BUILD_MATCHES, .01, build_match_write},
};

enum { PASSES = sizeof(passes) / sizeof(*passes) };
static_assert(PASSES <= sizeof(((struct build *)0)->laps) / sizeof(struct build_lap), "a lap each");

static const size_t record_bytes[BUILD_SPOOLS] = {
    [BUILD_HINTS] = sizeof(struct build_hint),
    [BUILD_SCORES] = sizeof(struct build_score),
    [BUILD_OFFERS] = BUILD_OFFER_BYTES,
    [BUILD_MATCHES] = BUILD_PARTNER_BYTES,
};

/* --- places --- */

size_t build_graph(const struct build *b, struct id id)
{
    return state_graph_of(b->state, id);
}

size_t build_bucket_of(const struct build *b, struct id id)
{
    size_t rank = 0;
    uint64_t hash = id.hi & UINT64_C(0xffffffffffff);
    while (b->state->graphs[b->by_tag[rank]].tag != id_graph(id))
        rank++;
    return rank * b->graph_buckets + (size_t)(hash * b->graph_buckets >> 48);
}

static struct slice text_at(const struct build *b, const struct build_entity *x, size_t at,
                            size_t len)
{
    return (struct slice){(const char *)temporary_memory_at(b->heap, x->texts) + at, len};
}

struct slice build_entity_name(const struct build *b, const struct build_entity *x)
{
    return text_at(b, x, 0, x->name_bytes);
}

struct slice build_entity_said(const struct build *b, const struct build_entity *x)
{
    return text_at(b, x, 0, x->said_bytes);
}

struct slice build_entity_type(const struct build *b, const struct build_entity *x)
{
    return text_at(b, x, x->name_bytes, x->type_bytes);
}

/* --- threads --- */

struct each {
    struct build *b;
    char *things;
    size_t size;
    int (*work)(struct build *b, void *thing, struct arena *arena, unsigned worker);
    _Atomic int rc;
};

static void each_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    struct each *each = arg;
    struct arena *arena = each->b->engine->turn.worker_arenas[worker];
    for (size_t i = begin; i < end && !each->rc; i++) {
        int rc = each->work(each->b, each->things + i * each->size, arena, worker);
        if (rc)
            each->rc = rc;
    }
}

int build_each(struct build *b, size_t count, size_t grain, void *things, size_t size,
               int (*work)(struct build *b, void *thing, struct arena *arena, unsigned worker))
{
    struct each each = {.b = b, .things = things, .size = size, .work = work};
    pool_run(b->engine->pool, each_range, &each, count, grain);
    return each.rc;
}

/* --- files --- */

static int note_path(struct build *b, enum kv_family family, const char *path)
{
    size_t n = b->path_count[family];
    char **paths = realloc(b->paths[family], (n + 1) * sizeof(*paths));
    if (paths)
        b->paths[family] = paths;
    if (!paths || !(paths[n] = strdup(path)))
        return ERR_NO_MEMORY;
    b->path_count[family]++;
    return ERR_OK;
}

static int open_file(struct build *b, enum kv_family family)
{
    char path[4200];
    snprintf(path, sizeof(path), "%s/build-%s-%zu", b->options.folder, kv_family_name(family),
             b->path_count[family]);
    int rc = note_path(b, family, path);
    return rc ? rc : sorted_file_new(b->kv, family, path, &b->files[family]);
}

int build_put(struct build *b, enum kv_family family, struct slice key, struct slice row)
{
    int rc = b->files[family] ? ERR_OK : open_file(b, family);
    b->change.digests[family] += state_row_hash(family, key, row);
    return rc ? rc : sorted_file_put(b->files[family], key, row);
}

int build_put_of(struct build *b, enum kv_family family, struct id id, const struct buf *row)
{
    char key[ID_BYTES];
    id_put(key, id);
    return buf_failed(row) ? ERR_NO_MEMORY
                           : build_put(b, family, (struct slice){key, sizeof(key)}, buf_slice(row));
}

static int close_files(struct build *b)
{
    int rc = ERR_OK;
    for (int f = 0; f < KV_FAMILIES; f++) {
        uint64_t bytes;
        if (!b->files[f])
            continue;
        int closed = sorted_file_close(b->files[f], &bytes);
        b->files[f] = NULL;
        rc = rc ? rc : closed;
    }
    return rc;
}

/* --- the beginning --- */

/* Buckets of a graph: so many that one, with what is made of it, fits the memory. */
static size_t graph_buckets(const struct build_options *o, size_t graphs)
{
    enum {
        HALVES_BYTES = 160, /* a triple, in the largest spool */
        IN_MEMORY = 5,      /* times as much as in the spool */
        MOST = 1024
    };
    uint64_t triples = o->expected_triples ? o->expected_triples : 4000000;
    uint64_t bytes = triples * HALVES_BYTES * IN_MEMORY, fit = o->memory_bytes / 2 + 1;
    uint64_t n = (bytes / fit + 1 + graphs - 1) / graphs;
    return (size_t)(n < MOST / graphs ? n : MOST / graphs);
}

static bool is_empty(const struct engine *e)
{
    return state_triples(&e->state) == 0 && engine_dirty_count(e) == 0;
}

/* Graphs in the order of their tags, which is that of ids. */
static void sort_graphs(struct build *b)
{
    const struct state_graph *graphs = b->state->graphs;
    for (size_t i = 0; i < b->state->graph_count; i++) {
        size_t at = i;
        for (; at > 0 && graphs[b->by_tag[at - 1]].tag > graphs[i].tag; at--)
            b->by_tag[at] = b->by_tag[at - 1];
        b->by_tag[at] = i;
    }
}

static void take_settings(struct build *b)
{
    const struct engine *e = b->engine;
    b->state = &e->state;
    b->model = e->options.model;
    b->mapping = e->options.mapping;
    b->z0_floats = model_z0_floats(b->model);
    b->z1_floats = model_z1_floats(b->model);
    b->graph_buckets = graph_buckets(&b->options, b->state->graph_count);
    b->bucket_count = b->state->graph_count * b->graph_buckets;
    assert(b->z0_floats + b->z1_floats <= BUILD_FLOATS);
    sort_graphs(b);
}

static int make_spools(struct build *b)
{
    const char *folder = b->options.in_memory ? NULL : b->options.folder;
    int rc = temporary_memory_new(folder, &b->entities);
    if (!rc)
        rc = temporary_memory_new(folder, &b->heap);
    for (int i = 0; i < BUILD_SPOOLS && !rc; i++)
        rc = spool_new(folder, b->bucket_count, record_bytes[i], &b->spools[i]);
    return rc;
}

int build_new(struct kv *kv, const struct engine_options *engine,
              const struct build_options *options, struct build **ret_build)
{
    struct engine_options o = *engine;
    struct build *b = calloc(1, sizeof(*b));
    if (!b)
        return ERR_NO_MEMORY;
    b->options = *options;
    b->kv = kv;
    if (o.profile_cache_bytes > options->memory_bytes / 2)
        o.profile_cache_bytes = options->memory_bytes / 2;
    int rc = engine_open(kv, &o, &b->engine);
    if (!rc && !is_empty(b->engine)) {
        log_error("a store can be built only where there is none");
        rc = ERR_MISMATCH;
    }
    if (!rc) {
        take_settings(b);
        b->first = calloc(b->bucket_count + 1, sizeof(*b->first));
        b->arena = arena_new();
        rc = b->first && b->arena ? make_spools(b) : ERR_NO_MEMORY;
    }
    if (rc) {
        build_free(b);
        return rc;
    }
    *ret_build = b;
    return ERR_OK;
}

void build_free(struct build *b)
{
    if (!b)
        return;
    for (int i = 0; i < BUILD_SPOOLS; i++)
        spool_free(b->spools[i]);
    for (int f = 0; f < KV_FAMILIES; f++) {
        sorted_file_free(b->files[f]);
        for (size_t i = 0; i < b->path_count[f]; i++)
            free(b->paths[f][i]);
        free(b->paths[f]);
    }
    temporary_memory_free(b->entities);
    temporary_memory_free(b->heap);
    id_map_fini(&b->counted);
    free(b->used);
    arena_free(b->arena);
    free(b->first);
    free(b->taken);
    engine_close(b->engine);
    free(b);
}

int build_add(struct build *b, size_t graph, const struct change *changes, size_t count)
{
    struct buf scratch = {0};
    int rc = ERR_OK;
    for (size_t i = 0; i < count && !rc; i++) {
        if (changes[i].op == CHANGE_CLEAR) {
            log_error("a replace is taken by turns only: --by-turns");
            rc = ERR_FORMAT;
            break;
        }
        rc = build_entity_add(b, graph, &changes[i], &scratch);
    }
    buf_fini(&scratch);
    return rc;
}

/* --- the run --- */

static int tell_progress(struct build *b, size_t pass, double share)
{
    double done = 0, all = 0;
    for (size_t i = 0; i < PASSES; i++) {
        all += passes[i].share;
        done += i < pass ? passes[i].share : i == pass ? share * passes[i].share : 0;
    }
    return b->options.progress ? b->options.progress(b->options.arg, done / all, passes[pass].name)
                               : ERR_OK;
}

static uint64_t spooled(const struct build *b)
{
    uint64_t sum = 0;
    for (int i = 0; i < BUILD_SPOOLS; i++)
        sum += b->spools[i] ? spool_bytes(b->spools[i]) : 0;
    return sum;
}

static int run_pass(struct build *b, size_t number)
{
    const struct pass *pass = &passes[number];
    uint64_t begun = clock_mono_us(), bytes = spooled(b);
    int rc = ERR_OK;
    for (size_t i = 0; i < b->bucket_count && !rc; i++) {
        rc = tell_progress(b, number, (double)i / (double)b->bucket_count);
        arena_reset(b->arena);
        for (unsigned k = 0; k < pool_threads(b->engine->pool); k++)
            arena_reset(b->engine->turn.worker_arenas[k]);
        if (!rc)
            rc = pass->bucket(b, i);
        int closed = close_files(b);
        rc = rc ? rc : closed;
    }
    b->laps[number].seconds = (double)(clock_mono_us() - begun) / 1e6;
    b->laps[number].bytes = spooled(b) - bytes;
    if (pass->from < BUILD_SPOOLS) {
        spool_free(b->spools[pass->from]);
        b->spools[pass->from] = NULL;
    }
    return rc;
}

const char *build_pass(const struct build *b, size_t i, double *ret_seconds, uint64_t *ret_bytes)
{
    if (i >= PASSES)
        return NULL;
    *ret_seconds = b->laps[i].seconds;
    *ret_bytes = b->laps[i].bytes;
    return passes[i].name;
}

/* --- the end --- */

static int tell_end(struct build *b, const char *what)
{
    return b->options.progress ? b->options.progress(b->options.arg, 1, what) : ERR_OK;
}

static int ingest(struct build *b)
{
    int rc = ERR_OK;
    for (int f = 0; f < KV_FAMILIES && !rc; f++) {
        if (!b->path_count[f])
            continue;
        rc = tell_end(b, "ingest");
        if (!rc)
            rc = sorted_file_ingest(b->kv, (enum kv_family)f, (const char *const *)b->paths[f],
                                    b->path_count[f]);
    }
    return rc;
}

void build_continue(struct build *b, const struct state *from)
{
    b->continues = from;
}

/* What the store says of itself from now on. */
static int commit(struct build *b)
{
    struct engine *e = b->engine;
    struct kv_batch *batch = e->turn.batch;
    int rc = tell_end(b, "commit");
    if (!rc && b->continues)
        rc = state_continue(&e->state, batch, b->continues);
    b->change.hold = true;
    b->change.predicates = b->used;
    b->change.predicate_count = b->used_count;
    if (!rc)
        rc = state_commit(&e->state, batch, &b->change, true);
    kv_batch_clear(batch);
    return rc;
}

int build_run(struct build *b)
{
    int rc = ERR_OK;
    for (size_t i = 0; i < PASSES && !rc; i++)
        rc = run_pass(b, i);
    if (!rc)
        rc = ingest(b);
    if (!rc)
        rc = commit(b);
    return rc ? rc : kv_flush(b->kv);
}
