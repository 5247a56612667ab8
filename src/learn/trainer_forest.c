/*
 * trainer_forest.c - the last stage: trees fitted to rows of the network and of
 * comparisons, and what is to be expected of them.
 *
 * Confidence and threshold are of scores out of fold: each labelled pair is
 * scored by trees that saw neither it nor any other pair of its ends, so few links
 * do for all three, and what is said at the end is said of pairs never learnt from.
 * The trees of the model it begins with stay, their logit scaled to the new pairs: the new
 * ones correct them, so a dozen links do no harm and hundreds are worth what they are.
 */
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/learn/threshold.h"
#include "trainer_internal.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* Other catalogs have more that is easily taken for something else than any that were
 * invented: a generic model gives away so much of F1 to be safe. */
#define TOLERANCE 0.0015

enum { FOLDS = 5, MOST_FALSE = 60000, MOST_REHEARSED = 10000 };

/* Labelled pairs that are candidates. */
struct stage {
    struct trainer *t;
    size_t n, missed; /* missed: true pairs that are not */
    struct catalog_pair *pairs;
    bool *same;
    uint8_t *fold;
    float *weight, *rows;
    float *logit;      /* out of fold */
    size_t *at;        /* of the catalog's pairs */
    uint32_t *partner; /* of an entity: 1 + the other end of its true pair */
    /* pairs of other types, with what the model it begins with says of them */
    float *rehearsed; /* (n_rehearsed, NETWORK_ROW) */
    size_t n_rehearsed;
};

static void stage_fini(struct stage *s)
{
    free(s->pairs);
    free(s->same);
    free(s->fold);
    free(s->weight);
    free(s->rows);
    free(s->logit);
    free(s->at);
    free(s->partner);
    free(s->rehearsed);
}

