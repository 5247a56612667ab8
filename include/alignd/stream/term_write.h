/*
 * term_write.h - terms as text.  Canonical N-Triples: '"', '\' and the
 * controls with a letter are escaped with it, the other controls, DEL and
 * the non-characters U+FFFE, U+FFFF as \u, all else stands as it is.
 *
 * A blank node label that is no plain ASCII label of N-Triples (<_:a:b> of an
 * RDF Patch), or one that starts with 'x-', becomes 'x-' and the hexadecimal
 * digits of its bytes, so different labels stay different.
 */
#ifndef ALIGND_STREAM_TERM_WRITE_H
#define ALIGND_STREAM_TERM_WRITE_H

#include "alignd/base/buf.h"
#include "alignd/graph/term.h"

void term_write_nquads(struct buf *b, const struct term *t);

/* One row of an RDF Patch with its newline: 'A s p o .' or 'D s p o .'.
 * Blank nodes are written <_:label>, which takes every label.  A clear has no row
 * (json_change_write.h). */
void term_write_change(struct buf *b, const struct change *c);
#endif
