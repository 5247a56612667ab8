/*
 * search.c - the blocks of what was typed, of each type, as if it were a label, and of what is said
 * as if values and neighbours said it; of their members those that share what is rarest are read,
 * and ranked by how alike their names are.
 *
 *  (1) A word that many have says little, and its members may be millions: of its postings the
 * first ones are read, which are any, as ids are hashes.  Who shares a rarer word as well, or all
 * of a name, is found by that one's block.
 */
#include "alignd/engine/search.h"

#include "alignd/align/block.h"
#include "alignd/align/block_keys.h"
#include "alignd/align/posting.h"
#include "alignd/base/array.h"
#include "alignd/base/err.h"
#include "alignd/base/series.h"
#include "alignd/base/identifier.h"
#include "alignd/base/text.h"
#include "alignd/graph/id_map.h"
#include "alignd/graph/predicate.h"
#include "alignd/model/text_vector.h"
#include "alignd/state/nodes.h"
#include "alignd/state/samples.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define MAX_KEYS 20000 /* of all types */

struct found {
    struct id id;
    double weight; /* of the words it shares: the rarer the more */
};

struct search {
    const struct model *model;
    const struct state *s;
    const struct search_query *q;
    struct arena *arena, *rows; /* of the caller; of a block or an entity */
    struct slice text;          /* normalised */
    float *vector, *other;      /* of the text, and of a name */
    double entities;
    uint64_t *keys;
    size_t key_count, key_room;
    struct id_map places; /* id -> place in found + 1 */
    struct found *found;
    size_t count, room;
    struct search_hit *hits;
    size_t hit_count, hit_room;
};

/* --- who shares words --- */

static void take_key(void *arg, uint64_t key, const char *kind, uint64_t relation,
                     struct slice text)
{
    struct search *x = arg;
    (void)kind, (void)relation, (void)text;
    if (x->key_count < MAX_KEYS)
        ARRAY_PUSH(x->keys, x->key_count, x->key_room, key);
}

static bool is_wanted(const struct search *x, struct id id)
{
    size_t graph = state_graph_of(x->s, id);
    return graph < x->s->graph_count && state_is_catalog(x->s, graph) &&
           (x->q->graph == x->s->graph_count || x->q->graph == graph);
}

static void add(struct search *x, struct id id, double weight)
{
    if (!is_wanted(x, id))
        return;
    void **place = id_map_place(&x->places, id);
    if (!*place) {
        ARRAY_PUSH(x->found, x->count, x->room, (struct found){id, 0});
        *place = (void *)(uintptr_t)x->count;
    }
    assert((uintptr_t)*place <= x->count);
    x->found[(uintptr_t)*place - 1].weight += weight;
}

static double weight_of(const struct search *x, uint64_t members)
{
    return series_ln((x->entities + 2) / ((double)members + 1));
}

static int add_postings(struct search *x, uint64_t key, double weight)
{
    char from[POSTING_KEY_BYTES];
    struct kv_iter *it = kv_iter_new(x->s->kv, KV_POSTINGS);
    int rc = ERR_OK;
    posting_key_put(from, key, (struct id){0, 0});
    kv_iter_seek(it, (struct slice){from, sizeof(from)});
    for (size_t n = 0; n < x->q->rows && kv_iter_valid(it); n++, kv_iter_next(it)) { /* (1) */
        struct block_member member;
        uint64_t of;
        if ((rc = posting_decode(kv_iter_key(it), kv_iter_value(it), &of, &member)) || of != key)
            break;
        add(x, member.id, weight);
    }
    if (!rc && !kv_iter_valid(it))
        rc = kv_iter_status(it);
    kv_iter_free(it);
    return rc;
}

static int add_block(struct search *x, uint64_t key)
{
    char row_key[BLOCK_KEY_BYTES];
    struct kv_value row = {0};
    struct block block;
    bool found;
    block_key_put(row_key, key);
    int rc = kv_get(x->s->kv, KV_BLOCKS, (struct slice){row_key, sizeof(row_key)}, &row, &found);
    if (rc || !found)
        return rc;
    rc = block_decode(row.bytes, x->rows, &block);
    kv_value_release(&row);
    if (rc)
        return rc;
    uint64_t members = block.count;
    for (unsigned i = 0; i < block.side_count && !block.live; i++)
        members += block.sides[i].members;
    double weight = weight_of(x, members);
    if (!block.live)
        return add_postings(x, key, weight);
    for (size_t i = 0; i < block.count; i++)
        add(x, block.members[i].id, weight);
    return ERR_OK;
}

static struct slice keep(struct search *x, struct slice s)
{
    return s.len ? arena_copy(x->arena, s) : (struct slice){"", 0};
}

/* What is said, as keys are made of it. */
struct said {
    struct block_keys_named *values, *neighbours, *identifiers;
    size_t count, identifier_count;
};

