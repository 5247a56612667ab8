/*
 * group_watch.h - a thread that asks a group for its offsets again and again, through one client,
 * and tells what is to be thought of its owner (lease.h).
 */
#ifndef ALIGND_STREAM_GROUP_WATCH_H
#define ALIGND_STREAM_GROUP_WATCH_H

#include "alignd/stream/group_offsets.h"
#include "alignd/stream/lease.h"

struct group_watch;

struct group_watch_options {
    const struct kafka_conf *kafka; /* lent, as is the next */
    const char *group;
    const struct group_offsets_partition *partitions; /* copied; their names are lent */
    size_t count;
    int64_t lease_ms; /* an owner is taken for dead after this, or what its mark says if longer */
};

/* ERR_CONFIG, ERR_INTERNAL (logged). */
int group_watch_start(const struct group_watch_options *options, struct group_watch **ret_watch);
/* Waits for the question under way, a second at most.  Takes NULL. */
void group_watch_stop(struct group_watch *w);

/* A copy of the lease as it is; its state is of the last answer. */
void group_watch_get(struct group_watch *w, struct lease *ret_lease);
/* Waits until the group was asked once.  ERR_BROKER after wait_ms, ERR_AUTH. */
int group_watch_wait(struct group_watch *w, int wait_ms);
/* The offset that the group held last of a partition; -1: none, or it is not watched. */
int64_t group_watch_offset(struct group_watch *w, struct slice topic, int32_t partition);
/* The group's answer as of last, each mark to visit under the lock. */
int group_watch_each(struct group_watch *w, group_offsets_visit *visit, void *arg);
#endif
