/*
 * offline.c - opens a store for a command: the settings it remembers, over them those of the
 * command line, then mapping and model by these.  A folder is looked at before RocksDB
 * does it, whose words are not for people, and one that was only just made goes again when the
 * opening fails: an empty store would look like a catalog without matches.
 *
 * A model that is not the store's brings its own threshold, unless one is given.
 */
#include "alignd/cli/offline.h"

#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/graph/mapping.h"
#include "alignd/graph/mapping_check.h"
#include "alignd/graph/verdict.h"
#include "alignd/model/model.h"
#include "alignd/store/folder.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* KEY=VALUE, of [align] in the configuration; its mapping is as good as --mapping. */
static int set_one(struct offline *f, const char **mapping, const char *text)
{
    const char *equals = strchr(text, '=');
    char key[64], where[128];
    if (!equals || equals == text || (size_t)(equals - text) >= sizeof(key)) {
        log_error("--set %s: expected KEY=VALUE, a setting of [align] in config/alignd.conf", text);
        return ERR_USAGE;
    }
    assert((size_t)(equals - text) < sizeof(key));
    snprintf(key, sizeof(key), "%.*s", (int)(equals - text), text);
    snprintf(where, sizeof(where), "--set %s", text);
    if (strcmp(key, "mapping") == 0) {
        *mapping = equals + 1;
        return ERR_OK;
    }
    int rc = engine_options_set(&f->options, key, equals + 1, where);
    return rc == ERR_CONFIG ? ERR_USAGE : rc; /* it is the command line that is wrong */
}

/* As in [graph.NAME] of a configuration, so that a daemon can take the store over. */
static bool is_graph_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
    return n >= 1 && n <= 40 && !name[n];
}

static int add_graph(struct offline *f, const char *name)
{
    if (!name || offline_graph(f, name) >= 0)
        return ERR_OK;
    if (!is_graph_name(name)) {
        log_error("'%s' is no name of a graph: 1 to 40 letters, digits, '-' and '_'", name);
        return ERR_USAGE;
    }
    if (f->options.graph_count == ENGINE_MAX_GRAPHS) {
        log_error("a store has at most %d graphs", ENGINE_MAX_GRAPHS);
        return ERR_CONFIG;
    }
    if (f->mapping && !mapping_has_graph(f->mapping, slice_of(name)) &&
        strcmp(name, VERDICT_GRAPH) != 0) {
        log_error("unknown graph '%s': the mapping has no row of it", name);
        return ERR_CONFIG;
    }
    assert(f->options.graph_count < ENGINE_MAX_GRAPHS);
    f->options.graphs[f->options.graph_count++] = name;
    return ERR_OK;
}

/* A mapping from a file, against the graphs of the store and the one that is to come. */
static int check_mapping(const struct offline *f, const char *graph)
{
    assert(f->mapping && f->options.graph_count <= ENGINE_MAX_GRAPHS);
    const char *names[ENGINE_MAX_GRAPHS + 1];
    size_t count = 0;
    for (size_t i = 0; i < f->options.graph_count; i++)
        if (strcmp(f->options.graphs[i], VERDICT_GRAPH) != 0) /* which nobody maps */
            names[count++] = f->options.graphs[i];
    if (graph && strcmp(graph, VERDICT_GRAPH) != 0)
        names[count++] = graph;
    return mapping_check(f->mapping, &(struct mapping_check_graphs){names, count, false});
}

/* From a file, else as the store has it. */
static int open_mapping(struct offline *f, const char *path, struct slice stored)
{
    assert(!f->mapping);
    if (path)
        return mapping_open(path, &f->mapping);
    if (stored.data)
        return mapping_parse(stored, "mapping of the store", &f->mapping);
    return ERR_OK;
}

static int open_model(struct offline *f)
{
    assert(!f->model);
    return f->options.model_path ? model_load(f->options.model_path, &f->model)
                                 : model_load_default(&f->model);
}

/* Another built-in model than the store's, of another alignd, brings its threshold too. */
static int settle_threshold(const struct offline_options *o, struct offline *f)
{
    bool same = true, given = false;
    int rc = f->kv ? engine_read_is_model(f->kv, &f->options, &same) : ERR_OK;
    for (size_t i = 0; i < o->set.count; i++)
        given |= strncmp(o->set.at[i], "threshold=", 10) == 0;
    if (!rc && !same && !given)
        f->options.threshold = -1;
    return rc;
}

/* The settings of the store, then those of the command line over them. */
static int settle_options(const struct offline_options *o, struct offline *f)
{
    assert(f->arena && !f->mapping && !f->model);
    struct slice mapping = {NULL, 0};
    const char *mapping_path = o->mapping;
    f->options = engine_options_default();
    int rc;
    if (f->kv && (rc = engine_read_settings(f->kv, f->arena, &f->options, &mapping)) &&
        rc != ERR_NOT_FOUND)
        return rc;
    const char *was = f->options.model_path;
    if (o->model && (!was || strcmp(was, o->model)))
        f->options.threshold = -1; /* the new model brings its own */
    for (size_t i = 0; i < o->set.count; i++)
        if ((rc = set_one(f, &mapping_path, o->set.at[i])))
            return rc;
    if (o->model)
        f->options.model_path = o->model;
    if ((rc = open_mapping(f, mapping_path, mapping)) ||
        (mapping_path && (rc = check_mapping(f, o->graph))) || (rc = add_graph(f, o->graph)) ||
        (rc = open_model(f)))
        return rc;
    assert(f->model);
    f->options.mapping = f->mapping;
    f->options.model = f->model;
    return settle_threshold(o, f);
}

