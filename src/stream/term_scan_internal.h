/*
 * term_scan_internal.h - what term_scan.c and term_scan_literal.c share.
 */
#ifndef ALIGND_STREAM_TERM_SCAN_INTERNAL_H
#define ALIGND_STREAM_TERM_SCAN_INTERNAL_H

#include "alignd/stream/term_scan.h"

/* Classes of bytes; those from 0x80 up are in none. */
enum {
    TERM_NO_IRI = 1,       /* not within <...>: ends an IRI or escapes in it */
    TERM_STOP2 = 2,        /* ends or escapes within "..." */
    TERM_STOP1 = 4,        /* the same within '...' */
    TERM_LABEL = 8,        /* within a blank node label, a dot aside */
    TERM_LABEL_START = 16, /* its first byte */
    TERM_SCHEME = 32,      /* within the scheme of an IRI */
};

extern const uint8_t term_scan_class[256];

/* Writes 1 to 4 bytes; code is a code point and no surrogate. */
size_t term_scan_encode(char *to, uint32_t code);

/* \uXXXX or \UXXXXXXXX at *p, a backslash; moves *p behind it. */
int term_scan_unicode_escape(struct term_scan *s, const char **p, const char *end,
                             uint32_t *ret_code);
#endif
