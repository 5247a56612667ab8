/*
 * commit_mark.c - marks written and read, and what a group's marks say against the store.  Pure:
 * it asks nobody, so every case of it is a row of a test.
 *
 * What is not a mark to the last character is none: anybody can put metadata to an offset.
 * Partitions are judged one by one for what no honest course of events leaves behind
 * (commit_mark.h (1), (2)); the head is the highest mark of the present epoch, since a
 * partition may be new, or unknown to the last transaction.
 */
#include "alignd/stream/commit_mark.h"

#include "alignd/base/err.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void commit_mark_format(char text[COMMIT_MARK_MAX], const struct commit_mark *mark)
{
    assert(!*mark->instance || strlen(mark->instance) == COMMIT_MARK_INSTANCE);
    assert(strlen(mark->uuid) == sizeof(mark->uuid) - 1);
    assert(!mark->beats || *mark->instance);
    int n = snprintf(text, COMMIT_MARK_MAX, "alignd/1 %s %" PRIu64 " %" PRIu64 "%s%s", mark->uuid,
                     mark->epoch, mark->head, *mark->instance ? " " : "", mark->instance);
    assert(n > 0 && n < COMMIT_MARK_MAX - 42); /* two numbers fit behind it */
    if (mark->beats)
        snprintf(text + n, COMMIT_MARK_MAX - (size_t)n, " %" PRIu64 " %" PRIu64, mark->beat,
                 mark->lease_ms);
}

/* Decimal digits up to a space or the end; false for anything else. */
static bool take_number(const char **at, const char *end, uint64_t *ret)
{
    assert(*at <= end);
    uint64_t v = 0;
    const char *p = *at;
    for (; p < end && *p != ' '; p++) {
        if (*p < '0' || *p > '9' || v > (UINT64_MAX - 9) / 10)
            return false;
        v = v * 10 + (uint64_t)(*p - '0');
    }
    if (p == *at)
        return false;
    *at = p < end ? p + 1 : p;
    assert(*at <= end);
    *ret = v;
    return true;
}

/* Sixteen hexadecimal digits up to a space or the end. */
static bool take_instance(const char **at, const char *end, char instance[COMMIT_MARK_INSTANCE + 1])
{
    const char *p = *at;
    assert(p <= end);
    if (end - p < COMMIT_MARK_INSTANCE)
        return false;
    for (int i = 0; i < COMMIT_MARK_INSTANCE; i++)
        if (!strchr("0123456789abcdef", p[i]) || !p[i])
            return false;
    memcpy(instance, p, COMMIT_MARK_INSTANCE);
    instance[COMMIT_MARK_INSTANCE] = '\0';
    p += COMMIT_MARK_INSTANCE;
    if (p < end && *p != ' ')
        return false;
    *at = p < end ? p + 1 : p;
    return true;
}

/* The rest of a mark: nothing, the instance, or that and its beat and lease. */
static bool take_rest(const char *at, const char *end, struct commit_mark *mark)
{
    mark->instance[0] = '\0';
    mark->beats = false;
    mark->beat = mark->lease_ms = 0;
    if (at == end)
        return end[-1] != ' ';
    if (!take_instance(&at, end, mark->instance))
        return false;
    if (at == end)
        return end[-1] != ' ';
    mark->beats = true;
    return take_number(&at, end, &mark->beat) && take_number(&at, end, &mark->lease_ms) &&
           at == end && end[-1] != ' ';
}

/* Lower-case hexadecimal in groups of 8, 4, 4, 4 and 12. */
static bool is_uuid(const char *p)
{
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool digit = (p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f');
        if (dash ? p[i] != '-' : !digit)
            return false;
    }
    return true;
}

bool commit_mark_parse(struct slice text, struct commit_mark *ret_mark)
{
    static const char magic[] = "alignd/1 ";
    const size_t lead = sizeof(magic) - 1;
    struct commit_mark mark;
    if (text.len < lead + 38 || memcmp(text.data, magic, lead) != 0 ||
        text.data[lead + 36] != ' ' || !is_uuid(text.data + lead))
        return false;
    memcpy(mark.uuid, text.data + lead, 36);
    mark.uuid[36] = '\0';
    const char *at = text.data + lead + 37, *end = text.data + text.len;
    if (!take_number(&at, end, &mark.epoch) || !take_number(&at, end, &mark.head) ||
        !take_rest(at, end, &mark))
        return false;
    assert(at <= end && strlen(mark.uuid) == sizeof(mark.uuid) - 1);
    *ret_mark = mark;
    return true;
}

