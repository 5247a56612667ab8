/*
 * dataset.c - reads all of a store into a catalog, row by row: nodes first, which number the
 * entities, then what is said of them.
 *
 *  (1) Numbers are given in order: what is new has the count of before.
 */
#include "dataset_internal.h"

#include "alignd/align/pair_list.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"
#include "alignd/graph/node.h"
#include "alignd/graph/predicate.h"
#include "alignd/graph/sample.h"
#include "alignd/graph/term.h"
#include "alignd/state/nodes.h"
#include "alignd/state/walk.h"
#include "alignd/store/layout.h"

#include <assert.h>
#include <stdlib.h>

int dataset_find_type(const struct state *s, struct slice iri, struct arena *arena,
                      struct slice *ret_type)
{
    assert(s->graph_count <= STATE_MAX_GRAPHS);
    struct term term = term_of_written(iri);
    for (size_t g = 0; g < s->graph_count; g++) {
        struct node node;
        if (!state_is_catalog(s, g))
            continue;
        int rc = nodes_read(s->kv, id_of_entity(s->graphs[g].tag, &term), arena, &node);
        if (rc == ERR_NOT_FOUND)
            continue;
        if (rc)
            return rc;
        *ret_type = node.type;
        return ERR_OK;
    }
    return ERR_NOT_FOUND;
}

/* --- all of it --- */

void dataset_grow(void **array, size_t *room, size_t count, size_t size)
{
    assert(count <= *room);
    if (count < *room)
        return;
    *room = *room ? 2 * *room : 1024;
    *array = memory_reallocarray(*array, *room, size);
    assert(count < *room);
}

/* A copy of s; none of an empty one. */
static struct slice copy_slice(struct arena *arena, struct slice s)
{
    return s.len ? arena_copy(arena, s) : s;
}

/* The number a key has, or the next one. */
static size_t number_of(struct id_map *map, struct id key, size_t count)
{
    void **place = id_map_place(map, key);
    if (!*place)
        *place = (void *)((uintptr_t)count + 1);
    return (uintptr_t)*place - 1;
}

void dataset_take_text(struct dataset *d, struct slice text, struct slice datatype, uint32_t *ret)
{
    assert(text.data || !text.len);
    struct catalog *c = &d->catalog;
    struct hash128 h = hash_bytes_128(text, hash_bytes(datatype, 0));
    dataset_grow((void **)&c->texts, &d->text_room, c->text_count, sizeof(*c->texts));
    size_t number = number_of(&d->texts, (struct id){h.hi, h.lo}, c->text_count);
    assert(number <= c->text_count); /* (1) */
    *ret = (uint32_t)number;
    if (number < c->text_count)
        return;
    struct catalog_text *x = &c->texts[c->text_count++];
    x->text = copy_slice(d->arena, text);
    x->datatype = copy_slice(d->arena, datatype);
}

void dataset_take_relation(struct dataset *d, const struct state *s, uint64_t relation,
                           uint32_t *ret)
{
    struct catalog *c = &d->catalog;
    dataset_grow((void **)&c->relations, &d->relation_room, c->relation_count,
                 sizeof(*c->relations));
    size_t number =
        number_of(&d->relations, (struct id){relation & 3, relation >> 2}, c->relation_count);
    assert(number <= c->relation_count); /* (1) */
    *ret = (uint32_t)number;
    if (number < c->relation_count)
        return;
    assert(c->relation_count < d->relation_room);
    struct catalog_relation *x = &c->relations[c->relation_count++];
    x->inverse = (relation & RELATION_INVERSE) != 0;
    x->name = copy_slice(d->arena, predicates_relation_name(s->predicates, relation));
}

/* A walk over the rows of a family. */
struct rows {
    struct dataset *d;
    const struct state *s;
    struct arena *arena; /* of one row */
    int (*take)(struct dataset *d, const struct state *s, struct arena *arena, struct id id,
                struct slice row);
};

static int take_row(void *arg, struct slice key, struct slice value)
{
    const struct rows *r = arg;
    assert(r->take);
    if (key.len != ID_BYTES)
        return ERR_STORE;
    int rc = r->take(r->d, r->s, r->arena, id_get(key.data), value);
    arena_reset(r->arena);
    return rc;
}

