/*
 * threshold_estimate.c - the matches of all pairs of types, each estimated by the runner-ups of
 * its own (align/decoy.h), as one curve.
 */
#include "threshold_internal.h"

#include "alignd/align/decoy.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/graph/id_map.h"
#include "alignd/learn/one_to_one.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

struct match {
    float score, runner;     /* runner: 0 without */
    uint32_t kind_a, kind_b; /* type and graph of the ends; KIND_REST: of a small group */
    uint32_t group;
    double right, f1; /* of its group at its score */
    unsigned char label;
};

#define KIND_REST UINT32_MAX

struct group {
    struct match *matches; /* by score, descending */
    size_t count;
    double size;  /* entities of the smaller side */
    double total; /* of these, how many have a counterpart that is found */
};

/* What a call works with. */
struct work {
    const struct threshold_input *in;
    bool *matched;
    float *own;      /* of an entity: the score of its match; -1: none */
    float *runner;   /* of an entity: what it would match instead */
    uint32_t *kind;  /* of an entity: type and graph, by number */
    size_t *in_kind; /* entities of a kind */
    struct match *matches;
    size_t match_count;
    struct group *groups;
    size_t group_count;
    float *score, *runners; /* scratch: of a group */
    double *right;
    struct threshold_point *points;
    double margin; /* on the runner-ups */
};

static void work_fini(struct work *w)
{
    free(w->matched);
    free(w->own);
    free(w->runner);
    free(w->kind);
    free(w->in_kind);
    free(w->matches);
    free(w->groups);
    free(w->score);
    free(w->runners);
    free(w->right);
    free(w->points);
}

/* --- entities and their runner-ups --- */

static void number_kinds(struct work *w)
{
    const struct catalog *c = w->in->catalog;
    struct id_map map = {0};
    size_t n = 0;
    for (size_t i = 0; i < c->entity_count; i++) {
        struct hash128 h = hash_bytes_128(c->entities[i].type, c->entities[i].graph);
        void **place = id_map_place(&map, (struct id){h.hi, h.lo});
        if (!*place)
            *place = (void *)(uintptr_t)++n;
        w->kind[i] = (uint32_t)((uintptr_t)*place - 1);
        assert(w->kind[i] < n);
        w->in_kind[w->kind[i]]++;
    }
    id_map_fini(&map);
}

static void begin(struct work *w, const struct threshold_input *in)
{
    assert(!w->matched && !w->match_count);
    size_t entities = in->catalog->entity_count + 1;
    w->in = in;
    w->matched = memory_calloc(in->count + 1, sizeof(*w->matched));
    w->own = memory_malloc(entities * sizeof(*w->own));
    w->runner = memory_calloc(entities, sizeof(*w->runner));
    w->kind = memory_calloc(entities, sizeof(*w->kind));
    w->in_kind = memory_calloc(entities, sizeof(*w->in_kind));
    for (size_t i = 0; i < entities; i++)
        w->own[i] = -1.0f;
    number_kinds(w);
    one_to_one_choose(in->pairs, in->score, in->count, in->catalog->entity_count, 0.0, w->matched);
}

/*
 * What an entity would match if its match were not there: its best pair whose
 * other end is free, or might leave its own match for it.
 */
static void find_runners(struct work *w)
{
    assert(!w->match_count);
    const struct threshold_input *in = w->in;
    for (size_t i = 0; i < in->count; i++)
        if (w->matched[i]) {
            w->own[in->pairs[i].a] = w->own[in->pairs[i].b] = in->score[i];
            w->match_count++;
        }
    for (size_t i = 0; i < in->count; i++) {
        uint32_t a = in->pairs[i].a, b = in->pairs[i].b;
        float score = in->score[i];
        if (w->matched[i])
            continue;
        if (decoy_is_runner(score, w->own[b]) && score > w->runner[a])
            w->runner[a] = score;
        if (decoy_is_runner(score, w->own[a]) && score > w->runner[b])
            w->runner[b] = score;
    }
}

static double smaller_side(const struct work *w, uint32_t kind_a, uint32_t kind_b)
{
    size_t a = w->in_kind[kind_a], b = w->in_kind[kind_b];
    return (double)(a < b ? a : b);
}

/* --- matches, in groups of one pair of types and graphs --- */

static int by_group(const void *x, const void *y)
{
    const struct match *p = x, *q = y;
    if (p->kind_a != q->kind_a)
        return p->kind_a < q->kind_a ? -1 : 1;
    if (p->kind_b != q->kind_b)
        return p->kind_b < q->kind_b ? -1 : 1;
    return (p->score < q->score) - (p->score > q->score);
}

static int by_score(const void *x, const void *y)
{
    const struct match *p = x, *q = y;
    if (p->score != q->score)
        return p->score < q->score ? 1 : -1;
    return (p->group > q->group) - (p->group < q->group);
}

static bool same_group(const struct match *p, const struct match *q)
{
    return p->kind_a == q->kind_a && p->kind_b == q->kind_b;
}

static size_t group_end(const struct work *w, size_t begin_at)
{
    assert(begin_at < w->match_count);
    size_t i = begin_at + 1;
    while (i < w->match_count && same_group(&w->matches[i], &w->matches[begin_at]))
        i++;
    return i;
}

