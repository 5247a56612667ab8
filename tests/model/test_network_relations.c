/* What neighbours of one relation tell, read from the row that the built-in model judges by. */
#include "alignd/kernel/half.h"
#include "alignd/model/comparison.h"
#include "alignd/model/network.h"
#include "alignd/model/text_vector.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 6, FLOATS = 256 };

struct name {
    const char *relation, *text;
    bool inverse;
};

struct end {
    struct network_neighbour neighbours[MOST];
    float z0[MOST + 1][FLOATS], z1[MOST][FLOATS];
    float *profile;
};

static struct model *model;

static void load(void)
{
    cr_assert_eq(model_load(TEST_DATA "/../../config/default.safetensors", &model), 0);
    cr_assert(model_z0_floats(model) <= FLOATS && model_z1_floats(model) <= FLOATS);
}

static void unload(void)
{
    model_free(model);
}

TestSuite(network_relations, .init = load, .fini = unload);

static void vector(const char *text, float *z0)
{
    text_vector(model, slice_of(text), slice_of(""), z0);
    half_round(z0, model_z0_floats(model));
}

static void make(struct end *e, const char *label, const struct name *names)
{
    size_t n = 0;
    vector(label, e->z0[MOST]);
    for (; n < MOST && names[n].relation; n++) {
        struct slice relation = slice_of(names[n].relation);
        vector(names[n].text, e->z0[n]);
        memset(e->z1[n], 0, sizeof(e->z1[n]));
        e->neighbours[n] = (struct network_neighbour){
            .relation = model_relation_index(model, relation, names[n].inverse),
            .named = model_relation_name(relation, names[n].inverse),
            .text = slice_of(names[n].text),
            .z0 = e->z0[n],
            .z1 = e->z1[n]};
    }
    e->profile = malloc(network_profile_floats_of(model, e->neighbours, n) * sizeof(float));
    network_profile_build(model,
                          &(struct network_self){.label = slice_of(label), .z0 = e->z0[MOST]},
                          e->neighbours, n, e->profile);
}

struct row {
    float x[NETWORK_MAX_ROW];
};

static struct row judge(const struct name *left, const struct name *right)
{
    static struct end a, b;
    struct network_trace trace;
    struct row row;
    make(&a, "mill road", left);
    make(&b, "mill road", right);
    network_score(model, a.profile, b.profile, &trace);
    memcpy(row.x, trace.row, sizeof(row.x));
    free(a.profile);
    free(b.profile);
    return row;
}

static float of(const struct row *row, enum comparison which)
{
    return row->x[network_row_floats() - COMPARISON_COUNT + which];
}

Test(network_relations, the_same_director_and_another_one)
{
    const struct name marta[] = {{"director", "marta kelling", false}, {0}};
    const struct name joss[] = {{"director", "joss arden", false}, {0}};
    struct row same = judge(marta, marta), other = judge(marta, joss);
    cr_expect_eq(of(&same, COMPARE_EVEN_SAME), 1);
    cr_expect_eq(of(&same, COMPARE_EVEN_OTHER), 0);
    cr_expect_gt(of(&same, COMPARE_EVEN_LEAST), 0.99f);
    cr_expect_eq(of(&other, COMPARE_EVEN_SAME), 0);
    cr_expect_eq(of(&other, COMPARE_EVEN_OTHER), 1);
    cr_expect_eq(of(&other, COMPARE_OTHERS), 1);
    cr_expect_lt(of(&other, COMPARE_EVEN_MOST), 0.5f);
}

/* Another one that both have is no reason to be less sure: a duo is a relation of equally many,
 * too. */
Test(network_relations, one_more_that_both_have_takes_nothing_away)
{
    const struct name solo[] = {{"performer", "vela lindqvist", false}, {0}};
    const struct name duo[] = {
        {"performer", "vela lindqvist", false}, {"performer", "nightbus", false}, {0}};
    struct row one = judge(solo, solo), two = judge(duo, duo);
    for (size_t i = COMPARE_EVEN_LEAST; i <= COMPARE_VALUE_ALIKE_MOST; i++) {
        float x = of(&one, (enum comparison)i), y = of(&two, (enum comparison)i);
        int direction = comparison_direction(i);
        cr_expect(isnan(x) || (float)direction * (y - x) > -1e-5f, "%s: %f, of two %f",
                  comparison_words(i), (double)x, (double)y);
    }
    cr_expect_eq(of(&two, COMPARE_EVEN_SAME), 1);
    cr_expect_eq(of(&two, COMPARE_TWINS), 2);
}

Test(network_relations, what_one_side_tells_less_of_is_shared_by_the_side_with_fewer)
{
    const struct name three[] = {{"actor", "marta kelling", false},
                                 {"actor", "joss arden", false},
                                 {"actor", "ilse farber", false},
                                 {0}};
    const struct name one[] = {{"actor", "joss arden", false}, {0}};
    struct row row = judge(three, one), turned = judge(one, three);
    cr_expect_eq(of(&row, COMPARE_TWINS), 1);
    cr_expect_eq(of(&row, COMPARE_OTHERS), 0, "nobody is missing on the side that tells one");
    cr_expect_gt(of(&row, COMPARE_SHARED_MOST), 0.99f);
    cr_expect(isnan(of(&row, COMPARE_EVEN_LEAST)), "there are three on one side");
    cr_expect_eq(of(&row, COMPARE_NEIGHBOURS), 1);
    for (size_t i = 0; i < COMPARISON_COUNT; i++) {
        float x = of(&row, (enum comparison)i), y = of(&turned, (enum comparison)i);
        cr_expect(x == y || (isnan(x) && isnan(y)), "symmetric: %s", comparison_words(i));
    }
}

Test(network_relations, a_relation_is_one_with_its_direction)
{
    const struct name refers[] = {{"actor", "joss arden", false}, {0}};
    const struct name referred[] = {{"actor", "joss arden", true}, {0}};
    struct row row = judge(refers, referred), same = judge(referred, referred);
    cr_expect_eq(of(&row, COMPARE_RELATIONS), 0);
    cr_expect_eq(of(&row, COMPARE_TWINS_ANYHOW), 1, "by whatever relation, the name is there");
    cr_expect_eq(of(&row, COMPARE_OUTWARD), 0);
    cr_expect_eq(of(&same, COMPARE_RELATIONS), 1);
    cr_expect_eq(of(&same, COMPARE_INWARD), 1);
}
