/*
 * eval_page.c - the page of `alignd eval --plot FILE.html`: what was measured, the printed table,
 * curves, thresholds and bands; single pairs are told by eval_mistakes.c.
 */
#include "alignd/cli/eval_page.h"

#include "alignd/align/band.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/file.h"
#include "alignd/base/html.h"
#include "alignd/learn/chart.h"
#include "alignd/learn/curve.h"
#include "eval_mistakes.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--ink:#1d1f23;--soft:#5c6370;--pale:#dfe2e7;"
    "--card:#f6f7f9;--up:#0060a0;--down:#b34700}\n"
    "@media (prefers-color-scheme:dark){:root{--back:#16181c;--ink:#e4e4e4;--soft:#9aa1ad;"
    "--pale:#383c44;--card:#1e2127;--up:#6bb8f5;--down:#ffa35c}}\n"
    "@media print{:root{color-scheme:light;--back:#fff;--ink:#000;--soft:#444;--pale:#ccc;"
    "--card:#fff;--up:#0060a0;--down:#b34700}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:80rem;padding:1rem;background:var(--back);color:var(--ink);"
    "font:16px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}\n"
    "h1{font-size:1.5rem;line-height:1.2;margin:.5rem 0 1rem}\n"
    "h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--pale)}\n"
    "h3{font-size:1rem;margin:0 0 .5rem}\n"
    "p{margin:.4rem 0 .8rem;max-width:50rem}\n"
    ".soft{color:var(--soft)}\n"
    "dl{display:grid;grid-template-columns:minmax(5rem,max-content) 1fr;gap:.15rem 1rem;margin:0}\n"
    "dt{color:var(--soft)}dd{margin:0}\n"
    ".wide{overflow-x:auto;overflow-wrap:normal}\n"
    "table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.15rem .5rem;text-align:right;white-space:nowrap}\n"
    "th{font-weight:600;border-bottom:1px solid var(--soft);vertical-align:bottom}\n"
    "td{border-bottom:1px solid var(--pale)}\n"
    ".words{text-align:left;white-space:normal}\n"
    ".name{text-align:left}\n"
    ".serving td{font-weight:700;background:var(--card)}\n"
    ".curves{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),"
    "1fr))}\n"
    "figure{margin:0;max-width:34rem}figcaption{font-weight:600}\n"
    "figure svg{display:block;width:100%;height:auto}\n"
    ".tables{display:grid;gap:0 2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,33rem),"
    "1fr))}.tables>div{min-width:0}\n"
    ".tables th,.tables td{padding-left:.35rem;padding-right:.35rem}\n"
    ".tables table{font-size:.82rem}\n"
    ".tables h3{margin-top:1.2rem}\n"
    ".cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,30rem),"
    "1fr))}\n"
    "article{background:var(--card);border:1px solid var(--pale);border-radius:.4rem;"
    "padding:.7rem .8rem;min-width:0}\n"
    ".side{margin:0 0 .35rem}.iri{font:.8rem/1.3 monospace;color:var(--soft)}\n"
    "article ul{margin:.3rem 0 .5rem;padding-left:1.1rem;font-size:.9rem}\n"
    ".sum{width:100%;table-layout:fixed;font-size:.82rem}\n"
    ".sum td{padding:.08rem .3rem;border:0;vertical-align:top}\n"
    ".sum .adds{width:4.2rem}.sum .way{width:30%}\n"
    ".sum svg{display:block;width:100%;height:.75rem;margin:.2rem 0;background:var(--back)}\n"
    ".up{fill:var(--up)}.down{fill:var(--down)}.all{fill:var(--soft)}\n"
    ".zero{stroke:var(--soft);stroke-width:.6}\n"
    "@media (max-width:32rem){body{padding:.6rem}dl{display:block}dd{margin:0 0 .3rem}"
    "table,.tables table{font-size:.7rem}th,td,.tables th,.tables td{padding:.12rem .17rem}}\n"
    "@media print{body{font-size:10pt;padding:0;max-width:none}table,.tables table{font-size:8pt}"
    "th,td{padding:.1rem .25rem}article,figure,tr{break-inside:avoid}h2,h3{break-after:avoid}"
    ".wide{overflow:visible}.cards{grid-template-columns:1fr 1fr;gap:.5rem}"
    ".curves{grid-template-columns:1fr 1fr 1fr}article{padding:.3rem .4rem}"
    "p,h3,article "
    "ul,.side{font-size:9pt}.iri,.sum{font-size:7pt}svg{print-color-adjust:exact;-webkit-print-"
    "color-adjust:exact}}\n";

