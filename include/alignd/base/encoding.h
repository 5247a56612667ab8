/*
 * encoding.h - text of another encoding as UTF-8, piece by piece.
 */
#ifndef ALIGND_BASE_ENCODING_H
#define ALIGND_BASE_ENCODING_H

#include "alignd/base/buf.h"

struct encoding;

/* Any name that iconv knows (latin1, windows-1252, utf-16).  ERR_NOT_FOUND: it knows it not. */
int encoding_open(const char *name, struct encoding **ret_encoding);
void encoding_close(struct encoding *e);

/* Appends what n bytes say.  ret_used: how many of them; what is left is the beginning of a
 * character, or with ERR_FORMAT bytes that are none. */
int encoding_convert(struct encoding *e, const char *in, size_t n, struct buf *out,
                     size_t *ret_used);
#endif
