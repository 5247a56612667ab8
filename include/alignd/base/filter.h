/*
 * filter.h - a text through a command of the shell: what it prints instead of what it was given.
 */
#ifndef ALIGND_BASE_FILTER_H
#define ALIGND_BASE_FILTER_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

#include <stddef.h>

/*
 * sh -c COMMAND, text on its standard input; what it prints is appended to out (which text must
 * not lie in).  It need not read all it is given.  Its errors go where ours go.
 *
 *   *ret_status   its exit status, 128 and the signal where one ended it
 *
 * ERR_LIMIT: it printed more than max_bytes, and was ended; ERR_IO: no pipe, no process, said in
 * the log.  Waits for the command, however long it takes.
 */
int filter_run(const char *command, struct slice text, size_t max_bytes, struct buf *out,
               int *ret_status);
#endif
