/*
 * match_query.h - one entity and its matches, read from the store while the engine works, by any
 * thread.  Of a view (state/state_view.h) all is of one turn; of the live state each row is.
 */
#ifndef ALIGND_DAEMON_MATCH_QUERY_H
#define ALIGND_DAEMON_MATCH_QUERY_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"
#include "alignd/engine/facts.h"
#include "alignd/state/state.h"

/*
 * Appends {"entity":..,"graphs":[{"graph":..,"label":..,"type":..,"matches":[{"id":..,
 * "graph":..,"label":..,"confidence":..,"band":..}]}]}: an element for each graph that
 * knows the entity.  entity: an IRI, or _:label; review: as band.h has it.
 * ERR_NOT_FOUND: no graph knows it (nothing is appended); ERR_STORE.
 */
#define MATCH_QUERY_MOST                                                                           \
    1000 /* matches told of an entity; of more, "matches_count" says how many */
int match_query_write(struct buf *out, const struct state *s, float review, struct slice entity);

/*
 * The same with "triples" (whose subject it is), "mentions" (that point to it) and "names" (further
 * ones, by which it is found) behind the type, and of a match "pinned", and of more than two
 * catalogs "cluster", "left_out" where there is something to say.  clusters: entities that may hang
 * together for that, 0: clusters are not told.  facts: of s, lent, or NULL; else "facts" behind the
 * names, [{"relation":..,"inverse":true,"value":..,"datatype":..}], of an entity "id" and "label"
 * instead: so many of a relation and direction, and in all.
 */
#define MATCH_QUERY_FACTS_EACH 10
#define MATCH_QUERY_FACTS_MOST 60
int match_query_write_entity(struct buf *out, const struct state *s, float review, size_t clusters,
                             const struct facts *facts, struct slice entity);
#endif
