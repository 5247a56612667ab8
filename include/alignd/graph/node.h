/*
 * node.h - the row of an entity (nodes of store/layout.h): what it is called
 * and how many neighbours share each of its relations.
 *
 * An entity has a row as long as a triple mentions it.
 */
#ifndef ALIGND_GRAPH_NODE_H
#define ALIGND_GRAPH_NODE_H

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/graph/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Labels are cut here, at a character's border. */
#define NODE_LABEL_BYTES 1024

struct node_group {
    uint64_t relation; /* code with direction and kind */
    uint64_t edges;    /* >= 1 */
};

struct node {
    uint8_t kind;      /* enum term_kind */
    struct slice term; /* IRI or blank node label */
    bool has_label;
    struct slice label;        /* as it stands in the literal, cut */
    struct slice type;         /* shared name; empty: untyped */
    uint32_t order;            /* of the rows that point here: edge.h */
    struct node_group *groups; /* by relation, ascending */
    size_t group_count;
};

void node_encode(struct buf *out, const struct node *n);

/* Slices point into row; groups come from the arena.  ERR_STORE for a row that
 * no node_encode wrote. */
int node_decode(struct slice row, struct arena *arena, struct node *ret_node);

/* How the entity is written, without a look at the rest of the row; lent from it.  ERR_STORE. */
int node_decode_term(struct slice row, struct term *ret_term);

/* Edges of a group; 0 when there is none. */
uint64_t node_group_edges(const struct node *n, uint64_t relation);
/* Adds delta edges to a group; ERR_STORE when it has fewer than are taken away,
 * as rows that disagree with each other make it. */
int node_group_add(struct node *n, struct arena *arena, uint64_t relation, int64_t delta);
/* Edges of all groups. */
uint64_t node_degree(const struct node *n);

/*
 * The 32 bits by which neighbours are ordered within a relation, smallest
 * first: the complement of a hash u of the normalised label, so that the same
 * name ranks the same in every graph (coordinated samples); without a label,
 * of the id.
 */
uint32_t node_order_of_text(struct slice normalised);
uint32_t node_order_of_id(struct id id);
/* ln(u) of an order; u in (0, 1). */
double node_order_ln_u(uint32_t order);
#endif
