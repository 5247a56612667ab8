/*
 * chart.c - axes, lines, dots and words of a chart, at places of a square of 400 units.
 */
#include "alignd/learn/chart.h"

#include <assert.h>
#include <math.h>

enum { LEFT = 62, TOP = 48, SIDE = 400, RIGHT = 18, BOTTOM = 56, KEY = 150 };

const char CHART_STYLE[] =
    ".chart{--back:#fff;--ink:#222;--pale:#ddd;--soft:#8a8a8a;--first:#0060a0;--second:#b34700;"
    "--third:#4d7a1f;font:13px sans-serif;fill:var(--ink)}\n"
    "@media (prefers-color-scheme:dark){.chart{--back:#16181c;--ink:#e4e4e4;--pale:#383c44;"
    "--soft:#8d939e;--first:#6bb8f5;--second:#ffa35c;--third:#a5d46a}}\n"
    "@media print{.chart{--back:#fff;--ink:#000;--pale:#ccc;--soft:#666;--first:#0060a0;"
    "--second:#b34700;--third:#4d7a1f}}\n"
    ".chart path,.chart polyline{fill:none;stroke-width:2}\n"
    ".chart .grid{stroke:var(--pale);stroke-width:1}\n"
    ".chart .s0{stroke:var(--first)}\n"
    ".chart .s1{stroke:var(--second);stroke-dasharray:7 4}\n"
    ".chart .s2{stroke:var(--third);stroke-dasharray:2 3}\n"
    ".chart .mark{stroke:var(--soft);stroke-width:1.5;stroke-dasharray:4 3}\n"
    ".chart .bar{fill:var(--pale)}\n"
    ".chart .dot{stroke:var(--first);stroke-width:2}\n"
    ".chart .full{fill:var(--first)}\n"
    ".chart .hollow{fill:var(--back)}\n"
    ".chart .words{paint-order:stroke;stroke:var(--back);stroke-width:4}\n"
    ".chart .back{fill:var(--back)}\n"
    ".chart .small{font-size:11px}\n";

static double x_of(double share)
{
    return LEFT + share * SIDE;
}

static double y_of(double share)
{
    return TOP + (1 - share) * SIDE;
}

static void draw_axes(struct buf *b, const char *x_name, const char *y_name)
{
    for (int i = 0; i <= 5; i++) {
        double share = i / 5.0;
        buf_append_format(b,
                          "<path class=\"grid\" d=\"M%.1f %.1fH%.1fM%.1f %.1fV%.1f\"/>\n"
                          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.1f</text>\n"
                          "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>\n",
                          x_of(0), y_of(share), x_of(1), x_of(share), y_of(0), y_of(1), x_of(share),
                          y_of(0) + 20, share, x_of(0) - 8, y_of(share) + 4, share);
    }
    buf_append_format(b,
                      "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n"
                      "<text transform=\"translate(18 %.1f) rotate(-90)\" "
                      "text-anchor=\"middle\">%s</text>\n",
                      x_of(0.5), y_of(0) + 44, x_name, y_of(0.5), y_name);
}

void chart_begin(struct buf *out, const char *title, const char *x_name, const char *y_name,
                 bool alone)
{
    assert(title && x_name && y_name);
    buf_append_format(out,
                      "<svg class=\"chart\"%s viewBox=\"0 0 %d %d\" role=\"img\" "
                      "aria-label=\"%s\">\n<title>%s</title>\n",
                      alone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "", LEFT + SIDE + RIGHT,
                      TOP + SIDE + BOTTOM, title, title);
    if (alone)
        buf_append_format(out,
                          "<style>\n%s</style>\n"
                          "<rect class=\"back\" width=\"100%%\" height=\"100%%\"/>\n",
                          CHART_STYLE);
    draw_axes(out, x_name, y_name);
}

void chart_end(struct buf *out)
{
    buf_append_text(out, "</svg>\n");
}

void chart_line(struct buf *out, enum chart_series series, const struct chart_point *points,
                size_t count)
{
    assert(points || !count);
    double x = -1, y = -1;
    buf_append_format(out, "<polyline class=\"s%d\" points=\"", (int)series);
    for (size_t i = 0; i < count; i++) {
        double next_x = x_of(points[i].x), next_y = y_of(points[i].y);
        if (i + 1 < count && fabs(next_x - x) < 0.5 && fabs(next_y - y) < 0.5)
            continue;
        buf_append_format(out, "%.1f,%.1f ", next_x, next_y);
        x = next_x;
        y = next_y;
    }
    buf_append_text(out, "\"/>\n");
}

void chart_diagonal(struct buf *out)
{
    buf_append_format(out, "<path class=\"mark\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", x_of(0), y_of(0),
                      x_of(1), y_of(1));
}

static void draw_dot(struct buf *out, double x, double y, bool filled)
{
    buf_append_format(out, "<circle class=\"dot %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>\n",
                      filled ? "full" : "hollow", x, y);
}

void chart_dot(struct buf *out, struct chart_point at, bool filled)
{
    assert(at.x >= 0 && at.x <= 1 && at.y >= 0 && at.y <= 1);
    draw_dot(out, x_of(at.x), y_of(at.y), filled);
}

void chart_whisker(struct buf *out, double x, double least, double most)
{
    assert(least <= most);
    buf_append_format(out, "<path class=\"s0\" d=\"M%.1f %.1fV%.1f\"/>\n", x_of(x), y_of(least),
                      y_of(most));
}

void chart_bar(struct buf *out, double left, double right, double height)
{
    assert(left <= right && height >= 0 && height <= 1);
    buf_append_format(
        out, "<rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
        x_of(left) + 1, y_of(height), (right - left) * SIDE - 2, height * SIDE);
}

void chart_mark(struct buf *out, double x, int row, const char *words)
{
    assert(x >= 0 && x <= 1 && row >= 0);
    bool to_the_left = x > 0.6;
    buf_append_format(out,
                      "<path class=\"mark\" d=\"M%.1f %.1fV%.1f\"/>\n"
                      "<text class=\"words\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
                      x_of(x), y_of(0), y_of(1), x_of(x) + (to_the_left ? -6 : 6),
                      y_of(0) - 10 - 18 * row, to_the_left ? "end" : "start", words);
}

void chart_note(struct buf *out, double x, size_t number)
{
    buf_append_format(
        out, "<text class=\"small\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%zu</text>\n",
        x_of(x), TOP - 14, number);
}

static void draw_key(struct buf *out, int place, const char *words)
{
    assert(place >= 0 && place <= 2);
    buf_append_format(out, "<text x=\"%d\" y=\"20\">%s</text>\n", LEFT + place * KEY + 36, words);
}

void chart_key_line(struct buf *out, int place, enum chart_series series, const char *words)
{
    buf_append_format(out, "<path class=\"s%d\" d=\"M%d 16h30\"/>\n", (int)series,
                      LEFT + place * KEY);
    draw_key(out, place, words);
}

void chart_key_dot(struct buf *out, int place, bool filled, const char *words)
{
    draw_dot(out, LEFT + place * KEY + 20, 16, filled);
    draw_key(out, place, words);
}
