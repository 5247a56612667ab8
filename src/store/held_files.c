/*
 * held_files.c - a folder of symbolic links to descriptors of ours, beside a copy of the list of
 * files (the manifest).
 *
 *  (1) The manifest is copied, then the files are opened.  The writer deletes a file only after
 *      the manifest has said that it is not needed: so where the manifest is the same afterwards,
 *      all that it names are held, and every log with rows that are in none of them; else all is
 *      let go and held anew.  That takes as long as opening files does, not as long as
 *      reading them, so a database that is written to all the time can be read.
 *  (2) A link names the descriptor (/proc/self/fd), not the path: it leads to its file even
 *      after that was deleted.
 *      Where /proc is not mounted (a bare chroot) it names the path: what is deleted before its
 *      reader has opened it is then gone, and all is to be held anew.
 *  (3) A log goes on growing behind its descriptor: it ends where its reader comes to its end.
 */
#include "held_files.h"

#include "alignd/base/array.h"
#include "alignd/base/buf.h"
#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/file.h"
#include "alignd/base/log.h"
#include "alignd/store/kv_files.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ATTEMPTS 1000 /* at files that come and go */
#define NAMELESS 10   /* at a list that is not there: it has just been written anew, or never */
#define PAUSE_US 1000 /* between two of them */
#define NAME_BYTES 64 /* MANIFEST-000123 */
#define READ_BYTES 65536
#define PROC_DESCRIPTORS "/proc/self/fd"

/* The path of a file in a folder; false: it is too long. */
static bool join(char out[PATH_MAX], const char *folder, const char *name)
{
    return (size_t)snprintf(out, PATH_MAX, "%s/%s", folder, name) < PATH_MAX;
}

static int failed_at(const char *folder, const char *name, const char *what)
{
    assert(folder && what);
    int why = errno;
    log_error("'%s/%s' cannot be %s: %s%s", folder, name, what, strerror(why),
              why == EMFILE ? "; raise the limit of open files (ulimit -n)" : "");
    return why == EACCES || why == EPERM ? ERR_AUTH : ERR_IO;
}

/* ---- the manifest ---- */

/* How far the list of files is. */
struct manifest {
    char name[NAME_BYTES];
    int64_t bytes; /* -1: there is none */
};

static struct manifest look(const char *path)
{
    struct manifest m = {.bytes = -1};
    char inside[PATH_MAX];
    struct stat s;
    if (!join(inside, path, "CURRENT"))
        return m;
    int fd = open(inside, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, m.name, sizeof(m.name) - 1);
    if (fd >= 0)
        close(fd);
    m.name[n < 0 ? 0 : n] = '\0';
    m.name[strcspn(m.name, "\n")] = '\0';
    if (m.name[0] && join(inside, path, m.name) && stat(inside, &s) == 0)
        m.bytes = s.st_size;
    assert(m.bytes >= -1);
    return m;
}

static bool is_same(const struct manifest *a, const struct manifest *b)
{
    return a->bytes >= 0 && a->bytes == b->bytes && strcmp(a->name, b->name) == 0;
}

/* What a file has up to there, or to its end. */
static int read_up_to(const char *path, const char *name, int64_t bytes, struct buf *out)
{
    char from[PATH_MAX], piece[READ_BYTES];
    if (!join(from, path, name))
        return ERR_IO;
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ERR_RETRY : failed_at(path, name, "read");
    ssize_t n = 1;
    while (n > 0 && (int64_t)out->len < bytes) {
        int64_t left = bytes - (int64_t)out->len;
        n = read(fd, piece, left < READ_BYTES ? (size_t)left : READ_BYTES);
        if (n > 0)
            buf_append(out, piece, (size_t)n);
    }
    int rc = n < 0 ? failed_at(path, name, "read") : ERR_OK;
    close(fd);
    return rc;
}

