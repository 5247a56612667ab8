/*
 * decoy.h - how many of some matches are right, without a label: by what their entities would be
 * matched to otherwise.
 *
 * An entity has one counterpart at most, so what it would match if its counterpart were missing,
 * its runner-up, is a false pair, and tells how high an entity without a counterpart scores.  Of
 * the N entities of the smaller side let T have a counterpart that is found, and F(t) be the share
 * of runner-ups that reach t.  Then of the n(t) matches at t about (N - T) F(t) are of entities
 * that have none, and no T smaller than
 *
 *     max over t of (n(t) - N F(t)) / (1 - F(t))
 *
 * explains what is seen.  F is of sure matches: runner-ups of those that are wrong themselves are
 * too low.  What it cannot see is an entity with a counterpart that is matched to another one:
 * that one's doubt (decoy_doubt) is of the two scores alone, and takes them at their word.
 * Sources: the bound is that of Storey, "A direct approach to false discovery rates", J. R. Stat.
 * Soc. B 64, 2002; false pairs in place of a null distribution are the decoys of Elias and Gygi,
 * "Target-decoy search strategy", Nature Methods 4, 2007.
 */
#ifndef ALIGND_ALIGN_DECOY_H
#define ALIGND_ALIGN_DECOY_H

#include <stdbool.h>
#include <stddef.h>

/* Entities without a counterpart score somewhat higher than runner-ups do: by this much more of
 * them reach a score.  Without labels nothing else would say so. */
#define DECOY_MARGIN 1.1
/* Types of fewer matches are estimated together. */
#define DECOY_LEAST 20

/* Is a pair a runner-up of one end?  If the other is free, or might leave its own match for it:
 * own is that one's score, below 0 for none. */
static inline bool decoy_is_runner(float score, float own)
{
    return score >= own;
}

/*
 * Of the matches of one pair of types and graphs:
 *
 *   right   (count) out  of the matches down to this one, how many are right
 *   score   (count) in   from 0 to 1, descending
 *   runner  (count) in   of the end on the smaller side, which has the more to choose from; 0: none
 *   size    entities of the smaller side, N
 *   margin  1 where labels say how high entities without a counterpart score, else DECOY_MARGIN
 *
 * Returns T.  count >= 1.
 */
double decoy_estimate(double *right, const float *score, const float *runner, size_t count,
                      double size, double margin);

/* How likely it is that not the match but the runner-up is right, where one of them is. */
double decoy_doubt(float score, float runner);

/* The middle of the scores that are about as good as the best.  By score, descending; n >= 1. */
struct decoy_point {
    float score;
    double merit;
};
double decoy_middle_of_best(const struct decoy_point *points, size_t n);
#endif