static int compare_pairs(const void *x, const void *y)
{
    const struct catalog_pair *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

/* Where it stands among the candidates; SIZE_MAX: nowhere. */
static size_t find_candidate(const struct catalog *c, struct catalog_pair pair)
{
    assert(c->pairs || !c->pair_count);
    struct catalog_pair turned = {pair.b, pair.a};
    const struct catalog_pair *found =
        bsearch(&pair, c->pairs, c->pair_count, sizeof(pair), compare_pairs);
    if (!found)
        found = bsearch(&turned, c->pairs, c->pair_count, sizeof(pair), compare_pairs);
    return found ? (size_t)(found - c->pairs) : SIZE_MAX;
}

static void make_room(struct stage *s, size_t n)
{
    assert(!s->pairs && !s->n);
    s->pairs = memory_calloc(n + 1, sizeof(*s->pairs));
    s->same = memory_calloc(n + 1, sizeof(*s->same));
    s->fold = memory_calloc(n + 1, sizeof(*s->fold));
    s->weight = memory_calloc(n + 1, sizeof(*s->weight));
    s->logit = memory_calloc(n + 1, sizeof(*s->logit));
    s->at = memory_calloc(n + 1, sizeof(*s->at));
    s->partner = memory_calloc(s->t->c->entity_count + 1, sizeof(*s->partner));
}

static void take_pairs(struct stage *s, const struct trainer_pair *list, size_t count)
{
    assert(list || !count);
    for (size_t i = 0; i < count; i++) {
        size_t at = find_candidate(s->t->c, list[i].pair);
        if (at == SIZE_MAX) {
            s->missed += list[i].same;
            continue;
        }
        s->pairs[s->n] = s->t->c->pairs[at];
        s->same[s->n] = list[i].same;
        s->weight[s->n] = list[i].weight;
        s->at[s->n++] = at;
    }
    assert(s->n + s->missed <= s->t->train_count + s->t->valid_count + s->t->missed);
}

/* Pairs that share an end with the same true pair are of one fold. */
static void deal_folds(struct stage *s)
{
    const struct catalog *c = s->t->c;
    for (size_t i = 0; i < s->n; i++)
        if (s->same[i]) {
            s->partner[s->pairs[i].a] = s->pairs[i].b + 1;
            s->partner[s->pairs[i].b] = s->pairs[i].a + 1;
        }
    for (size_t i = 0; i < s->n; i++) {
        uint32_t a = s->pairs[i].a, b = s->pairs[i].b;
        uint32_t by = s->partner[a] || !s->partner[b] ? a : s->partner[b] - 1;
        uint64_t nameless = c->entities[by].iri.len ? 0 : by + 1; /* catalogs need not have IRIs */
        assert(by < c->entity_count);
        s->fold[i] =
            (uint8_t)((hash_bytes(c->entities[by].iri, s->t->o->seed + 21) + nameless) % FOLDS);
    }
}

/*
 * What a false pair weighs.  One to one, the pair of two that both have a counterpart
 * loses to these anyway; that of two that have none is what would be matched.
 */
static void weigh_false(struct stage *s)
{
    assert(s->weight && s->partner);
    static const float by_free_ends[] = {0.5f, 1.0f, 2.0f};
    for (size_t i = 0; i < s->n; i++)
        if (!s->same[i])
            s->weight[i] *= by_free_ends[!s->partner[s->pairs[i].a] + !s->partner[s->pairs[i].b]];
}

/* Of very many false pairs a share by hash, which then weighs for all. */
static float share_of_false(const struct stage *s)
{
    assert(s->same || !s->n);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += !s->same[i];
    return n > MOST_FALSE ? (float)MOST_FALSE / (float)n : 1.0f;
}

static struct forest_options options_of(const struct trainer *t, int8_t directions[NETWORK_ROW])
{
    assert(t->o);
    struct forest_options o = forest_fit_options_default();
    for (size_t i = 0; i < NETWORK_ROW; i++)
        directions[i] = (int8_t)network_row_direction(i);
    o.directions = directions;
    o.seed = t->o->seed;
    if (t->o->generic) { /* of very many pairs of many kinds: more to tell apart, and less by chance
                          */
        o.bags = 1;
        o.trees = 200;
        o.leaves = 31;
        o.depth = 10;
        o.rate = 0.08;
        o.columns = 0.5;
        o.least = 30;
    }
    return o;
}

/* The trees it begins with, drawn to what these rows say. */
static void begin_with(const struct trainer *t, const float *rows, const bool *same, size_t n,
                       struct forest *ret)
{
    const struct model *from = t->o->from;
    struct metrics_item *items = memory_calloc(n + 1, sizeof(*items));
    double c0, c1;
    forest_copy(&from->forest, ret);
    for (size_t i = 0; i < n; i++)
        items[i] = (struct metrics_item){forest_logit(ret, rows + i * NETWORK_ROW), same[i]};
    assert(ret->features == NETWORK_ROW || !ret->tree_count);
    metrics_platt(items, n, &c0, &c1);
    forest_fit_scale(ret, c0, c1);
    free(items);
}

static bool has_beginning(const struct trainer *t)
{
    return !t->o->generic && t->o->from && t->o->from->forest.tree_count;
}

/* Each as a true and a false pair, by how likely it is one: so new trees leave it as it is. */
static size_t add_rehearsed(const struct stage *s, const struct forest *first, size_t n,
                            float *rows, float *weight, bool *same)
{
    assert(s->rehearsed || !s->n_rehearsed);
    for (size_t i = 0; i < s->n_rehearsed && first->tree_count; i++) {
        const float *row = s->rehearsed + i * NETWORK_ROW;
        float p = 1.0f / (1.0f + expf(-forest_logit(first, row)));
        for (int k = 0; k < 2; k++, n++) {
            memcpy(rows + n * NETWORK_ROW, row, NETWORK_ROW * sizeof(*rows));
            same[n] = k == 0;
            weight[n] = k == 0 ? p : 1.0f - p;
        }
    }
    return n;
}

/* Trees of all pairs but those of one fold; FOLDS: of all. */
static void fit_without(struct stage *s, size_t fold, struct forest *ret)
{
    assert(fold <= FOLDS && s->rows);
    int8_t directions[NETWORK_ROW];
    struct forest_options o = options_of(s->t, directions);
    size_t n = 0, room = s->n + 2 * s->n_rehearsed + 1;
    float share = share_of_false(s), *rows = memory_malloc(room * NETWORK_ROW * sizeof(*rows));
    float *weight = memory_malloc(room * sizeof(*weight));
    bool *same = memory_malloc(room * sizeof(*same));
    for (size_t i = 0; i < s->n; i++) {
        bool kept =
            s->same[i] || (double)(hash_mix(s->t->o->seed + 5, i) >> 11) * 0x1p-53 < (double)share;
        if (!kept || s->fold[i] == fold)
            continue;
        memcpy(rows + n * NETWORK_ROW, s->rows + i * NETWORK_ROW, NETWORK_ROW * sizeof(*rows));
        weight[n] = s->weight[i] / (s->same[i] ? 1.0f : share);
        same[n++] = s->same[i];
    }
    struct forest first = {0};
    if (has_beginning(s->t)) {
        begin_with(s->t, rows, same, n, &first);
        o.from = &first;
        n = add_rehearsed(s, &first, n, rows, weight, same);
    }
    assert(n < room);
    forest_fit(rows, n, NETWORK_ROW, same, weight, &o, s->t->pool, ret);
    forest_fini(&first);
    free(rows);
    free(weight);
    free(same);
}

static void score_out_of_fold(struct stage *s)
{
    assert(s->rows && s->logit);
    for (size_t fold = 0; fold < FOLDS; fold++) {
        struct forest f = {0};
        fit_without(s, fold, &f);
        for (size_t i = 0; i < s->n; i++)
            if (s->fold[i] == fold)
                s->logit[i] = forest_logit(&f, s->rows + i * NETWORK_ROW);
        forest_fini(&f);
    }
}

static void make_rows(const struct stage *s, const struct catalog_pair *pairs, size_t n,
                      float **ret)
{
    assert(pairs || !n);
    struct scorer *scorer = NULL;
    float *rows = *ret = memory_malloc((n + 1) * NETWORK_ROW * sizeof(*rows));
    scorer_new(s->t->c, pairs, n, s->t->pool, &scorer);
    scorer_set_model(scorer, s->t->m, s->t->o->without);
    scorer_rows(scorer, rows);
    scorer_free(scorer);
}

/* --- confidence and threshold --- */

static void calibrate(struct stage *s, struct trainer_report *report)
{
    assert(s->logit && s->same);
    struct model *m = s->t->m;
    struct metrics_item *items = memory_calloc(s->n + 1, sizeof(*items));
    double c0, c1;
    for (size_t i = 0; i < s->n; i++)
        items[i] = (struct metrics_item){s->logit[i], s->same[i]};
    metrics_platt(items, s->n, &c0, &c1);
    m->calibration[0] = (float)c0;
    m->calibration[1] = (float)c1;
    for (size_t i = 0; i < s->n; i++)
        items[i].score = scorer_probability(m, s->logit[i]);
    report->calibration_error = metrics_calibration_error(items, s->n);
    report->valid = metrics_of(items, s->n, s->missed);
    assert(report->valid.threshold >= 0 && report->valid.threshold <= 1);
    m->threshold = report->valid.threshold;
    free(items);
}

/* Is its type one of those that have a true pair? */
static bool *mark_types(const struct stage *s)
{
    const struct catalog *c = s->t->c;
    bool *of_type = memory_calloc(c->entity_count + 1, sizeof(*of_type));
    struct slice types[64];
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        size_t k = 0;
        struct slice type = c->entities[s->pairs[i].a].type;
        while (k < n && !slice_equal(types[k], type))
            k++;
        if (s->same[i] && k == n && n < sizeof(types) / sizeof(*types))
            types[n++] = type;
    }
    assert(n <= sizeof(types) / sizeof(*types));
    for (size_t i = 0; i < c->entity_count; i++)
        for (size_t k = 0; k < n && !of_type[i]; k++)
            of_type[i] = slice_equal(types[k], c->entities[i].type);
    return of_type;
}

