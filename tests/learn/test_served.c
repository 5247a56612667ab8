#include "alignd/learn/served.h"

#include <criterion/criterion.h>
#include <math.h>

static struct served_pair pairs[] = {
    {0, 0.95f, true}, {3, 0.91f, false}, {1, 0.7f, true}, {2, 0.7f, true}, {5, 0.3f, false}};
/* 6 links; at .5 four are told, three of them right */
static const struct served served = {
    .pairs = pairs, .count = 5, .links = 6, .threshold = 0.5, .told = 4, .is_one_to_one = true};

Test(served, counts_what_is_told_at_a_threshold)
{
    struct served_point p = served_at(&served, 0.5);
    cr_expect_eq(p.told, 4);
    cr_expect_eq(p.right, 3);
    cr_expect_float_eq(p.precision, 3 / 4.0, 1e-12);
    cr_expect_float_eq(p.recall, 3 / 6.0, 1e-12);
    cr_expect_float_eq(p.f1, 6 / 10.0, 1e-12);
    p = served_at(&served, (double)0.7f);
    cr_expect_eq(p.told, 4, "a score that is the threshold is told");
    p = served_at(&served, 0.0);
    cr_expect_eq(p.told, 5);
    cr_expect_eq(p.right, 3);
    p = served_at(&served, 0.99);
    cr_expect_eq(p.told, 0);
    cr_expect_eq(p.precision, 0);
    cr_expect_eq(p.f1, 0);
}

Test(served, counts_what_is_told_between_two_scores)
{
    struct served_bin b = served_between(&served, 0.9, INFINITY);
    cr_expect_eq(b.count, 2);
    cr_expect_eq(b.right, 1);
    cr_expect_float_eq(b.stated, 0.93, 1e-6);
    cr_expect_float_eq(b.held, 0.5, 1e-12);
    /* Wilson's interval of 1 in 2 */
    cr_expect_float_eq(b.least, 0.0945, 1e-4);
    cr_expect_float_eq(b.most, 0.9055, 1e-4);
    b = served_between(&served, -INFINITY, 0.5);
    cr_expect_eq(b.count, 0, "what is below the threshold is not told");
    cr_expect_eq(b.stated, 0);
    b = served_between(&served, -INFINITY, INFINITY);
    cr_expect_eq(b.count, 4);
}
