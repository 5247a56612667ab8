/*
 * reader.h - reads the little-endian rows that a buf was filled with (buf.h).
 * A read past the end gives zero or an empty slice and marks the reader failed;
 * ask reader_failed once.
 */
#ifndef ALIGND_BASE_READER_H
#define ALIGND_BASE_READER_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
    const char *at, *end;
    bool failed;
};

static inline struct reader reader_of(struct slice s)
{
    return (struct reader){s.data, s.data ? s.data + s.len : s.data, false};
}
static inline bool reader_failed(const struct reader *r)
{
    return r->failed;
}
static inline bool reader_done(const struct reader *r)
{
    return r->failed || r->at == r->end;
}
/* n bytes where they stand; NULL past the end, never for n = 0 */
const void *reader_take(struct reader *r, size_t n);
uint8_t reader_take_u8(struct reader *r);
uint32_t reader_take_u32(struct reader *r);
uint64_t reader_take_u64(struct reader *r);
uint64_t reader_take_varint(struct reader *r);
/* where they stand */
struct slice reader_take_bytes(struct reader *r);
#endif
