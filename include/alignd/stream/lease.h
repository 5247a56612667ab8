/*
 * lease.h - whether the instance that owns a group is alive, by what the group holds: its offsets
 * and the marks beside them (commit_mark.h).  Who owns it commits several times in a lease, if
 * only the same offsets with another beat; who watches sees them change.
 *
 * Invariants:
 *   (1) No two clocks are compared: what counts is for how long the watcher, by its own, saw the
 *       group unchanged.
 *   (2) Time in which the group could not be asked does not count: then the owner could not reach
 *       it either, perhaps.
 *   (3) An owner whose mark tells no beat (started without --standby) is never taken for dead.
 */
#ifndef ALIGND_STREAM_LEASE_H
#define ALIGND_STREAM_LEASE_H

#include "alignd/stream/commit_mark.h"

/* What the group held when it was asked. */
struct lease_sight {
    uint64_t hash;             /* of all offsets and metadata */
    bool marked;               /* there is a mark */
    struct commit_mark newest; /* the one of the highest epoch, of these of the highest beat */
};

enum lease_state {
    LEASE_UNKNOWN,  /* the group was not asked yet */
    LEASE_NOBODY,   /* it bears no mark */
    LEASE_MUTE,     /* its owner tells no beat (3) */
    LEASE_HELD,     /* its owner was alive a moment ago */
    LEASE_GONE,     /* it was silent for a lease */
    LEASE_RELEASED, /* it has ended, and says so */
};
const char *lease_state_name(enum lease_state state);

struct lease {
    int64_t least_ms;   /* never taken for dead sooner, whatever the mark says */
    int64_t longest_ms; /* between two sights: what is beyond does not count (2) */
    struct lease_sight sight;
    bool seen;
    int64_t seen_ms;  /* the last sight, by the watcher's clock */
    int64_t quiet_ms; /* for which it has been as it is */
};

/* All zero but least_ms and longest_ms is a new one.  now_ms: clock_mono_ms. */
void lease_take(struct lease *lease, const struct lease_sight *sight, int64_t now_ms);
enum lease_state lease_state(const struct lease *lease);
/* After how long a silence the owner counts as dead. */
int64_t lease_limit_ms(const struct lease *lease);

/* Of a mark that was found: is it the newest so far?  To fill a sight. */
void lease_sight_add(struct lease_sight *sight, struct slice topic, int32_t partition,
                     int64_t offset, struct slice metadata);
#endif
