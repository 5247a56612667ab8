/*
 * bootstrap.c - learns of a store without links in rounds, as bootstrap.h numbers them: what is
 * sure, models of either half, what is sure then.
 */
#include "alignd/learn/bootstrap.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/graph/id_map.h"
#include "alignd/learn/one_to_one.h"
#include "alignd/learn/scorer.h"
#include "alignd/learn/threshold.h"

#include <assert.h>
#include <stdlib.h>

/* False pairs that share no end with a true one, for each true one at most. */
enum { STRAYS = 5 };
/* Parts that the matches of a type fall into by score, and the matches of one at least. */
enum { BINS = 30, BIN_LEAST = 20 };

/* What it was sure of at the start, of a type that is not known well enough. */
#define SURE_SAME 0.9f
#define SURE_OTHER 0.1f

struct type {
    size_t first, end; /* of the pairs */
    bool known;        /* well enough, by sure matches */
};

struct bootstrap {
    const struct bootstrap_options *o;
    const struct catalog *c;
    struct pool *pool;
    struct catalog_pair *pairs; /* candidates of the types in question, by type */
    size_t count;
    struct type *types;
    size_t type_count;
    float *score, *start; /* of the pairs: now, and by the model at the start */
    float *target;        /* of the pairs: how likely they are true, by what runner-ups say */
    bool *matched, *sure; /* of the pairs */
    bool *claimed;        /* of the entities: in a sure pair */
    size_t sure_count;
};

static void fini(struct bootstrap *b)
{
    free(b->pairs);
    free(b->types);
    free(b->score);
    free(b->start);
    free(b->target);
    free(b->matched);
    free(b->sure);
    free(b->claimed);
}

/* --- candidates, by type --- */

/* Number of the type of an entity, from 1. */
static void number_type(struct id_map *map, struct slice type, size_t *ret_number)
{
    struct hash128 h = hash_bytes_128(type, 3);
    size_t next = map->count + 1;
    void **place = id_map_place(map, (struct id){h.hi, h.lo});
    if (!*place)
        *place = (void *)(uintptr_t)next;
    assert(*place && map->count <= next);
    *ret_number = (size_t)(uintptr_t)*place;
}

/* The types and their pairs; of each pair its type, by number from 1, to `type`. */
static void find_types(struct bootstrap *b, const struct gold *gold, uint32_t *type)
{
    const struct catalog *c = b->c;
    struct id_map map = {0};
    for (size_t i = 0; i < c->pair_count; i++) {
        struct slice name = c->entities[c->pairs[i].a].type;
        size_t number = 0;
        if (!gold || !gold_has_type(gold, name))
            number_type(&map, name, &number);
        type[i] = (uint32_t)number;
    }
    b->type_count = map.count;
    id_map_fini(&map);
    assert(b->type_count <= c->pair_count && !b->count);
    b->types = memory_calloc(b->type_count + 1, sizeof(*b->types));
    for (size_t i = 0; i < c->pair_count; i++)
        if (type[i])
            b->types[type[i] - 1].end++;
    for (size_t t = 0; t < b->type_count; t++) {
        b->types[t].first = b->count;
        b->count += b->types[t].end;
        b->types[t].end = b->types[t].first;
    }
}

static void list_pairs(struct bootstrap *b, const struct gold *gold)
{
    const struct catalog *c = b->c;
    uint32_t *type = memory_calloc(c->pair_count + 1, sizeof(*type));
    find_types(b, gold, type);
    for (size_t i = 0; i < c->pair_count; i++)
        if (type[i])
            b->pairs[b->types[type[i] - 1].end++] = c->pairs[i];
    assert(b->count <= c->pair_count);
    free(type);
}