bool eval_page_is_name(const char *path)
{
    size_t n = strlen(path);
    return (n > 5 && strcmp(path + n - 5, ".html") == 0) ||
           (n > 4 && strcmp(path + n - 4, ".htm") == 0);
}

/* --- the head --- */

static void add_fact(struct buf *b, const char *name, const char *value)
{
    assert(name && value);
    buf_append_format(b, "<dt>%s</dt><dd>", name);
    html_append(b, slice_of(value));
    buf_append_text(b, "</dd>\n");
}

static void tell_model(struct buf *b, const struct eval_page_input *in)
{
    assert(in->model);
    buf_append_text(b, "<dt>model</dt><dd>");
    html_append(b, slice_of(in->model_path ? in->model_path : "the built-in one"));
    if (in->retrained) {
        buf_append_text(b, ", fitted anew to ");
        html_append(b, slice_of(in->retrained));
    }
    buf_append_format(b, " (digest %016" PRIx64 "), threshold <b id=\"threshold\">%.4f</b>",
                      model_digest(in->model), in->served->threshold);
    if (in->store_threshold >= 0 && fabs(in->store_threshold - in->served->threshold) > 5e-5)
        buf_append_format(b, "; the store is told to match from %.4f", in->store_threshold);
    buf_append_text(b, "</dd>\n");
}

static void tell_gold(struct buf *b, const struct gold_options *g)
{
    add_fact(b, "gold links", g->links);
    for (size_t i = 0; i < g->other.count; i++)
        add_fact(b, "left out: ends in", g->other.at[i]);
    if (g->unjudged)
        add_fact(b, "left out", g->unjudged);
}

/* Of the linked types, graph by graph. */
static void tell_entities(struct buf *b, const struct eval_page_input *in)
{
    const struct catalog *c = dataset_catalog(in->figures->data);
    const struct state *s = engine_state(in->engine);
    size_t count[STATE_MAX_GRAPHS] = {0};
    for (size_t i = 0; i < c->entity_count; i++)
        if (c->entities[i].graph < STATE_MAX_GRAPHS &&
            gold_has_type(in->figures->gold, c->entities[i].type))
            count[c->entities[i].graph]++;
    buf_append_text(b, "<dt>entities</dt><dd>");
    bool first = true;
    for (size_t g = 0; g < s->graph_count; g++) {
        if (!state_is_catalog(s, g))
            continue;
        buf_append_text(b, first ? "" : ", ");
        html_append(b, s->graphs[g].name);
        buf_append_format(b, " %zu", count[g]);
        first = false;
    }
    buf_append_format(b, " of linked types; %zu candidates</dd>\n", in->found->candidates);
}

static void tell_head(struct eval_page *p, const struct eval_page_input *in)
{
    assert(!p->title.len && !p->head.len);
    char now[CLOCK_TEXT_BYTES];
    clock_write(now, clock_now_ms());
    struct buf title = {0};
    buf_append_format(&title, "%s on %s, by %s", in->model_path ? in->model_path : "Built-in model",
                      in->store, in->gold->links);
    html_append(&p->title, buf_slice(&title));
    buf_fini(&title);
    struct buf *b = &p->head;
    buf_append_text(b, "<dl>\n");
    tell_model(b, in);
    add_fact(b, "store", in->store);
    tell_gold(b, in->gold);
    const struct figures *f = in->found;
    buf_append_format(b, "<dt>links</dt><dd><span id=\"links\">%zu</span>", f->links);
    buf_append_format(b, "; no candidates: %zu, of these %zu with an end that is not in the store",
                      f->missed, f->absent);
    buf_append_text(b, "</dd>\n");
    tell_entities(b, in);
    add_fact(b, "when", now);
    add_fact(b, "by", "alignd " ALIGND_VERSION);
    buf_append_text(b, "</dl>\n");
}

