#include "alignd/model/comparison.h"

#include "alignd/base/buf.h"
#include "alignd/base/text.h"

#include <criterion/criterion.h>
#include <math.h>

/* A label, and values as relation, text, relation, text, ... NULL. */
static struct statement said(const char *label, const char *const *values)
{
    struct statement s;
    struct buf b = {0};
    struct statement_input inputs[16];
    size_t n = 0;
    for (; values && values[2 * n]; n++)
        inputs[n] = (struct statement_input){(uint32_t)values[2 * n][0],
                                             slice_of(values[2 * n + 1]), slice_of(""), true};
    text_normalise(&b, slice_of(label));
    statement_make(&s, buf_slice(&b), inputs, n);
    buf_fini(&b);
    return s;
}

struct compared {
    float x[COMPARISON_COUNT];
};

static struct compared compare(const char *a, const char *const *va, const char *b,
                               const char *const *vb)
{
    struct statement x = said(a, va), y = said(b, vb);
    struct compared c, back;
    comparison_make(&x, &y, c.x);
    comparison_make(&y, &x, back.x);
    for (size_t i = 0; i < COMPARISON_COUNT; i++)
        cr_expect(c.x[i] == back.x[i] || (isnan(c.x[i]) && isnan(back.x[i])),
                  "%s: symmetric, %f %f", comparison_words(i), (double)c.x[i], (double)back.x[i]);
    return c;
}

#define LABELS(a, b) compare(a, NULL, b, NULL)

Test(comparison, equal_but_for_signs_and_case)
{
    struct compared c = LABELS("Harbour-Patrol", "HARBOUR PATROL");
    cr_expect_eq(c.x[COMPARE_LABEL_SAME], 1);
    cr_expect_eq(c.x[COMPARE_LABEL_LEFT_MOST], 0);
    cr_expect_eq(c.x[COMPARE_LABEL_FOUND_LEAST], 1);
}

Test(comparison, words_left_over_on_both_sides_are_told_from_those_on_one)
{
    struct compared both = LABELS("The Hollow Road", "The Hollow Crown");
    cr_expect_eq(both.x[COMPARE_LABEL_LEFT_LEAST], 1);
    cr_expect_lt(both.x[COMPARE_LABEL_LEFT_ALIKE], 0.4f);
    struct compared one = LABELS("The Wishing Gate", "The Wishing Gate: A Novel");
    cr_expect_eq(one.x[COMPARE_LABEL_LEFT_LEAST], 0);
    cr_expect_eq(one.x[COMPARE_LABEL_LEFT_MOST], 1);
    cr_expect_eq(one.x[COMPARE_LABEL_HEAD], 1);
    cr_expect(isnan(one.x[COMPARE_LABEL_LEFT_ALIKE]));
    struct compared typo = LABELS("The Hollow Road", "The Holow Road");
    cr_expect_gt(typo.x[COMPARE_LABEL_LEFT_ALIKE], 0.7f);
}

