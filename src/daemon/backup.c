/*
 * backup.c - copies of a store, made and put back.  Of a store that is open somewhere else only
 * its owner can make a checkpoint: the two talk through files beside the store, since a
 * command must be able to ask a daemon of which it knows nothing but the folder.
 *
 * A copy is opened and every row of it checked before it counts: when it is made, and
 * again before it takes the place of a store.
 *
 *  (1) Whole or not at all: everything is made under a name of its own and renamed at the end,
 *      and that is on the disk before the call returns.
 */
#include "backup_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/deadline.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/store/kv_files.h"
#include "alignd/stream/crash_point.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4300

static int path_of(char out[PATH_BYTES], const char *base, const char *suffix)
{
    assert(*suffix == '.' || *suffix == '/'); /* beside it or in it */
    size_t n = strlen(base);
    while (n > 1 && base[n - 1] == '/')
        n--;
    if ((size_t)snprintf(out, PATH_BYTES, "%.*s%s", (int)n, base, suffix) < PATH_BYTES)
        return ERR_OK;
    log_error("'%s': the path is too long", base);
    return ERR_USAGE;
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* Renames, and makes that durable. */
static int put_in_place(const char *from, const char *to)
{
    assert(strcmp(from, to) != 0);
    char parent[PATH_BYTES];
    if (rename(from, to)) {
        log_error("cannot rename '%s' to '%s': %s", from, to, strerror(errno));
        return ERR_IO;
    }
    snprintf(parent, sizeof(parent), "%s", to);
    char *slash = strrchr(parent, '/');
    if (slash)
        slash[slash == parent] = '\0';
    return kv_files_sync_folder(slash ? parent : ".");
}

/* ---- the checkpoint ---- */

void backup_serve(struct kv *kv, const char *store)
{
    assert(kv && *store);
    char request[PATH_BYTES], checkpoint[PATH_BYTES];
    if (path_of(request, store, ".checkpoint.request") ||
        path_of(checkpoint, store, ".checkpoint") || !is_there(request))
        return;
    uint64_t begun = clock_mono_us();
    if (!kv_files_remove(checkpoint) && !kv_checkpoint(kv, checkpoint))
        log_info("checkpoint '%s' for a backup, %.0f ms", checkpoint,
                 (double)(clock_mono_us() - begun) / 1000);
    unlink(request);
}

int backup_tidy(const char *store)
{
    assert(*store);
    char path[PATH_BYTES];
    int rc = path_of(path, store, ".checkpoint.request");
    if (rc)
        return rc;
    unlink(path);
    path_of(path, store, ".checkpoint");
    if ((rc = kv_files_remove(path)))
        return rc;
    path_of(path, store, ".restoring");
    if (!is_there(path) || is_there(store))
        return ERR_OK;
    log_error("a restore of the store '%s' was interrupted: run alignd restore again, or delete "
              "'%s' to begin without it",
              store, path);
    return ERR_MISMATCH;
}

/* Asks who has the store open. */
static int ask(const char *store, const char *checkpoint, int wait_ms)
{
    assert(wait_ms > 0);
    char request[PATH_BYTES];
    int rc = path_of(request, store, ".checkpoint.request");
    if (rc)
        return rc;
    int fd = open(request, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        log_error("cannot ask for a checkpoint: '%s': %s%s", request, strerror(errno),
                  errno == EEXIST ? " (another backup, or one that was interrupted)" : "");
        return errno == EEXIST ? ERR_RETRY : ERR_IO;
    }
    close(fd);
    struct deadline until = deadline_in_ms(wait_ms);
    while (is_there(request) && !deadline_passed(until))
        clock_sleep_ms(20);
    if (unlink(request) == 0) {
        log_error("the process that has the store '%s' open does not answer: is it a daemon?",
                  store);
        return ERR_BUSY;
    }
    if (is_there(checkpoint))
        return ERR_OK;
    log_error("the daemon could not make a checkpoint: its log says why");
    return ERR_STORE;
}

static int make_checkpoint(const char *store, const char *checkpoint, int wait_ms)
{
    assert(strcmp(store, checkpoint) != 0);
    struct kv_options options = kv_options_default();
    struct kv *kv;
    if (kv_is_open(store))
        return ask(store, checkpoint, wait_ms);
    options.create = false;
    int rc;
    if ((rc = kv_files_remove(checkpoint)) || (rc = kv_open(store, &options, &kv)))
        return rc;
    rc = kv_checkpoint(kv, checkpoint);
    kv_close(kv);
    return rc;
}

/* ---- looking at a copy ---- */

/* Opens a closed copy, reads who it is, and checks every row. */
static int look_at(const char *path, struct identity *identity, struct backup_manifest *m)
{
    assert(!m || !m->json);
    struct kv_options options = kv_options_default();
    struct kv *kv;
    options.create = false;
    options.read_only = true;
    int rc = kv_open(path, &options, &kv);
    if (rc)
        return rc;
    if ((rc = identity_read(kv, identity)) || (rc = identity_check(kv, identity)))
        goto done;
    if (m)
        rc = backup_manifest_describe(m, kv);
done:
    kv_close(kv);
    return rc;
}

/* ---- making one ---- */

static int note_file(void *arg, const struct kv_file *file)
{
    backup_manifest_add_file(arg, file);
    return ERR_OK;
}

static int write_file(const char *path, struct slice text)
{
    assert(text.len); /* a manifest never is empty */
    FILE *f = fopen(path, "wxe");
    bool ok = f && fwrite(text.data, 1, text.len, f) == text.len && fflush(f) == 0 &&
              fsync(fileno(f)) == 0;
    if (f && fclose(f))
        ok = false;
    if (!ok)
        log_error("cannot write '%s': %s", path, strerror(errno));
    return ok ? ERR_OK : ERR_IO;
}

static int make_folder(const char *path)
{
    if (!mkdir(path, 0755))
        return ERR_OK;
    log_error("cannot make '%s': %s", path, strerror(errno));
    return ERR_IO;
}

/* All of a backup in the folder `to`. */
static int fill(const char *checkpoint, const char *to, struct backup_info *info)
{
    char copy[PATH_BYTES], manifest[PATH_BYTES];
    struct backup_manifest m = {0};
    struct buf text = {0};
    int rc;
    if ((rc = path_of(copy, to, "/store")) || (rc = path_of(manifest, to, "/manifest.json")) ||
        (rc = make_folder(to)) || (rc = kv_files_copy(checkpoint, copy, note_file, &m)))
        goto done;
    crash_point_pass("backup-copied");
    if ((rc = look_at(copy, &info->identity, &m)))
        goto done;
    backup_manifest_write(&m, &info->identity, &text);
    if ((rc = write_file(manifest, buf_slice(&text))) || (rc = kv_files_sync_folder(to)))
        goto done;
    assert(m.file_count > 0 && m.settings.len); /* of whatever store */
    info->files = m.file_count;
    info->bytes = m.bytes;
done:
    buf_fini(&text);
    backup_manifest_fini(&m);
    return rc;
}

/* A folder of ours that never became a backup. */
static int remove_partial(const char *path)
{
    char inner[PATH_BYTES];
    int rc;
    if ((rc = path_of(inner, path, "/store")) || (rc = kv_files_remove(inner)))
        return rc;
    return kv_files_remove(path);
}

int backup_make(const char *store, const char *out, int wait_ms, struct backup_info *ret_info)
{
    assert(wait_ms > 0);
    char checkpoint[PATH_BYTES], partial[PATH_BYTES];
    struct backup_info info = {0};
    int rc;
    if ((rc = path_of(checkpoint, store, ".checkpoint")) ||
        (rc = path_of(partial, out, ".partial")))
        return rc;
    if (is_there(out)) {
        log_error("'%s' is there already", out);
        return ERR_USAGE;
    }
    if ((rc = remove_partial(partial)))
        return rc;
    if ((rc = make_checkpoint(store, checkpoint, wait_ms)))
        goto done;
    crash_point_pass("backup-checkpoint");
    if ((rc = fill(checkpoint, partial, &info)) || (rc = put_in_place(partial, out)))
        goto done;
    *ret_info = info;
done:
    if (rc && is_there(partial))
        remove_partial(partial);
    return err_first(rc, kv_files_remove(checkpoint));
}

/* ---- putting one back ---- */

static int compare_file(void *arg, const struct kv_file *file)
{
    return backup_manifest_take_file(arg, file);
}

static int restore_into(const char *copy, const char *partial, struct backup_manifest *m,
                        struct backup_info *info)
{
    assert(m->json && !m->taken);
    int rc = kv_files_copy(copy, partial, compare_file, m);
    crash_point_pass("restore-copied");
    if (rc || (rc = backup_manifest_check_taken(m)))
        return rc;
    if ((rc = look_at(partial, &info->identity, NULL)))
        return rc == ERR_DIFFERS ? ERR_FORMAT : rc;
    return backup_manifest_compare(m, &info->identity);
}

/* The copy beside the store, checked; what does not agree goes again. */
static int restore_beside(const char *copy, const char *partial, struct backup_manifest *m,
                          backup_check_fn *check, void *arg, struct backup_info *info)
{
    assert(m->json);
    int rc = kv_files_remove(partial);
    if (rc)
        return rc;
    if ((rc = restore_into(copy, partial, m, info)) || (check && (rc = check(arg, partial))))
        kv_files_remove(partial);
    crash_point_pass("restore-checked");
    return rc;
}

int backup_restore(const char *backup, const char *store, backup_check_fn *check, void *arg,
                   struct backup_info *ret_info)
{
    assert(*store && ret_info);
    char copy[PATH_BYTES], manifest[PATH_BYTES], partial[PATH_BYTES];
    struct backup_manifest m = {0};
    struct backup_info info = {0};
    int rc;
    if ((rc = path_of(copy, backup, "/store")) ||
        (rc = path_of(manifest, backup, "/manifest.json")) ||
        (rc = path_of(partial, store, ".restoring")) || (rc = backup_manifest_read(manifest, &m)))
        goto done;
    if (rmdir(store) && errno != ENOENT) {
        log_error("'%s' is not empty: a backup takes the place of a store that is not there; move "
                  "or delete it first",
                  store);
        rc = ERR_USAGE;
        goto done;
    }
    if ((rc = restore_beside(copy, partial, &m, check, arg, &info)) ||
        (rc = put_in_place(partial, store)))
        goto done;
    assert(m.taken == m.file_count && m.taken > 0);
    info.files = m.file_count;
    info.bytes = m.bytes;
    *ret_info = info;
done:
    backup_manifest_fini(&m);
    return rc;
}
