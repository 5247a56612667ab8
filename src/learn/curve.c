/*
 * curve.c - draws the two curves of `alignd eval --plot` as SVG, axes and all: a picture that
 * needs no program beside a browser.
 */
#include "alignd/learn/curve.h"

#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { LEFT = 60, TOP = 20, SIDE = 400 };

static double x_of(double share)
{
    return LEFT + share * SIDE;
}

static double y_of(double share)
{
    return TOP + (1 - share) * SIDE;
}

static void begin(struct buf *b, const char *x_name, const char *y_name)
{
    assert(x_name && y_name);
    buf_append_format(b,
                      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                      "font-family=\"sans-serif\" font-size=\"13\">\n"
                      "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                      LEFT + SIDE + 30, TOP + SIDE + 60);
    for (int i = 0; i <= 5; i++) {
        double share = i / 5.0;
        buf_append_format(b,
                          "<path d=\"M%.1f %.1fH%.1fM%.1f %.1fV%.1f\" stroke=\"#ddd\"/>\n"
                          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.1f</text>\n"
                          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>\n",
                          x_of(0), y_of(share), x_of(1), x_of(share), y_of(0), y_of(1), x_of(share),
                          y_of(0) + 20, share, x_of(0) - 8, y_of(share) + 4, share);
    }
    buf_append_format(b,
                      "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n"
                      "<text transform=\"translate(16 %.1f) rotate(-90)\" "
                      "text-anchor=\"middle\">%s</text>\n",
                      x_of(0.5), y_of(0) + 45, x_name, y_of(0.5), y_name);
}

static int finish(struct buf *b, const char *folder, const char *name)
{
    assert(b->len);
    struct buf path = {0};
    buf_append_text(b, "</svg>\n");
    buf_append_format(&path, "%s/%s", folder, name);
    buf_append_char(&path, '\0');
    FILE *file = fopen(path.data, "we");
    bool ok = file && fwrite(b->data, 1, b->len, file) == b->len;
    if (file && fclose(file))
        ok = false;
    if (!ok)
        log_error("cannot write '%s': %s", path.data, strerror(errno));
    buf_fini(&path);
    buf_clear(b);
    return ok ? ERR_OK : ERR_IO;
}

static void draw_precision(struct buf *b, const struct metrics_item *items, size_t count,
                           size_t missed)
{
    assert(items || !count);
    size_t positives = missed, found = 0;
    for (size_t i = 0; i < count; i++)
        positives += items[i].positive;
    begin(b, "recall", "precision");
    buf_append_text(b, "<polyline fill=\"none\" stroke=\"#0060a0\" stroke-width=\"2\" points=\"");
    for (size_t i = 0; i < count && found + missed < positives; i++) {
        found += items[i].positive;
        if (items[i].positive) /* the curve only moves on at these */
            buf_append_format(b, "%.1f,%.1f ", x_of((double)found / (double)positives),
                              y_of((double)found / (double)(i + 1)));
    }
    assert(found + missed <= positives);
    buf_append_text(b, "\"/>\n");
}

static void draw_calibration(struct buf *b, const struct metrics_item *items, size_t count)
{
    assert(items || !count);
    double stated[10] = {0}, held[10] = {0}, n[10] = {0};
    for (size_t i = 0; i < count; i++) {
        int bin = (int)((double)items[i].score * 10);
        bin = bin < 0 ? 0 : bin > 9 ? 9 : bin;
        stated[bin] += (double)items[i].score;
        held[bin] += items[i].positive;
        n[bin]++;
    }
    begin(b, "stated probability", "share that is true");
    buf_append_format(b, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"#888\"/>\n", x_of(0), y_of(0),
                      x_of(1), y_of(1));
    for (int i = 0; i < 10; i++)
        if (n[i] > 0)
            buf_append_format(b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#0060a0\"/>\n",
                              x_of(stated[i] / n[i]), y_of(held[i] / n[i]));
}

int curve_write(const char *folder, const struct metrics_item *items, size_t count, size_t missed)
{
    assert(items || !count);
    struct buf b = {0};
    if (mkdir(folder, 0777) && errno != EEXIST) {
        log_error("cannot make the folder '%s': %s", folder, strerror(errno));
        return ERR_IO;
    }
    draw_precision(&b, items, count, missed);
    int rc = finish(&b, folder, "precision_recall.svg");
    if (rc)
        goto done;
    draw_calibration(&b, items, count);
    rc = finish(&b, folder, "calibration.svg");
done:
    buf_fini(&b);
    return rc;
}
