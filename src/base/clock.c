/*
 * clock.c - two clocks: the wall's for what others read, the steady one for durations,
 * which must not jump when somebody sets the wall's.  Stamps are read by hand, as RFC
 * 3339 has them and XML Schema does: a zone may be missing (then it is UTC), a second
 * may be the 60th, and what is finer than a millisecond is dropped.
 */
#include "alignd/base/clock.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

int64_t clock_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t clock_mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
    return (int64_t)(clock_mono_us() / 1000);
}

void clock_sleep_us(uint64_t us)
{
    struct timespec pause = {.tv_sec = (time_t)(us / 1000000),
                             .tv_nsec = (long)(us % 1000000) * 1000};
    nanosleep(&pause, NULL);
}

void clock_sleep_ms(int64_t ms)
{
    assert(ms >= 0);
    clock_sleep_us((uint64_t)ms * 1000);
}

struct timespec clock_mono_timespec(int64_t at_ms)
{
    assert(at_ms >= 0);
    return (struct timespec){.tv_sec = at_ms / 1000, .tv_nsec = (at_ms % 1000) * 1000000};
}

void clock_write(char out[CLOCK_TEXT_BYTES], int64_t now_ms)
{
    int64_t ms = (now_ms % 1000 + 1000) % 1000;
    time_t seconds = (time_t)((now_ms - ms) / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    assert(tm.tm_year >= -1900 && tm.tm_year <= 9999 - 1900);
    size_t n = strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
    assert(n > 0 && n < CLOCK_TEXT_BYTES);
    snprintf(out + n, CLOCK_TEXT_BYTES - n, ".%03dZ", (int)ms);
}

/* n digits as a number, or -1 */
static int digits(const char *at, const char *end, int n)
{
    assert(n > 0 && n < 10);
    int v = 0;
    if (end - at < n)
        return -1;
    for (int i = 0; i < n; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -1;
        v = v * 10 + (at[i] - '0');
    }
    return v;
}

/* Z, +01:00 or nothing; *ret_minutes is east of Greenwich. */
static bool read_zone(const char *at, const char *end, int *ret_minutes)
{
    assert(at <= end);
    *ret_minutes = 0;
    if (at == end || (end - at == 1 && (*at == 'Z' || *at == 'z')))
        return true;
    if (end - at != 6 || (*at != '+' && *at != '-') || at[3] != ':')
        return false;
    int h = digits(at + 1, end, 2), m = digits(at + 4, end, 2);
    *ret_minutes = (*at == '+' ? 1 : -1) * (h * 60 + m);
    return h >= 0 && m >= 0;
}

bool clock_read(struct slice text, int64_t *ret_ms)
{
    const char *at = text.data, *end = text.data + text.len;
    int minutes;
    if (text.len < 19 || at[4] != '-' || at[7] != '-' || at[13] != ':' || at[16] != ':')
        return false;
    struct tm tm = {.tm_year = digits(at, end, 4) - 1900,
                    .tm_mon = digits(at + 5, end, 2) - 1,
                    .tm_mday = digits(at + 8, end, 2),
                    .tm_hour = digits(at + 11, end, 2),
                    .tm_min = digits(at + 14, end, 2),
                    .tm_sec = digits(at + 17, end, 2)};
    if (tm.tm_year < -1900 || tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 ||
        tm.tm_mday > 31 || tm.tm_hour < 0 || tm.tm_hour > 23 || tm.tm_min < 0 || tm.tm_min > 59 ||
        tm.tm_sec < 0 || tm.tm_sec > 60)
        return false;
    int64_t ms = (int64_t)timegm(&tm) * 1000;
    assert(at + 19 <= end);
    at += 19;
    if (at < end && *at == '.') {
        int scale = 100;
        for (at++; at < end && *at >= '0' && *at <= '9'; at++, scale /= 10)
            ms += (*at - '0') * scale;
    }
    if (!read_zone(at, end, &minutes))
        return false;
    *ret_ms = ms - (int64_t)minutes * 60000;
    return true;
}
