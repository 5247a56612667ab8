/*
 * id.c - ids from content.  Every kind of thing has seeds of its own, so the IRI 'x', the blank
 * node 'x' and the literal "x" are three; datatype and language go into the seed of a value.
 * The seeds are part of the on-disk format.
 *
 *  (1) No graph has the tag 0: that is what the ids of values have there.
 */
#include "alignd/graph/id.h"

#include "alignd/base/hash.h"

#include <assert.h>

uint16_t id_graph_tag(struct slice name)
{
    uint16_t tag = (uint16_t)(hash_bytes(name, 1) >> 48);
    return tag ? tag : 1;
}

struct id id_of_entity(uint16_t graph_tag, const struct term *term)
{
    assert(graph_tag && term->kind != TERM_LITERAL); /* (1) */
    struct hash128 h = hash_bytes_128(term->text, term->kind == TERM_BLANK ? 3 : 2);
    return (struct id){(h.hi >> 16) | (uint64_t)graph_tag << 48, h.lo};
}

struct id id_of_value(const struct term *term)
{
    assert(term->kind <= TERM_LITERAL);
    uint64_t seed = 4 + (uint64_t)term->kind;
    if (term->datatype.len)
        seed = hash_mix(seed, hash_bytes(term->datatype, 5));
    if (term->lang.len)
        seed = hash_mix(seed, hash_bytes(term->lang, 6));
    struct hash128 h = hash_bytes_128(term->text, seed);
    return (struct id){h.hi >> 16, h.lo};
}
