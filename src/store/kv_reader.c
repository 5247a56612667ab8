/*
 * kv_reader.c - a database that is only read, whoever writes to it meanwhile: RocksDB's secondary
 * instance, which takes no lock, writes nothing beside its own messages, and holds open every
 * file it reads, so that a compaction may delete them.
 *
 * What it reads is the list of files (the manifest) and then the logs.  Where the writer puts a log
 * into files between the two and deletes it, its rows are in neither.  A log is deleted only after
 * the manifest has said where its rows are: so where the manifest is the same before
 * and after, nothing is missing, and else the database is opened anew.  (Reading on would not do:
 * what a log that is gone would have brought stands in files then, and what was read of the logs
 * before hides it.)  Logs are read in order and a batch is one record of them: what is seen is what
 * some batch left, no part of the next.
 */
#include "kv_internal.h"

#include "alignd/base/clock.h"
#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/store/kv_files.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPENINGS 400  /* of a database whose files come and go while it is opened */
#define PAUSE_US 1000 /* between two of them */
#define NAME_BYTES 64 /* MANIFEST-000123 */

/* How far the list of files is. */
struct manifest {
    char name[NAME_BYTES];
    int64_t bytes;
};

static struct manifest look(const char *path)
{
    struct manifest m = {.bytes = -1};
    char inside[PATH_MAX];
    struct stat s;
    if ((size_t)snprintf(inside, sizeof(inside), "%s/CURRENT", path) >= sizeof(inside))
        return m;
    int fd = open(inside, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, m.name, sizeof(m.name) - 1);
    if (fd >= 0)
        close(fd);
    m.name[n < 0 ? 0 : n] = '\0';
    m.name[strcspn(m.name, "\n")] = '\0';
    if (m.name[0] &&
        (size_t)snprintf(inside, sizeof(inside), "%s/%s", path, m.name) < sizeof(inside) &&
        stat(inside, &s) == 0)
        m.bytes = s.st_size;
    assert(m.bytes >= -1);
    return m;
}

static bool is_same(const struct manifest *a, const struct manifest *b)
{
    return a->bytes >= 0 && a->bytes == b->bytes && strcmp(a->name, b->name) == 0;
}

/* How many families the store has, of those there are: one that was last written before a family
 * came has no row of it, and no family. */
static int count_families(const struct kv_reader *r)
{
    enum { YOUNG = KV_DECIDED }; /* and all behind it */
    size_t count = 0;
    char *why = NULL;
    char **names = rocksdb_list_column_families(r->options, r->path, &count, &why);
    bool found = why != NULL; /* opening says what is wrong */
    for (size_t i = 0; i < count && !found; i++)
        found = strcmp(names[i], r->names[YOUNG]) == 0;
    if (names)
        rocksdb_list_column_families_destroy(names, count);
    rocksdb_free(why);
    return found ? KV_FAMILIES : YOUNG;
}
static_assert(KV_DECIDED + 1 == KV_FAMILIES, "one young family");

/* For RocksDB's messages: it holds them open, so that the folder may go at once. */
static int make_folder(char *folder, size_t room)
{
    const char *above = getenv("TMPDIR");
    snprintf(folder, room, "%s/alignd-XXXXXX", above && *above ? above : "/tmp");
    if (mkdtemp(folder))
        return ERR_OK;
    log_error(
        "a store that is only read needs a temporary folder, and '%s' cannot be made: %s; set "
        "TMPDIR to a folder that may be written to",
        folder, strerror(errno));
    return ERR_IO;
}

static void close_all(rocksdb_t *db, rocksdb_column_family_handle_t **handles)
{
    for (int f = 0; f < KV_FAMILIES; f++) {
        if (handles[f])
            rocksdb_column_family_handle_destroy(handles[f]);
        handles[f] = NULL;
    }
    rocksdb_close(db);
}

static int open_once(const struct kv_reader *r, const char *folder, rocksdb_t **ret_db,
                     char **ret_why)
{
    assert(!*ret_why);
    struct manifest before = look(r->path);
    int count = count_families(r);
    assert(count > 0 && count <= KV_FAMILIES);
    rocksdb_t *db = rocksdb_open_as_secondary_column_families(
        r->options, r->path, folder, count, r->names, r->family_options, r->handles, ret_why);
    if (*ret_why) {
        struct manifest after = look(r->path);
        memset(r->handles, 0, KV_FAMILIES * sizeof(*r->handles));
        return is_same(&before, &after) ? ERR_STORE : ERR_RETRY;
    }
    struct manifest after = look(r->path);
    if (!is_same(&before, &after)) {
        close_all(db, r->handles);
        return ERR_RETRY;
    }
    *ret_db = db;
    return ERR_OK;
}

int kv_reader_open(const struct kv_reader *r, rocksdb_t **ret_db)
{
    char folder[PATH_MAX], what[512];
    char *why = NULL;
    int rc = make_folder(folder, sizeof(folder));
    if (rc)
        return rc;
    for (int i = 0; i < OPENINGS; i++) {
        rocksdb_free(why);
        why = NULL;
        if ((rc = open_once(r, folder, ret_db, &why)) != ERR_RETRY)
            break;
        clock_sleep_us(PAUSE_US);
    }
    (void)kv_files_remove(folder);
    assert(!rc || !*ret_db);
    snprintf(what, sizeof(what), "store '%s'", r->path);
    if (why)
        return kv_failed(what, why);
    if (rc)
        log_error("%s: another process writes faster than it can be read; try again", what);
    return rc;
}
