#include "alignd/cli/explain_words.h"

#include <criterion/criterion.h>
#include <math.h>

static struct explain_feature features[] = {{"words shared", 3, 2.0f},
                                            {"years apart", NAN, -0.5f},
                                            {"codes", 1, 0.04f},
                                            {"tail", 0, -0.01f}};
static const struct explain_evidence evidence = {.prior = -1, .features = features, .count = 4};

static void expect(const struct buf *b, const char *words)
{
    cr_expect(slice_equal(buf_slice(b), slice_of(words)), "'%.*s', expected '%s'", (int)b->len,
              b->data, words);
}

Test(explain_words, what_adds_little_is_told_together)
{
    float rest;
    cr_expect_eq(explain_words_told(&evidence, EXPLAIN_WORDS_ADDS, 10, &rest), 2);
    cr_expect_float_eq(rest, 0.03f, 1e-6);
    cr_expect_eq(explain_words_told(&evidence, EXPLAIN_WORDS_ADDS, 1, &rest), 1);
    cr_expect_float_eq(rest, -0.47f, 1e-6);
    cr_expect_eq(explain_words_told(&evidence, 0, 10, &rest), 4);
    cr_expect_eq(rest, 0);
}

Test(explain_words, a_feature_has_its_value_where_there_is_one)
{
    struct buf b = {0};
    explain_words_feature(&b, &features[0]);
    expect(&b, "words shared: 3");
    buf_clear(&b);
    explain_words_feature(&b, &features[1]);
    expect(&b, "years apart");
    buf_fini(&b);
}

Test(explain_words, says_what_became_of_a_pair)
{
    struct buf b = {0};
    struct explain_why why = {EXPLAIN_BELOW, {"", 0}, {"", 0}, 0};
    explain_words_why(&b, &why, 0.25f);
    expect(&b, "below the threshold of 0.250");
    why = (struct explain_why){EXPLAIN_TAKEN, slice_of("http://a/1"), slice_of("Brass"), 0.75f};
    buf_clear(&b);
    explain_words_why(&b, &why, 0.25f);
    expect(&b, "that one has a better match: 'Brass' at 0.7500 <http://a/1>");
    why.reason = EXPLAIN_BETTER;
    why.rival_label.len = 0;
    buf_clear(&b);
    explain_words_why(&b, &why, 0.25f);
    expect(&b, "this one has a better match: 'http://a/1' at 0.7500 <http://a/1>");
    for (int reason = EXPLAIN_MATCH; reason <= EXPLAIN_WAITS; reason++) {
        why.reason = (enum explain_reason)reason;
        buf_clear(&b);
        explain_words_why(&b, &why, 0.25f);
        cr_expect_gt(b.len, 10, "reason %d", reason);
    }
    buf_fini(&b);
}
