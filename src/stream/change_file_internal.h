/*
 * change_file_internal.h - the window of text that slides over a file, for those who take pieces
 * off it: change_file.c, of records change_file_records.c, of mappings change_file_sssom.c.
 */
#ifndef ALIGND_STREAM_CHANGE_FILE_INTERNAL_H
#define ALIGND_STREAM_CHANGE_FILE_INTERNAL_H

#include "alignd/base/buf.h"
#include "alignd/base/encoding.h"
#include "alignd/base/file.h"
#include "alignd/stream/change_file.h"
#include "alignd/stream/csv.h"
#include "alignd/stream/sssom.h"
#include "alignd/stream/turtle.h"

/*
 * The window holds what was read and not handed over yet.  Each step finds
 * how far whole pieces reach from its start (an extent), reading on while
 * there is none, copies the extent into the caller's arena and decodes it
 * there.  A patch is skimmed row by row to find the ends of its blocks, so
 * its rows are read twice; in return a dropped block never touches the arena.
 * Of records only what becomes terms is copied.
 */
struct change_file {
    struct file *file;
    struct encoding *encoding; /* NULL: UTF-8 */
    struct buf coded;          /* of the file, the beginning of a character */
    enum codec_format format;
    struct codec_limits limits;
    struct buf window;
    size_t from;             /* where the window starts in its buffer */
    struct term_place place; /* of that byte in the file */
    bool started;            /* its start was looked at */
    bool at_end;             /* all of the file is in the window */
    struct arena *scratch;   /* of the skimmed rows */
    struct arena *kept;      /* as long as the file is open */
    struct codec_error error;
    int failed;
    bool singly; /* rows of a patch are taken one by one */
    struct turtle *turtle;
    bool turtle_told;                    /* its prefixes are written aside */
    struct change_file_rejects *rejects; /* NULL: nothing is left out */
    struct {
        const struct record_map *map;
        bool taken;      /* JSON is of records */
        bool inside;     /* an array of them */
        bool behind_one; /* in it: a comma or its end comes next */
        char delimiter;  /* of CSV */
        struct csv_row header;
        struct slice header_text; /* as it stands, for what is written aside */
    } records;
    struct sssom *sssom; /* of mappings; NULL otherwise */
    bool mappings_told;  /* at the end */
};

struct slice change_file_window(const struct change_file *f);

/* Over the first n bytes of the window. */
struct term_scan change_file_scan(struct change_file *f, size_t n, struct arena *arena);

/* Reads on: as much again as waits. */
int change_file_fill(struct change_file *f);

/* Takes n bytes off the window. */
void change_file_consume(struct change_file *f, size_t n);

/* Looks what records there are: the header of a CSV file, the first object of JSON. */
int change_file_begin_records(struct change_file *f);

/* The metadata of mappings, off the window; appended to *text, too. */
int change_file_take_metadata(struct change_file *f, struct buf *text);
/* At the end of the file: how many rows said nothing. */
void change_file_tell_mappings(struct change_file *f);

/* Records of about max_changes changes, or what a window holds. */
int change_file_take_rows(struct change_file *f, size_t max_changes, struct change_list *list,
                          size_t *ret_bytes);
int change_file_take_objects(struct change_file *f, size_t max_changes, struct change_list *list,
                             size_t *ret_bytes);
/* Is a piece that failed so to be left out? */
bool change_file_may_skip(const struct change_file *f, int rc);

/* Leaves out the first n bytes of the window, or with n 0 all up to the end of the line that the
 * error names. */
int change_file_reject(struct change_file *f, size_t n);
/* The same of a row of a patch, and of a block all of it: up to the line with its TC or TA. */
int change_file_reject_row(struct change_file *f, bool in_block);
/* The same of a statement of Turtle. */
int change_file_reject_statement(struct change_file *f);
#endif
