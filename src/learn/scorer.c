/*
 * scorer.c - scores many pairs as serving does: vectors of both levels once for every entity
 * concerned, then pairs a tile at a time, so that profiles are built once a tile and forgotten.
 */
#include "alignd/learn/scorer.h"

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/base/pool.h"
#include "alignd/base/text.h"
#include "alignd/kernel/half.h"
#include "alignd/model/network_pass.h"
#include "alignd/model/text_vector.h"
#include "scorer_internal.h"

#include <assert.h>
#include <stdlib.h>

enum { NEED_PROFILE = 1, NEED_VECTOR1 = 2, TILE_ENTITIES = 1024 };

static void need(struct scorer *s, uint32_t entity, uint8_t what)
{
    assert(entity < s->c->entity_count && (what == NEED_PROFILE || what == NEED_VECTOR1));
    const struct catalog_entity *x = &s->c->entities[entity];
    if (s->need[entity] & what)
        return;
    s->need[entity] |= what;
    s->need_text[x->label] = 1;
    for (uint32_t i = 0; i < x->value_count; i++)
        s->need_text[x->values[i].target] = 1;
    for (uint32_t i = 0; i < x->neighbour_count; i++) {
        uint32_t k = x->neighbours[i].target;
        s->need_text[s->c->entities[k].label] = 1;
        if (what == NEED_PROFILE)
            need(s, k, NEED_VECTOR1); /* no deeper than this */
    }
}

static void normalise_label(struct scorer *s, uint32_t text, struct buf *scratch)
{
    assert(text < s->c->text_count);
    if (!text || s->normal[text].data)
        return;
    buf_clear(scratch);
    text_normalise(scratch, s->c->texts[text].text);
    s->normal[text] = arena_copy(s->arena, buf_slice(scratch));
}

/* Labels of all whose profile is needed, and of their neighbours. */
static void normalise_labels(struct scorer *s)
{
    assert(s->need && s->normal);
    struct buf scratch = {0};
    for (size_t i = 0; i < s->c->entity_count; i++) {
        const struct catalog_entity *x = &s->c->entities[i];
        if (!(s->need[i] & NEED_PROFILE))
            continue;
        normalise_label(s, x->label, &scratch);
        for (uint32_t k = 0; k < x->neighbour_count; k++)
            normalise_label(s, s->c->entities[x->neighbours[k].target].label, &scratch);
    }
    buf_fini(&scratch);
}

static int by_tile(const void *x, const void *y, void *arg)
{
    const struct scorer *s = arg;
    uint32_t i = *(const uint32_t *)x, j = *(const uint32_t *)y;
    const struct catalog_pair *p = &s->pairs[i], *q = &s->pairs[j];
    assert(s->rank[p->b] && s->rank[q->b]);
    uint32_t tile_p = s->rank[p->b] / TILE_ENTITIES, tile_q = s->rank[q->b] / TILE_ENTITIES;
    if (tile_p != tile_q)
        return tile_p < tile_q ? -1 : 1;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (i > j) - (i < j);
}

void scorer_new(const struct catalog *c, const struct catalog_pair *pairs, size_t count,
                struct pool *pool, struct scorer **ret_scorer)
{
    assert(pairs || !count);
    struct scorer *s = memory_calloc(1, sizeof(*s));
    s->c = c;
    s->pairs = pairs;
    s->count = count;
    s->pool = pool;
    s->need = memory_calloc(c->entity_count + 1, 1);
    s->need_text = memory_calloc(c->text_count + 1, 1);
    s->rank = memory_calloc(c->entity_count + 1, sizeof(*s->rank));
    s->order = memory_calloc(count + 1, sizeof(*s->order));
    s->relation = memory_calloc(c->relation_count + 1, sizeof(*s->relation));
    s->named = memory_calloc(c->relation_count + 1, sizeof(*s->named));
    s->normal = memory_calloc(c->text_count + 1, sizeof(*s->normal));
    s->arena = arena_new();
    for (size_t i = 0; i < c->relation_count; i++)
        s->named[i] = model_relation_name(c->relations[i].name, c->relations[i].inverse);
    uint32_t rank = 0;
    for (size_t i = 0; i < count; i++) {
        assert(pairs[i].a < c->entity_count && pairs[i].b < c->entity_count);
        s->order[i] = (uint32_t)i;
        need(s, pairs[i].a, NEED_PROFILE);
        if (!s->rank[pairs[i].b])
            s->rank[pairs[i].b] = ++rank;
        need(s, pairs[i].b, NEED_PROFILE);
    }
    normalise_labels(s);
    qsort_r(s->order, count, sizeof(*s->order), by_tile, s);
    *ret_scorer = s;
}

void scorer_free(struct scorer *s)
{
    if (!s)
        return;
    ablation_fini(&s->ablated);
    free(s->need);
    free(s->need_text);
    free(s->rank);
    free(s->order);
    free(s->relation);
    free(s->named);
    free(s->normal);
    arena_free(s->arena);
    free(s->z0);
    free(s->z1);
    free(s);
}

