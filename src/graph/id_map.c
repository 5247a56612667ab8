/*
 * id_map.c - a turn looks up every entity it touches many times, so a lookup is a mask and
 * most times one line of memory.
 *
 *  (1) size is a power of two, or 0.
 *  (2) At least half of the slots are empty, so a search ends, soon.
 */
#include "alignd/graph/id_map.h"

#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void id_map_fini(struct id_map *m)
{
    free(m->slots);
    *m = (struct id_map){0};
}

void id_map_clear(struct id_map *m)
{
    assert(m->count * 2 <= m->size);
    if (m->size > 1 << 12 &&
        m->count < m->size / 16) { /* one large turn should not cost the rest */
        id_map_fini(m);
        return;
    }
    if (m->count)
        memset(m->slots, 0, m->size * sizeof(*m->slots));
    m->count = 0;
}

static struct id_map_slot *find(struct id_map_slot *slots, size_t size, struct id id)
{
    for (size_t i = id.lo & (size - 1);; i = (i + 1) & (size - 1))
        if (!slots[i].value || id_equal(slots[i].id, id))
            return &slots[i];
}

void *id_map_get(const struct id_map *m, struct id id)
{
    return m->count ? find(m->slots, m->size, id)->value : NULL;
}

void id_map_prefetch(const struct id_map *m, struct id id)
{
    if (m->size)
        __builtin_prefetch(&m->slots[id.lo & (m->size - 1)]);
}

static void grow(struct id_map *m)
{
    assert(m->count * 2 <= m->size);
    size_t size = m->size ? m->size * 2 : 256;
    struct id_map_slot *slots = memory_calloc(size, sizeof(*slots));
    for (size_t i = 0; i < m->size; i++)
        if (m->slots[i].value)
            *find(slots, size, m->slots[i].id) = m->slots[i];
    free(m->slots);
    m->slots = slots;
    m->size = size;
    assert(!(m->size & (m->size - 1)) && m->count * 2 < m->size); /* (1), (2) */
}

void **id_map_place(struct id_map *m, struct id id)
{
    if (m->count * 2 >= m->size)
        grow(m);
    assert(!(m->size & (m->size - 1)) && m->count * 2 < m->size); /* (1), (2) */
    struct id_map_slot *slot = find(m->slots, m->size, id);
    if (!slot->value) {
        slot->id = id;
        m->count++;
    }
    return &slot->value;
}
