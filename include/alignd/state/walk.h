/*
 * walk.h - the rows of a family, one after the other.
 */
#ifndef ALIGND_STATE_WALK_H
#define ALIGND_STATE_WALK_H

#include "alignd/store/kv.h"

/* A row is lent until it returns.  What it returns other than 0 ends the walk, which returns
 * that. */
typedef int walk_visit(void *arg, struct slice key, struct slice value);

/* Calls visit with every row of a family in the order of the keys, as they were when the
 * walk began.  ERR_STORE. */
int walk_rows(struct kv *kv, enum kv_family family, walk_visit *visit, void *arg);

/* The same for the rows whose keys begin so. */
int walk_prefix(struct kv *kv, enum kv_family family, struct slice prefix, walk_visit *visit,
                void *arg);
#endif