/* --- the table as it is printed --- */

void eval_page_add_row(struct eval_page *p, const struct figures *f)
{
    assert(f->served.precision >= 0 && f->served.precision <= 1);
    buf_append_text(&p->rows, "<tr><td class=\"words\">");
    html_append(&p->rows, slice_of(f->name[0] ? f->name : "as served"));
    buf_append_text(&p->rows, "</td><td class=\"words\">");
    html_append_short(&p->rows, f->type.len ? f->type : slice_of("all"), 40);
    buf_append_format(&p->rows, "</td><td>%zu</td>", f->links);
    double misled = f->links ? (double)f->misled / (double)f->links : 0;
    const double shares[] = {f->served.f1, f->served.precision,     f->served.recall,     misled,
                             f->best.f1,   f->best.prauc,           f->best.recall_at_95, f->hits1,
                             f->mrr,       figures_completeness(f), f->calibration_error};
    for (size_t i = 0; i < sizeof(shares) / sizeof(*shares); i++)
        buf_append_format(&p->rows, "<td>%.4f</td>", shares[i]);
    buf_append_text(&p->rows, "</tr>\n");
}

static const char rows_head[] =
    "<h2>Figures</h2>\n<div class=\"wide\"><table id=\"rows\"><thead><tr>"
    "<th class=\"words\">run</th><th class=\"words\">type</th><th>links</th><th>F1</th>"
    "<th>precision</th><th>recall</th><th>misled</th><th>best F1</th><th>PRAUC</th><th>R@P95</th>"
    "<th>Hits1</th><th>MRR</th><th>PC</th><th>ECE</th></tr></thead><tbody>\n";
static const char rows_foot[] =
    "</tbody></table></div>\n<p class=\"soft\">F1, precision, recall: of what is told at the "
    "threshold. misled: links whose first entity is matched to another. Best F1, PRAUC, R@P95, ECE "
    "(error of the calibration): of all judged candidates. Hits1, MRR: of the candidates of an "
    "entity. PC: links that are candidates.</p>\n";

/* --- curves --- */

static void tell_what_counts(struct buf *b, const struct eval_page_input *in)
{
    const struct served *s = in->served;
    if (s->is_one_to_one)
        buf_append_text(b, "<p>Curves, thresholds and bands are of <b>one-to-one matches</b>, as "
                           "serving makes them at each threshold.");
    else
        buf_append_text(b,
                        "<p>The gold file labels pairs, so curves, thresholds and bands are of "
                        "<b>labelled candidates, one by one</b>, whatever else their ends match.");
    buf_append_text(b, " Right and wrong is by the gold links");
    if (in->figures->closed)
        buf_append_text(b, "; where no link names either end of a match, it is wrong "
                           "(<code>--closed</code>)");
    buf_append_format(
        b,
        ". Matches of which the gold links say nothing are left out everywhere, as in "
        "the table above: <span id=\"left-out\">%zu</span> at the threshold",
        s->left_out);
    if (s->left_out && !in->figures->closed)
        buf_append_format(b, ", of these %zu whose ends no link names at all", s->strays);
    buf_append_text(b, ".</p>\n");
}

static void begin_figure(struct buf *b, const char *title)
{
    buf_append_format(b, "<figure><figcaption>%s</figcaption>\n", title);
}

