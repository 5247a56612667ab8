/*
 * edge.h - rows of adjacency (store/layout.h): one neighbour of one entity.
 *
 * The rows of an entity stand by relation and, within one, in sampling order
 * (node.h): the best K of a group are its first K rows.  Between entities a
 * triple has two rows, one at each end; the one at the subject (direction bit
 * clear) is the triple.
 *
 * A label's order is the place of its language, its rank and the first bits of its text, so that
 * the label of an entity is found among the first rows of RELATION_LABEL.
 */
#ifndef ALIGND_GRAPH_EDGE_H
#define ALIGND_GRAPH_EDGE_H

#include "alignd/base/buf.h"
#include "alignd/graph/id.h"

#include <stdbool.h>
#include <stdint.h>

#define EDGE_KEY_BYTES LAYOUT_ADJACENCY_KEY_BYTES
#define EDGE_GROUP_BYTES 24 /* entity and relation: the prefix of a group */

struct edge {
    uint64_t relation; /* code: predicate.h */
    uint32_t order;
    struct id neighbour;
    uint64_t predicate; /* hash of the IRI */
    struct slice value; /* the row's value; empty for an entity */
};

static inline bool edge_is_value(const struct edge *e)
{
    return e->value.len != 0;
}

/* Order of the rows of one entity. */
int edge_compare(const struct edge *a, const struct edge *b);

void edge_key(char out[EDGE_KEY_BYTES], struct id entity, const struct edge *e);
/* The first key of a group. */
void edge_group_key(char out[EDGE_GROUP_BYTES], struct id entity, uint64_t relation);
/* ERR_STORE for a key of another length. */
int edge_decode(struct slice key, struct slice value, struct id *ret_entity, struct edge *ret_edge);

/* The value of a row that ends in a literal or a type, and back. */
void edge_value_encode(struct buf *out, const struct term *term);
int edge_value_decode(struct slice value, struct term *ret_term);

/* rank: less than EDGE_LABEL_RANKS; languages: the preferred ones, with commas between (en is en-GB
 * too), behind which those without a language come, and then all others; empty: all are one. */
enum { EDGE_LABEL_RANKS = 128 };
/* The place of its language, of the order of a label. */
#define EDGE_LABEL_PLACE_SHIFT 29
uint32_t edge_label_order(uint8_t rank, struct slice languages, const struct term *label);
#endif
