/*
 * coverage.c - rows of predicates and nodes against the rows of the mapping.  Which type an
 * entity has by which of several types that share a name, its node does not tell: that
 * is looked up in adjacency, of so many entities that a row that met anything is found.
 */
#include "alignd/state/coverage.h"

#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/sketch.h"
#include "alignd/base/text.h"
#include "alignd/graph/edge.h"
#include "alignd/graph/id_map.h"
#include "alignd/graph/node.h"
#include "alignd/state/walk.h"

#include <assert.h>
#include <stdlib.h>

#define LOOKED_UP 2048    /* entities of one shared type whose own types are looked up */
#define TELL_EVERY 0x3fff /* entities */

struct reading {
    const struct state *s;
    const struct mapping *mapping;
    const struct mapping_row *rows;
    size_t row_count;
    const struct coverage_options *options;
    struct arena *arena;
    struct arena *scratch; /* of one node */
    struct coverage *c;
    struct kv_iter *edges;
    uint64_t seen;
};

static void meet_row(struct reading *r, const struct mapping_row *row)
{
    assert(row >= r->rows && (size_t)(row - r->rows) < r->row_count);
    r->c->met[row - r->rows] = true;
}

/* --- predicates --- */

static void meet_predicate(struct reading *r, const struct predicate *p, size_t graph,
                           uint64_t triples)
{
    assert(triples > 0);
    assert(graph < r->s->graph_count);
    struct coverage_graph *g = &r->c->graphs[graph];
    const struct mapping_row *row = mapping_find(r->mapping, r->s->graphs[graph].name, p->iri);
    bool ours = p->kind != PREDICATE_RELATION && p->kind != PREDICATE_KEY;
    struct coverage_predicate seen = {p, triples, row != NULL, ours};
    ARRAY_PUSH_IN(r->arena, g->predicates, g->predicate_count, g->predicate_room, seen);
    if (row)
        meet_row(r, row);
}

static int take_predicate(void *arg, struct slice key, struct slice value)
{
    struct reading *r = arg;
    struct reader in = reader_of(value);
    uint64_t triples = reader_take_varint(&in);
    if (key.len != LAYOUT_PREDICATE_KEY_BYTES || in.failed)
        return ERR_STORE;
    uint16_t tag = (uint16_t)((unsigned char)key.data[0] << 8 | (unsigned char)key.data[1]);
    const struct predicate *p = predicates_find(r->s->predicates, tag, get_be64(key.data + 2));
    size_t graph = state_graph_of(r->s, (struct id){(uint64_t)tag << 48, 0});
    if (!p || graph == r->s->graph_count)
        return ERR_STORE;
    if (triples && state_is_catalog(r->s, graph))
        meet_predicate(r, p, graph, triples);
    return ERR_OK;
}

static int by_triples(const void *a, const void *b)
{
    const struct coverage_predicate *x = a, *y = b;
    if (x->triples != y->triples)
        return x->triples > y->triples ? -1 : 1;
    return slice_compare(x->predicate->iri, y->predicate->iri);
}

static bool has_relation(const struct coverage_graph *g, uint64_t relation)
{
    for (size_t i = 0; i < g->predicate_count; i++)
        if (g->predicates[i].predicate->relation == relation)
            return true;
    return false;
}

static void compare_predicates(struct reading *r)
{
    struct coverage *c = r->c;
    size_t count = r->s->graph_count;
    assert(count <= STATE_MAX_GRAPHS);
    for (size_t g = 0; g < count; g++) {
        for (size_t i = 0; i < c->graphs[g].predicate_count; i++) {
            struct coverage_predicate *p = &c->graphs[g].predicates[i];
            for (size_t k = 0; k < count && !p->corresponds; k++)
                p->corresponds = k != g && has_relation(&c->graphs[k], p->predicate->relation);
        }
        if (c->graphs[g].predicate_count)
            qsort(c->graphs[g].predicates, c->graphs[g].predicate_count,
                  sizeof(struct coverage_predicate), by_triples);
    }
}

/* --- entities --- */

