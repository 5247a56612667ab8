/*
 * change_list.h - a growing array of changes in an arena.
 */
#ifndef ALIGND_STREAM_CHANGE_LIST_H
#define ALIGND_STREAM_CHANGE_LIST_H

#include "alignd/base/arena.h"
#include "alignd/graph/term.h"

#include <stddef.h>

struct change_list {
    struct change *items;
    size_t count, room;
    size_t expected; /* room for so many is made with the first */
    struct arena *arena;
};

/* expected: about how many are to come; at least one is assumed. */
struct change_list change_list_of(struct arena *arena, size_t expected);

/* The next item, all zero. */
struct change *change_list_add(struct change_list *list);
#endif
