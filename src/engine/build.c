/*
 * build.c - the order of the passes, the files they write, and the store in the end.
 *
 * A pass takes the buckets of one spool, as many at once as there are threads, and deals what it
 * finds to the buckets of later ones; rows go into one sorted file a family and bucket.  Nothing of
 * the database changes before all files are there; then it takes them family by family, and one
 * synced batch says what it holds.
 */
#include "build_clear.h"
#include "build_internal.h"
#include "turn_rules.h"

#include "alignd/base/array.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* --- the passes --- */

static const struct pass {
    const char *name;
    int from;      /* the spool whose buckets it takes, gone afterwards; BUILD_SPOOLS: none */
    double share;  /* of the time, about */
    bool in_order; /* one bucket after the other */
    int (*bucket)(struct build_worker *w, size_t bucket);
    void (*after)(struct build *b); /* all of them; may be NULL */
} passes[] = {
    {"entities", BUILD_HALVES, .15, false, build_entity_describe, build_entity_known},
    {"neighbourhoods", BUILD_EDGES, .25, false, build_entity_sample, NULL},
    {"blocks", BUILD_KEYS, .10, false, build_block_meet, NULL},
    {"vectors", BUILD_SPOOLS, .04, false, build_vector_write, NULL},
    {"scores", BUILD_HINTS, .41, false, build_pair_score, NULL},
    {"pairs", BUILD_SCORES, .03, false, build_pair_write, NULL},
    {"choice", BUILD_OFFERS, .01, true, build_match_choose, NULL},
    {"matches", BUILD_MATCHES, .01, false, build_match_write, NULL},
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
    while (rank < b->state->graph_count && b->state->graphs[b->by_tag[rank]].tag != id_graph(id))
        rank++;
    assert(rank < b->state->graph_count);
    return rank * b->graph_buckets + (size_t)(hash * b->graph_buckets >> 48);
}

bool build_bucket_of_verdicts(const struct build *b, size_t bucket)
{
    assert(bucket < b->bucket_count);
    return b->by_tag[bucket / b->graph_buckets] == state_verdict_graph(b->state);
}

static struct slice text_at(const struct build *b, const struct build_entity *x, size_t at,
                            size_t len)
{
    assert(at + len <= (size_t)x->name_bytes + x->type_bytes);
    return (struct slice){(const char *)temporary_memory_at(b->heap, x->texts) + at, len};
}

struct slice build_entity_name(const struct build *b, const struct build_entity *x)
{
    return text_at(b, x, 0, x->name_bytes);
}

struct slice build_entity_name_of(const struct build *b, uint32_t number, struct arena *arena)
{
    const struct build_entity *x = build_entity_at(b, number);
    size_t n = x->name_bytes;
    assert(n + x->type_bytes > 0 || x->said_bytes == 0);
    return (struct slice){temporary_memory_look(b->heap, x->texts, n, arena_alloc(arena, n)), n};
}

struct slice build_entity_said(const struct build *b, const struct build_entity *x)
{
    return text_at(b, x, 0, x->said_bytes);
}

struct slice build_entity_type(const struct build *b, const struct build_entity *x)
{
    return text_at(b, x, x->name_bytes, x->type_bytes);
}

/* --- files --- */

static int open_file(struct build_worker *w, enum kv_family family)
{
    assert(family < KV_FAMILIES && !w->files[family]);
    struct build *b = w->b;
    char path[4200];
    pthread_mutex_lock(&b->lock);
    size_t number = b->path_count[family];
    snprintf(path, sizeof(path), "%s/build-%s-%zu", b->options.folder, kv_family_name(family),
             number);
    char *noted = memory_strdup(path);
    ARRAY_PUSH(b->paths[family], b->path_count[family], b->path_room[family], noted);
    pthread_mutex_unlock(&b->lock);
    return sorted_file_new(b->kv, family, path, &w->files[family]);
}

