/*
 * cmd_train.c - `alignd train`: fits the model to gold links of a store.
 */
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/base/pool.h"
#include "alignd/base/progress.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/judged.h"
#include "alignd/cli/offline.h"
#include "alignd/model/scorer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct train {
    struct offline_options store;
    const char *links, *valid, *unjudged, *out, *without, *from, *level1;
    struct trainer_options o;
    int64_t seed, epochs, patience, rivals, threads, most, width;
    bool closed, bootstrap, quiet, verbose;
    struct judged train_pairs, valid_pairs;
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
    snprintf(note, sizeof(note), "loss %.4f  valid PRAUC %.4f", e->loss, e->valid.prauc);
    progress_update(&t->progress, done, (uint64_t)e->epoch, note);
    if (t->verbose && (e->best || done >= (double)(e->epoch + 1) / e->epochs))
        log_info("epoch %d: loss %.4f, valid PRAUC %.4f, best F1 %.4f%s", e->epoch + 1, e->loss,
                 e->valid.prauc, e->valid.f1, e->best ? " *" : "");
}

/* ret_gold: to be closed by the caller, also after a failure. */
static int read_links(struct train *t, const struct dataset *d, const char *path, const char *other,
                      bool keep_missed, struct judged *ret, struct gold **ret_gold)
{
    struct gold_options o = {.links = path, .unjudged = t->unjudged};
    if (other)
        o.other.at[o.other.count++] = other;
    int rc = gold_open(&o, ret_gold);
    rc = rc ? rc : judged_open(d, *ret_gold, keep_missed, ret);
    if (!rc && gold_is_labelled(*ret_gold)) /* such pairs are judged one by one */
        t->o.one_to_one = false;
    return rc;
}

/* The links to learn from and those to validate by; of strays each gets its share. */
static int read_all_links(struct train *t, const struct dataset *d)
{
    struct gold *g = NULL, *valid = NULL;
    int rc = read_links(t, d, t->links, t->valid, true, &t->train_pairs, &g);
    if (!rc && t->valid)
        rc = read_links(t, d, t->valid, t->links, false, &t->valid_pairs, &valid);
    else if (!rc)
        rc = judged_split(&t->train_pairs, &t->valid_pairs, dataset_catalog(d));
    double all = (double)(t->train_pairs.links + t->valid_pairs.links);
    if (!rc && t->closed && all > 0)
        rc = judged_add_strays(d, g, valid, (double)t->valid_pairs.links / all, &t->valid_pairs,
                               &t->train_pairs);
    gold_close(g);
    gold_close(valid);
    return rc;
}

/* Pseudo-labels of types without links, into the training pairs. */
static int add_bootstrap(struct train *t, const struct dataset *d, const struct model *m,
                         struct pool *pool)
{
    struct gold_options o = {.links = t->links, .unjudged = t->unjudged};
    struct judged linked = {0};
    struct gold *g = NULL;
    size_t before = t->train_pairs.links;
    int rc = t->links ? gold_open(&o, &g) : ERR_OK;
    if (g && !rc)
        rc = judged_open(d, g, false, &linked); /* tells it the linked types */
    rc = rc ? rc : judged_bootstrap(d, g, m, pool, (size_t)t->most, t->links ? 0.5f : 1.0f,
                                    &t->train_pairs);
    if (!rc)
        log_info("without labels: %zu pairs taken for true", t->train_pairs.links - before);
    judged_fini(&linked);
    gold_close(g);
    return rc;
}

static int write_figures(struct train *t, struct model *m)
{
    struct buf out = {0};
    struct json_writer w = json_writer_of(&out);
    const struct trainer_report *r = &t->report;
    const struct {
        const char *key;
        double value;
    } figures[] = {{"seconds", r->seconds},
                   {"epochs", r->epochs},
                   {"best_epoch", r->best_epoch},
                   {"true_pairs", (double)t->train_pairs.links},
                   {"valid_prauc", r->valid.prauc},
                   {"valid_f1", r->valid.f1},
                   {"valid_precision", r->valid.precision},
                   {"valid_recall", r->valid.recall},
                   {"valid_calibration_error", r->calibration_error}};
    json_writer_begin_object(&w);
    for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
        if (i == 0) /* the same seed is to give the same file: time stays out */
            continue;
        json_writer_key(&w, figures[i].key);
        json_writer_number(&w, figures[i].value);
    }
    json_writer_end_object(&w);
    buf_append_char(&out, '\0');
    int rc = buf_failed(&out) ? ERR_NO_MEMORY : model_set_figures(m, out.data);
    buf_fini(&out);
    return rc;
}

