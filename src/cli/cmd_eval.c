/*
 * cmd_eval.c - `alignd eval`: how good a model is on gold links of a store, as
 * serving would use it: its candidates, scores, one-to-one matches.
 */
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/json_writer.h"
#include "alignd/base/log.h"
#include "alignd/base/pool.h"
#include "alignd/cli/commands.h"
#include "alignd/cli/curve.h"
#include "alignd/cli/judged.h"
#include "alignd/cli/offline.h"
#include "alignd/model/scorer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_RUNS = 16, MAX_TYPES = 32 };

struct eval {
    struct offline_options store;
    struct gold_options gold_options;
    const char *model, *plot;
    struct args_list without;
    bool json, closed;
    int64_t threads;

    const struct dataset *data;
    struct gold *gold;
    struct pool *pool;
    struct scorer *scorer;       /* of every candidate of a linked type */
    struct catalog_pair *pairs;  /* these, */
    enum gold_verdict *verdicts; /* what the links say of each, */
    float *score;                /* and the model */
    size_t count;
    struct buf out;
};

/* Of one type, or of all, under one ablation. */
struct result {
    const char *without;
    struct slice type;
    size_t links, missed, absent, entities, candidates;
    struct metrics best, served; /* at the best threshold; one-to-one at the model's */
    size_t found, misled;
    double hits1, hits10, mrr, calibration_error;
};

/* --- pairs --- */

static int choose_pairs(struct eval *e)
{
    const struct catalog *c = dataset_catalog(e->data);
    size_t n;
    const struct gold_link *links = gold_links(e->gold, &n);
    for (size_t i = 0; i < n; i++) {
        int64_t a = dataset_find(e->data, links[i].a);
        if (a >= 0 && gold_add_type(e->gold, c->entities[a].type))
            return ERR_NO_MEMORY;
    }
    e->pairs = calloc(c->pair_count + 1, sizeof(*e->pairs));
    e->verdicts = calloc(c->pair_count + 1, sizeof(*e->verdicts));
    e->score = calloc(c->pair_count + 1, sizeof(*e->score));
    if (!e->pairs || !e->verdicts || !e->score)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < c->pair_count; i++) {
        const struct catalog_entity *a = &c->entities[c->pairs[i].a];
        if (!gold_has_type(e->gold, a->type))
            continue;
        e->pairs[e->count] = c->pairs[i];
        e->verdicts[e->count++] =
            gold_judge(e->gold, a->iri, c->entities[c->pairs[i].b].iri, a->type);
    }
    return scorer_new(c, e->pairs, e->count, e->pool, &e->scorer);
}

static bool is_judged(const struct eval *e, size_t i)
{
    return e->verdicts[i] == GOLD_RIGHT || e->verdicts[i] == GOLD_WRONG ||
           (e->closed && e->verdicts[i] == GOLD_STRAY);
}

static bool is_of(const struct eval *e, size_t i, const struct slice *type)
{
    const struct catalog *c = dataset_catalog(e->data);
    return !type || slice_equal(c->entities[e->pairs[i].a].type, *type);
}

/* --- one to one, as the engine decides: best first --- */

static const struct eval *sorting;

static int by_score(const void *x, const void *y)
{
    uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
    if (sorting->score[i] != sorting->score[j])
        return sorting->score[i] < sorting->score[j] ? 1 : -1;
    return (i > j) - (i < j);
}

/* matched[i]: pair i is a match */
static int match_pairs(const struct eval *e, double threshold, bool *matched)
{
    const struct catalog *c = dataset_catalog(e->data);
    uint32_t *order = calloc(e->count + 1, sizeof(*order)), n = 0;
    bool *taken = calloc(c->entity_count + 1, sizeof(*taken));
    int rc = order && taken ? ERR_OK : ERR_NO_MEMORY;
    for (size_t i = 0; i < e->count && !rc; i++)
        if ((double)e->score[i] >= threshold)
            order[n++] = (uint32_t)i;
    sorting = e;
    if (!rc)
        qsort(order, n, sizeof(*order), by_score);
    for (size_t k = 0; k < n && !rc; k++) {
        const struct catalog_pair *p = &e->pairs[order[k]];
        if (taken[p->a] || taken[p->b])
            continue;
        taken[p->a] = taken[p->b] = matched[order[k]] = true;
    }
    free(order);
    free(taken);
    return rc;
}

