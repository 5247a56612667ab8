/*
 * array.h - a list that grows: its items, how many there are, how many it has room for.  All
 * zero is an empty one.  On the heap, freed by its owner, or in an arena.
 *
 *     struct { struct job *all; size_t count, room; } jobs = {0};
 *     ARRAY_PUSH(jobs.all, jobs.count, jobs.room, (struct job){a, b});
 *     free(jobs.all);
 *
 * Where there is no memory the process ends (status 71): nothing here gives NULL.
 */
#ifndef ALIGND_BASE_ARRAY_H
#define ALIGND_BASE_ARRAY_H

#include "alignd/base/arena.h"

#include <stddef.h>

/* Items, on the heap, with room for `need` of them at least, doubled as often as that takes; the
 * old pointer is gone. size: of one item. */
void *array_grow(void *items, size_t *room, size_t need, size_t size);

/* The same in an arena, where the old ones stay as they are: count are copied. */
void *array_grow_in(struct arena *arena, const void *items, size_t count, size_t *room, size_t need,
                    size_t size);

/* One more item, whose value stands last.  The other arguments are named more than once. */
#define ARRAY_PUSH(items, count, room, ...)                                                        \
    do {                                                                                           \
        if ((count) == (room))                                                                     \
            (items) = array_grow((items), &(room), (count) + 1, sizeof(*(items)));                 \
        (items)[(count)++] = (__VA_ARGS__);                                                        \
    } while (0)

#define ARRAY_PUSH_IN(arena, items, count, room, ...)                                              \
    do {                                                                                           \
        if ((count) == (room))                                                                     \
            (items) =                                                                              \
                array_grow_in((arena), (items), (count), &(room), (count) + 1, sizeof(*(items)));  \
        (items)[(count)++] = (__VA_ARGS__);                                                        \
    } while (0)
#endif
