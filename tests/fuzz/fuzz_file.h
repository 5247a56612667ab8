/*
 * fuzz_file.h - bytes as a file without a disk, for readers that take a path.
 */
#ifndef TESTS_FUZZ_FUZZ_FILE_H
#define TESTS_FUZZ_FUZZ_FILE_H

#include "fuzz_check.h"

#include <sys/mman.h>
#include <unistd.h>

struct fuzz_file {
    int fd;
    char path[40];
};

static inline struct fuzz_file fuzz_file_of(const void *data, size_t size)
{
    struct fuzz_file f = {.fd = memfd_create("fuzz", MFD_CLOEXEC)};
    FUZZ_CHECK(f.fd >= 0);
    FUZZ_CHECK(write(f.fd, data, size) == (ssize_t)size);
    snprintf(f.path, sizeof f.path, "/proc/self/fd/%d", f.fd);
    return f;
}

static inline void fuzz_file_close(struct fuzz_file *f)
{
    close(f->fd);
}
#endif
