/*
 * folder.c - whether a folder is one of a store, could become one, or is somebody
 * else's.  A folder that has files which are none of RocksDB's is never taken: forty
 * files more among a user's own are hard to get rid of.
 */
#include "alignd/store/folder.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(const char *path, const char *what)
{
    assert(path && what);
    int why = errno;
    log_error("'%s' cannot be %s: %s", path, what, strerror(why));
    return why == EACCES || why == EPERM || why == EROFS ? ERR_AUTH : ERR_STORE;
}

/* What RocksDB leaves where a store was not made to the end, or was deleted. */
static bool is_rocksdbs(const char *name)
{
    static const char *const heads[] = {"LOCK",    "LOG",      "IDENTITY",
                                        "CURRENT", "OPTIONS-", "MANIFEST-"};
    static const char *const tails[] = {".log", ".sst", ".dbtmp", ".blob"};
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
        if (strncmp(name, heads[i], strlen(heads[i])) == 0)
            return true;
    for (size_t i = 0; i < sizeof(tails) / sizeof(*tails); i++)
        if (n > strlen(tails[i]) && strcmp(name + n - strlen(tails[i]), tails[i]) == 0)
            return true;
    return false;
}

static int refuse_others(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int rc = ERR_OK;
    if (!folder)
        return refuse(path, "looked into");
    while (!rc && (entry = readdir(folder))) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "lost+found") == 0 ||
            is_rocksdbs(name))
            continue;
        log_error(
            "'%s' is no store and has other files in it ('%s'): name a folder that is empty, or "
            "not there yet",
            path, name);
        rc = ERR_CONFIG;
    }
    closedir(folder);
    return rc;
}

int folder_look(const char *path, bool create, bool *ret_fresh)
{
    struct stat folder, current;
    char inside[PATH_MAX];
    *ret_fresh = false;
    if ((size_t)snprintf(inside, sizeof(inside), "%s/CURRENT", path) >= sizeof(inside)) {
        log_error("the path of the store is too long");
        return ERR_CONFIG;
    }
    bool there = stat(path, &folder) == 0;
    if (!there && errno != ENOENT)
        return refuse(path, "looked at");
    if (there && !S_ISDIR(folder.st_mode)) {
        log_error("'%s' is a file; a store is a folder", path);
        return ERR_STORE;
    }
    *ret_fresh = stat(inside, &current) != 0;
    if (*ret_fresh && errno != ENOENT)
        return refuse(path, "entered");
    if (!*ret_fresh)
        return ERR_OK;
    if (create)
        return there ? refuse_others(path) : ERR_OK;
    assert(*ret_fresh && !create);
    log_error("no store at '%s'%s", path,
              there ? ": there is nothing of a store in that folder"
                    : "; `alignd load` and `alignd run` make one");
    return ERR_NOT_FOUND;
}

int folder_may_write(const char *path)
{
    char above[PATH_MAX];
    bool fresh;
    int rc = folder_look(path, true, &fresh);
    if (rc)
        return rc;
    assert(strlen(path) < sizeof(above)); /* or it was refused */
    snprintf(above, sizeof(above), "%s", path);
    while (access(above, F_OK) != 0) { /* up to what is there */
        size_t n = strlen(above);
        while (n && above[n - 1] == '/')
            above[--n] = '\0';
        char *slash = strrchr(above, '/');
        if (!slash) {
            strcpy(above, ".");
            break;
        }
        slash[slash == above] = '\0';
    }
    return access(above, W_OK | X_OK) == 0 ? ERR_OK : refuse(above, "written to");
}

uint64_t folder_bytes(const char *path)
{
    DIR *dir = opendir(path);
    uint64_t sum = 0;
    if (!dir)
        return 0;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        struct stat st;
        if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(st.st_mode))
            sum += (uint64_t)st.st_size;
    }
    closedir(dir);
    return sum;
}
