/*
 * verdict.h - what a person decided of a pair, said as a triple: `<a> owl:sameAs <b>` pins it,
 * `<a> owl:differentFrom <b>` bars it.  It says the same whichever of the two is the subject.
 */
#ifndef ALIGND_GRAPH_VERDICT_H
#define ALIGND_GRAPH_VERDICT_H

#include "alignd/graph/term.h"

/* What verdicts are written with.  VERDICT_EXACT is read as VERDICT_SAME_IRI. */
#define VERDICT_SAME_IRI "http://www.w3.org/2002/07/owl#sameAs"
#define VERDICT_DIFFERENT_IRI "http://www.w3.org/2002/07/owl#differentFrom"
#define VERDICT_EXACT_IRI "http://www.w3.org/2004/02/skos/core#exactMatch"

/* The graph whose triples they are: of no catalog, and no catalog may be called so. */
#define VERDICT_GRAPH "verdicts"

enum verdict { VERDICT_NONE, VERDICT_SAME, VERDICT_DIFFERENT };

/*
 * Which verdict the triple of a change is, whether it is inserted or deleted: by its predicate;
 * the object is an IRI or a blank node, and not the subject itself.
 *
 * Of VERDICT_NONE *ret_wrong says what is wrong and what to write instead, as words that follow a
 * place (a constant); NULL for a clear, which is no verdict but takes back those of its subject.
 * Else it is NULL.
 */
enum verdict verdict_of_change(const struct change *c, const char **ret_wrong);

/* Which one a predicate says. */
enum verdict verdict_of_predicate(struct slice iri);

/* "same", "different"; "none". */
const char *verdict_name(enum verdict verdict);
#endif
