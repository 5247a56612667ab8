/*
 * eval_mistakes.c - single pairs on the page of `alignd eval`: the false ones that it is surest of,
 * and the links that it came nearest to, each with what made its score; scored again for that, by
 * the model that was measured.
 */
#include "eval_mistakes.h"

#include "alignd/base/err.h"
#include "alignd/base/html.h"
#include "alignd/base/memory.h"
#include "alignd/cli/explain_words.h"
#include "alignd/graph/term.h"
#include "alignd/learn/fate.h"
#include "alignd/learn/scorer.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum {
    LABEL_COLUMNS = 80,
    IRI_COLUMNS = 120,
    NAME_COLUMNS = 40,
    FEATURES_TOLD = 20,
    NEIGHBOURS_TOLD = 4
};
#define TWIN_SIMILARITY 0.5f /* below it, two neighbours are not said to agree */

/* A pair that is shown. */
struct shown {
    struct catalog_pair pair;
    float score;
    const struct fate *fate; /* of a missed link; NULL: a false pair */
    enum gold_verdict verdict;
};

struct mistakes {
    struct buf *out;
    const struct eval_page_input *in;
    const struct catalog *c;
    struct fates fates;
    struct shown *shown;
    size_t count;
    struct scorer *scorer; /* of those shown */
    struct arena *arena;   /* of one pair */
    struct network_trace *trace;
};

/* --- names --- */

static struct slice label_of(const struct catalog *c, const struct catalog_entity *x)
{
    return x->label ? c->texts[x->label].text : x->iri;
}

static void append_name(struct mistakes *m, const struct catalog_entity *x)
{
    if (x->label) {
        buf_append_text(m->out, "&#8216;");
        html_append_short(m->out, label_of(m->c, x), LABEL_COLUMNS);
        buf_append_text(m->out, "&#8217; ");
    }
    buf_append_text(m->out, "<span class=\"iri\">");
    html_append_short(m->out, x->iri, IRI_COLUMNS);
    buf_append_text(m->out, "</span>");
}

static void append_side(struct mistakes *m, uint32_t entity, size_t name)
{
    const struct catalog_entity *x = &m->c->entities[entity];
    assert(name <= x->name_count);
    buf_append_text(m->out, "<p class=\"side\"><span class=\"soft\">");
    html_append(m->out, engine_state(m->in->engine)->graphs[x->graph].name);
    buf_append_text(m->out, ", ");
    html_append_short(m->out, x->type.len ? x->type : slice_of("untyped"), NAME_COLUMNS);
    buf_append_text(m->out, "</span> <b>");
    html_append_short(m->out, x->label ? m->c->texts[x->label].text : slice_of("(no label)"),
                      LABEL_COLUMNS);
    buf_append_text(m->out, "</b>");
    if (name) {
        buf_append_text(m->out, " judged by its name <b>");
        html_append_short(m->out, x->names[name - 1].text, LABEL_COLUMNS);
        buf_append_text(m->out, "</b>");
    }
    buf_append_text(m->out, "<br/><span class=\"iri\">");
    html_append_short(m->out, x->iri, IRI_COLUMNS);
    buf_append_text(m->out, "</span></p>\n");
}

/* --- what made the score --- */

struct scale {
    double low, high; /* of the sums */
};

static double place_of(const struct scale *s, double sum)
{
    double width = s->high - s->low;
    assert(width > 0);
    return 100 * (sum - s->low) / width;
}

/* A bar from one sum to the next; whole: the sum itself. */
static void add_bar(struct buf *b, const struct scale *s, double from, double to, bool whole)
{
    double left = place_of(s, fmin(from, to)), right = place_of(s, fmax(from, to));
    double width = fmax(right - left, 0.6);
    buf_append_format(b,
                      "<td class=\"adds\">%+.3f</td><td class=\"way\"><svg viewBox=\"0 0 100 8\" "
                      "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"%s\" "
                      "x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"8\"/><path class=\"zero\" "
                      "d=\"M%.2f 0V8\"/></svg></td><td class=\"words\">",
                      to - from,
                      whole       ? "all"
                      : to < from ? "down"
                                  : "up",
                      left, width, place_of(s, 0));
}