/* All candidates of the linked types, as they will be served: those with a label out of fold. */
struct served {
    struct catalog_pair *pairs;
    float *score;
    unsigned char *label;
    size_t n;
};

static void list_served(const struct stage *s, struct served *v)
{
    assert(!v->n && !v->pairs);
    const struct catalog *c = s->t->c;
    bool *of_type = mark_types(s);
    size_t *place = memory_malloc((c->pair_count + 1) * sizeof(*place));
    struct scorer *scorer = NULL;
    v->pairs = memory_calloc(c->pair_count + 1, sizeof(*v->pairs));
    v->score = memory_calloc(c->pair_count + 1, sizeof(*v->score));
    v->label = memory_calloc(c->pair_count + 1, sizeof(*v->label));
    for (size_t i = 0; i < c->pair_count; i++) {
        place[i] = v->n;
        if (of_type[c->pairs[i].a])
            v->pairs[v->n++] = c->pairs[i];
    }
    assert(v->n <= c->pair_count);
    scorer_new(c, v->pairs, v->n, s->t->pool, &scorer);
    scorer_set_model(scorer, s->t->m, s->t->o->without);
    scorer_logits(scorer, v->score);
    for (size_t i = 0; i < s->n; i++) {
        if (!of_type[s->pairs[i].a])
            continue;
        v->score[place[s->at[i]]] = s->logit[i];
        v->label[place[s->at[i]]] = s->same[i] ? THRESHOLD_RIGHT : THRESHOLD_WRONG;
    }
    for (size_t i = 0; i < v->n; i++)
        v->score[i] = scorer_probability(s->t->m, v->score[i]);
    scorer_free(scorer);
    free(of_type);
    free(place);
}

