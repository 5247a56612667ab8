/*
 * engine_options.c - the options of an engine: their defaults, what they may be, and those
 * of them that shape the state, as lines of settings and back.
 */
#include "engine_internal.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/graph/mapping.h"
#include "alignd/state/meta.h"
#include "alignd/state/settings.h"

#include <inttypes.h>
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

int engine_options_check(const struct engine_options *o)
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

/* --- as settings of the store --- */

static const char *const policies[] = {"one-to-one", "mutual-best", "threshold"};

float engine_options_threshold(const struct engine_options *o)
{
    return (float)(o->threshold < 0 ? model_threshold(o->model) : o->threshold);
}

void engine_options_write(const struct engine_options *o, struct buf *out)
{
    buf_append_format(out, "mapping=%016" PRIx64 "\n", mapping_digest(o->mapping));
    buf_append_format(out, "model=%016" PRIx64 "\n", model_digest(o->model));
    buf_append_format(out, "neighbours=%d\nvalues=%d\n", o->neighbours, o->values);
    buf_append_format(out, "inverse_limit=%" PRIu64 "\n", o->inverse_limit);
    buf_append_format(out, "block_limit=%d\ntheta=%.9g\nshared_keys=%d\n", o->block_limit, o->theta,
                      o->shared_keys);
    buf_append_format(out, "threshold=%.9g\npolicy=%s\n", (double)engine_options_threshold(o),
                      policies[o->policy]);
    buf_append_format(out, "block_keys=%d\n", BLOCK_KEYS_VERSION);
}

static bool take_setting(struct engine_options *o, struct slice name, const char *value)
{
    if (slice_equal(name, slice_of("neighbours")))
        o->neighbours = atoi(value);
    else if (slice_equal(name, slice_of("values")))
        o->values = atoi(value);
    else if (slice_equal(name, slice_of("inverse_limit")))
        o->inverse_limit = strtoull(value, NULL, 10);
    else if (slice_equal(name, slice_of("block_limit")))
        o->block_limit = atoi(value);
    else if (slice_equal(name, slice_of("theta")))
        o->theta = atof(value);
    else if (slice_equal(name, slice_of("shared_keys")))
        o->shared_keys = atoi(value);
    else if (slice_equal(name, slice_of("threshold")))
        o->threshold = atof(value);
    else if (slice_equal(name, slice_of("policy")))
        for (size_t i = 0; i < sizeof(policies) / sizeof(*policies); i++)
            o->policy = strcmp(value, policies[i]) ? o->policy : (enum engine_policy)i;
    else
        return slice_equal(name, slice_of("mapping")) || slice_equal(name, slice_of("model")) ||
               slice_equal(name, slice_of("block_keys"));
    return true;
}

static int take_fingerprint(struct slice row, struct arena *arena, struct engine_options *o)
{
    while (row.len) {
        struct slice line = settings_next_line(&row);
        const char *equals = line.len ? memchr(line.data, '=', line.len) : NULL;
        if (!equals)
            return ERR_STORE;
        struct slice name = {line.data, (size_t)(equals - line.data)};
        struct slice value = arena_copy(arena, (struct slice){equals + 1, line.len - name.len - 1});
        if (!value.data)
            return ERR_NO_MEMORY;
        if (!take_setting(o, name, value.data))
            return ERR_STORE;
    }
    return ERR_OK;
}

static int take_graphs(struct slice row, struct arena *arena, struct engine_options *o)
{
    o->graph_count = 0;
    while (row.len) {
        struct slice name = arena_copy(arena, settings_next_line(&row));
        if (!name.data)
            return ERR_NO_MEMORY;
        if (o->graph_count == ENGINE_MAX_GRAPHS)
            return ERR_STORE;
        o->graphs[o->graph_count++] = name.data;
    }
    return ERR_OK;
}

int engine_read_settings(struct kv *kv, struct arena *arena, struct engine_options *options,
                         struct slice *ret_mapping)
{
    struct slice row;
    int rc = meta_check_format(kv);
    if (!rc)
        rc = meta_copy(kv, "fingerprint", arena, &row);
    if (!rc)
        rc = take_fingerprint(row, arena, options);
    if (!rc)
        rc = meta_copy(kv, "graphs", arena, &row);
    if (!rc)
        rc = take_graphs(row, arena, options);
    if (!rc)
        rc = meta_copy(kv, "model", arena, &row);
    if (!rc)
        options->model_path = row.data;
    return rc ? rc : meta_copy(kv, "mapping", arena, ret_mapping);
}
