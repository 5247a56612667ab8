#include "alignd/learn/trainer.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/pool.h"
#include "alignd/learn/one_to_one.h"
#include "trainer_internal.h"

#include <math.h>
#include <stdlib.h>

struct trainer_options trainer_options_default(void)
{
    return (struct trainer_options){.seed = 1,
                                    .epochs = 0,
                                    .patience = 5,
                                    .rivals = 10,
                                    .rate = 0.003,
                                    .pull = 0.02,
                                    .forget = 0.1,
                                    .one_to_one = true,
                                    .level1 = MODEL_LEVEL1_NAMELESS,
                                    .width = 128};
}

/* --- groups: a true pair and all it is to be told from --- */

enum { POOL_HARD = 40, POOL_EASY = 20, ORPHANS = 8 };

static int by_key(const void *a, const void *b)
{
    const struct trainer_key *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* False pairs by their ends. */
static size_t list_ends(const struct trainer *t, struct trainer_key *ends)
{
    size_t n = 0;
    for (size_t i = 0; i < t->train_count; i++)
        if (!t->train[i].same) {
            ends[n++] = (struct trainer_key){t->train[i].pair.a, (uint32_t)i};
            ends[n++] = (struct trainer_key){t->train[i].pair.b, (uint32_t)i};
        }
    qsort(ends, n, sizeof(*ends), by_key);
    return n;
}

static size_t first_of(const struct trainer_key *ends, size_t n, uint64_t key)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ends[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t rank_of_logit(float logit)
{
    uint32_t bits; /* descending by logit */
    memcpy(&bits, &logit, sizeof(bits));
    return bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
}

/* The rivals of one true pair: the hardest by the model at the start, and some by chance. */
static int make_group(struct trainer *t, uint32_t positive, const struct trainer_key *ends,
                      size_t n_ends, const float *logit, bool *taken)
{
    struct trainer_group *g = &t->groups[t->group_count];
    const struct catalog_pair *p = &t->train[positive].pair;
    size_t n = 0, room = 64;
    struct trainer_key *list = malloc(room * sizeof(*list));
    for (int end = 0; end < 2 && list; end++) {
        uint64_t key = end ? p->b : p->a;
        for (size_t k = first_of(ends, n_ends, key); k < n_ends && ends[k].key == key; k++) {
            uint32_t i = ends[k].index;
            taken[i] = true;
            if (n == room) {
                struct trainer_key *more = realloc(list, 2 * room * sizeof(*list));
                if (!more) {
                    free(list);
                    return ERR_NO_MEMORY;
                }
                list = more;
                room *= 2;
            }
            list[n++] = (struct trainer_key){rank_of_logit(logit[i]), i};
        }
    }
    if (!list)
        return ERR_NO_MEMORY;
    qsort(list, n, sizeof(*list), by_key);
    size_t hard = n < POOL_HARD ? n : POOL_HARD, left = n - hard;
    for (size_t i = hard; i < n; i++)
        list[i].key = hash_mix(t->o->seed, hash_mix(positive, list[i].index));
    qsort(list + hard, left, sizeof(*list), by_key);
    n = hard + (left < POOL_EASY ? left : POOL_EASY);
    g->positive = (int64_t)positive;
    g->rivals = malloc((n + 1) * sizeof(*g->rivals));
    if (g->rivals) {
        g->count = n;
        for (size_t i = 0; i < n; i++)
            g->rivals[i] = list[i].index;
        t->group_count++;
    }
    free(list);
    return g->rivals ? ERR_OK : ERR_NO_MEMORY;
}

/* False pairs that share no end with a true one, a few at a time. */
static int add_orphan(struct trainer *t, uint32_t index)
{
    struct trainer_group *g = t->group_count ? &t->groups[t->group_count - 1] : NULL;
    if (!g || g->positive >= 0 || g->count == ORPHANS) {
        g = &t->groups[t->group_count];
        *g = (struct trainer_group){.positive = -1, .rivals = malloc(ORPHANS * sizeof(*g->rivals))};
        if (!g->rivals)
            return ERR_NO_MEMORY;
        t->group_count++;
    }
    g->rivals[g->count++] = index;
    return ERR_OK;
}

static int make_groups(struct trainer *t)
{
    float *logit = calloc(t->train_count + 1, sizeof(*logit));
    struct trainer_key *ends = calloc(2 * t->train_count + 1, sizeof(*ends));
    bool *taken = calloc(t->train_count + 1, sizeof(*taken));
    t->groups = calloc(t->train_count + 1, sizeof(*t->groups));
    int rc = logit && ends && taken && t->groups ? scorer_logits(t->scorer, logit) : ERR_NO_MEMORY;
    size_t n_ends = rc ? 0 : list_ends(t, ends);
    for (size_t i = 0; i < t->train_count && !rc; i++)
        if (t->train[i].same)
            rc = make_group(t, (uint32_t)i, ends, n_ends, logit, taken);
    for (size_t i = 0; i < t->train_count && !rc; i++)
        if (!t->train[i].same && !taken[i])
            rc = add_orphan(t, (uint32_t)i);
    free(logit);
    free(ends);
    free(taken);
    return rc;
}

/* --- text features of what training touches --- */

static int list_text(struct trainer *t, uint32_t text, struct text_feature *scratch)
{
    if (t->text_count_of[text] != UINT32_MAX)
        return ERR_OK;
    size_t n = text_vector_list(t->c->texts[text].text, t->c->texts[text].datatype, scratch);
    if (t->feature_count + n > t->feature_room) {
        size_t room = 2 * t->feature_room + n + 65536;
        struct text_feature *more = realloc(t->features, room * sizeof(*more));
        if (!more)
            return ERR_NO_MEMORY;
        t->features = more;
        t->feature_room = room;
    }
    if (n)
        memcpy(t->features + t->feature_count, scratch, n * sizeof(*scratch));
    t->text_begin[text] = t->feature_count;
    t->text_count_of[text] = (uint32_t)n;
    t->feature_count += n;
    return ERR_OK;
}

static int list_entity(struct trainer *t, uint32_t entity, struct text_feature *scratch)
{
    const struct catalog_entity *x = &t->c->entities[entity];
    int rc = list_text(t, x->label, scratch);
    for (uint32_t i = 0; i < x->neighbour_count && !rc; i++)
        rc = list_text(t, t->c->entities[x->neighbours[i].target].label, scratch);
    for (uint32_t i = 0; i < x->value_count && !rc; i++)
        rc = list_text(t, x->values[i].target, scratch);
    return rc;
}

static int list_texts(struct trainer *t)
{
    struct text_feature *scratch = malloc(TEXT_MAX_FEATURES * sizeof(*scratch));
    t->text_begin = calloc(t->c->text_count, sizeof(*t->text_begin));
    t->text_count_of = malloc(t->c->text_count * sizeof(*t->text_count_of));
    int rc = scratch && t->text_begin && t->text_count_of ? ERR_OK : ERR_NO_MEMORY;
    if (!rc)
        memset(t->text_count_of, 0xff, t->c->text_count * sizeof(*t->text_count_of));
    rc = rc ? rc : list_text(t, 0, scratch); /* no label: also whose label is left out */
    for (size_t g = 0; g < t->group_count && !rc; g++) {
        const struct trainer_group *group = &t->groups[g];
        for (size_t i = 0; i <= group->count && !rc; i++) {
            int64_t index = i < group->count ? group->rivals[i] : group->positive;
            if (index < 0)
                continue;
            rc = list_entity(t, t->train[index].pair.a, scratch);
            rc = rc ? rc : list_entity(t, t->train[index].pair.b, scratch);
        }
    }
    free(scratch);
    return rc;
}

/* --- an epoch --- */

static int by_logit(const void *a, const void *b)
{
    return by_key(a, b);
}

/* The rivals of each group in the order they are to be met: the hardest now, then chance. */
static int refresh_rivals(struct trainer *t, int epoch)
{
    float *logit = calloc(t->train_count + 1, sizeof(*logit));
    int rc = logit ? ERR_OK : ERR_NO_MEMORY;
    struct trainer_key list[POOL_HARD + POOL_EASY];
    if (!rc)
        rc = trainer_score_rivals(t, logit);
    for (size_t g = 0; g < t->group_count && !rc; g++) {
        struct trainer_group *group = &t->groups[g];
        size_t hard = (size_t)(t->o->rivals + 1) / 2;
        if (group->positive < 0 || group->count <= hard)
            continue;
        for (size_t i = 0; i < group->count; i++)
            list[i] = (struct trainer_key){rank_of_logit(logit[group->rivals[i]]), group->rivals[i]};
        qsort(list, group->count, sizeof(*list), by_logit);
        for (size_t i = hard; i < group->count; i++)
            list[i].key = hash_mix(hash_mix(t->o->seed, (uint64_t)epoch), list[i].index);
        qsort(list + hard, group->count - hard, sizeof(*list), by_key);
        for (size_t i = 0; i < group->count; i++)
            group->rivals[i] = list[i].index;
    }
    free(logit);
    return rc;
}

static int validate(struct trainer *t, struct metrics *ret)
{
    float *logit = calloc(t->valid_count + 1, sizeof(*logit));
    struct metrics_item *items = calloc(t->valid_count + 1, sizeof(*items));
    int rc = logit && items ? scorer_set_model(t->valid_scorer, t->m, t->o->without) : ERR_NO_MEMORY;
    if (!rc)
        rc = scorer_logits(t->valid_scorer, logit);
    for (size_t i = 0; i < t->valid_count && !rc; i++)
        items[i] = (struct metrics_item){logit[i], t->valid[i].same};
    if (!rc)
        *ret = metrics_of(items, t->valid_count, t->missed);
    free(logit);
    free(items);
    return rc;
}

/*
 * Of thresholds that are as good by F1, but for a plateau, the highest: entities
 * without a counterpart are not among the links, and what they are matched to
 * is always wrong.  A model for other catalogs than those it learns from leaves more room.
 */
#define PLATEAU 0.004
#define PLATEAU_GENERIC 0.015

static void raise_threshold(const struct metrics_item *items, size_t n, size_t missed,
                            double plateau, struct metrics *best)
{
    struct metrics at = {0};
    for (size_t i = 0; i < n; i++) { /* by score, descending */
        if (!items[i].positive)
            continue;
        double next = i + 1 < n ? (double)items[i + 1].score : 0.0;
        double threshold = 0.9 * (double)items[i].score + 0.1 * next;
        if (threshold <= best->threshold)
            return;
        at = metrics_at(items, n, missed, threshold);
        if (at.f1 < best->f1 - plateau)
            continue;
        best->f1 = at.f1;
        best->precision = at.precision;
        best->recall = at.recall;
        best->threshold = threshold;
        return;
    }
}

/* The best threshold for what is served: of each entity, the one match it would get. */
static int best_of_matches(const struct trainer *t, struct metrics_item *items, const float *score,
                           struct metrics *ret)
{
    bool *matched = calloc(t->valid_count + 1, sizeof(*matched));
    int rc = matched ? one_to_one_choose(t->valid_pairs, score, t->valid_count, t->c->entity_count,
                                         0.0, matched)
                     : ERR_NO_MEMORY;
    size_t n = 0, missed = t->missed;
    for (size_t i = 0; i < t->valid_count && !rc; i++) {
        missed += t->valid[i].same && !matched[i];
        if (matched[i])
            items[n++] = (struct metrics_item){score[i], t->valid[i].same};
    }
    if (!rc) {
        *ret = metrics_of(items, n, missed);
        raise_threshold(items, n, missed, t->o->generic ? PLATEAU_GENERIC : PLATEAU, ret);
    }
    free(matched);
    return rc;
}

/* Platt's scaling and the threshold, on validation. */
static int calibrate(struct trainer *t, struct trainer_report *report)
{
    float *score = calloc(t->valid_count + 1, sizeof(*score));
    struct metrics_item *items = calloc(t->valid_count + 1, sizeof(*items));
    int rc = score && items ? scorer_set_model(t->valid_scorer, t->m, t->o->without) : ERR_NO_MEMORY;
    if (!rc)
        rc = scorer_logits(t->valid_scorer, score);
    if (!rc && t->valid_count) {
        double c0, c1;
        for (size_t i = 0; i < t->valid_count; i++)
            items[i] = (struct metrics_item){score[i], t->valid[i].same};
        metrics_platt(items, t->valid_count, &c0, &c1);
        t->m->calibration[0] = (float)c0;
        t->m->calibration[1] = (float)c1;
        for (size_t i = 0; i < t->valid_count; i++)
            items[i].score = score[i] = scorer_probability(t->m, score[i]);
        report->calibration_error = metrics_calibration_error(items, t->valid_count);
        struct metrics all = metrics_of(items, t->valid_count, t->missed);
        report->valid = all;
        if (t->o->one_to_one)
            rc = best_of_matches(t, items, score, &report->valid);
        report->valid.prauc = all.prauc;
        t->m->threshold = report->valid.threshold;
    }
    free(score);
    free(items);
    return rc;
}

static void shuffle(struct trainer *t, int epoch, struct trainer_key *order)
{
    for (size_t i = 0; i < t->group_count; i++)
        order[i] = (struct trainer_key){hash_mix(hash_mix(t->o->seed, (uint64_t)epoch), i), (uint32_t)i};
    qsort(order, t->group_count, sizeof(*order), by_key);
}

static int run_epoch(struct trainer *t, int epoch, struct trainer_key *order, double *ret_loss)
{
    double loss = 0, weight = 0;
    int rc = scorer_set_model(t->scorer, t->m, t->o->without);
    if (!rc && epoch)
        rc = refresh_rivals(t, epoch);
    shuffle(t, epoch, order);
    for (size_t i = 0; i < t->group_count && !rc; i += TRAINER_BATCH) {
        size_t n = t->group_count - i < TRAINER_BATCH ? t->group_count - i : TRAINER_BATCH;
        /* the rate falls along half a cosine, after a rise over the first half epoch */
        double done = ((double)epoch + (double)i / (double)t->group_count) / t->o->epochs;
        double rise = fmin(1.0, done * t->o->epochs * 2 + 0.05);
        double rate = t->o->rate * rise * (0.55 + 0.45 * cos(3.14159265358979 * done));
        trainer_step(t, order + i, n, epoch, rate, &loss, &weight);
        if (t->o->tell && i % (16 * TRAINER_BATCH) == 0) {
            struct trainer_epoch e = {.epoch = epoch, .epochs = t->o->epochs, .loss = loss / weight,
                                      .valid = t->last};
            t->o->tell(t->o->arg, &e, done);
        }
        if (t->o->stop && *t->o->stop)
            break;
    }
    *ret_loss = weight > 0 ? loss / weight : 0.0;
    return rc;
}

static int run_epochs(struct trainer *t, struct trainer_report *report)
{
    struct trainer_key *order = calloc(t->group_count + 1, sizeof(*order));
    float *best = malloc(t->m->slab_floats * sizeof(*best));
    double best_prauc = -1;
    int rc = order && best ? ERR_OK : ERR_NO_MEMORY;
    if (!rc && t->valid_count && t->o->from) { /* what it begins with is to be surpassed */
        rc = validate(t, &t->last);
        best_prauc = t->last.prauc;
        memcpy(best, t->m->slab, t->m->slab_floats * sizeof(*best));
    }
    for (int epoch = 0; epoch < t->o->epochs && !rc; epoch++) {
        double loss;
        rc = run_epoch(t, epoch, order, &loss);
        rc = rc ? rc : validate(t, &t->last);
        if (rc)
            break;
        bool better = t->last.prauc > best_prauc || !t->valid_count;
        if (better) {
            best_prauc = t->last.prauc;
            memcpy(best, t->m->slab, t->m->slab_floats * sizeof(*best));
            report->best_epoch = epoch + 1;
        }
        report->epochs = epoch + 1;
        struct trainer_epoch e = {epoch, t->o->epochs, loss, t->last, better};
        if (t->o->tell)
            t->o->tell(t->o->arg, &e, (double)(epoch + 1) / t->o->epochs);
        if (epoch + 1 - report->best_epoch >= t->o->patience || (t->o->stop && *t->o->stop))
            break;
    }
    if (!rc)
        memcpy(t->m->slab, best, t->m->slab_floats * sizeof(*best));
    free(order);
    free(best);
    return rc;
}

/* --- the model it begins with --- */

/* What a model knows of relations in general becomes what each of ours begins with. */
static void copy_rows(float *to, size_t rows, const float *from, size_t from_rows, size_t columns)
{
    for (size_t r = 0; r < rows; r++) /* the last two are the others of each direction */
        memcpy(to + r * columns, from + (from_rows - 2 + r % 2) * columns, columns * sizeof(float));
}

/* The parameters of another model that do not hang on its words and relation names. */
static void start_from(struct model *m, const struct model *from)
{
    struct model_tensor ours[MODEL_N_TENSORS], theirs[MODEL_N_TENSORS];
    model_list_tensors(m, ours);
    model_list_tensors(from, theirs);
    for (size_t i = 0; i < MODEL_N_TENSORS; i++) {
        size_t n = ours[i].rows * ours[i].columns;
        bool named = ours[i].data == m->relation_code || ours[i].data == m->bucket_weight ||
                     ours[i].data == m->calibration;
        if (named || theirs[i].columns != ours[i].columns)
            continue;
        if (ours[i].rows == m->rows && theirs[i].rows == from->rows && from->rows >= 2)
            copy_rows(ours[i].data, m->rows, theirs[i].data, from->rows, ours[i].columns);
        else if (theirs[i].rows == ours[i].rows)
            memcpy(ours[i].data, theirs[i].data, n * sizeof(float));
    }
}

static int start_model(struct trainer *t)
{
    struct slice *names = calloc(t->c->relation_count + 1, sizeof(*names));
    struct model_shape shape = {1, (size_t)t->o->width, (size_t)t->o->width / 2, 0, 0,
                                t->o->generic ? 64 : 65536};
    size_t n = t->o->generic ? 0 : t->c->relation_count;
    if (!names)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < n; i++)
        names[i] = t->c->relations[i].name;
    int rc = model_new_empty(&shape, names, n, &t->m);
    free(names);
    if (rc)
        return rc;
    t->m->level1 = t->o->level1;
    model_default_fill(t->m);
    if (!t->o->generic || t->o->from) /* the default model learns its head from nothing */
        model_default_head(t->m);
    /* hidden units that differ; their outputs are zero, so the head begins as it was */
    for (size_t i = 0; i < t->m->features * MODEL_HIDDEN; i++) {
        double u = (double)(hash_mix(t->o->seed + 77, i) >> 11) * 0x1p-53;
        t->m->hidden[i] = (float)((u - 0.5) * 0.5);
    }
    if (t->o->from && t->o->from->d == t->m->d && t->o->from->h == t->m->h)
        start_from(t->m, t->o->from);
    rc = ablation_init(&t->ablated, t->m, t->o->without);
    return rc ? rc : network_gradient_new(t->m, &t->start);
}

/* The network of the model it begins with, as it is. */
static int keep_model(struct trainer *t)
{
    int rc = t->o->from ? model_with_level1(t->o->from, t->o->level1, &t->m)
                        : model_new_default(t->o->seed, &t->m);
    if (rc)
        return rc;
    forest_fini(&t->m->forest);
    return ERR_OK;
}

static int split_pairs(struct trainer *t)
{
    t->train_pairs = calloc(t->train_count + 1, sizeof(*t->train_pairs));
    t->valid_pairs = calloc(t->valid_count + 1, sizeof(*t->valid_pairs));
    if (!t->train_pairs || !t->valid_pairs)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < t->train_count; i++)
        t->train_pairs[i] = t->train[i].pair;
    for (size_t i = 0; i < t->valid_count; i++)
        t->valid_pairs[i] = t->valid[i].pair;
    int rc = scorer_new(t->c, t->train_pairs, t->train_count, t->pool, &t->scorer);
    return rc ? rc : scorer_new(t->c, t->valid_pairs, t->valid_count, t->pool, &t->valid_scorer);
}

