/*
 * build_match.c - scored pairs to matches, all at once: what assign_repair (align/assign.h)
 * comes to change by change.
 *
 *   one-to-one   pairs from the best down, in buckets by their score; one whose ends are
 *                both free is a match
 *   mutual-best  each entity offers its best pair in each other graph; one that both ends
 *                offer is a match
 *   threshold    every pair at or over the threshold
 */
#include "build_internal.h"

#include "alignd/base/err.h"

#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>

/* One end of a match. */
struct partner {
    uint32_t entity, other;
};
static_assert(sizeof(struct partner) == BUILD_PARTNER_BYTES, "records of BUILD_MATCHES");

/* A pair that may match; low has the lower number, and so the lower id. */
struct offer {
    float score;
    uint32_t low, high;
};
static_assert(sizeof(struct offer) == BUILD_OFFER_BYTES, "records of BUILD_OFFERS");

static uint16_t graph_of(const struct build *b, uint32_t entity)
{
    return id_graph(build_entity_at(b, entity)->id);
}

static int put_partner(struct build_worker *w, uint32_t entity, uint32_t other)
{
    assert(entity != other);
    struct spool *s = w->b->spools[BUILD_MATCHES];
    size_t bucket = build_bucket_of(w->b, build_entity_at(w->b, entity)->id);
    struct partner *r = (void *)spool_add(s, w->number, bucket, sizeof(*r));
    if (!r)
        return spool_status(s);
    *r = (struct partner){entity, other};
    return ERR_OK;
}

static int put_match(struct build_worker *w, const struct offer *o)
{
    assert(o->low < o->high);
    int rc = put_partner(w, o->low, o->high);
    if (rc)
        return rc;
    return put_partner(w, o->high, o->low);
}

static int put_offer(struct build_worker *w, size_t bucket, const struct offer *offer)
{
    assert(bucket < w->b->bucket_count && offer->score >= 0);
    struct spool *s = w->b->spools[BUILD_OFFERS];
    char *r = spool_add(s, w->number, bucket, sizeof(*offer));
    if (!r)
        return spool_status(s);
    memcpy(r, offer, sizeof(*offer));
    return ERR_OK;
}

/* Floats from 0 up are in the order of their bits. */
static uint32_t bits_of(float v)
{
    uint32_t bits;
    memcpy(&bits, &v, sizeof(bits));
    return bits;
}

/* Buckets from the best score down: as many to each halving of what is lacking to 1. */
static size_t score_bucket(const struct build *b, float score)
{
    assert(b->bucket_count > 0 && score >= 0);
    float lacks = score < 1 ? 1 - score : 0;
    uint64_t least = bits_of(0x1p-20f), most = bits_of(1), bits = bits_of(lacks);
    if (bits < least)
        return 0;
    assert(bits <= most);
    return (size_t)((bits - least) * (b->bucket_count - 1) / (most - least));
}

/* In the greedy order. */
static bool better(const struct offer *x, const struct offer *y)
{
    if (x->score != y->score)
        return x->score > y->score;
    return x->low != y->low ? x->low < y->low : x->high < y->high;
}

static struct offer offer_of(const struct build_score *s)
{
    assert(s->entity != s->pair.other);
    bool low = s->entity < s->pair.other;
    return (struct offer){s->pair.score, low ? s->entity : s->pair.other,
                          low ? s->pair.other : s->entity};
}

/* The best of each graph: others stand by graph. */
static int offer_best(struct build_worker *w, const struct build_score *scores, size_t count)
{
    const struct build *b = w->b;
    int rc = ERR_OK;
    for (size_t i = 0, end; i < count && !rc; i = end) {
        uint16_t graph = graph_of(b, scores[i].pair.other);
        struct offer best = {.score = -1};
        for (end = i; end < count && graph_of(b, scores[end].pair.other) == graph; end++) {
            struct offer offer = offer_of(&scores[end]);
            if (offer.score >= b->engine->threshold && (best.score < 0 || better(&offer, &best)))
                best = offer;
        }
        assert(i < end && end <= count);
        if (best.score >= 0)
            rc = put_offer(w, build_bucket_of(b, build_entity_at(b, best.low)->id), &best);
    }
    return rc;
}

