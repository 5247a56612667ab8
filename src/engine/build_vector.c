/*
 * build_vector.c - level-1 vectors of those who have one, and rows of vectors; what a
 * profile is made of.  Level 0 is there since the entity was described, and nobody reads
 * level 1 of another before all have it.
 */
#include "build_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/text.h"
#include "alignd/kernel/half.h"

static const uint16_t *vectors_of(const struct build *b, const struct build_entity *x)
{
    return temporary_memory_at(b->heap, x->vectors);
}

size_t build_vector_gather(const struct build *b, const struct build_entity *x, bool with_z1,
                           unsigned worker, float floats[BUILD_NEIGHBOURS * BUILD_FLOATS],
                           struct network_neighbour out[BUILD_NEIGHBOURS])
{
    const struct build_sample *s = temporary_memory_at(b->heap, x->sample);
    const struct build_neighbour *neighbours = (const struct build_neighbour *)(s + 1);
    const struct build_value *values =
        (const struct build_value *)(neighbours + s->neighbour_count);
    const char *texts = (const char *)(values + s->value_count);
    size_t n = 0;
    assert(s->neighbour_count + s->value_count <= BUILD_NEIGHBOURS);
    for (uint32_t i = 0; i < s->neighbour_count; i++) {
        const struct build_entity *k = build_entity_at(b, neighbours[i].entity);
        half_to_float(floats, vectors_of(b, k),
                      b->z0_floats + (with_z1 && k->level1 ? b->z1_floats : 0));
        out[n++] = (struct network_neighbour){.relation = neighbours[i].relation,
                                              .named = neighbours[i].named,
                                              .text = build_entity_said(b, k),
                                              .z0 = floats,
                                              .z1 = floats + b->z0_floats};
        floats += b->z0_floats + b->z1_floats;
    }
    for (uint32_t i = 0; i < s->value_count; i++) {
        struct slice datatype = {texts, values[i].datatype_bytes};
        struct slice text = {texts + datatype.len, values[i].text_bytes};
        texts += datatype.len + text.len;
        profiles_value_vector(b->engine->profiles, text, datatype, worker, floats);
        out[n++] = (struct network_neighbour){.relation = values[i].relation,
                                              .named = values[i].named,
                                              .text = text,
                                              .datatype = datatype,
                                              .z0 = floats};
        floats += b->z0_floats;
    }
    return n;
}

static int look_around(struct build *b, void *thing, struct arena *arena, unsigned worker)
{
    (void)arena;
    struct network_neighbour neighbours[BUILD_NEIGHBOURS];
    float floats[BUILD_NEIGHBOURS * BUILD_FLOATS], z0[BUILD_FLOATS], z1[BUILD_FLOATS];
    const struct build_entity *x = build_entity_at(b, *(const uint32_t *)thing);
    uint16_t *vectors = temporary_memory_at(b->heap, x->vectors);
    size_t n = build_vector_gather(b, x, false, worker, floats, neighbours);
    half_to_float(z0, vectors, b->z0_floats);
    network_vector1(b->model, z0, neighbours, n, z1);
    half_from_float(vectors + b->z0_floats, z1, b->z1_floats);
    return ERR_OK;
}

static int write_row(struct build *b, const struct build_entity *x, struct buf *row)
{
    buf_clear(row);
    buf_append_u8(row, x->namesakes);
    buf_append_u8(row, 0);
    buf_append(row, vectors_of(b, x),
               (b->z0_floats + (x->level1 ? b->z1_floats : 0)) * sizeof(uint16_t));
    buf_append_slice(row, build_entity_said(b, x));
    return build_put_of(b, KV_VECTORS, x->id, row);
}

int build_vector_write(struct build *b, size_t bucket)
{
    uint64_t begin = b->first[bucket], end = b->first[bucket + 1];
    uint32_t *level1 = arena_alloc(b->arena, (size_t)(end - begin + 1) * sizeof(*level1));
    struct buf row = {0};
    size_t n = 0;
    int rc = level1 ? ERR_OK : ERR_NO_MEMORY;
    for (uint64_t i = begin; !rc && i < end; i++)
        if (build_entity_at(b, (uint32_t)i)->level1)
            level1[n++] = (uint32_t)i;
    if (!rc)
        rc = build_each(b, n, 32, level1, sizeof(*level1), look_around);
    for (uint64_t i = begin; !rc && i < end; i++)
        rc = write_row(b, build_entity_at(b, (uint32_t)i), &row);
    buf_fini(&row);
    return rc;
}
