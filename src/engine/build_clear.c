/*
 * build_clear.c - whose triples were cleared, and when: time is how many clears there were before.
 * A triple has a half at either end, and only one of them is where its subject is; so each half
 * that comes behind a first clear bears its time, and is there if its subject was not cleared
 * since.
 *
 * A hash table in a nameless file, since a catalog of records clears every entity it has: the
 * kernel keeps in memory what is asked for.
 */
#include "build_clear.h"

#include "alignd/base/err.h"
#include "alignd/base/log.h"
#include "alignd/base/memory.h"
#include "alignd/base/temporary.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct slot {
    struct id subject;
    uint64_t at; /* 1 + its time; 0: empty */
};

struct build_clears {
    const char *folder; /* NULL: in memory */
    struct slot *slots;
    size_t size, count; /* size: a power of two, or 0 */
    uint64_t now;
};

struct build_clears *build_clears_new(const char *folder)
{
    struct build_clears *c = memory_calloc(1, sizeof(*c));
    c->folder = folder;
    return c;
}

static void unmap(struct slot *slots, size_t size)
{
    if (slots)
        munmap(slots, size * sizeof(*slots));
}

void build_clears_free(struct build_clears *c)
{
    if (!c)
        return;
    unmap(c->slots, c->size);
    free(c);
}

static int map(const char *folder, size_t size, struct slot **ret_slots)
{
    assert(size > 0);
    int fd;
    int rc = temporary_open(folder, &fd);
    if (rc)
        return rc;
    /* a full disk is to be met here, not as a signal when it is written to */
    errno = posix_fallocate(fd, 0, (off_t)(size * sizeof(**ret_slots)));
    void *at =
        errno ? MAP_FAILED
              : mmap(NULL, size * sizeof(**ret_slots), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        log_error("build: no room for %zu cleared entities: %s", size, strerror(errno));
    else
        *ret_slots = at;
    close(fd);
    return at == MAP_FAILED ? ERR_IO : ERR_OK;
}

/* Where a subject stands, or would. */
static struct slot *find(struct slot *slots, size_t size, struct id subject)
{
    assert(size && (size & (size - 1)) == 0);
    size_t i = (size_t)subject.lo & (size - 1);
    while (slots[i].at && !id_equal(slots[i].subject, subject))
        i = (i + 1) & (size - 1);
    return &slots[i];
}

static int grow(struct build_clears *c)
{
    struct slot *slots = NULL;
    size_t size = c->size ? 2 * c->size : 4096;
    int rc = map(c->folder, size, &slots);
    if (rc)
        return rc;
    for (size_t i = 0; i < c->size; i++)
        if (c->slots[i].at)
            *find(slots, size, c->slots[i].subject) = c->slots[i];
    unmap(c->slots, c->size);
    c->slots = slots;
    c->size = size;
    assert(2 * (c->count + 1) <= c->size);
    return ERR_OK;
}

int build_clears_add(struct build_clears *c, struct id subject)
{
    int rc = 2 * (c->count + 1) > c->size ? grow(c) : ERR_OK;
    if (rc)
        return rc;
    struct slot *s = find(c->slots, c->size, subject);
    assert(s->at <= c->now);
    c->count += s->at == 0;
    *s = (struct slot){subject, ++c->now};
    assert(2 * c->count <= c->size);
    return ERR_OK;
}

uint64_t build_clears_now(const struct build_clears *c)
{
    return c->now;
}

bool build_clears_since(const struct build_clears *c, struct id subject, uint64_t time)
{
    assert(time <= c->now);
    return c->count && find(c->slots, c->size, subject)->at > time;
}
