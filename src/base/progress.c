/*
 * progress.c - how far a long command is: at a terminal a bar that is drawn over, elsewhere
 * (a log, a pipe) a line now and then, so neither fills with hundreds of them.
 * What is left is told by the share done so far.  The log knows when a bar stands
 * (log_set_bar) and wipes it before its next line.
 */
#include "alignd/base/progress.h"

#include "alignd/base/buf.h"
#include "alignd/base/clock.h"
#include "alignd/base/log.h"
#include "alignd/base/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW_US 100000u
#define LINE_US 10000000u
#define BAR_CHARS 20
#define ERASE_LINE "\r\033[K"

static _Atomic bool enabled = true;

void progress_set_enabled(bool on)
{
    enabled = on;
}

void progress_begin(struct progress *p, const char *what, const char *unit)
{
    assert(what && unit);
    const char *term = getenv("TERM");
    uint64_t now = clock_mono_us();
    *p = (struct progress){
        .what = what,
        .unit = unit,
        .begun_us = now,
        .drawn_us = now,
        .terminal = isatty(STDERR_FILENO) && (!term || strcmp(term, "dumb") != 0),
    };
}

/* 1234567 as 1,234,567 */
static void put_count(struct buf *b, uint64_t n)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, n);
    assert(length > 0 && length < (int)sizeof(digits));
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            buf_append_char(b, ',');
        buf_append_char(b, digits[i]);
    }
}

static void put_time(struct buf *b, double seconds)
{
    assert(seconds >= 0);
    unsigned s = seconds < 1e6 ? (unsigned)(seconds + 0.5) : 1000000u;
    if (s >= 3600)
        buf_append_format(b, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
    else
        buf_append_format(b, "%u:%02u", s / 60, s % 60);
}

static void put_counts(struct buf *b, const struct progress *p, double seconds)
{
    assert(seconds >= 0 && p->unit);
    buf_append_text(b, "  ");
    put_count(b, p->count);
    buf_append_format(b, " %s  ", p->unit);
    put_count(b, (uint64_t)((double)p->count / (seconds > 1e-3 ? seconds : 1e-3)));
    buf_append_text(b, "/s");
}

static void put_state(struct buf *b, const struct progress *p, double done, double seconds,
                      const char *note)
{
    buf_append_text(b, p->what);
    done = done > 1 ? 1 : done;
    if (p->terminal && done >= 0) {
        int full = (int)(done * BAR_CHARS);
        buf_append_text(b, " [");
        for (int i = 0; i < BAR_CHARS; i++)
            buf_append_char(b, i < full ? '#' : '.');
        buf_append_char(b, ']');
    }
    if (done >= 0)
        buf_append_format(b, " %3d%%", (int)(done * 100));
    put_counts(b, p, seconds);
    buf_append_text(b, "  ");
    if (done > 0) {
        put_time(b, seconds * (1 - done) / done);
        buf_append_text(b, " left");
    } else {
        put_time(b, seconds);
    }
    if (note && *note)
        buf_append_format(b, "  %s", note);
}

/* Columns of the terminal; a character is taken to be as wide as its bytes are many,
 * so a line may come out short but never wraps. */
static size_t columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

static void draw_bar(const struct buf *state)
{
    struct buf line = {0};
    buf_append_text(&line, ERASE_LINE);
    buf_append_slice(&line, text_truncate(buf_slice(state), columns() - 1));
    if (write(STDERR_FILENO, line.data, line.len) > 0)
        log_set_bar(true);
    buf_fini(&line);
}

void progress_update(struct progress *p, double done, uint64_t count, const char *note)
{
    assert(p->what && p->unit);
    if (!enabled)
        return;
    uint64_t now = clock_mono_us();
    p->count = count;
    if (now - p->drawn_us < (p->terminal ? REDRAW_US : LINE_US))
        return;
    p->drawn_us = now;

    struct buf state = {0};
    put_state(&state, p, done, (double)(now - p->begun_us) / 1e6, note);
    if (p->terminal)
        draw_bar(&state);
    else
        log_info("%.*s", (int)state.len, state.data);
    buf_fini(&state);
}

void progress_end(struct progress *p)
{
    assert(p->what && p->unit);
    if (!enabled)
        return;
    struct buf state = {0};
    double seconds = (double)(clock_mono_us() - p->begun_us) / 1e6;
    buf_append_text(&state, p->what);
    put_counts(&state, p, seconds);
    buf_append_format(&state, "  in %.1f s", seconds);
    log_info("%.*s", (int)state.len, state.data);
    buf_fini(&state);
}
