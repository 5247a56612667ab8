/*
 * backup.h - a copy of a store as it was between two turns, with a manifest that says what
 * it is; also of a store that a daemon has open.
 *
 *     BACKUP/store/          the files of a RocksDB checkpoint, copied (no links)
 *     BACKUP/manifest.json   uuid, epoch, head, input offsets, settings (the digests of
 *                            model and mapping among them), digests of the rows, and each
 *                            file with its size and hash
 *
 * Beside the store, while it is made:
 *     STORE.checkpoint.request   asks the daemon; it deletes it once it has an answer:
 *     STORE.checkpoint/          the checkpoint, linked; deleted when it was copied
 *     STORE.restoring/           a restore that has not ended
 *
 * Both sides make everything under another name and rename it when it is whole, so a kill
 * leaves a backup or none, a store or none.
 */
#ifndef ALIGND_DAEMON_BACKUP_H
#define ALIGND_DAEMON_BACKUP_H

#include "alignd/state/identity.h"
#include "alignd/store/kv.h"

/* What a backup holds; all said in the log by the two that fill it in. */
struct backup_info {
    struct identity identity;
    uint64_t files, bytes;
};

/*
 * Copies the store into the new folder `out`.  wait_ms: how long a daemon that has it open
 * is waited for.  ERR_USAGE: `out` is there.  ERR_NOT_FOUND, ERR_BUSY (nobody answers),
 * ERR_DIFFERS (rows are not what their digests say), ERR_STORE, ERR_IO.
 */
int backup_make(const char *store, const char *out, int wait_ms, struct backup_info *ret_info);

/* Looks at the copy, closed, before it becomes the store: what it returns other than 0 ends the
 * restore, which then leaves nothing. */
typedef int backup_check_fn(void *arg, const char *copy);

/*
 * Puts a backup in place of a store that is not there (or an empty folder), after every
 * file and every row was checked, and by `check` too unless it is NULL.  ERR_USAGE: there is a
 * store.  ERR_NOT_FOUND: no backup.  ERR_FORMAT: it is damaged.  ERR_VERSION, ERR_STORE, ERR_IO.
 */
int backup_restore(const char *backup, const char *store, backup_check_fn *check, void *arg,
                   struct backup_info *ret_info);

/* The daemon's side, between turns: makes a checkpoint when one was asked for. */
void backup_serve(struct kv *kv, const char *store);

/* Before a store is opened: deletes what an interrupted backup left; ERR_MISMATCH when there
 * is no store but a restore that was interrupted. */
int backup_tidy(const char *store);
#endif
