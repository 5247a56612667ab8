/*
 * lease.c - sights of a group, one after the other, to the state of its owner.  Pure: it asks
 * nobody, so every case is a row of a test.  The numbers are those of lease.h.
 */
#include "alignd/stream/lease.h"

#include "alignd/base/hash.h"

#include <assert.h>

const char *lease_state_name(enum lease_state state)
{
    static const char *const names[] = {"unknown", "nobody", "mute", "held", "gone", "released"};
    assert(state <= LEASE_RELEASED);
    return names[state];
}

static bool is_newer(const struct commit_mark *a, const struct commit_mark *b)
{
    return a->epoch != b->epoch ? a->epoch > b->epoch : a->beat > b->beat;
}

void lease_sight_add(struct lease_sight *sight, struct slice topic, int32_t partition,
                     int64_t offset, struct slice metadata)
{
    struct commit_mark mark;
    assert(partition >= 0);
    sight->hash = hash_mix(sight->hash, hash_bytes(topic, (uint64_t)partition));
    sight->hash = hash_mix(sight->hash, hash_bytes(metadata, (uint64_t)offset));
    if (!commit_mark_parse(metadata, &mark))
        return;
    if (!sight->marked || is_newer(&mark, &sight->newest))
        sight->newest = mark;
    sight->marked = true;
}

void lease_take(struct lease *lease, const struct lease_sight *sight, int64_t now_ms)
{
    assert(lease->least_ms >= 0 && lease->longest_ms > 0);
    assert(!lease->seen || now_ms >= lease->seen_ms);
    int64_t since = lease->seen ? now_ms - lease->seen_ms : 0;
    if (since > lease->longest_ms)
        since = lease->longest_ms; /* (2) */
    bool same = lease->seen && lease->sight.hash == sight->hash;
    lease->quiet_ms = same ? lease->quiet_ms + since : 0; /* (1) */
    lease->sight = *sight;
    lease->seen = true;
    lease->seen_ms = now_ms;
}

int64_t lease_limit_ms(const struct lease *lease)
{
    uint64_t told = lease->sight.newest.lease_ms;
    assert(lease->least_ms >= 0);
    return told > (uint64_t)lease->least_ms && told < INT64_MAX ? (int64_t)told : lease->least_ms;
}

enum lease_state lease_state(const struct lease *lease)
{
    const struct commit_mark *mark = &lease->sight.newest;
    assert(lease->quiet_ms >= 0);
    if (!lease->seen)
        return LEASE_UNKNOWN;
    if (!lease->sight.marked)
        return LEASE_NOBODY;
    if (!mark->beats)
        return LEASE_MUTE; /* (3) */
    if (!mark->lease_ms)
        return LEASE_RELEASED;
    return lease->quiet_ms >= lease_limit_ms(lease) ? LEASE_GONE : LEASE_HELD;
}
