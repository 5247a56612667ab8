/*
 * build_block.c - block keys to blocks, and to the pairs that meet in them.
 *
 * All members of a block are at hand at once: whether it lives is known, how many bear a name,
 * and of each two of different graphs what sharing the block says.  So a hint tells that,
 * and how far apart their signatures are; build_pair.c adds up the hints of a pair.
 */
#include "build_internal.h"
#include "turn_rules.h"

#include "alignd/align/block_keys.h"
#include "alignd/align/posting.h"
#include "alignd/base/byte_order.h"
#include "alignd/base/err.h"
#include "alignd/kernel/signs.h"

#include <assert.h>

/* A block while its records are gone through. */
struct meeting {
    uint64_t key;
    struct block block;
    uint32_t *numbers; /* of the members */
};

static uint32_t number_of(struct slice record)
{
    return get_be32(record.data + 8);
}

static bool has_key(struct slice record)
{
    return get_be32(record.data + BUILD_KEY_ASKS_AT) & BUILD_KEY_HAS;
}

static int gather(struct build_worker *w, const struct slice *records, size_t count,
                  struct meeting *m)
{
    assert(count > 0);
    const struct build *b = w->b;
    uint64_t limit = block_key_limit(m->key, (uint64_t)b->engine->options.block_limit);
    int rc = ERR_OK;
    m->block =
        (struct block){.members = arena_alloc(w->arena, count * sizeof(struct block_member))};
    m->numbers = arena_alloc(w->arena, count * sizeof(*m->numbers));
    for (size_t i = 0; i < count && !rc; i++) {
        if (!has_key(records[i]))
            continue;
        m->numbers[m->block.count] = number_of(records[i]);
        struct block_member *member = &m->block.members[m->block.count++];
        member->id = build_entity_at(b, number_of(records[i]))->id;
        memcpy(member->signature, records[i].data + 12, sizeof(member->signature));
        rc = block_side_add(&m->block, w->arena, id_graph(member->id), 1);
    }
    m->block.live = block_within(&m->block, limit);
    assert(m->block.side_count <= m->block.count);
    assert(m->block.count <= count);
    return rc;
}

static int write_block(struct build_worker *w, const struct meeting *m)
{
    char key[BLOCK_KEY_BYTES], posting[POSTING_KEY_BYTES], value[POSTING_VALUE_BYTES];
    int rc = ERR_OK;
    if (!m->block.count)
        return ERR_OK; /* somebody asked, nobody is there */
    for (size_t i = 0; i < m->block.count && !m->block.live && !rc; i++) {
        posting_key_put(posting, m->key, m->block.members[i].id);
        posting_value_put(value, m->block.members[i].signature);
        rc = build_put(w, KV_POSTINGS, (struct slice){posting, sizeof(posting)},
                       (struct slice){value, sizeof(value)});
    }
    if (rc)
        return rc;
    assert(m->block.side_count > 0);
    block_key_put(key, m->key);
    buf_clear(&w->row);
    block_encode(&w->row, &m->block);
    return build_put(w, KV_BLOCKS, (struct slice){key, sizeof(key)}, buf_slice(&w->row));
}

/* Those who bear this name learn how many do. */
static void count_namesakes(const struct build *b, const struct slice *records, size_t count,
                            const struct meeting *m)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t asks = get_be32(records[i].data + BUILD_KEY_ASKS_AT) & ~BUILD_KEY_HAS;
        if (!asks)
            continue;
        struct build_entity *x = build_entity_at(b, number_of(records[i]));
        uint64_t n =
            turn_namesakes_count(m->block.live, block_side_members(&m->block, id_graph(x->id)));
        for (size_t k = 0; asks >> k; k++)
            if (n && asks >> k & 1) /* what stays as it is dirties no page */
                __atomic_fetch_or(&x->namesakes, n << LAYOUT_NAMESAKES_BITS * k, __ATOMIC_RELAXED);
    }
}

static int put_hint(struct build_worker *w, const struct meeting *m, size_t i, size_t k, int points)
{
    assert(m->numbers[i] < m->numbers[k] && points >= 0 && points <= 0xfffff);
    const struct block_member *x = &m->block.members[i], *y = &m->block.members[k];
    const uint64_t *p = x->signature, *q = y->signature;
    struct spool *s = w->b->spools[BUILD_HINTS];
    struct build_hint *hint =
        (void *)spool_add(s, w->number, build_bucket_of(w->b, x->id), sizeof(*hint));
    if (!hint)
        return spool_status(s);
    *hint = (struct build_hint){.pair = {m->numbers[i], m->numbers[k]},
                                .points = (uint32_t)points & 0xfffff,
                                .labelled = (p[0] | p[1]) && (q[0] | q[1]),
                                .apart = signs_apart(p, q) & 0xff};
    return ERR_OK;
}

/* Every two of different graphs: members stand by graph. */
static int put_hints(struct build_worker *w, const struct meeting *m)
{
    assert(m->block.live && m->block.side_count > 1);
    const struct block *block = &m->block;
    int points =
        block_key_points(m->key, block_most(block), (uint64_t)w->b->engine->options.block_limit);
    int rc = ERR_OK;
    for (size_t i = 0, next = 0; i < block->count && !rc; i++) {
        while (next < block->count &&
               id_graph(block->members[next].id) <= id_graph(block->members[i].id))
            next++;
        for (size_t k = next; k < block->count && !rc; k++)
            rc = put_hint(w, m, i, k, points);
    }
    return rc;
}

/* All of one key. */
static int meet(struct build_worker *w, const struct slice *records, size_t count)
{
    assert(count > 0);
    struct meeting m = {.key = get_be64(records[0].data)};
    int rc;
    arena_reset(w->arena);
    if ((rc = gather(w, records, count, &m)) || (rc = write_block(w, &m)))
        return rc;
    count_namesakes(w->b, records, count, &m);
    return m.block.live && m.block.side_count > 1 ? put_hints(w, &m) : ERR_OK;
}

int build_block_meet(struct build_worker *w, size_t bucket)
{
    struct spool_bucket records;
    size_t bound = BUILD_BOUND_EVERY;
    int rc = spool_take(w->b->spools[BUILD_KEYS], bucket, &records);
    if (rc)
        goto done;
    spool_bucket_sort(&records, 0, 12);
    for (size_t i = 0, end; !rc && i < records.count; i = end) {
        for (end = i + 1; end < records.count; end++)
            if (get_be64(records.records[end].data) != get_be64(records.records[i].data))
                break;
        rc = meet(w, records.records + i, end - i);
        assert(i < end && end <= records.count);
        if (end >= bound) {
            build_bound_mapped(w->b);
            bound = end + BUILD_BOUND_EVERY;
        }
    }
done:
    spool_bucket_fini(&records);
    return rc;
}
