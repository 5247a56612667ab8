#include "alignd/base/reader.h"

#include "alignd/base/buf.h"

#include <criterion/criterion.h>
#include <stdlib.h>

Test(reader, takes_what_was_written)
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

Test(reader, never_reads_past_the_end)
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

Test(reader, a_length_beyond_the_end_fails)
{
    struct reader r = reader_of(slice_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                                         "abc"));
    cr_expect_null(reader_take_bytes(&r).data);
    cr_expect(reader_failed(&r));
}

Test(reader, a_varint_of_more_than_64_bits_fails)
{
    struct reader r = reader_of(slice_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));
    cr_expect_eq(reader_take_varint(&r), 0);
    cr_expect(reader_failed(&r));
    r = reader_of(slice_of("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"));
    reader_take_varint(&r);
    cr_expect(reader_failed(&r));
}

Test(reader, one_of_nothing_is_done)
{
    struct reader r = reader_of((struct slice){NULL, 0});
    cr_expect(reader_done(&r) && !reader_failed(&r));
    cr_expect_not_null(reader_take(&r, 0));
    cr_expect(!reader_failed(&r));
    cr_expect_null(reader_take(&r, 1));
    cr_expect(reader_failed(&r));
}
