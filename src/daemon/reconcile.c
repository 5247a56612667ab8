/*
 * reconcile.c - compares what readers of the events topic know with what the store matches, and
 * has the engine tell the difference.
 *
 * First the topic is read to its end and folded to the last record of each key, of which only
 * what counts is kept.  Then every pair it holds goes to the engine, and every match of the store
 * that it lacks, some hundreds a turn; the engine compares and makes the events, as in any
 * turn.  The last of these turns ends the holding of events: killed before it, all
 * is done again, and what was told by then is in the topic.
 *
 *  (1) Pairs go to the engine in the moment they are TURN_PAIRS: there are never more.
 */
#include "alignd/daemon/reconcile.h"

#include "alignd/align/event.h"
#include "alignd/align/pair_list.h"
#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/json.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/daemon/topic_fold.h"
#include "alignd/graph/term.h"
#include "alignd/state/match_list.h"
#include "alignd/stream/source.h"
#include "alignd/stream/topic_end.h"

#include <assert.h>
#include <stdlib.h>

#define TURN_PAIRS 512
#define UNDECIDED_MS 120000 /* of a transaction on the topic: longer than one of ours may take */
#define RAW_BYTES ((size_t)32 << 20) /* of events that are kept as they are */

struct reconcile {
    const struct config *config;
    struct engine *engine;
    struct topic_fold *fold;
    struct arena *arena; /* of the pairs of a turn */
    struct engine_told told[TURN_PAIRS];
    size_t count;
    struct reconcile_report report;
};

/* ---- turns ---- */

static int flush(struct reconcile *r, bool release)
{
    assert(r->count <= TURN_PAIRS); /* (1) */
    struct engine_turn turn = {.told = r->told, .told_count = r->count, .release = release};
    struct engine_report report;
    int rc = engine_run_turn(r->engine, &turn, &report);
    r->count = 0;
    arena_reset(r->arena);
    r->report.matches += report.matches;
    r->report.updates += report.updates;
    r->report.unmatches += report.unmatches;
    assert(r->count == 0);
    return rc;
}

static int add(struct reconcile *r, const struct engine_told *told)
{
    assert(r->count < TURN_PAIRS); /* (1) */
    r->told[r->count++] = *told;
    return r->count == TURN_PAIRS ? flush(r, false) : ERR_OK;
}

/* ---- the topic ---- */

/*
 * What is kept of an event: the confidence, a byte of the band, and the graphs with a NUL between.
 * Nothing for a record that is no event of ours: it goes, whatever the store says.
 */
static void reduce(struct slice value, struct buf *out)
{
    struct json_error error;
    struct json *json = json_parse(value, &error);
    struct slice a, b, how, predicate = {"", 0};
    double confidence;
    if (json_read_string(json_get(json, "subject_source"), &a) &&
        json_read_string(json_get(json, "object_source"), &b) &&
        json_read_number(json_get(json, "confidence"), &confidence)) {
        float rounded = (float)confidence;
        json_read_string(json_get(json, "predicate_id"), &predicate);
        if (json_read_string(json_get(json, "mapping_justification"), &how) &&
            slice_equal(how, slice_of(EVENT_BY_VERDICT)))
            rounded = PAIR_PINNED;
        buf_append(out, (const char *)&rounded, sizeof(rounded));
        buf_append_char(out, (char)band_of_predicate(predicate));
        buf_append_slice(out, a);
        buf_append_char(out, '\0');
        buf_append_slice(out, b);
    }
    assert(!out->len || out->len > sizeof(float) + 1);
    json_free(json);
}

