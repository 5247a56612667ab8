/*
 * turn_namesakes.c - how many entities of a graph and type bear a name: what a
 * name alone proves is less the more there are.  In powers of two, so that few
 * changes concern those who bear it already:
 *
 *     0: this one alone   1: 2 or 3   2: 4 to 7   ...   6: 64 and more   7: so many that the
 *     block of the name is dead
 *
 * So it is told of the identifiers of an entity: one that too many have says nothing.
 *
 * A function of the sizes of one block, and so of the triples alone.  Who bears it as a further
 * name counts among them, and of each further name it is told too.
 */
#include "turn_parts.h"
#include "turn_rules.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"

#include <assert.h>

enum { NAMESAKES_MOST = 6, NAMESAKES_DEAD = LAYOUT_NAMESAKES_DEAD };
static_assert(TURN_NAMED * LAYOUT_NAMESAKES_BITS <= 64, "all are told in one number");
static_assert((int)SAMPLE_IDENTIFIERS == (int)NETWORK_MAX_IDENTIFIERS, "all are compared");

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
    assert(before->side_count <= BLOCK_MAX_GRAPHS);
    if (!turn_namesakes_are_told(b->key))
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

size_t turn_namesakes_keys(struct slice type, struct slice label, const struct sample *s,
                           struct arena *arena, uint64_t keys[TURN_NAMED])
{
    const struct slice *names = turn_sample_names(s, arena);
    assert(s->name_count < NETWORK_MAX_NAMES);
    keys[0] = label.len ? block_keys_whole(type, label) : 0;
    for (size_t i = 0; i < s->name_count; i++)
        keys[i + 1] = block_keys_whole(type, names[i]);
    if (!s->identifier_count)
        return s->name_count + 1;
    for (size_t i = s->name_count + 1; i < NETWORK_MAX_NAMES; i++)
        keys[i] = 0;
    assert(s->identifier_count <= NETWORK_MAX_IDENTIFIERS);
    for (size_t i = 0; i < s->identifier_count; i++)
        keys[NETWORK_MAX_NAMES + i] =
            block_keys_identifier(type, s->identifiers[i].relation, s->identifiers[i].text);
    return NETWORK_MAX_NAMES + s->identifier_count;
}

/* The keys of its names, where it has any. */
struct named {
    uint64_t keys[TURN_NAMED];
    size_t count;
};

static struct named *name_all(struct arena *arena, const struct work_list *list)
{
    struct named *all = arena_calloc(arena, list->count + 1, sizeof(*all));
    for (size_t i = 0; i < list->count; i++) {
        const struct work *w = list->works[i];
        if (work_alive(w) && w->vectors && w->sample)
            all[i].count =
                turn_namesakes_keys(w->node.type, w->said, w->sample, arena, all[i].keys);
    }
    return all;
}

static int load_blocks(struct work_block_set *blocks, const struct named *all, size_t count)
{
    uint64_t *keys = arena_alloc(blocks->arena, (count + 1) * sizeof(all->keys));
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < all[i].count; k++)
            if (all[i].keys[k])
                keys[n++] = all[i].keys[k];
    assert(n <= count * TURN_NAMED);
    return work_block_need(blocks, keys, n);
}

static uint64_t count_all(const struct work_block_set *blocks, const struct named *named,
                          uint16_t tag)
{
    assert(named->count <= TURN_NAMED);
    uint64_t all = 0;
    for (size_t k = 0; k < named->count; k++) {
        if (!named->keys[k])
            continue;
        const struct work_block *found = work_block_find(blocks, named->keys[k]);
        assert(found); /* load_blocks */
        uint64_t n =
            turn_namesakes_count(found->block.live, block_side_members(&found->block, tag));
        all |= n << LAYOUT_NAMESAKES_BITS * k;
    }
    return all;
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
        (rc = work_load_samples(&t->works, list.works, list.count)))
        return rc;
    struct named *all = name_all(t->arena, &list);
    if ((rc = load_blocks(&t->blocks, all, list.count)))
        return rc;
    for (size_t i = 0; i < list.count; i++) {
        struct work *w = list.works[i];
        uint64_t n = count_all(&t->blocks, &all[i], id_graph(w->id));
        if (n == w->namesakes)
            continue;
        w->namesakes = n;
        w->vectors_changed = true;
        work_flag(w, WORK_PROFILE, NO_CAUSE);
    }
    return ERR_OK;
}
