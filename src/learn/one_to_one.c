/*
 * one_to_one.c - one sort by score, then each pair whose ends are both free: what align/assign.h
 * keeps up pair by pair, for a catalog at once.
 */
#include "alignd/learn/one_to_one.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct place {
    float score;
    uint32_t index;
};

static int best_first(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return (a->index > b->index) - (a->index < b->index);
}

void one_to_one_choose(const struct catalog_pair *pairs, const float *score, size_t count,
                       size_t entities, double threshold, bool *matched)
{
    assert((pairs && score && matched) || !count);
    struct place *order = memory_calloc(count + 1, sizeof(*order));
    bool *taken = memory_calloc(entities + 1, sizeof(*taken));
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        matched[i] = false;
        if ((double)score[i] >= threshold)
            order[n++] = (struct place){score[i], (uint32_t)i};
    }
    qsort(order, n, sizeof(*order), best_first);
    for (size_t k = 0; k < n; k++) {
        const struct catalog_pair *p = &pairs[order[k].index];
        assert(p->a < entities && p->b < entities);
        if (!taken[p->a] && !taken[p->b])
            taken[p->a] = taken[p->b] = matched[order[k].index] = true;
    }
    free(order);
    free(taken);
}
