/*
 * explain_words.h - what engine/explain.h found, in the words of `alignd explain` and of the page
 * of `alignd eval`.  Text of the catalogs in it is as it is: a page escapes the whole.
 */
#ifndef ALIGND_CLI_EXPLAIN_WORDS_H
#define ALIGND_CLI_EXPLAIN_WORDS_H

#include "alignd/base/buf.h"
#include "alignd/engine/explain.h"

#define EXPLAIN_WORDS_PRIOR "before any is looked at"
#define EXPLAIN_WORDS_ADDS 0.05f /* what adds less is not told one by one */

/* How many features are told one by one, the first ones: that add or take away so much at least,
 * `most` of them at most; what all others add together. */
size_t explain_words_told(const struct explain_evidence *x, float least, size_t most,
                          float *ret_rest);

/* "edits between the labels: 2" */
void explain_words_feature(struct buf *out, const struct explain_feature *f);

/* What became of a pair, as one who looks from its first end says it. */
void explain_words_why(struct buf *out, const struct explain_why *why, float threshold);
#endif
