/*
 * sssom.h - mappings in SSSOM/TSV as verdicts: comment lines with metadata, of which the curie_map
 * counts, a header, and a row a mapping.
 *
 *     subject_id, predicate_id, object_id   have to be there
 *     predicate_modifier                    Not, or empty
 *     subject_type, object_type             'rdfs literal': no entity stands there
 *
 * A row says owl:sameAs by that predicate, skos:exactMatch, owl:equivalentClass or
 * owl:equivalentProperty; owl:differentFrom by that, or by one of those with Not.  Any other
 * predicate, a literal, and sssom:NoTermFound are no verdict.
 *
 * Ids are CURIEs of the curie_map or of the prefixes that SSSOM has built in (which a curie_map
 * may say otherwise); full IRIs, with '://' or of a scheme like urn, and blank nodes as they stand;
 * whatever is in <> too.
 * Source: SSSOM, "The SSSOM/TSV serialisation format"; cells are quoted as in CSV (RFC 4180).
 */
#ifndef ALIGND_STREAM_SSSOM_H
#define ALIGND_STREAM_SSSOM_H

#include "alignd/stream/change_list.h"
#include "alignd/stream/csv.h"

#include <stdbool.h>

struct sssom;

/* What it keeps of a file it keeps in the arena. */
struct sssom *sssom_new(struct arena *arena);
void sssom_free(struct sssom *m);

/*
 * A line of the metadata with its '#', without its end; within s.  Of YAML as it is written there:
 * block style, a prefix a line.  Each line is checked to be UTF-8, as are rows.
 */
int sssom_take_metadata(struct sssom *m, struct term_scan *s, struct slice line);

/* The row behind them: the names of the columns. */
int sssom_take_header(struct sssom *m, struct term_scan *s, const struct csv_row *row);

/*
 * A row as the insert of a verdict; its terms are in s->arena, or lent from the row.  No verdict,
 * and a row that begins with '#': nothing.  Errors ('columns', 'syntax', 'prefixed-name' without
 * its prefix, those of IRIs) point to a cell.
 */
int sssom_take_row(struct sssom *m, struct term_scan *s, const struct csv_row *row,
                   struct change_list *list);

/* Rows so far that were verdicts, and that were none. */
void sssom_count(const struct sssom *m, uint64_t *ret_verdicts, uint64_t *ret_others);
#endif
