/*
 * mapping.h - what corresponds between the schemas of the graphs: a TSV of
 *
 *     graph <TAB> predicate or type <TAB> shared name
 *
 * where the shared name is a relation, or one of
 *
 *     label        the object is the name of the subject; label:LANGUAGE,... says which literals
 * are preferred, at most MAPPING_LANGUAGES of them alias        the object is a further name of it
 *     key          the object is an identifier of it; key:NAME one of the numbering NAME
 *     type         the object is its type
 *     type:NAME    of a type: entities of it are of the shared type NAME
 *     ignore       the triples are kept and count for nothing
 *
 * '#' starts a comment line.  One IRI may be both a type and a predicate.  The order of a
 * graph's label rows is the order of preference.  A row that stands twice counts once.
 *
 * In place of an IRI stands the name of a column, or a path of JSON members (a.b, a.*; the [] of
 * a[].b may be left out): the row is of every IRI that ends in that name, escaped as
 * text_to_local_name does it, behind '/', '#' or ':'.  A row of the whole IRI comes before it.
 *
 * Shared names of columns that name other entities of the graph:
 *
 *     ref:RELATION:TYPE[:SEPARATOR]      by their names
 *     refid:RELATION:TYPE[:SEPARATOR]    by their ids
 *     id:TYPE                            the id of the nested object that the member is of
 *
 * An entity called by its name, IRI-OF-TYPE/name:NAME, has its label and type by being called so
 * where a row ref:RELATION:TYPE of the graph has the TYPE: it needs no triple of its own, and is
 * there as long as something refers to it.
 */
#ifndef ALIGND_GRAPH_MAPPING_H
#define ALIGND_GRAPH_MAPPING_H

#include "alignd/base/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping;

/* The digest of a mapping has them by number. */
enum mapping_kind {
    MAPPING_RELATION,
    MAPPING_LABEL,
    MAPPING_TYPE,    /* type:NAME */
    MAPPING_IS_TYPE, /* type */
    MAPPING_IGNORE,
    MAPPING_ALIAS,
    MAPPING_KEY /* key, key:NAME */
};
enum mapping_reference { MAPPING_NO_REFERENCE, MAPPING_BY_NAME, MAPPING_BY_ID, MAPPING_OWN_ID };

enum { MAPPING_LANGUAGES = 6 };

struct mapping_row {
    struct slice graph, iri; /* iri: or a column */
    struct slice local;      /* iri without [], as the end of an IRI */
    struct slice shared;     /* as it is written */
    struct slice name;       /* the relation; of a type without 'type:' */
    enum mapping_kind kind;
    enum mapping_reference reference;
    struct slice type, separator; /* of what is referred to; separator: empty for none */
    struct slice type_local;      /* type as the end of an IRI */
    bool bracketed;               /* the IRI stood in < > */
    struct slice languages;       /* of a label: tags with commas between; empty: all are one */
    int rank;                     /* of a label row among those of its graph: 0 is preferred */
    size_t line;                  /* from 1 */
    size_t iri_column, name_column;
};

/*
 * From a file.  ERR_IO; ERR_CONFIG: it cannot be read as a mapping, all that is wrong is in the log
 * with FILE:LINE:COLUMN.  What can be read is taken: mapping_check.h doubts it.
 */
int mapping_open(const char *path, struct mapping **ret_mapping);
/* The same from text, which is copied; `name` stands for the file in messages. */
int mapping_parse(struct slice text, const char *name, struct mapping **ret_mapping);
void mapping_close(struct mapping *m);

/* The text it was read from, lent; empty for NULL. */
struct slice mapping_text(const struct mapping *m);
/* The file it was read from, or what stands for it. */
const char *mapping_name(const struct mapping *m);
/* All rows in their order, lent; none for NULL. */
const struct mapping_row *mapping_rows(const struct mapping *m, size_t *ret_count);
/* Does any row name this graph? */
bool mapping_has_graph(const struct mapping *m, struct slice graph);

/*
 * Lookups; all take NULL for an empty mapping.  Results are lent for the life
 * of the mapping.
 */
/* What a predicate is mapped to; NULL when it has no row. */
const struct mapping_row *mapping_find(const struct mapping *m, struct slice graph,
                                       struct slice iri);
/* The row of a type; NULL when it has none. */
const struct mapping_row *mapping_find_type(const struct mapping *m, struct slice graph,
                                            struct slice iri);
/* The shared name of a type; empty when it has no row. */
struct slice mapping_type(const struct mapping *m, struct slice graph, struct slice iri);

/* Is it the IRI of an entity called by its name?  Its type's IRI and the name, escaped, both lent
 * from it. */
#define MAPPING_NAMED "name:"
bool mapping_find_named(const struct mapping *m, struct slice graph, struct slice iri,
                        struct slice *ret_type, struct slice *ret_name);

/* Hash of all rows in order, 0 for NULL: part of the store's fingerprint. */
uint64_t mapping_digest(const struct mapping *m);
#endif
