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
    cr_expect(!buf_failed(&b));
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
    cr_expect(!buf_failed(&b));
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

Test(buf, out_of_memory_marks_it_failed_and_stops_it)
{
    struct buf b = {0};
    buf_append_text(&b, "kept");
    cr_expect_null(buf_extend(&b, SIZE_MAX - 2));
    cr_expect(buf_failed(&b));
    buf_append_text(&b, "dropped");
    cr_expect_null(buf_extend(&b, 1));
    cr_expect(slice_equal(buf_slice(&b), slice_of("kept")));
    buf_clear(&b);
    cr_expect(buf_failed(&b), "a failed buffer stays failed");
    buf_fini(&b);
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

Test(buf, a_reader_takes_what_was_written)
{
    static const uint64_t counts[] = {0,     1,          127,        128,        16383,
                                      16384, UINT32_MAX, 1ull << 62, 1ull << 63, UINT64_MAX};
    struct buf b = {0};
    buf_append_u8(&b, 7);
    buf_append_u32(&b, UINT32_MAX);
    buf_append_u64(&b, UINT64_MAX - 1);
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        buf_append_varint(&b, counts[i]);
    buf_append_bytes(&b, slice_of("text"));
    buf_append_bytes(&b, (struct slice){NULL, 0});
    buf_append_text(&b, "raw");

    struct reader r = reader_of(buf_slice(&b));
    cr_expect_eq(reader_take_u8(&r), 7);
    cr_expect_eq(reader_take_u32(&r), UINT32_MAX);
    cr_expect_eq(reader_take_u64(&r), UINT64_MAX - 1);
    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
        cr_expect_eq(reader_take_varint(&r), counts[i]);
    cr_expect(slice_equal(reader_take_bytes(&r), slice_of("text")));
    cr_expect_eq(reader_take_bytes(&r).len, 0);
    cr_expect(!reader_done(&r));
    cr_expect_eq(memcmp(reader_take(&r, 3), "raw", 3), 0);
    cr_expect(reader_done(&r) && !reader_failed(&r));
    buf_fini(&b);
}

Test(buf, a_reader_never_reads_past_the_end)
{
    struct buf b = {0};
    buf_append_u8(&b, 1);
    buf_append_u32(&b, 2);
    buf_append_varint(&b, 1 << 20);
    buf_append_bytes(&b, slice_of("text"));
    for (size_t n = 0; n < b.len; n++) {
        char *copy = malloc(n + 1); /* for the address sanitizer to see an overrun */
        memcpy(copy, b.data, n);
        struct reader r = reader_of((struct slice){copy, n});
        reader_take_u8(&r);
        reader_take_u32(&r);
        reader_take_varint(&r);
        struct slice s = reader_take_bytes(&r);
        cr_expect(reader_failed(&r), "%zu", n);
        cr_expect(reader_done(&r));
        cr_expect(s.len == 0 && s.data == NULL);
        cr_expect_null(reader_take(&r, 0), "once failed, always failed");
        free(copy);
    }
    buf_fini(&b);
}

Test(buf, a_length_beyond_the_end_fails)
{
    struct reader r = reader_of(slice_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                         "abc"));
    cr_expect_null(reader_take_bytes(&r).data);
    cr_expect(reader_failed(&r));
}

Test(buf, a_varint_of_more_than_64_bits_fails)
{
    struct reader r = reader_of(slice_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));
    cr_expect_eq(reader_take_varint(&r), 0);
    cr_expect(reader_failed(&r));
    r = reader_of(slice_of("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"));
    reader_take_varint(&r);
    cr_expect(reader_failed(&r));
}

Test(buf, a_reader_of_nothing_is_done)
{
    struct reader r = reader_of((struct slice){NULL, 0});
    cr_expect(reader_done(&r) && !reader_failed(&r));
    cr_expect_not_null(reader_take(&r, 0));
    cr_expect(!reader_failed(&r));
    cr_expect_null(reader_take(&r, 1));
    cr_expect(reader_failed(&r));
}
