/*
 * cmd_train.c - `alignd train`: fits the model to gold links of a store.
 */
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/base/pool.h"
#include "alignd/base/progress.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/cli/verdict_file.h"
#include "alignd/learn/ablation.h"
#include "alignd/learn/bootstrap.h"
#include "alignd/learn/expect.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct train {
    struct offline_options store;
    const char *links, *valid, *unjudged, *out, *without, *from;
    struct args_list other, verdicts;
    struct trainer_options o;
    int64_t seed, epochs, patience, rivals, threads, most, width, rounds;
    bool closed, bootstrap, quiet, verbose, json;
    struct gold *gold;       /* of the links; NULL without */
    struct gold *valid_gold; /* of --valid; NULL without */
    struct judged train_pairs, valid_pairs;
    size_t sure; /* matches taken for true without labels */
    struct progress progress;
    struct trainer_report report;
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static void tell(void *arg, const struct trainer_epoch *e, double done)
{
    struct train *t = arg;
    char note[100];
    assert(e->epoch >= 0 && e->epoch < e->epochs);
    snprintf(note, sizeof(note), "loss %.4f  valid PRAUC %.4f", e->loss, e->valid.prauc);
    progress_update(&t->progress, done, (uint64_t)e->epoch, note);
    if (t->verbose && (e->best || done >= (double)(e->epoch + 1) / e->epochs))
        log_info("epoch %d: loss %.4f, valid PRAUC %.4f, best F1 %.4f%s", e->epoch + 1, e->loss,
                 e->valid.prauc, e->valid.f1, e->best ? " *" : "");
}

static int open_links(struct train *t, const char *path, const char *other, struct gold **ret)
{
    assert(!*ret);
    struct gold_options o = {.links = path, .other = t->other, .unjudged = t->unjudged};
    if (other && o.other.count == ARGS_LIST_MAX) {
        log_error("train: too many --all-links");
        return ERR_USAGE;
    }
    if (other)
        o.other.at[o.other.count++] = other;
    int rc = gold_open(&o, ret);
    if (rc)
        return rc;
    if (gold_is_labelled(*ret)) /* such pairs are judged one by one */
        t->o.one_to_one = false;
    return ERR_OK;
}

/* Where other matches are learnt from as well, types that were looked at here and there are still
 * without links. */
static int take_verdict(void *arg, struct slice a, struct slice b, enum verdict verdict)
{
    struct train *t = arg;
    assert(t->gold && verdict != VERDICT_NONE);
    return gold_add_verdict(t->gold, a, b, verdict == VERDICT_SAME, t->bootstrap);
}

/* The links to learn from and those to validate by; of strays each gets its share. */
static int read_links(struct train *t, const struct dataset *d)
{
    assert(!t->gold && !t->valid_gold && (t->links || t->verdicts.count));
    int rc = open_links(t, t->links, t->valid, &t->gold);
    if (rc || (rc = verdict_file_each(&t->verdicts, take_verdict, t)))
        return rc;
    judged_open(d, t->gold, true, &t->train_pairs);
    if (t->valid) {
        if ((rc = open_links(t, t->valid, t->links, &t->valid_gold)))
            return rc;
        judged_open(d, t->valid_gold, false, &t->valid_pairs);
    } else {
        judged_split(&t->train_pairs, &t->valid_pairs, dataset_catalog(d));
    }
    double all = (double)(t->train_pairs.links + t->valid_pairs.links);
    if (t->closed && all > 0)
        judged_add_strays(d, t->gold, t->valid_gold, (double)t->valid_pairs.links / all,
                          &t->valid_pairs, &t->train_pairs);
    return ERR_OK;
}

/* Does a verdict say already what the pair is? */
static bool is_judged(const struct train *t, const struct catalog *c, struct catalog_pair pair)
{
    const struct catalog_entity *a = &c->entities[pair.a], *b = &c->entities[pair.b];
    enum gold_verdict v = t->gold ? gold_judge(t->gold, a->iri, b->iri, a->type) : GOLD_UNJUDGED;
    return v == GOLD_RIGHT || v == GOLD_WRONG;
}

