/*
 * dataset.c - reads all of a store into a catalog, row by row: nodes first, which number the
 * entities, then what is said of them.
 */
#include "dataset_internal.h"

#include "alignd/align/pair_list.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/graph/node.h"
#include "alignd/graph/predicate.h"
#include "alignd/graph/sample.h"
#include "alignd/store/layout.h"

#include <stdlib.h>
#include <string.h>

/* An IRI, or _:label, as a term. */
static struct term term_of(struct slice written)
{
    bool blank = written.len > 1 && written.data[0] == '_' && written.data[1] == ':';
    if (blank)
        return (struct term){.kind = TERM_BLANK, .text = {written.data + 2, written.len - 2}};
    return (struct term){.kind = TERM_IRI, .text = written};
}

int dataset_find_type(struct engine *e, struct slice iri, struct arena *arena,
                      struct slice *ret_type)
{
    struct engine_lent lent = engine_lend(e);
    struct term term = term_of(iri);
    for (size_t g = 0; g < lent.graph_count; g++) {
        char key[ID_BYTES];
        struct kv_value value;
        bool found;
        struct node node;
        id_put(key, id_of_entity(lent.tags[g], &term));
        int rc = kv_get(lent.kv, KV_NODES, (struct slice){key, sizeof(key)}, &value, &found);
        if (rc)
            return rc;
        if (!found)
            continue;
        struct slice row = arena_copy(arena, value.bytes);
        kv_value_release(&value);
        rc = row.data ? node_decode(row, arena, &node) : ERR_NO_MEMORY;
        if (!rc)
            *ret_type = node.type;
        return rc;
    }
    return ERR_NOT_FOUND;
}

/* --- all of it --- */

/* The index of a graph's tag, or graph_count. */
static size_t graph_of(const struct engine_lent *e, struct id id)
{
    size_t g = 0;
    while (g < e->graph_count && e->tags[g] != id_graph(id))
        g++;
    return g;
}

/* Of the two of a pair, the one of the graph whose name sorts first. */
static bool comes_first(const struct engine_lent *e, struct id a, struct id b)
{
    return e->ranks[graph_of(e, a)] < e->ranks[graph_of(e, b)];
}

int dataset_grow(void **array, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return ERR_OK;
    size_t more = *room ? 2 * *room : 1024;
    void *moved = realloc(*array, more * size);
    if (!moved)
        return ERR_NO_MEMORY;
    *array = moved;
    *room = more;
    return ERR_OK;
}

/* A copy of s; none of an empty one. */
static int copy_slice(struct arena *arena, struct slice s, struct slice *ret_copy)
{
    *ret_copy = s.len ? arena_copy(arena, s) : s;
    return s.len && !ret_copy->data ? ERR_NO_MEMORY : ERR_OK;
}

/* The number a key has, or the next one. */
static int number_of(struct id_map *map, struct id key, size_t count, size_t *ret_number)
{
    void **place = id_map_place(map, key);
    if (!place)
        return ERR_NO_MEMORY;
    if (!*place)
        *place = (void *)((uintptr_t)count + 1);
    *ret_number = (uintptr_t)*place - 1;
    return ERR_OK;
}

int dataset_take_text(struct dataset *d, struct slice text, struct slice datatype, uint32_t *ret)
{
    struct catalog *c = &d->catalog;
    struct hash128 h = hash_bytes_128(text, hash_bytes(datatype, 0));
    size_t number;
    int rc = dataset_grow((void **)&c->texts, &d->text_room, c->text_count, sizeof(*c->texts));
    rc = rc ? rc : number_of(&d->texts, (struct id){h.hi, h.lo}, c->text_count, &number);
    if (rc)
        return rc;
    *ret = (uint32_t)number;
    if (number < c->text_count)
        return ERR_OK;
    struct catalog_text *x = &c->texts[c->text_count++];
    rc = copy_slice(d->arena, text, &x->text);
    return rc ? rc : copy_slice(d->arena, datatype, &x->datatype);
}

