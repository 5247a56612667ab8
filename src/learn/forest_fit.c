/*
 * forest_fit.c - fits a forest: cuts numbers into bins at quantiles, has trees grown
 * (forest_grow.c), one after the other, each on what those before it left wrong, and averages
 * the bags.
 */
#include "forest_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/base/pool.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct forest_options forest_fit_options_default(void)
{
    return (struct forest_options){.seed = 1,
                                   .bags = 2,
                                   .trees = 100,
                                   .leaves = 12,
                                   .depth = 6,
                                   .rate = 0.1,
                                   .l2 = 3.0,
                                   .least = 5.0,
                                   .columns = 0.4,
                                   .rows = 0.8};
}

/* --- bins --- */

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Edges between different values, at quantiles where there are many. */
static int choose_edges(float *values, size_t n, float *edges)
{
    assert((values && edges) || !n);
    size_t different = 0;
    qsort(values, n, sizeof(*values), compare_floats);
    for (size_t i = 1; i < n; i++)
        different += values[i] != values[i - 1];
    size_t made = 0;
    for (size_t i = 1; i < n; i++) {
        if (values[i] == values[i - 1])
            continue;
        bool all = different < FOREST_BINS;
        /* at least so many values below as the next quantile asks for */
        if (!all && (double)i < (double)n * (double)(made + 1) / FOREST_BINS)
            continue;
        if (made == FOREST_BINS - 1)
            break;
        float middle = values[i - 1] + (values[i] - values[i - 1]) * 0.5f;
        edges[made++] = middle > values[i - 1] ? middle : values[i];
    }
    assert(made < FOREST_BINS);
    return (int)made;
}

static uint8_t bin_of(const float *edges, int count, float x)
{
    assert(count < FOREST_BINS);
    int low = 0, high = count;
    if (isnan(x))
        return FOREST_MISSING;
    while (low < high) {
        int middle = (low + high) / 2;
        if (x < edges[middle])
            high = middle;
        else
            low = middle + 1;
    }
    assert(low <= count);
    return (uint8_t)low;
}

struct bin_job {
    struct grower *g;
    const float *rows;
};

static void cut_into_bins(void *arg, size_t begin, size_t end, unsigned worker)
{
    assert(begin <= end);
    (void)worker;
    const struct bin_job *job = arg;
    struct grower *g = job->g;
    float *values = memory_malloc((g->n + 1) * sizeof(*values));
    for (size_t f = begin; f < end; f++) {
        size_t told = 0;
        for (size_t i = 0; i < g->n; i++) {
            float x = job->rows[i * g->features + f];
            if (!isnan(x))
                values[told++] = x;
        }
        assert(told <= g->n);
        g->edge_count[f] = choose_edges(values, told, g->edges[f]);
        for (size_t i = 0; i < g->n; i++)
            g->bins[f * g->n + i] =
                bin_of(g->edges[f], g->edge_count[f], job->rows[i * g->features + f]);
    }
    free(values);
}

/* --- all of it --- */

static double prior_of(const struct grower *g)
{
    double same = 0, all = 0;
    for (size_t i = 0; i < g->n; i++) {
        all += (double)g->weight[i];
        same += g->same[i] ? (double)g->weight[i] : 0;
    }
    assert(same >= 0 && same <= all);
    return log((same + 0.5) / (all - same + 0.5));
}

/* Each bag's trees count for its share. */
static void share_out(struct forest *f, int bags)
{
    assert(bags > 0);
    for (size_t i = 0; i < f->node_count; i++)
        f->nodes[i].value /= (float)bags;
}

static void grow_all(struct grower *g, const float *rows)
{
    double prior = prior_of(g);
    g->out->base = (float)prior;
    for (int bag = 0; bag < g->o->bags; bag++) {
        for (size_t i = 0; i < g->n; i++)
            g->logit[i] =
                g->o->from ? (double)forest_logit(g->o->from, rows + i * g->features) : prior;
        for (int t = 0; t < g->o->trees; t++)
            forest_grow_tree(g, hash_mix(g->o->seed, (uint64_t)bag << 32 | (uint64_t)t));
    }
    assert(g->out->tree_count == (size_t)g->o->bags * (size_t)g->o->trees);
    share_out(g->out, g->o->bags);
}