static void refresh_z0(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    struct scorer *s = arg;
    float z0[MODEL_MAX_D];
    assert(end <= s->c->text_count && s->d <= MODEL_MAX_D);
    for (size_t i = begin; i < end; i++)
        if (s->need_text[i]) {
            text_vector(s->m, s->c->texts[i].text, s->c->texts[i].datatype, z0);
            half_from_float(s->z0 + i * s->d, z0, s->d);
        }
}

static size_t gather(const struct scorer *s, uint32_t entity, bool with_z1, float *z0_self,
                     struct network_neighbour *out, float *floats)
{
    assert(entity < s->c->entity_count && s->z0);
    const struct catalog_entity *x = &s->c->entities[entity];
    unsigned without = s->ablated.without;
    size_t n = 0, d = s->d, d1 = s->d1;
    half_to_float(z0_self, s->z0 + x->label * d, d);
    if (without & WITHOUT_TEXT)
        memset(z0_self, 0, d * sizeof(float));
    for (uint32_t i = 0; i < x->neighbour_count && !(without & WITHOUT_GRAPH); i++) {
        const struct catalog_entity *k = &s->c->entities[x->neighbours[i].target];
        half_to_float(floats, s->z0 + k->label * d, d);
        if (with_z1)
            half_to_float(floats + d, s->z1 + x->neighbours[i].target * d1, d1);
        out[n++] = (struct network_neighbour){.relation = s->relation[x->neighbours[i].relation],
                                              .named = s->named[x->neighbours[i].relation],
                                              .text = s->normal[k->label],
                                              .z0 = floats,
                                              .z1 = floats + d};
        floats += d + d1;
    }
    for (uint32_t i = 0; i < x->value_count && !(without & WITHOUT_VALUES); i++) {
        half_to_float(floats, s->z0 + x->values[i].target * d, d);
        const struct catalog_text *text = &s->c->texts[x->values[i].target];
        out[n++] = (struct network_neighbour){.relation = s->relation[x->values[i].relation],
                                              .named = s->named[x->values[i].relation],
                                              .text = text->text,
                                              .datatype = text->datatype,
                                              .z0 = floats};
        floats += d;
    }
    assert(n <= NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES);
    return n;
}

struct network_self scorer_self(const struct scorer *s, uint32_t entity, const float *z0)
{
    assert(entity < s->c->entity_count);
    const struct catalog_entity *x = &s->c->entities[entity];
    bool nameless = s->ablated.without & WITHOUT_TEXT;
    return (struct network_self){.label = nameless ? (struct slice){"", 0} : s->normal[x->label],
                                 .namesakes = nameless ? 0 : x->namesakes,
                                 .z0 = z0,
                                 .names = x->names,
                                 .name_count = nameless ? 0 : x->name_count,
                                 .identifiers = x->identifiers,
                                 .identifier_count = x->identifier_count,
                                 .pins = x->pins,
                                 .pin_count =
                                     s->ablated.without & WITHOUT_GRAPH ? 0 : x->pin_count};
}

size_t scorer_gather(const struct scorer *s, uint32_t entity, float *z0_self,
                     struct network_neighbour out[NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES],
                     float floats[SCORER_FLOATS])
{
    assert(s->m && s->z1);
    return gather(s, entity, true, z0_self, out, floats);
}

static void refresh_z1(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    struct scorer *s = arg;
    float z0[MODEL_MAX_D], z1[2 * MODEL_MAX_D],
        *floats = memory_malloc(SCORER_FLOATS * sizeof(float));
    struct network_neighbour out[NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES];
    assert(end <= s->c->entity_count && s->d1 <= 2 * MODEL_MAX_D);
    for (size_t i = begin; i < end; i++) {
        if (!(s->need[i] & NEED_VECTOR1))
            continue;
        half_to_float(z0, s->z0 + s->c->entities[i].label * s->d, s->d);
        if (!network_has_level1(s->m, z0))
            continue; /* nobody reads it */
        size_t n = gather(s, (uint32_t)i, false, z0, out, floats);
        network_vector1(s->m, z0, out, n, z1);
        half_from_float(s->z1 + i * s->d1, z1, s->d1);
    }
    free(floats);
}

void scorer_set_model(struct scorer *s, const struct model *m, unsigned without)
{
    assert(m);
    ablation_fini(&s->ablated);
    ablation_init(&s->ablated, m, without);
    s->m = &s->ablated.view;
    s->d = model_z0_floats(m);
    s->d1 = model_z1_floats(m);
    assert(s->d + s->d1 <= 256);
    if (!s->z0)
        s->z0 = memory_calloc(s->c->text_count, s->d * sizeof(*s->z0));
    if (!s->z1)
        s->z1 = memory_calloc(s->c->entity_count + 1, s->d1 * sizeof(*s->z1));
    for (size_t i = 0; i < s->c->relation_count; i++)
        s->relation[i] =
            model_relation_index(m, s->c->relations[i].name, s->c->relations[i].inverse);
    pool_run(s->pool, refresh_z0, s, s->c->text_count, 256);
    pool_run(s->pool, refresh_z1, s, s->c->entity_count, 64);
}

