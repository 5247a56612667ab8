/*
 * cmd_eval.c - `alignd eval`: how good a model is on gold links of a store, as
 * serving would use it: its candidates, scores, one-to-one matches; and what
 * the parts of the network and the sampling are worth.
 */
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/pool.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/eval_page.h"
#include "alignd/cli/json_line.h"
#include "alignd/cli/offline.h"
#include "alignd/learn/ablation.h"
#include "alignd/learn/curve.h"
#include "alignd/learn/figures.h"
#include "alignd/learn/judged.h"
#include "alignd/learn/one_to_one.h"
#include "alignd/learn/scorer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_RUNS = 64, MAX_TYPES = 32 };

/* What a row of the table does differently from serving. */
struct run {
    char name[64]; /* empty: nothing */
    unsigned without;
    enum dataset_sampling sampling;
    size_t neighbours, values;
};

struct eval {
    struct offline_options store;
    struct gold_options gold_options;
    const char *model, *plot, *retrain;
    struct args_list without, sampling, sizes;
    bool json, closed;
    int64_t threads, epochs, seed, worst;
    double review;

    struct engine *engine;
    const char *model_path; /* NULL: the default one */
    double store_threshold; /* that the store is told to match at; < 0: its model's */
    struct eval_page page;
    size_t neighbours, values; /* of the store's samples */
    uint64_t inverse_limit;
    struct dataset *data;
    struct gold *gold;
    struct pool *pool;
    struct judged train, valid;  /* of --retrain */
    struct catalog_pair *pairs;  /* every candidate of a linked type, */
    enum gold_verdict *verdicts; /* what the links say of each, */
    float *score;                /* the model, */
    bool *matched;               /* and the assignment */
    struct metrics_item *items;
    size_t count;
    struct run runs[MAX_RUNS];
    size_t run_count;
    struct buf out;
};

/* --- pairs --- */

static void choose_pairs(struct eval *e)
{
    assert(!e->pairs && !e->count);
    const struct catalog *c = dataset_catalog(e->data);
    size_t n;
    const struct gold_link *links = gold_links(e->gold, &n);
    for (size_t i = 0; i < n; i++) {
        int64_t a = dataset_find(e->data, links[i].a);
        if (a >= 0)
            gold_add_type(e->gold, c->entities[a].type);
    }
    e->pairs = memory_calloc(c->pair_count + 1, sizeof(*e->pairs));
    e->verdicts = memory_calloc(c->pair_count + 1, sizeof(*e->verdicts));
    e->score = memory_calloc(c->pair_count + 1, sizeof(*e->score));
    e->matched = memory_calloc(c->pair_count + 1, sizeof(*e->matched));
    e->items = memory_calloc(c->pair_count + 1, sizeof(*e->items));
    for (size_t i = 0; i < c->pair_count; i++) {
        assert(c->pairs[i].a < c->entity_count && c->pairs[i].b < c->entity_count);
        const struct catalog_entity *a = &c->entities[c->pairs[i].a];
        if (!gold_has_type(e->gold, a->type))
            continue;
        e->pairs[e->count] = c->pairs[i];
        e->verdicts[e->count++] =
            gold_judge(e->gold, a->iri, c->entities[c->pairs[i].b].iri, a->type);
    }
}

/* The linked types that have candidates. */
static size_t list_types(const struct eval *e, struct slice types[MAX_TYPES])
{
    const struct catalog *c = dataset_catalog(e->data);
    size_t n = 0;
    for (size_t i = 0; i < e->count; i++) {
        struct slice type = c->entities[e->pairs[i].a].type;
        size_t k = 0;
        while (k < n && !slice_equal(types[k], type))
            k++;
        if (k == n && n < MAX_TYPES)
            types[n++] = type;
    }
    assert(n <= MAX_TYPES);
    return n;
}

/* --- runs --- */

/* The model fitted anew to the links of --retrain, with what this run leaves out. */
static int retrain(struct eval *e, const struct run *run, const struct model *from,
                   struct model **ret_model)
{
    assert(e->epochs >= 0 && !*ret_model);
    struct trainer_options o = trainer_options_default();
    struct trainer_report report;
    o.epochs = (int)e->epochs;
    o.seed = (uint64_t)e->seed;
    o.without = run->without;
    o.one_to_one = !gold_is_labelled(e->gold);
    o.from = from;
    int rc = trainer_run(dataset_catalog(e->data), e->train.pairs, e->train.count, e->valid.pairs,
                         e->valid.count, e->valid.missed, &o, e->pool, ret_model, &report);
    threshold_curve_fini(&report.expected);
    return rc;
}