/* --- figures --- */

/* Where the true partner stands among all candidates of the first entity of each link. */
static int rank_links(const struct eval *e, struct result *r, const struct slice *type)
{
    const struct catalog *c = dataset_catalog(e->data);
    float *truth = calloc(c->entity_count + 1, sizeof(*truth));
    uint32_t *above = calloc(c->entity_count + 1, sizeof(*above));
    if (!truth || !above) {
        free(truth);
        free(above);
        return ERR_NO_MEMORY;
    }
    for (size_t i = 0; i < e->count; i++)
        if (e->verdicts[i] == GOLD_RIGHT && is_of(e, i, type))
            truth[e->pairs[i].a] = e->score[i] + 1.0f; /* 0: none */
    for (size_t i = 0; i < e->count; i++)
        if (e->verdicts[i] != GOLD_RIGHT && truth[e->pairs[i].a] > 0)
            above[e->pairs[i].a] += e->score[i] + 1.0f >= truth[e->pairs[i].a];
    for (size_t i = 0; i < c->entity_count; i++)
        if (truth[i] > 0) {
            r->hits1 += above[i] < 1;
            r->hits10 += above[i] < 10;
            r->mrr += 1.0 / (1.0 + above[i]);
        }
    double links = r->links ? (double)r->links : 1.0;
    r->hits1 /= links;
    r->hits10 /= links;
    r->mrr /= links;
    free(truth);
    free(above);
    return ERR_OK;
}

static int count_links(const struct eval *e, struct result *r, const struct slice *type)
{
    const struct catalog *c = dataset_catalog(e->data);
    size_t n, found = 0;
    const struct gold_link *links = gold_links(e->gold, &n);
    bool *met = calloc(c->entity_count + 1, sizeof(*met));
    if (!met)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        int64_t a = dataset_find(e->data, links[i].a), b = dataset_find(e->data, links[i].b);
        if (links[i].label != 1 || (type && (a < 0 || !slice_equal(c->entities[a].type, *type))))
            continue;
        r->links++;
        r->absent += a < 0 || b < 0;
    }
    for (size_t i = 0; i < e->count; i++) {
        if (!is_of(e, i, type))
            continue;
        found += e->verdicts[i] == GOLD_RIGHT;
        r->candidates++;
        r->entities += !met[e->pairs[i].a];
        met[e->pairs[i].a] = true;
    }
    r->missed = r->links - found;
    free(met);
    return ERR_OK;
}

static int measure(struct eval *e, const struct model *m, const bool *matched,
                   const struct slice *type, struct result *r, struct metrics_item *items)
{
    size_t n = 0, told = 0;
    int rc = count_links(e, r, type);
    rc = rc ? rc : rank_links(e, r, type);
    if (rc)
        return rc;
    for (size_t i = 0; i < e->count; i++) {
        if (!is_judged(e, i) || !is_of(e, i, type))
            continue;
        bool right = e->verdicts[i] == GOLD_RIGHT;
        items[n++] = (struct metrics_item){e->score[i], right};
        if (!matched[i])
            continue;
        const struct catalog *c = dataset_catalog(e->data);
        told++;
        r->found += right;
        r->misled += !right && gold_is_first(e->gold, c->entities[e->pairs[i].a].iri,
                                             c->entities[e->pairs[i].b].iri);
    }
    r->served = gold_is_labelled(e->gold) ? metrics_at(items, n, r->missed, model_threshold(m))
                                          : (struct metrics){.threshold = model_threshold(m)};
    if (!gold_is_labelled(e->gold)) { /* labelled pairs are judged one by one */
        r->served.precision = told ? (double)r->found / (double)told : 0.0;
        r->served.recall = r->links ? (double)r->found / (double)r->links : 0.0;
        r->served.f1 = told + r->links ? 2.0 * (double)r->found / (double)(told + r->links) : 0.0;
    }
    r->calibration_error = metrics_calibration_error(items, n);
    r->best = metrics_of(items, n, r->missed);
    if (e->plot && !r->type.len && !r->without[0])
        rc = curve_write(e->plot, items, n, r->missed);
    return rc;
}