static struct scale scale_of(const struct explain_evidence *x, size_t told)
{
    double sum = (double)x->prior;
    struct scale s = {fmin(0, sum), fmax(0, sum)};
    for (size_t i = 0; i < told; i++) {
        sum += (double)x->features[i].adds;
        s.low = fmin(s.low, sum);
        s.high = fmax(s.high, sum);
    }
    s.low = fmin(s.low, (double)x->logit) - 0.01;
    s.high = fmax(s.high, (double)x->logit) + 0.01;
    return s;
}

/* From the prior to the logit, each piece beginning where the one before ended. */
static void append_evidence(struct mistakes *m, float score)
{
    struct explain_evidence x;
    struct buf words = {0};
    float rest;
    explain_features(m->in->model, m->trace, m->arena, &x);
    size_t told = explain_words_told(&x, EXPLAIN_WORDS_ADDS, FEATURES_TOLD, &rest);
    struct scale s = scale_of(&x, told);
    double sum = (double)x.prior;
    buf_append_text(m->out, "<table class=\"sum\"><tbody>\n<tr>");
    add_bar(m->out, &s, 0, sum, true);
    buf_append_text(m->out, EXPLAIN_WORDS_PRIOR "</td></tr>\n");
    for (size_t i = 0; i < told; i++) {
        double adds = (double)x.features[i].adds;
        buf_append_text(m->out, "<tr>");
        add_bar(m->out, &s, sum, sum + adds, false);
        buf_clear(&words);
        explain_words_feature(&words, &x.features[i]);
        html_append(m->out, buf_slice(&words));
        buf_append_text(m->out, "</td></tr>\n");
        sum += adds;
    }
    if (told < x.count) {
        buf_append_text(m->out, "<tr>");
        add_bar(m->out, &s, sum, sum + (double)rest, false);
        buf_append_format(m->out, "together, %zu more</td></tr>\n", x.count - told);
    }
    buf_append_text(m->out, "<tr>");
    add_bar(m->out, &s, 0, (double)x.logit, true);
    buf_append_format(m->out, "in all; a confidence of %.4f</td></tr>\n</tbody></table>\n",
                      (double)score);
    buf_fini(&words);
}

/* The i-th neighbour as profiles have them: entities, then values. */
static struct slice neighbour_name(const struct catalog *c, const struct catalog_entity *x,
                                   size_t i)
{
    assert(i < x->neighbour_count + x->value_count);
    return i < x->neighbour_count ? label_of(c, &c->entities[x->neighbours[i].target])
                                  : c->texts[x->values[i - x->neighbour_count].target].text;
}

static void append_twins(struct mistakes *m, struct catalog_pair pair, size_t i)
{
    const struct network_trace_neighbour *n = &m->trace->side[0][i];
    const struct catalog_entity *a = &m->c->entities[pair.a], *b = &m->c->entities[pair.b];
    const struct catalog_neighbour *of =
        i < a->neighbour_count ? &a->neighbours[i] : &a->values[i - a->neighbour_count];
    const struct catalog_relation *r = &m->c->relations[of->relation];
    buf_append_text(m->out, r->inverse ? "<li>^" : "<li>");
    html_append_short(m->out, r->name, NAME_COLUMNS);
    buf_append_text(m->out, ": ");
    html_append_short(m->out, neighbour_name(m->c, a, i), NAME_COLUMNS);
    buf_append_text(m->out, " and ");
    html_append_short(m->out, neighbour_name(m->c, b, (size_t)n->twin), NAME_COLUMNS);
    buf_append_format(m->out, " <span class=\"soft\">alike by %.2f, weight %.2f</span></li>\n",
                      (double)n->twin_similarity, (double)n->w);
}

