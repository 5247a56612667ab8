#include "alignd/base/hash.h"

#include <criterion/criterion.h>

Test(hash, values_are_those_of_xxh3_for_ever)
{
    /* what is stored depends on them */
    cr_expect_eq(hash_bytes(slice_of(""), 0), 0x2d06800538d394c2u);
    cr_expect_eq(hash_bytes((struct slice){NULL, 0}, 0), 0x2d06800538d394c2u);
    struct hash128 h = hash_bytes_128(slice_of(""), 0);
    cr_expect(h.hi == 0x99aa06d3014798d8u && h.lo == 0x6001c324468d497fu);
    cr_expect_eq(hash_bytes(slice_of("alignd"), 7), 0x6f65b4600455e90au);
    h = hash_bytes_128(slice_of("alignd"), 7);
    cr_expect(h.hi == 0x580aa313204f89eau && h.lo == 0xbcb42ecc1417dd84u);
}

Test(hash, bytes_and_seed_both_count)
{
    cr_expect_neq(hash_bytes(slice_of("a"), 0), hash_bytes(slice_of("b"), 0));
    cr_expect_neq(hash_bytes(slice_of("a"), 0), hash_bytes(slice_of("a"), 1));
    cr_expect_neq(hash_bytes((struct slice){"a\0", 2}, 0), hash_bytes(slice_of("a"), 0));
    cr_expect_neq(hash_bytes_128(slice_of("a"), 0).lo, hash_bytes_128(slice_of("a"), 1).lo);
}

Test(hash, mixing_is_not_symmetric_and_spreads)
{
    unsigned seen[256] = {0};
    cr_expect_neq(hash_mix(1, 2), hash_mix(2, 1));
    cr_expect_neq(hash_mix(0, 1), hash_mix(0, 2));
    cr_expect_eq(hash_mix(1, 2), 0x6811ab8a0b22f46cu);
    for (uint64_t i = 0; i < 256 * 100; i++)
        seen[hash_mix(i, i + 1) >> 56]++;
    for (int i = 0; i < 256; i++)
        cr_expect(seen[i] > 50 && seen[i] < 150, "%d: %u of 100", i, seen[i]);
}
