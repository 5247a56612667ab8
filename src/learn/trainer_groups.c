/*
 * trainer_groups.c - what training goes through: groups of a true pair and the false ones it is
 * to be told from, hard ones and chance ones, anew before each epoch; and the text features of
 * all they touch, listed once.
 */
#include "trainer_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/hash.h"

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
    return low;
}

static uint32_t rank_of_logit(float logit)
{
    uint32_t bits; /* descending by logit */
    memcpy(&bits, &logit, sizeof(bits));
    return bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
}

/* The rivals of one true pair: the hardest by the model at the start, and some by chance. */
static int make_group(struct trainer *t, uint32_t positive, const struct trainer_key *ends,
                      size_t n_ends, const float *logit, bool *taken)
{
    struct trainer_group *g = &t->groups[t->group_count];
    const struct catalog_pair *p = &t->train[positive].pair;
    size_t n = 0, room = 64;
    struct trainer_key *list = malloc(room * sizeof(*list));
    for (int end = 0; end < 2 && list; end++) {
        uint64_t key = end ? p->b : p->a;
        for (size_t k = first_of(ends, n_ends, key); k < n_ends && ends[k].key == key; k++) {
            uint32_t i = ends[k].index;
            taken[i] = true;
            if (n == room) {
                struct trainer_key *more = realloc(list, 2 * room * sizeof(*list));
                if (!more) {
                    free(list);
                    return ERR_NO_MEMORY;
                }
                list = more;
                room *= 2;
            }
            list[n++] = (struct trainer_key){rank_of_logit(logit[i]), i};
        }
    }
    if (!list)
        return ERR_NO_MEMORY;
    qsort(list, n, sizeof(*list), trainer_by_key);
    size_t hard = n < POOL_HARD ? n : POOL_HARD, left = n - hard;
    for (size_t i = hard; i < n; i++)
        list[i].key = hash_mix(t->o->seed, hash_mix(positive, list[i].index));
    qsort(list + hard, left, sizeof(*list), trainer_by_key);
    n = hard + (left < POOL_EASY ? left : POOL_EASY);
    g->positive = (int64_t)positive;
    g->rivals = malloc((n + 1) * sizeof(*g->rivals));
    if (g->rivals) {
        g->count = n;
        for (size_t i = 0; i < n; i++)
            g->rivals[i] = list[i].index;
        t->group_count++;
    }
    free(list);
    return g->rivals ? ERR_OK : ERR_NO_MEMORY;
}

/* False pairs that share no end with a true one, a few at a time. */
static int add_orphan(struct trainer *t, uint32_t index)
{
    struct trainer_group *g = t->group_count ? &t->groups[t->group_count - 1] : NULL;
    if (!g || g->positive >= 0 || g->count == ORPHANS) {
        g = &t->groups[t->group_count];
        *g = (struct trainer_group){.positive = -1, .rivals = malloc(ORPHANS * sizeof(*g->rivals))};
        if (!g->rivals)
            return ERR_NO_MEMORY;
        t->group_count++;
    }
    g->rivals[g->count++] = index;
    return ERR_OK;
}

int trainer_make_groups(struct trainer *t)
{
    float *logit = calloc(t->train_count + 1, sizeof(*logit));
    struct trainer_key *ends = calloc(2 * t->train_count + 1, sizeof(*ends));
    bool *taken = calloc(t->train_count + 1, sizeof(*taken));
    t->groups = calloc(t->train_count + 1, sizeof(*t->groups));
    int rc = logit && ends && taken && t->groups ? scorer_logits(t->scorer, logit) : ERR_NO_MEMORY;
    size_t n_ends = rc ? 0 : list_ends(t, ends);
    for (size_t i = 0; i < t->train_count && !rc; i++)
        if (t->train[i].same)
            rc = make_group(t, (uint32_t)i, ends, n_ends, logit, taken);
    for (size_t i = 0; i < t->train_count && !rc; i++)
        if (!t->train[i].same && !taken[i])
            rc = add_orphan(t, (uint32_t)i);
    free(logit);
    free(ends);
    free(taken);
    return rc;
}

/* --- text features of what training touches --- */

