/*
 * clock.h - the two clocks: what time it is, and how long something takes.
 */
#ifndef ALIGND_BASE_CLOCK_H
#define ALIGND_BASE_CLOCK_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds since 1970 in UTC; jumps when the clock is set. */
int64_t clock_now_ms(void);

/* Microseconds since some moment; never goes back. */
uint64_t clock_mono_us(void);

#define CLOCK_TEXT_BYTES 25 /* with the NUL */

/* 2026-01-31T12:00:00.123Z; years 0 to 9999, anything beyond is asserted. */
void clock_write(char out[CLOCK_TEXT_BYTES], int64_t now_ms);

/* RFC 3339 (2026-01-31T12:00:00.123+01:00; UTC where no zone is given); false, and nothing
 * set, for anything else. */
bool clock_read(struct slice text, int64_t *ret_ms);
#endif
