/*
 * trainer.h - fits the network to pairs that are known to be the same or not.
 * Adam on mini-batches of one true pair and its hardest and random rivals;
 * stops early on validation PRAUC.  Where no epoch is better on validation than
 * what it began with, it stays that.  Then boosted trees on what the network reads
 * and on comparisons (forest.h), with Platt's calibration and a threshold out of fold.
 *
 * The same catalog, pairs, options and seed give the same model, bit for bit,
 * whatever the number of threads.
 */
#ifndef ALIGND_LEARN_TRAINER_H
#define ALIGND_LEARN_TRAINER_H

#include "alignd/learn/catalog.h"
#include "alignd/learn/metrics.h"
#include "alignd/learn/threshold.h"
#include "alignd/model/model.h"

#include <signal.h>

struct pool; /* base/pool.h */

struct trainer_pair {
    struct catalog_pair pair;
    bool same;
    float weight; /* of its loss */
};

struct trainer_epoch {
    int epoch, epochs;
    double loss;
    struct metrics valid; /* at the end of the epoch */
    bool best;
};

struct trainer_options {
    uint64_t seed;
    int epochs;      /* of the network, at most; 0: it stays what it begins with */
    int patience;    /* epochs without a better one before it stops */
    int rivals;      /* false pairs a true one meets in an epoch; half of them the hardest */
    double rate;     /* of learning */
    double pull;     /* back to where training began, per step and rate */
    double forget;   /* share of neighbours left out at random in training */
    bool generic;    /* learn no relation by name and no word: for catalogs of other vocabularies */
    bool closed;     /* false pairs of entities without a counterpart are among the pairs */
    bool one_to_one; /* the threshold is the best for one-to-one matches; else for pairs as such */
    int width;       /* floats of a level-0 and of a level-1 vector: 64 or 128 */
    const struct model *from;          /* where training begins, lent; NULL: the untrained model */
    unsigned without;                  /* enum ablation_part */
    const volatile sig_atomic_t *stop; /* not 0: end with the best so far; may be NULL */
    void (*tell)(void *arg, const struct trainer_epoch *epoch, double done); /* may be NULL */
    void *arg;
};

struct trainer_options trainer_options_default(void);

struct trainer_report {
    int epochs, best_epoch; /* 0: as it began */
    double seconds;
    struct metrics valid; /* of the best, calibrated */
    double calibration_error;
    /* of all entities of the linked types, out of fold; no point for labelled pairs.  The
     * caller's, by threshold_curve_fini */
    struct threshold_curve expected;
};

/*
 *   train   pairs, both kinds; a true pair meets the false ones it shares an
 *           entity with, false pairs that share none with any stand for themselves
 *   valid   pairs, both kinds; missed: true pairs that are no candidates
 *   pool    may be NULL
 *
 * ERR_USAGE (logged): no true pair to learn from.
 */
int trainer_run(const struct catalog *c, const struct trainer_pair *train, size_t train_count,
                const struct trainer_pair *valid, size_t valid_count, size_t missed,
                const struct trainer_options *o, struct pool *pool, struct model **ret_model,
                struct trainer_report *report);
#endif
