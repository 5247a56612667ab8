/*
 * building.h - a database that is made beside the one it is to become or replace, in the folder
 * STORE.building, and takes its place in one step of the file system: whoever is killed before
 * that leaves what was there, and a folder that the next one discards.
 */
#ifndef ALIGND_STORE_BUILDING_H
#define ALIGND_STORE_BUILDING_H

#include "alignd/base/buf.h"

#include <stdbool.h>

/* The path of the folder, with a NUL behind it, into out. */
void building_path(const char *store, struct buf *out);

/* Deletes what an earlier build left there.  ERR_BUSY (logged): one is under way.  ERR_IO. */
int building_discard(const char *store);

/* Could a database take the place of `store` without replacing anything: is there no such
 * folder, or an empty one? */
bool building_has_place(const char *store);

/*
 * The finished database, closed by everybody, takes its place, on disk before it returns.  A
 * store that was there is exchanged for it in the same step and then deleted.  ERR_IO (logged),
 * ERR_BUSY (it is open): nothing changed.
 */
int building_finish(const char *store);

#endif
