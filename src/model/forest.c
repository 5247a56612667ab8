#include "alignd/model/forest.h"

#include "alignd/base/err.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void forest_fini(struct forest *f)
{
    free(f->nodes);
    free(f->roots);
    *f = (struct forest){0};
}

int forest_copy(const struct forest *from, struct forest *ret)
{
    struct forest f = *from;
    f.nodes = malloc((from->node_count + 1) * sizeof(*f.nodes));
    f.roots = malloc((from->tree_count + 1) * sizeof(*f.roots));
    if (!f.nodes || !f.roots) {
        forest_fini(&f);
        return ERR_NO_MEMORY;
    }
    if (from->node_count)
        memcpy(f.nodes, from->nodes, from->node_count * sizeof(*f.nodes));
    if (from->tree_count)
        memcpy(f.roots, from->roots, from->tree_count * sizeof(*f.roots));
    *ret = f;
    return ERR_OK;
}

void forest_scale(struct forest *f, double factor, double shift)
{
    f->base = (float)(factor * (double)f->base + shift);
    for (size_t i = 0; i < f->node_count; i++)
        f->nodes[i].value = (float)(factor * (double)f->nodes[i].value);
}

static const struct forest_node *next_node(const struct forest *f, const struct forest_node *node,
                                           const float *row)
{
    float x = row[node->feature];
    bool left = isnan(x) ? node->missing_left : x < node->threshold;
    return &f->nodes[node->left + !left];
}

float forest_logit(const struct forest *f, const float *row)
{
    float logit = f->base;
    for (size_t t = 0; t < f->tree_count; t++) {
        const struct forest_node *node = &f->nodes[f->roots[t]];
        while (node->feature >= 0)
            node = next_node(f, node, row);
        logit += node->value;
    }
    return logit;
}

float forest_explain(const struct forest *f, const float *row, float *contribution)
{
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
