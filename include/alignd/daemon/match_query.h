/*
 * match_query.h - the matches of one entity, read from the store while the
 * engine works, by any thread; a turn is seen whole or not at all, row by row.
 */
#ifndef ALIGND_DAEMON_MATCH_QUERY_H
#define ALIGND_DAEMON_MATCH_QUERY_H

#include "alignd/base/buf.h"
#include "alignd/base/slice.h"
#include "alignd/state/state.h"

/*
 * Appends {"entity":..,"graphs":[{"graph":..,"label":..,"type":..,"matches":[{"id":..,
 * "graph":..,"label":..,"confidence":..,"band":..}]}]}: an element for each graph that
 * knows the entity.  entity: an IRI, or _:label; review: as band.h has it.
 * ERR_NOT_FOUND: no graph knows it (nothing is appended); ERR_STORE.
 */
int match_query_write(struct buf *out, const struct state *s, float review, struct slice entity);
#endif
