/*
 * rdf_change.h - the stream of a Wikibase (Wikidata's rdf_change): how the RDF of one entity
 * changes.
 *
 *     {"entity_id": "Q1", "operation": OP, "meta": {"domain": ...}, "sequence": 0,
 *      "sequence_length": 1, "rdf_added_data": {"data": ..., "mime_type": "text/turtle"}, ...}
 *
 *   import, reconcile   the entity is what is added: a CHANGE_CLEAR, and inserts
 *   diff                rdf_deleted_data goes, then rdf_added_data comes
 *   delete              a CHANGE_CLEAR
 *
 * What is linked and may be shared (rdf_linked_shared_data) comes too; what is unlinked stays, as
 * others may link it.  A long one comes in pieces, which are taken one by one: of the clears only
 * the first has one.  The entity is BASE entity_id, by the map's base or else of the domain
 * (http://DOMAIN/entity/); its statements are parts of it (graph/id.h), its document is cleared
 * too.
 */
#ifndef ALIGND_STREAM_RDF_CHANGE_H
#define ALIGND_STREAM_RDF_CHANGE_H

#include "alignd/stream/record_map.h"

bool rdf_change_is(const struct record_value *v);

/* Behind what the list holds.  ERR_FORMAT, ERR_LIMIT; a place within the data is told in words. */
int rdf_change_take(const struct record_map *map, struct term_scan *s, const struct record_value *v,
                    struct change_list *list);
#endif
