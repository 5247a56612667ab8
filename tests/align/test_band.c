#include "alignd/align/band.h"

#include <criterion/criterion.h>

Test(band, below_the_line_a_match_is_but_possible)
{
    cr_expect_eq(band_of(0.49999997f, 0.5f), BAND_POSSIBLE);
    cr_expect_eq(band_of(0.5f, 0.5f), BAND_MATCH, "at the line it is one");
    cr_expect_eq(band_of(0.0f, 0.0f), BAND_MATCH, "a line of 0 parts nothing");
    cr_expect_eq(band_of(1.0f, 1.0f), BAND_MATCH);
}

Test(band, its_predicate_leads_back_to_it)
{
    for (enum band b = 0; b < BANDS; b++)
        cr_expect_eq(band_of_predicate(slice_of(band_predicate(b))), b, "%s", band_name(b));
    cr_expect_eq(band_of_predicate((struct slice){"", 0}), BAND_MATCH, "none: as it once was");
    cr_expect_str_eq(band_predicate_iri(BAND_MATCH), "http://www.w3.org/2002/07/owl#sameAs");
    cr_expect_str_eq(band_predicate_iri(BAND_POSSIBLE),
                     "http://www.w3.org/2004/02/skos/core#closeMatch");
}
