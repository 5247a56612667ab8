/*
 * byte_order.h - numbers of a fixed width where they stand in rows: big-endian in keys, so that
 * bytes sort as the numbers do, little-endian elsewhere (base/buf.h appends those, base/reader.h
 * takes them).  No place has to be aligned.
 */
#ifndef ALIGND_BASE_BYTE_ORDER_H
#define ALIGND_BASE_BYTE_ORDER_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

static inline void put_be16(void *out, uint16_t v)
{
    v = htobe16(v);
    memcpy(out, &v, sizeof(v));
}
static inline uint16_t get_be16(const void *in)
{
    uint16_t v;
    memcpy(&v, in, sizeof(v));
    return be16toh(v);
}

static inline void put_be32(void *out, uint32_t v)
{
    v = htobe32(v);
    memcpy(out, &v, sizeof(v));
}
static inline uint32_t get_be32(const void *in)
{
    uint32_t v;
    memcpy(&v, in, sizeof(v));
    return be32toh(v);
}

static inline void put_be64(void *out, uint64_t v)
{
    v = htobe64(v);
    memcpy(out, &v, sizeof(v));
}
static inline uint64_t get_be64(const void *in)
{
    uint64_t v;
    memcpy(&v, in, sizeof(v));
    return be64toh(v);
}

static inline void put_le32(void *out, uint32_t v)
{
    v = htole32(v);
    memcpy(out, &v, sizeof(v));
}
static inline uint32_t get_le32(const void *in)
{
    uint32_t v;
    memcpy(&v, in, sizeof(v));
    return le32toh(v);
}

static inline void put_le64(void *out, uint64_t v)
{
    v = htole64(v);
    memcpy(out, &v, sizeof(v));
}
static inline uint64_t get_le64(const void *in)
{
    uint64_t v;
    memcpy(&v, in, sizeof(v));
    return le64toh(v);
}
#endif