/* The neighbours that agree, heaviest first. */
static void append_neighbours(struct mistakes *m, struct catalog_pair pair)
{
    const struct network_trace *t = m->trace;
    bool told[NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES] = {false};
    assert(t->n[0] <= sizeof(told));
    for (int round = 0; round < NEIGHBOURS_TOLD; round++) {
        size_t best = t->n[0];
        for (size_t i = 0; i < t->n[0]; i++) {
            const struct network_trace_neighbour *n = &t->side[0][i];
            if (!told[i] && n->twin >= 0 && n->twin_similarity >= TWIN_SIMILARITY &&
                (best == t->n[0] || n->w > t->side[0][best].w))
                best = i;
        }
        if (best == t->n[0]) {
            buf_append_text(m->out, round ? "</ul>\n" : "");
            return;
        }
        buf_append_text(m->out, round ? "" : "<ul>\n");
        told[best] = true;
        append_twins(m, pair, best);
    }
    buf_append_text(m->out, "</ul>\n");
}

/* --- what became of a link --- */

/* Of a link that is no candidate the store knows why. */
static int ask_store(struct mistakes *m, const int64_t ends[2], struct explain_why *why)
{
    assert(ends[0] >= 0 && ends[1] >= 0);
    const struct catalog_entity *a = &m->c->entities[ends[0]], *b = &m->c->entities[ends[1]];
    struct term terms[2] = {term_of_written(a->iri), term_of_written(b->iri)};
    struct explanation x;
    int missing, rc = explain_pair(m->in->engine, engine_state(m->in->engine), a->graph, &terms[0],
                                   b->graph, &terms[1], m->arena, &x, &missing);
    if (!rc)
        *why = x.why;
    return rc;
}

static void name_rival(struct mistakes *m, const struct fate *f, struct explain_why *why)
{
    assert(f->kind == FATE_BETTER || f->kind == FATE_TAKEN);
    struct catalog_pair rival = m->in->figures->pairs[f->rival];
    int64_t shared = f->ends[f->kind == FATE_BETTER ? 0 : 1];
    const struct catalog_entity *x =
        &m->c->entities[(int64_t)rival.a == shared ? rival.b : rival.a];
    why->rival_iri = x->iri;
    why->rival_label = x->label ? m->c->texts[x->label].text : (struct slice){"", 0};
    why->rival_score = m->in->figures->score[f->rival];
}

/* As the first end sees it, or the second. */
static int find_why(struct mistakes *m, const struct fate *f, bool by_second,
                    struct explain_why *why)
{
    static const enum explain_reason reasons[FATE_KINDS] = {[FATE_FOUND] = EXPLAIN_MATCH,
                                                            [FATE_BETTER] = EXPLAIN_BETTER,
                                                            [FATE_TAKEN] = EXPLAIN_TAKEN,
                                                            [FATE_BELOW] = EXPLAIN_BELOW};
    assert(f->kind != FATE_ABSENT && f->kind != FATE_TOGETHER);
    *why = (struct explain_why){.rival_iri = {"", 0}, .rival_label = {"", 0}};
    if (f->kind == FATE_APART)
        return ask_store(m, (const int64_t[2]){f->ends[by_second], f->ends[!by_second]}, why);
    why->reason = reasons[f->kind];
    if (f->kind != FATE_BETTER && f->kind != FATE_TAKEN)
        return ERR_OK;
    if (by_second)
        why->reason = f->kind == FATE_BETTER ? EXPLAIN_TAKEN : EXPLAIN_BETTER;
    name_rival(m, f, why);
    return ERR_OK;
}

static int append_why(struct mistakes *m, const struct fate *f, bool by_second)
{
    struct explain_why why;
    struct buf words = {0};
    int rc = find_why(m, f, by_second, &why);
    if (rc)
        return rc;
    explain_words_why(&words, &why, (float)m->in->figures->threshold);
    html_append_short(m->out, buf_slice(&words), 4 * LABEL_COLUMNS);
    buf_fini(&words);
    return ERR_OK;
}