static int read_topic(struct reconcile *r)
{
    assert(!r->count);
    static const struct source_limits limits = {10000, 8 << 20, 200, 0};
    const struct config *c = r->config;
    struct source_topic topic = {c->events_topic, 0};
    struct source_options options = config_source_options(c);
    struct source_batch *batch = source_batch_new();
    struct source *s = NULL;
    size_t raw = 0;
    options.topics = &topic;
    options.topic_count = 1;
    options.whole = true;
    int rc;
    if ((rc = source_open(&options, source_from_beginning, NULL, &s)) || (rc = source_assign(s)))
        goto done;
    while (!source_at_end(s)) {
        source_batch_clear(batch);
        if ((rc = source_poll(s, &limits, batch)))
            goto done;
        for (size_t i = 0; i < batch->count; i++) {
            topic_fold_take(r->fold, &batch->messages[i]);
            raw += batch->messages[i].payload.len;
        }
        if (raw < RAW_BYTES)
            continue;
        topic_fold_reduce(r->fold, reduce); /* parsing all of them would take most of the time */
        raw = 0;
    }
    topic_fold_reduce(r->fold, reduce);
done:
    source_batch_free(batch);
    source_close(s);
    return rc;
}

/* ---- pairs ---- */

static int tell_published(void *arg, struct slice key, struct slice value)
{
    const char *space = key.len ? memchr(key.data, ' ', key.len) : NULL;
    if (!space)
        return ERR_OK; /* nobody's pair */
    struct slice a = {key.data, (size_t)(space - key.data)};
    struct slice b = {space + 1, key.len - a.len - 1};
    struct engine_told told = {
        .subject = term_without_brackets(a), .object = term_without_brackets(b), .confidence = 0};
    if (value.len > sizeof(float) + 1) {
        struct slice rest = {value.data + sizeof(float) + 1, value.len - sizeof(float) - 1};
        const char *nul = memchr(rest.data, '\0', rest.len);
        assert(nul);
        memcpy(&told.confidence, value.data, sizeof(float));
        told.band = (enum band)value.data[sizeof(float)];
        told.subject_source = (struct slice){rest.data, (size_t)(nul - rest.data)};
        told.object_source = (struct slice){nul + 1, rest.len - told.subject_source.len - 1};
    }
    return add(arg, &told);
}

/* A match the topic knows was looked at with the topic; the others are news. */
static int tell_match(void *arg, const struct match *m)
{
    struct reconcile *r = arg;
    assert(m->object_graph < r->config->graph_count && m->subject_graph != m->object_graph);
    assert(m->subject_graph < r->config->graph_count);
    struct buf key = {0};
    struct slice value = {NULL, 0};
    term_append_bracketed(&key, m->subject);
    buf_append_char(&key, ' ');
    term_append_bracketed(&key, m->object);
    bool known = topic_fold_find(r->fold, buf_slice(&key), &value) && value.len;
    buf_fini(&key);
    r->report.total++;
    if (known)
        return ERR_OK;
    struct engine_told told = {.subject = arena_copy(r->arena, m->subject),
                               .object = arena_copy(r->arena, m->object),
                               .subject_source = slice_of(r->config->graphs[m->subject_graph].name),
                               .object_source = slice_of(r->config->graphs[m->object_graph].name),
                               .confidence = -1};
    return add(r, &told);
}

int reconcile_run(const struct config *config, struct engine *engine,
                  struct reconcile_report *ret_report)
{
    struct reconcile *r = memory_calloc(1, sizeof(*r));
    *r = (struct reconcile){.config = config, .engine = engine, .arena = arena_new()};
    r->fold = topic_fold_new(true);
    int rc;
    /* what was told a moment ago must not be told again */
    if ((rc = topic_end_await(config->kafka, config->group, config->events_topic, UNDECIDED_MS)) ||
        (rc = read_topic(r)) || (rc = topic_fold_each(r->fold, tell_published, r)) ||
        (rc = match_list_each(engine_state(engine), tell_match, r)) || (rc = flush(r, true)))
        goto done;
    assert(!r->count && !engine_holds_events(engine));
    *ret_report = r->report;
done:
    topic_fold_free(r->fold);
    arena_free(r->arena);
    free(r);
    return rc;
}
