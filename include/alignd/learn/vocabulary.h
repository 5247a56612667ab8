/*
 * vocabulary.h - how alike two names of predicates or types are: by their words, and by words that
 * stand for the same in many catalogs (director, directed_by; film, movie).
 */
#ifndef ALIGND_LEARN_VOCABULARY_H
#define ALIGND_LEARN_VOCABULARY_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"

enum vocabulary_kind { VOCABULARY_LITERAL, VOCABULARY_REFERENCE, VOCABULARY_TYPE };

/* Of two IRIs, by their ends; in [0, 1]. */
double vocabulary_similarity(enum vocabulary_kind kind, struct slice a, struct slice b);

/* Appends the name that a and b may share: the common word where there is one, else the
 * shorter of their ends. */
void vocabulary_name(enum vocabulary_kind kind, struct slice a, struct slice b, struct buf *out);
#endif