static void draw_curves(struct buf *b, const struct eval_page_input *in)
{
    const struct served *s = in->served;
    struct served_point p = served_at(s, s->threshold);
    struct served_point q = served_at(s, fmax(in->review, s->threshold));
    assert(p.right <= p.told && q.right <= q.told);
    buf_append_text(b, "<h2>Curves</h2>\n");
    tell_what_counts(b, in);
    buf_append_text(b, "<div class=\"curves\">\n");
    begin_figure(b, "Precision, recall and F1 over the threshold");
    curve_thresholds(b, s, in->review, false);
    buf_append_format(b,
                      "<p class=\"soft\">At the threshold of %.3f %zu of %zu are right, of %zu "
                      "links; from %.3f on, where a match is more than possible, %zu of %zu.</p>"
                      "</figure>\n",
                      s->threshold, p.right, p.told, s->links, q.threshold, q.right, q.told);
    begin_figure(b, "Precision against recall");
    curve_precision_recall(b, s, in->review, false);
    buf_append_format(
        b,
        "<p class=\"soft\">%zu judged pairs at any threshold, %zu links; dots: "
        "precision %.4f, recall %.4f at the threshold, and where a match is more than "
        "possible %.4f, %.4f.</p></figure>\n",
        s->count, s->links, p.precision, p.recall, q.precision, q.recall);
    begin_figure(b, "Calibration of the confidence");
    curve_calibration(b, s, false);
    buf_append_format(
        b,
        "<p class=\"soft\">%zu told at the threshold, by tenths of confidence: how many "
        "(over the chart, and as bars), their mean confidence and the share that is "
        "right (dots, with its 95 %% interval). On the diagonal it is as stated.</p>"
        "</figure>\n</div>\n",
        s->told);
}

/* --- thresholds --- */

enum { STEPS = 20, MOST_THRESHOLDS = STEPS + 4 };

struct threshold_row {
    double at;
    const char *note;
};

static int by_threshold(const void *x, const void *y)
{
    const struct threshold_row *a = x, *b = y;
    return (a->at > b->at) - (a->at < b->at);
}

/* Steps of .05, .99, and the two that mean something; none twice. */
static size_t list_thresholds(const struct eval_page_input *in,
                              struct threshold_row rows[MOST_THRESHOLDS])
{
    size_t n = 0;
    rows[n++] = (struct threshold_row){in->served->threshold, "threshold"};
    if (fabs(in->review - in->served->threshold) > 1e-6)
        rows[n++] = (struct threshold_row){in->review, "match from"};
    size_t noted = n;
    for (int i = 0; i <= STEPS; i++) {
        double at = i < STEPS ? (double)i / STEPS : 0.99;
        bool there = false;
        for (size_t k = 0; k < noted; k++)
            there = there || fabs(rows[k].at - at) < 1e-6;
        if (!there)
            rows[n++] = (struct threshold_row){at, ""};
    }
    assert(n <= MOST_THRESHOLDS);
    qsort(rows, n, sizeof(*rows), by_threshold);
    return n;
}

static void tell_thresholds(struct buf *b, const struct eval_page_input *in)
{
    struct threshold_row rows[MOST_THRESHOLDS];
    size_t n = list_thresholds(in, rows);
    buf_append_text(b, "<h2>Thresholds</h2>\n<div class=\"wide\"><table id=\"thresholds\"><thead>"
                       "<tr><th>from</th><th>matches</th><th>right</th><th>wrong</th>"
                       "<th>precision</th><th>recall</th><th>F1</th><th class=\"words\"></th></tr>"
                       "</thead><tbody>\n");
    for (size_t i = 0; i < n; i++) {
        struct served_point p = served_at(in->served, rows[i].at);
        buf_append_format(b, "<tr%s><td>%.4f</td><td>%zu</td><td>%zu</td><td>%zu</td>",
                          rows[i].note[0] ? " class=\"serving\"" : "", p.threshold, p.told, p.right,
                          p.told - p.right);
        if (p.told)
            buf_append_format(b, "<td>%.4f</td>", p.precision);
        else
            buf_append_text(b, "<td>-</td>");
        buf_append_format(b, "<td>%.4f</td><td>%.4f</td><td class=\"name\">%s</td></tr>\n",
                          p.recall, p.f1, rows[i].note);
    }
    buf_append_text(b, "</tbody></table></div>\n");
}

/* --- bands and bins --- */

static void add_bin(struct buf *b, const struct served_bin *x)
{
    buf_append_format(b, "<td>%zu</td>", x->count);
    if (x->count)
        buf_append_format(b,
                          "<td>%.4f</td><td>%zu</td><td>%.4f</td><td>%+.4f</td>"
                          "<td>%.3f&#8211;%.3f</td></tr>\n",
                          x->stated, x->right, x->held, x->stated - x->held, x->least, x->most);
    else
        buf_append_text(b, "<td>-</td><td>0</td><td>-</td><td>-</td><td>-</td></tr>\n");
}