Test(comparison, numbers_versions_and_letters_are_counted_apart)
{
    struct compared same = LABELS("Harbour Patrol II", "Harbour Patrol 2");
    cr_expect_eq(same.x[COMPARE_NUMBERS_SHARED], 1);
    cr_expect_eq(same.x[COMPARE_NUMBERS_LEFT_MOST], 0);
    struct compared other = LABELS("Harbour Patrol II", "Harbour Patrol III");
    cr_expect_eq(other.x[COMPARE_NUMBERS_LEFT_LEAST], 1);
    struct compared sequel = LABELS("Harbour Patrol", "Harbour Patrol II");
    cr_expect_eq(sequel.x[COMPARE_NUMBERS_LEFT_LEAST], 0);
    cr_expect_eq(sequel.x[COMPARE_NUMBERS_LEFT_MOST], 1);
    struct compared year = LABELS("Harbour Patrol", "Harbour Patrol (1978)");
    cr_expect_eq(year.x[COMPARE_NUMBERS_LEFT_MOST], 0, "a year is no part of a series");
    cr_expect_eq(LABELS("Patrol (1978)", "Patrol (1987)").x[COMPARE_NUMBERS_LEFT_LEAST], 1);
    static const char *const places[] = {"13. Slow Junction", "03 - Slow Junction",
                                         "3) Slow Junction"};
    for (size_t i = 0; i < 3; i++)
        cr_expect_eq(LABELS("Slow Junction", places[i]).x[COMPARE_NUMBERS_LEFT_MOST], 0, "%s",
                     places[i]);
    cr_expect_eq(LABELS("Angry Men", "12 Angry Men").x[COMPARE_NUMBERS_LEFT_MOST], 1);
    struct compared level = LABELS("Ladder, Level C", "Ladder, Level D");
    cr_expect_eq(level.x[COMPARE_NUMBERS_LEFT_LEAST], 1, "a letter that counts is a number");
    cr_expect_eq(LABELS("Vitamin C", "Vitamin D").x[COMPARE_LETTERS_LEFT_LEAST], 1);
    cr_expect_eq(level.x[COMPARE_VERSIONS_SHARED], 1);
    struct compared five = LABELS("3. Harbour Patrol, Part V", "Harbour Patrol: Pt. 5");
    cr_expect_eq(five.x[COMPARE_NUMBERS_LEFT_MOST], 0);
    cr_expect_eq(LABELS("3. Patrol Part III", "Patrol 3").x[COMPARE_NUMBERS_LEFT_MOST], 0);
    cr_expect_eq(LABELS("Iron Fist V", "Iron Fist 5").x[COMPARE_NUMBERS_LEFT_MOST], 0);
    cr_expect_eq(LABELS("Chess Deluxe 8.0", "Chess 8 Deluxe").x[COMPARE_NUMBERS_LEFT_MOST], 0);
    cr_expect_eq(LABELS("Chess 8.5", "Chess 8").x[COMPARE_NUMBERS_LEFT_MOST], 1);
    struct compared remix = LABELS("Drift (Auditor Remix)", "Drift");
    cr_expect_eq(remix.x[COMPARE_VERSIONS_LEFT_MOST], 1);
    cr_expect_eq(remix.x[COMPARE_DERIVED_LEFT], 1);
    cr_expect_eq(LABELS("Chess Deluxe Edition", "Chess").x[COMPARE_DERIVED_LEFT], 0);
}

Test(comparison, a_label_of_stock_words_names_nothing_by_itself)
{
    cr_expect_eq(LABELS("Intro", "Intro").x[COMPARE_LABEL_NOBODY], 1);
    cr_expect_eq(LABELS("03 - Prologue (Live)", "Prologue").x[COMPARE_LABEL_NOBODY], 1);
    cr_expect_eq(LABELS("Various Artists", "Various").x[COMPARE_LABEL_NOBODY], 1);
    cr_expect_eq(LABELS("Introduction to Algebra", "Intro to Algebra").x[COMPARE_LABEL_NOBODY], 0);
    cr_expect_eq(LABELS("Pilot Wings", "Pilot Wings").x[COMPARE_LABEL_NOBODY], 0);
}

Test(comparison, a_number_that_ends_a_label_counts_more_than_one_within)
{
    cr_expect_eq(LABELS("Harbour Patrol", "Harbour Patrol II").x[COMPARE_NUMBERS_LEFT_LAST], 1);
    cr_expect_eq(LABELS("Harbour Patrol", "Harbour Patrol 2 (1999)").x[COMPARE_NUMBERS_LEFT_LAST],
                 1);
    cr_expect_eq(LABELS("Patrol", "Patrol V feat. Ann Reed").x[COMPARE_NUMBERS_LEFT_LAST], 1);
    /* a year in a credit is the credit's */
    cr_expect_eq(LABELS("Patrol", "Patrol feat. The 1975").x[COMPARE_NUMBERS_LEFT_MOST], 0);
    cr_expect_eq(LABELS("Patrol: Home", "Patrol 2: Home").x[COMPARE_NUMBERS_LEFT_LAST], 0);
    cr_expect_eq(LABELS("Angry Men", "12 Angry Men").x[COMPARE_NUMBERS_LEFT_LAST], 0);
    cr_expect_eq(LABELS("Harbour Patrol", "Harbour Patrol 1978").x[COMPARE_NUMBERS_LEFT_LAST], 0);
}

