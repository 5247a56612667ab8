/*
 * build_pair.c - hints to candidates, their scores, and the rows of pairs.
 *
 *   score  the hints of a pair together -> is it a candidate, and what does it score?
 *   write  the scored pairs of an entity -> pairs, and those that may match
 */
#include "build_internal.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/base/sort.h"
#include "alignd/kernel/half.h"
#include "alignd/model/text_vector.h"

#include <stdlib.h>

/* A hint to be sorted: the pair, and what it says. */
static struct sort_item item_of(const struct build_hint *h)
{
    uint64_t says = (uint64_t)h->points << 16 | (uint64_t)h->labelled << 8 | h->apart;
    return (struct sort_item){(uint64_t)h->pair[0] << 32 | h->pair[1], {.value = says}};
}

static int sort_hints(const struct spool_bucket *hints, struct sort_item **ret_items)
{
    const struct build_hint *all = (const struct build_hint *)(const void *)hints->data;
    struct sort_item *items = malloc((hints->count + 1) * sizeof(*items));
    if (!items)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < hints->count; i++)
        items[i] = item_of(&all[i]);
    *ret_items = items;
    return sort_items(items, hints->count, NULL, NULL);
}

/* As turns judge it (turn_block.c), from what is shared in all blocks. */
static bool is_candidate(const struct build *b, uint64_t says, uint64_t points)
{
    const struct engine_options *o = &b->engine->options;
    bool labelled = says >> 8 & 1;
    double cosine = labelled ? text_signature_cosine_apart((int)(says & 0xff)) : 0;
    int all = points < BLOCK_KEY_ENOUGH ? (int)points : BLOCK_KEY_ENOUGH;
    return block_keys_suffice(all, labelled, cosine, o->theta, o->shared_keys);
}

struct pair {
    uint32_t ends[2];
    float score;
};

struct pairs {
    struct pair *all;
    size_t count;
};

/* The hints of a bucket to candidates, ascending, in the place of the hints. */
static int choose(const struct build *b, struct spool_bucket *hints, struct pairs *ret_pairs)
{
    struct pairs pairs = {(struct pair *)(void *)hints->data, 0};
    struct sort_item *items = NULL;
    int rc = sort_hints(hints, &items);
    static_assert(sizeof(struct pair) <= sizeof(struct build_hint), "pairs take the hints' place");
    for (size_t i = 0, end; i < hints->count && !rc; i = end) {
        uint64_t points = 0, key = items[i].key;
        for (end = i; end < hints->count && items[end].key == key; end++)
            points += items[end].of.value >> 16;
        if (is_candidate(b, items[i].of.value, points))
            pairs.all[pairs.count++] = (struct pair){{(uint32_t)(key >> 32), (uint32_t)key}, 0};
    }
    free(items);
    *ret_pairs = pairs;
    return rc;
}

/* --- profiles --- */

static size_t profile_floats_of(const struct build *b, const struct build_entity *x)
{
    const struct build_sample *s = temporary_memory_at(b->heap, x->sample);
    const struct build_neighbour *neighbours = (const struct build_neighbour *)(s + 1);
    size_t level1 = 0;
    for (uint32_t i = 0; i < s->neighbour_count; i++)
        level1 += build_entity_at(b, neighbours[i].entity)->level1;
    return network_profile_floats(b->model, level1, s->neighbour_count, s->value_count);
}

/* A profile to be made. */
struct missing {
    uint32_t entity;
    float *profile;
};

static int make_profile(struct build *b, void *thing, struct arena *arena, unsigned worker)
{
    (void)arena;
    const struct missing *m = thing;
    struct network_neighbour neighbours[BUILD_NEIGHBOURS];
    float floats[BUILD_NEIGHBOURS * BUILD_FLOATS], z0[BUILD_FLOATS];
    const struct build_entity *x = build_entity_at(b, m->entity);
    size_t n = build_vector_gather(b, x, true, worker, floats, neighbours);
    half_to_float(z0, temporary_memory_at(b->heap, x->vectors), b->z0_floats);
    struct network_self self = {build_entity_said(b, x), x->namesakes, z0};
    network_profile_build(b->model, &self, neighbours, n, m->profile);
    return ERR_OK;
}

static int score_pair(struct build *b, void *thing, struct arena *arena, unsigned worker)
{
    (void)arena, (void)worker;
    struct pair *pair = thing;
    const float *ends[2];
    for (int k = 0; k < 2; k++)
        ends[k] = profiles_find(b->engine->profiles, build_entity_at(b, pair->ends[k])->id)->floats;
    pair->score =
        pair_score_round(network_score(b->model, ends[0], ends[1], NULL), b->engine->threshold);
    return ERR_OK;
}

