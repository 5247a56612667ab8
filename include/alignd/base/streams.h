/*
 * streams.h - the three standard streams at the edges of a program's life.
 */
#ifndef ALIGND_BASE_STREAMS_H
#define ALIGND_BASE_STREAMS_H

/*
 * Before anything is opened: of descriptors 0 to 2 those that are closed are put on /dev/null, the
 * wrong way round, so that no file that is opened later becomes the standard output, and
 * what is read or written there fails.
 */
void streams_begin(void);

/*
 * Last: writes out what standard output still holds.  Where that, or any write to it before,
 * failed: says so and returns 74 in place of 0.  Where the reader of a pipe is gone:
 * ends the process as SIGPIPE does, without a word.
 */
int streams_end(int status);
#endif
