#include "alignd/base/byte_order.h"

#include <criterion/criterion.h>

Test(byte_order, is_the_one_that_the_name_says_wherever_the_number_stands)
{
    char at[16];
    for (size_t shift = 0; shift < 8; shift++) {
        put_be16(at + shift, 0x0102);
        cr_expect_eq(memcmp(at + shift, "\x01\x02", 2), 0);
        cr_expect_eq(get_be16(at + shift), 0x0102);
        put_be32(at + shift, 0x01020304);
        cr_expect_eq(memcmp(at + shift, "\x01\x02\x03\x04", 4), 0);
        cr_expect_eq(get_be32(at + shift), 0x01020304);
        put_be64(at + shift, UINT64_C(0xf102030405060708));
        cr_expect_eq(memcmp(at + shift, "\xf1\x02\x03\x04\x05\x06\x07\x08", 8), 0);
        cr_expect_eq(get_be64(at + shift), UINT64_C(0xf102030405060708));
        put_le32(at + shift, 0x01020304);
        cr_expect_eq(memcmp(at + shift, "\x04\x03\x02\x01", 4), 0);
        cr_expect_eq(get_le32(at + shift), 0x01020304);
        put_le64(at + shift, UINT64_C(0xf102030405060708));
        cr_expect_eq(memcmp(at + shift, "\x08\x07\x06\x05\x04\x03\x02\xf1", 8), 0);
        cr_expect_eq(get_le64(at + shift), UINT64_C(0xf102030405060708));
    }
}
