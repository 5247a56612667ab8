/*
 * verify.c - the store against one that is built from its triples: row by row, and the
 * digests that were kept along against the rows.
 */
#include "alignd/engine/verify.h"

#include "engine_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/engine/build.h"
#include "alignd/state/match_list.h"
#include "alignd/state/nodes.h"
#include "alignd/state/published.h"
#include "alignd/state/triples.h"
#include "alignd/store/layout.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Families whose rows are a function of the triples, the model and the options. */
static const enum kv_family pure[] = {KV_PREDICATES, KV_NODES,   KV_ADJACENCY,
                                      KV_SAMPLES,    KV_VECTORS, KV_BLOCKS,
                                      KV_POSTINGS,   KV_PAIRS,   KV_MATCHES};

#define TURN_CHANGES 16384

struct rebuild {
    struct engine *to;
    struct arena *arena;
    struct change *changes;
    size_t count, graph;
    uint64_t total, done;
    const struct verify_options *options;
};

static int flush(struct rebuild *r)
{
    assert(r->count <= TURN_CHANGES);
    struct engine_input input = {.graph = r->graph, .changes = r->changes, .count = r->count};
    struct engine_turn turn = {.inputs = &input, .input_count = r->count ? 1 : 0};
    struct engine_report report;
    int rc = engine_run_turn(r->to, &turn, &report);
    r->done += r->count;
    r->count = 0;
    arena_reset(r->arena);
    if (r->options->progress)
        r->options->progress(r->options->arg, r->total ? (double)r->done / (double)r->total : 1,
                             r->done);
    return rc;
}

/* The parts of t into the arena. */
static void keep_term(struct arena *a, struct term *t)
{
    struct slice *parts[] = {&t->text, &t->datatype, &t->lang};
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        if (parts[i]->len)
            *parts[i] = arena_copy(a, *parts[i]);
}

static void keep_change(struct arena *a, struct change *c)
{
    keep_term(a, &c->subject);
    keep_term(a, &c->predicate);
    keep_term(a, &c->object);
}

static int add(void *arg, size_t graph, const struct change *changes, size_t count)
{
    struct rebuild *r = arg;
    int rc;
    for (size_t i = 0; i < count; i++) {
        bool full = r->count == TURN_CHANGES || (r->count && r->graph != graph);
        if (full && (rc = flush(r)))
            return rc;
        assert(r->count < TURN_CHANGES);
        assert(!r->count || r->graph == graph); /* a turn is of one graph */
        r->graph = graph;
        r->changes[r->count] = changes[i];
        keep_change(r->arena, &r->changes[r->count++]);
    }
    return ERR_OK;
}

/* A second engine with the triples of the first, by turns. */
static int rebuild(struct engine *from, struct kv *kv, const struct verify_options *options,
                   struct engine **ret_engine)
{
    struct engine_options o = from->options;
    struct rebuild r = {.options = options, .arena = arena_new()};
    o.sync = false;
    o.explain = false;
    o.dirty_budget = SIZE_MAX;
    r.total = state_triples(&from->state);
    r.changes = memory_malloc(TURN_CHANGES * sizeof(*r.changes));
    int rc;
    if ((rc = engine_open(kv, &o, &r.to)) || (rc = triples_each(&from->state, add, &r)) ||
        (rc = flush(&r)))
        goto done;
    while (engine_dirty_count(r.to))
        if ((rc = flush(&r)))
            goto done;
    assert(r.count == 0 && engine_dirty_count(r.to) == 0);
    *ret_engine = r.to;
    r.to = NULL;
done:
    free(r.changes);
    arena_free(r.arena);
    engine_close(r.to);
    return rc;
}

/* --- the same by the builder --- */

#define BUILD_MEMORY ((size_t)256 << 20)
#define READING 0.15 /* of the time, before the passes */

struct second {
    struct build *build;
    uint64_t total, done;
    const struct verify_options *options;
};

static int add_to_build(void *arg, size_t graph, const struct change *changes, size_t count)
{
    struct second *s = arg;
    s->done += count;
    if (s->options->progress)
        s->options->progress(s->options->arg,
                             s->total ? READING * (double)s->done / (double)s->total : 0, s->done);
    return build_add(s->build, graph, changes, count);
}

static int show_build(void *arg, double done, const char *pass)
{
    assert(done >= 0 && done <= 1);
    struct second *s = arg;
    (void)pass;
    if (s->options->progress)
        s->options->progress(s->options->arg, READING + (1 - READING) * done, s->done);
    return ERR_OK;
}

/* A second engine with the triples of the first, by passes. */
static int build_second(struct engine *from, struct kv *kv, const char *path,
                        const struct verify_options *options, struct engine **ret_engine)
{
    struct second s = {.options = options, .total = state_triples(&from->state)};
    struct build_options o = {.folder = path,
                              .in_memory = options->scratch == NULL,
                              .memory_bytes =
                                  options->memory_bytes ? options->memory_bytes : BUILD_MEMORY,
                              .expected_triples = s.total + 1,
                              .progress = show_build,
                              .arg = &s};
    int rc;
    if ((rc = build_new(kv, &from->options, &o, &s.build)) ||
        (rc = triples_each(&from->state, add_to_build, &s)))
        goto done;
    rc = build_run(s.build);
done:
    build_free(s.build);
    if (rc)
        return rc;
    return engine_open(kv, &from->options, ret_engine);
}

/* --- comparison --- */

