/*
 * turn_decide.c - scores to matches, and what is matched differently than before.
 */
#include "engine_internal.h"

#include "alignd/align/assign.h"
#include "alignd/base/err.h"

#include <stdlib.h>

struct decision {
    struct engine *e;
    struct work_list touched;
    int failed; /* 0, or why touched is not all of them */
};

static int find(void *arg, struct id id, struct assign_entity *ret_entity)
{
    struct engine *e = ((struct decision *)arg)->e;
    struct work *w = work_get(&e->works, id);
    if (!w)
        return ERR_NO_MEMORY;
    int rc = work_load_pairs(&e->works, &w, 1);
    if (!rc)
        rc = work_load_matches(&e->works, &w, 1);
    *ret_entity = (struct assign_entity){id, &w->pairs, &w->matches};
    return rc;
}

static void touched(void *arg, struct id id)
{
    struct decision *d = arg;
    struct work *w = work_find(&d->e->works, id);
    if (!w->matches_changed && !d->failed)
        d->failed = work_list_add(d->e->arena, &d->touched, w);
    w->matches_changed = true;
}

/* --- differences --- */

struct differences {
    struct difference *all;
    size_t count, room;
};

static int add_difference(struct engine *e, struct differences *d, struct work *a, struct work *b,
                          bool was, bool is)
{
    if (d->count == d->room) {
        size_t room = d->room ? d->room * 2 : 64;
        struct difference *all = arena_alloc(e->arena, room * sizeof(*all));
        if (!all)
            return ERR_NO_MEMORY;
        if (d->count)
            memcpy(all, d->all, d->count * sizeof(*all));
        d->all = all;
        d->room = room;
    }
    const struct pair_entry *pair = pair_list_find(&a->pairs, b->id);
    d->all[d->count++] =
        (struct difference){a, b, was, is, pair && pair->score > 0 ? pair->score : 0, -1};
    return ERR_OK;
}

/* Partners of a before and after, where a is the subject. */
static int diff_partners(struct engine *e, struct differences *d, struct work *a)
{
    struct pair_list was;
    int rc = pair_list_decode_partners(a->matches_row, &a->pairs, e->arena, &was);
    size_t i = 0, k = 0;
    while (!rc && (i < was.count || k < a->matches.count)) {
        int c = i == was.count ? 1
                : k == a->matches.count
                    ? -1
                    : id_compare(was.entries[i].other, a->matches.entries[k].other);
        struct id other = c <= 0 ? was.entries[i].other : a->matches.entries[k].other;
        if (state_first(&e->state, a->id, other)) {
            struct work *b = work_get(&e->works, other);
            rc = b ? add_difference(e, d, a, b, c <= 0, c >= 0) : ERR_NO_MEMORY;
        }
        i += c <= 0;
        k += c >= 0;
    }
    return rc;
}

static int compare_differences(const void *a, const void *b)
{
    const struct difference *x = a, *y = b;
    if (x->is != y->is)
        return x->is ? 1 : -1; /* what ends first */
    int c = id_compare(x->a->id, y->a->id);
    return c ? c : id_compare(x->b->id, y->b->id);
}

int turn_decide(struct engine *e)
{
    struct decision d = {.e = e};
    struct assign_context context = {.policy = (enum assign_policy)e->options.policy,
                                     .threshold = e->threshold,
                                     .arena = e->arena,
                                     .find = find,
                                     .touched = touched,
                                     .arg = &d};

    /* the ends of all changes at once; what repairing reaches beyond comes one by one */
    struct work_list ends = {0};
    int rc = ERR_OK;
    for (size_t i = 0; i < e->change_count && !rc; i++) {
        struct work *a = work_get(&e->works, e->changes[i].a), *b = work_get(&e->works, e->changes[i].b);
        rc = !a || !b || work_list_add(e->arena, &ends, a) ? ERR_NO_MEMORY : work_list_add(e->arena, &ends, b);
    }
    if (!rc)
        rc = work_load_matches(&e->works, ends.works, ends.count);
    if (!rc)
        rc = assign_repair(&context, e->changes, e->change_count);
    /* who stays matched may be so with another confidence */
    for (size_t i = 0; i < e->change_count && !rc; i++) {
        const struct work *a = work_find(&e->works, e->changes[i].a);
        if (pair_list_find(&a->matches, e->changes[i].b)) {
            touched(&d, e->changes[i].a);
            touched(&d, e->changes[i].b);
        }
    }
    if (!rc)
        rc = d.failed; /* the match would be kept, and its event lost */

    struct differences differences = {0};
    for (size_t i = 0; i < d.touched.count && !rc; i++)
        rc = diff_partners(e, &differences, d.touched.works[i]);
    if (!rc && differences.count)
        qsort(differences.all, differences.count, sizeof(*differences.all), compare_differences);
    for (size_t i = 0; i < differences.count && !rc; i++)
        rc = turn_tell(e, &differences.all[i]);
    for (size_t i = 0; i < e->turn->told_count && !rc; i++)
        rc = turn_tell_told(e, &e->turn->told[i]);
    for (size_t i = 0; i < e->turn->extra_count && !rc; i++) {
        struct outbox_record extra = e->turn->extra[i];
        rc = turn_tell_append(e, &extra);
    }
    return rc;
}