/* Sure matches of types without links to learn from; without any link also to validate by. */
static int add_bootstrap(struct train *t, const struct dataset *d, const struct model *m,
                         struct pool *pool)
{
    assert(t->bootstrap && t->most > 0);
    bool alone = !t->links || !t->train_pairs.links; /* verdicts are of too few to validate by */
    struct trainer_options trainer = t->o;
    struct bootstrap_options o = {.gold = t->gold,
                                  .from = m,
                                  .trainer = &trainer,
                                  .most = (size_t)t->most,
                                  .weight = alone ? 1.0f : 0.5f,
                                  .rounds = (int)t->rounds};
    struct judged pairs = {0};
    trainer.one_to_one = true;
    trainer.tell = NULL;
    int rc = bootstrap_run(d, &o, pool, &pairs, &t->sure);
    if (rc)
        goto done;
    log_info("without labels: %zu matches are sure enough to learn from", t->sure);
    if (alone)
        judged_split(&pairs, &t->valid_pairs, dataset_catalog(d));
    for (size_t i = 0; i < pairs.count; i++) {
        const struct trainer_pair *p = &pairs.pairs[i];
        if (is_judged(t, dataset_catalog(d), p->pair)) {
            pairs.links -= p->same;
            continue;
        }
        judged_add(&t->train_pairs, p->pair, p->same, p->weight);
    }
    t->train_pairs.links += pairs.links;
done:
    judged_fini(&pairs);
    return rc;
}

/* Of the model's file, and of --json. */
static void add_figures(struct json_writer *w, const struct train *t)
{
    const struct trainer_report *r = &t->report;
    assert(r->best_epoch <= r->epochs);
    json_writer_add_number(w, "epochs", r->epochs);
    json_writer_add_number(w, "best_epoch", r->best_epoch);
    json_writer_add_number(w, "true_pairs", (double)t->train_pairs.links);
    json_writer_add_number(w, "valid_prauc", r->valid.prauc);
    json_writer_add_number(w, "valid_f1", r->valid.f1);
    json_writer_add_number(w, "valid_precision", r->valid.precision);
    json_writer_add_number(w, "valid_recall", r->valid.recall);
    json_writer_add_number(w, "valid_calibration_error", r->calibration_error);
}

static void write_figures(struct train *t, struct model *m)
{
    struct buf out = {0};
    struct json_writer w = json_writer_of(&out);
    json_writer_begin_object(&w);
    add_figures(&w, t); /* the same seed is to give the same file: time stays out */
    json_writer_end_object(&w);
    buf_append_char(&out, '\0');
    assert(out.data[out.len - 1] == '\0');
    model_set_figures(m, out.data);
    buf_fini(&out);
}

static int learn(struct train *t, const struct dataset *d, struct pool *pool, struct model **ret)
{
    assert(!*ret && t->o.stop);
    log_info("training on %zu pairs, %zu true; validating on %zu, %zu true", t->train_pairs.count,
             t->train_pairs.links, t->valid_pairs.count, t->valid_pairs.links);
    progress_begin(&t->progress, "train", "epochs");
    int rc = trainer_run(dataset_catalog(d), t->train_pairs.pairs, t->train_pairs.count,
                         t->valid_pairs.pairs, t->valid_pairs.count, t->valid_pairs.missed, &t->o,
                         pool, ret, &t->report);
    progress_end(&t->progress);
    if (rc)
        return rc;
    write_figures(t, *ret);
    return ERR_OK;
}

/*
 * What to expect, by links that were held out, and the threshold that is best for it: on
 * pairs of linked entities alone, as the trainer sees them, it cannot be known.  A model for
 * other catalogs keeps the trainer's, which leaves room for them.
 */
static int settle(struct train *t, const struct dataset *d, struct model *m, bool linked,
                  struct pool *pool, struct threshold_curve *ret_curve)
{
    assert(m && !ret_curve->points);
    if (!linked)
        return bootstrap_settle(d, NULL, m, pool, ret_curve);
    if (t->report.expected.count) { /* out of fold, of all links */
        *ret_curve = t->report.expected;
        t->report.expected = (struct threshold_curve){0};
        return ERR_OK;
    }
    int rc = expect_measure(d, t->valid_gold ? t->valid_gold : t->gold, &t->valid_pairs, t->closed,
                            m, pool, ret_curve);
    if (rc)
        return rc;
    if (t->o.one_to_one && !t->o.generic)
        model_set_threshold(m, threshold_best(ret_curve));
    return ERR_OK;
}