/* "By the links A is B, which scored so much: why it is no match." */
static int append_partner(struct mistakes *m, const struct fate *f, uint32_t entity)
{
    assert(f->ends[0] == entity || f->ends[1] == entity);
    size_t n;
    const struct gold_link *link = &gold_links(m->in->figures->gold, &n)[f->link];
    bool by_second = f->ends[0] != entity;
    int64_t other = f->ends[!by_second];
    buf_append_text(m->out, "<li>");
    append_name(m, &m->c->entities[entity]);
    buf_append_text(m->out, " is by the links ");
    if (other < 0) {
        bool second = slice_equal(term_without_brackets(link->a), m->c->entities[entity].iri);
        html_append_short(m->out, second ? link->b : link->a, IRI_COLUMNS);
        buf_append_text(m->out, ", which is not in the store</li>\n");
        return ERR_OK;
    }
    append_name(m, &m->c->entities[other]);
    if (f->kind == FATE_TOGETHER) {
        buf_append_text(m->out, ", which is in the same catalog</li>\n");
        return ERR_OK;
    }
    buf_append_format(m->out, ", which scores %.4f: ", (double)f->score);
    int rc = append_why(m, f, by_second);
    buf_append_text(m->out, "</li>\n");
    return rc;
}

/* What the gold links say of the ends of a false pair. */
static int append_truth(struct mistakes *m, const struct shown *x)
{
    const uint32_t ends[2] = {x->pair.a, x->pair.b};
    size_t told = 0;
    buf_append_text(m->out, "<ul class=\"truth\">\n");
    for (int k = 0; k < 2; k++)
        for (size_t i = 0; i < m->fates.count; i++) {
            const struct fate *f = &m->fates.list[i];
            if (f->ends[0] != ends[k] && f->ends[1] != ends[k])
                continue;
            int rc = append_partner(m, f, ends[k]);
            if (rc)
                return rc;
            told++;
        }
    if (!told && x->verdict == GOLD_STRAY)
        buf_append_text(m->out, "<li>no link names either of them</li>\n");
    else if (!told && gold_is_labelled(m->in->figures->gold))
        buf_append_text(m->out, "<li>by the gold file they are not the same</li>\n");
    else if (!told)
        buf_append_text(m->out, "<li>by the gold file one of them has no counterpart</li>\n");
    buf_append_text(m->out, "</ul>\n");
    return ERR_OK;
}

/* --- the two lists --- */

static int append_shown(struct mistakes *m, size_t i)
{
    const struct shown *x = &m->shown[i];
    int rc = ERR_OK;
    scorer_trace(m->scorer, i, m->trace);
    buf_append_format(m->out, "<article class=\"%s\"><h3>%.4f", x->fate ? "missed" : "false",
                      (double)x->score);
    if (x->fate)
        buf_append_format(m->out, ": %s", fate_name(x->fate->kind));
    buf_append_text(m->out, "</h3>\n");
    append_side(m, x->pair.a, m->trace->name[0]);
    append_side(m, x->pair.b, m->trace->name[1]);
    if (x->fate) {
        buf_append_text(m->out, "<p class=\"why\">");
        rc = append_why(m, x->fate, false);
        buf_append_text(m->out, "</p>\n");
    } else {
        rc = append_truth(m, x);
    }
    append_neighbours(m, x->pair);
    append_evidence(m, x->score);
    buf_append_text(m->out, "</article>\n");
    arena_reset(m->arena);
    return rc;
}

static int append_cards(struct mistakes *m, bool missed)
{
    int rc = ERR_OK;
    buf_append_text(m->out, "<div class=\"cards\">\n");
    for (size_t i = 0; i < m->count && !rc; i++)
        if ((m->shown[i].fate != NULL) == missed)
            rc = append_shown(m, i);
    buf_append_text(m->out, "</div>\n");
    return rc;
}

static void choose_false(struct mistakes *m)
{
    const struct served *s = m->in->served;
    size_t n = 0;
    for (size_t i = 0; i < s->told && n < m->in->worst; i++) {
        if (s->pairs[i].right)
            continue;
        size_t pair = s->pairs[i].pair;
        m->shown[m->count++] = (struct shown){m->in->figures->pairs[pair], s->pairs[i].score, NULL,
                                              m->in->figures->verdicts[pair]};
        n++;
    }
}

