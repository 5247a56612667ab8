/*
 * term.h - RDF terms and changes as they come from outside: views into the
 * message or file they were read from, or into the arena of the turn.
 */
#ifndef ALIGND_GRAPH_TERM_H
#define ALIGND_GRAPH_TERM_H

#include "alignd/base/slice.h"

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

enum change_op { CHANGE_INSERT, CHANGE_DELETE };

/* One triple to insert or delete.  subject: IRI or blank; predicate: IRI. */
struct change {
    enum change_op op;
    struct term subject, predicate, object;
};
#endif