int build_match_offer(struct build_worker *w, const struct build_score *scores, size_t count)
{
    assert(w->number < w->b->worker_count);
    assert(count > 0 && scores[0].entity == scores[count - 1].entity);
    const struct build *b = w->b;
    enum engine_policy policy = b->engine->options.policy;
    int rc = ERR_OK;
    if (policy == POLICY_MUTUAL_BEST)
        return offer_best(w, scores, count);
    for (size_t i = 0; i < count && !rc; i++) {
        struct offer offer = offer_of(&scores[i]);
        if (offer.score < b->engine->threshold)
            continue;
        if (policy == POLICY_THRESHOLD)
            rc = put_partner(w, scores[i].entity, scores[i].pair.other);
        else if (scores[i].entity == offer.low)
            rc = put_offer(w, score_bucket(b, offer.score), &offer);
    }
    return rc;
}

/* --- choose --- */

static int compare_greedy(const void *a, const void *b)
{
    return better(a, b) ? -1 : better(b, a) ? 1 : 0;
}

static int compare_ends(const void *a, const void *b)
{
    const struct offer *x = a, *y = b;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return (x->high > y->high) - (x->high < y->high);
}

/* Where it is noted that an entity is matched with one of the other's graph. */
static uint64_t *taken(const struct build *b, uint32_t entity, uint32_t other, uint64_t *ret_bit)
{
    assert(entity < b->first[b->bucket_count]);
    uint64_t at =
        (uint64_t)entity * b->state->graph_count + build_graph(b, build_entity_at(b, other)->id);
    *ret_bit = UINT64_C(1) << (at % 64);
    return &b->taken[at / 64];
}

static int choose_greedily(struct build_worker *w, struct offer *offers, size_t count)
{
    struct build *b = w->b;
    int rc = ERR_OK;
    if (!b->taken)
        b->taken =
            memory_calloc((size_t)(b->first[b->bucket_count] * b->state->graph_count / 64 + 1),
                          sizeof(*b->taken));
    qsort(offers, count, sizeof(*offers), compare_greedy);
    for (size_t i = 0; i < count && !rc; i++) {
        uint64_t low_bit, high_bit;
        uint64_t *low = taken(b, offers[i].low, offers[i].high, &low_bit);
        uint64_t *high = taken(b, offers[i].high, offers[i].low, &high_bit);
        if ((*low & low_bit) || (*high & high_bit))
            continue;
        *low |= low_bit;
        *high |= high_bit;
        rc = put_match(w, &offers[i]);
    }
    return rc;
}

static int choose_mutual(struct build_worker *w, struct offer *offers, size_t count)
{
    int rc = ERR_OK;
    qsort(offers, count, sizeof(*offers), compare_ends);
    for (size_t i = 1; i < count && !rc; i++)
        if (compare_ends(&offers[i - 1], &offers[i]) == 0) {
            assert(i < 2 || compare_ends(&offers[i - 2], &offers[i]) != 0); /* once an end */
            rc = put_match(w, &offers[i]);
        }
    return rc;
}

int build_match_choose(struct build_worker *w, size_t bucket)
{
    struct spool_bucket records;
    int rc = spool_take(w->b->spools[BUILD_OFFERS], bucket, &records);
    if (rc)
        goto done;
    struct offer *offers = (struct offer *)(void *)records.data;
    rc = w->b->engine->options.policy == POLICY_MUTUAL_BEST
             ? choose_mutual(w, offers, records.count)
             : choose_greedily(w, offers, records.count);
done:
    spool_bucket_fini(&records);
    return rc;
}

/* --- write --- */

static int compare_partners(const void *a, const void *b)
{
    const struct partner *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    return (x->other > y->other) - (x->other < y->other);
}

int build_match_write(struct build_worker *w, size_t bucket)
{
    const struct build *b = w->b;
    struct spool_bucket records;
    int rc = spool_take(b->spools[BUILD_MATCHES], bucket, &records);
    if (rc)
        goto done;
    const struct partner *all = (const struct partner *)(const void *)records.data;
    qsort(records.data, records.count, sizeof(*all), compare_partners);
    for (size_t i = 0, end; !rc && i < records.count; i = end) {
        buf_clear(&w->row);
        for (end = i; end < records.count && all[end].entity == all[i].entity; end++) {
            char id[ID_BYTES];
            assert(end == i || all[end - 1].other < all[end].other); /* each once */
            id_put(id, build_entity_at(b, all[end].other)->id);
            buf_append(&w->row, id, sizeof(id));
            w->totals.matches += all[end].entity < all[end].other;
        }
        rc = build_put_of(w, KV_MATCHES, build_entity_at(b, all[i].entity)->id);
    }
done:
    spool_bucket_fini(&records);
    return rc;
}
