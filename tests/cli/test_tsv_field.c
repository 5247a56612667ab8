#include "alignd/cli/tsv_field.h"

#include <criterion/criterion.h>

Test(tsv_field, what_would_end_it_becomes_a_space)
{
    struct buf out = {0};
    tsv_field_append(&out, slice_of("a\tb\nc\r\"d\""));
    tsv_field_append(&out, (struct slice){NULL, 0});
    cr_expect(slice_equal(buf_slice(&out), slice_of("a b c \"d\"")));
    buf_fini(&out);
}
