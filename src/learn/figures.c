/*
 * figures.c - counts the figures of `alignd eval` of one type or of all and prints them, as a row
 * of a table or as JSON.
 */
#include "alignd/learn/figures.h"

#include "alignd/base/err.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

bool figures_is_judged(const struct figures_input *in, size_t i)
{
    return in->verdicts[i] == GOLD_RIGHT || in->verdicts[i] == GOLD_WRONG ||
           (in->closed && in->verdicts[i] == GOLD_STRAY);
}

static bool is_of(const struct figures_input *in, size_t i, const struct slice *type)
{
    const struct catalog *c = dataset_catalog(in->data);
    return !type || slice_equal(c->entities[in->pairs[i].a].type, *type);
}

/* Where the true partner stands among all candidates of the first entity of each link. */
static void rank_links(const struct figures_input *in, struct figures *f, const struct slice *type)
{
    const struct catalog *c = dataset_catalog(in->data);
    float *truth = memory_calloc(c->entity_count + 1, sizeof(*truth));
    uint32_t *above = memory_calloc(c->entity_count + 1, sizeof(*above));
    for (size_t i = 0; i < in->count; i++)
        if (in->verdicts[i] == GOLD_RIGHT && is_of(in, i, type))
            truth[in->pairs[i].a] = in->score[i] + 1.0f; /* 0: none */
    for (size_t i = 0; i < in->count; i++)
        if (in->verdicts[i] != GOLD_RIGHT && truth[in->pairs[i].a] > 0)
            above[in->pairs[i].a] += in->score[i] + 1.0f >= truth[in->pairs[i].a];
    for (size_t i = 0; i < c->entity_count; i++)
        if (truth[i] > 0) {
            f->hits1 += above[i] < 1;
            f->hits10 += above[i] < 10;
            f->mrr += 1.0 / (1.0 + above[i]);
        }
    double links = f->links ? (double)f->links : 1.0;
    assert(f->hits1 <= f->hits10);
    f->hits1 /= links;
    f->hits10 /= links;
    f->mrr /= links;
    free(truth);
    free(above);
}

/* Is there anything to know it by? */
static bool is_nameable(const struct catalog *c, const struct catalog_entity *x)
{
    assert(x->neighbours || !x->neighbour_count);
    bool named = x->label != 0;
    for (uint32_t i = 0; i < x->neighbour_count && !named; i++)
        named = c->entities[x->neighbours[i].target].label != 0;
    return named;
}

static void count_links(const struct figures_input *in, struct figures *f, const struct slice *type)
{
    assert(!f->links && !f->candidates);
    const struct catalog *c = dataset_catalog(in->data);
    size_t n, found = 0;
    const struct gold_link *links = gold_links(in->gold, &n);
    bool *met = memory_calloc(c->entity_count + 1, sizeof(*met));
    for (size_t i = 0; i < n; i++) {
        int64_t a = dataset_find(in->data, links[i].a), b = dataset_find(in->data, links[i].b);
        if (links[i].label != 1 || (type && (a < 0 || !slice_equal(c->entities[a].type, *type))))
            continue;
        f->links++;
        f->absent += a < 0 || b < 0;
        if (a >= 0 && b >= 0)
            f->nameless += !is_nameable(c, &c->entities[a]) || !is_nameable(c, &c->entities[b]);
    }
    for (size_t i = 0; i < in->count; i++) {
        if (!is_of(in, i, type))
            continue;
        found += in->verdicts[i] == GOLD_RIGHT;
        f->candidates++;
        f->entities += !met[in->pairs[i].a];
        met[in->pairs[i].a] = true;
    }
    assert(f->absent <= f->links && f->nameless <= f->links && f->entities <= f->candidates);
    f->missed = found < f->links ? f->links - found : 0; /* a link may be of several pairs */
    free(met);
}

/* Labelled pairs are judged one by one, at the threshold alone; links by what matches. */
static void judge_matches(const struct figures_input *in, struct figures *f, size_t told,
                          const struct metrics_item *items, size_t n)
{
    assert(f->found <= told);
    if (gold_is_labelled(in->gold)) {
        f->served = metrics_at(items, n, f->missed, in->threshold);
        return;
    }
    f->served = (struct metrics){.threshold = in->threshold};
    f->served.precision = told ? (double)f->found / (double)told : 0.0;
    f->served.recall = f->links ? (double)f->found / (double)f->links : 0.0;
    f->served.f1 = told + f->links ? 2.0 * (double)f->found / (double)(told + f->links) : 0.0;
}