/* What expect_tell and expect_tell_pairs say in words. */
static void add_expected(struct json_writer *w, const struct train *t, const struct model *m,
                         bool linked, const struct threshold_curve *c)
{
    assert(m && (c->points || !c->count));
    const struct metrics *v = &t->report.valid;
    bool pairs = linked && !t->o.one_to_one;
    struct threshold_point p = {.precision = v->precision, .recall = v->recall, .f1 = v->f1};
    if (!pairs)
        p = threshold_at(c, model_threshold(m));
    json_writer_key(w, "expected");
    json_writer_begin_object(w);
    json_writer_add_text(w, "of", pairs ? "pairs" : "matches");
    json_writer_add_number(w, "threshold", pairs ? v->threshold : model_threshold(m));
    json_writer_add_number(w, "precision", p.precision);
    json_writer_add_number(w, "recall", p.recall);
    json_writer_add_number(w, "f1", p.f1);
    json_writer_add_unsigned(w, "estimated_from", pairs ? v->positives + v->negatives : c->links);
    json_writer_end_object(w);
}

static void write_end(const struct train *t, const struct model *m, bool linked,
                      const struct threshold_curve *c)
{
    assert(t->json);
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    json_writer_add_text(w, "model", t->out);
    json_writer_add_bool(w, "learnt", true);
    json_writer_add_number(w, "seconds", t->report.seconds);
    json_writer_add_bool(w, "linked", linked);
    json_writer_add_unsigned(w, "sure_matches", t->sure);
    add_figures(w, t);
    add_expected(w, t, m, linked, c);
    json_line_end(&line);
}

static void tell_end(const struct train *t, const struct model *m, bool linked,
                     const struct threshold_curve *c)
{
    assert(t->out && m);
    const struct trainer_report *r = &t->report;
    if (t->json) {
        write_end(t, m, linked, c);
        return;
    }
    printf("%s: %d epochs in %.1f s, the best was %d", t->out, r->epochs, r->seconds,
           r->best_epoch);
    if (t->valid_pairs.links)
        printf("; on validation PRAUC %.4f, best F1 %.4f (precision %.4f, recall %.4f) at %.3f%s",
               r->valid.prauc, r->valid.f1, r->valid.precision, r->valid.recall, r->valid.threshold,
               linked ? "" : ", of pairs that were sure before");
    printf("\n");
    if (linked && !t->o.one_to_one)
        expect_tell_pairs(&r->valid);
    else
        expect_tell(c, model_threshold(m));
}

static void write_kept(const struct train *t)
{
    assert(t->json);
    struct json_line line;
    struct json_writer *w = json_line_begin(&line);
    json_writer_add_text(w, "model", t->out);
    json_writer_add_bool(w, "learnt", false);
    json_writer_add_unsigned(w, "sure_matches", t->sure);
    json_line_end(&line);
}

/* There is nothing to learn from. */
static int keep(const struct train *t, const struct model *first)
{
    assert(t->bootstrap && first);
    assert(!t->sure);
    int rc = model_save(first, t->out);
    if (rc)
        return rc;
    if (t->json)
        write_kept(t);
    else
        printf("%s: the model it began with, as it was: of no type %d matches are sure enough to "
               "learn from; links of some pairs would help\n",
               t->out, BOOTSTRAP_LEAST);
    return ERR_OK;
}

static int run(struct train *t, const struct dataset *d, const struct model *first,
               struct pool *pool)
{
    assert(t->links || t->verdicts.count || t->bootstrap);
    struct model *m = NULL;
    struct threshold_curve curve = {0};
    int rc;
    if ((t->links || t->verdicts.count) && (rc = read_links(t, d)))
        return rc;
    bool linked = (t->links || !t->bootstrap) && (t->train_pairs.links || t->valid_pairs.links);
    if (t->bootstrap && (rc = add_bootstrap(t, d, first, pool)))
        return rc;
    if (t->bootstrap && !t->train_pairs.links && !t->sure)
        return keep(t, first);
    if ((rc = learn(t, d, pool, &m)) || (rc = settle(t, d, m, linked, pool, &curve)) ||
        (rc = model_save(m, t->out)))
        goto done;
    assert(m);
    tell_end(t, m, linked, &curve);
done:
    threshold_curve_fini(&curve);
    threshold_curve_fini(&t->report.expected);
    model_free(m);
    return rc;
}

