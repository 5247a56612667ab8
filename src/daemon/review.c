/*
 * review.c - one walk over the matches (state/match_sample.h) tells which are doubtful; a page
 * reads those whose turn it is again, as they are now.
 *
 *  (1) The list is sorted by doubt, then by the ids of the pair: a page begins behind the pair that
 * ended the one before, whether that one is still in line or not.
 */
#include "alignd/daemon/review.h"

#include "cursor.h"
#include "match_json.h"

#include "alignd/align/pair_list.h"
#include "alignd/base/arena.h"
#include "alignd/base/array.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/graph/id_map.h"
#include "alignd/state/match_list.h"
#include "alignd/state/match_sample.h"
#include "alignd/state/nodes.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CURSOR_WORDS = 5 }; /* doubt and two ids */

struct doubtful {
    struct id subject, object;
    float score, runner[2]; /* of the subject and of the object; 0: none */
    double doubt;           /* how far from a half: the smallest comes first */
};

struct type {
    struct slice name;
    double entities, of[STATE_MAX_GRAPHS]; /* in all, of each graph */
};

/* What was read, whole: whoever tells of it holds on to it. */
struct review_list {
    size_t readers; /* under the lock */
    uint64_t read_us;
    bool whole;
    struct doubtful *all; /* (1) */
    size_t count, room;
    struct type *types; /* most entities first */
    size_t type_count;
    struct arena *arena; /* of names */
};

/* --- doubt --- */

static double odds(float score)
{
    double p = pair_score_told(score);
    return p / fmax(1 - p, 1e-6);
}

/* How likely the match is right where it, one of its rivals, or none of them is. */
static double likely(float score, const float runner[2])
{
    double own = odds(score), all = 1 + own;
    for (int i = 0; i < 2; i++)
        all += runner[i] > 0 ? odds(runner[i]) : 0;
    assert(own >= 0 && all >= 1);
    return own / all;
}

static int by_doubt(const void *a, const void *b)
{
    const struct doubtful *x = a, *y = b;
    if (x->doubt != y->doubt)
        return x->doubt < y->doubt ? -1 : 1;
    int order = id_compare(x->subject, y->subject);
    return order ? order : id_compare(x->object, y->object);
}

/* --- reading --- */

/* The match in line that has these ends; made when it is met first. */
static struct doubtful *place_of(struct review_list *l, struct id_map *places, struct id subject,
                                 struct id object)
{
    struct id pair = {hash_mix(subject.hi, object.lo), hash_mix(subject.lo, object.hi)};
    void **place = id_map_place(places, pair);
    if (!*place) {
        ARRAY_PUSH(l->all, l->count, l->room, (struct doubtful){subject, object, 0, {0, 0}, 0});
        *place = (void *)(uintptr_t)l->count;
    }
    assert((uintptr_t)*place <= l->count);
    return &l->all[(uintptr_t)*place - 1];
}

static void take_matches(struct review_list *l, const struct state *s, const struct match_sample *m)
{
    struct id_map places = {0};
    for (size_t i = 0; i < m->count; i++) {
        const struct match_seen *seen = &m->all[i];
        bool first = state_first(s, seen->id, seen->partner);
        if (seen->score == PAIR_PINNED)
            continue;
        struct doubtful *d = place_of(l, &places, first ? seen->id : seen->partner,
                                      first ? seen->partner : seen->id);
        d->score = seen->score;
        d->runner[!first] = seen->runner;
    }
    id_map_fini(&places);
    for (size_t i = 0; i < l->count; i++)
        l->all[i].doubt = fabs(likely(l->all[i].score, l->all[i].runner) - 0.5);
    if (l->count)
        qsort(l->all, l->count, sizeof(*l->all), by_doubt);
    l->count = l->count < REVIEW_MOST ? l->count : REVIEW_MOST;
}

static int by_entities(const void *a, const void *b)
{
    const struct type *x = a, *y = b;
    if (x->entities != y->entities)
        return x->entities < y->entities ? 1 : -1;
    return slice_compare(x->name, y->name);
}

