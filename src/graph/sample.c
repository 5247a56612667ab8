/*
 * sample.c - rows of samples, and the draw.  The draw keeps the best so far in a short sorted
 * list, and as each group offers its edges best first, the first one that is refused ends
 * it: of a hub with a million edges a dozen are read.
 *
 *  (1) slots descend by priority, equals in the order of the rows, and are limit at most: a
 *      sample is a function of the edges, not of the order in which groups are offered.
 */
#include "alignd/graph/sample.h"

#include "alignd/base/err.h"
#include "alignd/base/reader.h"
#include "alignd/base/text.h"
#include "alignd/graph/node.h"
#include "alignd/graph/predicate.h"

#include <assert.h>

void sample_encode(struct buf *out, const struct sample *s)
{
    assert(s->neighbours || !s->neighbour_count);
    assert(s->values || !s->value_count);
    assert(s->keys || !s->key_count);
    buf_append_varint(out, s->neighbour_count);
    for (size_t i = 0; i < s->neighbour_count; i++) {
        char id[ID_BYTES];
        id_put(id, s->neighbours[i].id);
        buf_append_u64(out, s->neighbours[i].relation);
        buf_append(out, id, sizeof(id));
    }
    buf_append_varint(out, s->value_count);
    for (size_t i = 0; i < s->value_count; i++) {
        buf_append_u64(out, s->values[i].relation);
        buf_append_bytes(out, s->values[i].datatype);
        buf_append_bytes(out, s->values[i].text);
    }
    buf_append_varint(out, s->name_count);
    for (size_t i = 0; i < s->name_count; i++)
        buf_append_bytes(out, s->names[i]);
    buf_append_varint(out, s->identifier_count);
    for (size_t i = 0; i < s->identifier_count; i++) {
        buf_append_u64(out, s->identifiers[i].relation);
        buf_append_bytes(out, s->identifiers[i].text);
    }
    buf_append_varint(out, s->key_count);
    for (size_t i = 0; i < s->key_count; i++)
        buf_append_u64(out, s->keys[i]);
    buf_append_u64(out, s->signature[0]);
    buf_append_u64(out, s->signature[1]);
    if (!s->pin_count)
        return;
    buf_append_varint(out, s->pin_count);
    for (size_t i = 0; i < s->pin_count; i++) {
        assert(s->pins[i].neighbour < s->neighbour_count && s->pins[i].neighbour <= UINT8_MAX);
        char place = (char)s->pins[i].neighbour;
        buf_append(out, &place, 1);
        buf_append_u64(out, s->pins[i].pin);
    }
}

bool sample_draws_from(uint64_t relation, uint64_t edges, uint64_t inverse_limit)
{
    if (relation == RELATION_LABEL || relation == RELATION_ALIAS || relation == RELATION_TYPE ||
        relation == RELATION_IGNORED || relation_is_key(relation))
        return false;
    return !(relation & RELATION_INVERSE) || edges <= inverse_limit;
}

/* A count of things of at least so many bytes each that the rest can hold. */
static size_t take_count(struct reader *r, size_t bytes)
{
    assert(bytes);
    uint64_t n = reader_take_varint(r);
    if (n > (uint64_t)(r->end - r->at) / bytes) {
        r->failed = true;
        return 0;
    }
    return (size_t)n;
}

/* What is behind the signature, if anything. */
static int take_pins(struct reader *r, struct arena *arena, struct sample *s)
{
    if (r->at == r->end)
        return ERR_OK;
    s->pin_count = take_count(r, 9);
    s->pins = arena_alloc(arena, s->pin_count * sizeof(*s->pins));
    for (size_t i = 0; i < s->pin_count; i++) {
        const char *place = reader_take(r, 1);
        s->pins[i] = (struct sample_pin){place ? (uint8_t)*place : 0, reader_take_u64(r)};
        if (s->pins[i].neighbour >= s->neighbour_count)
            return ERR_STORE;
    }
    return r->failed || !s->pin_count ? ERR_STORE : ERR_OK;
}

