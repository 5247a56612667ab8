#include "alignd/base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static _Atomic int level_now = LOG_INFO;
static _Atomic int format_now = LOG_PLAIN;

static const char *const level_names[] = {"error", "warn", "info", "debug"};

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

/* Copies text as the inside of a quoted string; control characters become \uXXXX. */
static size_t quote(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p && n + 8 < size; p++) {
        if (*p == '"' || *p == '\\') {
            out[n++] = '\\';
            out[n++] = (char)*p;
        } else if (*p < 0x20) {
            n += (size_t)snprintf(out + n, size - n, "\\u%04x", *p);
        } else {
            out[n++] = (char)*p;
        }
    }
    out[n] = '\0';
    return n;
}

void log_write(enum log_level level, const char *format, ...)
{
    if ((int)level > level_now)
        return;
    char text[4096], quoted[8192], line[8600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    int n;
    if (format_now == LOG_PLAIN) {
        n = snprintf(line, sizeof(line), "alignd: %s\n", text);
    } else {
        struct timespec now;
        struct tm tm;
        char stamp[32];
        clock_gettime(CLOCK_REALTIME, &now);
        gmtime_r(&now.tv_sec, &tm);
        strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
        quote(quoted, sizeof(quoted), text);
        n = snprintf(line, sizeof(line),
                     format_now == LOG_JSON
                         ? "{\"ts\":\"%s.%03ldZ\",\"level\":\"%s\",\"msg\":\"%s\"}\n"
                         : "ts=%s.%03ldZ level=%s msg=\"%s\"\n",
                     stamp, now.tv_nsec / 1000000, level_names[level], quoted);
    }
    if (n > 0) {
        ssize_t written = write(STDERR_FILENO, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
        (void)written; /* there is nobody left to tell */
    }
}
