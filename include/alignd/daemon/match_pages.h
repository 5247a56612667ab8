/*
 * match_pages.h - the matches and the verdicts of a store as JSON, a page at a time, by any thread
 * while turns go on.  A page is of one turn, the next one maybe of a later; what is there all along
 * is told once.
 */
#ifndef ALIGND_DAEMON_MATCH_PAGES_H
#define ALIGND_DAEMON_MATCH_PAGES_H

#include "alignd/align/band.h"
#include "alignd/base/buf.h"
#include "alignd/state/state.h"

#define MATCH_PAGES_MOST 1000 /* pairs of a page */

struct match_pages_query {
    size_t limit, rows; /* pairs told, 1 to MATCH_PAGES_MOST; rows looked at for them, >= 1 */
    struct slice after; /* where the page before ended; empty: the first one */
    size_t graph;       /* of either side, or graph_count for all */
    float review;       /* band.h */
    float min, max;     /* confidence, both inclusive */
    bool typed;         /* of this type alone: */
    struct slice type;  /* of the subject, a shared name; empty: of none */
    bool banded;        /* of this band alone: */
    enum band band;
};

/* All matches, or verdicts, that there are. */
struct match_pages_query match_pages_query_default(const struct state *s);

/*
 * Appends {"matches":[..],"next":".."}: an element is what `alignd matches --json` tells, but for
 * clusters.  next: what `after` of the next page is; without it this is the last one.  A page may
 * have fewer than `limit` and yet a next one: as many rows were looked at as may be.
 * ERR_USAGE: `after` is of no page.  ERR_STORE.  Then nothing is appended.
 */
int match_pages_write_matches(struct buf *out, const struct state *s,
                              const struct match_pages_query *q);
/* {"verdicts":[..],"next":".."}: as `alignd verdicts --json`; of the query, limit, rows, after and
 * graph count. */
int match_pages_write_verdicts(struct buf *out, const struct state *s,
                               const struct match_pages_query *q);
#endif
