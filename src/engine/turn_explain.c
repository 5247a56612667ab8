/*
 * turn_explain.c - why pairs match, as events say it: of many at once, by all workers.
 *
 *  (1) Workers read the turn and write their pairs alone: what they read (what profiles are
 *      built from, nodes of the neighbours that are named) is there before the pool runs.
 *  (2) A profile that is in no cache is built for one event and is not kept: hardly an entity is
 *      in two, and filling the cache with them takes longer than to build them.
 */
#include "turn_parts.h"

#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/memory.h"
#include "alignd/model/network.h"

#include <assert.h>
#include <stdlib.h>

#define EVENT_NEIGHBOURS 5
#define TWIN_SIMILARITY 0.5f /* below it, two neighbours are not said to agree */
#define GRAIN 16             /* pairs a worker takes at a time */

/* A neighbour of the first end and its twin among those of the second: places in the samples. */
struct agreeing {
    size_t place[2];
    float similarity, weight;
};

/* What an event says of a trace, which is much larger. */
struct reason {
    float label_similarity;
    size_t name[2];
    const char *keys; /* NULL: neither has any that counts */
    struct agreeing agreeing[EVENT_NEIGHBOURS];
    size_t agreeing_count;
};

struct explaining {
    const struct turn *t;
    struct turn_news *news;
    struct reason *reasons; /* one each */
    float *scratch;         /* of each worker, for two profiles (2) */
};

/* An end is not explained. */
static bool is_due(const struct turn_news *news)
{
    return news->type != EVENT_UNMATCH;
}

/* --- reasons, from profiles --- */

static int by_weight(const void *a, const void *b)
{
    const struct agreeing *x = a, *y = b;
    return (x->weight < y->weight) - (x->weight > y->weight);
}

/* The neighbours of the first end that have a twin on the other side, heaviest first. */
static void choose_agreeing(const struct network_trace *trace, struct reason *reason)
{
    assert(trace->n[0] <= NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES);
    struct agreeing list[NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES];
    size_t n = 0;
    for (size_t i = 0; i < trace->n[0]; i++) {
        const struct network_trace_neighbour *tn = &trace->side[0][i];
        if (tn->twin < 0 || tn->twin_similarity < TWIN_SIMILARITY)
            continue;
        assert((size_t)tn->twin < trace->n[1]);
        list[n++] = (struct agreeing){{i, (size_t)tn->twin}, tn->twin_similarity, tn->w};
    }
    assert(n <= trace->n[0]);
    qsort(list, n, sizeof(*list), by_weight);
    for (size_t i = 0; i < n && i < EVENT_NEIGHBOURS; i++)
        reason->agreeing[reason->agreeing_count++] = list[i];
}

static const char *keys_of(const struct network_trace *trace)
{
    if (trace->agrees == 0)
        return trace->differ == 0 ? NULL : "differ";
    return trace->differ == 0 ? "agree" : "agree and differ";
}

/* From the cache, or built in the floats given (1), (2). */
static const float *profile_of(const struct turn *t, const struct work *w, unsigned worker,
                               float *floats)
{
    assert(w->sample && (w->profile || w->vectors));
    if (w->profile)
        return w->profile->floats;
    profiles_build_one(t->profiles, &t->works, w, worker, floats);
    return floats;
}

static void find_reasons(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct explaining *e = arg;
    const struct turn *t = e->t;
    size_t most = profiles_max_floats(t->profiles);
    float *floats = e->scratch + worker * 2 * most;
    for (size_t i = begin; i < end; i++) {
        const struct difference *d = e->news[i].d;
        struct network_trace trace;
        if (!is_due(&e->news[i]))
            continue;
        network_score(t->options->model, profile_of(t, d->a, worker, floats),
                      profile_of(t, d->b, worker, floats + most), &trace);
        e->reasons[i] = (struct reason){.label_similarity = trace.text_cosine,
                                        .name = {trace.name[0], trace.name[1]},
                                        .keys = keys_of(&trace)};
        choose_agreeing(&trace, &e->reasons[i]);
    }
}

/* --- reasons, in words --- */

/* The name by which an end was judged, where that is not its label. */
static void write_name(struct json_writer *w, const char *key, const struct sample *s, size_t name)
{
    assert(name <= s->name_count);
    if (!name)
        return;
    json_writer_key(w, key);
    json_writer_string(w, s->names[name - 1]);
}

