/*
 * forest_grow.c - one tree: leaf by leaf, the best split of all leaves first.
 *
 * A leaf's sums of gradients by bin and number (its histogram) are all a split is chosen by.  Of
 * two children the larger one's histogram is the parent's less the smaller one's.
 *
 *  (1) The order of every sum is fixed, so threads, which share out the numbers, change nothing.
 *  (2) A node's value keeps within its bounds; a split on a number with a direction
 *      gives both sides bounds at the middle, so no later split can turn it.
 */
#include "forest_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/base/pool.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ALL FLT_MAX /* a threshold that whatever is told is below of */

/* --- histograms --- */

struct histogram_job {
    struct grower *g;
    struct leaf *small, *large; /* large: NULL, or holds the parent's histogram */
};

static void sum_feature(const struct grower *g, const struct leaf *l, size_t f)
{
    assert(l->begin <= l->end && l->end <= g->n);
    struct sums *h = l->histogram + f * FOREST_SLOTS;
    const uint8_t *bins = g->bins + f * g->n;
    memset(h, 0, FOREST_SLOTS * sizeof(*h));
    for (uint32_t k = l->begin; k < l->end; k++) {
        uint32_t i = g->order[k];
        struct sums *s = &h[bins[i]];
        s->gradient += g->gradient[i];
        s->curvature += g->curvature[i];
        s->weight += (double)g->weight[i];
    }
}

static void subtract(struct sums *from, const struct sums *what)
{
    from->gradient -= what->gradient;
    from->curvature -= what->curvature;
    from->weight -= what->weight;
}

static void add(struct sums *to, const struct sums *what)
{
    to->gradient += what->gradient;
    to->curvature += what->curvature;
    to->weight += what->weight;
}

static void make_histograms(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct histogram_job *job = arg;
    assert(job->small && job->small != job->large);
    for (size_t f = begin; f < end; f++) {
        if (!job->g->asked[f])
            continue;
        sum_feature(job->g, job->small, f);
        for (size_t b = 0; job->large && b < FOREST_SLOTS; b++)
            subtract(&job->large->histogram[f * FOREST_SLOTS + b],
                     &job->small->histogram[f * FOREST_SLOTS + b]);
    }
}

/* --- splits --- */

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double value_of(const struct grower *g, const struct sums *s, const struct leaf *l)
{
    return clamp(-s->gradient / (s->curvature + g->o->l2), l->low, l->high);
}

/* How much the loss falls where these rows take that value. */
static double worth(const struct grower *g, const struct sums *s, double value)
{
    return -(s->gradient * value + 0.5 * (s->curvature + g->o->l2) * value * value);
}

static void try_split(const struct grower *g, struct leaf *l, size_t f, int bin,
                      const struct sums *left, bool missing_left, double own)
{
    assert(bin >= 0 && bin <= g->edge_count[f]);
    struct sums right = l->sums;
    subtract(&right, left);
    if (left->weight < g->o->least || right.weight < g->o->least)
        return;
    double v[2] = {value_of(g, left, l), value_of(g, &right, l)};
    int direction = g->o->directions ? g->o->directions[f] : 0;
    if ((direction > 0 && v[0] > v[1]) || (direction < 0 && v[0] < v[1]))
        return;
    double gain = worth(g, left, v[0]) + worth(g, &right, v[1]) - own;
    if (gain > l->best.gain)
        l->best = (struct split){gain, (int)f, bin, missing_left, {v[0], v[1]}};
}

static void find_split(const struct grower *g, struct leaf *l)
{
    assert(l->histogram && l->depth >= 0);
    l->best = (struct split){.gain = 1e-9, .feature = -1};
    if (l->depth >= g->o->depth)
        return;
    double own = worth(g, &l->sums, value_of(g, &l->sums, l));
    for (size_t f = 0; f < g->features; f++) {
        const struct sums *h = l->histogram + f * FOREST_SLOTS;
        struct sums left = {0};
        if (!g->asked[f])
            continue;
        bool some_missing = h[FOREST_MISSING].weight > 0;
        for (int b = 0; b < g->edge_count[f]; b++) {
            add(&left, &h[b]);
            try_split(g, l, f, b, &left, false, own);
            if (some_missing) {
                struct sums with = left;
                add(&with, &h[FOREST_MISSING]);
                try_split(g, l, f, b, &with, true, own);
            }
        }
        /* told or not, whatever it is: no direction can be said of that */
        if (some_missing && g->edge_count[f] && !(g->o->directions && g->o->directions[f])) {
            add(&left, &h[g->edge_count[f]]);
            try_split(g, l, f, g->edge_count[f], &left, false, own);
        }
    }
}

