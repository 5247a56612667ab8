#include "alignd/base/deadline.h"

#include "alignd/base/clock.h"

#include <criterion/criterion.h>
#include <limits.h>

Test(deadline, it_is_past_when_nothing_is_left_and_not_before)
{
    struct deadline d = deadline_in_ms(50);
    int left = deadline_left_ms(d);
    cr_expect(left > 0 && left <= 50, "%d", left);
    while (deadline_left_ms(d))
        clock_sleep_us(500);
    cr_expect(deadline_passed(d));
    cr_expect_eq(deadline_left_ms(d), 0);
}

Test(deadline, it_is_past_at_once_where_nobody_waits_and_far_where_they_wait_long)
{
    cr_expect(deadline_passed(deadline_in_ms(0)));
    cr_expect(deadline_passed(deadline_in_ms(-1000)));
    cr_expect_eq(deadline_left_ms(deadline_in_ms(INT64_C(1) << 40)), INT_MAX);
}