static void take_types(struct review_list *l, const struct match_sample *m)
{
    l->types = memory_calloc(m->kind_count + 1, sizeof(*l->types));
    for (size_t i = 0; i < m->kind_count; i++) {
        const struct match_kind *kind = &m->kinds[i];
        size_t k = 0;
        while (k < l->type_count && !slice_equal(l->types[k].name, kind->type))
            k++;
        if (k == l->type_count)
            l->types[l->type_count++].name = kind->type;
        double entities = (double)kind->entities / m->share[kind->graph];
        l->types[k].entities += entities;
        l->types[k].of[kind->graph] += entities;
    }
    assert(l->type_count <= m->kind_count);
    if (l->type_count)
        qsort(l->types, l->type_count, sizeof(*l->types), by_entities);
}

static void list_free(struct review_list *l)
{
    if (!l)
        return;
    arena_free(l->arena);
    free(l->all);
    free(l->types);
    free(l);
}

static int read_list(const struct state *s, const struct review_options *o,
                     struct review_list **ret)
{
    struct review_list *l = memory_calloc(1, sizeof(*l));
    struct match_sample sample;
    l->arena = arena_new();
    int rc = match_sample_take(s, o->entities, l->arena, &sample);
    if (rc) {
        list_free(l);
        return rc;
    }
    l->whole = true;
    for (size_t g = 0; g < s->graph_count; g++)
        l->whole = l->whole && sample.share[g] == 1;
    take_matches(l, s, &sample);
    take_types(l, &sample);
    match_sample_fini(&sample);
    l->read_us = clock_mono_us();
    *ret = l;
    return ERR_OK;
}

/* --- who holds which list --- */

static void put(struct review *r, struct review_list *l)
{
    pthread_mutex_lock(&r->lock);
    assert(l->readers > 0);
    bool last = --l->readers == 0;
    pthread_mutex_unlock(&r->lock);
    if (last)
        list_free(l);
}

static struct review_list *hold(struct review *r)
{
    pthread_mutex_lock(&r->lock);
    struct review_list *l = r->list;
    if (l)
        l->readers++;
    pthread_mutex_unlock(&r->lock);
    return l;
}

/* The new one takes the place of what others may still tell of. */
static void replace(struct review *r, struct review_list *l)
{
    l->readers = 1; /* r's own */
    pthread_mutex_lock(&r->lock);
    struct review_list *old = r->list;
    r->list = l;
    pthread_mutex_unlock(&r->lock);
    if (old)
        put(r, old);
}

static bool is_fresh(const struct review_list *l, uint64_t every_us)
{
    return l && clock_mono_us() - l->read_us < every_us;
}

/* The list to tell of, held: read again where it is old, by one thread at a time. */
static int get(struct review *r, const struct state *s, const struct review_options *o,
               struct review_list **ret)
{
    struct review_list *l = hold(r), *anew;
    assert(o->entities > 0);
    *ret = l;
    if (is_fresh(l, o->every_us) || (l && pthread_mutex_trylock(&r->reading)))
        return ERR_OK;
    if (!l) {
        pthread_mutex_lock(&r->reading);
        l = hold(r); /* another one may have read it meanwhile */
    }
    int rc = ERR_OK;
    if (!is_fresh(l, o->every_us)) {
        rc = read_list(s, o, &anew);
        if (!rc)
            replace(r, anew);
        if (l)
            put(r, l);
        l = rc ? NULL : hold(r);
    }
    pthread_mutex_unlock(&r->reading);
    *ret = l;
    return rc;
}

void review_fini(struct review *r)
{
    if (r->list)
        put(r, r->list);
    *r = (struct review){0};
}

/* --- pages --- */

struct page {
    const struct state *s;
    const struct review_options *o;
    const struct review_query *q;
    struct arena *arena; /* of a pair */
    struct json_writer *w;
    size_t told;
};

