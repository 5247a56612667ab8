/*
 * clock.h - the two clocks: what time it is, and how long something takes; and pauses.
 */
#ifndef ALIGND_BASE_CLOCK_H
#define ALIGND_BASE_CLOCK_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Milliseconds since 1970 in UTC; jumps when the clock is set. */
int64_t clock_now_ms(void);

/* Microseconds since some moment; never goes back. */
uint64_t clock_mono_us(void);
/* The same in milliseconds. */
int64_t clock_mono_ms(void);

/* Sleeps so long; a signal may end it earlier. */
void clock_sleep_us(uint64_t us);
void clock_sleep_ms(int64_t ms);

/* A moment of clock_mono_ms, for pthread_cond_timedwait: the condition is of CLOCK_MONOTONIC. */
struct timespec clock_mono_timespec(int64_t at_ms);

#define CLOCK_TEXT_BYTES 25 /* with the NUL */

/* 2026-01-31T12:00:00.123Z; years 0 to 9999, anything beyond is asserted. */
void clock_write(char out[CLOCK_TEXT_BYTES], int64_t now_ms);

/* RFC 3339 (2026-01-31T12:00:00.123+01:00; UTC where no zone is given); false, and nothing
 * set, for anything else. */
bool clock_read(struct slice text, int64_t *ret_ms);
#endif
