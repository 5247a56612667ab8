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

static int64_t told(const struct publisher_group *g, bool partial, int i)
{
    rd_kafka_topic_partition_list_t *list;
    publisher_group_offsets(g, &mark, partial, &list);
    int64_t offset = i < list->cnt ? list->elems[i].offset : -1;
    rd_kafka_topic_partition_list_destroy(list);
    return offset;
}

Test(publisher_group, what_is_kept_is_never_told_to_be_less)
{
    struct publisher_group g = group_of_two(); /* which stand at 10 and 11 */
    struct publisher_offset held = {slice_of("t"), 0, 20, false};
    publisher_group_note_sent(&g, NULL);
    cr_expect_not(g.moved);
    publisher_group_keep(&g, &held);
    cr_expect_not(g.moved, "there is nothing to tell");
    cr_expect_eq(told(&g, true, 0), 20);
    cr_expect_eq(told(&g, false, 0), 20);
    cr_expect_eq(told(&g, false, 1), 11);

    struct publisher_offset behind = {slice_of("t"), 0, 15, true};
    publisher_group_set(&g, &behind);
    cr_expect_not(g.moved);
    cr_expect_eq(told(&g, false, 0), 20);
    struct publisher_offset beyond = {slice_of("t"), 0, 25, true};
    publisher_group_set(&g, &beyond);
    cr_expect(g.moved);
    cr_expect_eq(told(&g, true, 0), 20, "not yet: its events are not out");
    cr_expect_eq(told(&g, false, 0), 25);
    publisher_group_fini(&g);
}

Test(publisher_group, what_the_group_does_not_hold_is_told_once_all_is_out)
{
    struct publisher_group g = group_of_two();
    struct publisher_offset nothing = {slice_of("t"), 1, -1, false};
    rd_kafka_topic_partition_list_t *list;
    publisher_group_note_sent(&g, NULL);
    publisher_group_keep(&g, &nothing);
    cr_expect(g.moved);
    publisher_group_offsets(&g, &mark, true, &list);
    cr_expect_eq(list->cnt, 1, "of the other one alone");
    rd_kafka_topic_partition_list_destroy(list);
    cr_expect_eq(told(&g, false, 1), 11);
    publisher_group_fini(&g);
}