int build_put(struct build_worker *w, enum kv_family family, struct slice key, struct slice row)
{
    assert(family < KV_FAMILIES);
    int rc = w->files[family] ? ERR_OK : open_file(w, family);
    if (rc)
        return rc;
    w->digests[family] += state_row_hash(family, key, row);
    return sorted_file_put(w->files[family], key, row);
}

int build_put_of(struct build_worker *w, enum kv_family family, struct id id)
{
    char key[ID_BYTES];
    id_put(key, id);
    return build_put(w, family, (struct slice){key, sizeof(key)}, buf_slice(&w->row));
}

static int close_files(struct build_worker *w)
{
    assert(w->number < w->b->worker_count);
    int rc = ERR_OK;
    for (int f = 0; f < KV_FAMILIES; f++) {
        uint64_t bytes;
        if (!w->files[f])
            continue;
        rc = err_first(rc, sorted_file_close(w->files[f], &bytes));
        w->files[f] = NULL;
    }
    return rc;
}

/* --- memory --- */

#define MAPPED_SHARE 3   /* a third of the memory */
#define ENTITIES_SHARE 2 /* so many entities are kept, which every pass asks for here and there */

static uint64_t mapped_most(const struct build *b)
{
    return b->options.memory_bytes / MAPPED_SHARE;
}

void build_bound_mapped(struct build *b)
{
    uint64_t entities = __atomic_load_n(&b->entity_count, __ATOMIC_RELAXED) *
                        sizeof(struct build_entity); /* not the places, which are for more */
    bool kept = entities <= b->options.memory_bytes / ENTITIES_SHARE;
    uint64_t most = mapped_most(b) + (kept ? entities : 0);
    if (b->options.in_memory || temporary_resident() <= most)
        return;
    temporary_memory_drop(b->heap);
    if (!kept && temporary_resident() > most)
        temporary_memory_drop(b->entities);
}

/* --- what is counted --- */

void build_count_predicate(struct build_used *used, uint16_t graph_tag, struct predicate *predicate,
                           int64_t triples)
{
    assert(predicate->graph_tag == graph_tag);
    assert(triples > 0);
    void **place = id_map_place(&used->places, (struct id){graph_tag, predicate->hash});
    if (!*place) {
        ARRAY_PUSH(used->all, used->count, used->room,
                   (struct state_predicate){.predicate = predicate});
        *place = (void *)(uintptr_t)used->count; /* 1 + its place */
    }
    assert((uintptr_t)*place <= used->count);
    used->all[(uintptr_t)*place - 1].triples += triples;
}

static void used_fini(struct build_used *used)
{
    id_map_fini(&used->places);
    free(used->all);
}

/* Of all workers. */
static void sum_up(const struct build *b, struct state_change *ret_change)
{
    assert(b->worker_count > 0 && ret_change->totals.pairs == 0);
    struct state_totals *sum = &ret_change->totals;
    for (unsigned i = 0; i < b->worker_count; i++) {
        const struct build_worker *w = &b->workers[i];
        for (size_t g = 0; g < b->state->graph_count; g++) {
            sum->triples[g] += w->totals.triples[g];
            sum->entities[g] += w->totals.entities[g];
        }
        sum->pairs += w->totals.pairs;
        sum->matches += w->totals.matches;
        for (int f = 0; f < KV_FAMILIES; f++)
            ret_change->digests[f] += w->digests[f];
    }
}

static void sum_up_predicates(const struct build *b, struct build_used *sum)
{
    for (unsigned i = 0; i < b->worker_count; i++) {
        const struct build_used *used = &b->workers[i].used;
        for (size_t k = 0; k < used->count; k++)
            build_count_predicate(sum, used->all[k].predicate->graph_tag, used->all[k].predicate,
                                  used->all[k].triples);
    }
}

/* --- the beginning --- */

/* Buckets of a graph: so many that those at hand, with what is made of them, fit the
 * memory, and that no thread is long without one. */
