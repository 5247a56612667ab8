/*
 * text_internal.h - the UTF-8 decoder and encoder under text.c, text_normalise.c and
 * text_repair.c, and what text_repair.c and text_transliterate.c do for text_normalise.c.
 */
#ifndef ALIGND_BASE_TEXT_INTERNAL_H
#define ALIGND_BASE_TEXT_INTERNAL_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_REPLACEMENT 0xfffd

/*
 * Decodes the character at p < end and returns its length in bytes.  *point is
 * -1 when it is not UTF-8; the length is then that of the maximal part that
 * could have started a character (Unicode Standard, table 3-7), at least 1.
 */
static inline size_t text_decode(const unsigned char *p, const unsigned char *end, int32_t *point)
{
    unsigned c = p[0], low = 0x80, high = 0xbf;
    size_t n;
    int32_t value;

    *point = -1;
    if (c < 0x80) {
        *point = (int32_t)c;
        return 1;
    } else if (c >= 0xc2 && c <= 0xdf) {
        n = 2;
        value = c & 0x1f;
    } else if (c >= 0xe0 && c <= 0xef) {
        n = 3;
        value = c & 0x0f;
        low = c == 0xe0 ? 0xa0 : 0x80;  /* overlong */
        high = c == 0xed ? 0x9f : 0xbf; /* surrogates */
    } else if (c >= 0xf0 && c <= 0xf4) {
        n = 4;
        value = c & 0x07;
        low = c == 0xf0 ? 0x90 : 0x80;  /* overlong */
        high = c == 0xf4 ? 0x8f : 0xbf; /* past U+10FFFF */
    } else {
        return 1;
    }
    for (size_t i = 1; i < n; i++) {
        if (p + i == end || p[i] < low || p[i] > high)
            return i;
        value = value << 6 | (p[i] & 0x3f);
        low = 0x80;
        high = 0xbf;
    }
    *point = value;
    return n;
}

/* Writes a code point into out (4 bytes are enough); returns its length. */
static inline size_t text_encode(char *out, int32_t point)
{
    uint32_t c = (uint32_t)point;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* Appends text with its bytes as they were before they were read as Windows-1252 ("JÃ¶rg" is
 * "Jörg"); false, and nothing appended, where text is not such.  The result is shorter. */
bool text_repair_encoding(struct buf *out, struct slice text);

/* Appends text with its character entities of HTML replaced ("Caf&eacute; &#38; Bar"); false,
 * and nothing appended, where it has none.  The result is shorter. */
bool text_repair_entities(struct buf *out, struct slice text);

/* Appends a text that is folded with its Greek and Cyrillic in Latin letters; false, and
 * nothing appended, where it has none. */
bool text_transliterate(struct buf *out, struct slice text);
#endif
