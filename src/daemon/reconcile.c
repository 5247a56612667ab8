#include "alignd/daemon/reconcile.h"

#include "alignd/align/pair_list.h"
#include "alignd/base/arena.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/daemon/topic_fold.h"
#include "alignd/graph/id.h"
#include "alignd/stream/source.h"

#include <inttypes.h>

#define TURN_RECORDS 256

struct reconcile {
    const struct config *config;
    struct kv *kv;
    struct engine *engine;
    struct arena *arena; /* of one key */
    struct outbox_record records[TURN_RECORDS];
    size_t count;
    uint64_t total;
};

/* ---- what the store says ---- */

/* text: <iri> or _:label; at least two characters. */
static struct id id_of(const struct reconcile *r, size_t graph, struct slice text)
{
    bool blank = text.data[0] == '_';
    struct term term = {.kind = blank ? TERM_BLANK : TERM_IRI,
                        .text = {text.data + (blank ? 2 : 1), text.len - 2}};
    return id_of_entity(id_graph_tag(slice_of(r->config->graphs[graph].name)), &term);
}

/* Whether a is matched with b in some other graph. */
static int is_partner(struct reconcile *r, size_t graph, struct slice a, struct slice b,
                      bool *ret_matched)
{
    char key[ID_BYTES];
    struct kv_value value;
    struct pair_list partners;
    bool found;
    id_put(key, id_of(r, graph, a));
    int rc = kv_get(r->kv, KV_MATCHES, (struct slice){key, sizeof(key)}, &value, &found);
    if (rc || !found)
        return rc;
    rc = pair_list_decode(value.bytes, r->arena, &partners);
    for (size_t g = 0; !rc && g < r->config->graph_count; g++)
        if (g != graph && pair_list_find(&partners, id_of(r, g, b)))
            *ret_matched = true;
    kv_value_release(&value);
    return rc;
}

/* The key of an event is `<a> <b>`, or with _:label; neither holds a space. */
static int is_matched(struct reconcile *r, struct slice key, bool *ret_matched)
{
    const char *space = memchr(key.data, ' ', key.len);
    int rc = ERR_OK;
    *ret_matched = false;
    if (!space)
        return ERR_OK;
    struct slice a = {key.data, (size_t)(space - key.data)};
    struct slice b = {space + 1, key.len - a.len - 1};
    if (a.len < 2 || b.len < 2)
        return ERR_OK;
    for (size_t g = 0; !rc && !*ret_matched && g < r->config->graph_count; g++)
        rc = is_partner(r, g, a, b, ret_matched);
    return rc;
}

/* ---- tombstones ---- */

static int flush(struct reconcile *r)
{
    struct engine_turn turn = {.extra = r->records, .extra_count = r->count};
    struct engine_report report;
    int rc = r->count ? engine_run_turn(r->engine, &turn, &report) : ERR_OK;
    r->total += r->count;
    r->count = 0;
    return rc;
}

static int look_at(void *arg, struct slice key, struct slice value)
{
    static const struct outbox_header why = {{"__alignd.reason", 15}, {"rebuild", 7}};
    struct reconcile *r = arg;
    bool matched;
    (void)value;
    int rc = is_matched(r, key, &matched);
    arena_reset(r->arena);
    if (rc || matched)
        return rc;
    /* the key is the fold's, which outlives the turn */
    r->records[r->count++] = (struct outbox_record){.destination = OUTBOX_EVENTS,
                                                    .has_key = true,
                                                    .tombstone = true,
                                                    .key = key,
                                                    .headers = &why,
                                                    .header_count = 1};
    return r->count == TURN_RECORDS ? flush(r) : ERR_OK;
}

/* ---- the topic ---- */

static int from_beginning(void *arg, struct slice topic, int32_t partition, int64_t *ret_next)
{
    (void)arg, (void)topic, (void)partition;
    *ret_next = SOURCE_BEGINNING;
    return ERR_OK;
}

static int read_topic(const struct config *c, struct topic_fold *fold)
{
    static const struct source_limits limits = {10000, 8 << 20, 200, 0};
    struct source_topic topic = {c->events_topic, 0};
    struct source_options options = {.kafka = c->kafka,
                                     .group = c->group,
                                     .topics = &topic,
                                     .topic_count = 1,
                                     .start_timeout_ms = (int)c->start_timeout_ms,
                                     .metadata_interval_ms = (int)c->metadata_interval_ms};
    struct source_batch *batch = source_batch_new();
    struct source *s = NULL;
    int rc = batch ? source_open(&options, from_beginning, NULL, &s) : ERR_NO_MEMORY;
    if (!rc)
        rc = source_assign(s);
    while (!rc && !source_at_end(s)) {
        source_batch_clear(batch);
        rc = source_poll(s, &limits, batch);
        for (size_t i = 0; !rc && i < batch->count; i++)
            rc = topic_fold_take(fold, &batch->messages[i]);
    }
    source_batch_free(batch);
    source_close(s);
    return rc;
}

int reconcile_run(const struct config *config, struct kv *kv, struct engine *engine,
                  uint64_t *ret_count)
{
    struct reconcile r = {.config = config, .kv = kv, .engine = engine, .arena = arena_new()};
    struct topic_fold *fold = topic_fold_new(false);
    int rc = r.arena && fold ? read_topic(config, fold) : ERR_NO_MEMORY;
    if (!rc)
        rc = topic_fold_each(fold, look_at, &r);
    if (!rc)
        rc = flush(&r);
    topic_fold_free(fold);
    arena_free(r.arena);
    if (!rc)
        *ret_count = r.total;
    return rc;
}
