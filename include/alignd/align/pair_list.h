/*
 * pair_list.h - the candidate pairs of one entity with their scores, and the
 * partners it was matched with: rows of pairs and matches (store/layout.h).
 * A pair stands in the lists of both its ends.
 */
#ifndef ALIGND_ALIGN_PAIR_LIST_H
#define ALIGND_ALIGN_PAIR_LIST_H

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/graph/id.h"

#include <stdbool.h>
#include <stddef.h>

struct pair_entry {
    struct id other;
    float score; /* probability that the two are the same */
};

/* Score of a candidate pair that was not scored yet: below every score. */
#define PAIR_UNSCORED (-1.0f)
/* Of a pair that somebody pinned (decided.h): above every score, so it matches before all others;
 * what the model would say is not asked. */
#define PAIR_PINNED 2.0f
/* As people are told it: a pinned pair is certain. */
static inline float pair_score_told(float score)
{
    return score > 1 ? 1 : score < 0 ? 0 : score;
}

/*
 * The score as it is kept.  Below the threshold it decides nothing and is cut
 * down to a multiple of threshold / 16; from there to a half it is rounded to
 * 2^-12, above with 1 - score to 8 bits of precision, so that near-certain
 * pairs stay in order.  Most candidates are far from a match, and what happens
 * around them moves their score by less than that: then nothing is written and
 * nothing follows.  A score stays on its side of the threshold.
 */
float pair_score_round(float score, float threshold);

struct pair_list {
    struct pair_entry *entries; /* by other, ascending */
    size_t count, room;
};

/* ERR_STORE for a row that is no list, in ascending order of ids. */
int pair_list_decode(struct slice row, struct arena *arena, struct pair_list *ret_list);
void pair_list_encode(struct buf *out, const struct pair_list *list);

/* Partners: their scores are those of the pairs, PAIR_UNSCORED where there is
 * no such pair (any more). */
int pair_list_decode_partners(struct slice row, const struct pair_list *pairs, struct arena *arena,
                              struct pair_list *ret_list);
void pair_list_encode_partners(struct buf *out, const struct pair_list *list);

struct pair_entry *pair_list_find(const struct pair_list *list, struct id other);
/* Adds or replaces. */
void pair_list_put(struct pair_list *list, struct arena *arena, struct id other, float score);
/* False when it was not there. */
bool pair_list_remove(struct pair_list *list, struct id other);
/* The first entry of a graph, or NULL; entries of a graph are contiguous. */
struct pair_entry *pair_list_of_graph(const struct pair_list *list, uint16_t graph_tag);
#endif
