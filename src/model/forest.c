/*
 * forest.c - a forest as it judges: nodes laid out so that trees are walked eight
 * abreast, each step two loads and no branch, since most of the time would else go to
 * guessing them wrongly.  What is missing is told twice, once as less and once as more than
 * anything, and a node asks the one that its missing values go by.
 *
 *  (1) The sum is in the order of the trees: the same bits whatever is walked together.
 */
#include "alignd/model/forest.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A node without a branch: onward by `onward` where the number asked about is below the
 * threshold, by one more where not.  Numbers are asked of a row told twice, what is missing
 * below every threshold the first time and above it the second; a leaf asks a number that is
 * below, and stays.
 */
struct forest_step {
    float threshold;
    uint32_t number;
    uint32_t onward;
};

enum { NUMBER_OF_LEAVES = 0, FIRST_NUMBER = 1, TOLD = FIRST_NUMBER + 2 * FOREST_MAX_FEATURES };

void forest_fini(struct forest *f)
{
    free(f->nodes);
    free(f->roots);
    free(f->steps);
    *f = (struct forest){0};
}

void forest_copy(const struct forest *from, struct forest *ret)
{
    assert(from->nodes || !from->node_count);
    assert(from->roots || !from->tree_count);
    struct forest f = *from;
    f.nodes = memory_malloc((from->node_count + 1) * sizeof(*f.nodes));
    f.roots = memory_malloc((from->tree_count + 1) * sizeof(*f.roots));
    f.steps = NULL;
    if (from->node_count)
        memcpy(f.nodes, from->nodes, from->node_count * sizeof(*f.nodes));
    if (from->tree_count)
        memcpy(f.roots, from->roots, from->tree_count * sizeof(*f.roots));
    forest_lay_out(&f);
    *ret = f;
}

static struct forest_step step_of(const struct forest *f, size_t i)
{
    assert(i < f->node_count && f->nodes[i].feature < (int64_t)f->features);
    const struct forest_node *node = &f->nodes[i];
    if (node->feature < 0)
        return (struct forest_step){INFINITY, NUMBER_OF_LEAVES, 0};
    size_t again = node->missing_left ? 0 : f->features;
    return (struct forest_step){node->threshold,
                                (uint32_t)(FIRST_NUMBER + again + (size_t)node->feature),
                                (uint32_t)node->left - (uint32_t)i};
}

void forest_lay_out(struct forest *f)
{
    uint32_t *depth =
        memory_calloc(f->node_count + 1, sizeof(*depth)); /* of each node below its root */
    struct forest_step *steps = memory_malloc((f->node_count + 1) * sizeof(*steps));
    assert(f->features <= FOREST_MAX_FEATURES);
    f->depth = 0;
    for (size_t i = 0; i < f->node_count; i++) {
        steps[i] = step_of(f, i);
        f->depth = depth[i] > f->depth ? depth[i] : f->depth;
        for (size_t child = 0; child < 2 && f->nodes[i].feature >= 0; child++) {
            assert((size_t)f->nodes[i].left > i && (size_t)f->nodes[i].left + 1 < f->node_count);
            uint32_t *below = &depth[(size_t)f->nodes[i].left + child];
            *below = *below > depth[i] + 1 ? *below : depth[i] + 1;
        }
    }
    free(depth);
    free(f->steps);
    f->steps = steps;
}

static const struct forest_node *next_node(const struct forest *f, const struct forest_node *node,
                                           const float *row)
{
    float x = row[node->feature];
    bool left = isnan(x) ? node->missing_left : x < node->threshold;
    return &f->nodes[node->left + !left];
}

static void tell_twice(const struct forest *f, const float *row, float told[TOLD])
{
    assert(f->features <= FOREST_MAX_FEATURES);
    told[NUMBER_OF_LEAVES] = 0.0f;
    for (size_t i = 0; i < f->features; i++) {
        bool missing = isnan(row[i]);
        told[FIRST_NUMBER + i] = missing ? -INFINITY : row[i];
        told[FIRST_NUMBER + f->features + i] = missing ? INFINITY : row[i];
    }
}

/* Trees are walked several at a time: each waits for its node, none for another tree's. */
enum { ABREAST = 8 };

/* at (ABREAST): roots, then leaves */
static void walk(const struct forest *f, const float told[TOLD], uint32_t *at)
{
    for (size_t depth = 0; depth < f->depth; depth++)
        for (size_t k = 0; k < ABREAST; k++) {
            const struct forest_step *step = &f->steps[at[k]];
            at[k] += step->onward + !(told[step->number] < step->threshold);
        }
}

float forest_logit(const struct forest *f, const float *row)
{
    assert(f->steps || !f->tree_count);
    float logit = f->base, told[TOLD];
    tell_twice(f, row, told);
    for (size_t t = 0; t < f->tree_count; t += ABREAST) {
        uint32_t at[ABREAST];
        size_t n = f->tree_count - t < ABREAST ? f->tree_count - t : ABREAST;
        for (size_t k = 0; k < ABREAST; k++) /* past the last tree: that one again */
            at[k] = (uint32_t)f->roots[t + (k < n ? k : n - 1)];
        walk(f, told, at);
        for (size_t k = 0; k < n; k++)
            logit += f->nodes[at[k]].value;
    }
    return logit;
}

float forest_explain(const struct forest *f, const float *row, float *contribution)
{
    assert(f->nodes || !f->tree_count);
    float prior = f->base;
    for (size_t i = 0; i < f->features; i++)
        contribution[i] = 0.0f;
    for (size_t t = 0; t < f->tree_count; t++) {
        const struct forest_node *node = &f->nodes[f->roots[t]];
        prior += node->value;
        while (node->feature >= 0) {
            const struct forest_node *next = next_node(f, node, row);
            contribution[node->feature] += next->value - node->value;
            node = next;
        }
    }
    return prior;
}