static int check(struct train *t)
{
    if (!t->links && (t->closed || t->valid)) {
        log_error("train: --%s says something of links: --links TSV is missing",
                  t->closed ? "closed" : "valid");
        return ERR_USAGE;
    }
    if (!t->out || (!t->links && !t->verdicts.count && !t->bootstrap)) {
        log_error("train: %s", !t->out ? "--model FILE is missing"
                                       : "--links TSV, --verdicts FILE or --bootstrap is missing");
        return ERR_USAGE;
    }
    assert(t->out && (t->links || t->verdicts.count || t->bootstrap));
    t->o.seed = (uint64_t)t->seed;
    t->o.epochs = t->epochs >= 0 ? (int)t->epochs : t->from && strcmp(t->from, "-") == 0 ? 20 : 0;
    t->o.closed = t->closed;
    t->o.patience = (int)t->patience;
    t->o.rivals = (int)t->rivals;
    t->o.width = t->width <= 64 ? 64 : 128;
    t->o.stop = &stopped;
    t->o.tell = tell;
    t->o.arg = t;
    assert(t->o.width == 64 || t->o.width == 128);
    return ablation_parse(slice_of(t->without ? t->without : ""), &t->o.without);
}

static int train(struct train *t)
{
    assert(t->threads > 0);
    struct offline store;
    struct dataset *d = NULL;
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    int rc = offline_open(&t->store, &store);
    if (rc)
        return rc;
    struct pool *pool = pool_new((unsigned)t->threads);
    struct model *from = NULL;
    if ((rc = dataset_open(engine_state(store.engine), &d)))
        goto done;
    if ((!t->from || strcmp(t->from, "-") != 0) &&
        (rc = t->from ? model_load(t->from, &from) : model_load_default(&from)))
        goto done;
    assert(d && pool);
    t->o.from = from;
    rc = run(t, d, from ? from : store.model, pool);
done:
    model_free(from);
    gold_close(t->gold);
    gold_close(t->valid_gold);
    judged_fini(&t->train_pairs);
    judged_fini(&t->valid_pairs);
    dataset_close(d);
    pool_free(pool);
    offline_close(&store);
    return rc;
}

