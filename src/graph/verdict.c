/*
 * verdict.c - which triples are verdicts, and what is wrong with the others.
 */
#include "alignd/graph/verdict.h"

#include <assert.h>
#include <stddef.h>

enum verdict verdict_of_predicate(struct slice iri)
{
    if (slice_equal(iri, slice_of(VERDICT_SAME_IRI)) ||
        slice_equal(iri, slice_of(VERDICT_EXACT_IRI)))
        return VERDICT_SAME;
    if (slice_equal(iri, slice_of(VERDICT_DIFFERENT_IRI)))
        return VERDICT_DIFFERENT;
    return VERDICT_NONE;
}

enum verdict verdict_of_change(const struct change *c, const char **ret_wrong)
{
    *ret_wrong = NULL;
    if (c->op == CHANGE_CLEAR)
        return VERDICT_NONE;
    assert(c->subject.kind != TERM_LITERAL && c->predicate.kind == TERM_IRI);
    enum verdict verdict = verdict_of_predicate(c->predicate.text);
    if (!verdict)
        *ret_wrong = "no verdict: its predicate is neither owl:sameAs (or skos:exactMatch) nor "
                     "owl:differentFrom";
    else if (c->object.kind == TERM_LITERAL)
        *ret_wrong = "no verdict: its object is a literal; write the other entity as an IRI, "
                     "<http://...>";
    else if (c->subject.kind == c->object.kind && slice_equal(c->subject.text, c->object.text))
        *ret_wrong = "no verdict: its object is the subject itself; name the two entities of a "
                     "pair";
    return *ret_wrong ? VERDICT_NONE : verdict;
}

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {"none", "same", "different"};
    assert(verdict <= VERDICT_DIFFERENT);
    return names[verdict];
}
