/*
 * reconcile.h - the events topic brought into line with the store: a pair that the
 * topic holds although the store does not match it is unmatched, one it lacks is told, a
 * confidence that is another is updated.  What is as it should be is not told again.
 *
 * While one store runs there is nothing to do.  After a replay there is: a new
 * epoch holds its events back (engine.h), and this is how it tells what came out
 * differently from what readers know.
 */
#ifndef ALIGND_DAEMON_RECONCILE_H
#define ALIGND_DAEMON_RECONCILE_H

#include "alignd/daemon/config.h"
#include "alignd/engine/engine.h"

#include <stdint.h>

struct reconcile_report {
    uint64_t total;                       /* matches of the store */
    uint64_t matches, updates, unmatches; /* events made */
};

/*
 * Reads the events topic to its end, commits the differences to the outbox, in
 * turns of their own, and ends the holding of events.  Everything of the outbox must be
 * published before.  Killed on the way it is begun again: what was published till
 * then is in the topic.  ERR_BROKER, ERR_STORE.
 */
int reconcile_run(const struct config *config, struct engine *engine,
                  struct reconcile_report *ret_report);
#endif
