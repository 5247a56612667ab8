/*
 * turtle.h - Turtle and TriG (W3C, RDF 1.1) by serd: statements as inserts, the graph ignored.
 * Prefixes and a base of the document's own are resolved.  Blank nodes keep their labels; those
 * without one get labels of the document's content, so that the same document says the same
 * twice.
 */
#ifndef ALIGND_STREAM_TURTLE_H
#define ALIGND_STREAM_TURTLE_H

#include "alignd/stream/change_list.h"
#include "alignd/stream/term_scan.h"

#include <stdbool.h>
#include <stdint.h>

struct turtle;

/* Up to size bytes of the document; 0 at its end, or a negative code, which turtle_read gives
 * back. */
typedef long turtle_source_fn(void *arg, char *out, size_t size);

/* id: of the document, for labels.  limits: lent. */
struct turtle *turtle_new(bool trig, turtle_source_fn *source, void *arg, uint64_t id,
                          const struct codec_limits *limits);
void turtle_free(struct turtle *t);

/* Statements until there are max_changes more, or the end.  ERR_FORMAT, ERR_LIMIT. */
int turtle_read(struct turtle *t, size_t max_changes, struct change_list *list,
                struct codec_error *error);

/* Before the first turtle_read: one that fails can be gone on from. */
void turtle_keep(struct turtle *t);
/* After ERR_FORMAT or ERR_LIMIT: the statement that failed is left out, up to the end of a line
 * that ends in '.' (or '}').  Its text, lent until the next call. */
struct slice turtle_skip(struct turtle *t);
/* The prefixes and base so far. */
void turtle_write_prefixes(const struct turtle *t, struct buf *out);

/* All of a text. */
int turtle_decode(struct term_scan *s, bool trig, struct change_list *list);
#endif