static void begin(struct bootstrap *b, const struct dataset *d, const struct gold *gold,
                  struct pool *pool)
{
    assert(!b->pairs && !b->count);
    b->c = dataset_catalog(d);
    b->pool = pool;
    size_t pairs = b->c->pair_count + 1;
    b->pairs = memory_calloc(pairs, sizeof(*b->pairs));
    b->score = memory_calloc(pairs, sizeof(*b->score));
    b->start = memory_calloc(pairs, sizeof(*b->start));
    b->target = memory_calloc(pairs, sizeof(*b->target));
    b->matched = memory_calloc(pairs, sizeof(*b->matched));
    b->sure = memory_calloc(pairs, sizeof(*b->sure));
    b->claimed = memory_calloc(b->c->entity_count + 1, sizeof(*b->claimed));
    list_pairs(b, gold);
}

static void score_logits(const struct bootstrap *b, const struct model *m, float *logit)
{
    assert(b->pairs || !b->count);
    struct scorer *s = NULL;
    scorer_new(b->c, b->pairs, b->count, b->pool, &s);
    scorer_set_model(s, m, 0);
    scorer_logits(s, logit);
    scorer_free(s);
}

static void score_pairs(const struct bootstrap *b, const struct model *m, float *score)
{
    score_logits(b, m, score);
    for (size_t i = 0; i < b->count; i++)
        score[i] = scorer_probability(m, score[i]);
}

/* --- what is sure --- */

static double share_of(const struct catalog *c, uint32_t entity, uint64_t seed)
{
    return (double)(hash_bytes(c->entities[entity].iri, seed) >> 11) * 0x1p-53;
}

static double right_at(const struct threshold_curve *c, size_t k)
{
    return c->points[k].precision * (double)c->points[k].told;
}

/* For every point the share of right ones among the matches that score about as much. */
static void list_rates(const struct threshold_curve *c, float *rate)
{
    assert(c->points || !c->count);
    size_t most = c->count ? c->points[c->count - 1].told : 0;
    size_t least = most / BINS > BIN_LEAST ? most / BINS : BIN_LEAST;
    for (size_t k = 0, begin_at = 0; k < c->count; k++) {
        size_t told = begin_at ? c->points[begin_at - 1].told : 0;
        double right = begin_at ? right_at(c, begin_at - 1) : 0;
        assert(c->points[k].told > told);
        size_t n = c->points[k].told - told;
        if (n < least && k + 1 < c->count)
            continue;
        double share = (right_at(c, k) - right) / (double)n;
        assert(n > 0 && n <= c->points[k].told);
        for (size_t i = begin_at; i <= k; i++)
            rate[i] = (float)(share < 0 ? 0 : share > 1 ? 1 : share);
        begin_at = k + 1;
    }
}

/* The first point whose score is not above this one. */
static size_t point_of(const struct threshold_curve *c, float score)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->points[middle].score > score)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low == c->count || c->points[low].score <= score);
    return low;
}

static void set_targets(struct bootstrap *b, const struct type *type,
                        const struct threshold_curve *c)
{
    assert(type->end <= b->count);
    float *rate = memory_calloc(c->count + 1, sizeof(*rate));
    list_rates(c, rate);
    for (size_t i = type->first; i < type->end; i++)
        b->target[i] = b->matched[i] ? rate[point_of(c, b->score[i])] : 0;
    free(rate);
}

/* The matches of a type that are true beyond much doubt. */
static void choose_of_type(struct bootstrap *b, struct type *type)
{
    assert(type->first <= type->end && type->end <= b->count);
    size_t first = type->first;
    struct threshold_input in = {b->c, b->pairs + first, b->score + first, type->end - first};
    struct threshold_curve curve;
    size_t n = 0;
    threshold_by_runners(&in, &curve);
    double sure = threshold_of_precision(&curve, BOOTSTRAP_PRECISION);
    double least = threshold_best(&curve);
    assert(sure >= 0 && least >= 0);
    sure = sure > least ? sure : least;
    one_to_one_choose(in.pairs, in.score, in.count, b->c->entity_count, 0.0, b->matched + first);
    set_targets(b, type, &curve);
    threshold_curve_fini(&curve);
    for (size_t i = first; i < type->end; i++) {
        b->sure[i] = b->matched[i] && (double)b->score[i] >= sure;
        n += b->sure[i];
    }
    type->known = n >= BOOTSTRAP_LEAST;
    b->sure_count += type->known ? n : 0;
}