/* --- print --- */

static void print_head(void)
{
    printf("%-14s %-10s %6s %6s %6s %6s %6s %6s %6s %6s %6s %6s %6s %7s %6s\n", "without", "type",
           "links", "PRAUC", "bestF1", "R@P95", "F1", "prec", "recall", "misled", "Hits1", "Hits10",
           "MRR", "pairs/e", "PC");
}

static void print_result(const struct result *r)
{
    struct slice type = r->type.len ? r->type : slice_of("all");
    double links = r->links ? (double)r->links : 1.0;
    printf("%-14s %-10.*s %6zu %6.4f %6.4f %6.4f %6.4f %6.4f %6.4f %6.4f %6.4f %6.4f %6.4f %7.1f "
           "%6.4f\n",
           r->without[0] ? r->without : "-", (int)type.len, type.data, r->links, r->best.prauc,
           r->best.f1, r->best.recall_at_95, r->served.f1, r->served.precision, r->served.recall,
           (double)r->misled / links, r->hits1, r->hits10, r->mrr,
           r->entities ? (double)r->candidates / (double)r->entities : 0.0,
           1.0 - (double)r->missed / links);
}

static void write_result(struct json_writer *w, const struct result *r)
{
    double links = r->links ? (double)r->links : 1.0;
    const struct {
        const char *key;
        double value;
    } figures[] = {
        {"links", (double)r->links},
        {"prauc", r->best.prauc},
        {"best_f1", r->best.f1},
        {"best_precision", r->best.precision},
        {"best_recall", r->best.recall},
        {"best_threshold", r->best.threshold},
        {"recall_at_precision_95", r->best.recall_at_95},
        {"f1", r->served.f1},
        {"precision", r->served.precision},
        {"recall", r->served.recall},
        {"threshold", r->served.threshold},
        {"misled", (double)r->misled / links},
        {"hits1", r->hits1},
        {"hits10", r->hits10},
        {"mrr", r->mrr},
        {"calibration_error", r->calibration_error},
        {"candidates_per_entity", r->entities ? (double)r->candidates / (double)r->entities : 0.0},
        {"pair_completeness", 1.0 - (double)r->missed / links},
        {"absent", (double)r->absent},
    };
    json_writer_begin_object(w);
    json_writer_key(w, "without");
    json_writer_text(w, r->without);
    json_writer_key(w, "type");
    json_writer_string(w, r->type);
    for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
        json_writer_key(w, figures[i].key);
        json_writer_number(w, figures[i].value);
    }
    json_writer_end_object(w);
}

/* --- runs --- */

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
    return n;
}

static int run_one(struct eval *e, struct model *m, const char *without, struct json_writer *w)
{
    struct slice types[MAX_TYPES];
    size_t n_types = list_types(e, types);
    bool *matched = calloc(e->count + 1, sizeof(*matched));
    struct metrics_item *items = calloc(e->count + 1, sizeof(*items));
    unsigned mask;
    int rc = matched && items ? scorer_parse_without(slice_of(without), &mask) : ERR_NO_MEMORY;
    if (!rc)
        scorer_set_without(m, mask);
    rc = rc ? rc : scorer_set_model(e->scorer, m);
    rc = rc ? rc : scorer_logits(e->scorer, e->score);
    for (size_t i = 0; i < e->count && !rc; i++)
        e->score[i] = scorer_probability(m, e->score[i]);
    rc = rc ? rc : match_pairs(e, model_threshold(m), matched);
    for (size_t i = n_types == 1 ? 1 : 0; i <= n_types && !rc; i++) {
        struct result r = {.without = without};
        if (i < n_types)
            r.type = types[i];
        rc = measure(e, m, matched, i < n_types ? &types[i] : NULL, &r, items);
        if (!rc && e->json)
            write_result(w, &r);
        else if (!rc)
            print_result(&r);
    }
    free(matched);
    free(items);
    return rc;
}

