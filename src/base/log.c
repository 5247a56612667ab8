/*
 * log.c - a line is put together on the stack and leaves in one write: lines of two
 * threads do not mix, and running out of memory can still be told.
 *
 *  (1) TAIL_BYTES of a line stay free while a message is put into it, so the quotes
 *      and the newline that close it always find room.
 */
#include "alignd/base/log.h"

#include "alignd/base/clock.h"
#include "alignd/base/text.h"
#include "text_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define TEXT_BYTES 4096
#define LINE_BYTES 8192
#define TAIL_BYTES 16 /* of a line, kept free for what closes it */

static _Atomic int level_now = LOG_INFO;
static _Atomic int format_now = LOG_PLAIN;
static _Atomic bool bar_shown = false;

static const char *const level_names[] = {"error", "warn", "info", "debug"};
static const char *const level_prefixes[] = {"", "warning: ", "", "debug: "};

void log_set_level(enum log_level level)
{
    level_now = (int)level;
}

void log_set_format(enum log_format format)
{
    format_now = (int)format;
}

enum log_level log_get_level(void)
{
    return (enum log_level)level_now;
}

void log_set_bar(bool shown)
{
    bar_shown = shown;
}

struct line {
    char data[LINE_BYTES];
    size_t len;
};

static void put_text(struct line *line, const char *text)
{
    size_t n = strlen(text);
    assert(line->len <= sizeof(line->data));
    if (n <= sizeof(line->data) - line->len) {
        memcpy(line->data + line->len, text, n);
        line->len += n;
    }
}

static void put_plain(struct line *line, int32_t point)
{
    assert(line->len + 4 <= sizeof(line->data));
    bool control =
        (point < 0x20 && point != '\n' && point != '\t') || (point >= 0x7f && point < 0xa0);
    line->len += text_encode(line->data + line->len, control ? '?' : point);
}

/* The inside of a quoted string, as JSON and logfmt have it. */
static void put_quoted(struct line *line, int32_t point)
{
    char escape[8];
    assert(line->len + sizeof(escape) <= sizeof(line->data)); /* (1) */
    if (point == '"' || point == '\\') {
        line->data[line->len++] = '\\';
        line->data[line->len++] = (char)point;
    } else if (point == '\n') {
        put_text(line, "\\n");
    } else if (point < 0x20 || (point >= 0x7f && point < 0xa0)) {
        snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)point);
        put_text(line, escape);
    } else {
        line->len += text_encode(line->data + line->len, point);
    }
}

static void put_message(struct line *line, const char *text,
                        void (*put)(struct line *line, int32_t point))
{
    assert(line->len <= sizeof(line->data));
    struct slice rest = slice_of(text);
    while (rest.len && line->len < sizeof(line->data) - TAIL_BYTES)
        put(line, text_next_point(&rest));
}

static void put_stamped(struct line *line, enum log_level level, const char *text, bool json)
{
    char stamp[CLOCK_TEXT_BYTES];
    clock_write(stamp, clock_now_ms());
    put_text(line, json ? "{\"ts\":\"" : "ts=");
    put_text(line, stamp);
    put_text(line, json ? "\",\"level\":\"" : " level=");
    put_text(line, level_names[level]);
    put_text(line, json ? "\",\"msg\":\"" : " msg=\"");
    put_message(line, text, put_quoted);
    put_text(line, json ? "\"}" : "\"");
}

void log_write(enum log_level level, const char *format, ...)
{
    assert((size_t)level < sizeof(level_names) / sizeof(*level_names));
    char text[TEXT_BYTES];
    struct line line = {.len = 0};
    va_list args;

    if ((int)level > level_now)
        return;
    va_start(args, format);
    int n = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (n < 0)
        return;
    if (atomic_exchange(&bar_shown, false))
        put_text(&line, "\r\033[K");
    if (format_now == LOG_PLAIN) {
        put_text(&line, "alignd: ");
        put_text(&line, level_prefixes[level]);
        put_message(&line, text, put_plain);
    } else {
        put_stamped(&line, level, text, format_now == LOG_JSON);
    }
    put_text(&line, "\n");
    assert(line.data[line.len - 1] == '\n'); /* (1) */
    ssize_t written = write(STDERR_FILENO, line.data, line.len);
    (void)written; /* there is nobody left to tell */
}