static int run(struct train *t, const struct dataset *d, const struct model *first,
               struct pool *pool)
{
    const struct catalog *c = dataset_catalog(d);
    struct model *m = NULL;
    int rc = ERR_OK;
    if (t->links)
        rc = read_all_links(t, d);
    if (!rc && t->bootstrap)
        rc = add_bootstrap(t, d, first, pool);
    if (!rc && !t->links)
        rc = judged_split(&t->train_pairs, &t->valid_pairs, c);
    if (rc)
        return rc;
    log_info("training on %zu pairs, %zu true; validating on %zu, %zu true", t->train_pairs.count,
             t->train_pairs.links, t->valid_pairs.count, t->valid_pairs.links);
    progress_begin(&t->progress, "train", "epochs");
    rc = trainer_run(c, t->train_pairs.pairs, t->train_pairs.count, t->valid_pairs.pairs,
                     t->valid_pairs.count, t->valid_pairs.missed, &t->o, pool, &m, &t->report);
    progress_end(&t->progress);
    rc = rc ? rc : write_figures(t, m);
    rc = rc ? rc : model_save(m, t->out);
    if (!rc)
        printf("expected: precision %.4f recall %.4f F1 %.4f at %.4f from %zu links\n",
               t->report.expected.precision, t->report.expected.recall, t->report.expected.f1,
               model_threshold(m), t->report.links);
    if (!rc)
        printf("%s: %d epochs in %.1f s, the best was %d; on validation PRAUC %.4f, best F1 %.4f "
               "(precision %.4f, recall %.4f) at %.3f\n",
               t->out, t->report.epochs, t->report.seconds, t->report.best_epoch,
               t->report.valid.prauc, t->report.valid.f1, t->report.valid.precision,
               t->report.valid.recall, t->report.valid.threshold);
    model_free(m);
    return rc;
}

static int check(struct train *t, int extra)
{
    if (!t->links && (t->closed || t->valid)) {
        log_error("train: --%s says something of links: --links TSV is missing",
                  t->closed ? "closed" : "valid");
        return ERR_USAGE;
    }
    if (extra || !t->out || (!t->links && !t->bootstrap)) {
        log_error("train: %s", extra     ? "unexpected argument"
                                      : !t->out ? "--model FILE is missing"
                                                : "--links TSV or --bootstrap is missing");
        return ERR_USAGE;
    }
    if (!model_parse_level1(slice_of(t->level1), &t->o.level1)) {
        log_error("train: --level1: all or nameless");
        return ERR_USAGE;
    }
    t->o.seed = (uint64_t)t->seed;
    t->o.epochs = t->epochs >= 0 ? (int)t->epochs : t->from && strcmp(t->from, "-") == 0 ? 20 : 0;
    t->o.closed = t->closed;
    t->o.patience = (int)t->patience;
    t->o.rivals = (int)t->rivals;
    t->o.width = t->width <= 64 ? 64 : 128;
    t->o.stop = &stopped;
    t->o.tell = tell;
    t->o.arg = t;
    return scorer_parse_without(slice_of(t->without ? t->without : ""), &t->o.without);
}

