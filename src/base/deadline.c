/*
 * deadline.c - a moment of the steady clock; what is left is told in the milliseconds that
 * libraries take, rounded up, so that a last wait is never one of nothing.
 */
#include "alignd/base/deadline.h"

#include "alignd/base/clock.h"

#include <assert.h>
#include <limits.h>

struct deadline deadline_in_ms(int64_t wait_ms)
{
    return (struct deadline){clock_mono_us() + (wait_ms > 0 ? (uint64_t)wait_ms * 1000 : 0)};
}

int deadline_left_ms(struct deadline d)
{
    uint64_t now = clock_mono_us();
    if (now >= d.at_us)
        return 0;
    uint64_t left = (d.at_us - now + 999) / 1000;
    assert(left > 0);
    return left < INT_MAX ? (int)left : INT_MAX;
}

bool deadline_passed(struct deadline d)
{
    return clock_mono_us() >= d.at_us;
}
