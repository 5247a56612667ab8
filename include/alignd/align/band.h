/*
 * band.h - what is said of a match: below the review line it is but possible.  Which of the
 * two is decided here and nowhere else, of the score alone: the state knows no bands.
 */
#ifndef ALIGND_ALIGN_BAND_H
#define ALIGND_ALIGN_BAND_H

#include "alignd/base/slice.h"

enum band { BAND_POSSIBLE, BAND_MATCH };
#define BANDS 2

/* Of a matched pair; review: confidence from which a match is more than possible. */
enum band band_of(float score, float review);

/* "possible", "match" */
const char *band_name(enum band band);

/* Of the predicate of an event; BAND_MATCH for one that is unknown. */
enum band band_of_predicate(struct slice predicate);

/* What relates the two, as SSSOM and events write it, and in full. */
const char *band_predicate(enum band band);
const char *band_predicate_iri(enum band band);
#endif
