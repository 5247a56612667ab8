/*
 * expect.c - scores all candidates of the linked types and says in words what is to be expected
 * of the matches: links alone would only tell of the entities they name.
 */
#include "alignd/learn/expect.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/learn/scorer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

static size_t list_pairs(const struct catalog *c, const struct gold *gold,
                         struct catalog_pair *pairs)
{
    size_t n = 0;
    for (size_t i = 0; i < c->pair_count; i++)
        if (gold_has_type(gold, c->entities[c->pairs[i].a].type))
            pairs[n++] = c->pairs[i];
    assert(n <= c->pair_count);
    return n;
}

static int compare_pairs(const void *x, const void *y)
{
    const struct catalog_pair *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

/* Pairs stay sorted as the catalog has them. */
static void label_pairs(const struct catalog *c, const struct gold *gold,
                        const struct judged *valid, bool closed, const struct catalog_pair *pairs,
                        size_t n, unsigned char *label)
{
    assert((pairs && label) || !n);
    for (size_t i = 0; i < valid->count; i++) {
        const struct trainer_pair *p = &valid->pairs[i];
        const struct catalog_pair *at = bsearch(&p->pair, pairs, n, sizeof(*pairs), compare_pairs);
        if (!at)
            continue;
        if (p->same)
            label[at - pairs] = THRESHOLD_RIGHT;
        else if (closed || gold_is_linked(gold, c->entities[at->a].iri, c->entities[at->b].iri))
            label[at - pairs] = THRESHOLD_WRONG;
    }
}

int expect_measure(const struct dataset *d, const struct gold *gold, const struct judged *valid,
                   bool closed, const struct model *m, struct pool *pool,
                   struct threshold_curve *ret)
{
    const struct catalog *c = dataset_catalog(d);
    struct catalog_pair *pairs = memory_calloc(c->pair_count + 1, sizeof(*pairs));
    float *score = memory_calloc(c->pair_count + 1, sizeof(*score));
    unsigned char *label = memory_calloc(c->pair_count + 1, sizeof(*label));
    struct scorer *s = NULL;
    size_t n = list_pairs(c, gold, pairs);
    scorer_new(c, pairs, n, pool, &s);
    scorer_set_model(s, m, 0);
    scorer_logits(s, score);
    for (size_t i = 0; i < n; i++)
        score[i] = scorer_probability(m, score[i]);
    label_pairs(c, gold, valid, closed, pairs, n, label);
    assert(n <= c->pair_count);
    struct threshold_input in = {c, pairs, score, n};
    if (valid->links)
        threshold_by_labels(&in, label, valid->missed, closed, ret);
    else
        threshold_by_runners(&in, ret);
    scorer_free(s);
    free(pairs);
    free(score);
    free(label);
    return ERR_OK;
}

void expect_tell(const struct threshold_curve *c, double threshold)
{
    assert(threshold >= 0);
    struct threshold_point p = threshold_at(c, threshold);
    if (p.f1 <= 0) {
        printf("expect no match: nothing reaches the threshold of %.3f\n", threshold);
        return;
    }
    assert(p.precision >= 0 && p.precision < 1 + 1e-9 && p.recall >= 0 && p.recall < 1 + 1e-9);
    printf("expect of 100 matches about %.0f right, of 100 counterparts about %.0f found "
           "(precision %.3f, recall %.3f, F1 %.3f at %.3f); ",
           100 * p.precision, 100 * p.recall, p.precision, p.recall, p.f1, threshold);
    if (c->links)
        printf("estimated from %zu link%s that it did not learn from\n", c->links,
               c->links == 1 ? "" : "s");
    else
        printf("estimated without any link, from how second choices score: nothing was "
               "validated\n");
}

void expect_tell_pairs(const struct metrics *m)
{
    assert(m->precision >= 0 && m->precision <= 1 && m->recall >= 0 && m->recall <= 1);
    if (!m->positives) {
        printf("expect nothing of it yet: no pair that is the same was left to validate by\n");
        return;
    }
    printf("expect of 100 pairs taken for the same about %.0f right, of 100 that are about %.0f "
           "found (precision %.3f, recall %.3f, F1 %.3f at %.3f); estimated from %zu labelled "
           "pairs that it did not learn from\n",
           100 * m->precision, 100 * m->recall, m->precision, m->recall, m->f1, m->threshold,
           m->positives + m->negatives);
}
