/*
 * mapping.h - what corresponds between the schemas of the graphs: a TSV of
 *
 *     graph <TAB> predicate or type IRI <TAB> shared name
 *
 * where the shared name is a relation, `label`, or `type:NAME`.  '#' starts a
 * comment line.  One IRI may be both a type and a predicate.  The order of a
 * graph's label rows is the order of preference.
 */
#ifndef ALIGND_GRAPH_MAPPING_H
#define ALIGND_GRAPH_MAPPING_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stdint.h>

struct mapping;

/* ERR_IO, ERR_CONFIG (FILE:LINE in the log), ERR_NO_MEMORY. */
int mapping_open(const char *path, struct mapping **ret_mapping);
/* The same from text, which is copied; `name` stands for the file in messages. */
int mapping_parse(struct slice text, const char *name, struct mapping **ret_mapping);
void mapping_close(struct mapping *m);

/* The text it was read from, lent; empty for NULL. */
struct slice mapping_text(const struct mapping *m);
/* Does any row name this graph? */
bool mapping_has_graph(const struct mapping *m, struct slice graph);

/*
 * Lookups; all take NULL for an empty mapping.  Results are lent for the life
 * of the mapping, empty when the IRI has no row.
 */
struct slice mapping_relation(const struct mapping *m, struct slice graph, struct slice iri);
struct slice mapping_type(const struct mapping *m, struct slice graph, struct slice iri);
/* 0 for the most preferred label predicate of the graph, ...; -1: none. */
int mapping_label_rank(const struct mapping *m, struct slice graph, struct slice iri);

/* Hash of all rows in order, 0 for NULL: part of the store's fingerprint. */
uint64_t mapping_digest(const struct mapping *m);
#endif
