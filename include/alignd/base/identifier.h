/*
 * identifier.h - the normal form of an identifier of a thing (ISBN, EAN, the number a catalog
 * gives), so that what two catalogs write otherwise is equal: without case, blanks and dashes; an
 * ISBN of 10 digits as the one of 13, numbers of products (GTIN) of 8, 12 and 14 digits as ones of
 * 13, where their check digit holds.
 */
#ifndef ALIGND_BASE_IDENTIFIER_H
#define ALIGND_BASE_IDENTIFIER_H

#include "alignd/base/slice.h"

enum { IDENTIFIER_BYTES = 128 };

/* Its length in out; 0: it is none: nothing but zeros and signs, or too long. */
size_t identifier_normalise(struct slice text, char out[IDENTIFIER_BYTES]);
#endif