static void score_pairs(struct eval *e, const struct run *run, const struct model *m)
{
    assert(e->pairs && e->score && e->matched);
    struct scorer *s = NULL;
    scorer_new(dataset_catalog(e->data), e->pairs, e->count, e->pool, &s);
    scorer_set_model(s, m, run->without);
    scorer_logits(s, e->score);
    for (size_t i = 0; i < e->count; i++)
        e->score[i] = scorer_probability(m, e->score[i]);
    scorer_free(s);
    one_to_one_choose(e->pairs, e->score, e->count, dataset_catalog(e->data)->entity_count,
                      model_threshold(m), e->matched);
}

/* Of all types as served, and what entities without a link are taken for as in the last row. */
static int plot(struct eval *e, const struct figures_input *in, const struct figures *f,
                const struct model *m)
{
    assert(e->plot && f->closed == e->closed);
    struct served served;
    served_open(in, f, &served);
    const struct eval_page_input page = {.figures = in,
                                         .found = f,
                                         .served = &served,
                                         .engine = e->engine,
                                         .model = m,
                                         .pool = e->pool,
                                         .review = e->review,
                                         .store_threshold = e->store_threshold,
                                         .worst = (size_t)e->worst,
                                         .store = e->store.store,
                                         .model_path = e->model_path || model_default_is_built_in()
                                                           ? e->model_path
                                                           : getenv("ALIGND_MODEL"),
                                         .retrained = e->retrain,
                                         .gold = &e->gold_options};
    int rc = eval_page_is_name(e->plot) ? eval_page_draw(&e->page, &page)
                                        : curve_write(e->plot, &served, e->review);
    served_fini(&served);
    return rc;
}

/* The rows of a run: of each linked type, and of all. */
static int tell(struct eval *e, const struct run *run, const struct model *m, bool closed,
                struct json_writer *w)
{
    char name[sizeof(run->name) + 10];
    struct slice types[MAX_TYPES];
    size_t n_types = list_types(e, types), n;
    struct figures_input in = {.data = e->data,
                               .gold = e->gold,
                               .pairs = e->pairs,
                               .verdicts = e->verdicts,
                               .score = e->score,
                               .matched = e->matched,
                               .count = e->count,
                               .threshold = model_threshold(m),
                               .closed = closed};
    int rc;
    snprintf(name, sizeof(name), "%s%s%s", run->name, closed && run->name[0] ? ", " : "",
             closed ? "closed" : "");
    for (size_t i = n_types == 1 ? 1 : 0; i <= n_types; i++) {
        const struct slice *type = i < n_types ? &types[i] : NULL;
        struct figures f = {
            .name = name, .closed = closed, .type = type ? *type : (struct slice){NULL, 0}};
        figures_measure(&in, type, &f, e->items, &n);
        assert(n <= e->count);
        if (e->json)
            figures_write(w, &f);
        else
            figures_print(&f);
        eval_page_add_row(&e->page, &f);
        if (e->plot && !type && !run->name[0] && closed == e->closed && (rc = plot(e, &in, &f, m)))
            return rc;
    }
    return ERR_OK;
}

static int run_one(struct eval *e, const struct run *run, const struct model *given,
                   struct json_writer *w)
{
    assert(run >= e->runs && run < e->runs + e->run_count);
    struct model *other = NULL;
    const struct state *s = engine_state(e->engine);
    bool redrawn = run->sampling != SAMPLING_COORDINATED || run->neighbours != e->neighbours;
    int rc;
    if (redrawn && (rc = dataset_resample(e->data, s, run->sampling, run->neighbours, run->values,
                                          e->inverse_limit)))
        return rc;
    if (e->retrain && (rc = retrain(e, run, given, &other)))
        return rc;
    const struct model *m = other ? other : given;
    score_pairs(e, run, m);
    if ((rc = tell(e, run, m, false, w)) || (e->closed && (rc = tell(e, run, m, true, w))))
        goto done;
    if (redrawn)
        rc = dataset_resample(e->data, s, SAMPLING_COORDINATED, e->neighbours, e->values,
                              e->inverse_limit);
done:
    model_free(other);
    return rc;
}

static int run_all(struct eval *e, struct model *m)
{
    assert(!e->out.len);
    assert(e->run_count > 0); /* as served, at least */
    struct json_writer w = json_writer_of(&e->out);
    choose_pairs(e);
    int rc = ERR_OK;
    json_writer_begin_array(&w);
    if (!e->json)
        figures_print_head();
    for (size_t i = 0; i < e->run_count; i++)
        if ((rc = run_one(e, &e->runs[i], m, &w)))
            goto done;
    json_writer_end_array(&w);
    if (e->json)
        printf("%.*s\n", (int)e->out.len, e->out.data);
    if (e->plot && eval_page_is_name(e->plot))
        rc = eval_page_write(&e->page, e->plot);
done:
    buf_fini(&e->out);
    return rc;
}