int sample_decode(struct slice row, struct arena *arena, struct sample *ret_sample)
{
    struct reader r = reader_of(row);
    struct sample s = {0};

    s.neighbour_count = take_count(&r, 8 + ID_BYTES);
    s.neighbours = arena_alloc(arena, s.neighbour_count * sizeof(*s.neighbours));
    for (size_t i = 0; i < s.neighbour_count; i++) {
        s.neighbours[i].relation = reader_take_u64(&r);
        const char *id = reader_take(&r, ID_BYTES);
        s.neighbours[i].id = id ? id_get(id) : (struct id){0, 0};
    }
    s.value_count = take_count(&r, 10);
    s.values = arena_alloc(arena, s.value_count * sizeof(*s.values));
    for (size_t i = 0; i < s.value_count; i++) {
        s.values[i].relation = reader_take_u64(&r);
        s.values[i].datatype = reader_take_bytes(&r);
        s.values[i].text = reader_take_bytes(&r);
    }
    s.name_count = take_count(&r, 1);
    s.names = arena_alloc(arena, s.name_count * sizeof(*s.names));
    for (size_t i = 0; i < s.name_count; i++)
        s.names[i] = reader_take_bytes(&r);
    s.identifier_count = take_count(&r, 9);
    s.identifiers = arena_alloc(arena, s.identifier_count * sizeof(*s.identifiers));
    for (size_t i = 0; i < s.identifier_count; i++) {
        s.identifiers[i].relation = reader_take_u64(&r);
        s.identifiers[i].text = reader_take_bytes(&r);
    }
    s.key_count = take_count(&r, 8);
    s.keys = arena_alloc(arena, s.key_count * sizeof(*s.keys));
    for (size_t i = 0; i < s.key_count; i++)
        s.keys[i] = reader_take_u64(&r);
    s.signature[0] = reader_take_u64(&r);
    s.signature[1] = reader_take_u64(&r);
    int rc = r.failed ? ERR_STORE : take_pins(&r, arena, &s);
    if (rc || r.at != r.end)
        return ERR_STORE;
    *ret_sample = s;
    return ERR_OK;
}

bool sample_same_neighbourhood(const struct sample *a, const struct sample *b)
{
    if (a->neighbour_count != b->neighbour_count || a->value_count != b->value_count)
        return false;
    for (size_t i = 0; i < a->neighbour_count; i++)
        if (a->neighbours[i].relation != b->neighbours[i].relation ||
            !id_equal(a->neighbours[i].id, b->neighbours[i].id))
            return false;
    for (size_t i = 0; i < a->value_count; i++)
        if (a->values[i].relation != b->values[i].relation ||
            !slice_equal(a->values[i].text, b->values[i].text) ||
            !slice_equal(a->values[i].datatype, b->values[i].datatype))
            return false;
    return true;
}

bool sample_same_names(const struct sample *a, const struct sample *b)
{
    if (a->name_count != b->name_count || a->identifier_count != b->identifier_count)
        return false;
    for (size_t i = 0; i < a->name_count; i++)
        if (!slice_equal(a->names[i], b->names[i]))
            return false;
    for (size_t i = 0; i < a->identifier_count; i++)
        if (a->identifiers[i].relation != b->identifiers[i].relation ||
            !slice_equal(a->identifiers[i].text, b->identifiers[i].text))
            return false;
    return true;
}

bool sample_holds(const struct sample *s, struct id neighbour)
{
    assert(s->neighbours || !s->neighbour_count);
    for (size_t i = 0; i < s->neighbour_count; i++)
        if (id_equal(s->neighbours[i].id, neighbour))
            return true;
    return false;
}

void sampler_init(struct sampler *s, struct arena *arena, size_t limit)
{
    s->limit = limit;
    s->count = 0;
    s->slots = arena_alloc(arena, (limit + 1) * sizeof(*s->slots));
}

/* Is a drawn before b? */
static bool before(double priority, const struct edge *e, const struct sampler_slot *b)
{
    if (priority != b->priority)
        return priority > b->priority;
    return edge_compare(e, &b->edge) < 0;
}

bool sampler_offer(struct sampler *s, const struct edge *e, uint64_t group_edges)
{
    assert(group_edges);
    double priority = node_order_ln_u(e->order) * (double)group_edges;
    size_t at = s->count;
    assert(s->count <= s->limit); /* (1) */
    while (at > 0 && before(priority, e, &s->slots[at - 1]))
        at--;
    if (at == s->limit)
        return false;
    memmove(&s->slots[at + 1], &s->slots[at], (s->count - at) * sizeof(*s->slots));
    s->slots[at] = (struct sampler_slot){priority, *e};
    if (s->count < s->limit)
        s->count++;
    assert(s->count <= s->limit); /* (1) */
    return true;
}

void sampler_take_neighbours(const struct sampler *s, struct arena *arena, struct sample *sample)
{
    assert(s->count <= s->limit);
    sample->neighbour_count = 0;
    sample->neighbours = arena_alloc(arena, (s->count + 1) * sizeof(*sample->neighbours));
    for (size_t i = 0; i < s->count; i++) {
        const struct edge *edge = &s->slots[i].edge;
        sample->neighbours[sample->neighbour_count++] =
            (struct sample_neighbour){edge->relation, edge->neighbour};
    }
    assert(sample->neighbour_count == s->count);
}

int sampler_take_values(const struct sampler *s, struct arena *arena, struct sample *sample)
{
    assert(s->count <= s->limit);
    sample->value_count = 0;
    sample->values = arena_alloc(arena, (s->count + 1) * sizeof(*sample->values));
    for (size_t i = 0; i < s->count; i++) {
        struct term term;
        if (edge_value_decode(s->slots[i].edge.value, &term))
            return ERR_STORE;
        sample->values[sample->value_count++] =
            (struct sample_value){.relation = s->slots[i].edge.relation,
                                  .datatype = term.datatype,
                                  .text = text_truncate(term.text, SAMPLE_VALUE_BYTES)};
    }
    return ERR_OK;
}