static void choose_threshold(const struct stage *s, struct trainer_report *report)
{
    assert(s->t->m && s->t->o->one_to_one);
    struct served v = {0};
    list_served(s, &v);
    struct threshold_input in = {s->t->c, v.pairs, v.score, v.n};
    threshold_by_labels(&in, v.label, s->missed, s->t->o->closed, &report->expected);
    s->t->m->threshold = s->t->o->generic ? threshold_safest(&report->expected, TOLERANCE)
                                          : threshold_best(&report->expected);
    free(v.pairs);
    free(v.score);
    free(v.label);
}

static void stage_init(struct stage *s, struct trainer *t, bool train, bool valid)
{
    assert(train || valid);
    *s = (struct stage){.t = t};
    make_room(s, t->train_count + t->valid_count);
    if (train)
        take_pairs(s, t->train, t->train_count);
    if (valid) {
        take_pairs(s, t->valid, t->valid_count);
        s->missed += t->missed;
    }
    deal_folds(s);
    if (t->o->one_to_one)
        weigh_false(s);
    make_rows(s, s->pairs, s->n, &s->rows);
}

/* Trees of the training pairs; the validation pairs, of catalogs of another make, are
 * what confidence and threshold are of. */
static void fit_generic(struct trainer *t, struct stage *s)
{
    assert(t->o->generic);
    struct stage fitted;
    stage_init(&fitted, t, true, false);
    fit_without(&fitted, FOLDS, &t->m->forest);
    stage_fini(&fitted);
    stage_init(s, t, false, true);
    for (size_t i = 0; i < s->n; i++)
        s->logit[i] = forest_logit(&t->m->forest, s->rows + i * NETWORK_ROW);
}

/* A share by hash of the candidates of types without a link, to be left as they are. */
static void rehearse_others(struct stage *s)
{
    const struct catalog *c = s->t->c;
    bool *of_type = mark_types(s);
    struct catalog_pair *pairs = memory_calloc(c->pair_count + 1, sizeof(*pairs));
    size_t all = 0, n = 0, most = s->n < MOST_REHEARSED ? s->n : MOST_REHEARSED;
    for (size_t i = 0; i < c->pair_count; i++)
        all += !of_type[c->pairs[i].a];
    for (size_t i = 0; i < c->pair_count; i++) {
        double chance = (double)(hash_mix(s->t->o->seed + 6, i) >> 11) * 0x1p-53;
        if (!of_type[c->pairs[i].a] && chance * (double)all < (double)most)
            pairs[n++] = c->pairs[i];
    }
    assert(n <= all);
    if (n)
        make_rows(s, pairs, n, &s->rehearsed);
    s->n_rehearsed = n;
    free(of_type);
    free(pairs);
}

static void fit_own(struct trainer *t, struct stage *s)
{
    assert(!t->o->generic);
    stage_init(s, t, true, true);
    if (has_beginning(t))
        rehearse_others(s);
    score_out_of_fold(s);
    fit_without(s, FOLDS, &t->m->forest);
}

void trainer_fit_forest(struct trainer *t, struct trainer_report *report)
{
    assert(t->m);
    struct stage s = {.t = t};
    forest_fini(&t->m->forest);
    if (t->o->generic)
        fit_generic(t, &s);
    else
        fit_own(t, &s);
    calibrate(&s, report);
    if (t->o->one_to_one)
        choose_threshold(&s, report);
    stage_fini(&s);
}