uint64_t offline_memory(const struct offline_options *o)
{
    assert(o->memory_mib >= 0);
    return o->memory_mib ? (uint64_t)o->memory_mib << 20 : memory_deal_default();
}

size_t offline_share_memory(struct offline_options *o)
{
    uint64_t half = offline_memory(o) / 2;
    o->memory_mib = (int64_t)(half >> 20) + 1;
    assert(o->memory_mib > 0 && half > 0);
    return (size_t)half;
}

/* Caches and buffers by the memory there is; what little can be dealt is dealt. */
static void deal_memory(const struct offline_options *o, struct offline *f, struct kv_options *kv)
{
    struct memory_deal none = {0};
    uint64_t total = offline_memory(o), least = UINT64_C(16) << 20;
    int rc = memory_deal_make(total > least ? total : least, &none, &f->deal);
    assert(!rc);
    (void)rc;
    assert(f->deal.total > 0);
    kv->cache_bytes = (size_t)f->deal.blocks;
    kv->write_buffer_bytes = (size_t)f->deal.writes;
}

/* Those that --set has not settled. */
static void deal_caches(struct offline *f)
{
    assert(f->deal.rows && f->deal.profiles);
    if (!f->options.row_cache_bytes)
        f->options.row_cache_bytes = (size_t)f->deal.rows;
    if (!f->options.profile_cache_bytes)
        f->options.profile_cache_bytes = (size_t)f->deal.profiles;
}

static struct kv_options database_options(const struct offline_options *o, struct offline *f)
{
    assert(!(o->create && o->read_only));
    struct kv_options kv = kv_options_default();
    kv.create = o->create;
    kv.read_only = o->read_only;
    kv.bulk = o->bulk;
    kv.hashed = o->small_turns;
    deal_memory(o, f, &kv);
    return kv;
}

/* All that an engine is to be told. */
static int settle(const struct offline_options *o, struct offline *f)
{
    int rc = settle_options(o, f);
    if (rc)
        return rc;
    if (f->options.graph_count == 0) {
        log_error("the store '%s' is empty", o->store);
        return ERR_NOT_FOUND;
    }
    deal_caches(f);
    f->options.explain = f->options.explain && !o->unexplained;
    f->options.sync = !o->bulk;
    f->options.rescore = o->create;
    f->options.any_settings = o->any_settings;
    return ERR_OK;
}

int offline_settings(const struct offline_options *o, struct offline *ret,
                     struct kv_options *ret_kv)
{
    struct offline_options built = *o;
    struct offline f = {.arena = arena_new()};
    built.create = true;
    built.bulk = false;
    struct kv_options kv = database_options(&built, &f);
    int rc = settle(&built, &f);
    if (rc)
        goto done;
    *ret = f;
    *ret_kv = kv;
done:
    if (rc)
        offline_close(&f);
    return rc;
}

int offline_open(const struct offline_options *o, struct offline *ret)
{
    struct offline f = {0};
    bool fresh;
    struct kv_options kv = database_options(o, &f);
    int rc = ERR_OK;
    if (!o->store || !*o->store) {
        log_error("--store DIR is missing");
        return ERR_USAGE;
    }
    rc = folder_look(o->store, o->create, &fresh);
    if (rc)
        return rc;
    f.arena = arena_new();
    if ((rc = kv_open(o->store, &kv, &f.kv)) || (rc = settle(o, &f)) ||
        (rc = engine_open(f.kv, &f.options, &f.engine)))
        goto done;
    assert(f.kv && f.model && f.engine);
    *ret = f;
done:
    if (rc) {
        bool made = fresh && f.kv;
        offline_close(&f);
        if (made) /* an empty store is no use to anybody */
            kv_destroy(o->store, false);
    }
    return rc;
}

void offline_close(struct offline *f)
{
    assert(!f->engine || f->kv);
    engine_close(f->engine);
    model_free(f->model);
    mapping_close(f->mapping);
    kv_close(f->kv);
    arena_free(f->arena);
    *f = (struct offline){0};
}

int offline_settle(struct offline *f)
{
    assert(f->engine);
    struct engine_turn turn = {0};
    struct engine_report report;
    int rc = ERR_OK;
    while (!rc && engine_dirty_count(f->engine))
        rc = engine_run_turn(f->engine, &turn, &report);
    return rc;
}

int offline_graph(const struct offline *f, const char *name)
{
    assert(name && f->options.graph_count <= ENGINE_MAX_GRAPHS);
    for (size_t i = 0; i < f->options.graph_count; i++)
        if (strcmp(f->options.graphs[i], name) == 0)
            return (int)i;
    return -1;
}

int offline_status(int rc)
{
    assert(rc <= 0); /* help is no error */
    if (rc == ERR_INTERNAL)
        log_error("%s", err_text(rc));
    return err_exit_status(rc);
}
