/*
 * review.h - which matches a person should look at first, and which types there are: read from the
 * whole store now and then, and told page by page as the pairs stand when they are asked for.
 */
#ifndef ALIGND_DAEMON_REVIEW_H
#define ALIGND_DAEMON_REVIEW_H

#include "alignd/base/buf.h"
#include "alignd/state/state.h"

#include <pthread.h>

#define REVIEW_MOST 100000    /* matches that stand in line */
#define REVIEW_PAGE_MOST 1000 /* of a page */

struct review_list;

/* What was read last; all zero: nothing yet.  For any thread: while one reads anew, the others are
 * told what was read before, and wait where that is nothing. */
struct review {
    pthread_mutex_t lock, reading;
    struct review_list *list;
};
void review_fini(struct review *r);

struct review_options {
    uint64_t entities; /* of each graph that are looked at */
    uint64_t every_us; /* what was read is told so long */
    float review;      /* band.h */
};

struct review_query {
    size_t graph;      /* of either side, or graph_count for all */
    bool typed;        /* of this type alone: */
    struct slice type; /* of the subject; empty: of none */
    struct slice after;
    size_t limit, rows; /* told, 1 to REVIEW_PAGE_MOST; looked at for them, >= 1 */
};

/*
 * Appends {"review":[..],"next":..,"seconds_old":..,"whole":..}: most doubtful first.  An element
 * is what /matches tells of a match, "likely" and the "rival",
 * {"iri":..,"label":..,"score":..,"of": "subject"}: what that end would be matched to otherwise.
 * Likely is how likely the match is right where it, the runner-up of either end, or none is;
 * doubtful is what is nearest to a half.  What is a match no more, and what is pinned, is left out.
 * whole: all matches were looked at. ERR_USAGE: `after` is of no page.  ERR_STORE.  Then nothing is
 * appended.
 */
int review_write(struct review *r, const struct state *s, const struct review_options *o,
                 const struct review_query *q, struct buf *out);

/* {"types":[{"type":..,"entities":..}],"seconds_old":..}: most entities first; the empty one is of
 * entities that have none. */
int review_write_types(struct review *r, const struct state *s, const struct review_options *o,
                       struct buf *out);

/* Was anything read yet? */
bool review_is_read(struct review *r);

struct review_type {
    struct slice name; /* shared; empty: of entities that have none */
    uint64_t entities;
};

/* Those of a graph of the state, or with graph_count of all; memory of the arena, most entities
 * first. */
int review_types(struct review *r, const struct state *s, const struct review_options *o,
                 size_t graph, struct arena *arena, struct review_type **ret_types,
                 size_t *ret_count);
#endif
