/*
 * recon_rank.h - which entities a query of the reconciliation service may mean.
 *
 * The score, 0 to 100, is the mean of how alike the names are (the cosine of the query and the
 * label, or a further name; it counts twice) and, of each property, how alike what is given and
 * what the catalog says are: of each value that is given the best there is, and of several their
 * mean.  Values are alike by the cosine of their texts; numbers and dates that are not the same are
 * not; an id is the neighbour's, and an identifier (graph/predicate.h) the same, or it is not.  Of
 * whom nothing is said that property is half alike, and told by no feature.
 *
 * Whose name is less than a fifth alike, and of whom no property is half alike, is no candidate: it
 * only has a neighbour that is called so.
 *
 * An entity is a match if its name, or a further one, is the query in normal form (base/text.h), no
 * property that is given is less than half alike, and no other entity is so too.  An id as query is
 * a match with that entity.
 */
#ifndef ALIGND_DAEMON_RECON_RANK_H
#define ALIGND_DAEMON_RECON_RANK_H

#include "recon_batch.h"

#include "alignd/engine/facts.h"
#include "alignd/engine/search.h"

/* Names that are less alike have no word in common. */
#define RECON_ALIKE_LEAST 0.2f

struct recon {
    const struct model *model;
    const struct engine *engine;
    const struct state *s; /* a view */
    size_t graph;          /* of it, or graph_count for every catalog */
    const struct slice *types;
    size_t type_count;   /* all there are */
    size_t rows;         /* search.h */
    struct arena *arena; /* lives as long as the answer */

    struct facts *facts; /* opened when a query needs them */
    float *vectors;      /* room for two */
    struct facts_relation *relations;
    size_t relation_count;
};
/* Takes one that nothing was asked of. */
void recon_fini(struct recon *r);

struct recon_candidate {
    struct search_hit hit;
    float score; /* 0 to 100 */
    bool by_id;  /* the query is its id */
    bool match;
    float *properties; /* how alike, each 0 to 1; NAN: nothing is said.  NULL: none was given */
};

/* Best first, each id once; memory of the arena.  ERR_STORE. */
int recon_rank(struct recon *r, const struct recon_query *q, struct arena *arena,
               struct recon_candidate **ret_all, size_t *ret_count);

/* The entity of an id (an IRI, or _:label) as a hit, in the first catalog that has it.
 * ERR_NOT_FOUND, ERR_STORE. */
int recon_rank_find(const struct recon *r, struct slice id, struct arena *arena,
                    struct search_hit *ret_hit);

/* Opens the facts, once.  ERR_STORE. */
int recon_rank_open_facts(struct recon *r);
#endif
