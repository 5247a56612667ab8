/*
 * curve.c - draws the curves of `alignd eval --plot`: pictures that need no program beside a
 * browser.
 */
#include "alignd/learn/curve.h"

#include "alignd/base/err.h"
#include "alignd/base/file.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/learn/chart.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { STEPS = 400 }; /* of the threshold, as many as the chart is wide */

static void draw_marks(struct buf *b, const struct served *s, double review)
{
    char words[64];
    snprintf(words, sizeof(words), "threshold %.3f", s->threshold);
    chart_mark(b, fmin(fmax(s->threshold, 0), 1), 0, words);
    snprintf(words, sizeof(words), "match from %.3f", review);
    chart_mark(b, review, 1, words);
}

void curve_thresholds(struct buf *out, const struct served *s, double review, bool alone)
{
    assert(review >= 0 && review <= 1);
    struct chart_point *lines[3];
    size_t n = 0;
    for (int k = 0; k < 3; k++)
        lines[k] = memory_malloc((STEPS + 1) * sizeof(*lines[k]));
    for (int i = 0; i <= STEPS; i++) {
        struct served_point p = served_at(s, (double)i / STEPS);
        if (!p.told)
            break; /* nor at any higher one: there is no precision of nothing */
        lines[0][n] = (struct chart_point){p.threshold, p.precision};
        lines[1][n] = (struct chart_point){p.threshold, fmin(p.recall, 1)};
        lines[2][n++] = (struct chart_point){p.threshold, fmin(p.f1, 1)};
    }
    chart_begin(out, "Precision, recall and F1 over the threshold", "threshold", "share", alone);
    draw_marks(out, s, review);
    static const char *const names[] = {"precision", "recall", "F1"};
    for (int k = 2; k >= 0; k--) {
        chart_line(out, (enum chart_series)k, lines[k], n);
        chart_key_line(out, k, (enum chart_series)k, names[k]);
        free(lines[k]);
    }
    chart_end(out);
}

static void draw_place(struct buf *b, const struct served *s, double threshold, int place,
                       const char *name)
{
    struct served_point p = served_at(s, threshold);
    bool filled = place == 0;
    char words[64];
    snprintf(words, sizeof(words), "%s %.3f", name, threshold);
    chart_key_dot(b, place, filled, words);
    if (p.told)
        chart_dot(b, (struct chart_point){fmin(p.recall, 1), p.precision}, filled);
}

void curve_precision_recall(struct buf *out, const struct served *s, double review, bool alone)
{
    assert(s->pairs);
    struct chart_point *line = memory_malloc((s->count + 1) * sizeof(*line));
    size_t n = 0, right = 0;
    for (size_t i = 0; i < s->count; i++) {
        right += s->pairs[i].right;
        if (i + 1 < s->count && s->pairs[i + 1].score >= s->pairs[i].score)
            continue; /* within a tie there is no threshold */
        double recall = s->links ? (double)right / (double)s->links : 0;
        line[n++] = (struct chart_point){fmin(recall, 1), (double)right / (double)(i + 1)};
    }
    chart_begin(out, "Precision against recall", "recall", "precision", alone);
    chart_line(out, CHART_FIRST, line, n);
    draw_place(out, s, fmax(review, s->threshold), 1, "match from");
    draw_place(out, s, s->threshold, 0, "threshold");
    chart_end(out);
    free(line);
}

struct served_bin curve_bin(const struct served *s, int bin)
{
    assert(bin >= 0 && bin < CURVE_BINS);
    double width = 1.0 / CURVE_BINS;
    return served_between(s, bin ? bin * width : -INFINITY,
                          bin + 1 < CURVE_BINS ? (bin + 1) * width : INFINITY);
}

void curve_calibration(struct buf *out, const struct served *s, bool alone)
{
    struct served_bin bins[CURVE_BINS];
    size_t most = 1;
    for (int i = 0; i < CURVE_BINS; i++) {
        bins[i] = curve_bin(s, i);
        most = bins[i].count > most ? bins[i].count : most;
    }
    assert(most > 0);
    chart_begin(out, "Calibration of the confidence", "confidence", "share that is right", alone);
    for (int i = 0; i < CURVE_BINS; i++) {
        chart_bar(out, (double)i / CURVE_BINS, (i + 1.0) / CURVE_BINS,
                  0.25 * (double)bins[i].count / (double)most);
        chart_note(out, (i + 0.5) / CURVE_BINS, bins[i].count);
    }
    chart_diagonal(out);
    for (int i = 0; i < CURVE_BINS; i++)
        if (bins[i].count) {
            double x = fmin(fmax(bins[i].stated, 0), 1);
            chart_whisker(out, x, bins[i].least, bins[i].most);
            chart_dot(out, (struct chart_point){x, bins[i].held}, true);
        }
    chart_end(out);
}

int curve_write(const char *folder, const struct served *s, double review)
{
    static const char *const names[] = {"thresholds.svg", "precision_recall.svg",
                                        "calibration.svg"};
    if (mkdir(folder, 0777) && errno != EEXIST) {
        log_error("cannot make the folder '%s': %s", folder, strerror(errno));
        return ERR_IO;
    }
    struct buf b = {0}, path = {0};
    int rc = ERR_OK;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !rc; i++) {
        buf_clear(&b);
        buf_clear(&path);
        if (i == 0)
            curve_thresholds(&b, s, review, true);
        else if (i == 1)
            curve_precision_recall(&b, s, review, true);
        else
            curve_calibration(&b, s, true);
        buf_append_format(&path, "%s/%s", folder, names[i]);
        buf_append_char(&path, '\0');
        rc = file_write(path.data, buf_slice(&b));
    }
    buf_fini(&b);
    buf_fini(&path);
    return rc;
}