/* The trees of `from` before those of f, which were grown on what it left wrong. */
static void put_before(const struct forest *from, struct forest *f)
{
    assert(!from->tree_count || from->features == f->features);
    size_t nodes = from->node_count, trees = from->tree_count;
    struct forest both = *f;
    both.base = from->base;
    both.steps = NULL;
    both.nodes = memory_malloc((nodes + f->node_count + 1) * sizeof(*both.nodes));
    both.roots = memory_malloc((trees + f->tree_count + 1) * sizeof(*both.roots));
    memcpy(both.nodes, from->nodes, nodes * sizeof(*both.nodes));
    memcpy(both.roots, from->roots, trees * sizeof(*both.roots));
    for (size_t i = 0; i < f->node_count; i++) {
        both.nodes[nodes + i] = f->nodes[i];
        both.nodes[nodes + i].left += (int32_t)nodes;
    }
    for (size_t i = 0; i < f->tree_count; i++)
        both.roots[trees + i] = f->roots[i] + (int32_t)nodes;
    both.node_count += nodes;
    both.tree_count += trees;
    assert(both.node_count >= nodes && both.tree_count >= trees);
    forest_fini(f);
    *f = both;
}

static bool is_of_both_kinds(const struct grower *g)
{
    assert(g->same || !g->n);
    size_t same = 0;
    for (size_t i = 0; i < g->n; i++)
        same += g->same[i];
    return same && same < g->n;
}

static void free_grower(struct grower *g)
{
    free(g->bins);
    free(g->edges);
    free(g->edge_count);
    free(g->logit);
    free(g->gradient);
    free(g->curvature);
    free(g->order);
    free(g->scratch);
    free(g->asked);
    free(g->leaves);
    free(g->histograms);
}

static void make_room(struct grower *g)
{
    assert(g->features && g->o->leaves > 1);
    size_t n = g->n + 1, leaves = (size_t)g->o->leaves;
    g->bins = memory_malloc(n * g->features);
    g->edges = memory_malloc(g->features * sizeof(*g->edges));
    g->edge_count = memory_calloc(g->features, sizeof(*g->edge_count));
    g->logit = memory_malloc(n * sizeof(*g->logit));
    g->gradient = memory_malloc(n * sizeof(*g->gradient));
    g->curvature = memory_malloc(n * sizeof(*g->curvature));
    g->order = memory_malloc(n * sizeof(*g->order));
    g->scratch = memory_malloc(n * sizeof(*g->scratch));
    g->asked = memory_calloc(g->features, sizeof(*g->asked));
    g->leaves = memory_calloc(leaves + 1, sizeof(*g->leaves));
    g->histograms = memory_malloc(leaves * g->features * FOREST_SLOTS * sizeof(*g->histograms));
    g->out->roots =
        memory_malloc(((size_t)g->o->bags * (size_t)g->o->trees + 1) * sizeof(*g->out->roots));
}

void forest_fit(const float *rows, size_t n, size_t features, const bool *same, const float *weight,
                const struct forest_options *o, struct pool *pool, struct forest *ret)
{
    assert((rows && same) || !n);
    assert(features && o->bags > 0 && o->trees > 0 && o->leaves > 1 && o->depth > 0);
    assert(o->rate > 0 && o->l2 > 0 && o->least >= 0);
    struct forest f = {.features = features};
    struct grower g = {.o = o, .pool = pool, .n = n, .features = features, .same = same, .out = &f};
    float *ones = memory_malloc((n + 1) * sizeof(*ones));
    make_room(&g);
    for (size_t i = 0; i < n; i++)
        ones[i] = weight ? weight[i] : 1.0f;
    g.weight = ones;
    struct bin_job job = {&g, rows};
    if (is_of_both_kinds(&g)) {
        pool_run(pool, cut_into_bins, &job, features, 4);
        grow_all(&g, rows);
    } else {
        f.base = (float)prior_of(&g);
    }
    if (o->from)
        put_before(o->from, &f);
    forest_lay_out(&f);
    free(ones);
    free_grower(&g);
    *ret = f;
}

void forest_fit_scale(struct forest *f, double factor, double shift)
{
    assert(isfinite(factor) && isfinite(shift));
    f->base = (float)(factor * (double)f->base + shift);
    for (size_t i = 0; i < f->node_count; i++)
        f->nodes[i].value = (float)(factor * (double)f->nodes[i].value);
}