static size_t graph_buckets(const struct build_options *o, size_t graphs, unsigned threads)
{
    enum {
        HALVES_BYTES = 160, /* a triple, in the largest spool */
        IN_MEMORY = 5,      /* times as much as in the spool */
        A_THREAD = 6,
        FEW = 500, /* triples: not worth a bucket */
        MOST = 1024
    };
    assert(graphs >= 1 && graphs <= STATE_MAX_GRAPHS && threads >= 1);
    uint64_t triples = o->expected_triples ? o->expected_triples : 4000000;
    uint64_t bytes = triples * HALVES_BYTES * IN_MEMORY, fit = o->memory_bytes / 2 / threads + 1;
    uint64_t n = bytes / fit + 1, busy = A_THREAD * threads;
    if (n < busy)
        n = triples / FEW < busy ? triples / FEW + 1 : busy;
    n = (n + graphs - 1) / graphs;
    assert(n >= 1);
    return (size_t)(n < MOST / graphs ? n : MOST / graphs);
}

static bool is_empty(const struct engine *e)
{
    return state_triples(&e->state) == 0 && engine_dirty_count(e) == 0;
}

/* Graphs in the order of their tags, which is that of ids. */
static void sort_graphs(struct build *b)
{
    assert(b->state->graph_count <= STATE_MAX_GRAPHS);
    const struct state_graph *graphs = b->state->graphs;
    for (size_t i = 0; i < b->state->graph_count; i++) {
        size_t at = i;
        for (; at > 0 && graphs[b->by_tag[at - 1]].tag > graphs[i].tag; at--)
            b->by_tag[at] = b->by_tag[at - 1];
        b->by_tag[at] = i;
    }
    for (size_t i = 1; i < b->state->graph_count; i++)
        assert(graphs[b->by_tag[i - 1]].tag < graphs[b->by_tag[i]].tag); /* (1) */
}

static void take_settings(struct build *b)
{
    const struct engine *e = b->engine;
    b->state = &e->state;
    b->model = e->options.model;
    b->mapping = e->options.mapping;
    b->z0_floats = model_z0_floats(b->model);
    b->z1_floats = model_z1_floats(b->model);
    b->graph_buckets = graph_buckets(&b->options, b->state->graph_count, pool_threads(e->pool));
    b->bucket_count = b->state->graph_count * b->graph_buckets;
    assert(b->z0_floats + b->z1_floats <= BUILD_FLOATS);
    sort_graphs(b);
}

static int make_spools(struct build *b)
{
    assert(b->bucket_count > 0 && b->worker_count > 0);
    const char *folder = b->options.in_memory ? NULL : b->options.folder;
    int rc;
    b->clears = build_clears_new(folder);
    if ((rc = temporary_memory_new(folder, &b->entities)) ||
        (rc = temporary_memory_new(folder, &b->heap)))
        return rc;
    for (int i = 0; i < BUILD_SPOOLS && !rc; i++)
        rc = spool_new(folder, b->bucket_count, b->worker_count, record_bytes[i], &b->spools[i]);
    return rc;
}

static void make_worker(struct build *b, unsigned number)
{
    assert(number < b->worker_count);
    struct build_worker *w = &b->workers[number];
    *w = (struct build_worker){.b = b, .number = number, .arena = arena_new()};
    for (int k = 0; k < 2; k++)
        w->profiles[k] = memory_malloc(profiles_max_floats(b->engine->profiles) * sizeof(float));
    w->copies = memory_malloc(sizeof(*w->copies));
}

static void make_workers(struct build *b)
{
    assert(!b->workers && b->bucket_count > 0);
    b->worker_count = pool_threads(b->engine->pool);
    b->workers = memory_calloc(b->worker_count, sizeof(*b->workers));
    for (unsigned i = 0; i < b->worker_count; i++)
        make_worker(b, i);
    b->first = memory_calloc(b->bucket_count + 1, sizeof(*b->first));
    b->living = memory_calloc(b->bucket_count + 1, sizeof(*b->living));
}

