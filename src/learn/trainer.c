/*
 * trainer.c - the course of a training: the model it begins with, epochs until they no longer help,
 * the best one calibrated, or handed to the last stage (trainer_forest.c).
 */
#include "alignd/learn/trainer.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/pool.h"
#include "alignd/learn/one_to_one.h"
#include "trainer_internal.h"

#include <assert.h>
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
                                    .width = 128};
}

int trainer_by_key(const void *a, const void *b)
{
    const struct trainer_key *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* --- an epoch --- */

static void validate(struct trainer *t, struct metrics *ret)
{
    assert(t->valid_scorer && t->m);
    float *logit = memory_calloc(t->valid_count + 1, sizeof(*logit));
    struct metrics_item *items = memory_calloc(t->valid_count + 1, sizeof(*items));
    scorer_set_model(t->valid_scorer, t->m, t->o->without);
    scorer_logits(t->valid_scorer, logit);
    for (size_t i = 0; i < t->valid_count; i++)
        items[i] = (struct metrics_item){logit[i], t->valid[i].same};
    *ret = metrics_of(items, t->valid_count, t->missed);
    free(logit);
    free(items);
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
    assert(plateau >= 0 && (items || !n));
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
static void best_of_matches(const struct trainer *t, struct metrics_item *items, const float *score,
                            struct metrics *ret)
{
    bool *matched = memory_calloc(t->valid_count + 1, sizeof(*matched));
    one_to_one_choose(t->valid_pairs, score, t->valid_count, t->c->entity_count, 0.0, matched);
    size_t n = 0, missed = t->missed;
    for (size_t i = 0; i < t->valid_count; i++) {
        missed += t->valid[i].same && !matched[i];
        if (matched[i])
            items[n++] = (struct metrics_item){score[i], t->valid[i].same};
    }
    assert(n <= t->valid_count);
    *ret = metrics_of(items, n, missed);
    raise_threshold(items, n, missed, t->o->generic ? PLATEAU_GENERIC : PLATEAU, ret);
    free(matched);
}

/* Platt's scaling and the threshold, on validation. */
static void calibrate(struct trainer *t, struct trainer_report *report)
{
    assert(t->valid_scorer && t->m);
    float *score = memory_calloc(t->valid_count + 1, sizeof(*score));
    struct metrics_item *items = memory_calloc(t->valid_count + 1, sizeof(*items));
    scorer_set_model(t->valid_scorer, t->m, t->o->without);
    scorer_logits(t->valid_scorer, score);
    if (t->valid_count) {
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
            best_of_matches(t, items, score, &report->valid);
        report->valid.prauc = all.prauc;
        assert(report->valid.threshold >= 0 && report->valid.threshold <= 1);
        t->m->threshold = report->valid.threshold;
    }
    free(score);
    free(items);
}

static void shuffle(struct trainer *t, int epoch, struct trainer_key *order)
{
    assert(epoch >= 0 && order);
    for (size_t i = 0; i < t->group_count; i++)
        order[i] =
            (struct trainer_key){hash_mix(hash_mix(t->o->seed, (uint64_t)epoch), i), (uint32_t)i};
    qsort(order, t->group_count, sizeof(*order), trainer_by_key);
}

static void run_epoch(struct trainer *t, int epoch, struct trainer_key *order, double *ret_loss)
{
    assert(t->o->epochs > 0 && epoch >= 0 && epoch < t->o->epochs);
    double loss = 0, weight = 0;
    scorer_set_model(t->scorer, t->m, t->o->without);
    if (epoch)
        trainer_refresh_rivals(t, epoch);
    shuffle(t, epoch, order);
    for (size_t i = 0; i < t->group_count; i += TRAINER_BATCH) {
        size_t n = t->group_count - i < TRAINER_BATCH ? t->group_count - i : TRAINER_BATCH;
        /* the rate falls along half a cosine, after a rise over the first half epoch */
        double done = ((double)epoch + (double)i / (double)t->group_count) / t->o->epochs;
        double rise = fmin(1.0, done * t->o->epochs * 2 + 0.05);
        double rate = t->o->rate * rise * (0.55 + 0.45 * cos(3.14159265358979 * done));
        trainer_step(t, order + i, n, epoch, rate, &loss, &weight);
        if (t->o->tell && i % (16 * TRAINER_BATCH) == 0) {
            struct trainer_epoch e = {
                .epoch = epoch, .epochs = t->o->epochs, .loss = loss / weight, .valid = t->last};
            t->o->tell(t->o->arg, &e, done);
        }
        if (t->o->stop && *t->o->stop)
            break;
    }
    *ret_loss = weight > 0 ? loss / weight : 0.0;
}

static void run_epochs(struct trainer *t, struct trainer_report *report)
{
    assert(t->o->epochs > 0);
    struct trainer_key *order = memory_calloc(t->group_count + 1, sizeof(*order));
    float *best = memory_malloc(t->m->slab_floats * sizeof(*best));
    double best_prauc = -1;
    if (t->valid_count && t->o->from) { /* what it begins with is to be surpassed */
        validate(t, &t->last);
        best_prauc = t->last.prauc;
        memcpy(best, t->m->slab, t->m->slab_floats * sizeof(*best));
    }
    for (int epoch = 0; epoch < t->o->epochs; epoch++) {
        double loss;
        run_epoch(t, epoch, order, &loss);
        validate(t, &t->last);
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
    assert(report->epochs > 0 && report->epochs <= t->o->epochs);
    memcpy(t->m->slab, best, t->m->slab_floats * sizeof(*best));
    free(order);
    free(best);
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
    assert(m != from && m->d == from->d && m->h == from->h);
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

static void start_model(struct trainer *t)
{
    assert(!t->m && t->o->epochs);
    struct slice *names = memory_calloc(t->c->relation_count + 1, sizeof(*names));
    struct model_shape shape = {1, (size_t)t->o->width,       (size_t)t->o->width / 2, 0,
                                0, t->o->generic ? 64 : 65536};
    size_t n = t->o->generic ? 0 : t->c->relation_count;
    for (size_t i = 0; i < n; i++)
        names[i] = t->c->relations[i].name;
    model_new_empty(&shape, names, n, &t->m);
    free(names);
    t->m->level1 = MODEL_LEVEL1_NAMELESS;
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
    ablation_init(&t->ablated, t->m, t->o->without);
    network_gradient_new(t->m, &t->start);
}

/* The network of the model it begins with, as it is. */
static void keep_model(struct trainer *t)
{
    assert(!t->m);
    if (t->o->from)
        model_with_level1(t->o->from, MODEL_LEVEL1_NAMELESS, &t->m);
    else
        model_new_default(t->o->seed, &t->m);
    forest_fini(&t->m->forest);
}

static void split_pairs(struct trainer *t)
{
    assert(!t->scorer && !t->valid_scorer);
    t->train_pairs = memory_calloc(t->train_count + 1, sizeof(*t->train_pairs));
    t->valid_pairs = memory_calloc(t->valid_count + 1, sizeof(*t->valid_pairs));
    for (size_t i = 0; i < t->train_count; i++)
        t->train_pairs[i] = t->train[i].pair;
    for (size_t i = 0; i < t->valid_count; i++)
        t->valid_pairs[i] = t->valid[i].pair;
    scorer_new(t->c, t->train_pairs, t->train_count, t->pool, &t->scorer);
    scorer_new(t->c, t->valid_pairs, t->valid_count, t->pool, &t->valid_scorer);
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

static void fit_network(struct trainer *t, struct trainer_report *report)
{
    assert(t->m && t->scorer);
    scorer_set_model(t->scorer, t->m, t->o->without);
    trainer_make_groups(t);
    trainer_list_texts(t);
    trainer_list_rivals(t);
    trainer_step_new(t);
    run_epochs(t, report);
}

int trainer_run(const struct catalog *c, const struct trainer_pair *train, size_t train_count,
                const struct trainer_pair *valid, size_t valid_count, size_t missed,
                const struct trainer_options *o, struct pool *pool, struct model **ret_model,
                struct trainer_report *report)
{
    assert((train || !train_count) && (valid || !valid_count));
    assert(o->width == 64 || o->width == 128);
    assert(o->epochs >= 0 && o->patience > 0 && o->rivals > 0);
    assert(o->forget >= 0 && o->forget < 1 && o->rate > 0);
    struct trainer t = {.c = c,
                        .train = train,
                        .train_count = train_count,
                        .valid = valid,
                        .valid_count = valid_count,
                        .missed = missed,
                        .o = o,
                        .pool = pool};
    uint64_t begun = clock_mono_us();
    size_t same = 0;
    *report = (struct trainer_report){0};
    for (size_t i = 0; i < train_count; i++)
        same += train[i].same;
    if (!same) {
        log_error("training: no pair that is the same to learn from");
        return ERR_USAGE;
    }
    if (o->epochs)
        start_model(&t);
    else
        keep_model(&t);
    split_pairs(&t);
    if (o->epochs)
        fit_network(&t, report);
    if (o->without & WITHOUT_FOREST)
        calibrate(&t, report);
    else
        trainer_fit_forest(&t, report);
    report->seconds = (double)(clock_mono_us() - begun) / 1e6;
    model_refresh(t.m);
    assert(t.m->threshold >= 0 && t.m->threshold <= 1);
    *ret_model = t.m;
    t.m = NULL;
    finish(&t);
    return ERR_OK;
}