int cmd_train(int argc, char **argv)
{
    struct train t = {.o = trainer_options_default(), .seed = 1, .most = 2000, .level1 = "nameless"};
    t.epochs = -1;
    t.patience = t.o.patience;
    t.rivals = t.o.rivals;
    t.width = t.o.width;
    t.threads = sysconf(_SC_NPROCESSORS_ONLN);
    const struct arg table[] = {
        {.name = "store", .letter = 's', .type = ARG_TEXT, .to = &t.store.store, .value = "DIR", .help = "the store, loaded with both catalogs"},
        {.name = "links", .letter = 'l', .type = ARG_TEXT, .to = &t.links, .value = "TSV", .help = "gold links: IRI <TAB> IRI, or labelled pairs with 1 or 0 in a third column"},
        {.name = "valid", .letter = 'v', .type = ARG_TEXT, .to = &t.valid, .value = "TSV", .help = "links to stop, calibrate and set the threshold by; without: a fifth of the links"},
        {.name = "unjudged", .letter = 'u', .type = ARG_TEXT, .to = &t.unjudged, .value = "FILE", .help = "IRIs, one a line, that are left out"},
        {.name = "closed", .letter = 'c', .type = ARG_FLAG, .to = &t.closed, .help = "the links are complete: what of their types no link names has no counterpart, and is learnt from"},
        {.name = "model", .letter = 'm', .type = ARG_TEXT, .to = &t.out, .value = "FILE", .help = "where to write the model (safetensors)"},
        {.name = "bootstrap", .letter = 'b', .type = ARG_FLAG, .to = &t.bootstrap, .help = "also learn, of types without links, from pairs that are true beyond much doubt"},
        {.name = "most", .type = ARG_INT, .to = &t.most, .value = "N", .min = 1, .max = 1e9, .help = "of these, at most so many"},
        {.name = "seed", .type = ARG_INT, .to = &t.seed, .value = "N", .min = 0, .max = 9e15, .help = "the same seed gives the same file"},
        {.name = "epochs", .letter = 'e', .type = ARG_INT, .to = &t.epochs, .value = "N", .min = 0, .max = 10000, .help = "of the network, at most (default 20); 0, the default where it begins with a fitted one: the network stays, trees are fitted"},
        {.name = "patience", .type = ARG_INT, .to = &t.patience, .value = "N", .min = 1, .max = 10000, .help = "stop after so many epochs without a better one"},
        {.name = "rivals", .type = ARG_INT, .to = &t.rivals, .value = "N", .min = 1, .max = 60, .help = "false pairs a true one meets in an epoch"},
        {.name = "rate", .type = ARG_DOUBLE, .to = &t.o.rate, .value = "X", .min = 1e-6, .max = 1, .help = "of learning"},
        {.name = "pull", .type = ARG_DOUBLE, .to = &t.o.pull, .value = "X", .min = 0, .max = 100, .help = "back to the untrained parameters"},
        {.name = "forget", .type = ARG_DOUBLE, .to = &t.o.forget, .value = "X", .min = 0, .max = 0.9, .help = "share of neighbours left out by chance"},
        {.name = "width", .type = ARG_INT, .to = &t.width, .value = "N", .min = 64, .max = 128, .help = "floats of a vector: 64 or 128"},
        {.name = "generic", .type = ARG_FLAG, .to = &t.o.generic, .help = "learn no relation by name: for catalogs of other vocabularies"},
        {.name = "level1", .type = ARG_TEXT, .to = &t.level1, .value = "WHOSE", .help = "whose own neighbourhoods a pair looks at, of its neighbours: nameless (the default: what has a name is compared by it) or all"},
        {.name = "from", .letter = 'f', .type = ARG_TEXT, .to = &t.from, .value = "FILE", .help = "a model to begin with; without: the default one; - for the untrained one"},
        {.name = "without", .type = ARG_TEXT, .to = &t.without, .value = "LIST", .help = "leave out cross, self, graph, values, text, cosines or level1: an experiment"},
        {.name = "threads", .letter = 'j', .type = ARG_INT, .to = &t.threads, .value = "N", .min = 1, .max = 64, .help = "the result does not depend on it"},
        {.name = "quiet", .letter = 'q', .type = ARG_FLAG, .to = &t.quiet, .help = "no progress"},
        {.name = "verbose", .type = ARG_FLAG, .to = &t.verbose, .help = "a line an epoch"},
    };
    const struct args args = {"alignd train --store DIR --links TSV --model FILE [OPTION]...",
                              "Fits the model to gold links.  Ctrl-C ends with the best so far.",
                              table, sizeof(table) / sizeof(*table)};
    char **rest;
    int count, rc = args_parse(&args, argc, argv, &rest, &count);
    if (rc)
        return rc == ARGS_HELP ? 0 : err_exit_status(rc);
    if ((rc = check(&t, count)))
        return err_exit_status(rc);
    progress_set_enabled(!t.quiet);
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    struct offline store;
    struct dataset *d = NULL;
    rc = offline_open(&t.store, &store);
    if (rc)
        return offline_status(rc);
    struct pool *pool = pool_new((unsigned)t.threads);
    struct model *from = NULL;
    rc = pool ? dataset_open(store.engine, &d) : ERR_NO_MEMORY;
    if (!rc && (!t.from || strcmp(t.from, "-") != 0))
        rc = t.from ? model_load(t.from, &from) : model_load_default(&from);
    t.o.from = from;
    rc = rc ? rc : run(&t, d, from ? from : store.model, pool);
    model_free(from);
    judged_fini(&t.train_pairs);
    judged_fini(&t.valid_pairs);
    dataset_close(d);
    pool_free(pool);
    offline_close(&store);
    return offline_status(rc);
}
