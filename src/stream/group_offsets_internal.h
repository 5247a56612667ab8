/*
 * group_offsets_internal.h - the same for this room, on librdkafka's own list.
 */
#ifndef ALIGND_STREAM_GROUP_OFFSETS_INTERNAL_H
#define ALIGND_STREAM_GROUP_OFFSETS_INTERNAL_H

#include "kafka_internal.h"

/* Fills in offsets and metadata of the list's partitions; waits up to wait_ms or
 * until *stop (NULL for never). */
int group_offsets_fetch(const struct kafka_conf *kafka, const char *group,
                        rd_kafka_topic_partition_list_t *list, int wait_ms,
                        const _Atomic bool *stop);
#endif
