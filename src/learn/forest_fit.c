/*
 * forest_fit.c - grows the trees of a forest, one after the other, each on what
 * those before it left wrong.
 *
 * Numbers are cut into at most BINS bins at quantiles; a leaf's sums of gradients
 * by bin and number (its histogram) are all a split is chosen by.  Of two children the
 * larger one's histogram is the parent's less the smaller one's.
 *
 *  (1) The order of every sum is fixed, so threads, which share out the numbers, change nothing.
 *  (2) A node's value keeps within its bounds; a split on a number with a direction
 *      gives both sides bounds at the middle, so no later split can turn it.
 */
#include "alignd/learn/forest_fit.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/pool.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINS = 64, MISSING = BINS, SLOTS = BINS + 1 };

#define ALL FLT_MAX /* a threshold that whatever is told is below of */

struct sums {
    double gradient, curvature, weight;
};

struct split {
    double gain;
    int feature; /* -1: none */
    int bin;     /* below this one: left */
    bool missing_left;
    double value[2];
};

/* A leaf that may still be split. */
struct leaf {
    int32_t node;
    int depth;
    uint32_t begin, end; /* its rows in order[] */
    double low, high;    /* bounds of its value */
    struct sums sums;
    struct sums *histogram; /* (features, SLOTS) */
    struct split best;
};

struct grower {
    const struct forest_options *o;
    struct pool *pool;
    size_t n, features;
    const bool *same;
    const float *weight;
    uint8_t *bins;                /* (features, n) */
    float (*edges)[BINS];         /* (features, BINS): bin b is below edges[b] */
    int *edge_count;              /* (features) */
    double *logit, *gradient, *curvature; /* (n) */
    uint32_t *order, *scratch;    /* (n) rows by leaf */
    bool *asked;                  /* (features) may be asked about by this tree */
    struct leaf *leaves;
    size_t leaf_count;
    struct sums *histograms; /* (leaves, features, SLOTS) */
    struct forest *out;
    size_t node_room, root_room;
};

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
    size_t different = 0;
    qsort(values, n, sizeof(*values), compare_floats);
    for (size_t i = 1; i < n; i++)
        different += values[i] != values[i - 1];
    size_t made = 0;
    for (size_t i = 1; i < n; i++) {
        if (values[i] == values[i - 1])
            continue;
        bool all = different < BINS;
        /* at least so many values below as the next quantile asks for */
        if (!all && (double)i < (double)n * (double)(made + 1) / BINS)
            continue;
        if (made == BINS - 1)
            break;
        float middle = values[i - 1] + (values[i] - values[i - 1]) * 0.5f;
        edges[made++] = middle > values[i - 1] ? middle : values[i];
    }
    return (int)made;
}