void figures_measure(const struct figures_input *in, const struct slice *type, struct figures *f,
                     struct metrics_item *items, size_t *ret_items)
{
    assert(items || !in->count);
    const struct catalog *c = dataset_catalog(in->data);
    size_t n = 0, told = 0;
    count_links(in, f, type);
    rank_links(in, f, type);
    for (size_t i = 0; i < in->count; i++) {
        if (!figures_is_judged(in, i) || !is_of(in, i, type))
            continue;
        bool right = in->verdicts[i] == GOLD_RIGHT;
        items[n++] = (struct metrics_item){in->score[i], right};
        if (!in->matched[i])
            continue;
        told++;
        f->found += right;
        f->misled += !right && gold_is_first(in->gold, c->entities[in->pairs[i].a].iri,
                                             c->entities[in->pairs[i].b].iri);
    }
    assert(told <= n && n <= in->count);
    judge_matches(in, f, told, items, n);
    f->calibration_error = metrics_calibration_error(items, n);
    f->best = metrics_of(items, n, f->missed);
    *ret_items = n;
}

/* --- print --- */

static double links_of(const struct figures *f)
{
    return f->links ? (double)f->links : 1.0;
}

static double per_entity(const struct figures *f)
{
    return f->entities ? (double)f->candidates / (double)f->entities : 0.0;
}

/* Of the links whose ends are there and have something to be known by. */
double figures_completeness(const struct figures *f)
{
    size_t hopeless = f->absent + f->nameless;
    if (f->links <= hopeless)
        return 1.0;
    size_t found = f->links - f->missed;
    double share = (double)found / (double)(f->links - hopeless);
    return share < 1.0 ? share : 1.0;
}

void figures_print_head(void)
{
    printf("%-18s %-10s %6s %6s %6s %6s %6s %6s %6s %6s %6s %6s %6s %7s %6s %6s\n", "run", "type",
           "links", "PRAUC", "bestF1", "R@P95", "F1", "prec", "recall", "misled", "Hits1", "Hits10",
           "MRR", "pairs/e", "PC", "ECE");
}

void figures_print(const struct figures *f)
{
    assert(f->served.precision >= 0 && f->served.precision <= 1);
    struct slice type = f->type.len ? f->type : slice_of("all");
    printf("%-18s %-10.*s %6zu %6.4f %6.4f %6.4f %6.4f %6.4f %6.4f %6.4f %6.4f %6.4f %6.4f %7.1f "
           "%6.4f %6.4f\n",
           f->name[0] ? f->name : "-", (int)type.len, type.data, f->links, f->best.prauc,
           f->best.f1, f->best.recall_at_95, f->served.f1, f->served.precision, f->served.recall,
           (double)f->misled / links_of(f), f->hits1, f->hits10, f->mrr, per_entity(f),
           figures_completeness(f), f->calibration_error);
    fflush(stdout);
}

void figures_write(struct json_writer *w, const struct figures *f)
{
    assert(f->served.precision >= 0 && f->served.precision <= 1);
    const struct {
        const char *key;
        double value;
    } list[] = {
        {"links", (double)f->links},
        {"prauc", f->best.prauc},
        {"best_f1", f->best.f1},
        {"best_precision", f->best.precision},
        {"best_recall", f->best.recall},
        {"best_threshold", f->best.threshold},
        {"recall_at_precision_95", f->best.recall_at_95},
        {"f1", f->served.f1},
        {"precision", f->served.precision},
        {"recall", f->served.recall},
        {"threshold", f->served.threshold},
        {"misled", (double)f->misled / links_of(f)},
        {"hits1", f->hits1},
        {"hits10", f->hits10},
        {"mrr", f->mrr},
        {"calibration_error", f->calibration_error},
        {"candidates_per_entity", per_entity(f)},
        {"pair_completeness", 1.0 - (double)f->missed / links_of(f)},
        {"pair_completeness_named", figures_completeness(f)},
        {"absent", (double)f->absent},
        {"nameless", (double)f->nameless},
    };
    json_writer_begin_object(w);
    json_writer_key(w, "run");
    json_writer_text(w, f->name);
    json_writer_key(w, "closed");
    json_writer_bool(w, f->closed);
    json_writer_key(w, "type");
    json_writer_string(w, f->type);
    for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++) {
        json_writer_key(w, list[i].key);
        json_writer_number(w, list[i].value);
    }
    json_writer_end_object(w);
}
