/*
 * json_change_write.h - changes as the JSON that json_change.h reads.  It takes what the other
 * formats have no row for: an entity as a whole.
 *
 * JSON holds no U+0000, which a literal of N-Quads may: that one comes out as \u0000, and is
 * refused where it is read.
 */
#ifndef ALIGND_STREAM_JSON_CHANGE_WRITE_H
#define ALIGND_STREAM_JSON_CHANGE_WRITE_H

#include "alignd/base/buf.h"
#include "alignd/graph/term.h"

/* One change as an object; a clear is a replace without triples. */
void json_change_write(struct buf *b, const struct change *c);

/* The same of a clear with its triples: the clear, an insert of its subject as often as there is
 * one, the end. */
void json_change_write_begin(struct buf *b, const struct change *clear);
void json_change_write_triple(struct buf *b, const struct change *insert);
void json_change_write_end(struct buf *b);
#endif