static int read_arguments(struct train *t, int argc, char **argv)
{
    assert(t->epochs == -1); /* not given, so far */
    const struct arg table[] = {
        ARG(.name = "store", .letter = 's', .type = ARG_TEXT, .to = &t->store.store, .value = "DIR",
            .help = "the store, loaded with both catalogs"),
        ARG(.name = "links", .was = 'l', .type = ARG_TEXT, .to = &t->links, .value = "TSV",
            .help = "gold links: IRI <TAB> IRI, or labelled pairs with 1 or 0 in a third column"),
        ARG(.name = "verdicts", .type = ARG_LIST, .to = &t->verdicts, .value = "FILE",
            .help = "pairs that somebody decided (owl:sameAs, owl:differentFrom), in SSSOM or any "
                    "format of load, as links and as pairs that are none; may be given again"),
        ARG(.name = "valid", .was = 'v', .type = ARG_TEXT, .to = &t->valid, .value = "TSV",
            .help =
                "links to stop, calibrate and set the threshold by; without: a fifth of the links"),
        ARG(.name = "unjudged", .was = 'u', .type = ARG_TEXT, .to = &t->unjudged, .value = "FILE",
            .help = "IRIs, one a line, that are left out"),
        ARG(.name = "all-links", .was = 'a', .type = ARG_LIST, .to = &t->other, .value = "TSV",
            .help = "links of other splits, whose entities are left out; may be given again"),
        ARG(.name = "closed", .was = 'c', .type = ARG_FLAG, .to = &t->closed,
            .help = "the links are complete: what of their types no link names has no counterpart, "
                    "and is learnt from"),
        ARG(.name = "model", .was = 'm', .type = ARG_TEXT, .to = &t->out, .value = "FILE",
            .help = "where to write the model (safetensors)"),
        ARG(.name = "bootstrap", .was = 'b', .type = ARG_FLAG, .to = &t->bootstrap,
            .help =
                "also learn, of types without links, from matches that are true beyond much doubt"),
        ARG(.name = "most", .type = ARG_INT, .to = &t->most, .value = "N", .min = 1, .max = 1e9,
            .help = "of these, of a type at most so many"),
        ARG(.name = "rounds", .type = ARG_INT, .to = &t->rounds, .value = "N", .min = 0, .max = 10,
            .help = "of these: how often two models choose them anew for each other"),
        ARG(.name = "seed", .type = ARG_INT, .to = &t->seed, .value = "N", .min = 0, .max = 9e15,
            .help = "the same seed gives the same file"),
        ARG(.name = "epochs", .was = 'e', .type = ARG_INT, .to = &t->epochs, .value = "N", .min = 0,
            .max = 10000,
            .help = "of the network, at most; 0, the default unless it begins with --from -: the "
                    "network stays as it is, and trees are fitted"),
        ARG(.name = "patience", .type = ARG_INT, .to = &t->patience, .value = "N", .min = 1,
            .max = 10000, .help = "stop after so many epochs without a better one"),
        ARG(.name = "rivals", .type = ARG_INT, .to = &t->rivals, .value = "N", .min = 1, .max = 60,
            .help = "false pairs a true one meets in an epoch"),
        ARG(.name = "rate", .type = ARG_DOUBLE, .to = &t->o.rate, .value = "X", .min = 1e-6,
            .max = 1, .help = "of learning"),
        ARG(.name = "pull", .type = ARG_DOUBLE, .to = &t->o.pull, .value = "X", .min = 0,
            .max = 100, .help = "back to the untrained parameters"),
        ARG(.name = "forget", .type = ARG_DOUBLE, .to = &t->o.forget, .value = "X", .min = 0,
            .max = 0.9, .help = "share of neighbours left out by chance"),
        ARG(.name = "width", .type = ARG_INT, .to = &t->width, .value = "N", .min = 64, .max = 128,
            .help = "floats of a vector: 64 or 128"),
        ARG(.name = "generic", .type = ARG_FLAG, .to = &t->o.generic,
            .help = "learn no relation by name: for catalogs of other vocabularies"),
        ARG(.name = "from", .was = 'f', .type = ARG_TEXT, .to = &t->from, .value = "FILE",
            .help = "a model to begin with; without: the default one; - for the untrained one"),
        ARG(.name = "without", .type = ARG_TEXT, .to = &t->without, .value = "LIST",
            .help = "leave out cross, self, graph, values, text, cosines or level1: an experiment"),
        ARG(.name = "threads", .letter = 'j', .type = ARG_INT, .to = &t->threads, .value = "N",
            .min = 1, .max = 64, .help = "the result does not depend on it"),
        OFFLINE_QUIET_ARG(&t->quiet),
        ARG(.name = "verbose", .letter = 'v', .type = ARG_FLAG, .to = &t->verbose,
            .help = "a line an epoch"),
        JSON_ARG(&t->json),
    };
    const struct args args = {"alignd train --store DIR --links TSV --model FILE [OPTION]...",
                              "Fits the model to gold links.  Ctrl-C ends with the best so far.",
                              table, sizeof(table) / sizeof(*table)};
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return rc;
    return check(t);
}

int cmd_train(int argc, char **argv)
{
    struct train t = {
        .store = {.read_only = true}, .o = trainer_options_default(), .seed = 1, .most = 2000};
    t.epochs = -1; /* not given */
    t.rounds = 1;
    t.patience = t.o.patience;
    t.rivals = t.o.rivals;
    t.width = t.o.width;
    t.threads = sysconf(_SC_NPROCESSORS_ONLN);
    int rc = read_arguments(&t, argc, argv);
    if (rc)
        return args_exit_status(rc);
    progress_set_enabled(!t.quiet);
    assert(t.out);
    return offline_status(train(&t));
}
