/*
 * group_offsets.h - the offsets and metadata a consumer group holds.
 */
#ifndef ALIGND_STREAM_GROUP_OFFSETS_H
#define ALIGND_STREAM_GROUP_OFFSETS_H

#include "alignd/base/slice.h"
#include "alignd/stream/kafka_conf.h"

#include <stddef.h>
#include <stdint.h>

struct group_offsets_partition {
    const char *topic;
    int32_t partition;
};

/* offset -1: none committed.  Lent until it returns. */
typedef int group_offsets_visit(void *arg, const struct group_offsets_partition *partition,
                                int64_t offset, struct slice metadata);

/* Visits each of the partitions.  ERR_BROKER after timeout_ms, ERR_AUTH, or what
 * visit returned. */
int group_offsets_read(const struct kafka_conf *kafka, const char *group,
                       const struct group_offsets_partition *partitions, size_t count,
                       int timeout_ms, group_offsets_visit *visit, void *arg);
#endif
