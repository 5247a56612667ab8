/*
 * deadline.h - until when something is tried, by the clock that never jumps.
 *
 *     struct deadline until = deadline_in_ms(wait_ms);
 *     while (!(done = attempt()) && !deadline_passed(until))
 *         clock_sleep_ms(50);
 */
#ifndef ALIGND_BASE_DEADLINE_H
#define ALIGND_BASE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

struct deadline {
    uint64_t at_us; /* of clock_mono_us (base/clock.h) */
};

/* So long from now; none or less: it is past. */
struct deadline deadline_in_ms(int64_t wait_ms);

bool deadline_passed(struct deadline d);

/* What is left, rounded up, INT_MAX at most: 0 once it is past, and only then. */
int deadline_left_ms(struct deadline d);
#endif