static uint8_t bin_of(const float *edges, int count, float x)
{
    int low = 0, high = count;
    if (isnan(x))
        return MISSING;
    while (low < high) {
        int middle = (low + high) / 2;
        if (x < edges[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return (uint8_t)low;
}

struct bin_job {
    struct grower *g;
    const float *rows;
};

static void cut_into_bins(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    const struct bin_job *job = arg;
    struct grower *g = job->g;
    float *values = malloc((g->n + 1) * sizeof(*values));
    if (!values)
        abort();
    for (size_t f = begin; f < end; f++) {
        size_t told = 0;
        for (size_t i = 0; i < g->n; i++) {
            float x = job->rows[i * g->features + f];
            if (!isnan(x))
                values[told++] = x;
        }
        g->edge_count[f] = choose_edges(values, told, g->edges[f]);
        for (size_t i = 0; i < g->n; i++)
            g->bins[f * g->n + i] =
                bin_of(g->edges[f], g->edge_count[f], job->rows[i * g->features + f]);
    }
    free(values);
}

/* --- histograms --- */

struct histogram_job {
    struct grower *g;
    struct leaf *small, *large; /* large: NULL, or holds the parent's histogram */
};

static void sum_feature(const struct grower *g, const struct leaf *l, size_t f)
{
    struct sums *h = l->histogram + f * SLOTS;
    const uint8_t *bins = g->bins + f * g->n;
    memset(h, 0, SLOTS * sizeof(*h));
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
    for (size_t f = begin; f < end; f++) {
        if (!job->g->asked[f])
            continue;
        sum_feature(job->g, job->small, f);
        for (size_t b = 0; job->large && b < SLOTS; b++)
            subtract(&job->large->histogram[f * SLOTS + b], &job->small->histogram[f * SLOTS + b]);
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
    l->best = (struct split){.gain = 1e-9, .feature = -1};
    if (l->depth >= g->o->depth)
        return;
    double own = worth(g, &l->sums, value_of(g, &l->sums, l));
    for (size_t f = 0; f < g->features; f++) {
        const struct sums *h = l->histogram + f * SLOTS;
        struct sums left = {0};
        if (!g->asked[f])
            continue;
        bool some_missing = h[MISSING].weight > 0;
        for (int b = 0; b < g->edge_count[f]; b++) {
            add(&left, &h[b]);
            try_split(g, l, f, b, &left, false, own);
            if (some_missing) {
                struct sums with = left;
                add(&with, &h[MISSING]);
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

static int add_node(struct grower *g, double value)
{
    struct forest *f = g->out;
    if (f->node_count == g->node_room) {
        size_t room = g->node_room ? 2 * g->node_room : 1024;
        struct forest_node *more = realloc(f->nodes, room * sizeof(*more));
        if (!more)
            return ERR_NO_MEMORY;
        f->nodes = more;
        g->node_room = room;
    }
    f->nodes[f->node_count++] = (struct forest_node){.feature = -1, .value = (float)value};
    return ERR_OK;
}

static bool goes_left(const struct grower *g, const struct split *s, uint32_t row)
{
    uint8_t bin = g->bins[(size_t)s->feature * g->n + row];
    return bin == MISSING ? s->missing_left : bin <= s->bin;
}

/* The rows of a leaf that go left before those that go right, each in their order. */
static uint32_t part_rows(struct grower *g, const struct leaf *l)
{
    uint32_t left = l->begin, right = 0;
    for (uint32_t k = l->begin; k < l->end; k++) {
        if (goes_left(g, &l->best, g->order[k]))
            g->order[left++] = g->order[k];
        else
            g->scratch[right++] = g->order[k];
    }
    memcpy(g->order + left, g->scratch, right * sizeof(*g->order));
    return left;
}

static void sum_rows(const struct grower *g, struct leaf *l)
{
    l->sums = (struct sums){0};
    for (uint32_t k = l->begin; k < l->end; k++) {
        uint32_t i = g->order[k];
        struct sums one = {g->gradient[i], g->curvature[i], (double)g->weight[i]};
        add(&l->sums, &one);
    }
}

/* A leaf becomes a node with two: the left one in its place, the right one new. */
static int split_leaf(struct grower *g, size_t at)
{
    struct leaf parent = g->leaves[at], *left = &g->leaves[at], *right = &g->leaves[g->leaf_count++];
    const struct split s = parent.best;
    int32_t first = (int32_t)g->out->node_count;
    if (add_node(g, s.value[0]) || add_node(g, s.value[1]))
        return ERR_NO_MEMORY;
    struct forest_node *node = &g->out->nodes[parent.node];
    node->feature = s.feature;
    node->threshold = s.bin < g->edge_count[s.feature] ? g->edges[s.feature][s.bin] : ALL;
    node->left = first;
    node->missing_left = s.missing_left;

    uint32_t middle = part_rows(g, &parent);
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
    return ERR_OK;
}

static size_t best_leaf(const struct grower *g)
{
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
    return n;
}

static void find_gradients(struct grower *g)
{
    for (size_t i = 0; i < g->n; i++) {
        double p = 1.0 / (1.0 + exp(-g->logit[i]));
        g->gradient[i] = (double)g->weight[i] * (p - g->same[i]);
        g->curvature[i] = (double)g->weight[i] * p * (1.0 - p);
    }
}

/* Adds the tree, its values scaled, to the logits of all rows. */
static void apply_tree(struct grower *g, int32_t root, double scale)
{
    struct forest_node *nodes = g->out->nodes;
    for (size_t k = (size_t)root; k < g->out->node_count; k++)
        nodes[k].value = (float)((double)nodes[k].value * scale);
    for (size_t i = 0; i < g->n; i++) {
        const struct forest_node *node = &nodes[root];
        while (node->feature >= 0) {
            uint8_t bin = g->bins[(size_t)node->feature * g->n + i];
            bool left = bin == MISSING ? node->missing_left
                                       : bin < g->edge_count[node->feature]
                                             ? g->edges[node->feature][bin] <= node->threshold
                                             : node->threshold == INFINITY;
            node = &nodes[node->left + !left];
        }
        g->logit[i] += (double)node->value;
    }
}

static int grow_tree(struct grower *g, uint64_t seed)
{
    struct forest *f = g->out;
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
        g->leaves[i].histogram = g->histograms + i * g->features * SLOTS;
    sum_rows(g, root);
    if (add_node(g, value_of(g, &root->sums, root)))
        return ERR_NO_MEMORY;
    f->roots[f->tree_count++] = root->node;
    int32_t first = root->node;
    struct histogram_job job = {g, root, NULL};
    pool_run(g->pool, make_histograms, &job, g->features, 4);
    find_split(g, root);
    while (g->leaf_count < (size_t)g->o->leaves) {
        size_t at = best_leaf(g);
        if (at == g->leaf_count)
            break;
        if (split_leaf(g, at))
            return ERR_NO_MEMORY;
    }
    apply_tree(g, first, g->o->rate);
    return ERR_OK;
}

/* --- all of it --- */

static double prior_of(const struct grower *g)
{
    double same = 0, all = 0;
    for (size_t i = 0; i < g->n; i++) {
        all += (double)g->weight[i];
        same += g->same[i] ? (double)g->weight[i] : 0;
    }
    return log((same + 0.5) / (all - same + 0.5));
}

/* Each bag's trees count for its share. */
static void share_out(struct forest *f, int bags)
{
    for (size_t i = 0; i < f->node_count; i++)
        f->nodes[i].value /= (float)bags;
}

static int grow_all(struct grower *g, const float *rows)
{
    int rc = ERR_OK;
    double prior = prior_of(g);
    g->out->base = (float)prior;
    for (int bag = 0; bag < g->o->bags && !rc; bag++) {
        for (size_t i = 0; i < g->n; i++)
            g->logit[i] = g->o->from ? (double)forest_logit(g->o->from, rows + i * g->features) : prior;
        for (int t = 0; t < g->o->trees && !rc; t++)
            rc = grow_tree(g, hash_mix(g->o->seed, (uint64_t)bag << 32 | (uint64_t)t));
    }
    share_out(g->out, g->o->bags);
    return rc;
}

/* The trees of `from` before those of f, which were grown on what it left wrong. */
static int put_before(const struct forest *from, struct forest *f)
{
    size_t nodes = from->node_count, trees = from->tree_count;
    struct forest both = *f;
    both.base = from->base;
    both.steps = NULL;
    both.nodes = malloc((nodes + f->node_count + 1) * sizeof(*both.nodes));
    both.roots = malloc((trees + f->tree_count + 1) * sizeof(*both.roots));
    if (!both.nodes || !both.roots) {
        free(both.nodes);
        free(both.roots);
        return ERR_NO_MEMORY;
    }
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
    forest_fini(f);
    *f = both;
    return ERR_OK;
}

static bool is_of_both_kinds(const struct grower *g)
{
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

static bool make_room(struct grower *g)
{
    size_t n = g->n + 1, leaves = (size_t)g->o->leaves;
    g->bins = malloc(n * g->features);
    g->edges = malloc(g->features * sizeof(*g->edges));
    g->edge_count = calloc(g->features, sizeof(*g->edge_count));
    g->logit = malloc(n * sizeof(*g->logit));
    g->gradient = malloc(n * sizeof(*g->gradient));
    g->curvature = malloc(n * sizeof(*g->curvature));
    g->order = malloc(n * sizeof(*g->order));
    g->scratch = malloc(n * sizeof(*g->scratch));
    g->asked = calloc(g->features, sizeof(*g->asked));
    g->leaves = calloc(leaves + 1, sizeof(*g->leaves));
    g->histograms = malloc(leaves * g->features * SLOTS * sizeof(*g->histograms));
    g->out->roots = malloc(((size_t)g->o->bags * (size_t)g->o->trees + 1) * sizeof(*g->out->roots));
    return g->bins && g->edges && g->edge_count && g->logit && g->gradient && g->curvature &&
           g->order && g->scratch && g->asked && g->leaves && g->histograms && g->out->roots;
}

int forest_fit(const float *rows, size_t n, size_t features, const bool *same, const float *weight,
               const struct forest_options *o, struct pool *pool, struct forest *ret)
{
    struct forest f = {.features = features};
    struct grower g = {.o = o, .pool = pool, .n = n, .features = features, .same = same, .out = &f};
    float *ones = malloc((n + 1) * sizeof(*ones));
    int rc = ones && make_room(&g) ? ERR_OK : ERR_NO_MEMORY;
    for (size_t i = 0; i < n && ones; i++)
        ones[i] = weight ? weight[i] : 1.0f;
    g.weight = ones;
    struct bin_job job = {&g, rows};
    if (!rc && is_of_both_kinds(&g)) {
        pool_run(pool, cut_into_bins, &job, features, 4);
        rc = grow_all(&g, rows);
    } else if (!rc) {
        f.base = (float)prior_of(&g);
    }
    rc = rc || !o->from ? rc : put_before(o->from, &f);
    rc = rc ? rc : forest_lay_out(&f);
    free(ones);
    free_grower(&g);
    if (rc)
        forest_fini(&f);
    else
        *ret = f;
    return rc;
}

void forest_fit_scale(struct forest *f, double factor, double shift)
{
    f->base = (float)(factor * (double)f->base + shift);
    for (size_t i = 0; i < f->node_count; i++)
        f->nodes[i].value = (float)(factor * (double)f->nodes[i].value);
}