bool commit_mark_is_foreign(struct slice text, const char *instance)
{
    struct commit_mark mark;
    return commit_mark_parse(text, &mark) && strcmp(mark.instance, instance) != 0;
}

/* (1) and (2): what one partition says against the store. */
static int judge_one(const struct commit_mark_store *store, const struct commit_mark_found *f,
                     const struct commit_mark *mark, char *why, size_t size)
{
    int at = snprintf(why, size, "topic '%.*s' [%" PRId32 "]: ", (int)f->topic.len, f->topic.data,
                      f->partition);
    assert(at >= 0 && size > 0);
    size_t used = (size_t)at < size ? (size_t)at : size - 1;
    if (strcmp(mark->uuid, store->uuid) != 0)
        snprintf(why + used, size - used,
                 "the group was last committed by store %s, this is store %s", mark->uuid,
                 store->uuid);
    else if (mark->epoch > store->epoch)
        snprintf(why + used, size - used,
                 "the group is at epoch %" PRIu64 ", the store at %" PRIu64
                 ": an old copy of the store was brought back",
                 mark->epoch, store->epoch);
    else if (mark->epoch == store->epoch && mark->head > store->head)
        snprintf(why + used, size - used,
                 "event %" PRIu64 " is published, the store has only made %" PRIu64
                 ": an old copy of the store was brought back",
                 mark->head, store->head);
    else if (mark->epoch == store->epoch && f->store_offset >= 0 && f->offset > f->store_offset)
        snprintf(why + used, size - used,
                 "the group is at offset %" PRId64 ", the store only at %" PRId64
                 ": an old copy of the store was brought back",
                 f->offset, f->store_offset);
    else {
        *why = '\0';
        return ERR_OK;
    }
    return ERR_MISMATCH;
}

int commit_mark_judge(const struct commit_mark_store *store, const struct commit_mark_found *found,
                      size_t count, uint64_t *ret_head, char *why, size_t why_size)
{
    uint64_t head = 0;
    assert(why_size);
    bool marked = false, offsets = false;
    *why = '\0';
    for (size_t i = 0; i < count; i++) {
        struct commit_mark mark;
        offsets |= found[i].offset >= 0;
        if (!commit_mark_parse(found[i].text, &mark))
            continue;
        int rc = judge_one(store, &found[i], &mark, why, why_size);
        if (rc)
            return rc;
        /* an older epoch of this store: nothing of the present one is out yet */
        marked = true;
        if (mark.epoch == store->epoch && mark.head > head)
            head = mark.head;
    }
    /*
     * Records are dropped from the outbox only after their commit, so a mark
     * lower than that cannot be ours: taken back by hand.
     */
    assert(head <= store->head); /* of this epoch: (1) */
    if (marked && head >= store->dropped) {
        *ret_head = head;
        return ERR_OK;
    }
    /* a store claims its group with a mark before its first event: offsets
     * without one, once there are events, were set by hand */
    if (store->dropped == 0 && (marked || !offsets || store->head == 0)) {
        *ret_head = head;
        return ERR_OK;
    }
    if (!marked && !offsets && store->dropped == store->head) {
        snprintf(why, why_size,
                 "the group's offsets have expired or were deleted; all %" PRIu64
                 " events are known to be published, going on",
                 store->head);
        *ret_head = store->head;
        return ERR_OK;
    }
    snprintf(why, why_size,
             "%" PRIu64 " events are known to be published, and the group's offsets %s: it was "
             "reset, or they expired (the broker's offsets.retention.minutes after the last "
             "commit); whether events %" PRIu64 " to %" PRIu64
             " are out cannot be told from it, only from the events themselves: a new epoch "
             "compares them",
             store->dropped,
             marked     ? "say less"
             : !offsets ? "are gone"
                        : "do not say so",
             store->dropped + 1, store->head);
    return ERR_MISMATCH;
}
