/*
 * one_to_one.h - which of many scored pairs match when an entity may match one
 * other at most: best first, as serving decides (align/assign.h), of pairs in
 * memory.  What matches at a threshold is the beginning of what matches at a
 * lower one.
 */
#ifndef ALIGND_LEARN_ONE_TO_ONE_H
#define ALIGND_LEARN_ONE_TO_ONE_H

#include "alignd/learn/catalog.h"

/*
 *   score     (count) in; equal ones in the order of the pairs
 *   entities  more than any number in the pairs
 *   matched   (count) out
 *
 * Pairs below the threshold never match.
 */
void one_to_one_choose(const struct catalog_pair *pairs, const float *score, size_t count,
                       size_t entities, double threshold, bool *matched);
#endif
