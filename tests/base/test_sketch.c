#include "alignd/base/sketch.h"

#include "alignd/base/hash.h"

#include <criterion/criterion.h>

static void add_numbers(struct sketch *s, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        sketch_add(s, hash_bytes((struct slice){(const char *)&i, sizeof(i)}, 7));
}

Test(sketch, few_things_are_counted_exactly_however_often_they_come)
{
    struct sketch s = {0};
    cr_expect_eq(sketch_distinct(&s), 0);
    for (int i = 0; i < 5; i++)
        add_numbers(&s, 0, 1000);
    cr_expect_eq(sketch_distinct(&s), 1000);
    sketch_fini(&s);
}

Test(sketch, many_things_are_counted_within_some_hundredths)
{
    struct sketch s = {0};
    add_numbers(&s, 0, 300000);
    add_numbers(&s, 100000, 200000);
    double n = sketch_distinct(&s);
    cr_expect(n > 270000 && n < 330000, "%f", n);
    cr_expect_leq(s.count, (size_t)SKETCH_SIZE);
    sketch_fini(&s);
}

Test(sketch, what_two_share_is_told_of_few_and_of_many)
{
    struct sketch few = {0}, many = {0}, others = {0}, none = {0};
    add_numbers(&few, 0, 100);
    add_numbers(&many, 50, 100050);
    add_numbers(&others, 50050, 150050);
    struct sketch_overlap o = sketch_compare(&many, &others);
    cr_expect(o.of_all > 0.28 && o.of_all < 0.38, "a third: %f", o.of_all);
    cr_expect(o.of_smaller > 0.45 && o.of_smaller < 0.55, "half: %f", o.of_smaller);
    o = sketch_compare(&few, &none);
    cr_expect_eq(o.of_all, 0);
    o = sketch_compare(&few, &few);
    cr_expect_eq(o.of_all, 1);
    sketch_fini(&few);
    sketch_fini(&many);
    sketch_fini(&others);
}