static struct coverage_type *type_of(struct reading *r, struct id_map *places,
                                     struct coverage_graph *g, struct slice name)
{
    void **place = id_map_place(places, (struct id){hash_bytes(name, 1), hash_bytes(name, 2)});
    if (!*place) {
        struct coverage_type type = {.name = arena_copy(r->arena, name)};
        ARRAY_PUSH_IN(r->arena, g->types, g->type_count, g->type_room, type);
        *place = (void *)(uintptr_t)g->type_count; /* 1 + index */
    }
    assert((size_t)(uintptr_t)*place <= g->type_count);
    return &g->types[(size_t)(uintptr_t)*place - 1];
}

static void meet_type(struct reading *r, struct slice graph, struct slice iri)
{
    const struct mapping_row *row = mapping_find_type(r->mapping, graph, iri);
    if (row)
        meet_row(r, row);
}

/* The rows by which an entity has its type, unless it has it by its name. */
static int meet_types(struct reading *r, struct slice graph, struct id id, const struct node *node)
{
    assert(node->type.len > 0);
    struct slice type, name;
    char key[EDGE_GROUP_BYTES];
    if (node->kind == TERM_IRI && mapping_find_named(r->mapping, graph, node->term, &type, &name))
        meet_type(r, graph, type);
    edge_group_key(key, id, RELATION_TYPE);
    kv_iter_seek(r->edges, (struct slice){key, sizeof(key)});
    for (; kv_iter_valid(r->edges); kv_iter_next(r->edges)) {
        struct id self;
        struct edge edge;
        struct term term;
        struct slice at = kv_iter_key(r->edges);
        if (at.len < sizeof(key) || memcmp(at.data, key, sizeof(key)) != 0)
            return ERR_OK;
        int rc;
        if ((rc = edge_decode(at, kv_iter_value(r->edges), &self, &edge)) ||
            (rc = edge_value_decode(edge.value, &term)))
            return rc;
        meet_type(r, graph, term.text);
    }
    return kv_iter_status(r->edges);
}

/* Has a row of that type not met anything yet? */
static bool is_open(const struct reading *r, struct slice graph, struct slice name)
{
    for (size_t i = 0; i < r->row_count; i++)
        if (!r->c->met[i] && r->rows[i].kind == MAPPING_TYPE &&
            slice_equal(r->rows[i].name, name) && slice_equal(r->rows[i].graph, graph))
            return true;
    return false;
}

static int take_node(struct reading *r, struct id_map *places, size_t graph, struct id id,
                     struct slice row)
{
    assert(graph < r->s->graph_count && id_graph(id) == r->s->graphs[graph].tag);
    struct coverage_graph *g = &r->c->graphs[graph];
    struct slice name = r->s->graphs[graph].name;
    struct node node;
    arena_reset(r->scratch);
    int rc = node_decode(row, r->scratch, &node);
    if (rc)
        return rc;
    struct coverage_type *type = type_of(r, places, g, node.type);
    g->entities++;
    g->labelled += node.has_label;
    type->labelled += node.has_label;
    if (type->entities++ < LOOKED_UP && node.type.len && is_open(r, name, node.type))
        rc = meet_types(r, name, id, &node);
    assert(type->labelled <= type->entities && type->entities <= g->entities);
    return rc;
}

static int by_entities(const void *a, const void *b)
{
    const struct coverage_type *x = a, *y = b;
    if (x->entities != y->entities)
        return x->entities > y->entities ? -1 : 1;
    return slice_compare(x->name, y->name);
}