enum { BATCH_PROFILES = 8192 }; /* made at a time, at most */

/* Scores pairs from `from` on, as many as a batch of new profiles serves. */
static int score_some(struct build *b, struct pairs *pairs, size_t from, struct missing *missing,
                      size_t *ret_next)
{
    struct profiles *profiles = b->engine->profiles;
    size_t next = from, n = 0;
    int rc = ERR_OK;
    profiles_make_room(profiles);
    for (; next < pairs->count && n + 2 <= BATCH_PROFILES && !profiles_are_full(profiles); next++)
        for (int k = 0; k < 2 && !rc; k++) {
            struct build_entity *x = build_entity_at(b, pairs->all[next].ends[k]);
            if (x->wanted || profiles_find(profiles, x->id))
                continue;
            missing[n].entity = pairs->all[next].ends[k];
            missing[n].profile = profiles_put(profiles, x->id, profile_floats_of(b, x));
            rc = missing[n].profile ? ERR_OK : ERR_NO_MEMORY;
            x->wanted = true;
            n++;
        }
    for (size_t i = 0; i < n; i++)
        build_entity_at(b, missing[i].entity)->wanted = false;
    if (!rc)
        rc = build_each(b, n, 8, missing, sizeof(*missing), make_profile);
    if (!rc)
        rc = build_each(b, next - from, 64, pairs->all + from, sizeof(*pairs->all), score_pair);
    *ret_next = next;
    return rc;
}

/* A scored pair to one of its ends. */
static int put_score(struct build *b, uint32_t entity, uint32_t other, float score)
{
    struct spool *s = b->spools[BUILD_SCORES];
    struct build_score *r =
        (void *)spool_add(s, build_bucket_of(b, build_entity_at(b, entity)->id), sizeof(*r));
    if (!r)
        return spool_status(s);
    *r = (struct build_score){entity, {other, score}};
    return ERR_OK;
}

int build_pair_score(struct build *b, size_t bucket)
{
    struct spool_bucket hints;
    struct pairs pairs = {0};
    struct missing *missing = arena_alloc(b->arena, BATCH_PROFILES * sizeof(*missing));
    int rc = spool_take(b->spools[BUILD_HINTS], bucket, &hints);
    if (!rc && !missing)
        rc = ERR_NO_MEMORY;
    if (!rc)
        rc = choose(b, &hints, &pairs);
    for (size_t from = 0; !rc && from < pairs.count;)
        rc = score_some(b, &pairs, from, missing, &from);
    for (size_t i = 0; !rc && i < pairs.count; i++) {
        const struct pair *p = &pairs.all[i];
        rc = put_score(b, p->ends[0], p->ends[1], p->score);
        if (!rc)
            rc = put_score(b, p->ends[1], p->ends[0], p->score);
    }
    b->change.totals.pairs += pairs.count;
    spool_bucket_fini(&hints);
    return rc;
}

/* --- write --- */

static int compare_scores(const void *a, const void *b)
{
    const struct build_score *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    return (x->pair.other > y->pair.other) - (x->pair.other < y->pair.other);
}

static int write_row(struct build *b, uint32_t entity, const struct build_score *scores,
                     size_t count, struct buf *row)
{
    struct pair_list list = {.entries = arena_alloc(b->arena, count * sizeof(*list.entries)),
                             .count = count};
    if (!list.entries)
        return ERR_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        list.entries[i] =
            (struct pair_entry){build_entity_at(b, scores[i].pair.other)->id, scores[i].pair.score};
    buf_clear(row);
    pair_list_encode(row, &list);
    return build_put_of(b, KV_PAIRS, build_entity_at(b, entity)->id, row);
}

int build_pair_write(struct build *b, size_t bucket)
{
    struct spool_bucket records;
    struct buf row = {0};
    int rc = spool_take(b->spools[BUILD_SCORES], bucket, &records);
    const struct build_score *all = (const struct build_score *)(const void *)records.data;
    if (!rc)
        qsort(records.data, records.count, sizeof(*all), compare_scores);
    for (size_t i = 0, end; !rc && i < records.count; i = end) {
        for (end = i + 1; end < records.count && all[end].entity == all[i].entity;)
            end++;
        arena_reset(b->arena);
        rc = write_row(b, all[i].entity, all + i, end - i, &row);
        if (!rc)
            rc = build_match_offer(b, all + i, end - i);
    }
    buf_fini(&row);
    spool_bucket_fini(&records);
    return rc;
}