static void write_agreeing(struct json_writer *w, const struct turn *t, const struct difference *d,
                           const struct agreeing *agreeing)
{
    struct explain_neighbour own = explain_named(t, d->a->sample, agreeing->place[0]);
    struct explain_neighbour twin = explain_named(t, d->b->sample, agreeing->place[1]);
    json_writer_begin_object(w);
    json_writer_key(w, "relation");
    json_writer_string(w, own.relation);
    json_writer_key(w, "subject");
    json_writer_string(w, own.name);
    json_writer_key(w, "object");
    json_writer_string(w, twin.name);
    json_writer_key(w, "similarity");
    json_writer_float(w, agreeing->similarity);
    json_writer_key(w, "weight");
    json_writer_float(w, agreeing->weight);
    json_writer_end_object(w);
}

static void write_reason(const struct turn *t, const struct difference *d,
                         const struct reason *reason, struct buf *out)
{
    assert(!out->len && reason->agreeing_count <= EVENT_NEIGHBOURS);
    struct json_writer w = json_writer_of(out);
    json_writer_begin_object(&w);
    json_writer_key(&w, "label_similarity");
    json_writer_float(&w, reason->label_similarity);
    write_name(&w, "subject_name", d->a->sample, reason->name[0]);
    write_name(&w, "object_name", d->b->sample, reason->name[1]);
    if (reason->keys) {
        json_writer_key(&w, "keys");
        json_writer_text(&w, reason->keys);
    }
    json_writer_key(&w, "neighbours");
    json_writer_begin_array(&w);
    for (size_t i = 0; i < reason->agreeing_count; i++)
        write_agreeing(&w, t, d, &reason->agreeing[i]);
    json_writer_end_array(&w);
    json_writer_end_object(&w);
}

static void write_reasons(void *arg, size_t begin, size_t end, unsigned worker)
{
    const struct explaining *e = arg;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        if (is_due(&e->news[i]))
            write_reason(e->t, e->news[i].d, &e->reasons[i], &e->news[i].explain);
}

/* --- what workers read --- */

/* The samples of both ends, and what the profiles that are in no cache are built from. */
static int load_ends(struct turn *t, const struct turn_news *news, size_t count)
{
    struct work_list ends = {0}, missing = {0};
    int rc;
    for (size_t i = 0; i < count; i++) {
        if (!is_due(&news[i]))
            continue;
        work_list_add(t->arena, &ends, news[i].d->a);
        work_list_add(t->arena, &ends, news[i].d->b);
    }
    for (size_t i = 0; i < ends.count; i++)
        profiles_want(t->profiles, t->arena, ends.works[i], &missing);
    for (size_t i = 0; i < ends.count; i++)
        ends.works[i]->flags &= ~(uint32_t)WORK_WANTED;
    if ((rc = work_load_samples(&t->works, ends.works, ends.count)))
        return rc;
    for (size_t i = 0; i < ends.count; i++)
        if (!ends.works[i]->sample)
            return ERR_INTERNAL;
    return profiles_load_inputs(t->profiles, &t->works, missing.works, missing.count);
}

/* The nodes of the neighbours that are named. */
static int load_named(struct turn *t, const struct explaining *e, size_t count)
{
    struct work_list named = {0};
    for (size_t i = 0; i < count; i++) {
        const struct reason *reason = &e->reasons[i];
        if (!reason->agreeing_count)
            continue;
        const struct sample *sample[2] = {e->news[i].d->a->sample, e->news[i].d->b->sample};
        for (size_t k = 0; k < reason->agreeing_count; k++)
            for (int side = 0; side < 2; side++) {
                size_t place = reason->agreeing[k].place[side];
                if (place < sample[side]->neighbour_count) /* a value is its own name */
                    work_list_add(t->arena, &named,
                                  work_get(&t->works, sample[side]->neighbours[place].id));
            }
    }
    return work_load_nodes(&t->works, named.works, named.count);
}

int turn_explain(struct turn *t, struct turn_news *news, size_t count)
{
    assert(news || !count);
    if (!t->options->explain)
        return ERR_OK;
    int rc = load_ends(t, news, count);
    if (rc)
        return rc;
    size_t workers = count > GRAIN ? pool_threads(t->pool) : 1;
    size_t scratch = workers * 2 * profiles_max_floats(t->profiles);
    struct explaining e = {t, news, arena_calloc(t->arena, count, sizeof(*e.reasons)),
                           memory_malloc(scratch * sizeof(*e.scratch))};
    pool_run(t->pool, find_reasons, &e, count, GRAIN);
    free(e.scratch);
    if ((rc = load_named(t, &e, count)))
        return rc;
    pool_run(t->pool, write_reasons, &e, count, GRAIN);
    return ERR_OK;
}
