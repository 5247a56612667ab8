/*
 * build_pair.c - hints to candidates, their scores, and the rows of pairs.
 *
 *   score  the hints of a pair together -> is it a candidate, and what does it score?
 *   write  the scored pairs of an entity -> pairs, and those that may match
 */
#include "build_internal.h"

#include "alignd/align/block_keys.h"
#include "alignd/base/err.h"
#include "alignd/base/memory.h"
#include "alignd/base/sort.h"
#include "alignd/kernel/half.h"
#include "alignd/model/text_vector.h"

#include <assert.h>
#include <stdlib.h>

/* A hint to be sorted: the pair, and what it says. */
static struct sort_item item_of(const struct build_hint *h)
{
    uint64_t says = (uint64_t)h->points << 16 | (uint64_t)h->labelled << 8 | h->apart;
    return (struct sort_item){(uint64_t)h->pair[0] << 32 | h->pair[1], {.value = says}};
}

static void sort_hints(const struct spool_bucket *hints, struct sort_item **ret_items)
{
    const struct build_hint *all = (const struct build_hint *)(const void *)hints->data;
    struct sort_item *items = memory_malloc((hints->count + 1) * sizeof(*items));
    for (size_t i = 0; i < hints->count; i++)
        items[i] = item_of(&all[i]);
    *ret_items = items;
    sort_items(items, hints->count, NULL, NULL);
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

/* By somebody, so that no score is asked. */
static bool is_decided(const struct build *b, uint32_t low, uint32_t high)
{
    assert(low < high);
    return b->decided_count &&
           (build_verdict_between(b, low, high) & (DECIDED_PINNED | DECIDED_BARRED));
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
static void choose(const struct build *b, struct spool_bucket *hints, struct pairs *ret_pairs)
{
    struct pairs pairs = {(struct pair *)(void *)hints->data, 0};
    struct sort_item *items = NULL;
    sort_hints(hints, &items);
    static_assert(sizeof(struct pair) <= sizeof(struct build_hint), "pairs take the hints' place");
    for (size_t i = 0, end; i < hints->count; i = end) {
        uint64_t points = 0, key = items[i].key;
        for (end = i; end < hints->count && items[end].key == key; end++)
            points += items[end].of.value >> 16;
        assert(i < end && end <= hints->count);
        uint32_t low = (uint32_t)(key >> 32), high = (uint32_t)key;
        if (is_candidate(b, items[i].of.value, points) && !is_decided(b, low, high))
            pairs.all[pairs.count++] = (struct pair){{low, high}, 0};
    }
    assert(pairs.count <= hints->count);
    free(items);
    *ret_pairs = pairs;
}

/* --- profiles --- */

static size_t profile_floats_of(const struct build *b, const struct build_sample *s)
{
    const struct build_neighbour *neighbours = build_parts_of(s).neighbours;
    size_t level1 = 0;
    for (uint32_t i = 0; i < s->neighbour_count; i++)
        level1 += build_entity_at(b, neighbours[i].entity)->level1;
    assert(level1 <= s->neighbour_count);
    return network_profile_floats(b->model, level1, s->neighbour_count, s->value_count) +
           network_profile_further_floats(b->model, s->name_count, s->identifier_count,
                                          s->pin_count);
}

/* How many floats it has. */
static size_t make_profile(const struct build_worker *w, const struct build_entity *x,
                           float *profile)
{
    const struct build *b = w->b;
    struct network_neighbour neighbours[BUILD_NEIGHBOURS];
    struct network_name names[NETWORK_MAX_NAMES];
    struct network_identifier identifiers[NETWORK_MAX_IDENTIFIERS];
    float floats[BUILD_NEIGHBOURS * BUILD_FLOATS], z0[BUILD_FLOATS];
    struct network_self self = {.namesakes = layout_namesakes(x->namesakes, 0), .z0 = z0};
    const struct build_sample *s = build_vector_sample(w, x);
    size_t n = build_vector_gather(w, s, true, floats, neighbours);
    half_to_float(z0, build_vector_self(w, x, &self.label), b->z0_floats);
    build_vector_name(x, s, names, identifiers, &self);
    self.pins = build_parts_of(s).pins;
    self.pin_count = s->pin_count;
    network_profile_build(b->model, &self, neighbours, n, profile);
    return profile_floats_of(b, s);
}

/* What some worker made of an entity, if it is kept still. */
static bool find_profile(struct build *b, struct id id, float *profile)
{
    pthread_mutex_lock(&b->profile_lock);
    const struct profile_entry *kept = profiles_find(b->engine->profiles, id);
    assert(!kept || kept->room <= profiles_max_floats(b->engine->profiles));
    if (kept)
        memcpy(profile, kept->floats, kept->room * sizeof(*profile));
    pthread_mutex_unlock(&b->profile_lock);
    return kept != NULL;
}

static void keep_profile(struct build *b, struct id id, const float *profile, size_t floats)
{
    assert(floats <= profiles_max_floats(b->engine->profiles));
    pthread_mutex_lock(&b->profile_lock);
    profiles_make_room(b->engine->profiles);
    memcpy(profiles_put(b->engine->profiles, id, floats), profile, floats * sizeof(*profile));
    pthread_mutex_unlock(&b->profile_lock);
}

/* Scores a pair.  Pairs of one entity follow each other, as the first of their ends: its profile
 * is made once.  Those of the others are kept for all workers: who meets whom is up to the names.
 */
static void score_pair(struct build_worker *w, struct pair *pair, bool same_first)
{
    assert(pair->ends[0] < pair->ends[1]);
    struct build *b = w->b;
    const struct build_entity *first = build_entity_at(b, pair->ends[0]);
    const struct build_entity *second = build_entity_at(b, pair->ends[1]);
    if (!same_first)
        (void)make_profile(w, first, w->profiles[0]);
    if (!find_profile(b, second->id, w->profiles[1])) {
        size_t floats = make_profile(w, second, w->profiles[1]);
        keep_profile(b, second->id, w->profiles[1], floats);
    }
    float score = network_score(b->model, w->profiles[0], w->profiles[1], NULL);
    pair->score = pair_score_round(score, b->engine->threshold);
}

/* A scored pair to one of its ends. */
static int put_score(struct build_worker *w, uint32_t entity, uint32_t other, float score)
{
    assert(entity != other);
    struct spool *s = w->b->spools[BUILD_SCORES];
    size_t bucket = build_bucket_of(w->b, build_entity_at(w->b, entity)->id);
    struct build_score *r = (void *)spool_add(s, w->number, bucket, sizeof(*r));
    if (!r)
        return spool_status(s);
    *r = (struct build_score){entity, {other, score}};
    return ERR_OK;
}

/* The pairs that somebody pinned, from those of their ends that are in the bucket and the lower. */
static int put_pinned(struct build_worker *w, size_t bucket)
{
    const struct build *b = w->b;
    size_t i, end;
    int rc = ERR_OK;
    build_verdict_of(b, b->first[bucket], &i, &end);
    for (; i < b->decided_count && b->decided[i].entity < b->first[bucket + 1] && !rc; i++) {
        const struct build_decided *d = &b->decided[i];
        assert(d->entity >= b->first[bucket]);
        if (!(d->what & DECIDED_PINNED) || d->entity > d->other)
            continue;
        w->totals.pairs++;
        if (!(rc = put_score(w, d->entity, d->other, PAIR_PINNED)))
            rc = put_score(w, d->other, d->entity, PAIR_PINNED);
    }
    return rc;
}

int build_pair_score(struct build_worker *w, size_t bucket)
{
    struct build *b = w->b;
    struct spool_bucket hints;
    struct pairs pairs = {0};
    int rc = spool_take(b->spools[BUILD_HINTS], bucket, &hints);
    if (rc)
        goto done;
    choose(b, &hints, &pairs);
    for (size_t i = 0; i < pairs.count; i++) {
        struct pair *p = &pairs.all[i];
        score_pair(w, p, i > 0 && p[-1].ends[0] == p->ends[0]);
        if ((rc = put_score(w, p->ends[0], p->ends[1], p->score)) ||
            (rc = put_score(w, p->ends[1], p->ends[0], p->score)))
            goto done;
        if (i % BUILD_BOUND_PAIRS == 0)
            build_bound_mapped(b);
    }
    w->totals.pairs += pairs.count;
    rc = put_pinned(w, bucket);
done:
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

static int write_row(struct build_worker *w, uint32_t entity, const struct build_score *scores,
                     size_t count)
{
    assert(count > 0 && scores[0].entity == entity);
    const struct build *b = w->b;
    arena_reset(w->arena);
    struct pair_list list = {.entries = arena_alloc(w->arena, count * sizeof(*list.entries)),
                             .count = count};
    for (size_t i = 0; i < count; i++) {
        assert(i == 0 || scores[i - 1].pair.other < scores[i].pair.other); /* each once */
        list.entries[i] =
            (struct pair_entry){build_entity_at(b, scores[i].pair.other)->id, scores[i].pair.score};
    }
    buf_clear(&w->row);
    pair_list_encode(&w->row, &list);
    return build_put_of(w, KV_PAIRS, build_entity_at(b, entity)->id);
}

int build_pair_write(struct build_worker *w, size_t bucket)
{
    struct spool_bucket records;
    int rc = spool_take(w->b->spools[BUILD_SCORES], bucket, &records);
    if (rc)
        goto done;
    const struct build_score *all = (const struct build_score *)(const void *)records.data;
    qsort(records.data, records.count, sizeof(*all), compare_scores);
    for (size_t i = 0, end; i < records.count; i = end) {
        for (end = i + 1; end < records.count && all[end].entity == all[i].entity;)
            end++;
        assert(i < end && end <= records.count);
        if ((rc = write_row(w, all[i].entity, all + i, end - i)) ||
            (rc = build_match_offer(w, all + i, end - i)))
            goto done;
    }
done:
    spool_bucket_fini(&records);
    return rc;
}
