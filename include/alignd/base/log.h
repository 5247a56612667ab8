/*
 * log.h - one line an event on stderr, as people read it at a terminal, in
 * logfmt, or in JSON:
 *
 *     alignd: warning: ...
 *     ts=2026-01-31T12:00:00.123Z level=warn msg="..."
 *     {"ts":"2026-01-31T12:00:00.123Z","level":"warn","msg":"..."}
 *
 * Thread-safe: a line is one write.  A message may hold anything: control
 * characters are escaped ('?' in the plain form, which keeps line ends and tabs), bytes
 * that are not UTF-8 become U+FFFD, and what goes past 4 KiB is cut.
 */
#ifndef ALIGND_BASE_LOG_H
#define ALIGND_BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_PLAIN, LOG_LOGFMT, LOG_JSON };

/* Defaults: LOG_INFO, LOG_PLAIN. */
void log_set_level(enum log_level level);
void log_set_format(enum log_format format);
enum log_level log_get_level(void);

/* For progress.c: a bar stands on the terminal's last line, and the next line of
 * the log erases it. */
void log_set_bar(bool shown);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)
#endif