static void finish(struct trainer *t)
{
    for (size_t i = 0; t->groups && i < t->group_count; i++)
        free(t->groups[i].rivals);
    free(t->groups);
    free(t->train_pairs);
    free(t->valid_pairs);
    free(t->features);
    free(t->text_begin);
    free(t->text_count_of);
    scorer_free(t->scorer);
    scorer_free(t->valid_scorer);
    scorer_free(t->rival_scorer);
    free(t->rival_pairs);
    free(t->rival_index);
    trainer_step_free(t);
    ablation_fini(&t->ablated);
    model_free(t->start);
    model_free(t->m);
}

static int fit_network(struct trainer *t, struct trainer_report *report)
{
    int rc = scorer_set_model(t->scorer, t->m, t->o->without);
    rc = rc ? rc : make_groups(t);
    rc = rc ? rc : list_texts(t);
    rc = rc ? rc : trainer_list_rivals(t);
    rc = rc ? rc : trainer_step_new(t);
    return rc ? rc : run_epochs(t, report);
}

int trainer_run(const struct catalog *c, const struct trainer_pair *train, size_t train_count,
                const struct trainer_pair *valid, size_t valid_count, size_t missed,
                const struct trainer_options *o, struct pool *pool, struct model **ret_model,
                struct trainer_report *report)
{
    struct trainer t = {.c = c, .train = train, .train_count = train_count, .valid = valid,
                        .valid_count = valid_count, .missed = missed, .o = o, .pool = pool};
    uint64_t begun = clock_mono_us();
    size_t same = 0;
    *report = (struct trainer_report){0};
    for (size_t i = 0; i < train_count; i++)
        same += train[i].same;
    if (!same) {
        log_error("training: no pair that is the same to learn from");
        return ERR_USAGE;
    }
    int rc = o->epochs ? start_model(&t) : keep_model(&t);
    rc = rc ? rc : split_pairs(&t);
    rc = rc || !o->epochs ? rc : fit_network(&t, report);
    rc = rc ? rc : o->without & WITHOUT_FOREST ? calibrate(&t, report) : trainer_fit_forest(&t, report);
    if (!rc) {
        report->seconds = (double)(clock_mono_us() - begun) / 1e6;
        model_refresh(t.m);
        *ret_model = t.m;
        t.m = NULL;
    }
    finish(&t);
    return rc;
}
