/*
 * term.h - RDF terms and changes as they come from outside: views into the
 * message or file they were read from, or into the arena of the turn.  And the form in which
 * an entity is written where people and events read it.
 */
#ifndef ALIGND_GRAPH_TERM_H
#define ALIGND_GRAPH_TERM_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

enum term_kind { TERM_IRI, TERM_BLANK, TERM_LITERAL };

/*
 * IRI: text without the angle brackets, escapes (\u, \U) decoded.
 * Blank node: the label without '_:'.
 * Literal: the lexical form, escapes decoded; datatype is an IRI, empty for
 * xsd:string and for language-tagged literals; lang in lower case, empty
 * for none.
 * All strict UTF-8.
 */
struct term {
    enum term_kind kind;
    struct slice text;
    struct slice datatype;
    struct slice lang;
};

enum change_op { CHANGE_INSERT, CHANGE_DELETE, CHANGE_CLEAR };

/*
 * One triple to insert or delete.  subject: IRI or blank; predicate: IRI.
 *
 * CHANGE_CLEAR deletes every triple the graph holds with that subject, those included that
 * changes before it insert, and with them those of its parts (graph/id.h); what others say of it
 * (as their object) stays.  Predicate and object are all zero.  An entity as a whole is one clear
 * and an insert of each of its triples behind it: the op `replace` of JSON.  Changes taken together
 * mean what they mean one after another, and only the difference goes on, so a record that says
 * nothing new changes nothing.
 */
struct change {
    enum change_op op;
    struct term subject, predicate, object;
};

/*
 * The written form of an entity, as people and events read it: an IRI as it is, the label of
 * a blank node behind _:
 */
bool term_is_blank(struct slice written);
/* What is written so; lent. */
struct term term_of_written(struct slice written);
/* Appends it; not of a literal, asserted. */
void term_append_written(struct buf *out, const struct term *t);

/* The same with an IRI in angle brackets, as N-Triples and the keys of events have it. */
void term_append_bracketed(struct buf *out, struct slice written);
/* Back from that; lent.  What has no brackets stays as it is. */
struct slice term_without_brackets(struct slice text);
#endif
