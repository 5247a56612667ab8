/*
 * folder.h - the folder of a store, looked at before RocksDB does, whose words are not
 * for people and which makes itself at home among other files.
 */
#ifndef ALIGND_STORE_FOLDER_H
#define ALIGND_STORE_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * ret_fresh: there is no store in it yet; it need not be there itself.
 * create: one may be made.
 * Logged: ERR_NOT_FOUND (no store, and none may be made), ERR_AUTH (it may not be
 * entered), ERR_CONFIG (it has other files), ERR_STORE (it is a file).
 */
int folder_look(const char *path, bool create, bool *ret_fresh);

/* Could a store be made or written there by this user?  Changes nothing.  As folder_look, and
 * ERR_AUTH where the folder, or the nearest one above that is there, may not be written to. */
int folder_may_write(const char *path);

/* Bytes of the files in it, the log of writes among them; files that come and go meanwhile count or
 * not.  0 where it cannot be read. */
uint64_t folder_bytes(const char *path);
#endif