static struct said prepare(struct search *x)
{
    size_t n = x->q->said_count, bytes = (n + 1) * sizeof(struct block_keys_named);
    struct said said = {arena_alloc(x->arena, bytes), arena_alloc(x->arena, bytes),
                        arena_alloc(x->arena, bytes), n, 0};
    struct buf text = {0};
    for (size_t i = 0; i < n; i++) {
        const struct search_said *given = &x->q->said[i];
        uint64_t relation = given->relation;
        char identifier[IDENTIFIER_BYTES];
        size_t len = identifier_normalise(given->text, identifier);
        buf_clear(&text);
        text_normalise(&text, given->text);
        struct slice kept = keep(x, buf_slice(&text));
        said.values[i] = (struct block_keys_named){relation | RELATION_VALUE, kept};
        said.neighbours[i] = (struct block_keys_named){relation, kept};
        if (len && relation_is_key(relation | RELATION_VALUE))
            said.identifiers[said.identifier_count++] = (struct block_keys_named){
                relation | RELATION_VALUE, keep(x, (struct slice){identifier, len})};
    }
    buf_fini(&text);
    return said;
}

static int gather(struct search *x)
{
    const struct said said = prepare(x);
    for (size_t i = 0; i < x->q->type_count; i++) {
        const struct block_keys_input in = {.type = x->q->types[i],
                                            .label = x->text,
                                            .neighbours = said.neighbours,
                                            .neighbour_count = said.count,
                                            .values = said.values,
                                            .value_count = said.count,
                                            .identifiers = said.identifiers,
                                            .identifier_count = said.identifier_count};
        block_keys_each(&in, take_key, x);
    }
    int rc = ERR_OK;
    for (size_t i = 0; i < x->key_count && !rc; i++) {
        rc = add_block(x, x->keys[i]);
        arena_reset(x->rows);
    }
    return rc;
}

/* --- how alike they are --- */

static float cosine(struct search *x, struct slice name)
{
    size_t n = model_z0_floats(x->model);
    float sum = 0;
    text_vector(x->model, name, (struct slice){"", 0}, x->other);
    for (size_t i = 0; i < n; i++)
        sum += x->vector[i] * x->other[i];
    return sum < 1 ? sum : 1; /* but for rounding */
}

static int add_hit(struct search *x, const struct found *found)
{
    struct id id = found->id;
    struct node node;
    struct sample sample;
    struct slice written;
    int rc = nodes_read(x->s->kv, id, x->rows, &node);
    if (rc || (rc = samples_read(x->s->kv, id, x->rows, &sample)))
        return rc == ERR_NOT_FOUND ? ERR_STORE : rc; /* it is there while the block is */
    struct search_hit hit = {
        .id = id, .graph = state_graph_of(x->s, id), .name = {"", 0}, .weight = found->weight};
    if (x->text.len)
        hit.score = node.has_label ? cosine(x, node.label) : -1;
    for (size_t i = 0; i < sample.name_count && x->text.len; i++) {
        float score = cosine(x, sample.names[i]);
        if (score <= hit.score)
            continue;
        hit.score = score;
        hit.name = sample.names[i];
    }
    nodes_write_term(&node, x->rows, &written);
    hit.iri = keep(x, written);
    hit.label = keep(x, node.label);
    hit.type = keep(x, node.type);
    hit.name = keep(x, hit.name);
    ARRAY_PUSH_IN(x->arena, x->hits, x->hit_count, x->hit_room, hit);
    return ERR_OK;
}

static int by_weight(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return id_compare(x->id, y->id);
}

static int by_score(const void *a, const void *b)
{
    const struct search_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    if (x->weight != y->weight)
        return x->weight < y->weight ? 1 : -1;
    return id_compare(x->id, y->id);
}

static int rank(struct search *x)
{
    size_t reads = x->q->reads ? x->q->reads : SEARCH_READS;
    int rc = ERR_OK;
    if (x->count)
        qsort(x->found, x->count, sizeof(*x->found), by_weight);
    for (size_t i = 0; i < x->count && i < reads && !rc; i++) {
        rc = add_hit(x, &x->found[i]);
        arena_reset(x->rows);
    }
    if (!rc && x->hit_count)
        qsort(x->hits, x->hit_count, sizeof(*x->hits), by_score);
    return rc;
}

int search_names(const struct model *model, const struct state *s, const struct search_query *q,
                 struct arena *arena, struct search_hit **ret_hits, size_t *ret_count)
{
    assert(q->limit >= 1 && q->rows >= 1 && q->graph <= s->graph_count);
    size_t floats = model_z0_floats(model);
    struct buf text = {0};
    struct search x = {.model = model,
                       .s = s,
                       .q = q,
                       .arena = arena,
                       .rows = arena_new(),
                       .vector = arena_alloc(arena, floats * sizeof(float)),
                       .other = arena_alloc(arena, floats * sizeof(float)),
                       .entities = (double)state_entities(s)};
    text_normalise(&text, q->text);
    x.text = buf_slice(&text);
    text_vector_normalised(model, x.text, x.vector);
    int rc = x.text.len || q->said_count ? gather(&x) : ERR_OK;
    if (!rc)
        rc = rank(&x);
    *ret_hits = x.hits;
    *ret_count = x.hit_count < q->limit ? x.hit_count : q->limit;
    id_map_fini(&x.places);
    free(x.found);
    free(x.keys);
    arena_free(x.rows);
    buf_fini(&text);
    return rc;
}
