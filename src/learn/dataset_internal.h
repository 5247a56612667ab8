/* dataset_internal.h - a dataset in the making, as dataset.c and dataset_resample.c share it. */
#ifndef DATASET_INTERNAL_H
#define DATASET_INTERNAL_H

#include "alignd/graph/id_map.h"
#include "alignd/learn/dataset.h"

struct dataset {
    struct arena *arena;
    struct catalog catalog;
    struct id_map entities;  /* id -> 1 + number */
    struct id_map texts;     /* hash of text and datatype -> 1 + number */
    struct id_map relations; /* {0, code} -> 1 + number */
    uint16_t tags[STATE_MAX_GRAPHS];
    size_t graph_count;
    size_t entity_room, text_room, relation_room, pair_room;
};

/* Room for one more of a growing array. */
void dataset_grow(void **array, size_t *room, size_t count, size_t size);

/* The number of a text or of a relation (its code), which is copied when it is new. */
void dataset_take_text(struct dataset *d, struct slice text, struct slice datatype, uint32_t *ret);
void dataset_take_relation(struct dataset *d, const struct state *s, uint64_t relation,
                           uint32_t *ret);

/* The number of an entity, or -1. */
int64_t dataset_find_id(const struct dataset *d, struct id id);
#endif
