/*
 * daemon_rebuild.c - a store whose settings are not the configured ones (the mapping, the model, a
 * graph less) is made anew from its own triples, with these; no topic is read for it.  And
 * whether the topics could be read again from their beginnings, where somebody asks for that.
 */
#include "beside.h"
#include "daemon_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/progress.h"
#include "alignd/state/meta.h"
#include "alignd/state/settings.h"

#include <assert.h>
#include <inttypes.h>

#define STATE_CACHE_BYTES ((size_t)1 << 20)

/* --- from its own triples --- */

/* The store as it is, whatever its settings: its rows say all that its triples are. */
static int read_state(struct daemon *d, struct arena *arena, struct state *ret_state)
{
    assert(d->kv && !d->engine);
    const char *graphs[STATE_MAX_GRAPHS];
    struct kv_batch *batch = kv_batch_new(); /* never written */
    struct slice names;
    size_t count = 0;
    int rc;
    if ((rc = meta_check_format(d->kv, META_TRIPLES)) ||
        (rc = meta_copy(d->kv, "graphs", arena, &names)))
        goto done;
    while (names.len && count < STATE_MAX_GRAPHS) {
        struct slice name = settings_next_line(&names);
        char *text = arena_alloc(arena, name.len + 1);
        memcpy(text, name.data, name.len);
        text[name.len] = '\0';
        graphs[count++] = text;
    }
    if (!count) {
        rc = ERR_NOT_FOUND;
        goto done;
    }
    assert(count <= STATE_MAX_GRAPHS);
    state_init(ret_state, d->kv, graphs, count, NULL, STATE_CACHE_BYTES);
    if ((rc = state_load(ret_state, batch)))
        state_fini(ret_state);
done:
    kv_batch_free(batch);
    return rc;
}

struct show {
    struct progress progress;
    uint64_t triples;
};

static int show(void *arg, double done, const char *pass)
{
    struct show *s = arg;
    assert(done >= 0 && done <= 1);
    progress_update(&s->progress, done, s->triples, pass);
    return ERR_OK;
}

static int build(const struct daemon *d, const struct engine_options *engine,
                 const struct state *from)
{
    assert(from->graph_count > 0);
    struct show s = {.triples = state_triples(from)};
    struct beside_options o = {.config = d->config,
                               .engine = engine,
                               .continues = from,
                               .expected_triples = s.triples + 1,
                               .progress = show,
                               .arg = &s};
    struct beside *b = NULL;
    progress_begin(&s.progress, "rebuild", "triples");
    int rc;
    if ((rc = beside_open(&o, &b)) || (rc = beside_add_store(b)))
        goto done;
    rc = beside_finish(b, NULL, 0);
done:
    beside_close(b);
    progress_end(&s.progress);
    return rc;
}

int daemon_rebuild(struct daemon *d, const struct engine_options *engine)
{
    assert(d->kv && !d->engine && !d->publisher);
    struct arena *arena = arena_new();
    struct state from;
    int rc = read_state(d, arena, &from);
    if (rc)
        goto done;
    log_warn("building the store '%s' anew from its own %" PRIu64 " triples", d->config->store_path,
             state_triples(&from));
    rc = build(d, engine, &from);
    state_fini(&from);
done:
    arena_free(arena);
    if (!rc)
        rc = daemon_swap_store(d);
    return rc;
}

/* --- from the topics --- */

int daemon_rebuild_may_replay(const struct config *c)
{
    assert(c->topic_count > 0);
    struct source_options options = config_source_options(c);
    struct source *s = NULL;
    int rc = source_open(&options, source_from_beginning, NULL, &s);
    for (size_t i = 0; !rc && i < source_partition_count(s); i++) {
        struct source_partition part;
        source_get_partition(s, i, &part);
        assert(part.topic < c->topic_count);
        if (part.low == 0)
            continue;
        log_error("topic '%s' [%" PRId32 "] begins at offset %" PRId64
                  ": what was deleted before that would be missing from the state. Nothing was "
                  "changed. The store's own triples: --on-mismatch=rebuild; or put a backup back "
                  "(alignd restore)",
                  c->topics[part.topic].name, part.partition, part.low);
        rc = ERR_MISMATCH;
    }
    source_close(s);
    return rc;
}
