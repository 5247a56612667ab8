/*
 * node.c - rows of entities, to bytes and back, and the counts by relation within them.
 *
 *  (1) Groups ascend by relation and have an edge at least: one that loses its last one goes.
 *  (2) Their room is not kept but follows from their number (group_room): a power of two,
 *      2 or more, above the number at decoding; so it can be full only where the number is one.
 */
#include "alignd/graph/node.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/reader.h"
#include "alignd/base/series.h"

#include <assert.h>

void node_encode(struct buf *out, const struct node *n)
{
    buf_append_u8(out, n->kind);
    buf_append_bytes(out, n->term);
    buf_append_u8(out, n->has_label);
    buf_append_bytes(out, n->label);
    buf_append_bytes(out, n->type);
    buf_append_u32(out, n->order);
    buf_append_varint(out, n->group_count);
    assert(!n->group_count || n->groups);
    for (size_t i = 0; i < n->group_count; i++) {
        assert(n->groups[i].edges);                                      /* (1) */
        assert(!i || n->groups[i - 1].relation < n->groups[i].relation); /* (1) */
        buf_append_u64(out, n->groups[i].relation);
        buf_append_varint(out, n->groups[i].edges);
    }
}

/* Room for that many groups and one more at least: a power of two, 2 or more.
 * node_group_add counts on it. */
static size_t group_room(size_t count)
{
    size_t room = 2;
    while (room <= count)
        room *= 2;
    assert(room > count && !(room & (room - 1))); /* (2) */
    return room;
}

int node_decode(struct slice row, struct arena *arena, struct node *ret_node)
{
    struct reader r = reader_of(row);
    struct node n = {0};
    n.kind = reader_take_u8(&r);
    n.term = reader_take_bytes(&r);
    n.has_label = reader_take_u8(&r) != 0;
    n.label = reader_take_bytes(&r);
    n.type = reader_take_bytes(&r);
    n.order = reader_take_u32(&r);
    uint64_t count = reader_take_varint(&r);
    if (r.failed || !n.term.len || count > (uint64_t)(r.end - r.at) / 9)
        return ERR_STORE;
    n.group_count = (size_t)count;
    n.groups = arena_alloc(arena, group_room(n.group_count) * sizeof(*n.groups));
    for (size_t i = 0; i < n.group_count; i++) {
        n.groups[i].relation = reader_take_u64(&r);
        n.groups[i].edges = reader_take_varint(&r);
        bool ascends = !i || n.groups[i - 1].relation < n.groups[i].relation;
        if (!n.groups[i].edges || !ascends) /* (1): damaged */
            return ERR_STORE;
    }
    if (r.failed || r.at != r.end)
        return ERR_STORE;
    assert(n.group_count < group_room(n.group_count));
    *ret_node = n;
    return ERR_OK;
}

int node_decode_term(struct slice row, struct term *ret_term)
{
    struct reader r = reader_of(row);
    uint8_t kind = reader_take_u8(&r);
    struct slice text = reader_take_bytes(&r);
    if (r.failed || kind > TERM_BLANK)
        return ERR_STORE;
    *ret_term = (struct term){.kind = (enum term_kind)kind, .text = text};
    return ERR_OK;
}

/* The first group at or behind relation. */
static size_t group_find(const struct node *n, uint64_t relation)
{
    size_t low = 0, high = n->group_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (n->groups[middle].relation < relation)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low == n->group_count || n->groups[low].relation >= relation);
    return low;
}

uint64_t node_group_edges(const struct node *n, uint64_t relation)
{
    size_t i = group_find(n, relation);
    return i < n->group_count && n->groups[i].relation == relation ? n->groups[i].edges : 0;
}

int node_group_add(struct node *n, struct arena *arena, uint64_t relation, int64_t delta)
{
    assert(!n->group_count || n->groups);
    size_t i = group_find(n, relation);
    if (i < n->group_count && n->groups[i].relation == relation) {
        if (delta < 0 && n->groups[i].edges < (uint64_t)-delta)
            return ERR_STORE;
        n->groups[i].edges += (uint64_t)delta;
        if (n->groups[i].edges == 0) {
            memmove(&n->groups[i], &n->groups[i + 1],
                    (n->group_count - i - 1) * sizeof(*n->groups));
            n->group_count--;
        }
        return ERR_OK;
    }
    if (delta <= 0)
        return ERR_STORE;
    /* room grows at every power of two from 2 up */
    if (n->group_count >= 2 && (n->group_count & (n->group_count - 1)) == 0) {
        struct node_group *more = arena_alloc(arena, 2 * n->group_count * sizeof(*more));
        memcpy(more, n->groups, n->group_count * sizeof(*more));
        n->groups = more;
    } else if (!n->groups) {
        n->groups = arena_alloc(arena, 2 * sizeof(*n->groups));
    }
    memmove(&n->groups[i + 1], &n->groups[i], (n->group_count - i) * sizeof(*n->groups));
    n->groups[i] = (struct node_group){relation, (uint64_t)delta};
    assert(!i || n->groups[i - 1].relation < relation); /* (1) */
    n->group_count++;
    return ERR_OK;
}

uint64_t node_degree(const struct node *n)
{
    assert(!n->group_count || n->groups);
    uint64_t sum = 0;
    for (size_t i = 0; i < n->group_count; i++)
        sum += n->groups[i].edges;
    return sum;
}

uint32_t node_order_of_text(struct slice normalised)
{
    return ~(uint32_t)(hash_bytes(normalised, 9) >> 32);
}

uint32_t node_order_of_id(struct id id)
{
    return ~(uint32_t)(id.lo >> 32);
}

double node_order_ln_u(uint32_t order)
{
    return series_ln(((double)(uint32_t)~order + 0.5) * 0x1p-32);
}