static int write_rival(struct page *p, const struct pair_entry runner[2])
{
    static const char *const ends[] = {"subject", "object"};
    int of = runner[1].score > runner[0].score;
    struct match_end rival;
    if (runner[of].score <= 0)
        return ERR_OK;
    int rc = match_end_read(p->s, runner[of].other, p->arena, &rival);
    if (rc)
        return rc;
    json_writer_key(p->w, "rival");
    json_writer_begin_object(p->w);
    json_writer_add_string(p->w, "iri", rival.term);
    json_writer_add_string(p->w, "label", rival.node.label);
    json_writer_add_float(p->w, "score", pair_score_told(runner[of].score));
    json_writer_add_text(p->w, "of", ends[of]);
    json_writer_end_object(p->w);
    return ERR_OK;
}

static int read_pairs(struct page *p, struct id id, struct pair_list *pairs)
{
    char key[ID_BYTES];
    struct kv_value row = {0};
    bool found;
    id_put(key, id);
    int rc = kv_get(p->s->kv, KV_PAIRS, (struct slice){key, sizeof(key)}, &row, &found);
    if (!rc)
        rc = pair_list_decode(found ? row.bytes : (struct slice){"", 0}, p->arena, pairs);
    kv_value_release(&row);
    return rc;
}

/* The pair as it is matched now; NULL: it is not, or somebody decided so. */
static int find_match(struct page *p, const struct doubtful *d, const struct pair_entry **ret)
{
    struct pair_list *partners = arena_alloc(p->arena, sizeof(*partners));
    int rc = match_list_partners(p->s->kv, d->subject, p->arena, partners);
    const struct pair_entry *pair = rc ? NULL : pair_list_find(partners, d->object);
    *ret = pair && pair->score >= 0 && pair->score != PAIR_PINNED ? pair : NULL;
    return rc;
}

static bool is_of_graph(const struct page *p, const struct doubtful *d)
{
    size_t graph = p->q->graph;
    return graph == p->s->graph_count || graph == state_graph_of(p->s, d->subject) ||
           graph == state_graph_of(p->s, d->object);
}

static int tell(struct page *p, const struct doubtful *d)
{
    const struct pair_entry *pair;
    struct match_end ends[2];
    struct pair_list pairs[2];
    struct pair_entry runner[2];
    int rc = find_match(p, d, &pair);
    if (rc || !pair)
        return rc;
    const struct id ids[2] = {d->subject, d->object};
    for (int i = 0; i < 2; i++)
        if ((rc = match_end_read(p->s, ids[i], p->arena, &ends[i])) ||
            (rc = read_pairs(p, ids[i], &pairs[i])) ||
            (rc = match_runner(p->s, ids[i], &pairs[i], ids[!i], p->arena, &runner[i])))
            return rc;
    if (p->q->typed && !slice_equal(p->q->type, ends[0].node.type))
        return ERR_OK;
    json_writer_begin_object(p->w);
    match_json_match(p->w, &ends[0], &ends[1], pair->score, p->o->review);
    json_writer_add_float(
        p->w, "likely",
        (float)likely(pair->score, (const float[2]){runner[0].score, runner[1].score}));
    rc = write_rival(p, runner);
    json_writer_end_object(p->w);
    p->told++;
    return rc;
}

static uint64_t bits_of(double doubt)
{
    uint64_t bits;
    assert(doubt >= 0); /* as numbers, so in their bits */
    memcpy(&bits, &doubt, sizeof(bits));
    return bits;
}

/* The first in line behind where a page ended. */
static bool find_begin(const struct review_list *l, struct slice after, size_t *ret)
{
    uint64_t words[CURSOR_WORDS];
    size_t low = 0, high = l->count;
    *ret = 0;
    if (!cursor_read(after, words, CURSOR_WORDS) || words[0] > bits_of(1))
        return false;
    if (!after.len)
        return true;
    struct doubtful last = {.subject = {words[1], words[2]}, .object = {words[3], words[4]}};
    memcpy(&last.doubt, &words[0], sizeof(last.doubt));
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_doubt(&l->all[middle], &last) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret = low;
    return true;
}

static void write_next(struct json_writer *w, const struct doubtful *d)
{
    const uint64_t words[CURSOR_WORDS] = {bits_of(d->doubt), d->subject.hi, d->subject.lo,
                                          d->object.hi, d->object.lo};
    struct buf text = {0};
    cursor_write(&text, words, CURSOR_WORDS);
    json_writer_add_string(w, "next", buf_slice(&text));
    buf_fini(&text);
}

