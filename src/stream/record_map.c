/*
 * record_map.c - what a graph's records are made of, as a tree of names: a row a.b is a node b
 * below a.  A column may have a dot in its name, so such a row stands below the root under its
 * whole name too.
 */
#include "record_map_internal.h"

#include "alignd/base/buf.h"
#include "alignd/base/text.h"

#include <assert.h>
#include <stdlib.h>

static struct slice keep(struct record_map *map, const char *text)
{
    return arena_copy(map->arena, slice_of(text ? text : ""));
}

/* Of pieces; what is local is one already. */
static struct slice join(struct arena *arena, struct slice base, struct slice local,
                         const char *end)
{
    size_t n = strlen(end);
    char *text = arena_alloc(arena, base.len + local.len + n + 1);
    memcpy(text, base.data, base.len);
    memcpy(text + base.len, local.data, local.len);
    memcpy(text + base.len + local.len, end, n + 1);
    return (struct slice){text, base.len + local.len + n};
}

struct record_type record_map_type(const struct record_map *map, struct arena *arena,
                                   struct slice name)
{
    struct buf local = {0};
    if (!name.len)
        return (struct record_type){0};
    text_to_local_name(&local, name);
    struct record_type type = {join(arena, map->base, buf_slice(&local), ""),
                               join(arena, map->base, buf_slice(&local), "/")};
    assert(type.prefix.len == type.iri.len + 1);
    buf_fini(&local);
    return type;
}

const struct record_node *record_map_find(const struct record_node *node, struct slice name)
{
    const struct record_node *any = NULL;
    for (const struct record_node *c = node ? node->children : NULL; c; c = c->next) {
        if (slice_equal(c->name, name))
            return c;
        if (c->name.len == 1 && *c->name.data == '*')
            any = c;
    }
    return any;
}

static struct record_node *find_or_add(struct record_map *map, struct record_node *node,
                                       struct slice name)
{
    struct record_node **last = &node->children;
    for (; *last; last = &(*last)->next)
        if (slice_equal((*last)->name, name))
            return *last;
    *last = arena_calloc(map->arena, 1, sizeof(**last));
    (*last)->name = name;
    return *last;
}

static enum record_action action_of(const struct mapping_row *row)
{
    switch (row->reference) {
    case MAPPING_BY_NAME:
        return RECORD_BY_NAME;
    case MAPPING_BY_ID:
        return RECORD_BY_ID;
    case MAPPING_OWN_ID:
        return RECORD_OWN_ID;
    case MAPPING_NO_REFERENCE:
        break;
    }
    if (slice_equal(row->shared, slice_of("ignore")))
        return RECORD_IGNORE;
    return slice_equal(row->shared, slice_of("type")) ? RECORD_TYPE : RECORD_ADD;
}

static void put_row(struct record_map *map, struct record_node *node, const struct mapping_row *row)
{
    node->row = row;
    node->action = action_of(row);
    node->predicate = join(map->arena, map->base, row->local, "");
    node->type = record_map_type(map, map->arena, row->type);
}

/* The row's text without [], in the arena. */
static struct slice bare_path(struct record_map *map, struct slice text)
{
    char *bare = arena_alloc(map->arena, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool element = text.data[i] == '[' && i + 1 < text.len && text.data[i + 1] == ']';
        if (!element)
            bare[n++] = text.data[i];
        i += element;
    }
    assert(n <= text.len);
    return (struct slice){bare, n};
}

static void add_row(struct record_map *map, const struct mapping_row *row)
{
    struct slice path = bare_path(map, row->iri), rest = path;
    assert(rest.len <= path.len);
    struct record_node *node = &map->root, *above = node;
    const char *dot;
    while ((dot = rest.len ? memchr(rest.data, '.', rest.len) : NULL)) {
        struct slice name = {rest.data, (size_t)(dot - rest.data)};
        node = find_or_add(map, node, name);
        rest = (struct slice){dot + 1, rest.len - name.len - 1};
    }
    above = node;
    node = find_or_add(map, node, rest);
    put_row(map, node, row);
    if (node->action == RECORD_OWN_ID && above != &map->root)
        above->own_id = node;
    if (above != &map->root)
        put_row(map, find_or_add(map, &map->root, path), row);
    else if (node->action == RECORD_TYPE && path.len == row->iri.len)
        map->type_column = node;
}

static struct slice make_base(struct record_map *map, const char *base)
{
    struct slice given = slice_of(base ? base : "");
    if (!given.len)
        return join(map->arena, slice_of("urn:"), map->graph, ":");
    char last = given.data[given.len - 1];
    bool open = last != '/' && last != '#' && last != ':';
    return join(map->arena, given, (struct slice){"", 0}, open ? "/" : "");
}

struct record_map *record_map_new(const struct record_options *o)
{
    struct arena *arena = arena_new();
    struct record_map *map = arena_calloc(arena, 1, sizeof(*map));
    size_t count;
    assert(o->graph);
    map->arena = arena;
    map->graph = keep(map, o->graph);
    map->base = make_base(map, o->base);
    map->id = keep(map, o->id);
    map->type = record_map_type(map, arena, slice_of(o->type ? o->type : ""));
    map->based = o->base && *o->base;
    map->keep_empty = o->keep_empty;
    map->whole = o->whole;
    map->null_count = o->null_count;
    map->nulls = arena_calloc(arena, o->null_count + 1, sizeof(*map->nulls));
    for (size_t i = 0; i < o->null_count; i++)
        map->nulls[i] = keep(map, o->nulls[i]);
    const struct mapping_row *rows = mapping_rows(o->mapping, &count);
    for (size_t i = 0; i < count; i++)
        if (rows[i].kind != MAPPING_TYPE && slice_equal(rows[i].graph, map->graph))
            add_row(map, &rows[i]);
    assert(map->base.len > 0 && map->null_count == o->null_count);
    return map;
}

void record_map_free(struct record_map *map)
{
    if (map)
        arena_free(map->arena);
}

struct slice record_map_base(const struct record_map *map)
{
    return map->based ? map->base : (struct slice){"", 0};
}

struct slice record_map_id(const struct record_map *map)
{
    return map->id;
}
