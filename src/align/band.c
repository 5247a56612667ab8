/*
 * band.c - bands by their names, and the terms of OWL and SKOS that say them.
 */
#include "alignd/align/band.h"

#include <assert.h>

static const struct {
    const char *name, *predicate, *iri;
} bands[BANDS] = {
    [BAND_POSSIBLE] = {"possible", "skos:closeMatch",
                       "http://www.w3.org/2004/02/skos/core#closeMatch"},
    [BAND_MATCH] = {"match", "owl:sameAs", "http://www.w3.org/2002/07/owl#sameAs"},
};

enum band band_of(float score, float review)
{
    return score < review ? BAND_POSSIBLE : BAND_MATCH;
}

enum band band_of_predicate(struct slice predicate)
{
    bool possible = slice_equal(predicate, slice_of(bands[BAND_POSSIBLE].predicate));
    return possible ? BAND_POSSIBLE : BAND_MATCH;
}

const char *band_name(enum band band)
{
    assert(band < BANDS);
    return bands[band].name;
}

const char *band_predicate(enum band band)
{
    assert(band < BANDS);
    return bands[band].predicate;
}

const char *band_predicate_iri(enum band band)
{
    assert(band < BANDS);
    return bands[band].iri;
}
