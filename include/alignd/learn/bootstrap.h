/*
 * bootstrap.h - what a model can learn of a store without a link: from pairs
 * that are true beyond much doubt by its own scores.
 *
 *   1. Matches of an estimated precision of BOOTSTRAP_PRECISION (by runner-ups,
 *      learn/threshold.h, of each type by itself) are taken for true; what
 *      shares an end with one of them, and what is no match at all, for false.
 *   2. Two models learn from a half of these each, by hash of the first entity,
 *      and score the candidates of the other half: no model judges what it
 *      learnt.  The mean of these scores and those before takes their place.
 *   3. The first step once more.
 *
 * A type of fewer than BOOTSTRAP_LEAST sure matches is not known well enough:
 * of it what the model was sure of at the start is kept, right or wrong, so that it does
 * not forget it while it learns the others.
 */
#ifndef ALIGND_LEARN_BOOTSTRAP_H
#define ALIGND_LEARN_BOOTSTRAP_H

#include "alignd/learn/judged.h"
#include "alignd/learn/threshold.h"

#define BOOTSTRAP_PRECISION 0.97
enum {
    BOOTSTRAP_LEAST = 20,
    BOOTSTRAP_EPOCHS = 5, /* that a model learns from such pairs: more bring nothing */
};

struct bootstrap_options {
    const struct gold *gold;               /* its types are left out; NULL: none is */
    const struct model *from;              /* whose scores it begins with */
    const struct trainer_options *trainer; /* of the models of step 2 */
    size_t most;                           /* pairs of a type that are taken for true, by hash */
    float weight;                          /* of the pairs, for whoever learns from them */
    int rounds;                            /* of steps 2 and 3 */
};

/*
 * The pairs to learn from are added to *add; ret_sure: those taken for true by
 * step 1 or 3.  Without any, nothing is added.  As trainer_run.
 */
int bootstrap_run(const struct dataset *d, const struct bootstrap_options *o, struct pool *pool,
                  struct judged *add, size_t *ret_sure);

/*
 * Calibration and threshold of a model by what runner-ups say of the types that are known
 * well enough; where none is, they stay.  ret_curve: what is then to be expected.
 */
int bootstrap_settle(const struct dataset *d, const struct gold *gold, struct model *m,
                     struct pool *pool, struct threshold_curve *ret_curve);
#endif