static const char bin_columns[] =
    "<th>matches</th><th>confidence</th><th>right</th><th>share</th><th>difference</th>"
    "<th>95 % interval</th></tr></thead><tbody>\n";

static void tell_bands(struct buf *b, const struct eval_page_input *in)
{
    const struct served *s = in->served;
    struct served_bin of_band[BANDS] = {[BAND_POSSIBLE] = served_between(s, -INFINITY, in->review),
                                        [BAND_MATCH] = served_between(s, in->review, INFINITY)};
    buf_append_text(
        b, "<h2>Calibration by band</h2>\n<p>Mean confidence, and the share that is right; "
           "the difference is by how much the confidence "
           "says more than holds. Of those told at the threshold; what the gold links do "
           "not judge is left out.</p>\n<div class=\"wide\"><table id=\"bands\"><thead>"
           "<tr><th class=\"name\">band</th>");
    buf_append_text(b, bin_columns);
    for (int band = BANDS - 1; band >= 0; band--) {
        buf_append_format(b, "<tr><td class=\"name\">%s %s %.3f</td>", band_name((enum band)band),
                          band == BAND_MATCH ? "&#8805;" : "&lt;", in->review);
        add_bin(b, &of_band[band]);
    }
    struct served_bin all = served_between(s, -INFINITY, INFINITY);
    assert(all.count == of_band[0].count + of_band[1].count);
    buf_append_text(b, "<tr><td class=\"name\">both</td>");
    add_bin(b, &all);
    buf_append_text(b, "</tbody></table></div>\n<h3>By tenths of confidence</h3>\n"
                       "<div class=\"wide\"><table id=\"bins\"><thead><tr>"
                       "<th class=\"name\">told at</th>");
    buf_append_text(b, bin_columns);
    for (int i = 0; i < CURVE_BINS; i++) {
        struct served_bin bin = curve_bin(s, i);
        buf_append_format(b, "<tr><td class=\"name\">%.1f to %.1f</td>", (double)i / CURVE_BINS,
                          (i + 1.0) / CURVE_BINS);
        add_bin(b, &bin);
    }
    buf_append_text(b, "</tbody></table></div>\n");
}

int eval_page_draw(struct eval_page *p, const struct eval_page_input *in)
{
    assert(in->served && in->found && in->model && !p->body.len);
    assert(in->review >= 0 && in->review <= 1);
    tell_head(p, in);
    draw_curves(&p->body, in);
    buf_append_text(&p->body, "<div class=\"tables\"><div>\n");
    tell_thresholds(&p->body, in);
    buf_append_text(&p->body, "</div><div>\n");
    tell_bands(&p->body, in);
    buf_append_text(&p->body, "</div></div>\n");
    return eval_mistakes_append(&p->body, in);
}

int eval_page_write(const struct eval_page *p, const char *path)
{
    assert(p->title.len && p->body.len);
    struct buf b = {0};
    buf_append_text(&b, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
                        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
                        "<title>");
    buf_append_slice(&b, buf_slice(&p->title));
    buf_append_format(&b, "</title>\n<style>\n%s%s</style></head>\n<body>\n<h1>", style,
                      CHART_STYLE);
    buf_append_slice(&b, buf_slice(&p->title));
    buf_append_text(&b, "</h1>\n");
    buf_append_slice(&b, buf_slice(&p->head));
    buf_append_text(&b, rows_head);
    buf_append_slice(&b, buf_slice(&p->rows));
    buf_append_text(&b, rows_foot);
    buf_append_slice(&b, buf_slice(&p->body));
    buf_append_text(&b, "</body></html>\n");
    int rc = file_write(path, buf_slice(&b));
    buf_fini(&b);
    return rc;
}

void eval_page_fini(struct eval_page *p)
{
    buf_fini(&p->title);
    buf_fini(&p->head);
    buf_fini(&p->rows);
    buf_fini(&p->body);
}
