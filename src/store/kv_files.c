/*
 * kv_files.c - a closed database as files: copied rather than linked (a backup shares
 * nothing with its store), hashed on the way so that nothing is read twice, and on the disk
 * before the call returns, folder included.  A hash goes on piece by piece, each
 * seeded with the one before.
 */
#include "alignd/store/kv_files.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

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

#define PIECE (1 << 20)

struct copy {
    int from, to; /* folders */
    const char *path;
    char *piece;
};

static int failed(const char *what, const char *path)
{
    log_error("%s '%s': %s", what, path, strerror(errno));
    return ERR_IO;
}

static bool is_content(const char *name)
{
    return name[0] != '.' && strncmp(name, "LOG", 3) != 0 && strcmp(name, "LOCK") != 0;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = write(fd, data, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_IO;
        assert((size_t)n <= len);
        data += n;
        len -= (size_t)n;
    }
    return ERR_OK;
}

/* A whole piece, or what is left before the end. */
static ssize_t read_piece(int fd, char *piece)
{
    size_t have = 0;
    while (have < PIECE) {
        ssize_t n = read(fd, piece + have, PIECE - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    assert(have <= PIECE);
    return (ssize_t)have;
}

/* All of in to out, hashed piece by piece on the way. */
static int pour(const struct copy *c, int in, int out, struct kv_file *file)
{
    assert(in >= 0 && out >= 0);
    ssize_t n = 0;
    int rc = ERR_OK;
    while (!rc && (n = read_piece(in, c->piece)) > 0) {
        file->hash = hash_bytes_128((struct slice){c->piece, (size_t)n},
                                    hash_mix(file->hash.hi, file->hash.lo));
        file->bytes += (uint64_t)n;
        rc = write_all(out, c->piece, (size_t)n);
    }
    return rc || n < 0 || fsync(out) ? ERR_IO : ERR_OK;
}

static int copy_file(const struct copy *c, struct kv_file *file)
{
    assert(c->from >= 0 && c->to >= 0);
    int in = openat(c->from, file->name, O_RDONLY | O_CLOEXEC);
    int out =
        in < 0 ? -1 : openat(c->to, file->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    int rc = out < 0 ? ERR_IO : pour(c, in, out, file);
    if (rc == ERR_IO)
        log_error("copying '%s' to '%s': %s", file->name, c->path, strerror(errno));
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) && !rc)
        rc = failed("closing a file in", c->path);
    return rc;
}

static int copy_all(struct copy *c, DIR *folder, kv_files_visit *visit, void *arg)
{
    assert(c->piece && visit);
    struct dirent *entry;
    int rc;
    while ((entry = readdir(folder))) {
        struct kv_file file = {.name = entry->d_name};
        if (!is_content(entry->d_name))
            continue;
        if ((rc = copy_file(c, &file)) || (rc = visit(arg, &file)))
            return rc;
    }
    return ERR_OK;
}

static int make_folder(const char *path, int *ret_fd)
{
    if (mkdir(path, 0755))
        return failed("cannot make", path);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failed("cannot open", path);
    *ret_fd = fd;
    return ERR_OK;
}

int kv_files_copy(const char *from, const char *to, kv_files_visit *visit, void *arg)
{
    assert(strcmp(from, to) != 0);
    struct copy c = {.from = -1, .to = -1, .path = to, .piece = memory_malloc(PIECE)};
    DIR *folder = opendir(from);
    int rc;
    if (!folder) {
        rc = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
        failed("cannot read", from);
        goto done;
    }
    c.from = dirfd(folder);
    if ((rc = make_folder(to, &c.to)) || (rc = copy_all(&c, folder, visit, arg)))
        goto done;
    if (fsync(c.to))
        rc = failed("cannot sync", to);
done:
    if (c.to >= 0)
        close(c.to);
    if (folder)
        closedir(folder);
    free(c.piece);
    return rc;
}

int kv_files_remove(const char *path)
{
    assert(*path && strcmp(path, "/") != 0);
    DIR *folder = opendir(path);
    struct dirent *entry;
    int rc = ERR_OK;
    if (!folder)
        return errno == ENOENT ? ERR_OK : failed("cannot read", path);
    while (!rc && (entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlinkat(dirfd(folder), entry->d_name, 0))
            rc = failed("cannot delete a file in", path);
    closedir(folder);
    if (rc)
        return rc;
    return rmdir(path) ? failed("cannot delete", path) : ERR_OK;
}

int kv_files_sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || fsync(fd) ? failed("cannot sync", path) : ERR_OK;
    if (fd >= 0)
        close(fd);
    return rc;
}
