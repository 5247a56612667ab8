#include "alignd/kernel/half.h"

#include "half_one.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}

Test(half, hand_worked_numbers)
{
    cr_expect_eq(half_one_from_float(0.0f), 0x0000);
    cr_expect_eq(half_one_from_float(-0.0f), 0x8000);
    cr_expect_eq(half_one_from_float(1.0f), 0x3c00);
    cr_expect_eq(half_one_from_float(-2.0f), 0xc000);
    cr_expect_eq(half_one_from_float(65504.0f), 0x7bff);
    cr_expect_eq(half_one_from_float(65519.0f), 0x7bff);
    cr_expect_eq(half_one_from_float(65520.0f), 0x7c00, "ties to even at the top is infinity");
    cr_expect_eq(half_one_from_float(0x1p-24f), 0x0001, "the least subnormal");
    cr_expect_eq(half_one_from_float(0x1p-25f), 0x0000, "half of it ties to even");
    cr_expect_eq(half_one_from_float(0x1.8p-25f), 0x0001);
    cr_expect_eq(half_one_from_float(0x1p-14f), 0x0400, "the least normal");
    cr_expect_eq(half_one_from_float(1.0f + 0x1p-11f), 0x3c00, "a tie, to even");
    cr_expect_eq(half_one_from_float(1.0f + 0x3p-11f), 0x3c02, "a tie, to even");
    cr_expect_eq(half_one_from_float(0x1.ffep-15f + 0x1p-26f), 0x0400, "carries to normal");
    cr_expect_eq(half_one_from_float(INFINITY), 0x7c00);
    cr_expect(isnan(half_one_to_float(half_one_from_float(NAN))));
}

Test(half, every_half_comes_back)
{
    for (uint32_t h = 0; h < 65536; h++) {
        float x = half_one_to_float((uint16_t)h);
        if (!isnan(x))
            cr_assert_eq(half_one_from_float(x), h, "%04x", h);
    }
}

Test(half, fast_and_portable_give_the_same_bits)
{
    enum { N = 4099 };
    static float x[N], back[N];
    static uint16_t h[N], all[65536];
    static float wide[65536];
    uint32_t rng = 1;
    for (int round = 0; round < 500; round++) {
        for (size_t i = 0; i < N; i++) {
            rng = rng * 1664525u + 1013904223u;
            uint32_t bits = rng;
            if (i % 2) /* exponents near a half's range, and ties */
                bits = (bits & 0x80000fffu) | (100u + bits % 47u) << 23 | (rng >> 9 & 0x7ff000u);
            x[i] = float_of(bits);
        }
        half_from_float(h, x, N);
        half_to_float(back, h, N);
        for (size_t i = 0; i < N; i++) {
            cr_assert_eq(h[i], half_one_from_float(x[i]), "%08x", bits_of(x[i]));
            cr_assert_eq(bits_of(back[i]), bits_of(half_one_to_float(h[i])));
        }
        half_round(x, N);
        cr_assert_eq(memcmp(x, back, sizeof(x)), 0);
    }
    for (size_t i = 0; i < 65536; i++)
        all[i] = (uint16_t)i;
    half_to_float(wide, all, 65536);
    for (size_t i = 0; i < 65536; i++)
        cr_assert_eq(bits_of(wide[i]), bits_of(half_one_to_float(all[i])), "%04zx", i);
}
