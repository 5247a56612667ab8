/*
 * cursor.h - where a page ended, as words of 64 bits in hexadecimal.
 */
#ifndef ALIGND_DAEMON_CURSOR_H
#define ALIGND_DAEMON_CURSOR_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False: it is not so many words.  Of no text: zeros. */
bool cursor_read(struct slice text, uint64_t *words, size_t count);
void cursor_write(struct buf *out, const uint64_t *words, size_t count);
#endif