/* --- what to run --- */

static struct run *add_run(struct eval *e, const char *what, const char *value)
{
    assert(e->run_count <= MAX_RUNS);
    if (e->run_count == MAX_RUNS) {
        log_error("alignd eval: no more than %d runs", MAX_RUNS);
        return NULL;
    }
    struct run *run = &e->runs[e->run_count++];
    *run = (struct run){
        .sampling = SAMPLING_COORDINATED, .neighbours = e->neighbours, .values = e->values};
    snprintf(run->name, sizeof(run->name), "%s%s", what, value);
    assert(e->run_count <= MAX_RUNS);
    return run;
}

static int parse_sampling(const char *name, enum dataset_sampling *ret)
{
    static const char *const names[] = {"coordinated", "inverse", "uniform"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(names[i], name) == 0) {
            assert(i <= SAMPLING_UNIFORM);
            *ret = (enum dataset_sampling)i;
            return ERR_OK;
        }
    log_error("--sampling: coordinated, inverse or uniform");
    return ERR_USAGE;
}

static int list_runs(struct eval *e)
{
    assert(!e->run_count);
    struct run *run = add_run(e, "", "");
    assert(run); /* there is room for the first */
    int rc;
    for (size_t i = 0; i < e->without.count; i++) {
        if (!(run = add_run(e, "without ", e->without.at[i])))
            return ERR_USAGE;
        if ((rc = ablation_parse(slice_of(e->without.at[i]), &run->without)))
            return rc;
    }
    for (size_t i = 0; i < e->sampling.count; i++) {
        if (!(run = add_run(e, "sampling ", e->sampling.at[i])))
            return ERR_USAGE;
        if ((rc = parse_sampling(e->sampling.at[i], &run->sampling)))
            return rc;
    }
    for (size_t i = 0; i < e->sizes.count; i++) {
        char *end;
        long k = strtol(e->sizes.at[i], &end, 10);
        if (*end || k < 1 || k > NETWORK_MAX_ENTITIES) {
            log_error("--sample-size: from 1 to %d", NETWORK_MAX_ENTITIES);
            return ERR_USAGE;
        }
        if (!(run = add_run(e, "K ", e->sizes.at[i])))
            return ERR_USAGE;
        run->neighbours = (size_t)k;
    }
    return ERR_OK;
}

static int read_retrain(struct eval *e)
{
    assert(e->data && !e->train.count);
    struct gold_options o = {.links = e->retrain, .unjudged = e->gold_options.unjudged};
    struct gold *g = NULL;
    o.other.at[o.other.count++] = e->gold_options.links; /* never learn from what measures */
    int rc = gold_open(&o, &g);
    if (rc)
        return rc;
    judged_open(e->data, g, true, &e->train);
    judged_split(&e->train, &e->valid, dataset_catalog(e->data));
    gold_close(g);
    return ERR_OK;
}

static int open_all(struct eval *e, struct offline *store, struct model **model)
{
    assert(store->engine && !e->data && !e->gold);
    e->engine = store->engine;
    e->neighbours = (size_t)store->options.neighbours;
    e->values = (size_t)store->options.values;
    e->inverse_limit = store->options.inverse_limit;
    assert(e->neighbours > 0 && e->neighbours <= NETWORK_MAX_ENTITIES);
    e->store_threshold = store->options.threshold;
    e->model_path = e->model ? e->model : store->options.model_path;
    int rc;
    if ((rc = e->model_path ? model_load(e->model_path, model) : model_load_default(model)) ||
        (rc = list_runs(e)) || (rc = gold_open(&e->gold_options, &e->gold)))
        return rc;
    e->pool = pool_new((unsigned)e->threads);
    if ((rc = dataset_open(engine_state(store->engine), &e->data)) || !e->retrain)
        return rc;
    return read_retrain(e);
}

static void close_all(struct eval *e)
{
    free(e->pairs);
    free(e->verdicts);
    free(e->score);
    free(e->matched);
    free(e->items);
    eval_page_fini(&e->page);
    judged_fini(&e->train);
    judged_fini(&e->valid);
    gold_close(e->gold);
    dataset_close(e->data);
    pool_free(e->pool);
}

