/*
 * change_list.c - a list in an arena: it doubles, and what it leaves behind goes with the
 * arena, at most as much as the list itself.  The first array is made for the first item,
 * so a message without changes takes nothing.
 */
#include "alignd/stream/change_list.h"

#include "alignd/base/array.h"

#include <assert.h>

struct change_list change_list_of(struct arena *arena, size_t expected)
{
    return (struct change_list){.expected = expected ? expected : 1, .arena = arena};
}

struct change *change_list_add(struct change_list *list)
{
    assert(list->count <= list->room && !list->items == !list->room);
    if (!list->items)
        list->items =
            array_grow_in(list->arena, NULL, 0, &list->room, list->expected, sizeof(*list->items));
    ARRAY_PUSH_IN(list->arena, list->items, list->count, list->room, (struct change){0});
    return &list->items[list->count - 1];
}