/* An entity by name, where the key begins with an id that has a node. */
static void describe_key(const struct state *s, enum kv_family family, struct slice key, char *out,
                         size_t size)
{
    assert(family < KV_FAMILIES && size > 0);
    size_t n = 0;
    size_t at = family == KV_POSTINGS ? 8 : 0;
    if (family != KV_BLOCKS && family != KV_PREDICATES && key.len >= at + ID_BYTES) {
        struct node node;
        struct arena *a = arena_new();
        bool known = nodes_read(s->kv, id_get(key.data + at), a, &node) == ERR_OK;
        if (known)
            snprintf(out, size, "<%.*s>", (int)node.term.len, node.term.data);
        arena_free(a);
        if (known)
            return;
    }
    for (size_t i = 0; i < key.len && n + 3 < size; i++)
        n += (size_t)snprintf(out + n, size - n, "%02x", (unsigned char)key.data[i]);
}

static void note(const struct state *s, struct verify_report *report, enum kv_family family,
                 struct slice key, const char *what)
{
    if (report->differences < VERIFY_MAX_DIFFERENCES) {
        struct verify_difference *d = &report->first[report->differences];
        char who[160];
        describe_key(s, family, key, who, sizeof(who));
        d->family = family;
        snprintf(d->what, sizeof(d->what), "%s %s", who, what);
    }
    report->differences++;
}

/* Both families side by side, and the digest of the first on the way. */
static int compare_family(const struct state *s, const struct state *fresh, enum kv_family family,
                          struct verify_report *report)
{
    assert(family < KV_FAMILIES);
    struct kv_iter *was = kv_iter_new(s->kv, family), *is = kv_iter_new(fresh->kv, family);
    uint64_t digest = 0;
    kv_iter_seek(was, slice_of(""));
    kv_iter_seek(is, slice_of(""));
    while (kv_iter_valid(was) || kv_iter_valid(is)) {
        int c = !kv_iter_valid(was)  ? 1
                : !kv_iter_valid(is) ? -1
                                     : slice_compare(kv_iter_key(was), kv_iter_key(is));
        if (c <= 0) {
            report->rows[family]++;
            digest += state_row_hash(family, kv_iter_key(was), kv_iter_value(was));
        }
        if (c < 0)
            note(s, report, family, kv_iter_key(was), "has a row that the triples do not give");
        else if (c > 0)
            note(fresh, report, family, kv_iter_key(is), "lacks its row");
        else if (!slice_equal(kv_iter_value(was), kv_iter_value(is)))
            note(s, report, family, kv_iter_key(was), "has another row than the triples give");
        if (c <= 0)
            kv_iter_next(was);
        if (c >= 0)
            kv_iter_next(is);
    }
    int rc;
    if ((rc = kv_iter_status(was)) || (rc = kv_iter_status(is)))
        goto done;
    if (digest != s->digests[family])
        note(s, report, family, slice_of(""), "the digest kept is not that of the rows");
done:
    kv_iter_free(was);
    kv_iter_free(is);
    return rc;
}

struct published_check {
    const struct state *s;
    double epsilon;
    struct verify_report *report;
    struct arena *arena; /* of one pair */
    uint64_t count;
};

static int check_published(void *arg, struct id subject, struct id object,
                           const struct published *row)
{
    struct published_check *c = arg;
    struct pair_list partners;
    char key[LAYOUT_PUBLISHED_KEY_BYTES];
    struct slice k = {key, sizeof(key)};
    id_put(key, subject);
    id_put(key + ID_BYTES, object);
    int rc = match_list_partners(c->s->kv, subject, c->arena, &partners);
    if (rc)
        return rc;
    const struct pair_entry *p = pair_list_find(&partners, object);
    if (!p)
        note(c->s, c->report, KV_PUBLISHED, k, "was published and is no match");
    else if (!row->waits && fabs((double)p->score - (double)row->confidence) > c->epsilon)
        note(c->s, c->report, KV_PUBLISHED, k, "was published with another confidence");
    arena_reset(c->arena);
    c->count++;
    return ERR_OK;
}

/* What was published is what is matched, to within epsilon. */
static int compare_published(const struct state *s, double epsilon, struct verify_report *report)
{
    struct published_check c = {s, epsilon, report, arena_new(), 0};
    int rc = published_each(s->kv, check_published, &c);
    if (rc)
        goto done;
    report->rows[KV_PUBLISHED] = c.count;
    if (c.count != s->totals.matches)
        note(s, report, KV_PUBLISHED, slice_of(""),
             "the number of pairs is not that of the matches");
done:
    arena_free(c.arena);
    return rc;
}

int verify_store(struct engine *e, const struct verify_options *options,
                 struct verify_report *report)
{
    assert(!e->turn.input); /* between turns */
    *report = (struct verify_report){0};
    if (engine_dirty_count(e))
        return ERR_RETRY;
    static unsigned number;
    char path[64];
    snprintf(path, sizeof(path), "/verify-%ld-%u", (long)getpid(), number++);
    struct kv_options o = kv_options_default();
    o.bulk = options->by_turns;
    o.in_memory = options->scratch == NULL;
    struct kv *kv = NULL;
    struct engine *fresh = NULL;
    const char *where = options->scratch ? options->scratch : path;
    int rc;
    if ((rc = kv_open(where, &o, &kv)) ||
        (rc = options->by_turns ? rebuild(e, kv, options, &fresh)
                                : build_second(e, kv, where, options, &fresh)))
        goto done;
    for (size_t i = 0; i < sizeof(pure) / sizeof(*pure); i++)
        if ((rc = compare_family(&e->state, &fresh->state, pure[i], report)))
            goto done;
    /* while events are held readers know what they knew */
    if (!e->state.held && (rc = compare_published(&e->state, e->options.epsilon, report)))
        goto done;
    report->triples = state_triples(&fresh->state);
done:
    engine_close(fresh);
    kv_close(kv);
    rc = err_first(rc, kv_destroy(where, o.in_memory));
    if (rc)
        return rc;
    return report->differences ? ERR_DIFFERS : ERR_OK;
}
