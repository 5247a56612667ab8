/*
 * query_recon.h - the pages of the reconciliation service ("Reconciliation Service API v0.2", W3C
 * Entity Reconciliation Community Group): of one catalog, /reconcile/NAME, or of all, /reconcile
 * and the pages below it, where * stands for the name.
 */
#ifndef ALIGND_DAEMON_QUERY_RECON_H
#define ALIGND_DAEMON_QUERY_RECON_H

#include "query.h"
#include "recon_rank.h"

#include "alignd/base/json_writer.h"

/* What is asked of one or all catalogs.  With memory of the arena, of which recon_fini is due,
 * whatever this returns.  ERR_STORE. */
int query_recon_open(struct query *q, size_t graph, struct arena *arena, struct recon *ret);

/* How people know an entity: by its label, or else by its id. */
static inline struct slice query_recon_name(const struct search_hit *hit)
{
    return hit->label.len ? hit->label : hit->iri;
}
/* [{"id":..,"name":..}] of its type, or [] of none, as member `key`. */
void query_recon_write_types(struct json_writer *w, const char *key, struct slice type);
/* Its catalog, and the name by which it was found, where that is not the label. */
void query_recon_write_description(struct json_writer *w, const struct query *q,
                                   const struct search_hit *hit);

/* --- of one graph, or with graph_count of all catalogs --- */

unsigned query_suggest_entity(struct query *q, size_t graph);
unsigned query_suggest_type(struct query *q, size_t graph);
unsigned query_suggest_property(struct query *q, size_t graph);
unsigned query_preview(struct query *q, size_t graph);

#endif
