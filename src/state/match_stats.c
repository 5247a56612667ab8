/*
 * match_stats.c - a sample of matches, estimated in groups of one pair of types and graphs, and
 * told by the type of the subject.
 *
 *  (1) A match counts once: as it is seen from the end whose type is the rarer in its graph.
 *  (2) A pinned pair is certain, and as such among those that runner-ups are taken of.
 */
#include "alignd/state/match_stats.h"

#include "alignd/align/decoy.h"
#include "alignd/align/pair_list.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/state/match_sample.h"

#include <assert.h>
#include <stdlib.h>

#define KIND_REST UINT32_MAX /* of groups that are too small by themselves */

/* A match of the sample, as it counts. */
struct item {
    float score, runner;
    uint32_t kind, other; /* of its group */
    uint32_t type;        /* where it is told: of the sums */
    double weight;        /* matches of the store that it stands for */
    double right;         /* how likely it is right; < 0: unknown */
};

struct sum {
    struct slice type;
    double matches[BANDS], right[BANDS], known[BANDS];
    double histogram[MATCH_STATS_BUCKETS], confidence;
};

struct stats {
    const struct state *s;
    const struct match_stats_options *options;
    struct match_sample sample;
    struct item *items;
    size_t count;
    struct sum *sums; /* of a type */
    size_t sum_count;
};

/* Of the store, about. */
static double entities_of(const struct stats *st, uint32_t kind)
{
    const struct match_kind *k = &st->sample.kinds[kind];
    assert(st->sample.share[k->graph] > 0);
    return (double)k->entities / st->sample.share[k->graph];
}

static bool is_subject(const struct stats *st, uint32_t kind, uint32_t other)
{
    const struct match_kind *kinds = st->sample.kinds;
    return st->s->graphs[kinds[kind].graph].rank < st->s->graphs[kinds[other].graph].rank;
}

/* Is the match seen from this end the one that counts (1)? */
static bool counts(const struct stats *st, const struct match_seen *seen)
{
    double own = entities_of(st, seen->kind), other = entities_of(st, seen->other);
    if (own != other)
        return own < other || other <= 0; /* a sample may have none of its type */
    return is_subject(st, seen->kind, seen->other);
}

static uint32_t sum_of(struct stats *st, struct slice type)
{
    uint32_t i = 0;
    while (i < st->sum_count && !slice_equal(st->sums[i].type, type))
        i++;
    if (i == st->sum_count)
        st->sums[st->sum_count++] = (struct sum){.type = type};
    return i;
}

static void list_items(struct stats *st)
{
    const struct match_sample *m = &st->sample;
    uint32_t *place = memory_calloc(m->kind_count + 1, sizeof(*place)); /* + 1, of a kind */
    st->items = memory_calloc(m->count + 1, sizeof(*st->items));
    st->sums = memory_calloc(m->kind_count + 1, sizeof(*st->sums));
    for (size_t i = 0; i < m->count; i++) {
        const struct match_seen *seen = &m->all[i];
        if (!counts(st, seen))
            continue;
        uint32_t subject = is_subject(st, seen->kind, seen->other) ? seen->kind : seen->other;
        float score = pair_score_told(seen->score);
        if (!place[subject])
            place[subject] = sum_of(st, m->kinds[subject].type) + 1;
        st->items[st->count++] =
            (struct item){.score = score,
                          .runner = seen->runner < score ? seen->runner : score,
                          .kind = seen->kind,
                          .other = seen->other,
                          .type = place[subject] - 1,
                          .weight = 1 / m->share[m->kinds[seen->kind].graph],
                          .right = -1};
    }
    assert(st->count <= m->count && st->sum_count <= m->kind_count);
    free(place);
}

/* --- the estimate --- */

static int by_group(const void *x, const void *y)
{
    const struct item *p = x, *q = y;
    if (p->kind != q->kind)
        return p->kind < q->kind ? -1 : 1;
    if (p->other != q->other)
        return p->other < q->other ? -1 : 1;
    return (p->score < q->score) - (p->score > q->score);
}

static size_t group_end(const struct stats *st, size_t begin)
{
    assert(begin < st->count);
    size_t end = begin + 1;
    while (end < st->count && st->items[end].kind == st->items[begin].kind &&
           st->items[end].other == st->items[begin].other)
        end++;
    return end;
}

/* Matches of small groups into one; the entities of their smaller sides. */
static double form_rest(struct stats *st)
{
    double size = 0;
    qsort(st->items, st->count, sizeof(*st->items), by_group);
    for (size_t i = 0, end; i < st->count; i = end) {
        end = group_end(st, i);
        if (end - i >= DECOY_LEAST)
            continue;
        size += (double)st->sample.kinds[st->items[i].kind].entities;
        for (size_t k = i; k < end; k++)
            st->items[k].kind = st->items[k].other = KIND_REST;
    }
    qsort(st->items, st->count, sizeof(*st->items), by_group);
    assert(size >= 0);
    return size;
}

