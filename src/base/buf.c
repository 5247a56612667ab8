/*
 * buf.c - the buffer doubles as it fills, so appending byte by byte is cheap.
 *
 *  (1) len <= size, and size is 0 exactly where data is NULL.
 */
#include "alignd/base/buf.h"

#include "alignd/base/byte_order.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b)
{
    *b = (struct buf){0};
}

void buf_fini(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

void *buf_extend(struct buf *b, size_t n)
{
    assert(b->len <= b->size && !b->data == !b->size); /* (1) */
    if (n > b->size - b->len) {
        size_t size = b->size ? b->size : 64;
        while (size - b->len < n) {
            if (size > SIZE_MAX / 2)
                memory_exhausted(n);
            size *= 2;
        }
        b->data = memory_realloc(b->data, size);
        b->size = size;
    }
    void *p = b->data + b->len;
    b->len += n;
    assert(b->len <= b->size);
    return p;
}

void buf_append(struct buf *b, const void *data, size_t n)
{
    if (n)
        memcpy(buf_extend(b, n), data, n);
}

void buf_append_text(struct buf *b, const char *text)
{
    buf_append(b, text, strlen(text));
}

void buf_append_slice(struct buf *b, struct slice s)
{
    buf_append(b, s.data, s.len);
}

void buf_append_char(struct buf *b, char c)
{
    buf_append(b, &c, 1);
}

void buf_append_format(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    assert(n >= 0); /* the formats are ours */
    vsnprintf(buf_extend(b, (size_t)n + 1), (size_t)n + 1, format, again);
    b->len--; /* the NUL */
    va_end(again);
    va_end(args);
}

void buf_append_u8(struct buf *b, uint8_t v)
{
    buf_append(b, &v, 1);
}

void buf_append_u32(struct buf *b, uint32_t v)
{
    char p[sizeof(v)];
    put_le32(p, v);
    buf_append(b, p, sizeof(p));
}

void buf_append_u64(struct buf *b, uint64_t v)
{
    char p[sizeof(v)];
    put_le64(p, v);
    buf_append(b, p, sizeof(p));
}

void buf_append_varint(struct buf *b, uint64_t v)
{
    unsigned char p[10];
    size_t n = 0;
    while (v >= 0x80) {
        p[n++] = (unsigned char)(v | 0x80);
        v >>= 7;
    }
    p[n++] = (unsigned char)v;
    assert(n <= sizeof(p));
    buf_append(b, p, n);
}

void buf_append_bytes(struct buf *b, struct slice s)
{
    buf_append_varint(b, s.len);
    buf_append_slice(b, s);
}