/* Runner-ups are those of the smaller side: it has the more to choose from. */
static void list_matches(struct work *w, const unsigned char *label)
{
    const struct threshold_input *in = w->in;
    size_t n = 0;
    w->matches = memory_calloc(w->match_count + 1, sizeof(*w->matches));
    w->groups = memory_calloc(w->match_count + 1, sizeof(*w->groups));
    w->score = memory_calloc(w->match_count + 1, sizeof(*w->score));
    w->runners = memory_calloc(w->match_count + 1, sizeof(*w->runners));
    w->right = memory_calloc(w->match_count + 1, sizeof(*w->right));
    w->points = memory_calloc(w->match_count + 1, sizeof(*w->points));
    for (size_t i = 0; i < in->count; i++) {
        if (!w->matched[i])
            continue;
        uint32_t a = w->kind[in->pairs[i].a], b = w->kind[in->pairs[i].b];
        bool small_a = w->in_kind[a] <= w->in_kind[b];
        w->matches[n++] =
            (struct match){.score = in->score[i],
                           .kind_a = a,
                           .kind_b = b,
                           .runner = w->runner[small_a ? in->pairs[i].a : in->pairs[i].b],
                           .label = label ? label[i] : THRESHOLD_UNKNOWN};
    }
    assert(n == w->match_count);
    qsort(w->matches, n, sizeof(*w->matches), by_group);
}

static void form_groups(struct work *w)
{
    double rest = 0;
    for (size_t i = 0, end; i < w->match_count; i = end) {
        end = group_end(w, i);
        if (end - i >= DECOY_LEAST)
            continue;
        rest += smaller_side(w, w->matches[i].kind_a, w->matches[i].kind_b);
        for (size_t k = i; k < end; k++)
            w->matches[k].kind_a = w->matches[k].kind_b = KIND_REST;
    }
    qsort(w->matches, w->match_count, sizeof(*w->matches), by_group);
    for (size_t i = 0, end; i < w->match_count; i = end) {
        const struct match *m = &w->matches[i];
        end = group_end(w, i);
        for (size_t k = i; k < end; k++)
            w->matches[k].group = (uint32_t)w->group_count;
        double size = m->kind_a == KIND_REST ? rest : smaller_side(w, m->kind_a, m->kind_b);
        w->groups[w->group_count++] = (struct group){&w->matches[i], end - i, size, 0};
    }
    assert(w->group_count <= w->match_count);
}

/* --- one group, without labels --- */

static void estimate_group(struct work *w, struct group *g)
{
    assert(g->count > 0 && g->count <= w->match_count);
    for (size_t i = 0; i < g->count; i++) {
        w->score[i] = g->matches[i].score;
        w->runners[i] = g->matches[i].runner;
    }
    g->total = decoy_estimate(w->right, w->score, w->runners, g->count, g->size, w->margin);
    for (size_t i = 0; i < g->count; i++) {
        g->matches[i].right = w->right[i];
        g->matches[i].f1 = 2 * w->right[i] / ((double)(i + 1) + g->total);
    }
}

/* --- all groups --- */

/* Both of its group, in the place of what holds down to a match what that match adds to it. */
static void to_steps(struct group *g, double weight)
{
    assert(weight >= 0);
    for (size_t i = g->count; i-- > 0;) {
        struct match *m = &g->matches[i];
        m->right -= i ? m[-1].right : 0;
        m->f1 = weight * (m->f1 - (i ? m[-1].f1 : 0));
    }
}

/* The matches of all groups by score, and of each score the sum of what the groups say. */
static size_t merge_groups(struct work *w)
{
    assert(w->group_count || !w->match_count); /* every match is of one */
    double total = 0, weights = 0, right = 0, merit = 0;
    size_t n = 0, known[3] = {0};
    for (size_t g = 0; g < w->group_count; g++) {
        total += w->groups[g].total;
        weights += sqrt(w->groups[g].total);
    }
    for (size_t g = 0; g < w->group_count; g++)
        to_steps(&w->groups[g], sqrt(w->groups[g].total) / weights);
    qsort(w->matches, w->match_count, sizeof(*w->matches), by_score);
    for (size_t i = 0; i < w->match_count; i++) {
        const struct match *m = &w->matches[i];
        right += m->right;
        merit += m->f1;
        known[m->label]++;
        if (i + 1 < w->match_count && m[1].score >= m->score)
            continue;
        w->points[n++] = (struct threshold_point){.score = m->score,
                                                  .told = i + 1,
                                                  .precision = right / (double)(i + 1),
                                                  .recall = right / total,
                                                  .merit = merit,
                                                  .right = known[THRESHOLD_RIGHT],
                                                  .wrong = known[THRESHOLD_WRONG]};
    }
    threshold_raise_precision(w->points, n);
    assert(n <= w->match_count);
    return n;
}

void threshold_estimate(const struct threshold_input *in, const unsigned char *label,
                        struct threshold_curve *ret)
{
    assert((in->pairs && in->score) || !in->count);
    struct work w = {.margin = label ? 1 : DECOY_MARGIN};
    *ret = (struct threshold_curve){0};
    begin(&w, in);
    find_runners(&w);
    list_matches(&w, label);
    form_groups(&w);
    for (size_t g = 0; g < w.group_count; g++)
        estimate_group(&w, &w.groups[g]);
    ret->count = merge_groups(&w);
    ret->points = w.points;
    w.points = NULL;
    work_fini(&w);
}
