/*
 * catalog.h - two or more graphs as the network reads them: what training and
 * evaluation work on.  Everything by number, so that it may be large.
 */
#ifndef ALIGND_LEARN_CATALOG_H
#define ALIGND_LEARN_CATALOG_H

#include "alignd/base/slice.h"
#include "alignd/model/network.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct catalog_text {
    struct slice text, datatype;
};

struct catalog_relation {
    struct slice name; /* shared name */
    bool inverse;
};

struct catalog_neighbour {
    uint32_t relation;
    uint32_t target; /* an entity, or the text of a value */
};

struct catalog_entity {
    struct slice iri;  /* or _:label */
    struct slice type; /* empty: untyped */
    uint32_t graph;
    uint32_t label;     /* text; 0: none */
    uint32_t namesakes; /* of its graph and type, in powers of two: engine/turn_namesakes.c */
    const struct network_name *names; /* further ones */
    uint32_t name_count;
    const struct network_identifier *identifiers;
    uint32_t identifier_count;
    const struct network_pin *pins; /* of neighbours, as serving has them */
    uint32_t pin_count;
    /* as serving samples them, in that order */
    const struct catalog_neighbour *neighbours, *values;
    uint32_t neighbour_count, value_count;
};

struct catalog_pair {
    uint32_t a, b; /* entities; a of the graph whose name sorts first */
};

struct catalog {
    struct catalog_text *texts; /* the first is empty */
    size_t text_count;
    struct catalog_relation *relations;
    size_t relation_count;
    struct catalog_entity *entities;
    size_t entity_count;
    struct catalog_pair *pairs; /* the candidates, by a, then b */
    size_t pair_count;
};
#endif
