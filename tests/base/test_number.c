#include "alignd/base/number.h"

#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

static void expect_double(double value, const char *expected)
{
    char text[NUMBER_TEXT_BYTES];
    size_t n = number_write_double(text, value);
    cr_expect_str_eq(text, expected);
    cr_expect_eq(n, strlen(expected));
}

static void expect_float(float value, const char *expected)
{
    char text[NUMBER_TEXT_BYTES];
    size_t n = number_write_float(text, value);
    cr_expect_str_eq(text, expected);
    cr_expect_eq(n, strlen(expected));
}

Test(number, the_fewest_digits_are_written)
{
    expect_double(0, "0");
    expect_double(-0.0, "-0");
    expect_double(5, "5");
    expect_double(0.1, "0.1");
    expect_double(0.1 + 0.2, "0.30000000000000004");
    expect_double(1.0 / 3, "0.3333333333333333");
    expect_double(1e22, "1e+22");
    expect_double(DBL_MAX, "1.7976931348623157e+308");
    expect_double(5e-324, "5e-324");
    expect_float(0.1f, "0.1");
    expect_float(0.7f, "0.7");
    expect_float(1.0f / 3, "0.33333334");
    expect_float(16777216.0f, "16777216");
    expect_float(FLT_MAX, "3.4028235e+38");
    expect_float(1e-45f, "1e-45");
}

Test(number, what_is_written_reads_back)
{
    uint64_t rng = 1;
    for (int i = 0; i < 200000; i++) {
        char text[NUMBER_TEXT_BYTES];
        double d, back;
        float f;
        rng = rng * 6364136223846793005u + 1442695040888963407u;
        uint64_t bits = rng ^ rng >> 29;
        uint32_t low = (uint32_t)(bits >> 7);
        memcpy(&d, &bits, sizeof(d));
        memcpy(&f, &low, sizeof(f));
        if (isfinite(d)) {
            struct slice s = {text, number_write_double(text, d)};
            cr_assert(number_read_double(s, &back), "%s", text);
            cr_assert_eq(back, d, "%s", text);
        }
        if (isfinite(f)) {
            struct slice s = {text, number_write_float(text, f)};
            cr_assert(number_read_double(s, &back), "%s", text);
            cr_assert_eq((float)back, f, "%s", text);
            cr_assert_eq(strtof(text, NULL), f, "%s", text);
        }
    }
}

Test(number, the_locale_makes_no_difference)
{
    static const char *const comma[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR"};
    bool found = false;
    for (size_t i = 0; i < sizeof(comma) / sizeof(*comma) && !found; i++)
        found = setlocale(LC_ALL, comma[i]) && localeconv()->decimal_point[0] == ',';
    if (!found)
        cr_skip_test("no locale with a decimal comma is installed");
    double value = 0;
    expect_double(0.5, "0.5");
    expect_float(0.5f, "0.5");
    cr_expect(number_read_double(slice_of("2.5"), &value));
    cr_expect_eq(value, 2.5);
    cr_expect(!number_read_double(slice_of("2,5"), &value));
}

Test(number, integers_read_to_their_ends)
{
    int64_t v = 7;
    cr_expect(number_read_integer(slice_of("-9223372036854775808"), &v) && v == INT64_MIN);
    cr_expect(number_read_integer(slice_of("+9223372036854775807"), &v) && v == INT64_MAX);
    cr_expect(number_read_integer(slice_of("007"), &v) && v == 7);
    static const char *const bad[] = {"",
                                      "-",
                                      "+",
                                      "1 ",
                                      " 1",
                                      "1.0",
                                      "0x10",
                                      "--1",
                                      "1a",
                                      "9223372036854775808",
                                      "-9223372036854775809"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        cr_expect(!number_read_integer(slice_of(bad[i]), &v), "%s", bad[i]);
    cr_expect_eq(v, 7);
}

Test(number, decimals_read_strictly)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {{"1", 1},       {"-1.5", -1.5}, {".5", .5},    {"5.", 5},
                {"+2e3", 2000}, {"1E-2", .01},  {"1e-400", 0}, {"007.50", 7.5}};
    static const char *const bad[] = {"",   ".",  "e5",    "1e",  "1e+",   "0x10", "inf", "nan",
                                      "1 ", " 1", "1.2.3", "--1", "1e400", "1,5",  "-",   "+.e1"};
    double v = 0;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        cr_expect(number_read_double(slice_of(good[i].text), &v) && v == good[i].value, "%s",
                  good[i].text);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        cr_expect(!number_read_double(slice_of(bad[i]), &v), "%s", bad[i]);
    char digits[1001];
    memset(digits, '1', sizeof(digits));
    cr_expect(!number_read_double((struct slice){digits, 1001}, &v));
    cr_expect(number_read_double((struct slice){digits, 300}, &v));
    cr_expect(!number_read_double((struct slice){"1\0", 2}, &v));
}
