/*
 * array.c - room for more items: doubled, so that n pushes copy at most 2n of them.
 *
 *  (1) room counts items that are there to be written: room * size never overflows.
 */
#include "alignd/base/array.h"

#include "alignd/base/memory.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

enum { FIRST_ROOM = 16 };

static size_t room_for(size_t room, size_t need, size_t size)
{
    assert(size && need);
    size_t more = room ? room : FIRST_ROOM;
    while (more < need && more <= SIZE_MAX / 2 / size)
        more *= 2;
    if (more < need || more > SIZE_MAX / size)
        memory_exhausted(SIZE_MAX); /* (1) */
    assert(more >= need);
    return more;
}

void *array_grow(void *items, size_t *room, size_t need, size_t size)
{
    assert(!items == !*room);
    if (need <= *room)
        return items;
    size_t more = room_for(*room, need, size);
    items = memory_realloc(items, more * size);
    *room = more;
    assert(items && *room >= need);
    return items;
}

void *array_grow_in(struct arena *arena, const void *items, size_t count, size_t *room, size_t need,
                    size_t size)
{
    assert(count <= *room && need > *room);
    *room = room_for(*room, need, size);
    void *more = arena_alloc(arena, *room * size);
    if (count)
        memcpy(more, items, count * size);
    return more;
}
