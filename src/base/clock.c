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

void clock_write(char out[CLOCK_TEXT_BYTES], int64_t now_ms)
{
    int64_t ms = (now_ms % 1000 + 1000) % 1000;
    time_t seconds = (time_t)((now_ms - ms) / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    assert(tm.tm_year >= -1900 && tm.tm_year <= 9999 - 1900);
    size_t n = strftime(out, CLOCK_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(out + n, CLOCK_TEXT_BYTES - n, ".%03dZ", (int)ms);
}
