/*
 * log.h - one line an event on stderr, logfmt or JSON:
 *
 *     ts=2026-01-31T12:00:00.123Z level=info msg="..."
 *
 * Thread-safe: a line is one write.  For people at a terminal the offline
 * commands use log_plain, which prints 'alignd: message' only.
 */
#ifndef ALIGND_BASE_LOG_H
#define ALIGND_BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum log_format { LOG_PLAIN, LOG_LOGFMT, LOG_JSON };

/* Defaults: LOG_INFO, LOG_PLAIN. */
void log_set_level(enum log_level level);
void log_set_format(enum log_format format);
enum log_level log_get_level(void);

void log_write(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_DEBUG, __VA_ARGS__)
#endif