static int take_graph(struct reading *r, size_t graph)
{
    assert(graph < r->s->graph_count);
    struct coverage_graph *g = &r->c->graphs[graph];
    struct id_map places = {0};
    struct kv_iter *nodes = kv_iter_new(r->s->kv, KV_NODES);
    uint16_t tag = r->s->graphs[graph].tag;
    uint64_t all = state_entities(r->s);
    char key[ID_BYTES];
    int rc = ERR_OK;
    id_put(key, (struct id){(uint64_t)tag << 48, 0});
    kv_iter_seek(nodes, (struct slice){key, ID_BYTES});
    for (; kv_iter_valid(nodes) && g->entities < r->options->entities; kv_iter_next(nodes)) {
        struct slice at = kv_iter_key(nodes);
        if (at.len != ID_BYTES || id_graph(id_get(at.data)) != tag)
            break;
        if ((rc = take_node(r, &places, graph, id_get(at.data), kv_iter_value(nodes))))
            goto done;
        if (r->options->progress && (++r->seen & TELL_EVERY) == 0)
            r->options->progress(r->options->arg, (double)r->seen / (double)(all + 1), r->seen);
    }
    if (!kv_iter_valid(nodes) && (rc = kv_iter_status(nodes)))
        goto done;
    g->whole = g->entities == r->s->totals.entities[graph];
    assert(g->labelled <= g->entities && g->type_count <= g->entities);
    if (g->type_count)
        qsort(g->types, g->type_count, sizeof(*g->types), by_entities);
done:
    kv_iter_free(nodes);
    id_map_fini(&places);
    return rc;
}

static void compare_types(const struct state *s, struct coverage *c)
{
    assert(s->graph_count <= STATE_MAX_GRAPHS);
    for (size_t g = 0; g < s->graph_count; g++)
        for (size_t k = 0; k < s->graph_count; k++)
            for (size_t i = 0; k != g && i < c->graphs[g].type_count; i++)
                for (size_t j = 0; j < c->graphs[k].type_count; j++)
                    c->graphs[g].types[i].others +=
                        slice_equal(c->graphs[g].types[i].name, c->graphs[k].types[j].name);
}

int coverage_read(const struct state *s, const struct mapping *mapping,
                  const struct coverage_options *options, struct arena *arena, struct coverage *ret)
{
    struct reading r = {.s = s, .mapping = mapping, .options = options, .arena = arena, .c = ret};
    *ret = (struct coverage){0};
    r.rows = mapping_rows(mapping, &r.row_count);
    ret->met = arena_calloc(arena, r.row_count + 1, sizeof(*ret->met));
    r.scratch = arena_new();
    r.edges = kv_scan_new(s->kv, KV_ADJACENCY);
    int rc = walk_rows(s->kv, KV_PREDICATES, take_predicate, &r);
    for (size_t g = 0; g < s->graph_count && !rc; g++)
        rc = state_is_catalog(s, g) ? take_graph(&r, g) : ERR_OK;
    compare_predicates(&r);
    compare_types(s, ret);
    kv_iter_free(r.edges);
    arena_free(r.scratch);
    return rc;
}

int coverage_has_label(const struct state *s, size_t graph, bool *ret_has_label)
{
    assert(graph < s->graph_count);
    struct kv_iter *nodes = kv_iter_new(s->kv, KV_NODES);
    struct arena *arena = arena_new();
    uint16_t tag = s->graphs[graph].tag;
    char key[ID_BYTES];
    bool any = false, found = false;
    int rc = ERR_OK;
    id_put(key, (struct id){(uint64_t)tag << 48, 0});
    kv_iter_seek(nodes, (struct slice){key, ID_BYTES});
    for (; !found && kv_iter_valid(nodes); kv_iter_next(nodes)) {
        struct node node;
        struct slice at = kv_iter_key(nodes);
        if (at.len != ID_BYTES || id_graph(id_get(at.data)) != tag)
            break;
        arena_reset(arena);
        if ((rc = node_decode(kv_iter_value(nodes), arena, &node)))
            goto done;
        any = true;
        found = node.has_label;
    }
    if (!kv_iter_valid(nodes) && (rc = kv_iter_status(nodes)))
        goto done;
    assert(any || !found);
    *ret_has_label = found || !any;
done:
    arena_free(arena);
    kv_iter_free(nodes);
    return rc;
}

/* --- what a label may be --- */

#define NAMED 1000 /* entities that are looked at */

struct naming {
    const struct state *s;
    struct arena *arena;
    struct kv_iter *edges;
    struct coverage_name *all;
    struct sketch *texts; /* of each */
    size_t count, room, text_room;
};