int dataset_take_relation(struct dataset *d, const struct engine_lent *e, uint64_t relation,
                          uint32_t *ret)
{
    struct catalog *c = &d->catalog;
    size_t number;
    int rc = dataset_grow((void **)&c->relations, &d->relation_room, c->relation_count,
                          sizeof(*c->relations));
    rc = rc ? rc
            : number_of(&d->relations, (struct id){relation & 3, relation >> 2}, c->relation_count,
                        &number);
    if (rc)
        return rc;
    *ret = (uint32_t)number;
    if (number < c->relation_count)
        return ERR_OK;
    struct catalog_relation *x = &c->relations[c->relation_count++];
    x->inverse = (relation & RELATION_INVERSE) != 0;
    return copy_slice(d->arena, predicates_relation_name(e->predicates, relation), &x->name);
}

/* Calls visit with every row of a family. */
static int each_row(const struct engine_lent *e, enum kv_family family,
                    int (*visit)(struct dataset *, const struct engine_lent *, struct arena *,
                                 struct id, struct slice),
                    struct dataset *d)
{
    struct arena *arena = arena_new();
    struct kv_iter *it = kv_iter_new(e->kv, family);
    int rc = arena && it ? ERR_OK : ERR_NO_MEMORY;
    if (it)
        kv_iter_seek(it, slice_of(""));
    for (; !rc && kv_iter_valid(it); kv_iter_next(it)) {
        struct slice key = kv_iter_key(it);
        rc = key.len == ID_BYTES ? visit(d, e, arena, id_get(key.data), kv_iter_value(it))
                                 : ERR_STORE;
        arena_reset(arena);
    }
    rc = rc ? rc : kv_iter_status(it);
    kv_iter_free(it);
    arena_free(arena);
    return rc;
}

/* An IRI as it is, the label of a blank node behind _: */
static int copy_written(struct arena *arena, const struct node *node, struct slice *ret_copy)
{
    struct buf written = {0};
    if (node->kind == TERM_BLANK)
        buf_append_text(&written, "_:");
    buf_append_slice(&written, node->term);
    int rc =
        buf_failed(&written) ? ERR_NO_MEMORY : copy_slice(arena, buf_slice(&written), ret_copy);
    buf_fini(&written);
    return rc;
}

static int take_node(struct dataset *d, const struct engine_lent *e, struct arena *arena,
                     struct id id, struct slice row)
{
    struct catalog *c = &d->catalog;
    struct node node;
    size_t number;
    int rc = node_decode(row, arena, &node);
    rc = rc ? rc
            : dataset_grow((void **)&c->entities, &d->entity_room, c->entity_count,
                           sizeof(*c->entities));
    rc = rc ? rc : number_of(&d->entities, id, c->entity_count, &number);
    if (rc)
        return rc;
    struct catalog_entity *x = &c->entities[c->entity_count++];
    *x = (struct catalog_entity){.graph = (uint32_t)graph_of(e, id)};
    rc = copy_written(d->arena, &node, &x->iri);
    rc = rc ? rc : copy_slice(d->arena, node.type, &x->type);
    if (rc || !node.has_label)
        return rc;
    return dataset_take_text(d, node.label, (struct slice){NULL, 0}, &x->label);
}

int64_t dataset_find_id(const struct dataset *d, struct id id)
{
    return (int64_t)(uintptr_t)id_map_get(&d->entities, id) - 1;
}

