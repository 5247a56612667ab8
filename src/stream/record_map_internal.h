/*
 * record_map_internal.h - the rows of a graph's mapping as a tree of member names, made once
 * (record_map.c), along which a record is walked (record_map_take.c).
 */
#ifndef ALIGND_STREAM_RECORD_MAP_INTERNAL_H
#define ALIGND_STREAM_RECORD_MAP_INTERNAL_H

#include "alignd/base/arena.h"
#include "alignd/stream/record_map.h"

enum record_action {
    RECORD_ADD, /* a literal */
    RECORD_IGNORE,
    RECORD_TYPE,
    RECORD_BY_NAME,
    RECORD_BY_ID,
    RECORD_OWN_ID
};

/* IRIs of a type; both empty for none. */
struct record_type {
    struct slice iri;    /* BASE TYPE */
    struct slice prefix; /* BASE TYPE/ */
};

struct record_node {
    struct slice name;             /* of a member; '*' is any that no other node names */
    const struct mapping_row *row; /* NULL where rows only lead through it */
    enum record_action action;
    struct slice predicate; /* of the row */
    struct record_type type;
    struct record_node *children, *next;
    const struct record_node *own_id; /* the child whose value is the object's id */
};

struct record_map {
    struct arena *arena;
    struct slice graph, base, id;
    struct record_type type;
    struct slice *nulls;
    size_t null_count;
    bool keep_empty, whole, based; /* based: the base was given */
    struct record_node root;
    const struct record_node *type_column; /* whose value is the record's TYPE */
};

struct record_type record_map_type(const struct record_map *map, struct arena *arena,
                                   struct slice name);
const struct record_node *record_map_find(const struct record_node *node, struct slice name);
#endif
