/*
 * ablation.c - what an experiment leaves out of the network, as ablation.h numbers it; for
 * --without of `alignd train` and `alignd eval`.
 */
#include "alignd/learn/ablation.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/model/comparison.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int ablation_parse(struct slice rest, unsigned *ret_without)
{
    static const struct {
        const char *name;
        unsigned bit;
    } parts[] = {{"cross", WITHOUT_CROSS},   {"self", WITHOUT_SELF},   {"graph", WITHOUT_GRAPH},
                 {"values", WITHOUT_VALUES}, {"text", WITHOUT_TEXT},   {"cosines", WITHOUT_COSINES},
                 {"level1", WITHOUT_LEVEL1}, {"exact", WITHOUT_EXACT}, {"forest", WITHOUT_FOREST}};
    unsigned without = 0;
    while (rest.len) {
        const char *comma = memchr(rest.data, ',', rest.len);
        struct slice name = {rest.data, comma ? (size_t)(comma - rest.data) : rest.len};
        unsigned before = without;
        for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
            if (slice_equal(name, slice_of(parts[i].name)))
                without |= parts[i].bit;
        if (before == without) {
            log_error("--without: cross, self, graph, values, text, cosines, level1, exact or "
                      "forest, with commas between");
            return ERR_USAGE;
        }
        assert(name.len <= rest.len);
        rest.data += name.len + (comma != NULL);
        rest.len -= name.len + (comma != NULL);
    }
    *ret_without = without;
    return ERR_OK;
}

/* --- the view of a model --- */

static size_t most_floats(const struct model *m)
{
    struct model_tensor list[MODEL_N_TENSORS];
    size_t most = 0;
    model_list_tensors(m, list);
    for (size_t i = 0; i < MODEL_N_TENSORS; i++)
        if (list[i].rows * list[i].columns > most)
            most = list[i].rows * list[i].columns;
    assert(most <= m->slab_floats);
    return most;
}

void ablation_init(struct ablation *a, const struct model *m, unsigned without)
{
    assert(m && without < 2 * WITHOUT_FOREST);
    *a = (struct ablation){.without = without, .view = *m};
    if (without & WITHOUT_FOREST)
        a->view.forest.tree_count = 0;
    if (!(without & WITHOUT_SELF))
        return;
    a->zeros = memory_calloc(most_floats(m), sizeof(*a->zeros));
    a->view.attend0 = a->view.attend0_self = a->view.attend0_relation = a->zeros;
    a->view.attend0_value = a->zeros;
    a->view.attend1 = a->view.attend1_self = a->view.attend1_relation = a->zeros;
}

void ablation_fini(struct ablation *a)
{
    free(a->zeros);
    *a = (struct ablation){0};
}

/* --- a pass --- */

/* Nobody has a twin, all weigh the same. */
static void blank_meetings(struct network_pass *x)
{
    assert(x->side[0] && x->side[1]);
    struct network_meeting *all[] = {&x->e0, &x->v0, &x->e1};
    memset(x->kin_e.comparable, 0, sizeof(x->kin_e.comparable));
    memset(x->kin_v.comparable, 0, sizeof(x->kin_v.comparable));
    memset(x->kin_1.comparable, 0, sizeof(x->kin_1.comparable));
    for (size_t i = 0; i < 3; i++) {
        memset(all[i]->similarity, 0, sizeof(all[i]->similarity));
        memset(all[i]->best, 0, sizeof(all[i]->best));
        for (size_t l = 0; l < 2 * NETWORK_MAX_LANES; l++)
            all[i]->sum[l / NETWORK_MAX_LANES][l % NETWORK_MAX_LANES] = 1.0f;
    }
}

void ablation_blank_features(unsigned without, float *feature)
{
    bool cosines = without & WITHOUT_COSINES, level1 = without & WITHOUT_LEVEL1;
    for (size_t f = 0; without && f < FEATURES_USED; f++) {
        bool is_cosine = f >= FEATURE_COS_ENTITIES && f <= FEATURE_COS_LEVEL1;
        bool is_level1 = f == FEATURE_COS_LEVEL1 || f == FEATURE_MASS_LEVEL1 || f >= FEATURE_HEADS1;
        if ((cosines && is_cosine) || (level1 && is_level1))
            feature[f] = 0.0f;
    }
}

static void compare(unsigned without, struct network_pass *x)
{
    assert(x->side[0] && x->side[1]);
    if (without & WITHOUT_EXACT) {
        for (size_t i = 0; i < COMPARISON_COUNT; i++)
            x->compared[i] = NAN;
        return;
    }
    comparison_make(x->side[0]->said, x->side[1]->said, x->compared);
    if (!(without & WITHOUT_CROSS)) /* else nobody looks for twins */
        network_relations(x, x->compared);
}

/* As network_score_evidence. */
static void find_evidence(const struct ablation *a, const float *profile_a, const float *profile_b,
                          struct network_pass *x)
{
    assert(profile_a && profile_b);
    network_score_meet(&a->view, profile_a, profile_b, x);
    if (a->without & WITHOUT_CROSS)
        blank_meetings(x);
    network_score_notice(&a->view, x);
    ablation_blank_features(a->without, x->feature);
    compare(a->without, x);
}

void ablation_forward(const struct ablation *a, const float *profile_a, const float *profile_b,
                      struct network_pass *x)
{
    assert(a->view.slab);
    find_evidence(a, profile_a, profile_b, x);
    network_score_sum(x);
    ablation_blank_features(a->without, x->feature);
    network_score_head(&a->view, x);
}

void ablation_served(const struct ablation *a, const float *profile_a, const float *profile_b,
                     struct network_pass *x)
{
    assert(a->view.slab);
    if (!a->without)
        network_score_served(&a->view, profile_a, profile_b, x);
    else if (a->view.forest.tree_count)
        find_evidence(a, profile_a, profile_b, x);
    else
        ablation_forward(a, profile_a, profile_b, x);
}