/* --- a tree --- */

static void add_node(struct grower *g, double value)
{
    assert(g->out->node_count <= g->node_room && isfinite(value));
    struct forest *f = g->out;
    if (f->node_count == g->node_room) {
        size_t room = g->node_room ? 2 * g->node_room : 1024;
        f->nodes = memory_realloc(f->nodes, room * sizeof(*f->nodes));
        g->node_room = room;
    }
    f->nodes[f->node_count++] = (struct forest_node){.feature = -1, .value = (float)value};
}

static bool goes_left(const struct grower *g, const struct split *s, uint32_t row)
{
    uint8_t bin = g->bins[(size_t)s->feature * g->n + row];
    return bin == FOREST_MISSING ? s->missing_left : bin <= s->bin;
}

/* The rows of a leaf that go left before those that go right, each in their order. */
static uint32_t part_rows(struct grower *g, const struct leaf *l)
{
    assert(l->best.feature >= 0);
    uint32_t left = l->begin, right = 0;
    for (uint32_t k = l->begin; k < l->end; k++) {
        if (goes_left(g, &l->best, g->order[k]))
            g->order[left++] = g->order[k];
        else
            g->scratch[right++] = g->order[k];
    }
    assert(left + right == l->end);
    memcpy(g->order + left, g->scratch, right * sizeof(*g->order));
    return left;
}

static void sum_rows(const struct grower *g, struct leaf *l)
{
    assert(l->begin <= l->end && l->end <= g->n);
    l->sums = (struct sums){0};
    for (uint32_t k = l->begin; k < l->end; k++) {
        uint32_t i = g->order[k];
        struct sums one = {g->gradient[i], g->curvature[i], (double)g->weight[i]};
        add(&l->sums, &one);
    }
}

/* A leaf becomes a node with two: the left one in its place, the right one new. */
static void split_leaf(struct grower *g, size_t at)
{
    assert(g->leaf_count < (size_t)g->o->leaves && g->leaves[at].best.feature >= 0);
    struct leaf parent = g->leaves[at], *left = &g->leaves[at],
                *right = &g->leaves[g->leaf_count++];
    const struct split s = parent.best;
    for (int i = 0; i < 2; i++) /* (2) */
        assert(s.value[i] >= parent.low && s.value[i] <= parent.high);
    int32_t first = (int32_t)g->out->node_count;
    add_node(g, s.value[0]);
    add_node(g, s.value[1]);
    struct forest_node *node = &g->out->nodes[parent.node];
    node->feature = s.feature;
    node->threshold = s.bin < g->edge_count[s.feature] ? g->edges[s.feature][s.bin] : ALL;
    node->left = first;
    node->missing_left = s.missing_left;

    uint32_t middle = part_rows(g, &parent);
    assert(parent.node >= 0 && (size_t)parent.node < g->out->node_count);
    assert(middle >= parent.begin && middle <= parent.end);
    struct sums *spare = right->histogram;
    *right = parent;
    right->histogram = spare;
    left->node = first;
    right->node = first + 1;
    left->depth = right->depth = parent.depth + 1;
    left->end = right->begin = middle;
    int direction = g->o->directions ? g->o->directions[s.feature] : 0;
    double half = (s.value[0] + s.value[1]) / 2;
    if (direction > 0)
        left->high = right->low = half;
    else if (direction < 0)
        left->low = right->high = half;
    sum_rows(g, left);
    sum_rows(g, right);

    /* the parent's histogram lies with the left one: to the larger */
    struct leaf *small = left->end - left->begin <= right->end - right->begin ? left : right;
    struct leaf *large = small == left ? right : left;
    if (large == right) {
        struct sums *swap = left->histogram;
        left->histogram = right->histogram;
        right->histogram = swap;
    }
    struct histogram_job job = {g, small, large};
    pool_run(g->pool, make_histograms, &job, g->features, 4);
    find_split(g, left);
    find_split(g, right);
}

