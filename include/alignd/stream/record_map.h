/*
 * record_map.h - a record, an object of members or a row of columns, becomes the triples of an
 * entity.
 *
 * The entity is BASE TYPE/ID (or BASE ID without a type), of rdf:type BASE TYPE.  A member `title`
 * is the predicate BASE title, its value a plain literal: 1, "1" and 1.0 are the texts "1", "1" and
 * "1.0".  Names, types and ids are escaped as text_to_local_name does it; behind a BASE that
 * ends in none of '/', '#', ':' comes a '/'.  Null and the empty text say nothing; the id says
 * nothing but who it is, unless it has a row of its own. An array gives its elements, each as if it
 * stood alone. A nested object is an entity of its own, its members named by their path (a.b).  It
 * is called as a part of the entity it is in (graph/id.h), ENTITY#a~00000 (the number is its place
 * in an array), and goes with it, or by the member that has a row id:TYPE, BASE TYPE/ID. Of an
 * object through which rows of the mapping lead (a.b, a.*.b) only what these name is taken, as said
 * of the entity it is in, unless one of them is an id:TYPE. What rows say of a member: ignore:
 * nothing.  type: its value is the rdf:type, and, where the record has no other and the row is of a
 * plain member, the TYPE of the entity. ref:RELATION:TYPE[:SEPARATOR]: its value, or each piece of
 * it, is the name of an entity BASE TYPE/name:VALUE, which has that type and label by being called
 * so (graph/mapping.h); refid: the id of an entity BASE TYPE/VALUE.  Of neither anything else is
 * said.
 */
#ifndef ALIGND_STREAM_RECORD_MAP_H
#define ALIGND_STREAM_RECORD_MAP_H

#include "alignd/graph/mapping.h"
#include "alignd/stream/change_list.h"
#include "alignd/stream/record_json.h"

#include <stdbool.h>

struct record_options {
    const char *graph;
    const char *base;         /* NULL or "": urn:GRAPH: */
    const char *type;         /* NULL or "": none */
    const char *id;           /* a column or path; NULL or "": the key of the message */
    const char *const *nulls; /* spellings of null, besides nothing */
    size_t null_count;
    bool whole;                    /* record_map_take is record_map_replace */
    bool keep_empty;               /* an empty text is a value */
    const struct mapping *mapping; /* lent; NULL for none */
};

struct record_map;

/* Strings are copied. */
struct record_map *record_map_new(const struct record_options *options);
void record_map_free(struct record_map *map);

/* The base that was given, with what ends it; empty for none. */
struct slice record_map_base(const struct record_map *map);

/* Is there a column or path of the id?  Its name, lent; empty for none. */
struct slice record_map_id(const struct record_map *map);

/*
 * The triples of one record as inserts, in s->arena.  key: of the message, for a map without an id,
 * or a record without that member; may be NULL.  An error ('no-id', 'json-shape', limits) points to
 * a value; the list is as it was.
 */
int record_map_take(const struct record_map *map, struct term_scan *s,
                    const struct record_value *record, const struct slice *key,
                    struct change_list *list);

/* The same with a CHANGE_CLEAR of each entity but parts before its triples: it is all there is. */
int record_map_replace(const struct record_map *map, struct term_scan *s,
                       const struct record_value *record, const struct slice *key,
                       struct change_list *list);

/* The CHANGE_CLEAR of the entity that a record, part of one or a key names; record may be NULL. */
int record_map_delete(const struct record_map *map, struct term_scan *s,
                      const struct record_value *record, const struct slice *key,
                      struct change_list *list);
#endif
