/*
 * turn_namesakes.c - how many entities of a graph and type bear a name: what a
 * name alone proves is less the more there are.  In powers of two, so that few
 * changes concern those who bear it already:
 *
 *     0: this one alone   1: 2 or 3   2: 4 to 7   ...   6: 64 and more   7: so many that the
 *     block of the name is dead
 *
 * A function of the sizes of one block, and so of the triples alone.
 */
#include "turn_parts.h"
#include "turn_rules.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"

#include <assert.h>

enum { NAMESAKES_MOST = 6, NAMESAKES_DEAD = 7 };

uint8_t turn_namesakes_count(bool live, uint64_t members)
{
    uint8_t n = 0;
    if (!live)
        return NAMESAKES_DEAD;
    while (n < NAMESAKES_MOST && members >> (n + 1))
        n++;
    assert(n < NAMESAKES_DEAD);
    return n;
}

struct namesakes_before turn_namesakes_before(const struct work_block *b)
{
    assert(b->block.side_count <= BLOCK_MAX_GRAPHS);
    struct namesakes_before before = {.lived = b->block.live, .side_count = b->block.side_count};
    for (unsigned i = 0; i < before.side_count; i++)
        before.sides[i] = b->block.sides[i];
    return before;
}

static uint64_t members_before(const struct namesakes_before *before, uint16_t tag)
{
    for (unsigned i = 0; i < before->side_count; i++)
        if (before->sides[i].graph_tag == tag)
            return before->sides[i].members;
    return 0;
}

void turn_namesakes_changed(struct work_set *set, const struct work_block *b,
                            const struct namesakes_before *before, bool lives, uint32_t cause)
{
    if (block_key_class(b->key) != BLOCK_KEY_HEAD)
        return;
    for (size_t i = 0; i < b->block.count; i++) {
        struct id id = b->block.members[i].id;
        uint16_t tag = id_graph(id);
        uint64_t was = members_before(before, tag), is = block_side_members(&b->block, tag);
        if (turn_namesakes_count(before->lived, was) == turn_namesakes_count(lives, is))
            continue;
        struct work *w = work_get(set, id);
        work_flag(w, WORK_NAMESAKES, cause);
    }
}

/* The key of its name; false: it has none. */
static bool name_key(const struct work *w, uint64_t *ret_key)
{
    if (!work_alive(w) || !w->vectors || !w->said.len)
        return false;
    *ret_key = block_keys_whole(w->node.type, w->said);
    return true;
}

static int load_blocks(struct work_block_set *blocks, const struct work_list *list)
{
    uint64_t *keys = arena_alloc(blocks->arena, (list->count + 1) * sizeof(*keys));
    size_t n = 0;
    for (size_t i = 0; i < list->count; i++)
        n += name_key(list->works[i], &keys[n]);
    return work_block_need(blocks, keys, n);
}

/*
 * Reads the blocks of the names of entities flagged WORK_NAMESAKES, as the turn leaves them.
 * Makes how many bear each name.
 */
int turn_namesakes(struct turn *t)
{
    struct work_list list;
    work_list_flagged(&t->works, WORK_NAMESAKES, &list);
    int rc;
    if ((rc = work_load_nodes(&t->works, list.works, list.count)) ||
        (rc = work_load_vectors(&t->works, list.works, list.count)) ||
        (rc = load_blocks(&t->blocks, &list)))
        return rc;
    for (size_t i = 0; i < list.count; i++) {
        struct work *w = list.works[i];
        uint64_t key;
        uint8_t n = 0;
        if (name_key(w, &key)) {
            const struct block *b = &work_block_find(&t->blocks, key)->block;
            n = turn_namesakes_count(b->live, block_side_members(b, id_graph(w->id)));
        }
        if (n == w->namesakes)
            continue;
        w->namesakes = n;
        w->vectors_changed = true;
        work_flag(w, WORK_PROFILE, NO_CAUSE);
    }
    return ERR_OK;
}