/* Under the names that they have there. */
static int copy_manifest(const struct held_files *h, const char *path, const struct manifest *m)
{
    struct buf bytes = {0};
    char to[PATH_MAX], current[NAME_BYTES + 1];
    assert(m->bytes >= 0);
    int n = snprintf(current, sizeof(current), "%s\n", m->name), rc;
    if ((rc = read_up_to(path, m->name, m->bytes, &bytes)))
        goto done;
    rc = ERR_IO;
    if (join(to, h->folder, m->name) && !(rc = file_write(to, buf_slice(&bytes))) &&
        join(to, h->folder, "CURRENT"))
        rc = file_write(to, (struct slice){current, (size_t)n});
done:
    buf_fini(&bytes);
    return rc;
}

/* ---- tables and logs ---- */

static int make_folder(struct held_files *h)
{
    const char *above = getenv("TMPDIR");
    snprintf(h->folder, sizeof(h->folder), "%s/alignd-XXXXXX", above && *above ? above : "/tmp");
    if (mkdtemp(h->folder))
        return ERR_OK;
    log_error(
        "a store that is only read needs a temporary folder, and '%s' cannot be made: %s; set "
        "TMPDIR to a folder that may be written to",
        h->folder, strerror(errno));
    h->folder[0] = '\0';
    return ERR_IO;
}

static bool ends_in(const char *name, const char *tail)
{
    size_t n = strlen(name), t = strlen(tail);
    return n > t && strcmp(name + n - t, tail) == 0;
}

/* One that is gone is left out: (1) says whether it was needed. */
static int hold_file(struct held_files *h, const char *path, const char *name)
{
    char from[PATH_MAX], link[PATH_MAX], descriptor[32];
    const char *target = h->passing ? from : descriptor; /* (2) */
    assert(h->folder[0] && *name);
    if (!join(from, path, name) || !join(link, h->folder, name))
        return ERR_IO;
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ERR_OK : failed_at(path, name, "read");
    ARRAY_PUSH(h->descriptors, h->count, h->room, fd);
    snprintf(descriptor, sizeof(descriptor), PROC_DESCRIPTORS "/%d", fd);
    return symlink(target, link) ? failed_at(h->folder, name, "made") : ERR_OK;
}

static int hold_files(struct held_files *h, const char *path)
{
    char absolute[PATH_MAX]; /* a link lies elsewhere */
    DIR *folder = realpath(path, absolute) ? opendir(absolute) : NULL;
    struct dirent *entry;
    int rc = ERR_OK;
    if (!folder)
        return failed_at(path, "", "listed");
    h->passing = access(PROC_DESCRIPTORS, X_OK) != 0;
    while (!rc && (entry = readdir(folder)))
        if (ends_in(entry->d_name, ".sst") || ends_in(entry->d_name, ".log"))
            rc = hold_file(h, absolute, entry->d_name);
    closedir(folder);
    return rc;
}

/* ---- all of it ---- */

void held_files_close(struct held_files *h)
{
    for (size_t i = 0; i < h->count; i++)
        close(h->descriptors[i]);
    free(h->descriptors);
    if (h->folder[0])
        (void)kv_files_remove(h->folder);
    *h = (struct held_files){0};
}

/* ERR_RETRY: the manifest moved meanwhile (1).  ERR_NOT_FOUND: there is none. */
static int hold_once(const char *path, struct held_files *h)
{
    struct manifest before = look(path), after;
    int rc;
    assert(!h->count);
    if (before.bytes < 0)
        return ERR_NOT_FOUND;
    if ((rc = make_folder(h)) || (rc = copy_manifest(h, path, &before)) ||
        (rc = hold_files(h, path)))
        return rc;
    after = look(path);
    return is_same(&before, &after) ? ERR_OK : ERR_RETRY;
}

static bool is_worth_another(int rc, int attempts)
{
    return (rc == ERR_RETRY && attempts < ATTEMPTS) || (rc == ERR_NOT_FOUND && attempts < NAMELESS);
}

int held_files_open(const char *path, struct held_files *ret_held)
{
    *ret_held = (struct held_files){0};
    int attempts = 1, rc = hold_once(path, ret_held);
    while (is_worth_another(rc, attempts++)) {
        held_files_close(ret_held);
        clock_sleep_us(PAUSE_US);
        rc = hold_once(path, ret_held);
    }
    if (rc == ERR_RETRY)
        log_error("store '%s': another process makes files faster than they can be opened; try "
                  "again",
                  path);
    assert(rc || ret_held->count || ret_held->folder[0]);
    return rc;
}