static void write_age(struct json_writer *w, const struct review_list *l)
{
    uint64_t now = clock_mono_us();
    assert(now >= l->read_us);
    json_writer_add_unsigned(w, "seconds_old", (now - l->read_us) / 1000000);
}

static int write_page(struct page *p, const struct review_list *l, size_t begin)
{
    size_t i = begin;
    int rc = ERR_OK;
    json_writer_begin_object(p->w);
    json_writer_key(p->w, "review");
    json_writer_begin_array(p->w);
    for (; i < l->count && i - begin < p->q->rows && p->told < p->q->limit && !rc; i++) {
        if (is_of_graph(p, &l->all[i]))
            rc = tell(p, &l->all[i]);
        arena_reset(p->arena);
    }
    json_writer_end_array(p->w);
    if (i < l->count && i)
        write_next(p->w, &l->all[i - 1]);
    write_age(p->w, l);
    json_writer_add_bool(p->w, "whole", l->whole);
    json_writer_end_object(p->w);
    return rc;
}

int review_write(struct review *r, const struct state *s, const struct review_options *o,
                 const struct review_query *q, struct buf *out)
{
    struct review_list *l;
    struct buf json = {0};
    struct json_writer w = json_writer_of(&json);
    size_t begin;
    assert(q->limit >= 1 && q->limit <= REVIEW_PAGE_MOST);
    int rc = get(r, s, o, &l);
    if (rc)
        return rc;
    struct page p = {.s = s, .o = o, .q = q, .arena = arena_new(), .w = &w};
    rc = find_begin(l, q->after, &begin) ? write_page(&p, l, begin) : ERR_USAGE;
    if (!rc)
        buf_append_slice(out, buf_slice(&json));
    arena_free(p.arena);
    buf_fini(&json);
    put(r, l);
    return rc;
}

/* --- types --- */

bool review_is_read(struct review *r)
{
    pthread_mutex_lock(&r->lock);
    bool is_read = r->list != NULL;
    pthread_mutex_unlock(&r->lock);
    return is_read;
}

int review_write_types(struct review *r, const struct state *s, const struct review_options *o,
                       struct buf *out)
{
    struct review_list *l;
    struct json_writer w = json_writer_of(out);
    int rc = get(r, s, o, &l);
    if (rc)
        return rc;
    json_writer_begin_object(&w);
    json_writer_key(&w, "types");
    json_writer_begin_array(&w);
    for (size_t i = 0; i < l->type_count; i++) {
        json_writer_begin_object(&w);
        json_writer_add_string(&w, "type", l->types[i].name);
        json_writer_add_unsigned(&w, "entities", (uint64_t)(l->types[i].entities + 0.5));
        json_writer_end_object(&w);
    }
    json_writer_end_array(&w);
    write_age(&w, l);
    json_writer_end_object(&w);
    put(r, l);
    return ERR_OK;
}

static int by_entities_told(const void *a, const void *b)
{
    const struct review_type *x = a, *y = b;
    if (x->entities != y->entities)
        return x->entities < y->entities ? 1 : -1;
    return slice_compare(x->name, y->name);
}

int review_types(struct review *r, const struct state *s, const struct review_options *o,
                 size_t graph, struct arena *arena, struct review_type **ret_types,
                 size_t *ret_count)
{
    struct review_list *l;
    assert(graph <= s->graph_count);
    int rc = get(r, s, o, &l);
    if (rc)
        return rc;
    *ret_types = arena_alloc(arena, (l->type_count + 1) * sizeof(**ret_types));
    *ret_count = 0;
    for (size_t i = 0; i < l->type_count; i++) {
        const struct type *t = &l->types[i];
        double entities = graph < s->graph_count ? t->of[graph] : t->entities;
        if (entities > 0)
            (*ret_types)[(*ret_count)++] =
                (struct review_type){arena_copy(arena, t->name), (uint64_t)(entities + 0.5)};
    }
    put(r, l);
    if (*ret_count)
        qsort(*ret_types, *ret_count, sizeof(**ret_types), by_entities_told);
    return ERR_OK;
}