static int run(struct eval *e, struct model *m)
{
    struct json_writer w = json_writer_of(&e->out);
    int rc = choose_pairs(e);
    json_writer_begin_array(&w);
    if (!rc && !e->json)
        print_head();
    rc = rc ? rc : run_one(e, m, "", &w);
    for (size_t i = 0; i < e->without.count && !rc; i++)
        rc = run_one(e, m, e->without.at[i], &w);
    json_writer_end_array(&w);
    if (!rc && e->json)
        printf("%.*s\n", (int)e->out.len, e->out.data);
    buf_fini(&e->out);
    return rc;
}

static int open_all(struct eval *e, struct offline *store, struct dataset **data,
                    struct model **model)
{
    int rc = gold_open(&e->gold_options, &e->gold);
    if (!rc && !(e->pool = pool_new((unsigned)e->threads)))
        rc = ERR_NO_MEMORY;
    rc = rc ? rc : dataset_open(store->engine, data);
    e->data = *data;
    const char *path = e->model ? e->model : store->options.model_path;
    if (!rc)
        rc = path ? model_load(path, model) : model_load_default(model);
    return rc;
}

int cmd_eval(int argc, char **argv)
{
    struct eval e = {.threads = sysconf(_SC_NPROCESSORS_ONLN)};
    const struct arg table[] = {
        {.name = "store", .letter = 's', .type = ARG_TEXT, .to = &e.store.store, .value = "DIR", .help = "the store, loaded with both catalogs"},
        {.name = "model", .letter = 'm', .type = ARG_TEXT, .to = &e.model, .value = "FILE", .help = "model (safetensors); without: the store's"},
        {.name = "links", .letter = 'l', .type = ARG_TEXT, .to = &e.gold_options.links, .value = "TSV", .help = "gold links: IRI <TAB> IRI, or labelled pairs with 1 or 0 in a third column"},
        {.name = "all-links", .letter = 'a', .type = ARG_LIST, .to = &e.gold_options.other, .value = "TSV", .help = "links of other splits, whose entities are left out; may be given again"},
        {.name = "unjudged", .letter = 'u', .type = ARG_TEXT, .to = &e.gold_options.unjudged, .value = "FILE", .help = "IRIs, one a line, that are left out"},
        {.name = "closed", .letter = 'c', .type = ARG_FLAG, .to = &e.closed, .help = "entities of a linked type that no link names have no counterpart"},
        {.name = "without", .letter = 'w', .type = ARG_LIST, .to = &e.without, .value = "LIST", .help = "measure also without cross, self, graph, values or text (with commas: together); may be given again"},
        {.name = "plot", .type = ARG_TEXT, .to = &e.plot, .value = "DIR", .help = "write curves of precision over recall and of calibration (SVG)"},
        {.name = "json", .letter = 'j', .type = ARG_FLAG, .to = &e.json, .help = "print JSON"},
        {.name = "threads", .type = ARG_INT, .to = &e.threads, .value = "N", .min = 1, .max = 64, .help = "threads"},
    };
    const struct args args = {"alignd eval --store DIR --links TSV [OPTION]...",
                              "Measures a model on gold links.  PRAUC, bestF1, R@P95: of the scores "
                              "of judged candidates; F1, prec, recall: of one-to-one matches at the "
                              "model's threshold (labelled pairs: of the pairs); PC: links that are "
                              "candidates at all.",
                              table, sizeof(table) / sizeof(*table)};
    char **rest;
    int count, rc = args_parse(&args, argc, argv, &rest, &count);
    if (rc)
        return rc == ARGS_HELP ? 0 : err_exit_status(rc);
    if (count || !e.gold_options.links) {
        log_error("eval: %s", count ? "unexpected argument" : "--links TSV is missing");
        return err_exit_status(ERR_USAGE);
    }
    struct offline store;
    struct dataset *data = NULL;
    struct model *model = NULL;
    rc = offline_open(&e.store, &store);
    if (rc)
        return offline_status(rc);
    rc = open_all(&e, &store, &data, &model);
    rc = rc ? rc : run(&e, model);
    scorer_free(e.scorer);
    free(e.pairs);
    free(e.verdicts);
    free(e.score);
    gold_close(e.gold);
    model_free(model);
    dataset_close(data);
    pool_free(e.pool);
    offline_close(&store);
    return offline_status(rc);
}
