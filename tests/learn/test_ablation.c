#include "alignd/learn/ablation.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <criterion/criterion.h>

Test(ablation, names_are_a_mask)
{
    unsigned without = 77;
    cr_assert_eq(ablation_parse(slice_of(""), &without), ERR_OK);
    cr_expect_eq(without, 0);
    cr_assert_eq(ablation_parse(slice_of("cross,forest"), &without), ERR_OK);
    cr_expect_eq(without, WITHOUT_CROSS | WITHOUT_FOREST);
    log_set_level((enum log_level) - 1);
    cr_expect_eq(ablation_parse(slice_of("cross,nobody"), &without), ERR_USAGE);
    cr_expect_eq(ablation_parse(slice_of(",cross"), &without), ERR_USAGE);
    cr_expect_eq(without, WITHOUT_CROSS | WITHOUT_FOREST, "set on success alone");
}
