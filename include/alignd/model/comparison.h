/*
 * comparison.h - two statements compared: a row of numbers that say what is
 * equal, what is contained and what is left over, and name no relation.
 * Source: Fellegi & Sunter, "A theory for record linkage", 1969 (the comparison
 * vector); Cohen, Ravikumar & Fienberg, "A comparison of string distance
 * metrics for name-matching tasks", 2003 (words first, letters for the rest).
 *
 * Left over is what the other side says nowhere, in its label or elsewhere.  A number that
 * nothing was there to tell is NAN.  "least" and "most": of the two
 * sides.  Symmetric: comparison_make(a, b) and (b, a) agree bit for bit.
 */
#ifndef ALIGND_MODEL_COMPARISON_H
#define ALIGND_MODEL_COMPARISON_H

#include "alignd/model/statement.h"

/*
 * name, direction, words.  Direction: 1, what is more never speaks against the
 * two being the same; -1, never for it; 0, neither is known beforehand.
 */
#define COMPARISONS(X)                                                                             \
    X(LABEL_SAME, 0, "labels equal but for signs")                                                 \
    X(LABEL_HEAD, 0, "labels equal but for additions")                                             \
    X(LABEL_SHARED, 0, "words of the labels shared")                                               \
    X(LABEL_FOUND_MOST, 0, "of the shorter label, found in the longer")                            \
    X(LABEL_FOUND_LEAST, 0, "of the longer label, found in the shorter")                           \
    X(LABEL_LEFT_LEAST, 0, "words left over on both sides")                                        \
    X(LABEL_LEFT_MOST, 0, "words left over on one side")                                           \
    X(LABEL_LEFT_LETTERS, 0, "letters of words left over on both sides")                           \
    X(LABEL_LEFT_ALIKE, 0, "words left over are alike")                                            \
    X(LABEL_INITIALS, 0, "initials that stand for a word")                                         \
    X(LABEL_FIRST, 0, "first words equal")                                                         \
    X(LABEL_LAST, 0, "last words equal")                                                           \
    X(LABEL_WORDS, 0, "words of the shorter label")                                                \
    X(LABEL_WORDS_APART, 0, "words that one label has more")                                       \
    X(LABEL_EXTRA_LEFT, 0, "additions left over on both sides")                                    \
    X(NUMBERS_SHARED, 1, "numbers in both labels")                                                 \
    X(NUMBERS_LEFT_LEAST, -1, "numbers left over on both sides")                                   \
    X(NUMBERS_LEFT_MOST, -1, "numbers left over on one side")                                      \
    X(NUMBERS_LEFT_LAST, -1, "a number left over that ends a label")                               \
    X(VERSIONS_SHARED, 1, "words for a version in both labels")                                    \
    X(VERSIONS_LEFT_LEAST, -1, "words for a version left over on both sides")                      \
    X(VERSIONS_LEFT_MOST, -1, "words for a version left over on one side")                         \
    X(DERIVED_LEFT, -1, "words for a derived work left over on one side")                          \
    X(LETTERS_LEFT_LEAST, -1, "single letters left over on both sides")                            \
    X(CREDITS_LEFT, 0, "credits on one side")                                                      \
    X(LABEL_LETTERS, 0, "letters of the shorter label")                                            \
    X(NAMESAKES_LEAST, 0, "namesakes on the side with fewer, in powers of two")                    \
    X(NAMESAKES_MOST, 0, "namesakes on the side with more, in powers of two")                      \
    X(LABEL_NOBODY, 0, "a label that names nothing by itself")                                     \
    X(CODES_LABEL_SHARED, 1, "codes in both labels")                                               \
    X(CODES_LABEL_LEFT_LEAST, -1, "codes left over in both labels")                                \
    X(CODES_LABEL_LEFT_MOST, -1, "codes left over in one label")                                   \
    X(CODES_SHARED, 1, "codes shared")                                                             \
    X(CODES_LONGEST, 1, "letters of the longest code shared")                                      \
    X(CODES_LEFT_LEAST, -1, "codes left over on both sides")                                       \
    X(LABEL_TOLD_MOST, 0, "of one label, said anywhere by the other")                              \
    X(LABEL_TOLD_LEAST, 0, "of the other label, said anywhere")                                    \
    X(ALL_SHARED_MOST, 0, "words shared, of the side that says less")                              \
    X(ALL_SHARED_LEAST, 0, "words shared, of the side that says more")                             \
    X(NAMES_IN_LABEL, 0, "values and neighbours of one side in the other's label")                 \
    X(VALUES_COMPARABLE, 0, "values to compare")                                                   \
    X(VALUES_EQUAL, 1, "values equal")                                                             \
    X(VALUES_UNEQUAL, -1, "values unequal")                                                        \
    X(VALUES_LONG_EQUAL, 1, "values of several words equal")                                       \
    X(VALUES_EQUAL_LETTERS, 1, "letters of the longest value that is equal")                       \
    X(NUMBER_NEAREST, -1, "difference of the nearest numbers")                                     \
    X(NUMBER_FARTHEST, 0, "difference of the farthest numbers")                                    \
    X(YEAR_NEAREST, -1, "years between the nearest dates")                                         \
    X(YEAR_FARTHEST, 0, "years between the farthest dates")                                        \
    /* neighbours of one relation, by the vectors of their names: network_relations.c */           \
    X(EVEN_LEAST, 1, "equally many neighbours of a relation, least alike")                         \
    X(EVEN_MOST, 1, "equally many neighbours of a relation, most alike")                           \
    X(EVEN_SAME, 1, "relations of equally many neighbours, the same")                              \
    X(EVEN_OTHER, -1, "relations of equally many neighbours, others")                              \
    X(SHARED_LEAST, 1, "neighbours of a relation shared, at the least")                            \
    X(SHARED_MOST, 1, "neighbours of a relation shared, at the most")                              \
    X(TWINS, 1, "neighbours with a twin")                                                          \
    X(OTHERS, -1, "neighbours without a twin on both sides")                                       \
    X(RELATIONS, 0, "relations to compare")                                                        \
    X(NEIGHBOURS, 0, "neighbours of the side that has fewer")                                      \
    X(OUTWARD, 0, "neighbours it refers to, of the side that has fewer")                           \
    X(INWARD, 0, "neighbours that refer to it, of the side that has fewer")                        \
    X(TWINS_ANYHOW, 1, "neighbours with a twin by any relation")                                   \
    X(OTHERS_ANYHOW, -1, "neighbours without a twin by any relation on both sides")                \
    X(VALUE_ALIKE_LEAST, 1, "texts of one relation, least alike")                                  \
    X(VALUE_ALIKE_MOST, 1, "texts of one relation, most alike")

enum comparison {
#define COMPARISON_ENUM(name, direction, words) COMPARE_##name,
    COMPARISONS(COMPARISON_ENUM)
#undef COMPARISON_ENUM
        COMPARISON_COUNT
};

/* out (COMPARISON_COUNT); what is of vectors stays NAN */
void comparison_make(const struct statement *a, const struct statement *b, float *out);

/* Static strings. */
const char *comparison_words(size_t which);
int comparison_direction(size_t which);
#endif
