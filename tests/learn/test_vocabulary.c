#include "alignd/learn/vocabulary.h"

#include <criterion/criterion.h>

static double alike(enum vocabulary_kind kind, const char *a, const char *b)
{
    return vocabulary_similarity(kind, slice_of(a), slice_of(b));
}

Test(vocabulary, names_are_alike_by_their_words_and_by_words_for_the_same)
{
    cr_expect_eq(alike(VOCABULARY_LITERAL, "http://a/releaseDate", "http://b#release_date"), 1);
    cr_expect_eq(alike(VOCABULARY_REFERENCE, "http://a/has_genre", "http://b/genres"), 1);
    double repeated = alike(VOCABULARY_LITERAL, "http://a/code_code", "http://b#code");
    cr_expect(repeated > 0.3 && repeated < 0.8, "%g", repeated);
    cr_expect_eq(alike(VOCABULARY_REFERENCE, "http://a/directed_by", "http://b/director"), 0.8);
    cr_expect_eq(alike(VOCABULARY_TYPE, "http://a/Film", "http://b/Movie"), 0.8);
    cr_expect_gt(alike(VOCABULARY_LITERAL, "http://a/colour", "http://b/color"), 0.5);
    cr_expect_eq(alike(VOCABULARY_LITERAL, "http://a/price", "http://b/director"), 0);
}

Test(vocabulary, what_a_word_stands_for_depends_on_what_the_objects_are)
{
    cr_expect_eq(alike(VOCABULARY_REFERENCE, "http://a/onRelease", "http://b/album"), 0.8);
    cr_expect_eq(alike(VOCABULARY_LITERAL, "http://a/release", "http://b/album"), 0.8);
    cr_expect_eq(alike(VOCABULARY_LITERAL, "http://a/released", "http://b/year"), 0.8);
    cr_expect_eq(alike(VOCABULARY_REFERENCE, "http://a/released", "http://b/year"), 0);
}

static void expect_name(enum vocabulary_kind kind, const char *a, const char *b, const char *name)
{
    struct buf out = {0};
    vocabulary_name(kind, slice_of(a), slice_of(b), &out);
    cr_expect(slice_equal(buf_slice(&out), slice_of(name)), "%.*s", (int)out.len, out.data);
    buf_fini(&out);
}

Test(vocabulary, two_names_share_the_common_word_or_the_shorter_one)
{
    expect_name(VOCABULARY_REFERENCE, "http://a/starring", "http://b/actor", "actor");
    expect_name(VOCABULARY_LITERAL, "http://a/heightInMetres", "http://b/height", "height");
    expect_name(VOCABULARY_LITERAL, "http://a/x", "http://b/y", "x");
}
