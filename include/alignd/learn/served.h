/*
 * served.h - what serving would tell of the judged pairs at each threshold, and how much of that is
 * right: of links the one-to-one matches, of labelled pairs all that score so much.  At the
 * threshold of the figures it is what they count.
 */
#ifndef ALIGND_LEARN_SERVED_H
#define ALIGND_LEARN_SERVED_H

#include "alignd/learn/figures.h"

struct served_pair {
    size_t pair; /* of the input */
    float score;
    bool right;
};

struct served {
    struct served_pair *pairs; /* by score, descending: a threshold takes the first of them */
    size_t count;
    size_t links;       /* that there are to be found */
    double threshold;   /* of the input */
    size_t told;        /* of the pairs, at that threshold */
    size_t left_out;    /* matches there that nobody judges, */
    size_t strays;      /* of these, where no link names either end */
    bool is_one_to_one; /* else labelled pairs, one by one */
};

/* Of all types.  f: what figures_measure made of the same input. */
void served_open(const struct figures_input *in, const struct figures *f, struct served *ret);
void served_fini(struct served *s);

struct served_point {
    double threshold;
    size_t told, right;
    double precision, recall, f1; /* 0 where there is nothing to divide by, as figures have it */
};

struct served_point served_at(const struct served *s, double threshold);

/* Those that are told and score from `low` to below `high`. */
struct served_bin {
    size_t count, right;
    double stated, held; /* means: of the scores, and the share that is right; 0 of none */
    double least, most;  /* between these the true share is, in 95 of 100 cases (Wilson) */
};

struct served_bin served_between(const struct served *s, double low, double high);
#endif