/* The engine of the store, which has to be empty, and all that the passes need. */
static int set_up(struct build *b, const struct engine_options *options)
{
    int rc = engine_open(b->kv, options, &b->engine);
    if (rc)
        return rc;
    if (!is_empty(b->engine)) {
        log_error("a store can be built only where there is none");
        return ERR_MISMATCH;
    }
    take_settings(b);
    make_workers(b);
    return make_spools(b);
}

int build_new(struct kv *kv, const struct engine_options *engine,
              const struct build_options *options, struct build **ret_build)
{
    struct engine_options o = *engine;
    struct build *b = memory_calloc(1, sizeof(*b));
    b->options = *options;
    b->kv = kv;
    pthread_mutex_init(&b->lock, NULL);
    pthread_mutex_init(&b->profile_lock, NULL);
    o.profile_cache_bytes = options->memory_bytes / 2; /* it scores more than any turn */
    int rc = set_up(b, &o);
    if (rc) {
        build_free(b);
        return rc;
    }
    *ret_build = b;
    return ERR_OK;
}

static void worker_fini(struct build_worker *w)
{
    for (int f = 0; f < KV_FAMILIES; f++)
        sorted_file_free(w->files[f]);
    arena_free(w->arena);
    buf_fini(&w->row);
    for (int k = 0; k < 2; k++)
        free(w->profiles[k]);
    free(w->copies);
    free(w->said);
    used_fini(&w->used);
}

void build_free(struct build *b)
{
    if (!b)
        return;
    for (int i = 0; i < BUILD_SPOOLS; i++)
        spool_free(b->spools[i]);
    for (int f = 0; f < KV_FAMILIES; f++) {
        for (size_t i = 0; i < b->path_count[f]; i++)
            free(b->paths[f][i]);
        free(b->paths[f]);
    }
    for (unsigned i = 0; i < b->worker_count; i++)
        worker_fini(&b->workers[i]);
    free(b->workers);
    build_clears_free(b->clears);
    temporary_memory_free(b->entities);
    temporary_memory_free(b->heap);
    free(b->first);
    free(b->living);
    free(b->taken);
    free(b->decided);
    pthread_mutex_destroy(&b->lock);
    pthread_mutex_destroy(&b->profile_lock);
    engine_close(b->engine);
    free(b);
}

int build_add(struct build *b, size_t graph, const struct change *changes, size_t count)
{
    assert(graph < b->state->graph_count);
    struct buf scratch = {0};
    int rc = ERR_OK;
    for (size_t i = 0; i < count && !rc; i++)
        rc = build_entity_add(b, graph, &changes[i], &scratch);
    buf_fini(&scratch);
    return rc;
}

/* --- the run --- */

