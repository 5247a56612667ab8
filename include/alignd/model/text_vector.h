/*
 * text_vector.h - level 0: text to vector.
 *
 * A text is normalised and cut into features: whole words, character 3- and
 * 4-grams with word borders, and, for numbers, dates and durations, the value
 * at several precisions.  Each feature is hashed to a row of the model's
 * table E; z0 is their weighted sum, normalised to length 1.
 */
#ifndef ALIGND_MODEL_TEXT_VECTOR_H
#define ALIGND_MODEL_TEXT_VECTOR_H

#include "alignd/base/slice.h"
#include "alignd/model/model.h"

#include <stdint.h>

/*
 *   text      as it stands in the literal; UTF-8, any length (what follows the
 *             first 2 KiB of its normalised form has no say)
 *   datatype  IRI of the literal's datatype, empty for plain text and labels
 *   z0        out (model_z0_floats)  length 1, or all zero when the text has no feature
 *
 * Depends on nothing but the model and the text.  Thread-safe; no memory is
 * allocated.  Cannot fail.
 */
void text_vector(const struct model *m, struct slice text, struct slice datatype, float *z0);

/*
 * The same of a text that is already normalised (text_normalise of base/text.h),
 * as the engine has it of labels.  A plain text: never read as a number or date.
 */
void text_vector_normalised(const struct model *m, struct slice normalised, float *z0);

/*
 * 128-bit simhash of the words and n-grams of a normalised text: no model is
 * needed, so it serves candidate generation and never changes with training.
 * An empty text has signature 0, 0.
 */
void text_signature(struct slice normalised, uint64_t signature[2]);

/* Estimate in [-1, 1] of the cosine of the two texts' feature counts:
 * cos(pi * Hamming distance / 128), standard error about .09 near 0. 0 when either is empty. */
double text_signature_cosine(const uint64_t a[2], const uint64_t b[2]);
/* The same of two that are not empty and differ in so many bits, 0 to 128. */
double text_signature_cosine_apart(int bits);
#endif
