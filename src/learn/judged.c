/*
 * judged.c - lists the candidates that gold links judge, for those who learn from them, and parts
 * them so that no entity is on both sides.
 */
#include "alignd/learn/judged.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>

void judged_add(struct judged *j, struct catalog_pair pair, bool same, float weight)
{
    if (j->count == j->room) {
        size_t room = j->room ? 2 * j->room : 4096;
        j->pairs = memory_realloc(j->pairs, room * sizeof(*j->pairs));
        j->room = room;
    }
    assert(j->count < j->room && weight >= 0);
    j->pairs[j->count++] = (struct trainer_pair){pair, same, weight};
}

void judged_fini(struct judged *j)
{
    free(j->pairs);
    *j = (struct judged){0};
}

static int compare_pairs(const void *x, const void *y)
{
    const struct catalog_pair *p = x, *q = y;
    if (p->a != q->a)
        return p->a < q->a ? -1 : 1;
    return (p->b > q->b) - (p->b < q->b);
}

/* As the catalog has it, or as given when it is no candidate. */
static bool find_candidate(const struct catalog *c, int64_t a, int64_t b, struct catalog_pair *ret)
{
    assert(a >= 0 && b >= 0);
    assert((uint64_t)a < c->entity_count && (uint64_t)b < c->entity_count);
    struct catalog_pair one = {(uint32_t)a, (uint32_t)b}, other = {(uint32_t)b, (uint32_t)a};
    *ret = one;
    if (bsearch(&one, c->pairs, c->pair_count, sizeof(one), compare_pairs))
        return true;
    if (!bsearch(&other, c->pairs, c->pair_count, sizeof(other), compare_pairs))
        return false;
    *ret = other;
    return true;
}

void judged_open(const struct dataset *d, struct gold *g, bool keep_missed, struct judged *ret)
{
    const struct catalog *c = dataset_catalog(d);
    struct judged j = {0};
    size_t n;
    const struct gold_link *links = gold_links(g, &n);

    /* pass 1: the links, which of them are no candidates, and their types */
    for (size_t i = 0; i < n; i++) {
        int64_t a = dataset_find(d, links[i].a), b = dataset_find(d, links[i].b);
        struct catalog_pair pair;
        j.links += links[i].label == 1;
        if (a < 0 || b < 0 || c->entities[a].graph == c->entities[b].graph) {
            j.missed += links[i].label == 1;
            j.absent += links[i].label == 1;
            continue;
        }
        if (!links[i].alone)
            gold_add_type(g, c->entities[a].type);
        if (find_candidate(c, a, b, &pair))
            continue;
        j.missed += links[i].label == 1;
        if (keep_missed)
            judged_add(&j, pair, links[i].label == 1, 1.0f);
    }

    /* pass 2: every candidate that is judged */
    for (size_t i = 0; i < c->pair_count; i++) {
        const struct catalog_entity *a = &c->entities[c->pairs[i].a];
        enum gold_verdict v = gold_judge(g, a->iri, c->entities[c->pairs[i].b].iri, a->type);
        if (v == GOLD_RIGHT || v == GOLD_WRONG)
            judged_add(&j, c->pairs[i], v == GOLD_RIGHT, 1.0f);
    }
    assert(j.absent <= j.missed && j.missed <= j.links);
    *ret = j;
}

/* Is the entity one of a share of all, by its hash? */
static bool is_chosen(const struct catalog *c, uint32_t entity, uint64_t seed, double share)
{
    assert(entity < c->entity_count && share >= 0 && share <= 1);
    uint64_t h = hash_bytes(c->entities[entity].iri, seed);
    return (double)(h >> 11) * 0x1p-53 < share;
}

static bool is_stray(const struct catalog *c, const struct gold *g, struct catalog_pair pair)
{
    const struct catalog_entity *a = &c->entities[pair.a];
    return g && gold_judge(g, a->iri, c->entities[pair.b].iri, a->type) == GOLD_STRAY;
}

void judged_add_strays(const struct dataset *d, const struct gold *g, const struct gold *valid_gold,
                       double share, struct judged *valid, struct judged *train)
{
    assert(share >= 0 && share <= 1 && valid != train);
    const struct catalog *c = dataset_catalog(d);
    for (size_t i = 0; i < c->pair_count; i++) {
        struct slice type = c->entities[c->pairs[i].a].type;
        bool of_valid = !valid_gold || gold_has_type(valid_gold, type);
        if (is_stray(c, g, c->pairs[i])) {
            bool chosen = of_valid && is_chosen(c, c->pairs[i].a, 12, share);
            judged_add(chosen ? valid : train, c->pairs[i], false, 1.0f);
        } else if (!gold_has_type(g, type) && is_stray(c, valid_gold, c->pairs[i])) {
            judged_add(valid, c->pairs[i], false, 1.0f);
        }
    }
}

enum { END_TRUE = 1, END_HELD = 2 };

void judged_split(struct judged *from, struct judged *to, const struct catalog *c)
{
    assert(from != to);
    struct judged kept = {0};
    size_t links = 0, lost = 0; /* of what is moved */
    unsigned char *ends = memory_calloc(c->entity_count + 1, sizeof(*ends));
    for (size_t i = 0; i < from->count; i++)
        if (from->pairs[i].same) {
            bool held = hash_bytes(c->entities[from->pairs[i].pair.a].iri, 11) % 5 == 0;
            unsigned char flags = held ? END_TRUE | END_HELD : END_TRUE;
            ends[from->pairs[i].pair.a] |= flags;
            ends[from->pairs[i].pair.b] |= flags;
        }
    for (size_t i = 0; i < from->count; i++) {
        const struct trainer_pair *p = &from->pairs[i];
        struct catalog_pair pair;
        unsigned flags = ends[p->pair.a] | ends[p->pair.b];
        bool to_valid = flags ? flags & END_HELD : is_chosen(c, p->pair.a, 11, 0.2);
        bool missed = p->same && !find_candidate(c, p->pair.a, p->pair.b, &pair);
        links += to_valid && p->same;
        lost += to_valid && missed;
        if (!to_valid || !missed) /* what serving cannot find is learnt from, not validated by */
            judged_add(to_valid ? to : &kept, p->pair, p->same, p->weight);
    }
    /* one link may name several candidates, where graphs share IRIs */
    kept.links = from->links - (links < from->links ? links : from->links);
    kept.missed = from->missed - (lost < from->missed ? lost : from->missed);
    assert(lost <= links);
    to->links += links; /* there may be some of others */
    to->missed += lost;
    judged_fini(from);
    *from = kept;
    free(ends);
}
