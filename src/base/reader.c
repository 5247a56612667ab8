/*
 * reader.c - reads the rows that buf.c wrote, byte for byte the other way round.
 * The rows come from a disk, so nothing in them is believed:
 *
 *  (1) at <= end, whatever was read.
 *  (2) Once failed, every read gives zero or nothing and moves no further, so a
 *      decoder reads its row to the end and asks once.
 */
#include "alignd/base/reader.h"

#include "alignd/base/byte_order.h"

#include <assert.h>

const void *reader_take(struct reader *r, size_t n)
{
    assert(r->at <= r->end); /* (1) */
    if (r->failed || n > (size_t)(r->end - r->at)) {
        r->failed = true;
        return NULL;
    }
    if (n == 0)
        return ""; /* there may be no bytes to point at */
    assert(n <= (size_t)(r->end - r->at));
    const void *p = r->at;
    r->at += n;
    return p;
}

uint8_t reader_take_u8(struct reader *r)
{
    const unsigned char *p = reader_take(r, 1);
    return p ? *p : 0;
}

uint32_t reader_take_u32(struct reader *r)
{
    const void *p = reader_take(r, sizeof(uint32_t));
    return p ? get_le32(p) : 0;
}

uint64_t reader_take_u64(struct reader *r)
{
    const void *p = reader_take(r, sizeof(uint64_t));
    return p ? get_le64(p) : 0;
}

uint64_t reader_take_varint(struct reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = reader_take_u8(r);
        if (shift == 63 && byte > 1) /* more than 64 bits */
            break;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return v;
    }
    r->failed = true;
    return 0;
}

struct slice reader_take_bytes(struct reader *r)
{
    uint64_t n = reader_take_varint(r);
    const char *p = reader_take(r, n < SIZE_MAX ? (size_t)n : SIZE_MAX);
    assert(!p == r->failed);
    return p ? (struct slice){p, (size_t)n} : (struct slice){NULL, 0};
}