/* --- scores, a tile of b's at a time --- */

struct tile {
    struct scorer *s;
    float *logit, *rows;    /* what is asked for */
    const uint32_t *order;  /* pairs of this tile, by a */
    const uint32_t *begins; /* where each a begins */
    float **profiles;       /* of the b's, by rank within the tile */
    const uint32_t *entities;
};

/* The profile of an entity as serving has it, on the heap. */
static float *profile_of(const struct scorer *s, uint32_t entity)
{
    assert(s->m && entity < s->c->entity_count);
    float z0[MODEL_MAX_D], *floats = memory_malloc(SCORER_FLOATS * sizeof(float));
    struct network_neighbour out[NETWORK_MAX_ENTITIES + NETWORK_MAX_VALUES];
    size_t n = scorer_gather(s, entity, z0, out, floats);
    struct network_self self = scorer_self(s, entity, z0);
    size_t room = network_profile_floats_of(s->m, out, n) +
                  network_profile_further_floats(s->m, self.name_count, self.identifier_count,
                                                 self.pin_count);
    float *profile = memory_malloc(room * sizeof(float));
    network_profile_build(s->m, &self, out, n, profile);
    free(floats);
    return profile;
}

static void build_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    struct tile *t = arg;
    assert(end <= TILE_ENTITIES);
    for (size_t i = begin; i < end; i++)
        if (t->entities[i])
            t->profiles[i] = profile_of(t->s, t->entities[i] - 1);
}

static void score_range(void *arg, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    struct tile *t = arg;
    struct network_pass x;
    assert(begin <= end && (t->logit || t->rows));
    for (size_t i = begin; i < end; i++) {
        float *a = profile_of(t->s, t->s->pairs[t->order[t->begins[i]]].a);
        for (uint32_t k = t->begins[i]; k < t->begins[i + 1]; k++) {
            uint32_t b = t->s->pairs[t->order[k]].b;
            ablation_served(&t->s->ablated, a, t->profiles[(t->s->rank[b]) % TILE_ENTITIES], &x);
            if (t->rows)
                network_row(&x, t->rows + (size_t)t->order[k] * NETWORK_ROW);
            else
                t->logit[t->order[k]] = network_judged_logit(t->s->m, &x);
        }
        free(a);
    }
}

static void score_tile(struct scorer *s, const uint32_t *order, size_t count, float *logit,
                       float *rows)
{
    assert(count > 0);
    struct tile t = {.s = s, .logit = logit, .rows = rows, .order = order};
    uint32_t *begins = memory_calloc(count + 1, sizeof(*begins)), n = 0;
    uint32_t *entities = memory_calloc(TILE_ENTITIES, sizeof(*entities));
    t.profiles = memory_calloc(TILE_ENTITIES, sizeof(*t.profiles));
    for (size_t i = 0; i < count; i++) {
        const struct catalog_pair *p = &s->pairs[order[i]];
        if (!i || p->a != s->pairs[order[i - 1]].a)
            begins[n++] = (uint32_t)i;
        entities[s->rank[p->b] % TILE_ENTITIES] = p->b + 1;
    }
    begins[n] = (uint32_t)count;
    t.begins = begins;
    t.entities = entities;
    assert(n > 0 && n <= count);
    pool_run(s->pool, build_range, &t, TILE_ENTITIES, 16);
    pool_run(s->pool, score_range, &t, n, 8);
    for (size_t i = 0; i < TILE_ENTITIES; i++)
        free(t.profiles[i]);
    free(begins);
    free(entities);
    free(t.profiles);
}

static void score_tiles(struct scorer *s, float *logit, float *rows)
{
    assert(s->m && (logit || rows)); /* it has a model, and one of the two is asked for */
    for (size_t i = 0, end; i < s->count; i = end) {
        uint32_t tile = s->rank[s->pairs[s->order[i]].b] / TILE_ENTITIES;
        for (end = i; end < s->count && s->rank[s->pairs[s->order[end]].b] / TILE_ENTITIES == tile;)
            end++;
        score_tile(s, s->order + i, end - i, logit, rows);
    }
}

void scorer_rows(struct scorer *s, float *rows)
{
    score_tiles(s, NULL, rows);
}

void scorer_logits(struct scorer *s, float *logit)
{
    score_tiles(s, logit, NULL);
}

void scorer_trace(const struct scorer *s, size_t i, struct network_trace *ret)
{
    assert(s->m && i < s->count && !s->ablated.without);
    float *a = profile_of(s, s->pairs[i].a), *b = profile_of(s, s->pairs[i].b);
    network_score(s->m, a, b, ret);
    free(a);
    free(b);
}

float scorer_probability(const struct model *m, float logit)
{
    return network_score_probability(m, logit);
}
