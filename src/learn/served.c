/*
 * served.c - one assignment at no threshold at all: what matches at one is its beginning
 * (one_to_one.h), so every threshold is a place in one list.
 */
#include "alignd/learn/served.h"

#include "alignd/base/memory.h"
#include "alignd/learn/one_to_one.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

static int by_score(const void *x, const void *y)
{
    const struct served_pair *a = x, *b = y;
    if (a->score != b->score)
        return a->score < b->score ? 1 : -1;
    return (a->pair > b->pair) - (a->pair < b->pair);
}

static void count_unjudged(const struct figures_input *in, size_t i, struct served *s)
{
    if (!in->matched[i])
        return;
    s->left_out++;
    s->strays += in->verdicts[i] == GOLD_STRAY;
}

void served_open(const struct figures_input *in, const struct figures *f, struct served *ret)
{
    assert((in->pairs && in->score && in->matched) || !in->count);
    struct served s = {.threshold = in->threshold, .is_one_to_one = !gold_is_labelled(in->gold)};
    bool *matched = memory_calloc(in->count + 1, sizeof(*matched));
    s.pairs = memory_calloc(in->count + 1, sizeof(*s.pairs));
    one_to_one_choose(in->pairs, in->score, in->count, dataset_catalog(in->data)->entity_count,
                      -INFINITY, matched);
    size_t right = 0;
    for (size_t i = 0; i < in->count; i++) {
        bool is_right = in->verdicts[i] == GOLD_RIGHT;
        if (!figures_is_judged(in, i)) {
            count_unjudged(in, i, &s);
        } else if (matched[i] || !s.is_one_to_one) {
            s.pairs[s.count++] = (struct served_pair){i, in->score[i], is_right};
            right += is_right;
        }
    }
    free(matched);
    s.links = s.is_one_to_one ? f->links : right + f->missed;
    qsort(s.pairs, s.count, sizeof(*s.pairs), by_score);
    while (s.told < s.count && (double)s.pairs[s.told].score >= s.threshold)
        s.told++;
    assert(s.strays <= s.left_out && s.count <= in->count);
    *ret = s;
}

void served_fini(struct served *s)
{
    free(s->pairs);
    *s = (struct served){0};
}

struct served_point served_at(const struct served *s, double threshold)
{
    assert(s->pairs);
    struct served_point p = {.threshold = threshold};
    while (p.told < s->count && (double)s->pairs[p.told].score >= threshold)
        p.right += s->pairs[p.told++].right;
    p.precision = p.told ? (double)p.right / (double)p.told : 0.0;
    p.recall = s->links ? (double)p.right / (double)s->links : 0.0;
    p.f1 = p.told + s->links ? 2.0 * (double)p.right / (double)(p.told + s->links) : 0.0;
    return p;
}

/* E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927. */
static void bound_share(struct served_bin *b)
{
    assert(b->count);
    double n = (double)b->count, z = 1.96, middle = b->held + z * z / (2 * n);
    double reach = z * sqrt((b->held * (1 - b->held) + z * z / (4 * n)) / n);
    b->least = fmax(0, (middle - reach) / (1 + z * z / n));
    b->most = fmin(1, (middle + reach) / (1 + z * z / n));
}

struct served_bin served_between(const struct served *s, double low, double high)
{
    assert(s->told <= s->count);
    struct served_bin b = {0};
    for (size_t i = 0; i < s->told; i++) {
        double score = (double)s->pairs[i].score;
        if (score < low || score >= high)
            continue;
        b.count++;
        b.right += s->pairs[i].right;
        b.stated += score;
    }
    if (!b.count)
        return b;
    b.stated /= (double)b.count;
    b.held = (double)b.right / (double)b.count;
    bound_share(&b);
    assert(b.least <= b.held + 1e-9 && b.held <= b.most + 1e-9);
    return b;
}
