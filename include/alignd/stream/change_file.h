/*
 * change_file.h - changes from a file of any size (plain, .gz, .xz, '-' for
 * standard input) in batches, with bounded memory.
 *
 *   N-Quads    cut at newlines
 *   RDF Patch  a block (TX to TC) is handed over whole, one that ends in TA
 *              not at all; outside blocks row by row
 *   JSON       one document, JSON lines, or documents one after the other;
 *              a document is handed over whole
 *   SSSOM      rows of mappings, one at a time; at the end the log says how many were no verdict
 *   records    rows of CSV or TSV under a header; JSON objects, one after the other or in arrays
 *              as long as they like: one at a time
 *
 * What has to stay whole (a line, a row, a block, a document, a record) may take up to
 * limits.message_bytes and limits.rows.
 */
#ifndef ALIGND_STREAM_CHANGE_FILE_H
#define ALIGND_STREAM_CHANGE_FILE_H

#include "alignd/base/arena.h"
#include "alignd/graph/term.h"
#include "alignd/stream/codec.h"
#include "alignd/stream/record_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct change_file;

/* limits: NULL for the defaults.  Opens only; CODEC_AUTO looks at the first
 * token when the first batch is read.  Logs what the file layer meets. */
int change_file_open(const char *path, enum codec_format format, const struct codec_limits *limits,
                     struct change_file **ret_file);
void change_file_close(struct change_file *f);

/* What its text is written in (base/encoding.h), before the first batch; NULL or utf-8: UTF-8.
 * ERR_USAGE, said in the log: no such encoding. */
int change_file_set_encoding(struct change_file *f, const char *name);

/* What records of the file are made of, before the first batch; lent, NULL for none.  JSON is of
 * records when the map has an id, or its first object is no change. */
void change_file_set_records(struct change_file *f, const struct record_map *map);

/* What becomes of pieces that cannot be read, before the first batch; lent, may serve several
 * files.  Where skip is set they are left out one by one: lines of N-Quads, JSON documents,
 * records, rows of a patch up to the end of their line but blocks whole (up to the line with TC or
 * TA), of Turtle statements up to the end of a line that ends in '.', of TriG graphs whole. */
struct change_file_rejects {
    bool skip;
    FILE *out;      /* where they are written as they stand; NULL for nowhere */
    uint64_t count; /* left out so far; the first few are told in the log */
};
void change_file_set_rejects(struct change_file *f, struct change_file_rejects *rejects);

/*
 * The next batch, in the arena, valid until its next reset: about
 * max_changes (>= 1), more when a block or document is larger, fewer when
 * memory says so, none (ret_count 0) only at the end of the file.
 *
 * An error is logged once, as FILE:LINE:COLUMN: message; nothing of the
 * batch in which the bad place lies is handed over, and every later call
 * returns the same code.  Batches before it were handed over.
 */
int change_file_next(struct change_file *f, struct arena *arena, size_t max_changes,
                     struct change **ret_changes, size_t *ret_count);

/* Bytes of the file as stored (packed, if it is packed) read so far, and its
 * size; the size is 0 where it is unknown (a pipe). */
void change_file_progress(const struct change_file *f, uint64_t *ret_done_bytes,
                          uint64_t *ret_total_bytes);
#endif