static int measure(struct eval *e)
{
    assert(!e->engine);
    struct offline store;
    struct model *model = NULL;
    int rc = offline_open(&e->store, &store);
    if (rc)
        return rc;
    if ((rc = open_all(e, &store, &model)))
        goto done;
    rc = run_all(e, model);
done:
    close_all(e);
    model_free(model);
    offline_close(&store);
    return rc;
}

int cmd_eval(int argc, char **argv)
{
    struct eval e = {.store = {.read_only = true},
                     .threads = sysconf(_SC_NPROCESSORS_ONLN),
                     .epochs = 0,
                     .seed = 1,
                     .worst = 20,
                     .review = engine_options_default().review};
    const struct arg table[] = {
        ARG(.name = "store", .letter = 's', .type = ARG_TEXT, .to = &e.store.store, .value = "DIR",
            .help = "the store, loaded with both catalogs"),
        ARG(.name = "model", .was = 'm', .type = ARG_TEXT, .to = &e.model, .value = "FILE",
            .help = "model (safetensors); without: the store's"),
        ARG(.name = "links", .was = 'l', .type = ARG_TEXT, .to = &e.gold_options.links,
            .value = "TSV",
            .help = "gold links: IRI <TAB> IRI, or labelled pairs with 1 or 0 in a third column"),
        ARG(.name = "all-links", .was = 'a', .type = ARG_LIST, .to = &e.gold_options.other,
            .value = "TSV",
            .help = "links of other splits, whose entities are left out; may be given again"),
        ARG(.name = "unjudged", .was = 'u', .type = ARG_TEXT, .to = &e.gold_options.unjudged,
            .value = "FILE", .help = "IRIs, one a line, that are left out"),
        ARG(.name = "closed", .was = 'c', .type = ARG_FLAG, .to = &e.closed,
            .help = "also where entities of a linked type that no link names have no counterpart: "
                    "rows of their own"),
        ARG(.name = "without", .was = 'w', .type = ARG_LIST, .to = &e.without, .value = "LIST",
            .help = "measure also without cross, self, graph, values, text, cosines or level1 "
                    "(with commas: together); may be given again"),
        ARG(.name = "sampling", .type = ARG_LIST, .to = &e.sampling, .value = "HOW",
            .help = "measure also with neighbours drawn uniform, inverse (to how many share the "
                    "relation) or coordinated (as served); may be given again"),
        ARG(.name = "sample-size", .was = 'k', .type = ARG_LIST, .to = &e.sizes, .value = "K",
            .help = "measure also with so many neighbours; candidates stay the store's; may be "
                    "given again"),
        ARG(.name = "retrain", .was = 'r', .type = ARG_TEXT, .to = &e.retrain, .value = "TSV",
            .help = "fit the model to these links first, for every row anew"),
        ARG(.name = "epochs", .was = 'e', .type = ARG_INT, .to = &e.epochs, .value = "N", .min = 0,
            .max = 10000, .help = "of that, at most"),
        ARG(.name = "seed", .type = ARG_INT, .to = &e.seed, .value = "N", .min = 0, .max = 9e15,
            .help = "of that"),
        ARG(.name = "plot", .type = ARG_TEXT, .to = &e.plot, .value = "FILE.html",
            .help = "write a page: curves, a table of thresholds, calibration by band, the worst "
                    "false pairs and missed links, explained; another name is a folder, for the "
                    "curves alone (SVG)"),
        ARG(.name = "worst", .type = ARG_INT, .to = &e.worst, .value = "N", .min = 0, .max = 1000,
            .help = "false pairs, and missed links, on that page (20)"),
        ARG(.name = "review", .type = ARG_DOUBLE, .to = &e.review, .value = "X", .min = 0, .max = 1,
            .help = "confidence below which a match is but possible, as [decide] review (0.5)"),
        JSON_ARG(&e.json),
        ARG(.name = "threads", .letter = 'j', .type = ARG_INT, .to = &e.threads, .value = "N",
            .min = 1, .max = 64, .help = "threads"),
    };
    const struct args args = {
        "alignd eval --store DIR --links TSV [OPTION]...",
        "Measures a model on gold links.  PRAUC, bestF1, R@P95: of the scores "
        "of judged candidates; F1, prec, recall: of one-to-one matches at the "
        "model's threshold (labelled pairs: of the pairs); PC: links that are "
        "candidates, of those that have a name or a named neighbour; ECE: "
        "error of the calibration.",
        table, sizeof(table) / sizeof(*table)};
    int rc = args_parse_options(&args, argc, argv);
    if (rc)
        return args_exit_status(rc);
    if (!e.gold_options.links) {
        log_error("eval: --links TSV is missing");
        return err_exit_status(ERR_USAGE);
    }
    assert(e.threads > 0);
    return offline_status(measure(&e));
}
