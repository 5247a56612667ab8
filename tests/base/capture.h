/*
 * capture.h - what a piece of code writes to a descriptor (1 or 2), for tests.
 */
#ifndef ALIGND_TESTS_CAPTURE_H
#define ALIGND_TESTS_CAPTURE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct capture {
    int fd, saved, file;
    char text[65536];
};

static inline void capture_begin(struct capture *c, int fd)
{
    char name[] = "/tmp/alignd-capture-XXXXXX";
    fflush(stdout);
    c->fd = fd;
    c->saved = dup(fd);
    c->file = mkstemp(name);
    cr_assert(c->saved >= 0 && c->file >= 0);
    unlink(name);
    cr_assert(dup2(c->file, fd) == fd);
}

/* What was written, as a string; valid until the next capture_begin. */
static inline const char *capture_end(struct capture *c)
{
    fflush(stdout);
    dup2(c->saved, c->fd);
    ssize_t n = pread(c->file, c->text, sizeof(c->text) - 1, 0);
    cr_assert(n >= 0);
    c->text[n] = '\0';
    close(c->saved);
    close(c->file);
    return c->text;
}
#endif
