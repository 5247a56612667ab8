#include "alignd/graph/id.h"

#include "alignd/base/hash.h"

uint16_t id_graph_tag(struct slice name)
{
    uint16_t tag = (uint16_t)(hash_bytes(name, 1) >> 48);
    return tag ? tag : 1;
}

struct id id_of_entity(uint16_t graph_tag, const struct term *term)
{
    struct hash128 h = hash_bytes_128(term->text, term->kind == TERM_BLANK ? 3 : 2);
    return (struct id){(h.hi >> 16) | (uint64_t)graph_tag << 48, h.lo};
}

struct id id_of_value(const struct term *term)
{
    uint64_t seed = 4 + (uint64_t)term->kind;
    if (term->datatype.len)
        seed = hash_mix(seed, hash_bytes(term->datatype, 5));
    if (term->lang.len)
        seed = hash_mix(seed, hash_bytes(term->lang, 6));
    struct hash128 h = hash_bytes_128(term->text, seed);
    return (struct id){h.hi >> 16, h.lo};
}
