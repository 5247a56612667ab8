/*
 * buf.h - a growing byte buffer, and the little-endian rows written into it.
 */
#ifndef ALIGND_BASE_BUF_H
#define ALIGND_BASE_BUF_H

#include "alignd/base/reader.h" /* what is written here is read there */
#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
    char *data;
    size_t len, size; /* bytes used, bytes owned */
};

/* All zero is a valid empty buffer. */
void buf_init(struct buf *b);
void buf_fini(struct buf *b);

/* Empties it and keeps the memory. */
static inline void buf_clear(struct buf *b)
{
    b->len = 0;
}
static inline struct slice buf_slice(const struct buf *b)
{
    return (struct slice){b->data, b->len};
}

/* Room for n more bytes at the end, counted as used. */
void *buf_extend(struct buf *b, size_t n);

/* data must not lie in the buffer itself. */
void buf_append(struct buf *b, const void *data, size_t n);
void buf_append_text(struct buf *b, const char *text);
void buf_append_slice(struct buf *b, struct slice s);
void buf_append_char(struct buf *b, char c);
void buf_append_format(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Fixed-width little-endian, and LEB128 for counts and lengths. */
void buf_append_u8(struct buf *b, uint8_t v);
void buf_append_u32(struct buf *b, uint32_t v);
void buf_append_u64(struct buf *b, uint64_t v);
void buf_append_varint(struct buf *b, uint64_t v);
/* a varint length, then the bytes */
void buf_append_bytes(struct buf *b, struct slice s);
#endif