static int list_text(struct trainer *t, uint32_t text, struct text_feature *scratch)
{
    if (t->text_count_of[text] != UINT32_MAX)
        return ERR_OK;
    size_t n = text_vector_list(t->c->texts[text].text, t->c->texts[text].datatype, scratch);
    if (t->feature_count + n > t->feature_room) {
        size_t room = 2 * t->feature_room + n + 65536;
        struct text_feature *more = realloc(t->features, room * sizeof(*more));
        if (!more)
            return ERR_NO_MEMORY;
        t->features = more;
        t->feature_room = room;
    }
    if (n)
        memcpy(t->features + t->feature_count, scratch, n * sizeof(*scratch));
    t->text_begin[text] = t->feature_count;
    t->text_count_of[text] = (uint32_t)n;
    t->feature_count += n;
    return ERR_OK;
}

static int list_entity(struct trainer *t, uint32_t entity, struct text_feature *scratch)
{
    const struct catalog_entity *x = &t->c->entities[entity];
    int rc = list_text(t, x->label, scratch);
    for (uint32_t i = 0; i < x->neighbour_count && !rc; i++)
        rc = list_text(t, t->c->entities[x->neighbours[i].target].label, scratch);
    for (uint32_t i = 0; i < x->value_count && !rc; i++)
        rc = list_text(t, x->values[i].target, scratch);
    return rc;
}

int trainer_list_texts(struct trainer *t)
{
    struct text_feature *scratch = malloc(TEXT_MAX_FEATURES * sizeof(*scratch));
    t->text_begin = calloc(t->c->text_count, sizeof(*t->text_begin));
    t->text_count_of = malloc(t->c->text_count * sizeof(*t->text_count_of));
    int rc = scratch && t->text_begin && t->text_count_of ? ERR_OK : ERR_NO_MEMORY;
    if (!rc)
        memset(t->text_count_of, 0xff, t->c->text_count * sizeof(*t->text_count_of));
    rc = rc ? rc : list_text(t, 0, scratch); /* no label: also whose label is left out */
    for (size_t g = 0; g < t->group_count && !rc; g++) {
        const struct trainer_group *group = &t->groups[g];
        for (size_t i = 0; i <= group->count && !rc; i++) {
            int64_t index = i < group->count ? group->rivals[i] : group->positive;
            if (index < 0)
                continue;
            rc = list_entity(t, t->train[index].pair.a, scratch);
            rc = rc ? rc : list_entity(t, t->train[index].pair.b, scratch);
        }
    }
    free(scratch);
    return rc;
}

/* --- rivals --- */

int trainer_list_rivals(struct trainer *t)
{
    size_t count = 0;
    for (size_t g = 0; g < t->group_count; g++)
        count += t->groups[g].positive >= 0 ? t->groups[g].count : 0;
    t->rival_pairs = calloc(count + 1, sizeof(*t->rival_pairs));
    t->rival_index = calloc(count + 1, sizeof(*t->rival_index));
    if (!t->rival_pairs || !t->rival_index)
        return ERR_NO_MEMORY;
    for (size_t g = 0; g < t->group_count; g++)
        for (size_t i = 0; i < t->groups[g].count && t->groups[g].positive >= 0; i++) {
            t->rival_index[t->rival_count] = t->groups[g].rivals[i];
            t->rival_pairs[t->rival_count++] = t->train[t->groups[g].rivals[i]].pair;
        }
    return scorer_new(t->c, t->rival_pairs, t->rival_count, t->pool, &t->rival_scorer);
}

/* The rivals of all groups by the model as it is, as a scorer of their own tells. */
static int score_rivals(struct trainer *t, float *logit)
{
    float *each = calloc(t->rival_count + 1, sizeof(*each));
    int rc = each ? scorer_set_model(t->rival_scorer, t->m, t->o->without) : ERR_NO_MEMORY;
    rc = rc ? rc : scorer_logits(t->rival_scorer, each);
    for (size_t i = 0; i < t->rival_count && !rc; i++)
        logit[t->rival_index[i]] = each[i];
    free(each);
    return rc;
}

/* The rivals of each group in the order they are to be met: the hardest now, then chance. */
int trainer_refresh_rivals(struct trainer *t, int epoch)
{
    float *logit = calloc(t->train_count + 1, sizeof(*logit));
    int rc = logit ? ERR_OK : ERR_NO_MEMORY;
    struct trainer_key list[POOL_HARD + POOL_EASY];
    if (!rc)
        rc = score_rivals(t, logit);
    for (size_t g = 0; g < t->group_count && !rc; g++) {
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
        for (size_t i = 0; i < group->count; i++)
            group->rivals[i] = list[i].index;
    }
    free(logit);
    return rc;
}