static int each_row(const struct state *s, enum kv_family family,
                    int (*take)(struct dataset *, const struct state *, struct arena *, struct id,
                                struct slice),
                    struct dataset *d)
{
    assert(take);
    struct rows rows = {d, s, arena_new(), take};
    int rc = walk_rows(s->kv, family, take_row, &rows);
    arena_free(rows.arena);
    return rc;
}

/* Its own copy of how an entity is written. */
static struct slice copy_written(struct arena *arena, const struct node *node)
{
    struct slice written;
    nodes_write_term(node, arena, &written);
    return node->kind == TERM_BLANK ? written : copy_slice(arena, written);
}

static int take_node(struct dataset *d, const struct state *s, struct arena *arena, struct id id,
                     struct slice row)
{
    struct catalog *c = &d->catalog;
    struct node node;
    if (!state_of_catalog(s, id))
        return ERR_OK;
    int rc = node_decode(row, arena, &node);
    if (rc)
        return rc;
    dataset_grow((void **)&c->entities, &d->entity_room, c->entity_count, sizeof(*c->entities));
    number_of(&d->entities, id, c->entity_count);
    assert(c->entity_count < d->entity_room);
    struct catalog_entity *x = &c->entities[c->entity_count++];
    *x = (struct catalog_entity){.graph = (uint32_t)state_graph_of(s, id)};
    x->iri = copy_written(d->arena, &node);
    x->type = copy_slice(d->arena, node.type);
    if (!node.has_label)
        return ERR_OK;
    dataset_take_text(d, node.label, (struct slice){NULL, 0}, &x->label);
    return ERR_OK;
}

int64_t dataset_find_id(const struct dataset *d, struct id id)
{
    return (int64_t)(uintptr_t)id_map_get(&d->entities, id) - 1;
}

static void take_pins(struct dataset *d, const struct sample *sample, struct catalog_entity *x)
{
    size_t n = sample->pin_count < NETWORK_MAX_PINS ? sample->pin_count : NETWORK_MAX_PINS;
    struct network_pin *pins = arena_alloc(d->arena, (n + 1) * sizeof(*pins));
    for (size_t i = 0; i < n; i++)
        pins[i] = network_pin_of(sample->pins[i].neighbour, sample->pins[i].pin);
    x->pins = pins;
    x->pin_count = (uint32_t)n;
    assert(n <= sample->pin_count);
}

static int take_sample_row(struct dataset *d, const struct state *s, struct arena *arena,
                           struct id id, struct slice row)
{
    int64_t number = dataset_find_id(d, id);
    struct sample sample;
    int rc = sample_decode(row, arena, &sample);
    if (rc)
        return rc;
    if (number < 0)
        return ERR_STORE;
    assert((size_t)number < d->catalog.entity_count);
    struct catalog_entity *x = &d->catalog.entities[number];
    struct catalog_neighbour *list =
        arena_alloc(d->arena, (sample.neighbour_count + sample.value_count + 1) * sizeof(*list));
    x->neighbours = list;
    for (size_t i = 0; i < sample.neighbour_count; i++, list++) {
        int64_t target = dataset_find_id(d, sample.neighbours[i].id);
        list->target = (uint32_t)target;
        if (target < 0)
            return ERR_STORE;
        dataset_take_relation(d, s, sample.neighbours[i].relation, &list->relation);
    }
    x->values = list;
    for (size_t i = 0; i < sample.value_count; i++, list++) {
        dataset_take_relation(d, s, sample.values[i].relation, &list->relation);
        dataset_take_text(d, sample.values[i].text, sample.values[i].datatype, &list->target);
    }
    assert(list == x->neighbours + sample.neighbour_count + sample.value_count);
    struct network_name *names = arena_alloc(d->arena, (sample.name_count + 1) * sizeof(*names));
    for (size_t i = 0; i < sample.name_count; i++)
        names[i] = (struct network_name){copy_slice(d->arena, sample.names[i]), 0};
    struct network_identifier *identifiers =
        arena_alloc(d->arena, (sample.identifier_count + 1) * sizeof(*identifiers));
    for (size_t i = 0; i < sample.identifier_count; i++)
        identifiers[i] =
            network_identifier_of(sample.identifiers[i].relation, sample.identifiers[i].text);
    x->identifiers = identifiers;
    x->identifier_count = (uint32_t)sample.identifier_count;
    take_pins(d, &sample, x);
    x->names = names;
    x->name_count = (uint32_t)sample.name_count;
    x->neighbour_count = (uint32_t)sample.neighbour_count;
    x->value_count = (uint32_t)sample.value_count;
    return ERR_OK;
}

