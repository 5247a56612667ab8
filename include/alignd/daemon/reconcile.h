/*
 * reconcile.h - the events topic brought into line with the store: a pair that
 * the topic still holds although the store does not match it gets a tombstone.
 *
 * While one store runs that cannot happen. After a rebuild it can: the new
 * store never published the pairs that only the old one matched (another
 * model, another threshold), so it will never unmatch them either.
 */
#ifndef ALIGND_DAEMON_RECONCILE_H
#define ALIGND_DAEMON_RECONCILE_H

#include "alignd/daemon/config.h"
#include "alignd/engine/engine.h"
#include "alignd/store/kv.h"

#include <stdint.h>

/*
 * Reads the events topic to its end and commits the tombstones to the outbox, in
 * turns of their own.  Everything of the store must be published before.
 * ret_count: how many.  ERR_BROKER, ERR_STORE, ERR_NO_MEMORY.
 */
int reconcile_run(const struct config *config, struct kv *kv, struct engine *engine,
                  uint64_t *ret_count);
#endif
