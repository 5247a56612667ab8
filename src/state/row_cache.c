/*
 * row_cache.c - rows that turns come back to, in two generations: what is asked for moves to the
 * young one; when that is full it becomes the old one, and the old one goes.  So half
 * the bytes are what was used last, without a list to keep in order.
 *
 *  (1) What the cache says of a row is what the store says, or will when the turn is committed.
 *  (2) A row that was handed out stays until the turn ends: freed ones wait as garbage.
 */
#include "alignd/state/row_cache.h"

#include "alignd/base/memory.h"
#include "alignd/graph/id_map.h"

#include <assert.h>
#include <stdlib.h>

struct row {
    size_t len;
    bool present;
    struct row *next; /* of the garbage */
    char data[];
};

#define ROW_BYTES(len) (sizeof(struct row) + (len) + 48) /* with its slots and malloc's own */

struct generation {
    struct id_map maps[KV_FAMILIES];
    size_t bytes;
};

struct row_cache {
    struct generation young, old;
    size_t limit; /* of a generation */
    struct row *garbage;
};

/* Stands in the old generation for a row that moved or was replaced. */
static struct row moved;

struct row_cache *row_cache_new(size_t bytes)
{
    struct row_cache *c = memory_calloc(1, sizeof(*c));
    c->limit = bytes / 2;
    return c;
}

static void generation_free(struct generation *g)
{
    for (int f = 0; f < KV_FAMILIES; f++) {
        for (size_t i = 0; i < g->maps[f].size; i++)
            if (g->maps[f].slots[i].value != &moved)
                free(g->maps[f].slots[i].value);
        id_map_fini(&g->maps[f]);
    }
    g->bytes = 0;
}

static void garbage_free(struct row_cache *c)
{
    while (c->garbage) {
        struct row *next = c->garbage->next;
        free(c->garbage);
        c->garbage = next;
    }
}

void row_cache_clear(struct row_cache *c)
{
    generation_free(&c->young);
    generation_free(&c->old);
    garbage_free(c);
}

void row_cache_free(struct row_cache *c)
{
    if (!c)
        return;
    row_cache_clear(c);
    free(c);
}

static void **find(struct generation *g, enum kv_family family, struct id id)
{
    void **place = id_map_get(&g->maps[family], id) ? id_map_place(&g->maps[family], id) : NULL;
    return place && *place != &moved ? place : NULL;
}

static struct slice lend(const struct row *row)
{
    return row->present ? (struct slice){row->data, row->len} : (struct slice){NULL, 0};
}

bool row_cache_get(struct row_cache *c, enum kv_family family, struct id id, struct slice *ret_row)
{
    assert(family < KV_FAMILIES);
    void **place = find(&c->young, family, id);
    if (!place && (place = find(&c->old, family, id))) {
        struct row *row = *place;
        void **young = id_map_place(&c->young.maps[family], id);
        *young = row;
        *place = &moved;
        c->young.bytes += ROW_BYTES(row->len);
        place = young;
    }
    if (place)
        *ret_row = lend(*place);
    return place != NULL;
}

void row_cache_prefetch(const struct row_cache *c, enum kv_family family, struct id id)
{
    assert(family < KV_FAMILIES);
    id_map_prefetch(&c->young.maps[family], id);
    id_map_prefetch(&c->old.maps[family], id);
}

static void discard(struct row_cache *c, struct row *row)
{
    assert(row != &moved && row != c->garbage);
    row->next = c->garbage;
    c->garbage = row;
}

struct slice row_cache_put(struct row_cache *c, enum kv_family family, struct id id,
                           struct slice row)
{
    assert(family < KV_FAMILIES && (row.data || !row.len));
    void **old = find(&c->old, family, id);
    if (old) {
        discard(c, *old);
        *old = &moved;
    }
    struct row *copy = memory_malloc(sizeof(*copy) + row.len);
    void **place = id_map_place(&c->young.maps[family], id);
    if (*place && *place != &moved) {
        assert(c->young.bytes >= ROW_BYTES(((struct row *)*place)->len));
        c->young.bytes -= ROW_BYTES(((struct row *)*place)->len);
        discard(c, *place);
    }
    copy->len = row.len;
    copy->present = row.data != NULL;
    if (row.len)
        memcpy(copy->data, row.data, row.len);
    *place = copy;
    c->young.bytes += ROW_BYTES(row.len);
    assert(copy->present || !copy->len);
    return lend(copy);
}

size_t row_cache_excess(const struct row_cache *c)
{
    return c->young.bytes > c->limit ? c->young.bytes - c->limit : 0;
}

void row_cache_end_turn(struct row_cache *c)
{
    garbage_free(c);
    assert(!c->garbage);
    if (c->young.bytes < c->limit)
        return;
    generation_free(&c->old);
    c->old = c->young;
    c->young = (struct generation){0};
}
