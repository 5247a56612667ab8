/*
 * match_gauges.h - what the page of metrics says of the matches by type and band: counts, the
 * estimated precision (state/match_stats.h) and a histogram of confidence.
 */
#ifndef ALIGND_DAEMON_MATCH_GAUGES_H
#define ALIGND_DAEMON_MATCH_GAUGES_H

#include "alignd/base/buf.h"
#include "alignd/state/match_stats.h"

#include <pthread.h>

#define MATCH_GAUGES_TYPES                                                                         \
    32 /* with rows of their own; those of fewer matches have one together                         \
        */

/* What was read last; all zero: nothing yet.  For any thread: while one reads anew, the others are
 * told what was read before, and wait where that is nothing. */
struct match_gauges {
    pthread_mutex_t lock, reading;
    struct buf page, json;
    uint64_t read_us; /* clock_mono_us */
};

/*
 * Appends the rows, read again if those at hand are older than every_us.  A reading takes a
 * time in proportion to options->entities and no lock.  ERR_STORE: nothing is appended.
 */
int match_gauges_write(struct match_gauges *g, const struct state *s,
                       const struct match_stats_options *options, uint64_t every_us,
                       struct buf *out);
/*
 * The same, of the same reading, as JSON: {"seconds_old":..,"entities":..,"whole":..,"types":[..],
 * "all":..}: what match_stats_json.h writes of each type, most matches first, the last maybe
 * "(other)".  whole: these are all matches there are.
 */
int match_gauges_write_json(struct match_gauges *g, const struct state *s,
                            const struct match_stats_options *options, uint64_t every_us,
                            struct buf *out);
void match_gauges_fini(struct match_gauges *g);
#endif
