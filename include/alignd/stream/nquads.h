/*
 * nquads.h - N-Triples and N-Quads, one statement a line.
 * Source: W3C, "RDF 1.1 N-Quads", 2014; blank node labels without ':' as its
 * tests (and RDF 1.2) have it.
 */
#ifndef ALIGND_STREAM_NQUADS_H
#define ALIGND_STREAM_NQUADS_H

#include "alignd/stream/change_list.h"
#include "alignd/stream/term_scan.h"

#include <stdbool.h>
#include <stddef.h>

/* The next statement as an insert, over empty lines and comments; ret_found
 * is false at the end of the text. */
int nquads_read(struct term_scan *s, struct change *ret_change, bool *ret_found);

/* Every statement of the text, at most max_rows. */
int nquads_decode(struct term_scan *s, size_t max_rows, struct change_list *list);
#endif
