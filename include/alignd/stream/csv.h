/*
 * csv.h - rows of CSV (RFC 4180) and TSV.
 *
 * CSV: cells separated by ',' (or ';' or a tab: csv_delimiter), rows by LF, CRLF or CR; a cell that
 *   starts with '"' goes to the next single one, "" is one in it, and delimiters and newlines
 *   stand for themselves; behind it comes a delimiter or the end of the row.  A quote within
 *   any other cell is itself.
 * TSV: cells between tabs, rows between newlines, as they are; a cell wholly within quotes is
 *   without them, and "" within it is one.
 */
#ifndef ALIGND_STREAM_CSV_H
#define ALIGND_STREAM_CSV_H

#include "alignd/stream/record_json.h"
#include "alignd/stream/term_scan.h"

#define CSV_TSV '\0' /* the delimiter of TSV: a tab, without CSV's quotes */

/* Which of ',', ';' and tab the first row has most of, outside quotes; ',' for none. */
char csv_delimiter(struct slice text);

struct csv_row {
    struct record_value *cells; /* RECORD_TEXT; their names are not set; next to each other and
                                   linked */
    size_t count, room;         /* 0 only at the end of the text */
};

/*
 * The next row into the caller's, whose cells are in s->arena and grow there; over empty lines.
 * Lent from the text where a cell has no "".  ERR_RETRY where its end has not come yet.
 */
int csv_read_row(struct term_scan *s, char delimiter, struct csv_row *row);
#endif
