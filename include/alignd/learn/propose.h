/*
 * propose.h - a mapping for two catalogs that nobody has mapped: what names the entities, which
 * types correspond, which predicates do.  Evidence, most telling first: entities of one name in
 * both (of corresponding types) that agree in a value, or in the name of what they refer to,
 * oftener than others do; values in common; words of their own names.  To be read by a person: each
 * row stands under a comment that says why.
 */
#ifndef ALIGND_LEARN_PROPOSE_H
#define ALIGND_LEARN_PROPOSE_H

#include "alignd/base/buf.h"
#include "alignd/learn/survey.h"

/* Both after survey_finish.  Appends the text of a mapping (graph/mapping.h). */
void propose_mapping(struct survey *a, struct survey *b, struct buf *out);
#endif
