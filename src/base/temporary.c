/*
 * temporary.c - files without a name, and memory mapped from one: chunks of a fixed size, so that
 * a place says by division in which of them it lies.
 */
#include "alignd/base/temporary.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static int failed(const char *what)
{
    log_error("temporary file: %s: %s", what, strerror(errno));
    return ERR_IO;
}

int temporary_open(const char *folder, int *ret_fd)
{
    char path[4200];
    int fd;
    if (!folder) {
        fd = memfd_create("alignd", MFD_CLOEXEC);
    } else {
        snprintf(path, sizeof(path), "%s/temporary-XXXXXX", folder);
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    if (fd < 0)
        return failed(folder ? folder : "in memory");
    *ret_fd = fd;
    return ERR_OK;
}

int temporary_write(int fd, uint64_t at, struct slice bytes)
{
    while (bytes.len) {
        ssize_t n = pwrite(fd, bytes.data, bytes.len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return failed("write");
        bytes.data += n;
        bytes.len -= (size_t)n;
        at += (uint64_t)n;
    }
    return ERR_OK;
}

int temporary_read(int fd, uint64_t at, char *to, size_t bytes)
{
    while (bytes) {
        ssize_t n = pread(fd, to, bytes, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return failed("read");
        to += n;
        bytes -= (size_t)n;
        at += (uint64_t)n;
    }
    return ERR_OK;
}

void temporary_give_back(int fd, uint64_t at, uint64_t bytes)
{
    (void)fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)at, (off_t)bytes);
}

/* --- memory --- */

/* The file grows by chunks, and a piece lies within one. */
#define CHUNK_BYTES TEMPORARY_MOST

struct temporary_memory {
    int fd;
    bool on_disk;
    char **chunks;
    size_t count, room;
    size_t used; /* of the last chunk */
};

int temporary_memory_new(const char *folder, struct temporary_memory **ret_memory)
{
    struct temporary_memory *m = calloc(1, sizeof(*m));
    if (!m)
        return ERR_NO_MEMORY;
    m->on_disk = folder != NULL;
    int rc = temporary_open(folder, &m->fd);
    if (rc) {
        free(m);
        return rc;
    }
    *ret_memory = m;
    return ERR_OK;
}

void temporary_memory_free(struct temporary_memory *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->count; i++)
        munmap(m->chunks[i], CHUNK_BYTES);
    close(m->fd);
    free(m->chunks);
    free(m);
}

static int grow(struct temporary_memory *m)
{
    off_t at = (off_t)(m->count * CHUNK_BYTES);
    if (m->count == m->room) {
        size_t room = m->room ? 2 * m->room : 16;
        char **chunks = realloc(m->chunks, room * sizeof(*chunks));
        if (!chunks)
            return ERR_NO_MEMORY;
        m->chunks = chunks;
        m->room = room;
    }
    /* a full disk is to be met here, not as a signal when it is written to */
    if (m->on_disk && (errno = posix_fallocate(m->fd, at, (off_t)CHUNK_BYTES)))
        return failed("grow");
    if (!m->on_disk && ftruncate(m->fd, at + (off_t)CHUNK_BYTES))
        return failed("grow");
    void *chunk = mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, at);
    if (chunk == MAP_FAILED)
        return failed("map");
    m->chunks[m->count++] = chunk;
    m->used = 0;
    return ERR_OK;
}

int temporary_memory_add(struct temporary_memory *m, size_t n, uint64_t *ret_place)
{
    n = (n + 7) / 8 * 8;
    if (n > CHUNK_BYTES)
        return ERR_LIMIT;
    int rc = m->count && m->used + n <= CHUNK_BYTES ? ERR_OK : grow(m);
    if (rc)
        return rc;
    *ret_place = (m->count - 1) * CHUNK_BYTES + m->used;
    m->used += n;
    return ERR_OK;
}

void *temporary_memory_at(const struct temporary_memory *m, uint64_t place)
{
    return m->chunks[place / CHUNK_BYTES] + place % CHUNK_BYTES;
}
