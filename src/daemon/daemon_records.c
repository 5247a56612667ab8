/*
 * daemon_records.c - how the messages of each graph were read into the store, in a row of meta, a
 * line a graph.  Read otherwise, entities would be called otherwise, and those of before would stay
 * beside them: that no rebuild mends, since the store's own triples are called so.
 */
#include "daemon_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/state/meta.h"
#include "alignd/state/settings.h"

#include <assert.h>

#define ROW "records"

/* NAME=what its section says. */
static void append_line(struct buf *out, const struct config_graph *g)
{
    const struct {
        const char *key, *value;
    } options[] = {{"id", g->id}, {"type", g->type}, {"base", g->base}};
    buf_append_format(out, "%s=semantics = %s", g->name, g->records ? "records" : "changes");
    for (size_t i = 0; g->records && i < sizeof(options) / sizeof(*options); i++)
        if (options[i].value && *options[i].value)
            buf_append_format(out, ", %s = %s", options[i].key, options[i].value);
    for (size_t i = 0; g->records && i < g->null_count; i++)
        buf_append_format(out, "%s%s", i ? " " : ", null = ", g->nulls[i]);
    if (g->records && g->keep_empty)
        buf_append_text(out, ", keep_empty = true");
}

static struct slice behind_name(struct slice line, const char *name)
{
    size_t n = strlen(name) + 1;
    assert(line.len >= n);
    return (struct slice){line.data + n, line.len - n};
}

/* Is it as it was, or was there nothing? */
static bool is_as_before(const struct daemon *d, size_t graph, struct slice stored,
                         struct slice line)
{
    struct state_totals totals;
    const char *name = d->config->graphs[graph].name;
    struct slice was = settings_find_line(stored, line);
    engine_get_totals(d->engine, &totals);
    if (!was.len || slice_equal(was, line) || !totals.triples[graph])
        return true;
    was = behind_name(was, name);
    line = behind_name(line, name);
    log_error("[graph.%s] says '%.*s', and the store was made with '%.*s': its entities would be "
              "called otherwise beside those of before. Set it back, or have all topics read anew: "
              "alignd run --on-mismatch=replay",
              name, (int)line.len, line.data, (int)was.len, was.data);
    return false;
}

static int keep(struct daemon *d, struct slice lines)
{
    struct kv_batch *batch = kv_batch_new();
    meta_put(d->kv, batch, ROW, lines);
    int rc = kv_write(d->kv, batch, true);
    kv_batch_free(batch);
    return rc;
}

int daemon_records_check(struct daemon *d)
{
    struct arena *arena = arena_new();
    struct slice stored;
    struct buf lines = {0};
    bool same = true;
    assert(d->engine && d->kv);
    int rc = meta_copy(d->kv, ROW, arena, &stored);
    if (rc)
        goto done;
    for (size_t i = 0; i < d->config->graph_count; i++) {
        size_t begin = lines.len;
        append_line(&lines, &d->config->graphs[i]);
        same = is_as_before(d, i, stored, (struct slice){lines.data + begin, lines.len - begin}) &&
               same;
        buf_append_char(&lines, '\n');
    }
    if (!same)
        rc = ERR_MISMATCH;
    else if (!slice_equal(stored, buf_slice(&lines)))
        rc = keep(d, buf_slice(&lines));
done:
    buf_fini(&lines);
    arena_free(arena);
    return rc;
}
