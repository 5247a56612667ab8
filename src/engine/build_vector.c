/*
 * build_vector.c - level-1 vectors of those who have one, and rows of vectors; what a
 * profile is made of.  Level 0 is there since the entity was described, and nobody reads
 * level 1 of another before all have it.
 */
#include "build_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/text.h"
#include "alignd/kernel/half.h"

#include <assert.h>

static const uint16_t *vectors_of(const struct build *b, const struct build_entity *x)
{
    return temporary_memory_at(b->heap, x->vectors);
}

static size_t vector_bytes(const struct build *b, const struct build_entity *x)
{
    return (b->z0_floats + (x->level1 ? b->z1_floats : 0)) * sizeof(uint16_t);
}

/* Vectors and name of an entity, which lie side by side as a rule: one look at both. */
static const uint16_t *look_at(const struct build *b, const struct build_entity *x, char *copy,
                               struct slice *ret_said)
{
    size_t z = (vector_bytes(b, x) + 7) / 8 * 8;
    assert(x->said_bytes <= STATEMENT_LABEL_BYTES && z <= BUILD_FLOATS * sizeof(uint16_t));
    if (x->texts == x->vectors + z) {
        const char *both = temporary_memory_look(b->heap, x->vectors, z + x->said_bytes, copy);
        *ret_said = (struct slice){both + z, x->said_bytes};
        return (const uint16_t *)(const void *)both;
    }
    const char *said = temporary_memory_look(b->heap, x->texts, x->said_bytes, copy + z);
    *ret_said = (struct slice){said, x->said_bytes};
    return temporary_memory_look(b->heap, x->vectors, z, copy);
}

const struct build_sample *build_vector_sample(const struct build_worker *w,
                                               const struct build_entity *x)
{
    const struct build *b = w->b;
    if (!x->sample_eights) /* too large to be copied */
        return temporary_memory_at(b->heap, x->sample);
    return temporary_memory_look(b->heap, x->sample, (size_t)x->sample_eights * 8,
                                 w->copies->sample);
}

const uint16_t *build_vector_self(const struct build_worker *w, const struct build_entity *x,
                                  struct slice *ret_said)
{
    return look_at(w->b, x, w->copies->entities[BUILD_NEIGHBOURS], ret_said);
}

size_t build_vector_gather(const struct build_worker *w, const struct build_sample *s, bool with_z1,
                           float floats[BUILD_NEIGHBOURS * BUILD_FLOATS],
                           struct network_neighbour out[BUILD_NEIGHBOURS])
{
    const struct build *b = w->b;
    struct build_parts p = build_parts_of(s);
    const char *texts = p.texts;
    size_t n = 0;
    assert(s->neighbour_count + s->value_count <= BUILD_NEIGHBOURS);
    for (uint32_t i = 0; i < s->neighbour_count; i++) {
        const struct build_entity *k = build_entity_at(b, p.neighbours[i].entity);
        struct slice said;
        half_to_float(floats, look_at(b, k, w->copies->entities[i], &said),
                      b->z0_floats + (with_z1 && k->level1 ? b->z1_floats : 0));
        out[n++] = (struct network_neighbour){.relation = p.neighbours[i].relation,
                                              .named = p.neighbours[i].named,
                                              .text = said,
                                              .z0 = floats,
                                              .z1 = floats + b->z0_floats};
        floats += b->z0_floats + b->z1_floats;
    }
    for (uint32_t i = 0; i < s->value_count; i++) {
        struct slice datatype = {texts, p.values[i].datatype_bytes};
        struct slice text = {texts + datatype.len, p.values[i].text_bytes};
        texts += datatype.len + text.len;
        profiles_value_vector(b->engine->profiles, text, datatype, w->number, floats);
        out[n++] = (struct network_neighbour){.relation = p.values[i].relation,
                                              .named = p.values[i].named,
                                              .text = text,
                                              .datatype = datatype,
                                              .z0 = floats};
        floats += b->z0_floats;
    }
    assert(n == s->neighbour_count + s->value_count);
    return n;
}

void build_vector_name(const struct build_entity *x, const struct build_sample *s,
                       struct network_name names[NETWORK_MAX_NAMES],
                       struct network_identifier identifiers[NETWORK_MAX_IDENTIFIERS],
                       struct network_self *self)
{
    struct build_parts p = build_parts_of(s);
    const char *text = p.texts;
    assert(s->name_count < NETWORK_MAX_NAMES && s->identifier_count <= NETWORK_MAX_IDENTIFIERS);
    for (uint32_t i = 0; i < s->value_count; i++)
        text += p.values[i].datatype_bytes + p.values[i].text_bytes;
    for (uint32_t i = 0; i < s->name_count; i++) {
        names[i] = (struct network_name){{text, p.names[i]}, layout_namesakes(x->namesakes, i + 1)};
        text += p.names[i];
    }
    for (uint32_t i = 0; i < s->identifier_count; i++)
        identifiers[i] = profiles_identifier(p.identifiers[i], x->namesakes, i);
    self->names = names;
    self->name_count = s->name_count;
    self->identifiers = identifiers;
    self->identifier_count = s->identifier_count;
}

static void look_around(struct build_worker *w, const struct build_entity *x)
{
    assert(x->level1);
    const struct build *b = w->b;
    struct network_neighbour neighbours[BUILD_NEIGHBOURS];
    float floats[BUILD_NEIGHBOURS * BUILD_FLOATS], z0[BUILD_FLOATS], z1[BUILD_FLOATS];
    uint16_t *vectors = temporary_memory_at(b->heap, x->vectors);
    size_t n = build_vector_gather(w, build_vector_sample(w, x), false, floats, neighbours);
    half_to_float(z0, vectors, b->z0_floats);
    network_vector1(b->model, z0, neighbours, n, z1);
    half_from_float(vectors + b->z0_floats, z1, b->z1_floats);
}

static int write_row(struct build_worker *w, const struct build_entity *x)
{
    assert(x->said_bytes <= x->name_bytes);
    const struct build *b = w->b;
    buf_clear(&w->row);
    buf_append_u64(&w->row, x->namesakes);
    buf_append(&w->row, vectors_of(b, x), vector_bytes(b, x));
    buf_append_slice(&w->row, build_entity_said(b, x));
    return build_put_of(w, KV_VECTORS, x->id);
}

int build_vector_write(struct build_worker *w, size_t bucket)
{
    struct build *b = w->b;
    uint64_t begin = b->first[bucket], end = begin + b->living[bucket];
    assert(end <= b->first[bucket + 1]); /* (2) */
    int rc = ERR_OK;
    if (build_bucket_of_verdicts(b, bucket))
        return ERR_OK;
    for (uint64_t i = begin; !rc && i < end; i++) {
        const struct build_entity *x = build_entity_at(b, (uint32_t)i);
        if (x->level1)
            look_around(w, x);
        rc = write_row(w, x);
        if (i % BUILD_BOUND_EVERY == 0)
            build_bound_mapped(b);
    }
    return rc;
}
