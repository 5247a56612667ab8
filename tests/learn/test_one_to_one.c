#include "alignd/learn/one_to_one.h"

#include <criterion/criterion.h>

Test(one_to_one, takes_the_best_first_and_each_entity_once)
{
    /* 0 and 1 both want 10; 1 has to make do with 11, and 2 comes too late for it */
    const struct catalog_pair pairs[] = {{0, 10}, {0, 11}, {1, 10}, {1, 11}, {2, 11}};
    const float score[] = {0.9f, 0.8f, 0.85f, 0.6f, 0.5f};
    bool matched[5];
    one_to_one_choose(pairs, score, 5, 12, 0.0, matched);
    cr_expect(matched[0] && !matched[1] && !matched[2] && matched[3] && !matched[4]);
    one_to_one_choose(pairs, score, 5, 12, 0.7, matched);
    cr_expect(matched[0] && !matched[3], "below the threshold nothing matches");
}

Test(one_to_one, decides_equal_scores_by_the_order_of_the_pairs)
{
    const struct catalog_pair pairs[] = {{0, 2}, {1, 2}};
    const float score[] = {0.5f, 0.5f};
    bool matched[2];
    one_to_one_choose(pairs, score, 2, 3, 0.5, matched);
    cr_expect(matched[0] && !matched[1]);
    one_to_one_choose(pairs, score, 0, 0, 0.5, matched);
}