static int best_first(const void *x, const void *y)
{
    const struct fate *const *a = x, *const *b = y;
    if ((*a)->score != (*b)->score)
        return (*a)->score < (*b)->score ? 1 : -1;
    return ((*a)->link > (*b)->link) - ((*a)->link < (*b)->link);
}

static void choose_missed(struct mistakes *m)
{
    const struct fate **order = memory_calloc(m->fates.count + 1, sizeof(struct fate *));
    size_t n = 0;
    for (size_t i = 0; i < m->fates.count; i++)
        if (m->fates.list[i].kind != FATE_FOUND && !isnan(m->fates.list[i].score))
            order[n++] = &m->fates.list[i];
    qsort(order, n, sizeof(struct fate *), best_first);
    for (size_t i = 0; i < n && i < m->in->worst; i++)
        m->shown[m->count++] =
            (struct shown){{(uint32_t)order[i]->ends[0], (uint32_t)order[i]->ends[1]},
                           order[i]->score,
                           order[i],
                           GOLD_RIGHT};
    free(order);
}

static void append_fates(struct mistakes *m)
{
    size_t of_kind[FATE_KINDS] = {0};
    for (size_t i = 0; i < m->fates.count; i++)
        of_kind[m->fates.list[i].kind]++;
    buf_append_text(m->out,
                    "<div class=\"wide\"><table id=\"fates\"><thead><tr><th class=\"words\">"
                    "of the links</th><th>links</th><th>share</th></tr></thead><tbody>\n");
    double all = m->fates.count ? (double)m->fates.count : 1;
    for (size_t k = 0; k < FATE_KINDS; k++)
        buf_append_format(m->out, "<tr><td class=\"words\">%s</td><td>%zu</td><td>%.4f</td></tr>\n",
                          fate_name((enum fate_kind)k), of_kind[k], (double)of_kind[k] / all);
    buf_append_text(m->out, "</tbody></table></div>\n");
}

static int append_all(struct mistakes *m)
{
    const struct served *s = m->in->served;
    struct served_point p = served_at(s, s->threshold);
    size_t wrong = p.told - p.right, worst = m->in->worst;
    buf_append_format(
        m->out,
        "<h2>The worst false pairs</h2>\n<p>%zu of the %zu that are wrong, the surest "
        "first. Each with what the links say of it, the neighbours that agree, and how "
        "its evidence adds up: in logits, from what the model holds before any is "
        "looked at.</p>\n",
        wrong < worst ? wrong : worst, wrong);
    int rc = append_cards(m, false);
    if (rc)
        return rc;
    buf_append_text(m->out, "<h2>What became of the links</h2>\n");
    append_fates(m);
    buf_append_format(
        m->out,
        "<h2>The links most surely missed</h2>\n<p>Not told though right, the highest "
        "score first, %zu at most; links that are no candidates are scored as if they "
        "were.</p>\n",
        worst);
    return append_cards(m, true);
}

int eval_mistakes_append(struct buf *out, const struct eval_page_input *in)
{
    assert(in->served && in->model && in->engine);
    struct mistakes m = {.out = out,
                         .in = in,
                         .c = dataset_catalog(in->figures->data),
                         .shown = memory_calloc(2 * in->worst + 1, sizeof(*m.shown)),
                         .trace = memory_malloc(sizeof(*m.trace)),
                         .arena = arena_new()};
    struct catalog_pair *pairs = memory_calloc(2 * in->worst + 1, sizeof(*pairs));
    fate_open(in->figures, in->model, in->pool, &m.fates);
    choose_false(&m);
    choose_missed(&m);
    assert(m.count <= 2 * in->worst);
    for (size_t i = 0; i < m.count; i++)
        pairs[i] = m.shown[i].pair;
    scorer_new(m.c, pairs, m.count, in->pool, &m.scorer);
    scorer_set_model(m.scorer, in->model, 0);
    int rc = append_all(&m);
    scorer_free(m.scorer);
    fate_fini(&m.fates);
    arena_free(m.arena);
    free(m.trace);
    free(m.shown);
    free(pairs);
    return rc;
}
