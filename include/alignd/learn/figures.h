/*
 * figures.h - how good the scores of a store's candidates are, by gold links:
 * what `alignd eval` prints.
 */
#ifndef ALIGND_LEARN_FIGURES_H
#define ALIGND_LEARN_FIGURES_H

#include "alignd/base/json_writer.h"
#include "alignd/learn/dataset.h"
#include "alignd/learn/gold.h"
#include "alignd/learn/metrics.h"

/* All of it lent. */
struct figures_input {
    const struct dataset *data;
    const struct gold *gold;
    const struct catalog_pair *pairs;  /* candidates of the linked types, */
    const enum gold_verdict *verdicts; /* what the links say of each, */
    const float *score;                /* the model, and */
    const bool *matched;               /* the one-to-one assignment */
    size_t count;
    double threshold;
    bool closed; /* strays count as wrong */
};

struct figures {
    const char *name;  /* of the run; empty: as served */
    bool closed;       /* strays count as wrong */
    struct slice type; /* empty: all */
    size_t links;
    size_t missed;   /* links that are no candidates, */
    size_t absent;   /* because an end is not in the store, */
    size_t nameless; /* because an end has neither a label nor a neighbour with one */
    size_t entities, candidates;
    struct metrics best, served; /* at the best threshold; one-to-one at the model's */
    size_t found, misled;        /* of the links: matched to the right one, to a wrong one */
    double hits1, hits10, mrr, calibration_error;
};

/*
 *   type   of which; NULL: all
 *   items  out (count) the judged pairs, by score, descending; *ret_items of them
 */
void figures_measure(const struct figures_input *in, const struct slice *type, struct figures *ret,
                     struct metrics_item *items, size_t *ret_items);

/* Does the i-th pair count, right or wrong? */
bool figures_is_judged(const struct figures_input *in, size_t i);

/* Links that are candidates, of those that have a name or a named neighbour. */
double figures_completeness(const struct figures *f);

void figures_print_head(void);
void figures_print(const struct figures *f);
void figures_write(struct json_writer *w, const struct figures *f);
#endif
