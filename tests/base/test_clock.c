#include "alignd/base/clock.h"

#include <criterion/criterion.h>
#include <time.h>
#include <unistd.h>

Test(clock, it_tells_the_time)
{
    int64_t now_ms = clock_now_ms();
    cr_expect_leq(llabs(now_ms / 1000 - (int64_t)time(NULL)), 1);
}

Test(clock, it_measures_a_pause)
{
    uint64_t before = clock_mono_us();
    usleep(20000);
    uint64_t took = clock_mono_us() - before;
    cr_expect(took >= 20000 && took < 5000000, "%llu", (unsigned long long)took);
}

Test(clock, it_sleeps_as_long_as_it_is_told)
{
    int64_t before = clock_mono_ms();
    clock_sleep_ms(30);
    clock_sleep_us(20000);
    int64_t took = clock_mono_ms() - before;
    cr_expect(took >= 49 && took < 5000, "%lld", (long long)took);
    struct timespec at = clock_mono_timespec(12345);
    cr_expect(at.tv_sec == 12 && at.tv_nsec == 345000000);
}

static void expect_text(int64_t ms, const char *expected)
{
    char text[CLOCK_TEXT_BYTES];
    clock_write(text, ms);
    cr_expect_str_eq(text, expected);
}

Test(clock, times_are_written_in_utc)
{
    expect_text(0, "1970-01-01T00:00:00.000Z");
    expect_text(-1, "1969-12-31T23:59:59.999Z");
    expect_text(1709210096789, "2024-02-29T12:34:56.789Z");
    expect_text(253402300799999, "9999-12-31T23:59:59.999Z");
}
