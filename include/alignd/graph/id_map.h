/*
 * id_map.h - a hash table from ids to pointers for the length of a turn.  Ids
 * are hashes already, so a slot is a mask away (open addressing, linear
 * probing; nothing is ever removed).
 */
#ifndef ALIGND_GRAPH_ID_MAP_H
#define ALIGND_GRAPH_ID_MAP_H

#include "alignd/graph/id.h"

#include <stddef.h>

struct id_map {
    struct id_map_slot {
        struct id id;
        void *value; /* NULL: empty */
    } * slots;
    size_t size, count; /* size: a power of two, or 0 */
};

/* All zero is a valid empty map. */
void id_map_fini(struct id_map *m);
/* Forgets everything, keeps the memory. */
void id_map_clear(struct id_map *m);

/* NULL when absent. */
void *id_map_get(const struct id_map *m, struct id id);

/* Begins to fetch the place of id from memory, for a get or place soon: tables of a large
 * turn lie in no cache. */
void id_map_prefetch(const struct id_map *m, struct id id);

/* The place of the value of id: made (NULL in it) when absent, and the caller
 * must then set it to something else. */
void **id_map_place(struct id_map *m, struct id id);
#endif
