/*
 * backup_internal.h - the manifest of a backup (backup_manifest.c), as backup.c fills
 * and compares it.
 */
#ifndef ALIGND_DAEMON_BACKUP_INTERNAL_H
#define ALIGND_DAEMON_BACKUP_INTERNAL_H

#include "alignd/base/buf.h"
#include "alignd/base/json.h"
#include "alignd/daemon/backup.h"
#include "alignd/store/kv_files.h"

struct backup_manifest {
    struct buf files, offsets, settings; /* JSON as it is written */
    uint64_t file_count, bytes;
    uint64_t taken;    /* files found again */
    struct json *json; /* as read; NULL when it is being written */
    const char *path;
};
void backup_manifest_fini(struct backup_manifest *m);

/* ---- writing ---- */
void backup_manifest_add_file(struct backup_manifest *m, const struct kv_file *file);
/* Offsets and settings of the store. */
int backup_manifest_describe(struct backup_manifest *m, struct kv *kv);
void backup_manifest_write(const struct backup_manifest *m, const struct identity *identity,
                           struct buf *out);

/* ---- reading ---- */
/* ERR_NOT_FOUND, ERR_FORMAT, ERR_VERSION, ERR_IO; said in the log. */
int backup_manifest_read(const char *path, struct backup_manifest *m);
/* ERR_FORMAT when the manifest knows another file, or none, of that name. */
int backup_manifest_take_file(struct backup_manifest *m, const struct kv_file *file);
/* ERR_FORMAT when files are missing. */
int backup_manifest_check_taken(const struct backup_manifest *m);
/* ERR_FORMAT when the store says something else of itself. */
int backup_manifest_compare(const struct backup_manifest *m, const struct identity *identity);
#endif
