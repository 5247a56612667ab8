/*
 * printable.h - bytes from outside as a terminal may have them.
 */
#ifndef ALIGND_CLI_PRINTABLE_H
#define ALIGND_CLI_PRINTABLE_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

/*
 * Appends UTF-8 as it is; line ends, tabs and carriage returns as \n, \t, \r; other control
 * characters, those that turn the direction of writing, and bytes that are not UTF-8 as \xNN, a
 * byte each.  A backslash stays as it is: for people, not for reading back.
 */
void printable_append(struct buf *out, struct slice text);

/* The beginning of it, in so many columns at most; what is cut ends in an ellipsis. */
void printable_append_start(struct buf *out, struct slice text, size_t columns);
#endif