static int take_sample_row(struct dataset *d, const struct engine_lent *e, struct arena *arena,
                           struct id id, struct slice row)
{
    int64_t number = dataset_find_id(d, id);
    struct sample s;
    int rc = sample_decode(row, arena, &s);
    if (rc || number < 0)
        return rc ? rc : ERR_STORE;
    struct catalog_entity *x = &d->catalog.entities[number];
    struct catalog_neighbour *list =
        arena_alloc(d->arena, (s.neighbour_count + s.value_count + 1) * sizeof(*list));
    if (!list)
        return ERR_NO_MEMORY;
    x->neighbours = list;
    for (size_t i = 0; i < s.neighbour_count && !rc; i++, list++) {
        int64_t target = dataset_find_id(d, s.neighbours[i].id);
        list->target = (uint32_t)target;
        rc = target < 0 ? ERR_STORE
                        : dataset_take_relation(d, e, s.neighbours[i].relation, &list->relation);
    }
    x->values = list;
    for (size_t i = 0; i < s.value_count && !rc; i++, list++) {
        rc = dataset_take_relation(d, e, s.values[i].relation, &list->relation);
        rc = rc ? rc : dataset_take_text(d, s.values[i].text, s.values[i].datatype, &list->target);
    }
    x->neighbour_count = (uint32_t)s.neighbour_count;
    x->value_count = (uint32_t)s.value_count;
    return rc;
}

static int take_namesakes(struct dataset *d, const struct engine_lent *e, struct arena *arena,
                          struct id id, struct slice row)
{
    (void)e, (void)arena;
    int64_t number = dataset_find_id(d, id);
    if (number < 0 || !row.len)
        return ERR_STORE;
    d->catalog.entities[number].namesakes = (uint8_t)row.data[0];
    return ERR_OK;
}

static int take_pairs(struct dataset *d, const struct engine_lent *e, struct arena *arena,
                      struct id id, struct slice row)
{
    struct catalog *c = &d->catalog;
    struct pair_list pairs;
    int64_t a = dataset_find_id(d, id);
    int rc = pair_list_decode(row, arena, &pairs);
    for (size_t i = 0; i < pairs.count && !rc; i++) {
        if (!comes_first(e, id, pairs.entries[i].other))
            continue;
        int64_t b = dataset_find_id(d, pairs.entries[i].other);
        rc = a < 0 || b < 0 ? ERR_STORE
                            : dataset_grow((void **)&c->pairs, &d->pair_room, c->pair_count,
                                           sizeof(*c->pairs));
        if (!rc)
            c->pairs[c->pair_count++] = (struct catalog_pair){(uint32_t)a, (uint32_t)b};
    }
    return rc;
}

int dataset_open(struct engine *e, struct dataset **ret_dataset)
{
    struct dataset *d = calloc(1, sizeof(*d));
    struct engine_lent lent = engine_lend(e);
    uint32_t none;
    int rc = d && (d->arena = arena_new()) ? ERR_OK : ERR_NO_MEMORY;
    if (!rc) {
        d->graph_count = lent.graph_count;
        memcpy(d->tags, lent.tags, lent.graph_count * sizeof(*d->tags));
        rc = dataset_take_text(d, (struct slice){NULL, 0}, (struct slice){NULL, 0}, &none);
    }
    rc = rc ? rc : each_row(&lent, KV_NODES, take_node, d);
    rc = rc ? rc : each_row(&lent, KV_SAMPLES, take_sample_row, d);
    rc = rc ? rc : each_row(&lent, KV_VECTORS, take_namesakes, d);
    rc = rc ? rc : each_row(&lent, KV_PAIRS, take_pairs, d);
    if (rc) {
        dataset_close(d);
        return rc;
    }
    *ret_dataset = d;
    return ERR_OK;
}

void dataset_close(struct dataset *d)
{
    if (!d)
        return;
    id_map_fini(&d->entities);
    id_map_fini(&d->texts);
    id_map_fini(&d->relations);
    free(d->catalog.texts);
    free(d->catalog.relations);
    free(d->catalog.entities);
    free(d->catalog.pairs);
    arena_free(d->arena);
    free(d);
}

const struct catalog *dataset_catalog(const struct dataset *d)
{
    return &d->catalog;
}

int64_t dataset_find(const struct dataset *d, struct slice iri)
{
    struct term term = term_of(iri);
    for (size_t g = 0; g < d->graph_count; g++) {
        int64_t number = dataset_find_id(d, id_of_entity(d->tags[g], &term));
        if (number >= 0)
            return number;
    }
    return -1;
}
