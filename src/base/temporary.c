/*
 * temporary.c - files without a name, and memory mapped from one: all addresses that it may
 * ever need are mapped at once, and the file behind them grows.
 */
#include "alignd/base/temporary.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
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
    assert(fd >= 0 && at <= INT64_MAX);
    while (bytes.len) {
        ssize_t n = pwrite(fd, bytes.data, bytes.len, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return failed("write");
        assert((size_t)n <= bytes.len);
        bytes.data += n;
        bytes.len -= (size_t)n;
        at += (uint64_t)n;
    }
    return ERR_OK;
}

int temporary_read(int fd, uint64_t at, char *to, size_t bytes)
{
    assert(fd >= 0 && at <= INT64_MAX);
    while (bytes) {
        ssize_t n = pread(fd, to, bytes, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return failed("read");
        assert((size_t)n <= bytes);
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

/* The file grows by steps, so that few calls do it; a thread takes pieces of it for itself. */
#define STEP_BYTES (UINT64_C(16) << 20)
#define PIECE_BYTES (UINT64_C(256) << 10)

struct temporary_memory {
    int fd;
    bool on_disk;
    bool copy;  /* what is looked at */
    char *base; /* of `most` addresses; the file has some of them */
    uint64_t most;
    pthread_mutex_t lock;
    uint64_t end;  /* of the file */
    uint64_t used; /* by temporary_memory_add */
};

/* Addresses to be had: where the process is given few (ulimit -v), others want some too. */
static uint64_t address_share(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return TEMPORARY_MOST;
    uint64_t share = (uint64_t)limit.rlim_cur / 8 / STEP_BYTES * STEP_BYTES + STEP_BYTES;
    assert(share >= STEP_BYTES && share % STEP_BYTES == 0);
    return share < TEMPORARY_MOST ? share : TEMPORARY_MOST;
}

/* One that is larger than this does not fit. */
static int too_large(const struct temporary_memory *m)
{
    if (m->most < TEMPORARY_MOST)
        log_error("temporary file: the process may have too few addresses (ulimit -v)");
    return ERR_LIMIT;
}

int temporary_memory_new(const char *folder, struct temporary_memory **ret_memory)
{
    int fd;
    int rc = temporary_open(folder, &fd);
    if (rc)
        return rc;
    uint64_t most = address_share();
    void *base = mmap(NULL, most, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (base == MAP_FAILED) {
        rc = failed("room for addresses (ulimit -v)");
        close(fd);
        return rc;
    }
    struct temporary_memory *m = memory_calloc(1, sizeof(*m));
    *m = (struct temporary_memory){.fd = fd, .on_disk = folder != NULL, .base = base, .most = most};
    pthread_mutex_init(&m->lock, NULL);
    *ret_memory = m;
    return ERR_OK;
}

void temporary_memory_free(struct temporary_memory *m)
{
    if (!m)
        return;
    munmap(m->base, m->most);
    close(m->fd);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

/* Under the lock. */
static int lengthen(struct temporary_memory *m, uint64_t end)
{
    assert(m->used <= m->end && m->end <= m->most);
    if (end <= m->end)
        return ERR_OK;
    if (end > m->most)
        return too_large(m);
    if (ftruncate(m->fd, (off_t)end))
        return failed("grow");
    m->end = end;
    return ERR_OK;
}

/* A full disk is to be met here, not as a signal when it is written to. */
static int secure(const struct temporary_memory *m, uint64_t place, uint64_t n)
{
    assert(place <= m->most && n <= m->most - place);
    if (m->on_disk && n && (errno = posix_fallocate(m->fd, (off_t)place, (off_t)n)))
        return failed("grow");
    return ERR_OK;
}

int temporary_memory_claim(struct temporary_memory *m, uint64_t place, uint64_t n)
{
    if (place > m->most || n > m->most - place)
        return too_large(m);
    pthread_mutex_lock(&m->lock);
    int rc = lengthen(m, place + n);
    pthread_mutex_unlock(&m->lock);
    if (rc)
        return rc;
    return secure(m, place, n);
}

/* A piece for one thread, at least n bytes of it. */
static int take_piece(struct temporary_memory *m, struct temporary_cursor *cursor, uint64_t n)
{
    int rc = ERR_OK;
    n = n > PIECE_BYTES ? n : PIECE_BYTES;
    if (n > m->most)
        return too_large(m);
    pthread_mutex_lock(&m->lock);
    if (m->used + n > m->end) {
        uint64_t from = m->end, to = (m->used + n + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
        if ((rc = lengthen(m, to)) || (rc = secure(m, from, to - from)))
            goto done;
    }
    *cursor = (struct temporary_cursor){m->used, m->used + n};
    m->used += n;
    assert(m->used <= m->end);
done:
    pthread_mutex_unlock(&m->lock);
    return rc;
}

int temporary_memory_add(struct temporary_memory *m, struct temporary_cursor *cursor, size_t n,
                         uint64_t *ret_place)
{
    assert(cursor->at <= cursor->end);
    int rc = ERR_OK;
    if (n > TEMPORARY_MOST)
        return ERR_LIMIT;
    n = (n + 7) / 8 * 8;
    if (cursor->end - cursor->at < n)
        rc = take_piece(m, cursor, n);
    if (rc)
        return rc;
    *ret_place = cursor->at;
    cursor->at += n;
    assert(cursor->at <= cursor->end && *ret_place % 8 == 0);
    return ERR_OK;
}

void *temporary_memory_at(const struct temporary_memory *m, uint64_t place)
{
    return m->base + place;
}

/* What cannot be read is looked at where it lies, and the kernel says what is wrong with it. */
const void *temporary_memory_look(const struct temporary_memory *m, uint64_t place, size_t n,
                                  void *scratch)
{
    assert(place <= m->end && n <= m->end - place);
    if (!m->copy || temporary_read(m->fd, place, scratch, n))
        return m->base + place;
    return scratch;
}

void temporary_memory_copy(struct temporary_memory *m, bool copy)
{
    m->copy = copy;
}

uint64_t temporary_memory_used(const struct temporary_memory *m)
{
    return m->used;
}

void temporary_memory_drop(struct temporary_memory *m)
{
    (void)madvise(m->base, m->end, MADV_DONTNEED); /* of a shared mapping: nothing is lost */
}

uint64_t temporary_resident(void)
{
    unsigned long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f || fscanf(f, "%*u %*u %llu", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