static void estimate_group(struct item *items, size_t count, double size)
{
    assert(count > 0 && size >= 1);
    float *score = memory_malloc(count * sizeof(*score)),
          *runner = memory_malloc(count * sizeof(*runner));
    double *right = memory_malloc(count * sizeof(*right));
    for (size_t i = 0; i < count; i++) {
        score[i] = items[i].score;
        runner[i] = items[i].runner;
    }
    decoy_estimate(right, score, runner, count, size, DECOY_MARGIN);
    for (size_t i = 0; i < count; i++) {
        double step = right[i] - (i ? right[i - 1] : 0);
        items[i].right = step * (1 - decoy_doubt(score[i], runner[i]));
    }
    free(score);
    free(runner);
    free(right);
}

/* In numbers of the sample: what a group's rule asks for are its proportions. */
static void estimate(struct stats *st)
{
    double rest = form_rest(st);
    for (size_t i = 0, end; i < st->count; i = end) {
        end = group_end(st, i);
        uint32_t kind = st->items[i].kind;
        double size = kind == KIND_REST ? rest : (double)st->sample.kinds[kind].entities;
        size = size < (double)(end - i) ? (double)(end - i) : size;
        estimate_group(st->items + i, end - i, size);
    }
}

/* --- sums --- */

static void add_item(const struct stats *st, const struct item *item)
{
    struct sum *sum = &st->sums[item->type];
    enum band band = band_of(item->score, st->options->review);
    int bucket = (int)(item->score * MATCH_STATS_BUCKETS);
    assert(item->weight >= 1 && bucket >= 0);
    sum->matches[band] += item->weight;
    sum->confidence += item->weight * (double)item->score;
    sum->histogram[bucket < MATCH_STATS_BUCKETS ? bucket : MATCH_STATS_BUCKETS - 1] += item->weight;
    if (!st->options->one_to_one)
        return;
    sum->known[band] += item->weight;
    sum->right[band] += item->weight * item->right;
}

static struct match_stats_band band_stats(double matches, double right, double known)
{
    double precision = known > 0 ? right / known : -1;
    if (known > 0)
        precision = precision < 0 ? 0 : precision > 1 ? 1 : precision;
    return (struct match_stats_band){(uint64_t)(matches + 0.5), precision};
}

static struct match_stats_type type_stats(const struct sum *sum)
{
    struct match_stats_type t = {.type = sum->type, .confidence_sum = sum->confidence};
    double matches = 0, right = 0, known = 0;
    for (size_t b = 0; b < BANDS; b++) {
        t.bands[b] = band_stats(sum->matches[b], sum->right[b], sum->known[b]);
        matches += sum->matches[b];
        right += sum->right[b];
        known += sum->known[b];
    }
    t.both = band_stats(matches, right, known);
    for (size_t i = 0; i < MATCH_STATS_BUCKETS; i++)
        t.histogram[i] = (uint64_t)(sum->histogram[i] + 0.5);
    return t;
}

static void add_sum(struct sum *all, const struct sum *sum)
{
    for (size_t b = 0; b < BANDS; b++) {
        all->matches[b] += sum->matches[b];
        all->right[b] += sum->right[b];
        all->known[b] += sum->known[b];
    }
    all->confidence += sum->confidence;
    for (size_t i = 0; i < MATCH_STATS_BUCKETS; i++)
        all->histogram[i] += sum->histogram[i];
}

static int most_first(const void *x, const void *y)
{
    const struct match_stats_type *a = x, *b = y;
    if (a->both.matches != b->both.matches)
        return a->both.matches < b->both.matches ? 1 : -1;
    return slice_compare(a->type, b->type);
}

int match_stats_read(const struct state *s, const struct match_stats_options *options,
                     struct arena *arena, struct match_stats *ret)
{
    assert(options->review >= 0 && options->review <= 1);
    struct stats st = {.s = s, .options = options};
    struct sum all = {.type = {NULL, 0}};
    int rc = match_sample_take(s, options->entities, arena, &st.sample);
    if (rc)
        return rc;
    list_items(&st);
    if (options->one_to_one)
        estimate(&st);
    for (size_t i = 0; i < st.count; i++)
        add_item(&st, &st.items[i]);
    *ret = (struct match_stats){
        .types = arena_alloc(arena, (st.sum_count + 1) * sizeof(*ret->types)), .whole = true};
    for (size_t i = 0; i < st.sum_count; i++) {
        ret->types[ret->count++] = type_stats(&st.sums[i]);
        add_sum(&all, &st.sums[i]);
    }
    qsort(ret->types, ret->count, sizeof(*ret->types), most_first);
    ret->all = type_stats(&all);
    for (size_t i = 0; i < st.sample.kind_count; i++)
        ret->entities += st.sample.kinds[i].entities;
    for (size_t g = 0; g < s->graph_count; g++)
        ret->whole &= st.sample.share[g] >= 1;
    free(st.items);
    free(st.sums);
    match_sample_fini(&st.sample);
    return ERR_OK;
}
