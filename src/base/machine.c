/*
 * machine.c - /proc/self/cgroup says which groups a process is in, a line each:
 *
 *     0::/user.slice/x                of version 2: sys/fs/cgroup/PATH/memory.max
 *     5:cpu,memory:/docker/x          of version 1: sys/fs/cgroup/memory/PATH/memory.limit_in_bytes
 *
 * A group above may have less than the one below, so all are looked at.  Within a container the
 * path may be that of the host, and not be there: then the group at the top is the container's.
 */
#include "alignd/base/machine.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

/* The number in a file; UINT64_MAX: "max", or no such file. */
static uint64_t limit_in(const char *path)
{
    uint64_t limit = UINT64_MAX;
    FILE *f = fopen(path, "re");
    if (f && fscanf(f, "%" SCNu64, &limit) != 1)
        limit = UINT64_MAX;
    if (f)
        fclose(f);
    return limit;
}

/* The least of a group and those above it. */
static uint64_t limit_of(const char *root, const char *tree, char *group, const char *file)
{
    uint64_t least = UINT64_MAX;
    char path[2 * PATH_BYTES];
    assert(*group == '/');
    for (;;) {
        snprintf(path, sizeof(path), "%s/sys/fs/cgroup%s%s/%s", root, tree, group, file);
        uint64_t limit = limit_in(path);
        least = limit < least ? limit : least;
        char *slash = strrchr(group, '/');
        if (!slash)
            return least;
        *slash = '\0';
    }
}

static bool names_memory(const char *controllers)
{
    for (const char *at = controllers; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, "memory", 6) == 0 && (at[6] == '\0' || at[6] == ','))
            return true;
    }
    return false;
}

/* By one line of /proc/self/cgroup. */
static uint64_t limit_by(const char *root, char *line)
{
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group || group[1] != '/')
        return UINT64_MAX;
    *controllers++ = '\0';
    *group++ = '\0';
    group[strcspn(group, "\n")] = '\0';
    assert(*group == '/');
    if (!*controllers)
        return limit_of(root, "", group, "memory.max");
    return names_memory(controllers) ? limit_of(root, "/memory", group, "memory.limit_in_bytes")
                                     : UINT64_MAX;
}

uint64_t machine_memory(const char *root)
{
    assert(strlen(root) < PATH_BYTES / 2);
    uint64_t least = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    char line[PATH_BYTES], path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/proc/self/cgroup", root);
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof(line), f)) {
        uint64_t limit = limit_by(root, line);
        least = limit < least ? limit : least;
    }
    if (f)
        fclose(f);
    return least;
}
