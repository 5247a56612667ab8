/*
 * block.h - the members of a block: rows of blocks (store/layout.h).
 *
 * A block is dead while a graph has more than L members in it; its members
 * then stand one by one in postings (posting.h), where a stop word may have millions.
 * Which of the two holds depends on the sizes alone, so the rows are a function
 * of the members.
 */
#ifndef ALIGND_ALIGN_BLOCK_H
#define ALIGND_ALIGN_BLOCK_H

#include "alignd/base/arena.h"
#include "alignd/base/buf.h"
#include "alignd/graph/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_KEY_BYTES LAYOUT_BLOCK_KEY_BYTES
#define BLOCK_MAX_GRAPHS 16

struct block_member {
    struct id id;
    uint64_t signature[2];
};

struct block_side {
    uint16_t graph_tag;
    uint64_t members;
};

struct block {
    bool live;
    struct block_member *members; /* live: by id, so by graph */
    size_t count;
    size_t room;              /* of members, in the arena */
    struct block_side *sides; /* by tag; those with members; in the arena */
    unsigned side_count, side_room;
};

/* An empty row is an empty live block. ERR_STORE. */
int block_decode(struct slice row, struct arena *arena, struct block *ret_block);
void block_encode(struct buf *out, const struct block *b);

uint64_t block_side_members(const struct block *b, uint16_t graph_tag);
/* ERR_STORE when a side would have fewer than none, or there would be more than BLOCK_MAX_GRAPHS
 * sides: then rows disagree with each other, and the block is as it was. arena: for another side,
 * or NULL when there is room for all. */
int block_side_add(struct block *b, struct arena *arena, uint16_t graph_tag, int64_t delta);
/* Of the graph with the most. */
uint64_t block_most(const struct block *b);
/* No side over the limit? */
bool block_within(const struct block *b, uint64_t limit);

/* Live blocks: the member of that id or NULL; put replaces the signature.
 * Both return ERR_STORE as block_side_add does. */
struct block_member *block_find(const struct block *b, struct id id);
int block_put(struct block *b, struct arena *arena, const struct block_member *member);
int block_remove(struct block *b, struct id id); /* ERR_STORE: it is not there */

/* The range of members of a graph. */
void block_range(const struct block *b, uint16_t graph_tag, size_t *ret_begin, size_t *ret_end);

void block_key_put(char out[BLOCK_KEY_BYTES], uint64_t key);
#endif