static int take_namesakes(struct dataset *d, const struct state *s, struct arena *arena,
                          struct id id, struct slice row)
{
    (void)s, (void)arena;
    int64_t number = dataset_find_id(d, id);
    if (number < 0 || row.len < LAYOUT_VECTORS_AT)
        return ERR_STORE;
    assert((size_t)number < d->catalog.entity_count);
    struct reader r = reader_of(row);
    uint64_t all = reader_take_u64(&r);
    struct catalog_entity *x = &d->catalog.entities[number];
    struct network_name *names = (struct network_name *)(uintptr_t)x->names; /* of ours */
    x->namesakes = layout_namesakes(all, 0);
    for (uint32_t i = 0; i < x->name_count; i++)
        names[i].namesakes = layout_namesakes(all, i + 1);
    struct network_identifier *identifiers = (struct network_identifier *)(uintptr_t)x->identifiers;
    for (uint32_t i = 0; i < x->identifier_count; i++)
        if (layout_namesakes(all, NETWORK_MAX_NAMES + i) == LAYOUT_NAMESAKES_DEAD)
            identifiers[i] = (struct network_identifier){0}; /* as serving takes it */
    return ERR_OK;
}

static int take_pairs(struct dataset *d, const struct state *s, struct arena *arena, struct id id,
                      struct slice row)
{
    struct catalog *c = &d->catalog;
    struct pair_list pairs;
    int64_t a = dataset_find_id(d, id);
    int rc = pair_list_decode(row, arena, &pairs);
    if (rc)
        return rc;
    for (size_t i = 0; i < pairs.count; i++) {
        if (!state_first(s, id, pairs.entries[i].other))
            continue;
        int64_t b = dataset_find_id(d, pairs.entries[i].other);
        if (a < 0 || b < 0)
            return ERR_STORE;
        dataset_grow((void **)&c->pairs, &d->pair_room, c->pair_count, sizeof(*c->pairs));
        assert(c->pair_count < d->pair_room);
        c->pairs[c->pair_count++] = (struct catalog_pair){(uint32_t)a, (uint32_t)b};
    }
    return ERR_OK;
}

int dataset_open(const struct state *s, struct dataset **ret_dataset)
{
    assert(s->graph_count <= STATE_MAX_GRAPHS);
    struct dataset *d = memory_calloc(1, sizeof(*d));
    uint32_t none;
    d->arena = arena_new();
    for (size_t g = 0; g < s->graph_count; g++)
        if (state_is_catalog(s, g))
            d->tags[d->graph_count++] = s->graphs[g].tag;
    dataset_take_text(d, (struct slice){NULL, 0}, (struct slice){NULL, 0}, &none);
    assert(none == 0); /* no label */
    int rc;
    if ((rc = each_row(s, KV_NODES, take_node, d)) ||
        (rc = each_row(s, KV_SAMPLES, take_sample_row, d)) ||
        (rc = each_row(s, KV_VECTORS, take_namesakes, d)) ||
        (rc = each_row(s, KV_PAIRS, take_pairs, d)))
        goto done;
    *ret_dataset = d;
    d = NULL;
done:
    dataset_close(d);
    return rc;
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
    assert(d->graph_count <= STATE_MAX_GRAPHS);
    struct term term = term_of_written(iri);
    for (size_t g = 0; g < d->graph_count; g++) {
        int64_t number = dataset_find_id(d, id_of_entity(d->tags[g], &term));
        if (number >= 0)
            return number;
    }
    return -1;
}
