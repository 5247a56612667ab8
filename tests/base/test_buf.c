#include "alignd/base/buf.h"

#include <criterion/criterion.h>

Test(buf, appends_grow_it)
{
    struct buf b;
    buf_init(&b);
    cr_expect_eq(buf_slice(&b).len, 0);
    for (int i = 0; i < 1000; i++) {
        buf_append(&b, "abc", 3);
        buf_append_text(&b, "de");
        buf_append_slice(&b, slice_of("f"));
        buf_append_char(&b, '\0');
    }
    cr_expect_eq(b.len, 7000);
    for (size_t i = 0; i < 7000; i += 7)
        cr_assert_eq(memcmp(b.data + i, "abcdef", 7), 0);
    buf_clear(&b);
    cr_expect_eq(buf_slice(&b).len, 0);
    cr_expect_geq(b.size, 7000);
    buf_fini(&b);
    cr_expect_null(b.data);
    buf_fini(&b);
}

Test(buf, empty_appends_need_no_bytes)
{
    struct buf b = {0};
    buf_append(&b, NULL, 0);
    buf_append_slice(&b, (struct slice){NULL, 0});
    cr_expect_eq(b.len, 0);
    buf_fini(&b);
}

Test(buf, formatted_text_has_no_nul_behind_it)
{
    struct buf b = {0};
    buf_append_format(&b, "%d-%s", 42, "x");
    buf_append_format(&b, "%s", "");
    buf_append_format(&b, "%0200d", 7);
    cr_expect_eq(b.len, 204);
    cr_expect_eq(memcmp(b.data, "42-x000", 7), 0);
    cr_expect_eq(b.data[203], '7');
    buf_fini(&b);
}

Test(buf, more_than_can_be_had_ends_the_process, .exit_code = 71)
{
    struct buf b = {0};
    buf_append_text(&b, "kept");
    buf_extend(&b, SIZE_MAX - 2);
}

Test(buf, rows_are_little_endian)
{
    struct buf b = {0};
    buf_append_u8(&b, 0xfe);
    buf_append_u32(&b, 0x01020304);
    buf_append_u64(&b, 0x1112131415161718);
    buf_append_varint(&b, 300);
    buf_append_bytes(&b, slice_of("hi"));
    cr_expect(slice_equal(buf_slice(&b), slice_of("\xfe\x04\x03\x02\x01\x18\x17\x16\x15\x14\x13"
                                                  "\x12\x11\xac\x02\x02hi")));
    buf_fini(&b);
}