/* Short, of a few words, with letters and hardly any digits. */
static bool reads_like_a_name(struct slice text)
{
    enum { BYTES = 120, WORDS = 12 };
    struct text_counts n = text_count(text);
    return n.letters > n.digits && n.blanks < WORDS && text.len <= BYTES;
}

static void note_name(struct naming *n, const struct predicate *p, struct slice text)
{
    size_t i = 0;
    while (i < n->count && n->all[i].predicate != p)
        i++;
    if (i == n->count) {
        size_t texts = n->count;
        ARRAY_PUSH(n->texts, texts, n->text_room, (struct sketch){0});
        ARRAY_PUSH_IN(n->arena, n->all, n->count, n->room,
                      (struct coverage_name){p, 0, arena_copy(n->arena, text)});
    }
    assert(i < n->count && n->count <= n->text_room); /* a sketch each */
    sketch_add(&n->texts[i], hash_bytes(text, 3));
}

/* Of each predicate of an entity the first literal. */
static int look_for_names(struct naming *n, struct id id)
{
    char key[ID_BYTES];
    const struct predicate *last = NULL;
    id_put(key, id);
    kv_iter_seek(n->edges, (struct slice){key, ID_BYTES});
    for (; kv_iter_valid(n->edges); kv_iter_next(n->edges)) {
        struct id self;
        struct edge edge;
        struct term term;
        struct slice at = kv_iter_key(n->edges);
        if (at.len < ID_BYTES || memcmp(at.data, key, ID_BYTES) != 0)
            return ERR_OK;
        int rc;
        if ((rc = edge_decode(at, kv_iter_value(n->edges), &self, &edge)) ||
            (edge_is_value(&edge) && (rc = edge_value_decode(edge.value, &term))))
            return rc;
        const struct predicate *p = predicates_find(n->s->predicates, id_graph(id), edge.predicate);
        if (!p || p == last || !edge_is_value(&edge) || term.kind != TERM_LITERAL)
            continue;
        last = p;
        if (reads_like_a_name(term.text))
            note_name(n, p, text_truncate(term.text, 60));
    }
    return kv_iter_status(n->edges);
}

static int by_named(const void *a, const void *b)
{
    const struct coverage_name *x = a, *y = b;
    if (x->texts != y->texts)
        return x->texts > y->texts ? -1 : 1;
    return slice_compare(x->predicate->iri, y->predicate->iri);
}

int coverage_find_names(const struct state *s, size_t graph, struct arena *arena,
                        struct coverage_name *ret_names, size_t most, size_t *ret_count)
{
    assert(ret_names && most > 0);
    assert(graph < s->graph_count);
    struct naming n = {.s = s, .arena = arena, .edges = kv_scan_new(s->kv, KV_ADJACENCY)};
    struct kv_iter *nodes = kv_iter_new(s->kv, KV_NODES);
    uint16_t tag = s->graphs[graph].tag;
    char key[ID_BYTES];
    int rc = ERR_OK;
    id_put(key, (struct id){(uint64_t)tag << 48, 0});
    kv_iter_seek(nodes, (struct slice){key, ID_BYTES});
    for (size_t i = 0; i < NAMED && !rc && kv_iter_valid(nodes); kv_iter_next(nodes), i++) {
        struct slice at = kv_iter_key(nodes);
        if (at.len != ID_BYTES || id_graph(id_get(at.data)) != tag)
            break;
        rc = look_for_names(&n, id_get(at.data));
    }
    for (size_t i = 0; i < n.count; i++) {
        n.all[i].texts = (uint64_t)sketch_distinct(&n.texts[i]);
        sketch_fini(&n.texts[i]);
    }
    if (n.count)
        qsort(n.all, n.count, sizeof(*n.all), by_named);
    free(n.texts);
    *ret_count = n.count < most ? n.count : most;
    if (n.count)
        memcpy(ret_names, n.all, *ret_count * sizeof(*ret_names));
    kv_iter_free(nodes);
    kv_iter_free(n.edges);
    assert(*ret_count <= most && *ret_count <= n.count);
    return rc;
}
