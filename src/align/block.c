/*
 * block.c - rows of blocks, to bytes and back, and members in and out.
 *
 *  (1) Members of a live block ascend by id, so those of a graph stand together.
 *  (2) sides are by tag, none without members: in a live block they count the members, in a
 *      dead one they are all that is left of them.
 */
#include "alignd/align/block.h"

#include "alignd/align/posting.h"
#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/base/reader.h"

#include <assert.h>

#define MEMBER_BYTES (ID_BYTES + POSTING_VALUE_BYTES)
#define MEMBERS_MAX ((uint64_t)1 << 48) /* of a side: what a row may say and be believed */

static int decode_live(struct reader *r, struct arena *arena, struct block *b)
{
    assert(b->live && !b->count);
    uint64_t n = reader_take_varint(r);
    if (r->failed || n != (uint64_t)(r->end - r->at) / MEMBER_BYTES)
        return ERR_STORE;
    b->count = (size_t)n;
    b->room = b->count + b->count / 4 + 1; /* one may come */
    assert(b->count < b->room);
    b->members = arena_alloc(arena, b->room * sizeof(*b->members));
    const char *p = reader_take(r, b->count * MEMBER_BYTES);
    for (size_t i = 0; i < b->count; i++, p += MEMBER_BYTES) {
        struct block_member *m = &b->members[i];
        m->id = id_get(p);
        posting_value_get(p + ID_BYTES, m->signature);
        int rc = block_side_add(b, arena, id_graph(m->id), 1);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

static int decode_dead(struct reader *r, struct arena *arena, struct block *b)
{
    assert(!b->live && !b->count);
    uint64_t n = reader_take_varint(r);
    for (uint64_t i = 0; i < n && !r->failed; i++) {
        uint16_t tag = reader_take_u8(r);
        tag = (uint16_t)(tag | reader_take_u8(r) << 8);
        uint64_t members = reader_take_varint(r);
        if (r->failed || members == 0 || members > MEMBERS_MAX || block_side_members(b, tag))
            return ERR_STORE;
        int rc = block_side_add(b, arena, tag, (int64_t)members);
        if (rc)
            return rc;
    }
    return ERR_OK;
}

int block_decode(struct slice row, struct arena *arena, struct block *ret_block)
{
    *ret_block = (struct block){.live = true};
    if (!row.len)
        return ERR_OK;
    struct reader r = reader_of(row);
    uint8_t live = reader_take_u8(&r);
    ret_block->live = live == 1;
    if (live > 1)
        return ERR_STORE;
    int rc = live ? decode_live(&r, arena, ret_block) : decode_dead(&r, arena, ret_block);
    if (rc)
        return rc;
    return r.failed || r.at != r.end ? ERR_STORE : ERR_OK;
}

void block_encode(struct buf *out, const struct block *b)
{
    assert(b->members || !b->count);
    buf_append_u8(out, b->live);
    if (!b->live) {
        buf_append_varint(out, b->side_count);
        for (size_t i = 0; i < b->side_count; i++) {
            buf_append_u8(out, (uint8_t)b->sides[i].graph_tag);
            buf_append_u8(out, (uint8_t)(b->sides[i].graph_tag >> 8));
            buf_append_varint(out, b->sides[i].members);
        }
        return;
    }
    buf_append_varint(out, b->count);
    char *p = buf_extend(out, b->count * MEMBER_BYTES);
    for (size_t i = 0; i < b->count; i++, p += MEMBER_BYTES) {
        id_put(p, b->members[i].id);
        posting_value_put(p + ID_BYTES, b->members[i].signature);
    }
}

uint64_t block_side_members(const struct block *b, uint16_t graph_tag)
{
    assert(b->sides || !b->side_count);
    for (size_t i = 0; i < b->side_count; i++)
        if (b->sides[i].graph_tag == graph_tag)
            return b->sides[i].members;
    return 0;
}

static void grow_sides(struct block *b, struct arena *arena)
{
    assert(b->side_count == b->side_room);
    unsigned room = b->side_room ? 2 * b->side_room : 2;
    assert(arena); /* who takes away, or has room for all, needs none */
    struct block_side *sides = arena_alloc(arena, room * sizeof(*sides));
    if (b->side_count)
        memcpy(sides, b->sides, b->side_count * sizeof(*sides));
    b->sides = sides;
    b->side_room = room;
}

int block_side_add(struct block *b, struct arena *arena, uint16_t graph_tag, int64_t delta)
{
    assert(b->side_count <= BLOCK_MAX_GRAPHS);
    size_t i = 0;
    while (i < b->side_count && b->sides[i].graph_tag < graph_tag)
        i++;
    bool there = i < b->side_count && b->sides[i].graph_tag == graph_tag;
    if (there ? delta < 0 && b->sides[i].members < (uint64_t)-delta
              : delta <= 0 || b->side_count == BLOCK_MAX_GRAPHS)
        return ERR_STORE;
    if (!there && b->side_count == b->side_room)
        grow_sides(b, arena);
    if (!there) {
        memmove(&b->sides[i + 1], &b->sides[i], (b->side_count - i) * sizeof(*b->sides));
        b->sides[i] = (struct block_side){graph_tag, 0};
        b->side_count++;
    }
    b->sides[i].members += (uint64_t)delta;
    if (b->sides[i].members == 0) {
        memmove(&b->sides[i], &b->sides[i + 1], (b->side_count - i - 1) * sizeof(*b->sides));
        b->side_count--;
    }
    return ERR_OK;
}

uint64_t block_most(const struct block *b)
{
    assert(b->sides || !b->side_count);
    uint64_t most = 0;
    for (size_t i = 0; i < b->side_count; i++)
        if (b->sides[i].members > most)
            most = b->sides[i].members;
    return most;
}

bool block_within(const struct block *b, uint64_t limit)
{
    return block_most(b) <= limit;
}

static size_t lower_bound(const struct block *b, struct id id)
{
    size_t low = 0, high = b->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (id_compare(b->members[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct block_member *block_find(const struct block *b, struct id id)
{
    size_t i = lower_bound(b, id);
    return i < b->count && id_equal(b->members[i].id, id) ? &b->members[i] : NULL;
}

int block_put(struct block *b, struct arena *arena, const struct block_member *member)
{
    assert(b->live);
    size_t i = lower_bound(b, member->id);
    if (i < b->count && id_equal(b->members[i].id, member->id)) {
        b->members[i] = *member;
        return ERR_OK;
    }
    if (b->count == b->room) {
        size_t room = b->room ? b->room * 2 : 1; /* most blocks have one member */
        struct block_member *members = arena_alloc(arena, room * sizeof(*members));
        if (b->count)
            memcpy(members, b->members, b->count * sizeof(*members));
        b->members = members;
        b->room = room;
    }
    memmove(&b->members[i + 1], &b->members[i], (b->count - i) * sizeof(*b->members));
    b->members[i] = *member;
    b->count++;
    assert(b->count <= b->room);
    assert(i + 1 == b->count || id_compare(member->id, b->members[i + 1].id) < 0); /* (1) */
    return block_side_add(b, arena, id_graph(member->id), 1);
}

int block_remove(struct block *b, struct id id)
{
    assert(b->live);
    struct block_member *m = block_find(b, id);
    if (!m)
        return ERR_STORE;
    assert(m >= b->members && m < b->members + b->count);
    memmove(m, m + 1, (size_t)(b->members + b->count - m - 1) * sizeof(*m));
    b->count--;
    return block_side_add(b, NULL, id_graph(id), -1);
}

void block_range(const struct block *b, uint16_t graph_tag, size_t *ret_begin, size_t *ret_end)
{
    *ret_begin = lower_bound(b, (struct id){(uint64_t)graph_tag << 48, 0});
    *ret_end = graph_tag == UINT16_MAX
                   ? b->count
                   : lower_bound(b, (struct id){(uint64_t)(graph_tag + 1) << 48, 0});
    assert(*ret_begin <= *ret_end && *ret_end <= b->count);
}

void block_key_put(char out[BLOCK_KEY_BYTES], uint64_t key)
{
    put_be64(out, key);
}
