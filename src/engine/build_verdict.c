/*
 * build_verdict.c - verdicts to what is decided of pairs, all at once: what turn_verdict.c comes
 * to change by change.
 *
 * The entities pass notes what is said of each term, at both its ends; when all entities have
 * their numbers the notes become pairs of numbers, in memory (some 60 bytes a verdict), for the
 * passes that follow to look up.
 */
#include "build_internal.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>

void build_verdict_note(struct build_worker *w, struct id term, const struct edge *edge)
{
    uint64_t relation = edge->relation & ~UINT64_C(3);
    bool same = relation == RELATION_SAME, different = relation == RELATION_DIFFERENT;
    assert(!state_of_catalog(w->b->state, term));
    if ((same || different) && !id_equal(term, edge->neighbour))
        ARRAY_PUSH(w->said, w->said_count, w->said_room,
                   (struct build_said){term, edge->neighbour, same, different});
}

/* --- all that is said --- */

struct sayings {
    const struct build *b;
    struct build_said *all; /* by term and other, each once */
    size_t count;
};

static int compare_said(const void *a, const void *b)
{
    const struct build_said *x = a, *y = b;
    int c = id_compare(x->term, y->term);
    return c ? c : id_compare(x->other, y->other);
}

static void merge(struct sayings *s)
{
    size_t kept = 0;
    if (s->count)
        qsort(s->all, s->count, sizeof(*s->all), compare_said);
    for (size_t i = 0; i < s->count; i++) {
        struct build_said *last = kept ? &s->all[kept - 1] : NULL;
        if (last && compare_said(last, &s->all[i]) == 0) {
            last->same |= s->all[i].same;
            last->different |= s->all[i].different;
        } else {
            s->all[kept++] = s->all[i];
        }
    }
    assert(kept <= s->count);
    s->count = kept;
}

/* What all workers noted; theirs is gone. */
static void take_notes(struct build *b, struct sayings *ret)
{
    struct sayings s = {.b = b};
    for (unsigned i = 0; i < b->worker_count; i++)
        s.count += b->workers[i].said_count;
    s.all = memory_malloc((s.count + 1) * sizeof(*s.all));
    size_t at = 0;
    for (unsigned i = 0; i < b->worker_count; i++) {
        struct build_worker *w = &b->workers[i];
        if (w->said_count)
            memcpy(s.all + at, w->said, w->said_count * sizeof(*w->said));
        at += w->said_count;
        free(w->said);
        w->said = NULL;
        w->said_count = w->said_room = 0;
    }
    assert(at == s.count);
    merge(&s);
    *ret = s;
}

/* What is said of a term. */
static void find_said(const struct sayings *s, struct id term, size_t *ret_begin, size_t *ret_end)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (id_compare(s->all[middle].term, term) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*ret_begin = low; low < s->count && id_equal(s->all[low].term, term); low++)
        ;
    *ret_end = low;
    assert(*ret_begin <= *ret_end);
}

/* --- who is there --- */

/* The entity that a catalog knows by a term; false: there is none. */
static bool find_entity(const struct build *b, struct id term, size_t graph, uint32_t *ret_number)
{
    struct id id = id_in_graph(term, b->state->graphs[graph].tag);
    size_t bucket = build_bucket_of(b, id);
    uint64_t low = b->first[bucket], high = low + b->living[bucket];
    while (low < high) {
        uint64_t middle = (low + high) / 2;
        int c = id_compare(build_entity_at(b, (uint32_t)middle)->id, id);
        if (!c) {
            *ret_number = (uint32_t)middle;
            return true;
        }
        if (c < 0)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low == high);
    return false;
}

/* Of whom a term is said to be the same as, those that are in a catalog. */
static size_t count_same(const struct sayings *s, struct id term, size_t graph)
{
    size_t begin, end, n = 0;
    uint32_t number;
    find_said(s, term, &begin, &end);
    for (size_t i = begin; i < end; i++)
        n += s->all[i].same && !s->all[i].different &&
             find_entity(s->b, s->all[i].other, graph, &number);
    return n;
}

/* --- what comes of it --- */

static void decide(struct build *b, const struct sayings *s, const struct build_said *said,
                   size_t graph, size_t other_graph)
{
    struct build_decided decided;
    if (!find_entity(b, said->term, graph, &decided.entity) ||
        !find_entity(b, said->other, other_graph, &decided.other))
        return;
    assert(decided.entity != decided.other);
    struct decided_case c = {.same = said->same,
                             .different = said->different,
                             .of_one = count_same(s, said->term, other_graph),
                             .of_other = count_same(s, said->other, graph),
                             .one_to_one = b->engine->options.policy != POLICY_THRESHOLD};
    decided.what = decided_of(&c);
    ARRAY_PUSH(b->decided, b->decided_count, b->decided_room, decided);
}

static int compare_decided(const void *a, const void *b)
{
    const struct build_decided *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    return (x->other > y->other) - (x->other < y->other);
}

void build_verdict_decide(struct build *b)
{
    struct sayings s;
    assert(b->decided_count == 0);
    take_notes(b, &s);
    for (size_t i = 0; i < s.count; i++)
        for (size_t g = 0; g < b->state->graph_count; g++)
            for (size_t h = 0; h < b->state->graph_count; h++)
                if (g != h && state_is_catalog(b->state, g) && state_is_catalog(b->state, h))
                    decide(b, &s, &s.all[i], g, h);
    if (b->decided_count)
        qsort(b->decided, b->decided_count, sizeof(*b->decided), compare_decided);
    free(s.all);
}

/* --- looked up --- */

void build_verdict_of(const struct build *b, uint64_t number, size_t *ret_begin, size_t *ret_end)
{
    size_t low = 0, high = b->decided_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (b->decided[middle].entity < number)
            low = middle + 1;
        else
            high = middle;
    }
    for (*ret_begin = low; low < b->decided_count && b->decided[low].entity == number; low++)
        ;
    *ret_end = low;
    assert(*ret_begin <= *ret_end);
}

uint8_t build_verdict_between(const struct build *b, uint32_t entity, uint32_t other)
{
    size_t begin, end;
    assert(entity != other);
    build_verdict_of(b, entity, &begin, &end);
    for (size_t i = begin; i < end; i++)
        if (b->decided[i].other == other)
            return b->decided[i].what;
    return 0;
}

struct decided_list build_verdict_list(const struct build *b, uint32_t number, struct arena *arena)
{
    struct decided_list list = {0};
    size_t begin, end;
    build_verdict_of(b, number, &begin, &end);
    if (begin == end)
        return list;
    list.entries = arena_alloc(arena, (end - begin) * sizeof(*list.entries));
    for (size_t i = begin; i < end; i++) /* numbers are in the order of ids */
        list.entries[list.count++] =
            (struct decided_entry){build_entity_at(b, b->decided[i].other)->id, b->decided[i].what};
    assert(list.count == end - begin);
    return list;
}

int build_verdict_write(struct build_worker *w, uint32_t number)
{
    struct decided_list list = build_verdict_list(w->b, number, w->arena);
    if (!list.count)
        return ERR_OK;
    buf_clear(&w->row);
    decided_encode(&w->row, &list);
    assert(w->row.len > 0);
    return build_put_of(w, KV_DECIDED, build_entity_at(w->b, number)->id);
}
