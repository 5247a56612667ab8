/*
 * walk.h - the rows of a family, one after the other.
 */
#ifndef ALIGND_STATE_WALK_H
#define ALIGND_STATE_WALK_H

#include "alignd/store/kv.h"

/*
 * Calls visit with every row of a family in the order of the keys, as they were when the
 * walk began; a row is lent until visit returns.  What visit returns other than 0 ends the
 * walk and is returned.  ERR_STORE.
 */
int walk_rows(struct kv *kv, enum kv_family family,
              int (*visit)(void *arg, struct slice key, struct slice value), void *arg);
#endif
