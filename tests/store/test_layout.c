#include "alignd/store/layout.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>

Test(layout, the_key_of_an_offset_is_topic_zero_and_partition)
{
    struct buf key = {0};
    struct slice topic;
    int32_t partition;
    layout_put_offset_key(&key, slice_of("films.in"), 0x01020304);
    cr_assert(slice_equal(buf_slice(&key), (struct slice){"films.in\0\1\2\3\4", 13}));
    cr_assert_eq(layout_get_offset_key(buf_slice(&key), &topic, &partition), ERR_OK);
    cr_expect(slice_equal(topic, slice_of("films.in")));
    cr_expect_eq(partition, 0x01020304);
    buf_fini(&key);
}

Test(layout, what_is_no_key_of_an_offset_is_refused)
{
    struct slice topic;
    int32_t partition;
    cr_expect_eq(layout_get_offset_key((struct slice){"\0\0\0\1", 4}, &topic, &partition),
                 ERR_STORE);
    cr_expect_eq(layout_get_offset_key(slice_of("films.in"), &topic, &partition), ERR_STORE);
}