Test(comparison, an_initial_stands_for_a_name)
{
    struct compared c = LABELS("C. Reed", "Carol Reed");
    cr_expect_eq(c.x[COMPARE_LABEL_INITIALS], 1);
    cr_expect_eq(c.x[COMPARE_LABEL_LEFT_MOST], 0);
    cr_expect_eq(c.x[COMPARE_LABEL_FOUND_LEAST], 1);
    cr_expect_eq(LABELS("D. Reed", "Carol Reed").x[COMPARE_LABEL_INITIALS], 0);
}

Test(comparison, codes_shared_and_apart)
{
    struct compared same = LABELS("Kestrel K-450 Printer, Black", "Kestrel K450 Laser (black)");
    cr_expect_geq(same.x[COMPARE_CODES_LABEL_SHARED], 1);
    cr_expect_eq(same.x[COMPARE_CODES_LONGEST], 4);
    struct compared apart = LABELS("Kestrel K-450 Printer", "Kestrel K-540 Printer");
    cr_expect_eq(apart.x[COMPARE_CODES_LABEL_SHARED], 0);
    cr_expect_geq(apart.x[COMPARE_CODES_LABEL_LEFT_LEAST], 1);
    static const char *const code[] = {"c", "PS-LX350H", NULL};
    struct compared inside = compare("Turntable", code, "Turntable PSLX350H", NULL);
    cr_expect_geq(inside.x[COMPARE_CODES_SHARED], 1);
    cr_expect_eq(inside.x[COMPARE_CODES_LONGEST], 8);
}

Test(comparison, a_value_within_the_others_label)
{
    static const char *const maker[] = {"m", "Blue Otter", NULL};
    struct compared c = compare("Chess 3", maker, "Blue Otter Chess 3", NULL);
    cr_expect_eq(c.x[COMPARE_NAMES_IN_LABEL], 1);
    cr_expect_eq(c.x[COMPARE_LABEL_TOLD_MOST], 1);
    cr_expect_eq(c.x[COMPARE_LABEL_TOLD_LEAST], 1, "all words of the longer are said as well");
    cr_expect_eq(c.x[COMPARE_LABEL_LEFT_MOST], 0, "what is said elsewhere is not left over");
    cr_expect_lt(c.x[COMPARE_LABEL_FOUND_LEAST], 1, "but the label did not say it");
}

Test(comparison, values_of_one_relation_alone_are_compared)
{
    static const char *const a[] = {"y", "1999", "p", "20.00", "l", "3m 34sec", "x", "red", NULL};
    static const char *const b[] = {"y", "2001", "p", "22", "l", "214000", "z", "red", NULL};
    struct compared c = compare("One", a, "One", b);
    cr_expect_eq(c.x[COMPARE_VALUES_COMPARABLE], 3);
    cr_expect_eq(c.x[COMPARE_VALUES_EQUAL], 1, "a length in seconds, and in thousandths");
    cr_expect_eq(c.x[COMPARE_VALUES_UNEQUAL], 2);
    cr_expect_float_eq(c.x[COMPARE_YEAR_NEAREST], 2, 1e-3);
    cr_expect_float_eq(c.x[COMPARE_NUMBER_FARTHEST], 2.0 / 22, 1e-4);
    cr_expect_lt(c.x[COMPARE_NUMBER_NEAREST], 0.001f);
}

Test(comparison, nothing_to_tell_is_not_a_number)
{
    struct compared c = compare("", NULL, "A Name", NULL);
    cr_expect(isnan(c.x[COMPARE_LABEL_SAME]));
    cr_expect(isnan(c.x[COMPARE_LABEL_FOUND_MOST]));
    cr_expect(isnan(c.x[COMPARE_YEAR_NEAREST]));
    cr_expect_eq(c.x[COMPARE_VALUES_COMPARABLE], 0);
    for (size_t i = 0; i < COMPARISON_COUNT; i++) {
        cr_expect(comparison_words(i)[0]);
        cr_expect_leq(abs(comparison_direction(i)), 1);
    }
}
