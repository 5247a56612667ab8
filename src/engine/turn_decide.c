/*
 * turn_decide.c - scores to matches, and what is matched differently than before.
 */
#include "turn_parts.h"

#include "alignd/align/assign.h"
#include "alignd/base/array.h"
#include "alignd/base/err.h"

#include <assert.h>
#include <stdlib.h>

struct decision {
    struct turn *t;
    struct work_list touched;
};

static int find(void *arg, struct id id, struct assign_entity *ret_entity)
{
    struct turn *t = ((struct decision *)arg)->t;
    struct work *w = work_get(&t->works, id);
    int rc = work_load_matches(&t->works, &w, 1);
    if (rc)
        return rc;
    *ret_entity = (struct assign_entity){id, &w->pairs, &w->matches};
    return ERR_OK;
}

static void touched(void *arg, struct id id)
{
    struct decision *d = arg;
    struct work *w = work_find(&d->t->works, id);
    assert(w && (w->loaded & LOADED_MATCHES));
    if (!w->matches_changed)
        work_list_add(d->t->arena, &d->touched, w);
    w->matches_changed = true;
}

/* --- differences --- */

static void add_difference(struct turn *t, struct work *a, struct work *b, bool was, bool is)
{
    assert(was || is);
    const struct pair_entry *pair = pair_list_find(&a->pairs, b->id);
    float score = pair && pair->score > 0 ? pair->score : 0;
    ARRAY_PUSH_IN(t->arena, t->differences.all, t->differences.count, t->differences.room,
                  (struct difference){a, b, was, is, score, -1, BAND_MATCH});
}

/* Partners of a before and after, where a is the subject. */
static int diff_partners(struct turn *t, struct work *a)
{
    assert(a->loaded & LOADED_MATCHES);
    struct pair_list was;
    int rc = pair_list_decode_partners(a->matches_row, &a->pairs, t->arena, &was);
    if (rc)
        return rc;
    size_t i = 0, k = 0;
    while (i < was.count || k < a->matches.count) {
        int c = i == was.count ? 1
                : k == a->matches.count
                    ? -1
                    : id_compare(was.entries[i].other, a->matches.entries[k].other);
        struct id other = c <= 0 ? was.entries[i].other : a->matches.entries[k].other;
        if (state_first(t->state, a->id, other)) {
            struct work *b = work_get(&t->works, other);
            add_difference(t, a, b, c <= 0, c >= 0);
        }
        i += c <= 0;
        k += c >= 0;
    }
    return ERR_OK;
}

static int compare_differences(const void *a, const void *b)
{
    const struct difference *x = a, *y = b;
    if (x->is != y->is)
        return x->is ? 1 : -1; /* what ends first */
    int c = id_compare(x->a->id, y->a->id);
    return c ? c : id_compare(x->b->id, y->b->id);
}

/*
 * Reads changes, and the pairs and matches of whoever they reach.  Makes the matches, and
 * differences: what is matched otherwise than before, in the order it is to be told.
 */
int turn_decide(struct turn *t)
{
    assert(t->differences.count == 0);
    struct decision d = {.t = t};
    struct assign_context context = {.policy = (enum assign_policy)t->options->policy,
                                     .threshold = t->threshold,
                                     .arena = t->arena,
                                     .find = find,
                                     .touched = touched,
                                     .arg = &d};

    /* the ends of all changes at once; what repairing reaches beyond comes one by one */
    struct work_list ends = {0};
    int rc;
    for (size_t i = 0; i < t->changes.count; i++) {
        work_list_add(t->arena, &ends, work_get(&t->works, t->changes.all[i].a));
        work_list_add(t->arena, &ends, work_get(&t->works, t->changes.all[i].b));
    }
    if ((rc = work_load_matches(&t->works, ends.works, ends.count)) ||
        (rc = assign_repair(&context, t->changes.all, t->changes.count)))
        return rc;
    /* who stays matched may be so with another confidence */
    for (size_t i = 0; i < t->changes.count; i++) {
        const struct work *a = work_find(&t->works, t->changes.all[i].a);
        if (pair_list_find(&a->matches, t->changes.all[i].b)) {
            touched(&d, t->changes.all[i].a);
            touched(&d, t->changes.all[i].b);
        }
    }
    for (size_t i = 0; i < d.touched.count; i++)
        if ((rc = diff_partners(t, d.touched.works[i])))
            return rc;
    if (t->differences.count)
        qsort(t->differences.all, t->differences.count, sizeof(*t->differences.all),
              compare_differences);
    return ERR_OK;
}