static size_t best_leaf(const struct grower *g)
{
    assert(g->leaf_count > 0);
    size_t best = g->leaf_count;
    double gain = 0;
    for (size_t i = 0; i < g->leaf_count; i++)
        if (g->leaves[i].best.feature >= 0 && g->leaves[i].best.gain > gain) {
            best = i;
            gain = g->leaves[i].best.gain;
        }
    return best;
}

/* The rows and numbers a tree sees. */
static uint32_t draw_chances(struct grower *g, uint64_t seed)
{
    uint32_t n = 0;
    for (size_t i = 0; i < g->n; i++)
        if ((double)(hash_mix(seed, i) >> 11) * 0x1p-53 < g->o->rows)
            g->order[n++] = (uint32_t)i;
    for (size_t f = 0; f < g->features; f++)
        g->asked[f] = g->edge_count[f] && !(g->o->left_out && g->o->left_out[f]) &&
                      (double)(hash_mix(seed + 1, f) >> 11) * 0x1p-53 < g->o->columns;
    assert(n <= g->n);
    return n;
}

static void find_gradients(struct grower *g)
{
    assert((g->logit && g->weight) || !g->n);
    for (size_t i = 0; i < g->n; i++) {
        double p = 1.0 / (1.0 + exp(-g->logit[i]));
        g->gradient[i] = (double)g->weight[i] * (p - g->same[i]);
        g->curvature[i] = (double)g->weight[i] * p * (1.0 - p);
    }
}

/* Adds the tree, its values scaled, to the logits of all rows. */
static void apply_tree(struct grower *g, int32_t root, double scale)
{
    assert(root >= 0 && (size_t)root < g->out->node_count && scale > 0);
    struct forest_node *nodes = g->out->nodes;
    for (size_t k = (size_t)root; k < g->out->node_count; k++)
        nodes[k].value = (float)((double)nodes[k].value * scale);
    for (size_t i = 0; i < g->n; i++) {
        const struct forest_node *node = &nodes[root];
        while (node->feature >= 0) {
            uint8_t bin = g->bins[(size_t)node->feature * g->n + i];
            bool left = bin == FOREST_MISSING ? node->missing_left
                        : bin < g->edge_count[node->feature]
                            ? g->edges[node->feature][bin] <= node->threshold
                            : node->threshold == INFINITY;
            node = &nodes[node->left + !left];
        }
        g->logit[i] += (double)node->value;
    }
}

void forest_grow_tree(struct grower *g, uint64_t seed)
{
    struct forest *f = g->out;
    assert(f->tree_count < (size_t)g->o->bags * (size_t)g->o->trees);
    uint32_t n = draw_chances(g, seed);
    find_gradients(g);
    struct leaf *root = &g->leaves[0];
    *root = (struct leaf){.node = (int32_t)f->node_count,
                          .end = n,
                          .low = -INFINITY,
                          .high = INFINITY,
                          .histogram = g->histograms};
    g->leaf_count = 1;
    for (size_t i = 1; i < (size_t)g->o->leaves; i++)
        g->leaves[i].histogram = g->histograms + i * g->features * FOREST_SLOTS;
    sum_rows(g, root);
    add_node(g, value_of(g, &root->sums, root));
    f->roots[f->tree_count++] = root->node;
    int32_t first = root->node;
    struct histogram_job job = {g, root, NULL};
    pool_run(g->pool, make_histograms, &job, g->features, 4);
    find_split(g, root);
    while (g->leaf_count < (size_t)g->o->leaves) {
        size_t at = best_leaf(g);
        if (at == g->leaf_count)
            break;
        split_leaf(g, at);
    }
    assert(g->leaf_count <= (size_t)g->o->leaves);
    apply_tree(g, first, g->o->rate);
}
