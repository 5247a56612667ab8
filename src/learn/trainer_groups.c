/*
 * trainer_groups.c - what training goes through: groups of a true pair and the false ones it is
 * to be told from, hard ones and chance ones, anew before each epoch; and the text features of
 * all they touch, listed once.
 *
 *  (1) A group has one true pair and false ones, or a few false ones alone; every pair of a
 *      group is of the pairs to learn from, so groups never outnumber them.
 */
#include "trainer_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdlib.h>

/* --- groups --- */

enum { POOL_HARD = 40, POOL_EASY = 20, ORPHANS = 8 };

/* False pairs by their ends. */
static size_t list_ends(const struct trainer *t, struct trainer_key *ends)
{
    size_t n = 0;
    for (size_t i = 0; i < t->train_count; i++)
        if (!t->train[i].same) {
            ends[n++] = (struct trainer_key){t->train[i].pair.a, (uint32_t)i};
            ends[n++] = (struct trainer_key){t->train[i].pair.b, (uint32_t)i};
        }
    assert(n <= 2 * t->train_count);
    qsort(ends, n, sizeof(*ends), trainer_by_key);
    return n;
}

static size_t first_of(const struct trainer_key *ends, size_t n, uint64_t key)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ends[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low == n || ends[low].key >= key);
    return low;
}

static uint32_t rank_of_logit(float logit)
{
    uint32_t bits; /* descending by logit */
    memcpy(&bits, &logit, sizeof(bits));
    return bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
}

/* The rivals of one true pair: the hardest by the model at the start, and some by chance. */
static void make_group(struct trainer *t, uint32_t positive, const struct trainer_key *ends,
                       size_t n_ends, const float *logit, bool *taken)
{
    assert(t->group_count < t->train_count && t->train[positive].same); /* (1) */
    struct trainer_group *g = &t->groups[t->group_count];
    const struct catalog_pair *p = &t->train[positive].pair;
    size_t n = 0, room = 64;
    struct trainer_key *list = memory_malloc(room * sizeof(*list));
    for (int end = 0; end < 2; end++) {
        uint64_t key = end ? p->b : p->a;
        for (size_t k = first_of(ends, n_ends, key); k < n_ends && ends[k].key == key; k++) {
            uint32_t i = ends[k].index;
            taken[i] = true;
            if (n == room) {
                list = memory_realloc(list, 2 * room * sizeof(*list));
                room *= 2;
            }
            list[n++] = (struct trainer_key){rank_of_logit(logit[i]), i};
        }
    }
    qsort(list, n, sizeof(*list), trainer_by_key);
    size_t hard = n < POOL_HARD ? n : POOL_HARD, left = n - hard;
    for (size_t i = hard; i < n; i++)
        list[i].key = hash_mix(t->o->seed, hash_mix(positive, list[i].index));
    qsort(list + hard, left, sizeof(*list), trainer_by_key);
    n = hard + (left < POOL_EASY ? left : POOL_EASY);
    assert(n <= POOL_HARD + POOL_EASY);
    g->positive = (int64_t)positive;
    g->rivals = memory_malloc((n + 1) * sizeof(*g->rivals));
    g->count = n;
    for (size_t i = 0; i < n; i++)
        g->rivals[i] = list[i].index;
    t->group_count++;
    free(list);
}

/* False pairs that share no end with a true one, a few at a time. */
static void add_orphan(struct trainer *t, uint32_t index)
{
    assert(index < t->train_count && !t->train[index].same); /* (1) */
    struct trainer_group *g = t->group_count ? &t->groups[t->group_count - 1] : NULL;
    if (!g || g->positive >= 0 || g->count == ORPHANS) {
        g = &t->groups[t->group_count];
        *g = (struct trainer_group){.positive = -1,
                                    .rivals = memory_malloc(ORPHANS * sizeof(*g->rivals))};
        t->group_count++;
    }
    assert(g->count < ORPHANS);
    g->rivals[g->count++] = index;
}

void trainer_make_groups(struct trainer *t)
{
    assert(!t->groups && t->scorer);
    float *logit = memory_calloc(t->train_count + 1, sizeof(*logit));
    struct trainer_key *ends = memory_calloc(2 * t->train_count + 1, sizeof(*ends));
    bool *taken = memory_calloc(t->train_count + 1, sizeof(*taken));
    t->groups = memory_calloc(t->train_count + 1, sizeof(*t->groups));
    scorer_logits(t->scorer, logit);
    size_t n_ends = list_ends(t, ends);
    for (size_t i = 0; i < t->train_count; i++)
        if (t->train[i].same)
            make_group(t, (uint32_t)i, ends, n_ends, logit, taken);
    for (size_t i = 0; i < t->train_count; i++)
        if (!t->train[i].same && !taken[i])
            add_orphan(t, (uint32_t)i);
    assert(t->group_count <= t->train_count); /* (1) */
    free(logit);
    free(ends);
    free(taken);
}

/* --- text features of what training touches --- */

