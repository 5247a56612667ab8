/*
 * json_change.h - changes as JSON: one object, or an array of objects.
 *
 * Plain:
 *   {"op": "insert", "s": "http://...", "p": "http://...", "o": ...}
 *     op   insert or delete (ADD and REMOVE mean the same)
 *     s    an IRI without brackets, or _:label
 *     p    an IRI
 *     o    a string: an IRI or _:label, as s;
 *          an object: a literal {"value": "...", "datatype": "iri",
 *          "language": "tag"}, of which value must be there; null counts as
 *          absent, other members are refused, and a language goes with no
 *          datatype but rdf:langString
 * An entity as a whole:
 *   {"op": "replace", "s": "http://...", "triples": [{"p": "http://...", "o": ...}, ...]}
 *     what the graph held with that subject goes, and these come: a CHANGE_CLEAR and an
 *     insert each; none deletes the entity's triples.  A triple may say its s, if it is the
 *     same.  However many there are; op and triples are written without escapes.
 * As Amazon Neptune Streams emits it:
 *   {"op": "ADD", "data": {"stmt": "<s> <p> <o> ."}}
 *     op   ADD or REMOVE (insert and delete mean the same)
 *     stmt one N-Triples or N-Quads statement
 *
 * Other members of a change (a graph, a time, an event id) are ignored, but
 * all in all it has at most 4,096 values, and so has each triple of a replace.  Members named twice
 * are refused wherever they stand, and so are NUL and lone surrogates.  An error points to the
 * change it is in.
 */
#ifndef ALIGND_STREAM_JSON_CHANGE_H
#define ALIGND_STREAM_JSON_CHANGE_H

#include "alignd/stream/change_list.h"
#include "alignd/stream/term_scan.h"

#include <stddef.h>

/* Every change of the text, which is one document, at most max_changes, those of a replace
 * counted one by one. */
int json_change_decode(struct term_scan *s, size_t max_changes, struct change_list *list);

/*
 * The extent of the first document of the text, an array or object, without
 * looking closer: ret_document is empty where there is none.  With s->more
 * set, ERR_RETRY where its end has not come yet; fails where it starts with
 * anything else or nests too deep.  Moves s->at behind it.
 */
int json_change_skim(struct term_scan *s, struct slice *ret_document);
#endif
