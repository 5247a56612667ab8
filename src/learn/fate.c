/*
 * fate.c - finds each link among the candidates and what its ends match instead; links that are
 * no candidates are scored all the same, so that one can tell which of them are a pity.
 */
#include "alignd/learn/fate.h"

#include "alignd/base/memory.h"
#include "alignd/learn/scorer.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

const char *fate_name(enum fate_kind kind)
{
    static const char *const names[FATE_KINDS] = {[FATE_FOUND] = "matched",
                                                  [FATE_BETTER] = "another preferred by the first",
                                                  [FATE_TAKEN] = "another preferred by the second",
                                                  [FATE_BELOW] = "below the threshold",
                                                  [FATE_APART] = "no candidate",
                                                  [FATE_ABSENT] = "an end is not in the store",
                                                  [FATE_TOGETHER] = "both ends are in one catalog"};
    assert(kind < FATE_KINDS);
    return names[kind];
}

static int by_ends(const void *x, const void *y)
{
    const struct catalog_pair *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

/* The candidate of the two ends, which are then in its order; NULL: none. */
static const struct catalog_pair *find_candidate(const struct figures_input *in, struct fate *f)
{
    assert(f->ends[0] >= 0 && f->ends[1] >= 0);
    struct catalog_pair one = {(uint32_t)f->ends[0], (uint32_t)f->ends[1]}, other = {one.b, one.a};
    if (!in->count)
        return NULL;
    const struct catalog_pair *at = bsearch(&one, in->pairs, in->count, sizeof(one), by_ends);
    if (at || !(at = bsearch(&other, in->pairs, in->count, sizeof(other), by_ends)))
        return at;
    f->ends[0] = other.a;
    f->ends[1] = other.b;
    return at;
}

/* match: (entities) the pair that it is matched by, SIZE_MAX: none. */
static void look(const struct figures_input *in, const size_t *match, struct fate *f)
{
    const struct catalog *c = dataset_catalog(in->data);
    f->score = NAN;
    if (f->ends[0] < 0 || f->ends[1] < 0) {
        f->kind = FATE_ABSENT;
        return;
    }
    if (c->entities[f->ends[0]].graph == c->entities[f->ends[1]].graph) {
        f->kind = FATE_TOGETHER;
        return;
    }
    const struct catalog_pair *p = find_candidate(in, f);
    if (!p) {
        f->kind = FATE_APART;
        return;
    }
    size_t pair = (size_t)(p - in->pairs), first = match[p->a], second = match[p->b];
    f->score = in->score[pair];
    if ((double)f->score < in->threshold) {
        f->kind = FATE_BELOW;
    } else if (first == pair || gold_is_labelled(in->gold)) {
        f->kind = FATE_FOUND; /* labelled pairs are told one by one: served.h */
    } else { /* whoever is no match has an end with another at least as good: one_to_one.h */
        bool better = first != SIZE_MAX && in->score[first] >= f->score;
        assert(better || (second != SIZE_MAX && in->score[second] >= f->score));
        f->kind = better ? FATE_BETTER : FATE_TAKEN;
        f->rival = better ? first : second;
    }
}

static void score_apart(const struct figures_input *in, const struct model *m, struct pool *pool,
                        struct fates *fates)
{
    size_t n = 0;
    struct catalog_pair *pairs = memory_calloc(fates->count + 1, sizeof(*pairs));
    float *logit = memory_calloc(fates->count + 1, sizeof(*logit));
    for (size_t i = 0; i < fates->count; i++)
        if (fates->list[i].kind == FATE_APART)
            pairs[n++] = (struct catalog_pair){(uint32_t)fates->list[i].ends[0],
                                               (uint32_t)fates->list[i].ends[1]};
    if (!n)
        goto done;
    struct scorer *s = NULL;
    scorer_new(dataset_catalog(in->data), pairs, n, pool, &s);
    scorer_set_model(s, m, 0);
    scorer_logits(s, logit);
    scorer_free(s);
    for (size_t i = 0, k = 0; i < fates->count; i++)
        if (fates->list[i].kind == FATE_APART)
            fates->list[i].score = scorer_probability(m, logit[k++]);
done:
    free(pairs);
    free(logit);
}

void fate_open(const struct figures_input *in, const struct model *m, struct pool *pool,
               struct fates *ret)
{
    const struct catalog *c = dataset_catalog(in->data);
    size_t n;
    const struct gold_link *links = gold_links(in->gold, &n);
    struct fates fates = {.list = memory_calloc(n + 1, sizeof(*fates.list))};
    size_t *match = memory_malloc((c->entity_count + 1) * sizeof(*match));
    for (size_t i = 0; i < c->entity_count; i++)
        match[i] = SIZE_MAX;
    for (size_t i = 0; i < in->count; i++)
        if (in->matched[i])
            match[in->pairs[i].a] = match[in->pairs[i].b] = i;
    for (size_t i = 0; i < n; i++) {
        if (links[i].label != 1)
            continue;
        struct fate *f = &fates.list[fates.count++];
        *f = (struct fate){
            .link = i,
            .ends = {dataset_find(in->data, links[i].a), dataset_find(in->data, links[i].b)}};
        look(in, match, f);
    }
    free(match);
    assert(fates.count <= n);
    score_apart(in, m, pool, &fates);
    *ret = fates;
}

void fate_fini(struct fates *f)
{
    free(f->list);
    *f = (struct fates){0};
}