static void choose(struct bootstrap *b)
{
    b->sure_count = 0;
    for (size_t t = 0; t < b->type_count; t++)
        choose_of_type(b, &b->types[t]);
    assert(b->sure_count <= b->count);
}

/* --- what to learn from --- */

static int half_of(const struct bootstrap *b, size_t i)
{
    return share_of(b->c, b->pairs[i].a, 6) < 0.5;
}

/* Of a type that is not known: what the model was sure of at the start. */
static void keep_start(struct bootstrap *b, const struct type *type)
{
    assert(type->first <= type->end && type->end <= b->count);
    for (size_t i = type->first; i < type->end; i++)
        b->sure[i] = b->start[i] >= SURE_SAME;
}

/* Of the true pairs of a type at most so many, by hash; and whose they are. */
static size_t thin(struct bootstrap *b, const struct type *type)
{
    assert(b->o && type->end <= b->count);
    size_t n = 0, kept = 0;
    for (size_t i = type->first; i < type->end; i++)
        n += b->sure[i];
    double share = n > b->o->most ? (double)b->o->most / (double)n : 1;
    for (size_t i = type->first; i < type->end; i++) {
        b->sure[i] = b->sure[i] && share_of(b->c, b->pairs[i].a, 5) < share;
        if (b->sure[i])
            b->claimed[b->pairs[i].a] = b->claimed[b->pairs[i].b] = true;
        kept += b->sure[i];
    }
    assert(kept <= n);
    return kept;
}

static bool is_false(const struct bootstrap *b, const struct type *type, size_t i)
{
    assert(i >= type->first && i < type->end);
    if (!type->known)
        return b->start[i] <= SURE_OTHER;
    return !b->matched[i] || b->claimed[b->pairs[i].a] || b->claimed[b->pairs[i].b];
}

/* half: 0 or 1, or -1 for both.  Of false pairs that share no end with a true one a part. */
static void list_type(const struct bootstrap *b, const struct type *type, size_t kept, int half,
                      float weight, struct judged *add)
{
    assert(weight >= 0 && type->end <= b->count);
    assert(half >= -1 && half <= 1);
    size_t strays = 0;
    for (size_t i = type->first; i < type->end; i++)
        strays += is_false(b, type, i) && !b->claimed[b->pairs[i].a] && !b->claimed[b->pairs[i].b];
    double share = strays ? (double)(STRAYS * kept) / (double)strays : 0;
    for (size_t i = type->first; i < type->end; i++) {
        bool near = b->claimed[b->pairs[i].a] || b->claimed[b->pairs[i].b];
        if (half >= 0 && half_of(b, i) != half)
            continue;
        if (!b->sure[i] && !is_false(b, type, i))
            continue;
        if (!near && share_of(b->c, b->pairs[i].a, 7) >= share)
            continue;
        add->links += b->sure[i];
        judged_add(add, b->pairs[i], b->sure[i], weight);
    }
}

static void list_judged(struct bootstrap *b, int half, float weight, struct judged *add)
{
    assert(half >= -1 && half <= 1);
    memset(b->claimed, 0, b->c->entity_count * sizeof(*b->claimed));
    for (size_t t = 0; t < b->type_count; t++) {
        if (!b->types[t].known)
            keep_start(b, &b->types[t]);
        size_t kept = thin(b, &b->types[t]);
        list_type(b, &b->types[t], kept, half, weight, add);
    }
}

/* --- a round --- */

/* Learns from a half; the scores of the other half's candidates go to `score`. */
static int learn_half(struct bootstrap *b, int half, float *score, float *scratch)
{
    assert(half == 0 || half == 1);
    struct judged train = {0}, valid = {0};
    struct trainer_report report;
    struct model *m = NULL;
    struct trainer_options o = *b->o->trainer;
    o.epochs = o.epochs < BOOTSTRAP_EPOCHS ? o.epochs : BOOTSTRAP_EPOCHS;
    list_judged(b, half, 1.0f, &train);
    judged_split(&train, &valid, b->c);
    int rc = trainer_run(b->c, train.pairs, train.count, valid.pairs, valid.count, valid.missed, &o,
                         b->pool, &m, &report);
    threshold_curve_fini(&report.expected);
    if (rc)
        goto done;
    assert(m);
    score_pairs(b, m, scratch);
    for (size_t i = 0; i < b->count; i++)
        if (half_of(b, i) != half)
            score[i] = scratch[i];
done:
    judged_fini(&train);
    judged_fini(&valid);
    model_free(m);
    return rc;
}

