/*
 * What the group is told of the input partitions, without a broker: publisher_internal.h.
 */
#include "../../src/stream/publisher_internal.h"

#include "alignd/base/err.h"

#include <criterion/criterion.h>

static const struct commit_mark mark = {.uuid = "01234567-89ab-cdef-0123-456789abcdef",
                                        .epoch = 1,
                                        .head = 7,
                                        .instance = "0123456789abcdef"};

static struct publisher_group group_of_two(void)
{
    struct publisher_group g = {0};
    for (int32_t partition = 0; partition < 2; partition++) {
        struct publisher_offset o = {slice_of("t"), partition, 10 + partition, true};
        publisher_group_set(&g, &o);
    }
    return g;
}

Test(publisher_group, every_offset_goes_with_its_mark)
{
    struct publisher_group g = group_of_two();
    rd_kafka_topic_partition_list_t *list;
    publisher_group_offsets(&g, &mark, false, &list);
    cr_assert_eq(list->cnt, 2);
    for (int i = 0; i < 2; i++) {
        const rd_kafka_topic_partition_t *e = &list->elems[i];
        struct commit_mark read;
        cr_expect_eq(e->offset, 10 + i);
        cr_assert(commit_mark_parse((struct slice){e->metadata, e->metadata_size}, &read));
        cr_expect_eq(read.head, 7);
    }
    rd_kafka_topic_partition_list_destroy(list);
    publisher_group_fini(&g);
}