static int tell_progress(struct build *b, size_t pass, double share)
{
    assert(pass < PASSES && share >= 0 && share <= 1);
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

/* A bucket is done, or failed; before the first one 0 are done. */
static void note_done(struct build *b, size_t pass, size_t buckets, int rc)
{
    assert(pass < PASSES && buckets <= 1);
    pthread_mutex_lock(&b->lock);
    b->buckets_done += buckets;
    assert(b->buckets_done <= b->bucket_count);
    b->rc = err_first(b->rc, rc);
    if (b->rc == ERR_OK)
        b->rc = tell_progress(b, pass, (double)b->buckets_done / (double)b->bucket_count);
    pthread_mutex_unlock(&b->lock);
}

static bool has_failed(struct build *b)
{
    pthread_mutex_lock(&b->lock);
    bool failed = b->rc != ERR_OK;
    pthread_mutex_unlock(&b->lock);
    return failed;
}

struct run {
    struct build *b;
    size_t pass;
};

/* Some buckets, by one worker. */
static void run_buckets(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct run *run = arg;
    assert(worker < run->b->worker_count && end <= run->b->bucket_count);
    struct build_worker *w = &run->b->workers[worker];
    for (size_t i = begin; i < end && !has_failed(run->b); i++) {
        arena_reset(w->arena);
        int rc = passes[run->pass].bucket(w, i);
        rc = err_first(rc, close_files(w)); /* closed either way */
        build_bound_mapped(run->b);
        note_done(run->b, run->pass, 1, rc);
    }
}

static int run_pass(struct build *b, size_t number)
{
    assert(number < PASSES);
    const struct pass *pass = &passes[number];
    struct run run = {b, number};
    uint64_t begun = clock_mono_us(), bytes = spooled(b);
    assert(b->rc == ERR_OK);
    b->buckets_done = 0;
    if (!b->options.in_memory)
        temporary_memory_copy(b->heap, temporary_memory_used(b->heap) > mapped_most(b));
    note_done(b, number, 0, ERR_OK);
    pool_run(pass->in_order ? NULL : b->engine->pool, run_buckets, &run, b->bucket_count, 1);
    assert(b->rc || b->buckets_done == b->bucket_count);
    if (b->rc == ERR_OK && pass->after)
        pass->after(b);
    b->laps[number].seconds = (double)(clock_mono_us() - begun) / 1e6;
    b->laps[number].bytes = spooled(b) - bytes;
    if (pass->from < BUILD_SPOOLS) {
        spool_free(b->spools[pass->from]);
        b->spools[pass->from] = NULL;
    }
    return b->rc;
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
    assert(b->buckets_done == b->bucket_count);
    int rc;
    for (int f = 0; f < KV_FAMILIES; f++)
        if (b->path_count[f] &&
            ((rc = tell_end(b, "ingest")) ||
             (rc = sorted_file_ingest(b->kv, (enum kv_family)f, (const char *const *)b->paths[f],
                                      b->path_count[f]))))
            return rc;
    return ERR_OK;
}

void build_continue(struct build *b, const struct state *from)
{
    assert(from != b->state && !b->continues);
    b->continues = from;
}

void build_append(struct build *b, uint64_t records)
{
    assert(b->continues);
    b->appended += records;
}

/* What the workers counted, each from its own records, is the same: entities have numbers,
 * triples predicates, and matches are pairs. */
static bool agrees(const struct build *b, const struct state_change *change)
{
    uint64_t entities = 0, triples = 0;
    for (size_t g = 0; g < b->state->graph_count; g++) {
        entities += change->totals.entities[g];
        triples += change->totals.triples[g];
    }
    for (size_t i = 0; i < b->bucket_count; i++)
        entities -= b->living[i];
    for (size_t i = 0; i < change->predicate_count; i++)
        triples -= (uint64_t)change->predicates[i].triples;
    return entities == 0 && triples == 0 && change->totals.matches <= change->totals.pairs;
}

/* What the store says of itself from now on. */
static int commit(struct build *b)
{
    struct engine *e = b->engine;
    struct kv_batch *batch = e->turn.batch;
    struct state_change change = {.hold = true, .records = b->appended};
    struct build_used used = {0};
    int rc;
    if ((rc = tell_end(b, "commit")) ||
        (b->continues && (rc = state_continue(&e->state, batch, b->continues))))
        goto done;
    sum_up(b, &change);
    sum_up_predicates(b, &used);
    change.predicates = used.all;
    change.predicate_count = used.count;
    assert(agrees(b, &change));
    rc = state_commit(&e->state, batch, &change, true);
done:
    kv_batch_clear(batch);
    used_fini(&used);
    return rc;
}

int build_run(struct build *b)
{
    assert(b->spools[BUILD_HALVES]); /* once */
    int rc = build_entity_number(b);
    for (size_t i = 0; i < PASSES && !rc; i++)
        rc = run_pass(b, i);
    if (rc || (rc = ingest(b)) || (rc = commit(b)))
        return rc;
    return kv_flush(b->kv);
}