/* A round after which too little is sure did not help: it is taken back. */
static int run_round(struct bootstrap *b)
{
    assert(b->sure_count >= BOOTSTRAP_LEAST);
    float *score = memory_calloc(b->count + 1, sizeof(*score));
    float *scratch = memory_calloc(b->count + 1, sizeof(*scratch));
    int rc;
    if ((rc = learn_half(b, 0, score, scratch)) || (rc = learn_half(b, 1, score, scratch)))
        goto done;
    for (size_t i = 0; i < b->count; i++) {
        scratch[i] = b->score[i];
        b->score[i] = (b->score[i] + score[i]) / 2;
    }
    choose(b);
    if (b->sure_count < BOOTSTRAP_LEAST) {
        memcpy(b->score, scratch, b->count * sizeof(*scratch));
        choose(b);
    }
done:
    free(score);
    free(scratch);
    return rc;
}

int bootstrap_run(const struct dataset *d, const struct bootstrap_options *o, struct pool *pool,
                  struct judged *add, size_t *ret_sure)
{
    assert(o->rounds >= 0 && o->weight >= 0 && o->trainer && o->from);
    struct bootstrap b = {.o = o};
    begin(&b, d, o->gold, pool);
    score_pairs(&b, o->from, b.start);
    memcpy(b.score, b.start, b.count * sizeof(*b.score));
    int rc = ERR_OK;
    choose(&b);
    for (int round = 0; round < o->rounds && !rc && b.sure_count >= 2 * BOOTSTRAP_LEAST; round++)
        rc = run_round(&b);
    *ret_sure = b.sure_count;
    if (rc)
        goto done;
    if (b.sure_count)
        list_judged(&b, -1, o->weight, add);
done:
    fini(&b);
    return rc;
}

/* --- the model at the end --- */

/* The pairs of types that are known, to the beginning of the lists; how many. */
static size_t keep_known(struct bootstrap *b, struct metrics_item *items)
{
    size_t n = 0;
    for (size_t t = 0; t < b->type_count; t++)
        for (size_t i = b->types[t].first; i < b->types[t].end && b->types[t].known; i++) {
            b->pairs[n] = b->pairs[i];
            b->target[n] = b->target[i];
            b->start[n] = b->start[i];
            items[n] = (struct metrics_item){.score = b->start[i]};
            n++;
        }
    assert(n <= b->count);
    return n;
}

int bootstrap_settle(const struct dataset *d, const struct gold *gold, struct model *m,
                     struct pool *pool, struct threshold_curve *ret_curve)
{
    struct bootstrap b = {0};
    begin(&b, d, gold, pool);
    score_logits(&b, m, b.start);
    for (size_t i = 0; i < b.count; i++)
        b.score[i] = scorer_probability(m, b.start[i]);
    choose(&b);
    struct metrics_item *items = memory_calloc(b.count + 1, sizeof(*items));
    bool known = b.sure_count;
    size_t n = known ? keep_known(&b, items) : b.count;
    if (known) {
        double slope, offset;
        metrics_platt_soft(items, b.target, n, &slope, &offset);
        model_set_calibration(m, slope, offset);
        for (size_t i = 0; i < n; i++)
            b.score[i] = scorer_probability(m, b.start[i]);
    }
    assert(n <= b.count);
    struct threshold_input in = {b.c, b.pairs, b.score, n};
    threshold_by_runners(&in, ret_curve);
    if (known)
        model_set_threshold(m, threshold_best(ret_curve));
    free(items);
    fini(&b);
    return ERR_OK;
}
