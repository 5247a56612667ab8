/*
 * file.h - an input file as a stream of bytes: plain, gzip (several members too)
 * or xz (several streams too), told apart by their first bytes, not by name; and a small file
 * written in one go. Every failure is logged once, with the file's name.
 */
#ifndef ALIGND_BASE_FILE_H
#define ALIGND_BASE_FILE_H

#include "alignd/base/slice.h"

#include <stddef.h>
#include <stdint.h>

struct file;

/* path "-" is standard input.  ERR_NOT_FOUND, ERR_IO; ERR_FORMAT for
 * a kind of compression that is not read here (bzip2, zstd, zip). */
int file_open(const char *path, struct file **ret_file);
void file_close(struct file *file);

/*
 * Reads at least one and at most size (at least 1) bytes; *ret_n is 0 only at the
 * end.  A compressed file that is cut short, damaged or followed by something else is ERR_FORMAT,
 * never an early end.  ERR_IO; ERR_STOPPED when a signal was handled
 * while it waited: reading may go on.
 */
int file_read(struct file *file, char *out, size_t size, size_t *ret_n);

/* For messages: the path, or "standard input". */
const char *file_name(const struct file *file);

/* For progress, in bytes as they are stored: consumed so far, and in all (0 when not
 * known: a pipe). */
uint64_t file_position(const struct file *file);
uint64_t file_size(const struct file *file);

/* Writes a plain file anew, in the place of what was there.  ERR_IO, logged: it may then be
 * there in part. */
int file_write(const char *path, struct slice bytes);
#endif
