/*
 * id.h - what entities and values are called inside: hashes of their content,
 * so that no counter is needed and every instance agrees on them.
 *
 * An entity's id is 16 bits of its graph's name and 112 bits of its term.
 * Two of n entities of a graph share an id with probability n^2 / 2^113: 1e-16
 * at a billion, less than that of an undetected memory error, so collisions
 * are not looked for.  (XXH3 is no defence against someone who builds
 * collisions on purpose: integration/README.md, what is not guaranteed.)
 */
#ifndef ALIGND_GRAPH_ID_H
#define ALIGND_GRAPH_ID_H

#include "alignd/base/byte_order.h"
#include "alignd/graph/term.h"
#include "alignd/store/layout.h"

#include <stdbool.h>
#include <stdint.h>

#define ID_BYTES LAYOUT_ID_BYTES

struct id {
    uint64_t hi, lo; /* hi: the graph's tag in its upper 16 bits */
};

static inline bool id_equal(struct id a, struct id b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

static inline int id_compare(struct id a, struct id b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return (a.lo > b.lo) - (a.lo < b.lo);
}

static inline uint16_t id_graph(struct id id)
{
    return (uint16_t)(id.hi >> 48);
}

/* Big-endian, so that bytes sort as ids do. */
static inline void id_put(char out[ID_BYTES], struct id id)
{
    put_be64(out, id.hi);
    put_be64(out + 8, id.lo);
}

static inline struct id id_get(const char in[ID_BYTES])
{
    return (struct id){get_be64(in), get_be64(in + 8)};
}

/* 16 bits of a graph's name, never 0.  Two graphs of one store must differ in it. */
uint16_t id_graph_tag(struct slice name);

/* The id of an IRI or blank node within a graph. */
struct id id_of_entity(uint16_t graph_tag, const struct term *term);

/* The entity that another graph knows by the same term. */
static inline struct id id_in_graph(struct id id, uint16_t graph_tag)
{
    return (struct id){(id.hi & UINT64_C(0xffffffffffff)) | (uint64_t)graph_tag << 48, id.lo};
}

/*
 * A part of another entity, its root, goes with it where that is cleared: the nested objects of a
 * record.  Its IRI is that of the root, '#' (or '//', where the root's has one) and names with a
 * number, between slashes: ROOT#offers~00001/price~00000.  So are the statements of a Wikibase,
 * BASEstatement/ID-UUID of BASEID.  Parts of one root have its id's first half, so they are found
 * next to it.
 */
#define ID_PART_DIGITS 5 /* at least */
struct id_root {
    struct slice text; /* the IRI, lent from the part's or from room */
    char room[256];
};
bool id_root_of_part(const struct term *term, struct id_root *ret_root);
/* The id of the root of a part; false: it is none. */
bool id_of_root(uint16_t graph_tag, const struct term *term, struct id *ret_root);

/* The id of a literal, or of a term that is taken as one (a type): tag 0. */
struct id id_of_value(const struct term *term);
#endif
