/*
 * change_list.c - a list in an arena: it doubles, and what it leaves behind goes with the
 * arena, at most as much as the list itself.  The first array is made for the first item,
 * so a message without changes takes nothing.
 */
#include "alignd/stream/change_list.h"

#include "alignd/base/memory.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

struct change_list change_list_of(struct arena *arena, size_t expected)
{
    return (struct change_list){.size = expected ? expected : 1, .arena = arena};
}

/* Grows by doubling; the first array is made when the first item comes. */
static void grow(struct change_list *list)
{
    size_t size = list->items ? 2 * list->size : list->size;
    if (size > SIZE_MAX / sizeof *list->items)
        memory_exhausted(SIZE_MAX);
    struct change *items = arena_alloc(list->arena, size * sizeof *items);
    if (list->count)
        memcpy(items, list->items, list->count * sizeof *items);
    list->items = items;
    list->size = size;
    assert(list->count < list->size);
}

struct change *change_list_add(struct change_list *list)
{
    assert(list->count <= list->size);
    if (!list->items || list->count == list->size)
        grow(list);
    return &list->items[list->count++];
}