static void list_text(struct trainer *t, uint32_t text, struct text_feature *scratch)
{
    assert(text < t->c->text_count);
    if (t->text_count_of[text] != UINT32_MAX)
        return;
    size_t n = text_vector_list(t->c->texts[text].text, t->c->texts[text].datatype, scratch);
    if (t->feature_count + n > t->feature_room) {
        size_t room = 2 * t->feature_room + n + 65536;
        t->features = memory_realloc(t->features, room * sizeof(*t->features));
        t->feature_room = room;
    }
    if (n)
        memcpy(t->features + t->feature_count, scratch, n * sizeof(*scratch));
    assert(t->feature_count + n <= t->feature_room);
    t->text_begin[text] = t->feature_count;
    t->text_count_of[text] = (uint32_t)n;
    t->feature_count += n;
}

static void list_entity(struct trainer *t, uint32_t entity, struct text_feature *scratch)
{
    assert(entity < t->c->entity_count);
    const struct catalog_entity *x = &t->c->entities[entity];
    list_text(t, x->label, scratch);
    for (uint32_t i = 0; i < x->neighbour_count; i++)
        list_text(t, t->c->entities[x->neighbours[i].target].label, scratch);
    for (uint32_t i = 0; i < x->value_count; i++)
        list_text(t, x->values[i].target, scratch);
}

void trainer_list_texts(struct trainer *t)
{
    assert(!t->features && t->c->text_count);
    struct text_feature *scratch = memory_malloc(TEXT_MAX_FEATURES * sizeof(*scratch));
    t->text_begin = memory_calloc(t->c->text_count, sizeof(*t->text_begin));
    t->text_count_of = memory_malloc(t->c->text_count * sizeof(*t->text_count_of));
    memset(t->text_count_of, 0xff, t->c->text_count * sizeof(*t->text_count_of));
    list_text(t, 0, scratch); /* no label: also whose label is left out */
    for (size_t g = 0; g < t->group_count; g++) {
        const struct trainer_group *group = &t->groups[g];
        for (size_t i = 0; i <= group->count; i++) {
            int64_t index = i < group->count ? group->rivals[i] : group->positive;
            if (index < 0)
                continue;
            list_entity(t, t->train[index].pair.a, scratch);
            list_entity(t, t->train[index].pair.b, scratch);
        }
    }
    free(scratch);
}

/* --- rivals --- */

void trainer_list_rivals(struct trainer *t)
{
    assert(!t->rival_pairs && t->groups);
    size_t count = 0;
    for (size_t g = 0; g < t->group_count; g++)
        count += t->groups[g].positive >= 0 ? t->groups[g].count : 0;
    t->rival_pairs = memory_calloc(count + 1, sizeof(*t->rival_pairs));
    t->rival_index = memory_calloc(count + 1, sizeof(*t->rival_index));
    for (size_t g = 0; g < t->group_count; g++)
        for (size_t i = 0; i < t->groups[g].count && t->groups[g].positive >= 0; i++) {
            t->rival_index[t->rival_count] = t->groups[g].rivals[i];
            t->rival_pairs[t->rival_count++] = t->train[t->groups[g].rivals[i]].pair;
        }
    assert(t->rival_count == count);
    scorer_new(t->c, t->rival_pairs, t->rival_count, t->pool, &t->rival_scorer);
}

/* The rivals of all groups by the model as it is, as a scorer of their own tells. */
static void score_rivals(struct trainer *t, float *logit)
{
    assert(t->rival_scorer);
    float *each = memory_calloc(t->rival_count + 1, sizeof(*each));
    scorer_set_model(t->rival_scorer, t->m, t->o->without);
    scorer_logits(t->rival_scorer, each);
    for (size_t i = 0; i < t->rival_count; i++)
        logit[t->rival_index[i]] = each[i];
    free(each);
}

/* The rivals of each group in the order they are to be met: the hardest now, then chance. */
void trainer_refresh_rivals(struct trainer *t, int epoch)
{
    assert(t->o->rivals > 0);
    float *logit = memory_calloc(t->train_count + 1, sizeof(*logit));
    struct trainer_key list[POOL_HARD + POOL_EASY];
    score_rivals(t, logit);
    for (size_t g = 0; g < t->group_count; g++) {
        struct trainer_group *group = &t->groups[g];
        size_t hard = (size_t)(t->o->rivals + 1) / 2;
        if (group->positive < 0 || group->count <= hard)
            continue;
        for (size_t i = 0; i < group->count; i++)
            list[i] =
                (struct trainer_key){rank_of_logit(logit[group->rivals[i]]), group->rivals[i]};
        qsort(list, group->count, sizeof(*list), trainer_by_key);
        for (size_t i = hard; i < group->count; i++)
            list[i].key = hash_mix(hash_mix(t->o->seed, (uint64_t)epoch), list[i].index);
        qsort(list + hard, group->count - hard, sizeof(*list), trainer_by_key);
        assert(group->count <= POOL_HARD + POOL_EASY);
        for (size_t i = 0; i < group->count; i++)
            group->rivals[i] = list[i].index;
    }
    free(logit);
}
