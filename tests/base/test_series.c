#include "alignd/base/series.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>

Test(series, logarithm_is_within_a_unit_in_the_last_place)
{
    uint64_t rng = 1;
    for (int i = 0; i < 200000; i++) {
        rng = rng * 6364136223846793005u + 1442695040888963407u;
        double x = ldexp((double)(rng >> 11), (int)(rng % 120) - 113);
        if (x == 0)
            continue;
        long double want = logl((long double)x);
        double ulp = nextafter(fabs((double)want), INFINITY) - fabs((double)want);
        cr_assert(fabsl((long double)series_ln(x) - want) <= (long double)ulp, "%a", x);
    }
    cr_expect_eq(series_ln(1.0), 0.0);
    cr_expect_float_eq(series_ln(0x1p-1074), -744.44007192138126231, 1e-12);
}

Test(series, cosine_is_that_of_the_library)
{
    for (int i = 0; i <= 1000; i++) {
        double x = 3.14159265358979323846 * i / 1000;
        cr_assert_float_eq(series_cos(x), cos(x), 4e-16, "%a", x);
    }
    cr_expect_eq(series_cos(0.0), 1.0);
    cr_expect_eq(series_cos(3.14159265358979323846), -1.0);
}
