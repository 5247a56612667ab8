/*
 * judged.h - the candidate pairs of a store that gold links judge, as training
 * and evaluation take them.
 */
#ifndef ALIGND_LEARN_JUDGED_H
#define ALIGND_LEARN_JUDGED_H

#include "alignd/learn/dataset.h"
#include "alignd/learn/gold.h"
#include "alignd/learn/trainer.h"

struct judged {
    struct trainer_pair *pairs;
    size_t count, room;
    size_t links;  /* true pairs in all */
    size_t missed; /* of these, no candidates */
    size_t absent; /* of the missed, an end is not in the store, or both are in one graph */
};

/*
 * keep_missed: true pairs that are no candidates are listed as well (but still
 * counted as missed).
 */
void judged_open(const struct dataset *d, struct gold *g, bool keep_missed, struct judged *ret);
void judged_add(struct judged *j, struct catalog_pair pair, bool same, float weight);
void judged_fini(struct judged *j);

/*
 * Where the links are complete: strays as false pairs.  Of types in the links of
 * both, `valid` gets the share whose first entity a hash chooses; else they go to those
 * whose links have the type.
 *
 *   g, valid_gold  told their types, as judged_open does; valid_gold may be NULL:
 *                  it has the same types
 */
void judged_add_strays(const struct dataset *d, const struct gold *g, const struct gold *valid_gold,
                       double share, struct judged *valid, struct judged *train);

/* A fifth of the true pairs, by hash of the first entity, and all that share an end with
 * one of them go from `from` to `to`; and so does a fifth of the false pairs that share an
 * end with no true one. */
void judged_split(struct judged *from, struct judged *to, const struct catalog *c);
#endif
