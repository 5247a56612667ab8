/*
 * building.c - rename(2) where nothing is, an exchange (renameat2) where a store is.
 */
#include "alignd/store/building.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/store/kv.h"
#include "alignd/store/kv_files.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The path without slashes at its end. */
static struct slice trimmed(const char *store)
{
    struct slice s = slice_of(store);
    while (s.len > 1 && s.data[s.len - 1] == '/')
        s.len--;
    return s;
}

void building_path(const char *store, struct buf *out)
{
    buf_clear(out);
    buf_append_slice(out, trimmed(store));
    assert(out->len);
    buf_append_text(out, ".building");
    buf_append_char(out, '\0');
}

int building_discard(const char *store)
{
    assert(*store);
    struct buf path = {0};
    building_path(store, &path);
    int rc = ERR_BUSY;
    if (kv_is_open(path.data)) {
        log_error("'%s' is being built by another process", store);
        goto done;
    }
    rc = kv_files_remove(path.data);
done:
    buf_fini(&path);
    return rc;
}

bool building_has_place(const char *store)
{
    DIR *folder = opendir(store);
    size_t names = 0;
    if (!folder)
        return errno == ENOENT;
    for (struct dirent *entry; (entry = readdir(folder));)
        names += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(folder);
    return names == 0;
}

/* Makes the name of a store durable: the folder it lies in. */
static int sync_parent(const char *store)
{
    struct slice s = trimmed(store);
    struct buf parent = {0};
    while (s.len && s.data[s.len - 1] != '/')
        s.len--;
    buf_append_slice(&parent, s.len ? s : slice_of("."));
    buf_append_char(&parent, '\0');
    int rc = kv_files_sync_folder(parent.data);
    buf_fini(&parent);
    return rc;
}

static int take_place(const char *path, const char *store, bool replaces)
{
    assert(strcmp(path, store) != 0);
    if (replaces && kv_is_open(store)) {
        log_error("'%s' was opened by another process meanwhile and stays as it is", store);
        return ERR_BUSY;
    }
    if (renameat2(AT_FDCWD, path, AT_FDCWD, store, replaces ? RENAME_EXCHANGE : 0)) {
        log_error("'%s' cannot take the place of '%s': %s", path, store, strerror(errno));
        return ERR_IO;
    }
    return ERR_OK;
}

int building_finish(const char *store)
{
    assert(*store);
    struct buf path = {0};
    bool replaces = !building_has_place(store);
    building_path(store, &path);
    int rc;
    if ((rc = kv_files_sync_folder(path.data)) || (rc = take_place(path.data, store, replaces)) ||
        (rc = sync_parent(store)))
        goto done;
    if (replaces)
        rc = kv_files_remove(path.data); /* what it was until now */
done:
    buf_fini(&path);
    return rc;
}
