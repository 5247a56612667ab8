/*
 * publisher_group.c - the input partitions as the group knows them: where each stands in the
 * store (next) and what was last committed of it (sent).  The publisher's lock covers it.
 *
 *  (1) Partitions are only added, at the end: an answer of the group to publisher_group_list
 *      is about them in the same order, however many have come since.
 *  (2) No offset is told without its mark, or the next start would have nothing to go by.
 */
#include "publisher_internal.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void publisher_group_fini(struct publisher_group *g)
{
    for (size_t i = 0; i < g->count; i++)
        free(g->partitions[i].topic);
    free(g->partitions);
    *g = (struct publisher_group){0};
}

/* What the group is told of it when all is published. */
static int64_t told_of(const struct publisher_group_partition *part)
{
    return part->next > part->least ? part->next : part->least;
}

void publisher_group_set(struct publisher_group *g, const struct publisher_offset *offset)
{
    assert(offset->topic.len && offset->partition >= 0);
    for (size_t i = 0; i < g->count; i++) {
        struct publisher_group_partition *part = &g->partitions[i];
        if (part->partition != offset->partition ||
            !slice_equal(slice_of(part->topic), offset->topic))
            continue;
        part->next = offset->next;
        g->moved |= told_of(part) != part->sent;
        part->in_store |= offset->in_store;
        return;
    }
    g->partitions = memory_realloc(g->partitions, (g->count + 1) * sizeof(*g->partitions));
    char *topic = memory_strndup(offset->topic.data, offset->topic.len);
    g->partitions[g->count++] = (struct publisher_group_partition){
        topic, offset->partition, offset->next, offset->next, -1, offset->in_store};
    g->moved = true;
}

rd_kafka_topic_partition_list_t *publisher_group_list(const struct publisher_group *g)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)g->count);
    for (size_t i = 0; i < g->count; i++)
        rd_kafka_topic_partition_list_add(list, g->partitions[i].topic, g->partitions[i].partition);
    assert((size_t)list->cnt == g->count); /* (1) */
    return list;
}

void publisher_group_keep(struct publisher_group *g, const struct publisher_offset *offset)
{
    assert(offset->next >= -1);
    for (size_t i = 0; i < g->count; i++) {
        struct publisher_group_partition *part = &g->partitions[i];
        if (part->partition != offset->partition ||
            !slice_equal(slice_of(part->topic), offset->topic))
            continue;
        part->least = part->sent = offset->next;
        g->moved |= told_of(part) != part->sent;
    }
}

void publisher_group_offsets(const struct publisher_group *g, const struct commit_mark *mark,
                             bool partial, rd_kafka_topic_partition_list_t **ret_list)
{
    char text[COMMIT_MARK_MAX];
    commit_mark_format(text, mark);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)g->count);
    for (size_t i = 0; i < g->count; i++) {
        const struct publisher_group_partition *part = &g->partitions[i];
        int64_t offset = partial ? part->sent : told_of(part);
        if (offset < 0)
            continue;
        rd_kafka_topic_partition_t *e =
            rd_kafka_topic_partition_list_add(list, part->topic, part->partition);
        e->offset = offset;
        e->metadata = memory_strdup(text); /* (2); the list frees it */
        e->metadata_size = strlen(text);
    }
    *ret_list = list;
    assert((size_t)list->cnt <= g->count);
}

void publisher_group_note_sent(struct publisher_group *g,
                               const rd_kafka_topic_partition_list_t *list)
{
    assert(!list || (size_t)list->cnt <= g->count);
    g->moved = false;
    for (size_t i = 0; i < g->count; i++) {
        struct publisher_group_partition *part = &g->partitions[i];
        const rd_kafka_topic_partition_t *e =
            list ? rd_kafka_topic_partition_list_find(list, part->topic, part->partition) : NULL;
        if (e)
            part->sent = e->offset;
        else if (!list)
            part->sent = told_of(part);
        g->moved |= part->sent != told_of(part);
    }
}

int publisher_group_judge(const struct publisher_group *g, const char *name,
                          const struct commit_mark_store *store,
                          const rd_kafka_topic_partition_list_t *answer, uint64_t *ret_head)
{
    char why[512];
    struct commit_mark_found *found = memory_calloc((size_t)answer->cnt + 1, sizeof(*found));
    assert((size_t)answer->cnt <= g->count);
    for (int i = 0; i < answer->cnt; i++) { /* (1) */
        const rd_kafka_topic_partition_t *e = &answer->elems[i];
        const struct publisher_group_partition *part = &g->partitions[i];
        found[i] = (struct commit_mark_found){slice_of(e->topic),
                                              e->partition,
                                              e->offset >= 0 ? e->offset : -1,
                                              {e->metadata, e->metadata ? e->metadata_size : 0},
                                              part->in_store ? part->next : -1};
    }
    int rc = commit_mark_judge(store, found, (size_t)answer->cnt, ret_head, why, sizeof(why));
    free(found);
    if (rc == ERR_MISMATCH)
        log_error("group '%s': %s", name, why);
    else if (*why)
        log_warn("group '%s': %s", name, why);
    return rc;
}
