/*
 * expect.h - what a user will get from a model that was just trained, on all
 * entities of a type and not only on those that links name.
 */
#ifndef ALIGND_LEARN_EXPECT_H
#define ALIGND_LEARN_EXPECT_H

#include "alignd/learn/judged.h"
#include "alignd/learn/threshold.h"

/*
 * Over the thresholds, for the types that gold was told of.
 *
 *   gold    which judged `valid`
 *   valid   pairs that the model did not learn from; without a true one among
 *           them it is estimated by runner-ups alone
 *   closed  strays are among them.  If not, how many match is left to runner-ups, as
 *           lines of one IRI may be as many as anybody likes
 *
 */
int expect_measure(const struct dataset *d, const struct gold *gold, const struct judged *valid,
                   bool closed, const struct model *m, struct pool *pool,
                   struct threshold_curve *ret);

/* "expect ..." on stdout: one line, in words. */
void expect_tell(const struct threshold_curve *c, double threshold);
/* The same of labelled pairs, which are judged one by one: by the metrics of those held out. */
void expect_tell_pairs(const struct metrics *m);
#endif
